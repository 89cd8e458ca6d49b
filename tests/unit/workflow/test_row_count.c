/* How many rows a table has, before anything runs. */
#include "yaml.h"

static void expect_rows(const struct parsed *parsed, const char *axis, size_t place,
                        const char *label, size_t rows)
{
    struct kin_error err = {0};
    struct kin_row_count *counts;
    size_t n;
    long table = kin_workflow_step(parsed->workflow, "table");
    ck_ok(
        kin_workflow_rows(parsed->workflow, (size_t)table, &axis, axis != NULL, &counts, &n, &err));
    ck_assert_uint_lt(place, n);
    ck_assert_uint_eq(counts[place].rows, rows);
    if (label)
        ck_assert_str_eq(counts[place].labels[0]->text, label);
    else if (axis)
        ck_assert_ptr_null(counts[place].labels[0]);
    kin_row_counts_free(counts);
}

START_TEST(the_papers_design)
{
    struct kin_error err = {0};
    char *text;
    size_t length;
    ck_ok(kin_read_file("tests/unit/workflow/paper.yaml", &text, &length, &err));
    struct parsed parsed = parse_good(text);
    expect_rows(&parsed, NULL, 0, NULL, 2 * 1974);
    expect_rows(&parsed, "d_z", 0, "cosine", 1974);
    expect_rows(&parsed, "d_z", 1, "euclidean", 1974);
    expect_rows(&parsed, "trial", 0, NULL, 2 * 94); /* MFCC has none */
    expect_rows(&parsed, "trial", 1, "0", 2 * 94 * 4);
    parsed_release(&parsed);
    kin_free(text);
}
END_TEST

START_TEST(axes_that_nothing_has_are_refused)
{
    struct kin_error err = {0};
    char *text;
    size_t length, n;
    struct kin_row_count *counts = NULL;
    const char *wrong[] = {"trail"};
    ck_ok(kin_read_file("tests/unit/workflow/paper.yaml", &text, &length, &err));
    struct parsed parsed = parse_good(text);
    size_t table = (size_t)kin_workflow_step(parsed.workflow, "table");
    ck_assert_int_eq(kin_workflow_rows(parsed.workflow, table, wrong, 1, &counts, &n, &err),
                     KIN_EINVAL);
    ck_assert_str_eq(err.text, "no step has an axis 'trail'; did you mean 'trial'?");
    wrong[0] = "trial";
    ck_ok(kin_workflow_rows(parsed.workflow, 0, wrong, 1, &counts, &n, &err)); /* gathers nothing */
    ck_assert_uint_eq(n, 0);
    kin_row_counts_free(counts);
    parsed_release(&parsed);
    kin_free(text);
}
END_TEST

TEST_MAIN("row_count", the_papers_design, axes_that_nothing_has_are_refused)
