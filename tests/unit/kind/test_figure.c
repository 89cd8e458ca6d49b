/* Figures: a value with data, script and what gnuplot drew, or a notice where it is missing. */
#include "solo_support.h"

static const char *const columns[] = {"space", "distance", "transformation", "magnitude",
                                      "consistency"};
static const char *const cells[] = {"audio", "dtw", "PS", "-1", "0.5", "audio", "dtw",
                                    "PS",    "1",   "0.75"};

static struct kin_value *table(size_t rows)
{
    struct kin_value *value = kin_value_new("table");
    ck_ok(kin_value_set_texts(value, "columns", columns, 5, &err));
    ck_ok(kin_value_set_texts(value, "cells", cells, 5 * rows, &err));
    return value;
}

static struct kin_solo *figure(const char *drawing, size_t rows)
{
    struct kin_solo *solo =
        solo_new("figure", (const char *const[]){"drawing", drawing, "caption", "Mine.", NULL});
    ck_ok(kin_solo_put(solo, "of", table(rows), &err));
    return solo;
}

START_TEST(data_script_and_drawing)
{
    struct kin_solo *solo = figure("within_audio", 2);
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_value *value = solo_result(solo, 0);
    ck_assert_ptr_nonnull(strstr(kin_value_text(value, "data", ""), "\n-1 0.5 NaN NaN\n1 0.75 "));
    ck_assert_ptr_nonnull(strstr(kin_value_text(value, "script", ""), "within_audio.dat"));
    ck_assert_str_eq(kin_value_text(value, "caption", ""), "Mine.");
    ck_assert_int_eq(kin_value_i64(value, "number", 0), 6);
    const char *notice = kin_value_text(value, "notice", NULL);
    if (*notice)
        ck_assert_ptr_nonnull(strstr(notice, "gnuplot-nox"));
    else
        ck_assert_ptr_nonnull(strstr(kin_value_text(value, "svg", ""), "<path"));
    ck_assert_ptr_nonnull(strstr(kin_value_text(value, "narrow", ""), "<svg viewBox"));
    kin_solo_free(solo);
}
END_TEST

START_TEST(without_gnuplot_it_says_so)
{
    char *path = kin_strdup(getenv("PATH"));
    setenv("PATH", "/nowhere", 1);
    struct kin_solo *solo = figure("within_audio", 2);
    struct kin_text there = {0}, missing = {0};
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_ptr_nonnull(strstr(kin_value_text(solo_result(solo, 0), "notice", ""),
                                 "gnuplot is missing. The Debian package is gnuplot-nox"));
    ck_assert_ptr_nonnull(strstr(kin_value_text(solo_result(solo, 0), "svg", ""), "<text"));
    solo->kind->outside(solo->args, &missing);
    ck_assert_str_eq(missing.data, "gnuplot missing\n");
    kin_solo_free(solo);
    setenv("PATH", path, 1);
    kin_free(path);
    kin_text_release(&there);
    kin_text_release(&missing);
}
END_TEST

START_TEST(without_rows_it_says_so)
{
    struct kin_solo *solo = figure("within_audio", 0);
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_str_eq(kin_value_text(solo_result(solo, 0), "notice", ""),
                     "There is nothing to draw: the table has no rows for it.");
    kin_solo_free(solo);
}
END_TEST

static struct kin_value *places(const char *x)
{
    static const char *const names[] = {"id", "x", "y"};
    const char *const row[] = {"a.1", x, "2"};
    struct kin_value *value = kin_value_new("table");
    ck_ok(kin_value_set_texts(value, "columns", names, 3, &err));
    ck_ok(kin_value_set_texts(value, "cells", row, 3, &err));
    return value;
}

START_TEST(axes_of_gathered_tables_are_columns)
{
    static const struct kin_label mfcc = {.axis = "encoder", .text = "MFCC"};
    static const struct kin_label at = {.axis = "encoder", .text = "AT"};
    struct kin_solo *solo = solo_new("figure", PARAMS("drawing", "neighbours"));
    ck_ok(kin_solo_gather(solo, "of", &at, 1, places("3"), &err));
    ck_ok(kin_solo_gather(solo, "of", &mfcc, 1, places("4"), &err));
    ck_ok(kin_solo_run(solo, &err));
    const char *data = kin_value_text(solo_result(solo, 0), "data", "");
    ck_assert_ptr_nonnull(strstr(data, "# MFCC: originals\n4 2 "));
    ck_assert_ptr_nonnull(strstr(data, "# AT: originals\n3 2 "));
    kin_solo_free(solo);
}
END_TEST

START_TEST(loudness_comes_by_id)
{
    struct kin_value *number = kin_value_new("number");
    struct kin_solo *solo = solo_new("figure", (const char *const[]){"drawing", "chunks", NULL});
    ck_ok(kin_value_set_f64(number, "lufs", -23.5, &err));
    ck_ok(kin_solo_put(solo, "of", places("3"), &err));
    ck_ok(kin_solo_add(solo, "loudness", "a.1", number, &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_ptr_nonnull(
        strstr(kin_value_text(solo_result(solo, 0), "data", ""), "loudness\n3 2 -23.5 NaN"));
    kin_solo_free(solo);
}
END_TEST

START_TEST(a_table_that_cannot_be_had)
{
    struct kin_value *none = places("3");
    struct kin_solo *solo = solo_new("figure", (const char *const[]){"drawing", "chunks", NULL});
    ck_ok(kin_value_set_text(none, "unavailable", "there is no R", &err));
    ck_ok(kin_solo_put(solo, "of", none, &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "there is no table to draw: there is no R");
    kin_solo_free(solo);
}
END_TEST

START_TEST(a_table_that_is_needed)
{
    struct kin_solo *solo = figure("smallest", 2);
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "the drawing 'smallest' needs the input 'within'");
    kin_solo_free(solo);
}
END_TEST

START_TEST(a_colour_that_is_none)
{
    struct kin_solo *solo = figure("within_audio", 2);
    const struct kin_literal item = {.text = "AT=blue"};
    const struct kin_literal list = {.items = &item, .n_items = 1};
    const char *blame = NULL;
    ck_ok(kin_args_set(solo->args, "colours", &list, &err));
    ck_assert_int_eq(kin_args_check(solo->args, &blame, &err), KIN_EINVAL);
    ck_assert_str_eq(blame, "colours");
    kin_solo_free(solo);
}
END_TEST

START_TEST(files_of_a_figure)
{
    char folder[] = "/tmp/kindred-test-XXXXXX", path[100], *text;
    size_t length;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    struct kin_solo *solo = figure("within_audio", 2);
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_type *type = kin_type_find("figure", 6);
    snprintf(path, sizeof path, "%s/mine.svg", folder);
    ck_ok(type->write(solo_result(solo, 0), path, &err));
    ck_ok(type->beside(solo_result(solo, 0), path, &err));
    static const char *const files[] = {"mine.svg", "within_audio.dat", "within_audio.gp"};
    for (size_t i = 0; i < KIN_COUNT(files); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        ck_ok(kin_read_file(path, &text, &length, &err));
        ck_assert_uint_gt(length, 0);
        kin_free(text);
        remove(path);
    }
    remove(folder);
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("figure", data_script_and_drawing, without_gnuplot_it_says_so, without_rows_it_says_so,
          axes_of_gathered_tables_are_columns, loudness_comes_by_id, a_table_that_cannot_be_had,
          a_table_that_is_needed, a_colour_that_is_none, files_of_a_figure)
