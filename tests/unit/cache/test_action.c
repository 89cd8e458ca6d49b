#include "cache/writer.h"
#include "cache_support.h"

static void put_action(struct kin_cache *cache, const struct kin_action *action)
{
    struct kin_error err = {0};
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_batch_action(batch, action, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
}

START_TEST(finds_an_action)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_action action = make_action("kind: a\nversion: 1\n", name_digest("output"));
    action.n_outputs = KIN_ACTION_OUTPUTS;
    action.outputs[7] = name_digest("last");
    action.items = 1000;
    action.failed = 3;
    struct kin_outcome outcome;
    ck_assert(!kin_cache_find(cache, &action.key, &outcome));
    put_action(cache, &action);
    ck_assert(kin_cache_find(cache, &action.key, &outcome));
    ck_assert_uint_eq(outcome.n_outputs, KIN_ACTION_OUTPUTS);
    ck_assert_uint_eq(outcome.items, 1000);
    ck_assert_uint_eq(outcome.failed, 3);
    ck_assert_mem_eq(outcome.outputs, action.outputs, sizeof action.outputs);
    struct kin_action read;
    void *backing;
    ck_ok(kin_cache_action(cache, &action.key, &read, &backing, &err));
    ck_assert_str_eq(read.record, action.record);
    ck_assert_str_eq(read.made_by, action.made_by);
    ck_assert(kin_digest_equal(&read.key, &action.key));
    ck_assert_mem_eq(read.outputs, action.outputs, sizeof action.outputs);
    ck_assert_uint_eq(read.items, 1000);
    ck_assert_uint_eq(read.failed, 3);
    ck_assert(read.seconds == 1.5);
    ck_assert_int_eq(read.made_at, 1700000000);
    kin_free(backing);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(replaces_an_action)
{
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    struct kin_action action = make_action("r", name_digest("one"));
    put_action(cache, &action);
    action.outputs[0] = name_digest("two");
    action.n_outputs = 2;
    put_action(cache, &action);
    struct kin_outcome outcome;
    ck_assert(kin_cache_find(cache, &action.key, &outcome));
    ck_assert_uint_eq(outcome.n_outputs, 2);
    ck_assert(kin_digest_equal(&outcome.outputs[0], &action.outputs[0]));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(refuses_a_wrong_action)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_action action = make_action("r", name_digest("o"));
    action.n_outputs = KIN_ACTION_OUTPUTS + 1;
    ck_assert_int_eq(kin_batch_action(batch, &action, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "an action with 9 outputs, at most 8 fit");
    action = make_action("r", name_digest("o"));
    action.key = name_digest("s");
    ck_assert_int_eq(kin_batch_action(batch, &action, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "the key of an action is not the digest of its record");
    action = make_action("r", name_digest("o"));
    action.made_by = NULL;
    ck_assert_int_eq(kin_batch_action(batch, &action, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "an action without its record or what made it");
    kin_batch_free(batch);
    struct kin_digest missing = name_digest("missing");
    void *backing;
    ck_assert_int_eq(kin_cache_action(cache, &missing, &action, &backing, &err), KIN_ENOTFOUND);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

struct walk {
    size_t n;
    struct kin_digest last;
};

static int visit_action(void *context, const struct kin_action *action)
{
    struct walk *walk = context;
    ck_assert(walk->n == 0 || kin_digest_compare(&walk->last, &action->key) < 0);
    struct kin_digest real = name_digest(action->record);
    ck_assert(kin_digest_equal(&real, &action->key));
    walk->last = action->key;
    return ++walk->n == 20 ? 9 : 0;
}

START_TEST(walks_actions_in_order)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    for (int i = 0; i < 20; i++) {
        char record[20];
        snprintf(record, sizeof record, "record %d", i);
        struct kin_action action = make_action(record, name_digest("o"));
        if (i == 19) {
            struct walk walk = {0};
            ck_ok(kin_cache_each_action(cache, visit_action, &walk, &err));
            ck_assert_uint_eq(walk.n, 19);
        }
        put_action(cache, &action);
    }
    struct walk walk = {0};
    ck_assert_int_eq(kin_cache_each_action(cache, visit_action, &walk, &err), 9);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(forgets_an_action)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_action action = make_action("kind a\n", put_made(cache, 100, 1, false));
    struct kin_outcome outcome;
    put_action(cache, &action);
    for (int twice = 0; twice < 2; twice++) {
        struct kin_cache_batch *batch = kin_batch_new(cache);
        ck_ok(kin_batch_forget_action(batch, &action.key, &err));
        ck_ok(kin_cache_write(cache, batch, &err));
        ck_assert(!kin_cache_find(cache, &action.key, &outcome));
    }
    uint64_t bad = 1;
    kin_cache_close(cache);
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("action", finds_an_action, replaces_an_action, refuses_a_wrong_action,
          walks_actions_in_order, forgets_an_action)
