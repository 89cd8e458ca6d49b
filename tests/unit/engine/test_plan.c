#include "lab.h"

#define TREE                                                    \
    "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n" \
    "  y: { kind: template, of: x, factor: 10 }\n"

static struct kin_plan_step *plan(struct lab *lab, const char *steps, size_t *n)
{
    struct kin_error err = {0};
    struct kin_plan_step *list = NULL;
    lab_load(lab, steps, NULL);
    ck_ok(kin_session_plan(lab->session, &list, n, &err));
    return list;
}

START_TEST(what_is_known_and_what_comes_after)
{
    struct lab lab;
    size_t n;
    lab_open(&lab, 6, 1);
    struct kin_plan_step *steps = plan(&lab, TREE, &n);
    ck_assert_uint_eq(n, 3);
    ck_assert_uint_eq(steps[0].instances[KIN_PLAN_RUN], 1);
    ck_assert_uint_eq(steps[2].instances[KIN_PLAN_AFTER], 2);
    ck_assert_double_eq(steps[2].items, 12);
    ck_assert(steps[2].seconds < 0); /* nothing was measured yet */
    kin_plan_free(steps, n);
    lab_do(&lab, TREE, 1);
    steps = plan(&lab, TREE, &n);
    for (size_t s = 0; s < n; s++)
        ck_assert_double_eq(steps[s].items, 0);
    ck_assert_uint_eq(steps[2].instances[KIN_PLAN_HIT], 2);
    kin_plan_free(steps, n);
    lab_close(&lab);
}
END_TEST

START_TEST(a_new_item_is_one_item)
{
    struct lab lab;
    size_t n;
    lab_open(&lab, 6, 1);
    lab_do(&lab, TREE, 1);
    lab_vectors(&lab, 7, 1);
    struct kin_plan_step *steps = plan(&lab, TREE, &n);
    ck_assert_double_ge(steps[0].items, 1);
    ck_assert_uint_eq(steps[1].instances[KIN_PLAN_AFTER], 2);
    kin_plan_free(steps, n);
    lab_close(&lab);
}
END_TEST

START_TEST(an_absent_source_blocks_what_needs_it)
{
    struct lab lab;
    size_t n;
    lab_open(&lab, 6, 1);
    struct kin_plan_step *steps = plan(&lab,
                                       "  w: { kind: vectors.npy, file: nowhere.npy, expect: 50 }\n"
                                       "  x: { kind: template, of: w, for: { factor: [2, 3] } }\n",
                                       &n);
    ck_assert_uint_eq(steps[1].instances[KIN_PLAN_ABSENT], 1);
    ck_assert_ptr_nonnull(steps[1].absent);
    ck_assert_uint_eq(steps[2].instances[KIN_PLAN_BLOCKED], 2);
    ck_assert_double_eq(steps[2].items, 100);
    kin_plan_free(steps, n);
    lab_close(&lab);
}
END_TEST

TEST_MAIN("plan", what_is_known_and_what_comes_after, a_new_item_is_one_item,
          an_absent_source_blocks_what_needs_it)
