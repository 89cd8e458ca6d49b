#include <string.h>

#include "kindred/why.h"
#include "lab.h"

#define TREE                                                    \
    "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n" \
    "  y: { kind: template, of: x, factor: 10 }\n"

/* What why says of a step under these steps. */
static void tell(struct lab *lab, const char *steps, const char *step, struct kin_text *out)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_why_free) struct kin_why why = {0};
    lab_load(lab, steps, step);
    ck_ok(kin_session_why(lab->session, step, &why, &err));
    kin_why_text(&why, out);
}

static void says(struct lab *lab, const char *steps, const char *step, const char *wanted)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    tell(lab, steps, step, &text);
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

/* ---- the closed list, reason by reason ---- */

#define EDITED(y) "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n" y

START_TEST(a_parameter_that_falls_back_to_its_default)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    says(&lab, EDITED("  y: { kind: template, of: x }\n"), "y", "param factor: 10 → 1   (default)");
    lab_close(&lab);
}
END_TEST

START_TEST(on_error_is_part_of_the_record)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    says(&lab, EDITED("  y: { kind: template, of: x, factor: 10, on_error: skip }\n"), "y",
         "on_error: (nothing) → skip");
    lab_close(&lab);
}
END_TEST

/* Changes what the cache remembers of an instance's last run: `from` in its record becomes `to`. */
struct rewriting {
    struct lab *lab;
    const char *instance, *from, *to;
    struct kin_cache_batch *batch;
};

static void rewrite_action(const struct rewriting *rewriting, const struct kin_digest *key,
                           struct kin_digest *out)
{
    struct kin_error err = {0};
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    KIN_AUTO(kin_text_release) struct kin_text record = {0};
    ck_ok(kin_cache_action(rewriting->lab->cache, key, &action, &backing, &err));
    const char *at = strstr(action.record, rewriting->from);
    ck_assert_ptr_nonnull(at);
    kin_text_add_bytes(&record, action.record, (size_t)(at - action.record));
    kin_text_add(&record, rewriting->to);
    kin_text_add(&record, at + strlen(rewriting->from));
    action.record = record.data;
    action.key = *out = kin_digest_of(record.data, record.length);
    ck_ok(kin_batch_action(rewriting->batch, &action, &err));
}

static int rewrite_run(void *context, const void *key, size_t key_length, const void *value,
                       size_t length)
{
    const struct rewriting *rewriting = context;
    struct kin_error err = {0};
    struct kin_digest digest;
    struct kin_value *run;
    void *bytes;
    ck_assert_uint_eq(length, sizeof digest.bytes);
    memcpy(digest.bytes, value, length);
    ck_ok(kin_cache_get(rewriting->lab->cache, &digest, &bytes, &length, &err));
    ck_ok(kin_value_decode(bytes, length, &run, &err));
    const struct kin_tensor *names = kin_value_get(run, "names");
    struct kin_digest *keys = kin_value_get(run, "keys")->data;
    for (size_t i = 0; i < names->shape[0]; i++)
        if (strcmp(kin_tensor_text(names, i), rewriting->instance) == 0)
            rewrite_action(rewriting, &keys[i], &keys[i]);
    ck_ok(kin_value_encode(run, &bytes, &length, &err));
    digest = kin_digest_of(bytes, length);
    ck_ok(kin_batch_blob(rewriting->batch, &digest, bytes, length, false, &err));
    ck_ok(kin_batch_record(rewriting->batch, "history", key, key_length, digest.bytes,
                           sizeof digest.bytes, &err));
    kin_value_free(run);
    return 0;
}

static void rewrite(struct lab *lab, const char *instance, const char *from, const char *to)
{
    struct kin_error err = {0};
    struct rewriting rewriting = {.lab = lab,
                                  .instance = instance,
                                  .from = from,
                                  .to = to,
                                  .batch = kin_batch_new(lab->cache)};
    ck_ok(kin_cache_walk(lab->cache, "history", rewrite_run, &rewriting, &err));
    ck_ok(kin_cache_write(lab->cache, rewriting.batch, &err));
}

/* As if the last run had been one of an older program; a new parameter makes it run. */
static void says_of_then(const char *from, const char *to, const char *wanted)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    rewrite(&lab, "y[factor=2]", from, to);
    says(&lab, EDITED("  y: { kind: template, of: x, factor: 11 }\n"), "y[factor=2]", wanted);
    lab_close(&lab);
}

START_TEST(another_version_of_the_kind)
{
    says_of_then("kind template 1", "kind template 0", "kind: template 0 → template 1   (");
}
END_TEST

START_TEST(another_kind)
{
    says_of_then("kind template 1", "kind split 1", "kind: split 1 → template 1   (");
}
END_TEST

START_TEST(another_form_of_the_record)
{
    says_of_then("kindred-action 1", "kindred-action 0", "kindred-action: 0 → 1\n");
}
END_TEST

START_TEST(a_rewired_input_names_its_items)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE "  z: { kind: template, of: 'x[factor=2]' }\n", 1);
    says(&lab, TREE "  z: { kind: template, of: 'x[factor=3]' }\n", "z",
         "z would run; against the last run:\n  input of: ");
    KIN_AUTO(kin_why_free) struct kin_why why = {0};
    struct kin_error err = {0};
    ck_ok(kin_session_why(lab.session, "z", &why, &err));
    ck_assert_int_eq(why.entries[0].changes[0].reason, KIN_REASON_CONTENT);
    ck_assert_uint_eq(why.entries[0].changes[0].all_items, 2);
    lab_close(&lab);
}
END_TEST

START_TEST(a_part_of_the_workflow_that_ran_since_is_followed)
{
    struct lab lab;
    struct kin_error err = {0};
    const char *edited = "  x: { kind: template, of: v, for: { factor: [2, 3.5] } }\n"
                         "  y: { kind: template, of: x, factor: 10 }\n";
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    lab_load(&lab, edited, "x");
    ck_ok(lab_run(&lab, 1, &err));
    says(&lab, edited, "y", "most like 'y[factor=3]' of the last run");
    says(&lab, edited, "y", "first cause: x[factor=3.5]: param factor: 3 → 3.5   (");
    lab_close(&lab);
}
END_TEST

START_TEST(equal_bytes_of_others_do_not_mislead)
{
    struct lab lab;
    struct kin_error err = {0};
    const char *before = "  x: { kind: template, of: v, factor: 1 }\n" /* the bytes of v */
                         "  w: { kind: template, of: v, factor: 2 }\n"
                         "  y: { kind: template, of: x, factor: 10 }\n";
    const char *after = "  x: { kind: template, of: v, factor: 2 }\n"
                        "  w: { kind: template, of: v, factor: 2 }\n"
                        "  y: { kind: template, of: x, factor: 10 }\n";
    lab_open(&lab, 2, 1);
    lab_do(&lab, before, 1);
    says(&lab, after, "y", "\nfirst cause: x: param factor: 1 → 2   (");
    lab_load(&lab, after, "x");
    ck_ok(lab_run(&lab, 1, &err));
    says(&lab, after, "y", "\nfirst cause: x: param factor: 1 → 2   (");
    lab_close(&lab);
}
END_TEST

START_TEST(more_and_fewer_gathered_instances)
{
    struct lab lab;
    lab_open(&lab, 3, 1);
#define TABLE(factors)                                                 \
    "  x: { kind: template, of: v, for: { factor: [" factors "] } }\n" \
    "  d: { kind: distance, from: x, to: v, metric: euclidean }\n"     \
    "  w: { kind: within, of: d }\n"                                   \
    "  t: { kind: table, of: w, over: all }\n"
    lab_do(&lab, TABLE("2, 3"), 1);
    says(&lab, TABLE("2"), "t",
         "t would run; against the last run:\n  input of: other instances   (");
    says(&lab, TABLE("2"), "t", "    [factor=3] is gone\nfirst cause: t: input of: other");
    says(&lab, TABLE("2, 3, 4"), "t", "    [factor=4] is new\n  w[factor=4] waits");
    says(&lab, TABLE("2, 3, 4"), "t", "\nfirst cause: x[factor=4]: never ran in this workflow\n");
    lab_close(&lab);
}
END_TEST

START_TEST(what_is_forced_runs_again)
{
    struct lab lab;
    struct kin_error err = {0};
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    KIN_AUTO(kin_why_free) struct kin_why why = {0};
    lab_load(&lab, TREE, "x");
    kin_session_force(lab.session);
    ck_ok(kin_session_why(lab.session, "x", &why, &err));
    ck_assert_int_eq(why.entries[1].changes[0].reason, KIN_REASON_FORCED);
    ck_assert_uint_eq(why.instances, 2);
    ck_assert_double_eq(why.items, 4);
    lab_load(&lab, TREE, "x");
    kin_session_force(lab.session);
    ck_ok(lab_run(&lab, 1, &err));
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 4);
    ck_assert_uint_eq(lab_stats(&lab, "v")->computed, 0);
    lab_close(&lab);
}
END_TEST

START_TEST(dropped_bytes_are_told_and_made_again)
{
    struct lab lab;
    lab_open(&lab, 2, 1);
    const char *before = "  x: { kind: template, of: v, factor: 2, keep: false }\n"
                         "  y: { kind: template, of: x, factor: 10 }\n";
    const char *after = "  x: { kind: template, of: v, factor: 2, keep: false }\n"
                        "  y: { kind: template, of: x, factor: 11 }\n";
    lab_do(&lab, before, 1);
    says(&lab, before, "x", "; the bytes of 2 items were dropped, and are made again when needed");
    says(&lab, after, "y", "of: 2 of its items were dropped, 0 are lost");
    lab_close(&lab);
}
END_TEST

/* ---- causes and cost ---- */

START_TEST(one_cause_is_told_once_and_counted)
{
    struct lab lab;
    struct kin_error err = {0};
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    KIN_AUTO(kin_why_free) struct kin_why why = {0};
    lab_load(&lab, EDITED("  y: { kind: template, of: x, factor: 11 }\n"), "y");
    ck_ok(kin_session_why(lab.session, "y", &why, &err));
    ck_assert_uint_eq(why.selected, 2);
    ck_assert_uint_eq(why.n_causes, 1);
    ck_assert_uint_eq(why.causes[0].instances, 2);
    ck_assert_uint_eq(why.instances, 2);
    ck_assert_double_eq(why.items, 4);
    ck_assert_double_ge(why.seconds, 0);
    ck_assert_uint_eq(why.downstream, 2);
    lab_close(&lab);
}
END_TEST

START_TEST(every_reason_has_a_name)
{
    for (int r = 0; r < KIN_REASONS; r++)
        ck_assert_ptr_nonnull(kin_reason_name((enum kin_reason)r));
}
END_TEST

START_TEST(json_says_the_same)
{
    struct lab lab;
    struct kin_error err = {0};
    lab_open(&lab, 2, 1);
    lab_do(&lab, TREE, 1);
    KIN_AUTO(kin_why_free) struct kin_why why = {0};
    KIN_AUTO(kin_text_release) struct kin_text json = {0};
    lab_load(&lab, EDITED("  y: { kind: template, of: x, factor: 11 }\n"), "y[factor=2]");
    ck_ok(kin_session_why(lab.session, "y[factor=2]", &why, &err));
    kin_why_json(&why, &json);
    ck_assert_ptr_nonnull(strstr(json.data, "{\"reason\":\"param\",\"what\":\"param factor\","
                                            "\"was\":\"10\",\"is\":\"11\",\"at\":{\"file\":"));
    ck_assert_ptr_nonnull(strstr(json.data, "\"cost\":{\"instances\":1,\"items\":2,\"seconds\":"));
    lab_close(&lab);
}
END_TEST

TEST_MAIN("why", a_first_run_has_nothing_before_it, a_hit_says_who_made_it,
          a_changed_parameter_is_named_with_its_place,
          a_changed_axis_value_is_put_beside_the_one_that_is_gone,
          new_and_changed_items_of_a_source_are_named, a_parameter_that_falls_back_to_its_default,
          on_error_is_part_of_the_record, another_version_of_the_kind, another_kind,
          another_form_of_the_record, a_rewired_input_names_its_items,
          a_part_of_the_workflow_that_ran_since_is_followed, equal_bytes_of_others_do_not_mislead,
          more_and_fewer_gathered_instances, what_is_forced_runs_again,
          dropped_bytes_are_told_and_made_again, one_cause_is_told_once_and_counted,
          every_reason_has_a_name, json_says_the_same)
