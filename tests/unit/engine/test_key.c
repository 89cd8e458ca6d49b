/* Canonical records: what is in a key, and what is not. */
#include <string.h>

#include "lab.h"

struct records {
    struct kin_text text;
    size_t n;
};

static int take(void *context, const struct kin_action *action)
{
    struct records *records = context;
    if (strstr(action->record, "\nkind template ")) {
        kin_text_add(&records->text, action->record);
        records->n++;
    }
    return 0;
}

static struct records all_records(struct lab *lab)
{
    struct kin_error err = {0};
    struct records records = {0};
    ck_ok(kin_cache_each_action(lab->cache, take, &records, &err));
    return records;
}

/* The line after the parameters with its digest cut off. */
START_TEST(a_record_holds_kind_parameters_and_inputs)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, "  x: { kind: template, of: v, factor: 2.50 }\n", 1);
    struct records records = all_records(&lab);
    ck_assert_uint_eq(records.n, 1);
    const char *wanted = "kindred-action 1\nkind template 1\nparam factor 2.5\ninput of ";
    ck_assert_msg(strncmp(records.text.data, wanted, strlen(wanted)) == 0, "%s", records.text.data);
    ck_assert_uint_eq(records.text.length, strlen(wanted) + 32 + 1);
    kin_text_release(&records.text);
    lab_close(&lab);
}
END_TEST

START_TEST(spelling_order_and_names_are_in_no_key)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, "  x: { kind: template, of: v, factor: 2.5 }\n", 1);
    lab_do(&lab, "  other: { factor: 25e-1, of: v, kind: template }\n", 2);
    struct records records = all_records(&lab);
    ck_assert_uint_eq(records.n, 1);
    ck_assert_uint_eq(lab_stats(&lab, "other")->hits, 1);
    kin_text_release(&records.text);
    lab_close(&lab);
}
END_TEST

START_TEST(a_default_is_the_same_as_its_value)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, "  x: { kind: template, of: v }\n", 1);
    lab_do(&lab, "  x: { kind: template, of: v, factor: 1 }\n", 1);
    ck_assert_uint_eq(lab_stats(&lab, "x")->hits, 1);
    lab_close(&lab);
}
END_TEST

START_TEST(skipping_is_in_the_key_and_reporting_is_not)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, "  x: { kind: template, of: v }\n", 1);
    lab_do(&lab, "  x: { kind: template, of: v, on_error: stop }\n", 1);
    ck_assert_uint_eq(lab_stats(&lab, "x")->hits, 1);
    lab_do(&lab, "  x: { kind: template, of: v, on_error: skip }\n", 1);
    ck_assert_uint_eq(lab_stats(&lab, "x")->hits, 0);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 0); /* the items are known all the same */
    lab_close(&lab);
}
END_TEST

TEST_MAIN("key", a_record_holds_kind_parameters_and_inputs, spelling_order_and_names_are_in_no_key,
          a_default_is_the_same_as_its_value, skipping_is_in_the_key_and_reporting_is_not)
