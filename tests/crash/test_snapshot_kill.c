/*
 * A child loads a snapshot and is killed at a random moment, again and again, into the same cache.
 * Every time the cache is clean, and claims are there all or not at all; the last load is not
 * killed, and what the cache holds then is what one load gives.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "kindred/random.h"
#include "snapshot_support.h"

#define KILLS 40
#define MANY 60
#define LONG 300000

static void record_of(size_t i, char out[80])
{
    snprintf(out, 80, "kindred-action 1\nkind many 1\nparam number %zu\n", i);
}

/* Enough to be killed in the middle of: 18 MB. */
static void save_many(const char *folder, const char *path)
{
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_snapshot_builder *builder = NULL;
    struct kin_snapshot_saved saved;
    must(kin_snapshot_begin(cache, &(struct kin_snapshot_options){0}, &builder, &err));
    for (size_t i = 0; i < MANY; i++) {
        char record[80];
        bool wanted;
        record_of(i, record);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        struct kin_action action = make_action(record, add_made(batch, LONG, i, false));
        must(kin_batch_action(batch, &action, &err));
        must(kin_cache_write(cache, batch, &err));
        unsigned char *bytes = make_bytes(LONG, i);
        must(kin_snapshot_add_claim(builder, &action.key, &wanted, &err));
        must(kin_snapshot_add_object(builder, &action.outputs[0], "audio", bytes, LONG, &err));
        kin_free(bytes);
    }
    must(kin_snapshot_write(builder, path, false, NULL, &saved, &err));
    kin_snapshot_end(builder);
    kin_cache_close(cache);
}

/* The child. */
static void load_and_exit(const char *folder, const char *path)
{
    struct kin_error err = {0};
    struct kin_cache *cache = NULL;
    int status = kin_cache_open(&(struct kin_cache_options){.folder = folder}, &cache, &err);
    if (status == 0)
        status = load_samples(cache, path, true, NULL, &err);
    kin_cache_close(cache);
    if (status != 0)
        fprintf(stderr, "the load failed: %s\n", err.text);
    _exit(status == 0 ? 0 : 1);
}

static void load_and_kill(const char *folder, const char *path, unsigned microseconds)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        load_and_exit(folder, path);
    struct timespec pause = {.tv_nsec = (long)microseconds * 1000};
    nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    ck_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
}

static size_t count_claims(struct kin_cache *cache)
{
    size_t n = 0;
    for (size_t i = 0; i < MANY; i++) {
        char record[80];
        struct kin_outcome outcome;
        record_of(i, record);
        struct kin_digest key = name_digest(record);
        n += kin_cache_find(cache, &key, &outcome);
    }
    return n;
}

START_TEST(a_killed_load_is_no_load)
{
    struct kin_error err = {0};
    const char *folder = fresh_folder();
    char path[600], to[600];
    snprintf(path, sizeof path, "%s/s", folder);
    snprintf(to, sizeof to, "%s/to", folder);
    struct kin_random random = kin_random_stream(3, "kills", 5);
    size_t none = 0;
    save_many(in_folder(folder, "from"), path);
    for (int i = 0; i < KILLS; i++) {
        load_and_kill(to, path, (unsigned)kin_random_below(&random, 250000));
        uint64_t bad = 0;
        if (access(in_folder(to, "data.mdb"), F_OK) != 0)
            continue; /* before there was a cache */
        struct kin_cache *cache = open_cache(to);
        size_t claims = count_claims(cache);
        kin_cache_close(cache);
        ck_assert(claims == 0 || claims == MANY);
        none += claims == 0;
        ck_ok(kin_cache_verify(to, NULL, NULL, &bad, &err));
        ck_assert_uint_eq(bad, 0);
        if (claims == MANY && i + 1 < KILLS)
            remove_folder(to);
    }
    ck_assert_uint_gt(none, 0); /* else the kills came too late to say anything */
    struct kin_cache *cache = open_cache(to);
    ck_ok(load_samples(cache, path, true, NULL, &err));
    ck_assert_uint_eq(count_claims(cache), MANY);
    for (size_t i = 0; i < MANY; i++)
        ck_assert(has_made(cache, LONG, i));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("snapshot kill", a_killed_load_is_no_load)
