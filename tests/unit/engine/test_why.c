#include <string.h>

#include "lab.h"

#define TREE                                                    \
    "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n" \
    "  y: { kind: template, of: x, factor: 10 }\n"

/* What why says of a step under these steps. */
static void why(struct lab *lab, const char *steps, const char *step, struct kin_text *out)
{
    struct kin_error err = {0};
    lab_load(lab, steps, NULL);
    ck_ok(kin_session_why(lab->session, step, out, &err));
}

static void says(struct lab *lab, const char *steps, const char *step, const char *wanted)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    why(lab, steps, step, &text);
    ck_assert_msg(strstr(kin_text_string(&text), wanted) != NULL, "wanted «%s» in:\n%s", wanted,
                  kin_text_string(&text));
}

START_TEST(a_first_run_has_nothing_before_it)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    says(&lab, TREE, "v", "v never ran in this workflow\n");
    says(&lab, TREE, "y", "y[factor=2] waits for what has to run first:\n  x[factor=2] waits");
    lab_close(&lab);
}
END_TEST

START_TEST(a_hit_says_who_made_it)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    says(&lab, TREE, "x[factor=2]", "x[factor=2] is up to date: made 20");
    says(&lab, TREE, "x", "by kindred " KIN_VERSION " on ");
    lab_close(&lab);
}
END_TEST

START_TEST(a_changed_parameter_is_named_with_its_place)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    const char *edited = "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n"
                         "  y: { kind: template, of: x, factor: 11 }\n";
    says(&lab, edited, "y[factor=2]",
         "would run; against the last run:\n  param factor: 10 → 11   (");
    says(&lab, edited, "y[factor=2]", "w.yaml:5:39)");
    lab_close(&lab);
}
END_TEST

START_TEST(a_changed_axis_value_is_put_beside_the_one_that_is_gone)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    const char *edited = "  x: { kind: template, of: v, for: { factor: [2, 3.5] } }\n"
                         "  y: { kind: template, of: x, factor: 10 }\n";
    says(&lab, edited, "x",
         "it is new, most like 'x[factor=3]' of the last run:\n"
         "  param factor: 3 → 3.5   (");
    says(&lab, edited, "y",
         "y[factor=3.5] waits for what has to run first:\n  x[factor=3.5] would run");
    lab_close(&lab);
}
END_TEST

START_TEST(new_and_changed_items_of_a_source_are_named)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    lab_vectors(&lab, 3, 1);
    says(&lab, TREE, "x", "  v would run; against the last run:\n    input listing: ");
    lab_close(&lab);
}
END_TEST

TEST_MAIN("why", a_first_run_has_nothing_before_it, a_hit_says_who_made_it,
          a_changed_parameter_is_named_with_its_place,
          a_changed_axis_value_is_put_beside_the_one_that_is_gone,
          new_and_changed_items_of_a_source_are_named)
