#include "table_support.h"

#define HEADER "encoder,transformation,magnitude,magnitude01,trial,consistency\n"

static struct kin_solo *summary_of(const char *csv)
{
    struct kin_solo *solo = solo_new("summarise", NULL);
    ck_ok(kin_solo_put(solo, "of", make_table(csv), &err));
    return solo;
}

START_TEST(a_mean_for_every_cell)
{
    struct kin_solo *solo = summary_of(HEADER "AT,PS,-1,0,0,0.5\n"
                                              "AT,PS,-1,0,1,0.75\n"
                                              "AT,PS,-1,0,2,1\n"
                                              "AT,PS,2,1,0,0\n"
                                              "AT,PS,2,1,1,0\n"
                                              "AT,PS,2,1,2,0.375\n"
                                              "MFCC,PS,-1,0,,0.875\n"
                                              "MFCC,PS,2,1,,0.125\n");
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_str_eq(given_cell(solo, 0, 0, "encoder"), "AT");
    ck_assert_str_eq(given_cell(solo, 0, 0, "magnitude"), "-1");
    ck_assert_str_eq(given_cell(solo, 0, 1, "magnitude01"), "1");
    ck_assert_double_eq(given_number(solo, 0, 0, "n"), 3);
    ck_assert_double_eq(given_number(solo, 0, 0, "mean"), 0.75);
    ck_assert_double_eq(given_number(solo, 0, 1, "mean"), 0.125);
    ck_assert_double_lt(given_number(solo, 0, 0, "lower"), 0.75);
    ck_assert_double_ge(given_number(solo, 0, 0, "lower"), 0.5);
    ck_assert_double_gt(given_number(solo, 0, 0, "upper"), 0.75);
    ck_assert_double_eq(given_number(solo, 0, 0, "missing"), 0);
    kin_solo_free(solo);
}
END_TEST

START_TEST(one_observation_has_no_interval)
{
    struct kin_solo *solo = summary_of(HEADER "MFCC,PS,-1,0,,0.875\n"
                                              "MFCC,PS,2,1,,0.125\n");
    ck_ok(kin_solo_run(solo, &err));
    check_table(solo, 0,
                "encoder,transformation,magnitude,magnitude01,n,mean,lower,upper,missing\n"
                "MFCC,PS,-1,0,1,0.875,,,0\n"
                "MFCC,PS,2,1,1,0.125,,,0\n");
    kin_solo_free(solo);
}
END_TEST

/* Trial 1 of AT lacks a row, trial 2 a number; AE never saw PN; the whole of trial 2 of AE is gone.
 */
START_TEST(what_is_missing_is_counted)
{
    struct kin_solo *solo = summary_of(HEADER "AE,PS,-1,0,0,0.5\n"
                                              "AE,PS,-1,0,1,0.5\n"
                                              "AT,PS,-1,0,0,0.25\n"
                                              "AT,PS,-1,0,2,\n"
                                              "AT,PN,10,1,0,1\n"
                                              "AT,PN,10,1,1,1\n"
                                              "AT,PN,10,1,2,1\n");
    ck_ok(kin_solo_run(solo, &err));
    check_table(solo, 0,
                "encoder,transformation,magnitude,magnitude01,n,mean,lower,upper,missing\n"
                "AE,PN,10,1,0,,,,3\n"
                "AE,PS,-1,0,2,0.5,0.5,0.5,1\n"
                "AT,PN,10,1,3,1,1,1,0\n"
                "AT,PS,-1,0,1,0.25,,,2\n");
    kin_solo_free(solo);
}
END_TEST

/* An encoder without trials is observed once, whatever others have. */
START_TEST(no_trials_are_none_missing)
{
    struct kin_solo *solo = summary_of(HEADER "AT,PS,-1,0,0,0.5\n"
                                              "AT,PS,-1,0,1,0.5\n"
                                              "MFCC,PS,-1,0,,0.875\n");
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_double_eq(given_number(solo, 0, 1, "n"), 1);
    ck_assert_double_eq(given_number(solo, 0, 1, "missing"), 0);
    kin_solo_free(solo);
}
END_TEST

START_TEST(several_values)
{
    struct kin_solo *solo = summary_of("task,trial,performance,standardised\n"
                                       "AE,0,2,-1\n"
                                       "AE,1,4,\n");
    set_list(solo, "value", (const char *const[]){"performance", "standardised", NULL});
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_str_eq(given_cell(solo, 0, 0, "value"), "performance");
    ck_assert_double_eq(given_number(solo, 0, 0, "mean"), 3);
    ck_assert_str_eq(given_cell(solo, 0, 1, "value"), "standardised");
    ck_assert_double_eq(given_number(solo, 0, 1, "mean"), -1);
    kin_solo_free(solo);
}
END_TEST

START_TEST(another_unit_and_none)
{
    struct kin_solo *solo = summary_of("group,clip,delta\na,x,1\na,y,0\nb,x,1\nb,y,1\n");
    struct kin_literal unit = {.text = "clip"};
    ck_ok(kin_args_set(solo->args, "unit", &unit, &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_double_eq(given_number(solo, 0, 0, "mean"), 0.5);
    ck_assert_double_eq(given_number(solo, 0, 1, "n"), 2);
    kin_solo_free(solo);

    solo = summary_of("group,clip,delta\na,x,1\na,y,0\n");
    unit.text = "";
    ck_ok(kin_args_set(solo->args, "unit", &unit, &err));
    ck_ok(kin_solo_run(solo, &err));
    check_table(solo, 0, "group,clip,n,mean,lower,upper,missing\na,x,1,1,,,0\na,y,1,0,,,0\n");
    kin_solo_free(solo);
}
END_TEST

/* Whatever else the table holds, a cell's interval stays. */
START_TEST(other_rows_change_nothing)
{
    const char *const alone = HEADER "AT,PS,-1,0,0,0.5\n"
                                     "AT,PS,-1,0,1,0.75\n"
                                     "AT,PS,-1,0,2,1\n";
    const char *const among = HEADER "AT,PS,-1,0,2,1\n"
                                     "AT,PS,-1,0,0,0.5\n"
                                     "AT,EN,-1,0,0,0.25\n"
                                     "AT,PS,-1,0,1,0.75\n";
    struct kin_solo *one = summary_of(alone), *other = summary_of(among);
    ck_ok(kin_solo_run(one, &err));
    ck_ok(kin_solo_run(other, &err));
    ck_assert_str_eq(given_cell(one, 0, 0, "lower"), given_cell(other, 0, 1, "lower"));
    ck_assert_str_eq(given_cell(one, 0, 0, "upper"), given_cell(other, 0, 1, "upper"));
    kin_solo_free(one);
    kin_solo_free(other);
}
END_TEST

START_TEST(an_empty_table)
{
    struct kin_solo *solo = summary_of("encoder,trial,x\n");
    ck_ok(kin_solo_run(solo, &err));
    check_table(solo, 0, "encoder,n,mean,lower,upper,missing\n");
    kin_solo_free(solo);
}
END_TEST

/* ---- mistakes ---- */

static void refused(struct kin_solo *solo, int status, const char *text)
{
    ck_assert_int_eq(kin_solo_run(solo, &err), status);
    ck_assert_str_eq(err.text, text);
    kin_solo_free(solo);
}

START_TEST(a_column_called_like_a_result)
{
    refused(summary_of("mean,trial,x\nA,0,1\n"), KIN_EINVAL,
            "a cell's column 'mean' is called like a result; rename it");
}
END_TEST

TEST_MAIN("summarise", a_mean_for_every_cell, one_observation_has_no_interval,
          what_is_missing_is_counted, no_trials_are_none_missing, several_values,
          another_unit_and_none, other_rows_change_nothing, an_empty_table,
          a_column_called_like_a_result)
