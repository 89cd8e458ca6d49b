#include "solo_support.h"

static const struct kin_label pitch[] = {
    {.axis = "magnitude", .text = "12", .is_number = true, .number = 12},
    {.axis = "transformation", .text = "PS"},
};
static const struct kin_label low_pitch[] = {
    {.axis = "magnitude", .text = "-12", .is_number = true, .number = -12},
    {.axis = "transformation", .text = "PS"},
};
static const struct kin_label original[] = {
    {.axis = "magnitude", .text = "0", .is_number = true, .number = 0},
    {.axis = "transformation", .text = "OG"},
    {.axis = "trial", .text = "3", .is_number = true, .number = 3},
};

static struct kin_value *number(double consistency, double clips)
{
    struct kin_value *value = kin_value_new("number");
    ck_ok(kin_value_set_f64(value, "consistency", consistency, &err));
    ck_ok(kin_value_set_f64(value, "clips", clips, &err));
    ck_ok(kin_value_set_f32(value, "each", (const float[]){1, 2}, 2, 0, &err));
    return value;
}

static struct kin_solo *three(void)
{
    struct kin_solo *solo = solo_new("table", NULL);
    ck_ok(kin_solo_gather(solo, "of", pitch, 2, number(0.25, 10), &err));
    ck_ok(kin_solo_gather(solo, "of", original, 3, number(1, 10), &err));
    ck_ok(kin_solo_gather(solo, "of", low_pitch, 2, number(NAN, 0), &err));
    return solo;
}

static void set_columns(struct kin_solo *solo, const char *const *names, size_t n)
{
    struct kin_literal items[8] = {{0}};
    for (size_t i = 0; i < n; i++)
        items[i].text = names[i];
    struct kin_literal list = {.items = items, .n_items = n};
    ck_ok(kin_args_set(solo->args, "columns", &list, &err));
}

static void check_text(const struct kin_solo *solo, const char *wanted)
{
    struct kin_text text = {0};
    ck_ok(kin_table_text(solo_result(solo, 0), &text, &err));
    ck_assert_str_eq(text.data, wanted);
    kin_text_release(&text);
}

START_TEST(all_axes_then_all_numbers)
{
    struct kin_solo *solo = three();
    ck_ok(kin_solo_run(solo, &err));
    check_text(solo, "magnitude,transformation,trial,clips,consistency\n"
                     "-12,PS,,0,\n"
                     "0,OG,3,10,1\n"
                     "12,PS,,10,0.25\n");
    kin_solo_free(solo);
}
END_TEST

START_TEST(columns_in_order_with_other_names)
{
    struct kin_solo *solo = three();
    const char *const names[] = {"transformation", "magnitude01", "fold=trial",
                                 "n=clips",        "encoder=",     "note="};
    set_columns(solo, names, 6);
    ck_ok(kin_solo_run(solo, &err));
    check_text(solo, "transformation,magnitude01,fold,n,encoder,note\n"
                     "OG,,3,10,,\n"
                     "PS,0,,0,,\n"
                     "PS,1,,10,,\n");
    kin_solo_free(solo);
}
END_TEST

/* 1, 3 and NaN of one label, 5 alone: -/+ 1/sqrt(2), nothing, nothing. */
START_TEST(standardised_within_an_axis)
{
    static const struct kin_label labels[][2] = {
        {{.axis = "task", .text = "AE"}, {.axis = "trial", .text = "0"}},
        {{.axis = "task", .text = "AE"}, {.axis = "trial", .text = "1"}},
        {{.axis = "task", .text = "AE"}, {.axis = "trial", .text = "2"}},
        {{.axis = "task", .text = "AT"}, {.axis = "trial", .text = "0"}},
    };
    const double numbers[] = {1, 3, NAN, 5};
    const char *const names[] = {"task", "trial", "standardised"};
    struct kin_solo *solo =
        solo_new("table", PARAMS("standardise", "consistency", "standardise_within", "task"));
    for (size_t i = 0; i < 4; i++)
        ck_ok(kin_solo_gather(solo, "of", labels[i], 2, number(numbers[i], 10), &err));
    set_columns(solo, names, 3);
    ck_ok(kin_solo_run(solo, &err));
    check_text(solo, "task,trial,standardised\n"
                     "AE,0,-0.7071067811865475\n"
                     "AE,1,0.7071067811865475\n"
                     "AE,2,\n"
                     "AT,0,\n");
    kin_solo_free(solo);
}
END_TEST

START_TEST(a_mistyped_column_is_an_error)
{
    struct kin_solo *solo = three();
    const char *const names[] = {"consistancy"};
    set_columns(solo, names, 1);
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "no axis or number is called 'consistancy'; there are magnitude, "
                               "transformation, trial, clips, consistency, magnitude01; did you "
                               "mean 'consistency'?");
    kin_solo_free(solo);
}
END_TEST

START_TEST(nothing_gathered_is_an_empty_table)
{
    struct kin_solo *solo = solo_new("table", NULL);
    const char *const names[] = {"transformation", "consistency"};
    set_columns(solo, names, 2);
    ck_ok(kin_solo_run(solo, &err));
    check_text(solo, "transformation,consistency\n");
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("table", standardised_within_an_axis,
          all_axes_then_all_numbers, columns_in_order_with_other_names,
          a_mistyped_column_is_an_error, nothing_gathered_is_an_empty_table)
