#include "table_support.h"

#define HEADER "encoder,transformation,magnitude,magnitude01,trial,consistency\n"

static struct kin_solo *gaps_of(const char *csv)
{
    struct kin_solo *solo = solo_new("missing", NULL);
    ck_ok(kin_solo_put(solo, "of", make_table(csv), &err));
    return solo;
}

static void check_gaps(struct kin_solo *solo, const char *wanted)
{
    ck_ok(kin_solo_run(solo, &err));
    check_table(solo, 0, wanted);
    kin_solo_free(solo);
}

/* Trial 1 of AT lacks a row, trial 2 a number; AE never saw PN; the whole of trial 2 of AE is gone.
 */
START_TEST(one_by_one)
{
    check_gaps(gaps_of(HEADER "AE,PS,-1,0,0,0.5\n"
                              "AE,PS,-1,0,1,0.5\n"
                              "AT,PS,-1,0,0,0.25\n"
                              "AT,PS,-1,0,2,\n"
                              "AT,PN,10,1,0,1\n"
                              "AT,PN,10,1,1,1\n"
                              "AT,PN,10,1,2,1\n"),
               "encoder,transformation,magnitude,magnitude01,trial,why\n"
               "AE,PN,10,1,0,absent\n"
               "AE,PN,10,1,1,absent\n"
               "AE,PN,10,1,2,absent\n"
               "AE,PS,-1,0,2,absent\n"
               "AT,PS,-1,0,1,absent\n"
               "AT,PS,-1,0,2,empty\n");
}
END_TEST

/* An encoder without trials is observed once, whatever others have. */
START_TEST(nothing)
{
    check_gaps(gaps_of(HEADER "AT,PS,-1,0,0,0.5\n"
                              "AT,PS,-1,0,1,0.5\n"
                              "MFCC,PS,-1,0,,0.875\n"),
               "encoder,transformation,magnitude,magnitude01,trial,why\n");
}
END_TEST

START_TEST(of_several_values)
{
    struct kin_solo *solo = gaps_of("task,trial,performance,standardised\nAE,0,2,-1\nAE,1,4,nan\n");
    set_list(solo, "value", (const char *const[]){"performance", "standardised", NULL});
    check_gaps(solo, "task,trial,value,why\nAE,1,standardised,empty\n");
}
END_TEST

START_TEST(other_conditions_and_no_unit)
{
    struct kin_solo *solo = gaps_of("encoder,clips,trial,x\nA,10,0,1\nA,20,0,2\nB,10,0,3\n");
    set_list(solo, "across", (const char *const[]){"clips", NULL});
    check_gaps(solo, "encoder,clips,trial,why\nB,20,0,absent\n");

    solo = gaps_of("encoder,clips,x\nA,10,1\nA,20,2\nB,10,3\n");
    struct kin_literal none = {.text = ""};
    ck_ok(kin_args_set(solo->args, "unit", &none, &err));
    set_list(solo, "across", (const char *const[]){"clips", NULL});
    check_gaps(solo, "encoder,clips,why\nB,20,absent\n");
}
END_TEST

START_TEST(no_rows)
{
    check_gaps(gaps_of("encoder,trial,x\n"), "encoder,trial,why\n");
}
END_TEST

TEST_MAIN("missing", one_by_one, nothing, of_several_values, other_conditions_and_no_unit, no_rows)
