/*
 * The page of all twelve figures, from tables that were made up: what tests/flow/test_page.sh looks
 * at in a browser. With KINDRED_PAGE_FOLDER it is left there.
 */
#include "../report/report_support.h"
#include "solo_support.h"

static struct made within, between, originals, performance, map;

static struct kin_value *table_of(const struct made *made)
{
    struct kin_value *table = kin_value_new("table");
    ck_ok(kin_value_set_texts(table, "columns", made->frame.columns, made->frame.n_columns, &err));
    ck_ok(kin_value_set_texts(table, "cells", made->frame.cells, made->n_cells, &err));
    return table;
}

/* What summarise gives of within: an interval of 0.05 either way, none where there is one trial. */
static void make_intervals(struct made *made)
{
    static const char *const columns[] = {"space",     "distance", "encoder", "transformation",
                                          "magnitude", "mean",     "lower",   "upper", NULL};
    made_columns(made, columns);
    for (size_t r = 0; r < within.frame.n_rows; r++) {
        const char *trial = kin_frame_text(&within.frame, r, "trial");
        double value = kin_frame_number(&within.frame, r, "consistency");
        if (strcmp(trial, "1") != 0)
            continue;
        for (size_t c = 0; c < 5; c++)
            made_text(made, kin_frame_text(&within.frame, r, columns[c]));
        made_number(made, value);
        made_number(made, value - 0.05);
        made_number(made, value + 0.05);
    }
}

static const struct made *observations_of(const char *drawing)
{
    if (strcmp(drawing, "neighbours") == 0 || strcmp(drawing, "chunks") == 0)
        return &map;
    if (strncmp(drawing, "performance", 11) == 0)
        return &performance;
    if (strcmp(drawing, "originals") == 0)
        return &originals;
    return strncmp(drawing, "between", 7) == 0 || strcmp(drawing, "smallest") == 0 ? &between
                                                                                  : &within;
}

static struct kin_value *copy_of(const struct kin_value *value)
{
    void *bytes;
    size_t length;
    struct kin_value *copy;
    ck_ok(kin_value_encode(value, &bytes, &length, &err));
    ck_ok(kin_value_decode(bytes, length, &copy, &err));
    return copy;
}

static struct kin_value *draw(const char *drawing)
{
    struct kin_solo *solo = solo_new("figure", (const char *const[]){"drawing", drawing, NULL});
    ck_ok(kin_solo_put(solo, "of", table_of(observations_of(drawing)), &err));
    if (strcmp(drawing, "within_latent") == 0) {
        struct made *intervals = kin_alloc(1, sizeof *intervals);
        make_intervals(intervals);
        ck_ok(kin_solo_put(solo, "intervals", table_of(intervals), &err));
        made_release(intervals);
        kin_free(intervals);
    }
    if (strcmp(drawing, "between") == 0)
        ck_ok(kin_solo_put(solo, "originals", table_of(&originals), &err));
    if (strcmp(drawing, "smallest") == 0) {
        ck_ok(kin_solo_put(solo, "within", table_of(&within), &err));
        ck_ok(kin_solo_put(solo, "performance", table_of(&performance), &err));
    }
    for (int i = 0; strcmp(drawing, "chunks") == 0 && i < 12; i++) {
        char id[20];
        snprintf(id, sizeof id, "song%d.%d", i / 3, i % 3 + 1);
        struct kin_value *number = kin_value_new("number");
        ck_ok(kin_value_set_f64(number, "lufs", -40 + i, &err));
        ck_ok(kin_solo_add(solo, "loudness", id, number, &err));
    }
    ck_ok(kin_solo_run(solo, &err));
    struct kin_value *figure = copy_of(solo_result(solo, 0));
    kin_solo_free(solo);
    return figure;
}

static struct kin_solo *page_of_all(void)
{
    made_within(&within);
    made_between(&between, false);
    made_between(&originals, true);
    made_performance(&performance);
    made_map(&map);
    struct kin_solo *solo = solo_new("page", NULL);
    ck_ok(kin_solo_put(solo, "within", table_of(&within), &err));
    ck_ok(kin_solo_put(solo, "between", table_of(&between), &err));
    ck_ok(kin_solo_put(solo, "originals", table_of(&originals), &err));
    ck_ok(kin_solo_put(solo, "performance", table_of(&performance), &err));
    for (size_t i = kin_drawing_count(); i-- > 0;) /* the page puts them in order */
        ck_ok(kin_solo_gather(solo, "figures", NULL, 0, draw(kin_drawing_at(i)->name), &err));
    ck_ok(kin_solo_run(solo, &err));
    struct made *const all[] = {&within, &between, &originals, &performance, &map};
    for (size_t i = 0; i < KIN_COUNT(all); i++)
        made_release(all[i]);
    return solo;
}

static const char *part_of(const struct kin_value *page, const char *name)
{
    const struct kin_tensor *names = kin_value_get(page, "part_names");
    for (size_t i = 0; i < names->shape[0]; i++)
        if (strcmp(kin_tensor_text(names, i), name) == 0)
            return kin_tensor_text(kin_value_get(page, "parts"), i);
    ck_abort_msg("no part '%s'", name);
}

START_TEST(all_figures_in_order_with_their_files)
{
    struct kin_solo *solo = page_of_all();
    const struct kin_value *page = solo_result(solo, 0);
    const char *at = kin_value_text(page, "html", "");
    for (int number = 3; number <= 14; number++) {
        char mark[40];
        snprintf(mark, sizeof mark, "<figure id=\"figure-%d\">", number);
        at = strstr(at, mark);
        ck_assert_msg(at != NULL, "figure %d is missing, or not in order", number);
    }
    ck_assert_ptr_nonnull(strstr(part_of(page, "figures/chunks.gp"), "'chunks.dat'"));
    ck_assert_int_eq(strncmp(part_of(page, "tables/within.csv"), "space,distance,encoder,", 23), 0);
    ck_assert_str_eq(part_of(page, "tables/missing.csv"), "table,cell\n");
    const char *folder = getenv("KINDRED_PAGE_FOLDER");
    if (folder) {
        char path[4096];
        snprintf(path, sizeof path, "%s/index.html", folder);
        const struct kin_type *type = kin_type_find("page", 4);
        ck_ok(type->write(page, path, &err));
        ck_ok(type->beside(page, path, &err));
    }
    kin_solo_free(solo);
}
END_TEST

static const char *const fit_columns[] = {"model", "r_squared"};
static const char *const other_columns[] = {"name", "r_squared"};

static struct kin_value *fit(const char *const *columns, const char *model)
{
    const char *const cells[] = {model, "0.5"};
    struct kin_value *table = kin_value_new("table");
    ck_ok(kin_value_set_texts(table, "columns", columns, 2, &err));
    ck_ok(kin_value_set_texts(table, "cells", cells, 2, &err));
    return table;
}

START_TEST(tables_of_models_are_joined)
{
    struct kin_solo *solo = solo_new("page", NULL);
    ck_ok(kin_solo_gather(solo, "fit", NULL, 0, fit(fit_columns, "cosine"), &err));
    ck_ok(kin_solo_gather(solo, "fit", NULL, 0, fit(fit_columns, "euclidean"), &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_str_eq(part_of(solo_result(solo, 0), "tables/fit.csv"),
                     "model,r_squared\ncosine,0.5\neuclidean,0.5\n");
    kin_solo_free(solo);
    solo = solo_new("page", NULL);
    ck_ok(kin_solo_gather(solo, "fit", NULL, 0, fit(fit_columns, "cosine"), &err));
    ck_ok(kin_solo_gather(solo, "fit", NULL, 0, fit(other_columns, "euclidean"), &err));
    ck_ok(kin_solo_run(solo, &err)); /* what a table lacks is empty */
    ck_assert_str_eq(part_of(solo_result(solo, 0), "tables/fit.csv"),
                     "model,r_squared,name\ncosine,0.5,\n,0.5,euclidean\n");
    kin_solo_free(solo);
}
END_TEST

START_TEST(models_that_could_not_be_had)
{
    struct kin_solo *solo = solo_new("page", NULL);
    struct kin_value *none = fit(other_columns, "cosine");
    ck_ok(kin_value_set_text(none, "unavailable", "Rscript is missing", &err));
    ck_ok(kin_solo_gather(solo, "fit", NULL, 0, fit(fit_columns, "euclidean"), &err));
    ck_ok(kin_solo_gather(solo, "fit", NULL, 0, none, &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_str_eq(part_of(solo_result(solo, 0), "tables/fit.csv"),
                     "model,r_squared\neuclidean,0.5\n");
    kin_solo_free(solo);
    solo = solo_new("page", NULL);
    none = fit(other_columns, "cosine");
    ck_ok(kin_value_set_text(none, "unavailable", "Rscript is missing", &err));
    ck_ok(kin_solo_gather(solo, "fit", NULL, 0, none, &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_ptr_nonnull(strstr(kin_value_text(solo_result(solo, 0), "html", ""),
                                 "could not be fitted: Rscript is missing."));
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("page kind", all_figures_in_order_with_their_files, tables_of_models_are_joined,
          models_that_could_not_be_had)
