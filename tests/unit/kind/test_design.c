#include "kind/design.h"
#include "table_support.h"

static struct kin_design design;
static struct kin_value *table;
static struct kin_args *args;

/* The design of a table under the arguments that `missing` has. */
static int make(const char *csv, const char *const *value, const char *const *across)
{
    struct kin_solo *solo = solo_new("missing", NULL);
    set_list(solo, "value", value);
    set_list(solo, "across", across);
    args = solo->args;
    solo->args = NULL;
    kin_solo_free(solo);
    table = make_table(csv);
    design = (struct kin_design){0};
    return kin_design_init(&design, table, args, &err);
}

static void forget(void)
{
    kin_design_release(&design);
    kin_value_free(table);
    kin_args_free(args);
}

static const char *const none[] = {NULL};

static enum kin_observation seen(size_t subject, size_t condition, size_t unit, double wanted)
{
    enum kin_observation what;
    double x = -1;
    ck_ok(kin_design_observe(&design, subject, condition, unit, design.values.list[0], &what, &x,
                             &err));
    ck_assert(isnan(wanted) ? isnan(x) : x == wanted);
    return what;
}

START_TEST(parts_of_a_table)
{
    ck_ok(make("magnitude,encoder,trial,x\n2,B,0,5\n-1,A,1,\n-1,M,,7\n", none, none));
    ck_assert_uint_eq(design.subjects.n, 3);
    ck_assert_uint_eq(design.conditions.n, 2);
    ck_assert_uint_eq(design.units.n, 3);
    ck_assert_uint_eq(design.group.n, 2);
    ck_assert_str_eq(kin_design_text(&design, 1, 0, 0), "-1");
    ck_assert_str_eq(kin_design_text(&design, 1, 0, 1), "B");
    ck_assert_int_eq(seen(1, 1, 1, 5), KIN_OBSERVATION_THERE);
    ck_assert_int_eq(seen(1, 1, 2, NAN), KIN_OBSERVATION_ABSENT);
    ck_assert_int_eq(seen(0, 0, 2, NAN), KIN_OBSERVATION_EMPTY);
    ck_assert_int_eq(seen(0, 0, 0, NAN), KIN_OBSERVATION_NONE); /* A has trials */
    ck_assert_int_eq(seen(2, 0, 0, 7), KIN_OBSERVATION_THERE);
    ck_assert_int_eq(seen(2, 0, 1, NAN), KIN_OBSERVATION_NONE); /* M has none */
    ck_assert_int_eq(seen(2, 1, 0, NAN), KIN_OBSERVATION_ABSENT);
    forget();
}
END_TEST

static void refused(const char *csv, const char *const *value, const char *const *across,
                    int status, const char *text)
{
    ck_assert_int_eq(make(csv, value, across), status);
    ck_assert_str_eq(err.text, text);
    forget();
}

START_TEST(wrong_tables)
{
    refused("encoder,trail,x\nA,0,1\n", none, none, KIN_EINVAL,
            "the table has no column 'trial'; there are encoder, trail, x; did you mean 'trail'?");
    refused("encoder,trial,x\nA,0,1\nA,1,2\nA,0,3\n", none, none, KIN_EDATA,
            "rows 1 and 3 of the table are the same observation twice; give the table the column "
            "that tells them apart");
    refused("encoder,trial,x\nA,0,1\n", (const char *const[]){"trial", NULL}, none, KIN_EINVAL,
            "column 'trial' is to be two of value, unit and across, wanted one");
    refused("encoder,trial,x\nA,0,1\n", none, (const char *const[]){"magnitude", NULL}, KIN_EINVAL,
            "the table has no column 'magnitude'; there are encoder, trial, x");
}
END_TEST

START_TEST(no_number)
{
    enum kin_observation what;
    double x;
    ck_ok(make("encoder,trial,x\nA,0,much\n", none, none));
    ck_assert_int_eq(kin_design_observe(&design, 0, 0, 0, 2, &what, &x, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "row 1 has 'much' in column 'x', wanted a number");
    forget();
}
END_TEST

/* Every row another subject, condition and unit. */
START_TEST(too_large)
{
    struct kin_text csv = {0};
    kin_text_add(&csv, "name,magnitude,trial,x\n");
    for (int i = 0; i < 300; i++)
        kin_text_addf(&csv, "n%d,%d,%d,1\n", i, i, i);
    refused(csv.data, none, none, KIN_EINVAL,
            "300 subjects in 300 conditions and 300 units are more than 20000000 observations; say "
            "which columns are the condition (across)");
    kin_text_release(&csv);
}
END_TEST

TEST_MAIN("design", parts_of_a_table, wrong_tables, no_number, too_large)
