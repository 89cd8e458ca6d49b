/* One call on values in memory, and the kind to copy. */
#include "solo_support.h"

static const double x[] = {1, 2, 3};

static struct kin_value *vector(void)
{
    const size_t n = 3;
    return make_array("vector", "vector", KIN_F32, 1, &n, x);
}

START_TEST(the_template_multiplies)
{
    struct kin_solo *solo = solo_new("template", PARAMS("factor", "-2"));
    ck_ok(kin_solo_add(solo, "of", "a", vector(), &err));
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_tensor *scaled;
    ck_ok(kin_value_want(solo_result(solo, 0), "vector", KIN_F32, 1, &scaled, &err));
    for (size_t i = 0; i < 3; i++)
        ck_assert_float_eq(((float *)scaled->data)[i], (float)(-2 * x[i]));
    kin_solo_free(solo);
}
END_TEST

START_TEST(items_come_in_ascending_id)
{
    struct kin_solo *solo = solo_new("template", NULL);
    const double other[] = {7};
    const size_t one = 1;
    ck_ok(kin_solo_add(solo, "of", "b", make_array("vector", "vector", KIN_F32, 1, &one, other),
                       &err));
    ck_ok(kin_solo_add(solo, "of", "a", vector(), &err));
    ck_assert_uint_eq(kin_solo_count(solo, "of"), 2);
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_uint_eq(kin_value_get(solo_result(solo, 0), "vector")->shape[0], 3);
    ck_assert_uint_eq(kin_value_get(solo_result(solo, 1), "vector")->shape[0], 1);
    kin_solo_free(solo);
}
END_TEST

START_TEST(the_manifest_is_stored)
{
    struct kin_solo *solo = solo_new("template", NULL);
    ck_ok(kin_solo_add(solo, "of", "a", vector(), &err));
    ck_assert_ptr_null(kin_solo_digest(solo, "of"));
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_value *manifest = kin_solo_stored(solo, kin_solo_digest(solo, "of"));
    ck_assert_ptr_nonnull(manifest);
    ck_assert_str_eq(kin_value_text(manifest, "element", ""), "vector");
    kin_solo_free(solo);
}
END_TEST

static void check_refused(struct kin_solo *solo, const char *text)
{
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, text);
    kin_solo_free(solo);
}

START_TEST(inputs_that_do_not_fit)
{
    struct kin_solo *solo = solo_new("template", NULL);
    ck_assert_int_eq(kin_solo_add(solo, "from", "a", vector(), &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "kind 'template' has no input 'from'");
    check_refused(solo, "kind 'template' needs the input 'of' (vectors)");
    solo = solo_new("template", NULL);
    ck_ok(kin_solo_add(solo, "of", "a", NULL, &err));
    check_refused(solo, "item 'a' has failed");
    solo = solo_new("template", NULL);
    ck_ok(kin_solo_add(solo, "of", "a", vector(), &err));
    ck_ok(kin_solo_add(solo, "of", "a", vector(), &err));
    check_refused(solo, "two items have the id 'a'");
    solo = solo_new("spearman", NULL);
    ck_ok(kin_solo_add(solo, "x", "a", vector(), &err));
    ck_ok(kin_solo_add(solo, "y", "b", vector(), &err));
    check_refused(solo, "item 'a' of one input is 'b' of input 'y'");
    solo = solo_new("spearman", NULL);
    ck_ok(kin_solo_add(solo, "x", "a", vector(), &err));
    ck_ok(kin_solo_add(solo, "y", "a", vector(), &err));
    ck_ok(kin_solo_add(solo, "y", "b", vector(), &err));
    check_refused(solo, "input 'y' has 2 items, another has 1");
}
END_TEST

TEST_MAIN("solo", the_template_multiplies, items_come_in_ascending_id, the_manifest_is_stored,
          inputs_that_do_not_fit)
