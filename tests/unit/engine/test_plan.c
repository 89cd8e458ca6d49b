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

static double planned(struct lab *lab, const char *steps, size_t step)
{
    size_t n;
    struct kin_plan_step *list = plan(lab, steps, &n);
    ck_assert_uint_lt(step, n);
    double items = list[step].items;
    kin_plan_free(list, n);
    return items;
}

START_TEST(what_waits_for_a_new_item_is_one_item)
{
    struct lab lab;
    lab_open(&lab, 6, 1);
    lab_do(&lab, TREE, 1);
    lab_vectors(&lab, 7, 1);
    ck_assert_double_eq(planned(&lab, TREE, 0), 1);
    ck_assert_double_eq(planned(&lab, TREE, 1), 2); /* one for each factor */
    ck_assert_double_eq(planned(&lab, TREE, 2), 2);
    lab_close(&lab);
}
END_TEST

START_TEST(the_same_computation_is_planned_once)
{
    struct lab lab;
    size_t n;
    lab_open(&lab, 6, 1);
    struct kin_plan_step *steps = plan(&lab,
                                       TREE "  x2: { kind: template, of: v, factor: 3 }\n"
                                            "  y2: { kind: template, of: x2, factor: 10 }\n",
                                       &n);
    double items = 0;
    uint64_t shared = 0;
    for (size_t s = 1; s < n; s++) {
        items += steps[s].items;
        shared += steps[s].shared;
    }
    ck_assert_double_eq(items, 4 * 6); /* x and y at two factors each */
    ck_assert_uint_eq(shared, 2);
    kin_plan_free(steps, n);
    lab_close(&lab);
}
END_TEST

#define DISTANCES TREE "  d: { kind: distance, from: x, to: v, metric: euclidean }\n"

START_TEST(distances_are_priced_by_the_pair)
{
    struct lab lab;
    size_t n;
    lab_open(&lab, 6, 1);
    lab_do(&lab, DISTANCES, 1);
    const struct kin_step_stats *stats = lab_stats(&lab, "d");
    double pace = stats->seconds / (double)stats->counters[0].n;
    lab_vectors(&lab, 7, 1);
    struct kin_plan_step *steps = plan(&lab, DISTANCES, &n);
    /* two factors: a whole row of 7, and 6 rows that become one pair wider */
    ck_assert_double_eq_tol(steps[3].seconds, 2 * 13 * pace, 1e-12);
    ck_assert_double_eq(steps[3].items, 2 * 7);
    kin_plan_free(steps, n);
    lab_do(&lab, DISTANCES, 1);
    ck_assert_uint_eq(lab_stats(&lab, "d")->counters[0].n, 2 * 13);
    lab_close(&lab);
}
END_TEST

START_TEST(bytes_are_known_once_it_ran)
{
    struct lab lab;
    size_t n;
    lab_open(&lab, 6, 1);
    struct kin_plan_step *steps = plan(&lab, TREE, &n);
    ck_assert(steps[1].bytes < 0 && steps[1].bytes_all < 0);
    kin_plan_free(steps, n);
    lab_do(&lab, TREE, 1);
    double bytes = (double)lab_stats(&lab, "x")->bytes;
    steps = plan(&lab, TREE, &n);
    ck_assert_double_eq(steps[1].bytes, 0);
    ck_assert_double_eq(steps[1].bytes_all, bytes);
    ck_assert_double_eq(steps[1].size, 12);
    kin_plan_free(steps, n);
    lab_close(&lab);
}
END_TEST

START_TEST(dropped_bytes_that_are_needed_are_planned)
{
    struct lab lab;
    size_t n;
    const char *before = "  w: { kind: template, of: v, factor: 3, keep: false }\n"
                         "  x: { kind: template, of: w, factor: 2, keep: false }\n"
                         "  y: { kind: template, of: x, factor: 10 }\n";
    const char *after = "  w: { kind: template, of: v, factor: 3, keep: false }\n"
                        "  x: { kind: template, of: w, factor: 2, keep: false }\n"
                        "  y: { kind: template, of: x, factor: 11 }\n";
    lab_open(&lab, 6, 1);
    lab_do(&lab, before, 1);
    struct kin_plan_step *steps = plan(&lab, after, &n);
    ck_assert_double_eq(steps[1].again, 6);
    ck_assert_double_eq(steps[2].again, 6);
    ck_assert_double_eq(steps[1].items, 0);
    ck_assert_double_eq(steps[3].items, 6);
    kin_plan_free(steps, n);
    lab_do(&lab, after, 1);
    ck_assert_uint_eq(lab_stats(&lab, "w")->computed, 6);
    lab_close(&lab);
}
END_TEST

START_TEST(a_table_says_its_rows)
{
    struct lab lab;
    size_t n;
    lab_open(&lab, 6, 1);
    struct kin_plan_step *steps = plan(&lab,
                                       DISTANCES "  m: { kind: within, of: d }\n"
                                                 "  t: { kind: table, of: m, over: all }\n",
                                       &n);
    ck_assert_uint_eq(steps[n - 1].rows, 2);
    ck_assert_uint_eq(steps[0].rows, 0);
    kin_plan_free(steps, n);
    lab_close(&lab);
}
END_TEST

TEST_MAIN("plan", what_is_known_and_what_comes_after, a_new_item_is_one_item,
          an_absent_source_blocks_what_needs_it, what_waits_for_a_new_item_is_one_item,
          the_same_computation_is_planned_once, distances_are_priced_by_the_pair,
          bytes_are_known_once_it_ran, dropped_bytes_that_are_needed_are_planned,
          a_table_says_its_rows)
