/* Runs: what is computed, what is found, in which order things may happen. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lab.h"

#define TREE                                                       \
    "  x: { kind: template, of: v, for: { factor: [2, 3, 4] } }\n" \
    "  y: { kind: template, of: x, factor: 10 }\n"

START_TEST(computes_once_then_finds)
{
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 2);
    ck_assert_uint_eq(lab_stats(&lab, "v")->computed, 20);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 60);
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 60);
    ck_assert_uint_eq(lab_stats(&lab, "y")->instances, 3);
    lab_do(&lab, TREE, 2);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 0);
    ck_assert_uint_eq(lab_stats(&lab, "x")->hits, 3);
    ck_assert_uint_eq(lab_stats(&lab, "y")->items, 60);
    lab_close(&lab);
}
END_TEST

START_TEST(a_new_axis_value_costs_its_own_instances)
{
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 2);
    lab_do(&lab,
           "  x: { kind: template, of: v, for: { factor: [2, 3, 5] } }\n"
           "  y: { kind: template, of: x, factor: 10 }\n",
           2);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 20);
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 20);
    lab_close(&lab);
}
END_TEST

START_TEST(a_new_item_costs_its_own_work)
{
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 2);
    lab_vectors(&lab, 21, 1);
    lab_do(&lab, TREE, 2);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 3);
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 3);
    ck_assert_uint_eq(lab_stats(&lab, "y")->items, 63);
    lab_close(&lab);
}
END_TEST

/* Equal bytes stop the wave: other vectors times nought are the same noughts. */
START_TEST(equal_results_stop_the_wave)
{
    const char *steps = "  x: { kind: template, of: v, factor: 0 }\n"
                        "  y: { kind: template, of: x, factor: 7 }\n";
    struct lab lab;
    lab_open(&lab, 5, 1);
    lab_do(&lab, steps, 2);
    lab_vectors(&lab, 5, 100);
    lab_do(&lab, steps, 2);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 5);
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 0);
    ck_assert_uint_eq(lab_stats(&lab, "y")->hits, 1);
    lab_close(&lab);
}
END_TEST

START_TEST(a_target_leaves_the_rest_alone)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 4, 1);
    lab_load(&lab, TREE, "y[factor=3]");
    ck_ok(lab_run(&lab, 1, &err));
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 4);
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 4);
    lab_close(&lab);
}
END_TEST

START_TEST(stops_when_asked)
{
    static const volatile sig_atomic_t yes = 1;
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 4, 1);
    lab_load(&lab, TREE, NULL);
    const struct kin_run_options options = {.threads = 2, .cancel = &yes};
    ck_assert_int_eq(kin_session_run(lab.session, &options, &err), KIN_ECANCELLED);
    ck_assert_str_eq(err.text, "stopped; finished work is kept");
    lab_close(&lab);
}
END_TEST

START_TEST(an_absent_source_is_named)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 4, 1);
    lab_load(&lab, "  w: { kind: vectors.npy, file: nowhere.npy }\n", NULL);
    ck_assert_int_eq(lab_run(&lab, 1, &err), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "w.yaml:4: step 'w': "));
    ck_assert_ptr_nonnull(strstr(err.text, "nowhere.npy"));
    lab_close(&lab);
}
END_TEST

#define TRIALS                                                                                  \
    "  w: { kind: vectors.npy, for: { trial: [0, 1] }, file: { by: trial, 0: v.npy, 1: %s },\n" \
    "       on_error: stop }\n"                                                                 \
    "  d: { kind: distance, from: w, to: v, metric: euclidean }\n"                              \
    "  c: { kind: within, of: d }\n"                                                            \
    "  t: { kind: table, of: c, over: all }\n"                                                  \
    "  m: { kind: missing, of: t, value: [consistency] }\n"

static int run_trials(struct lab *lab, const char *second, bool keep_going, struct kin_error *err)
{
    char steps[1024];
    snprintf(steps, sizeof steps, TRIALS, second);
    lab_load(lab, steps, NULL);
    const struct kin_run_options options = {.threads = 2, .keep_going = keep_going};
    return kin_session_run(lab->session, &options, err);
}

/* A table is made without a trial that failed, under a key of its own: with it, it is another. */
START_TEST(a_table_does_without_what_failed)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 6, NAN);
    KIN_AUTO(kin_text_release) struct kin_text command = {0};
    kin_text_addf(&command, "mv %s/v.npy %s/bad.npy", lab.folder, lab.folder);
    ck_assert_int_eq(system(command.data), 0);
    lab_vectors(&lab, 6, 1);
    ck_assert_int_eq(run_trials(&lab, "bad.npy", false, &err), KIN_EDATA);
    ck_assert_uint_eq(lab_stats(&lab, "t")->computed, 0);
    ck_assert_int_eq(run_trials(&lab, "bad.npy", true, &err), KIN_EDATA);
    ck_assert_uint_eq(lab_stats(&lab, "c")->instances, 1);
    ck_assert_uint_eq(lab_stats(&lab, "t")->computed, 1);
    ck_assert_uint_eq(lab_stats(&lab, "m")->computed, 1);
    ck_assert_int_eq(run_trials(&lab, "bad.npy", true, &err), KIN_EDATA);
    ck_assert_uint_eq(lab_stats(&lab, "t")->hits, 1);
    ck_ok(run_trials(&lab, "v.npy", true, &err));
    ck_assert_uint_eq(lab_stats(&lab, "t")->computed, 1);
    ck_assert_uint_eq(lab_stats(&lab, "m")->computed, 1);
    lab_close(&lab);
}
END_TEST

TEST_MAIN("schedule", computes_once_then_finds, a_new_axis_value_costs_its_own_instances,
          a_new_item_costs_its_own_work, equal_results_stop_the_wave,
          a_target_leaves_the_rest_alone, stops_when_asked, an_absent_source_is_named,
          a_table_does_without_what_failed)
