#include "table_support.h"

static const struct kin_label pitch[] = {
    {.axis = "magnitude", .text = "12", .is_number = true, .number = 12},
    {.axis = "transformation", .text = "PS"},
};
static const struct kin_label trial[] = {
    {.axis = "magnitude", .text = "-1", .is_number = true, .number = -1},
    {.axis = "transformation", .text = "PS"},
    {.axis = "trial", .text = "3", .is_number = true, .number = 3},
};

static struct kin_value *judged(const char *const *ids, const uint8_t *outcomes, size_t n)
{
    struct kin_value *value = kin_value_new("number");
    struct kin_tensor tensor;
    ck_ok(kin_value_set_texts(value, "ids", ids, n, &err));
    ck_ok(kin_tensor_alloc(&tensor, KIN_U8, 1, &n, &err));
    memcpy(tensor.data, outcomes, n);
    ck_ok(kin_value_set(value, "outcome", &tensor, &err));
    return value;
}

START_TEST(a_row_for_every_clip)
{
    struct kin_solo *solo = solo_new("outcomes", NULL);
    const char *const ids[] = {"a", "b", "c", "d", "e"};
    const uint8_t all[] = {1, 2, 3, 4, 0};
    ck_ok(kin_solo_gather(solo, "of", pitch, 2, judged(ids, all, 2), &err));
    ck_ok(kin_solo_gather(solo, "of", trial, 3, judged(ids, all, 5), &err));
    ck_ok(kin_solo_run(solo, &err));
    check_table(solo, 0,
                "magnitude,transformation,trial,id,outcome,delta\n"
                "12,PS,,a,nearest,0\n"
                "12,PS,,b,tied,1\n"
                "-1,PS,3,a,nearest,0\n"
                "-1,PS,3,b,tied,1\n"
                "-1,PS,3,c,beaten,1\n"
                "-1,PS,3,d,undefined,1\n"
                "-1,PS,3,e,missing,\n");
    kin_solo_free(solo);
}
END_TEST

START_TEST(nothing_gathered)
{
    struct kin_solo *solo = solo_new("outcomes", NULL);
    ck_ok(kin_solo_run(solo, &err));
    check_table(solo, 0, "id,outcome,delta\n");
    kin_solo_free(solo);
}
END_TEST

START_TEST(numbers_of_another_kind)
{
    struct kin_solo *solo = solo_new("outcomes", NULL);
    ck_ok(kin_solo_gather(solo, "of", pitch, 2, kin_value_new("number"), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text,
                     "a number without outcomes of clips; gather the results of 'within'");
    kin_solo_free(solo);
}
END_TEST

START_TEST(damaged_outcomes)
{
    const char *const ids[] = {"a", "b"};
    const uint8_t wrong[] = {1, 9};
    struct kin_solo *solo = solo_new("outcomes", NULL);
    ck_ok(kin_solo_gather(solo, "of", pitch, 2, judged(ids, wrong, 2), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_ECORRUPT);
    ck_assert_str_eq(err.text, "an outcome 9, wanted at most 4");
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("outcomes", a_row_for_every_clip, nothing_gathered, numbers_of_another_kind,
          damaged_outcomes)
