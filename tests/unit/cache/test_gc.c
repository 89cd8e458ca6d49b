/* What goes and what stays: roots, leases, victims by price. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "cache/writer.h"
#include "cache_support.h"

#define N 4

/* N actions with one artifact of 100,000 bytes each; the i-th took i + 1 seconds. */
struct actions {
    struct kin_digest keys[N], outputs[N];
    size_t roots, pinned; /* the first ones */
};

static struct actions make_actions(struct kin_cache *cache)
{
    struct kin_error err = {0};
    struct actions out = {0};
    struct kin_digest family = name_digest("family");
    struct kin_cache_batch *batch = kin_batch_new(cache);
    for (size_t i = 0; i < N; i++) {
        char record[40];
        snprintf(record, sizeof record, "action %zu\nkind thing 1\n", i);
        out.outputs[i] = add_made(batch, 100000, i, false);
        struct kin_action action = make_action(record, out.outputs[i]);
        action.seconds = (double)(i + 1);
        out.keys[i] = action.key;
        must(kin_batch_action(batch, &action, &err));
        must(kin_batch_item(batch, &family, &out.keys[i], &out.outputs[i], &err));
    }
    must(kin_cache_write(cache, batch, &err));
    return out;
}

static int find_roots(void *context, struct kin_roots *roots, struct kin_error *err)
{
    const struct actions *actions = context;
    for (size_t i = 0; i < actions->roots; i++)
        KIN_TRY(kin_root_action(roots, &actions->keys[i], "step", i < actions->pinned, err));
    return kin_root_forget(roots, "runs", "old", 3, err);
}

static struct kin_gc_result collect(struct kin_cache *cache, struct actions *actions,
                                    uint64_t most_bytes, bool dry_run)
{
    struct kin_error err = {0};
    struct kin_gc_result result;
    must(kin_cache_gc(
        cache,
        &(struct kin_gc_options){
            .roots = find_roots, .context = actions, .most_bytes = most_bytes, .dry_run = dry_run},
        &result, &err));
    return result;
}

static bool knows(struct kin_cache *cache, const struct actions *actions, size_t i)
{
    struct kin_outcome outcome;
    return kin_cache_find(cache, &actions->keys[i], &outcome);
}

static void ck_clean(const char *folder)
{
    struct kin_error err = {0};
    uint64_t bad;
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
}

START_TEST(removes_what_no_root_reaches)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct actions actions = make_actions(cache);
    actions.roots = 1;
    put_made(cache, 300, 99, false); /* nobody's */
    struct kin_cache_batch *batch = kin_batch_new(cache);
    must(kin_batch_record(batch, "runs", "old", 3, "x", 1, &err));
    must(kin_cache_write(cache, batch, &err));
    for (int dry_run = 1; dry_run >= 0; dry_run--) {
        struct kin_gc_result result = collect(cache, &actions, 0, dry_run);
        ck_assert_uint_eq(result.actions, 3);
        ck_assert_uint_eq(result.freed.all.bytes, 300300);
        ck_assert_double_eq(result.freed.all.seconds, 2 + 3 + 4);
        ck_assert_uint_eq(result.left_bytes, 100000);
        ck_assert_uint_eq(result.freed.n, 2);
        ck_assert_str_eq(result.freed.list[0].kind, "thing");
        ck_assert_ptr_null(result.freed.list[0].step);
        ck_assert(knows(cache, &actions, 3) == dry_run);
        kin_gc_result_release(&result);
    }
    ck_assert(has_made(cache, 100000, 0) && knows(cache, &actions, 0));
    ck_assert_int_eq(kin_cache_presence(cache, &actions.outputs[2]), KIN_ABSENT);
    struct kin_cache_stat stat;
    ck_ok(kin_cache_stat(cache, &stat, &err));
    ck_assert_uint_eq(stat.items, 1);
    ck_assert_uint_eq(stat.runs, 0);
    ck_clean(folder);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* Under a limit: the cheapest per byte first, never what is pinned; it stays known. */
START_TEST(drops_what_is_cheapest)
{
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    struct actions actions = make_actions(cache);
    actions.roots = N;
    actions.pinned = 1;
    struct kin_gc_result result = collect(cache, &actions, 250000, false);
    ck_assert_uint_eq(result.actions, 0);
    ck_assert_uint_eq(result.left_bytes, 200000);
    ck_assert_double_eq(result.freed.all.seconds, 2 + 3);
    kin_gc_result_release(&result);
    ck_assert(has_made(cache, 100000, 0) && has_made(cache, 100000, 3));
    ck_assert_int_eq(kin_cache_presence(cache, &actions.outputs[1]), KIN_DROPPED);
    ck_assert(knows(cache, &actions, 1));
    put_made(cache, 100000, 1, false); /* computed again */
    ck_assert(has_made(cache, 100000, 1));
    result = collect(cache, &actions, 1, false);
    ck_assert_uint_eq(result.left_bytes, 100000); /* pinned */
    kin_gc_result_release(&result);
    ck_clean(folder);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* What a process leases stays while it lives, and, when it was killed, until the next one claims.
 */
START_TEST(spares_what_is_in_use)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct actions actions = make_actions(cache);
    kin_cache_close(cache);
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct kin_digest family = name_digest("family");
        cache = open_cache(folder);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        must(kin_batch_lease(batch, &actions.keys[1], 1, &err));
        must(kin_batch_lease(batch, &family, 1, &err));
        must(kin_cache_write(cache, batch, &err));
        _exit(write(ends[1], "x", 1) == 1 ? pause() : 1);
    }
    char said;
    ck_assert_int_eq(read(ends[0], &said, 1), 1);
    cache = open_cache(folder);
    struct kin_gc_result result = collect(cache, &actions, 1, false);
    ck_assert_uint_eq(result.in_use, 1);
    ck_assert_uint_eq(result.left_bytes, 400000); /* the family's */
    kin_gc_result_release(&result);
    ck_assert(knows(cache, &actions, 1) && !knows(cache, &actions, 2));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    result = collect(cache, &actions, 0, false);
    ck_assert_uint_eq(result.in_use, 0);
    ck_assert_uint_eq(result.left_bytes, 400000);
    kin_gc_result_release(&result);
    struct kin_claims none = {0};
    struct kin_cache_batch *batch = kin_batch_new(cache);
    must(kin_batch_claim(batch, &none, &err));
    must(kin_cache_write(cache, batch, &err));
    result = collect(cache, &actions, 0, false);
    ck_assert_uint_eq(result.left_bytes, 0);
    kin_gc_result_release(&result);
    ck_clean(folder);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* A killed training's state is worth its time; that of one that is done is not. */
START_TEST(keeps_checkpoints_of_what_is_not_done)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct actions actions = make_actions(cache);
    struct kin_digest keys[2] = {actions.keys[0], name_digest("not done")};
    actions.roots = 1;
    for (size_t i = 0; i < 2; i++) {
        unsigned char key[24] = {0};
        memcpy(key, keys[i].bytes, 16);
        struct kin_digest state = put_made(cache, 500, 50 + i, true);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        must(kin_batch_record(batch, "checkpoints", key, sizeof key, state.bytes, 16, &err));
        must(kin_cache_write(cache, batch, &err));
    }
    struct kin_gc_result result = collect(cache, &actions, 0, false);
    kin_gc_result_release(&result);
    ck_assert(!has_made(cache, 500, 50));
    ck_assert(has_made(cache, 500, 51));
    ck_clean(folder);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("gc", removes_what_no_root_reaches, drops_what_is_cheapest, spares_what_is_in_use,
          keeps_checkpoints_of_what_is_not_done)
