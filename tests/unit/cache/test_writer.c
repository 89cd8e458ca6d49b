#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cache_support.h"

static void ck_clean(const char *folder)
{
    struct kin_error err = {0};
    uint64_t bad = 0;
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
}

#define THREADS 4
#define ROUNDS 40

struct worker {
    struct kin_cache *cache;
    uint64_t id;
    int failures;
};

/* Writes its own blobs and ones that all threads write, reads what it and the others wrote. */
static void *work(void *context)
{
    struct worker *worker = context;
    struct kin_cache *cache = worker->cache;
    for (uint64_t i = 0; i < ROUNDS; i++) {
        struct kin_error err = {0};
        struct kin_cache_batch *batch = kin_batch_new(cache);
        uint64_t own = worker->id * 1000 + i;
        char record[40];
        snprintf(record, sizeof record, "thread %d round %d", (int)worker->id, (int)i);
        struct kin_digest output = add_made(batch, 200 + (size_t)i * 3001, own, false);
        add_made(batch, 5000, 100000 + i, i % 2 == worker->id % 2);
        struct kin_action action = make_action(record, output);
        if (kin_batch_action(batch, &action, &err) != 0 || kin_cache_write(cache, batch, &err) != 0)
            worker->failures++;
        struct kin_outcome outcome;
        worker->failures += !has_made(cache, 200 + (size_t)i * 3001, own);
        worker->failures += !has_made(cache, 5000, 100000 + i);
        worker->failures += !kin_cache_find(cache, &action.key, &outcome) ||
                            !kin_digest_equal(&outcome.outputs[0], &output);
    }
    return NULL;
}

START_TEST(serves_several_threads)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    pthread_t threads[THREADS];
    struct worker workers[THREADS];
    for (uint64_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.cache = cache, .id = i};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(workers[i].failures, 0);
    }
    struct kin_cache_stat stat;
    ck_ok(kin_cache_stat(cache, &stat, &err));
    ck_assert_uint_eq(stat.actions, THREADS * ROUNDS);
    ck_assert_uint_eq(stat.blobs, THREADS * ROUNDS + ROUNDS);
    kin_cache_close(cache);
    ck_clean(folder);
    remove_folder(folder);
}
END_TEST

START_TEST(serves_two_processes)
{
    const char *folder = fresh_folder();
    pid_t children[2];
    for (uint64_t p = 0; p < 2; p++) {
        children[p] = fork();
        if (children[p] == 0) {
            struct worker worker = {.cache = open_cache(folder), .id = p};
            work(&worker);
            kin_cache_close(worker.cache);
            _exit(worker.failures == 0 ? 0 : 1);
        }
    }
    for (size_t p = 0; p < 2; p++) {
        int status;
        ck_assert_int_eq(waitpid(children[p], &status, 0), children[p]);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    struct kin_cache *cache = open_cache(folder);
    for (uint64_t p = 0; p < 2; p++) {
        for (uint64_t i = 0; i < ROUNDS; i++)
            ck_assert(has_made(cache, 200 + (size_t)i * 3001, p * 1000 + i));
    }
    kin_cache_close(cache);
    ck_clean(folder);
    remove_folder(folder);
}
END_TEST

struct outcomes {
    atomic_int n, collisions, others;
};

static void count_done(void *context, int status, const struct kin_error *err)
{
    struct outcomes *outcomes = context;
    ck_assert((status == 0) == (err == NULL));
    outcomes->n++;
    outcomes->collisions += status == KIN_ECOLLISION;
    outcomes->others += status != 0 && status != KIN_ECOLLISION;
}

/* Of many batches that wait together only those with a collision fail, each whole. */
START_TEST(fails_batches_alone)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_digest taken = put_made(cache, 400, 1, false);
    struct outcomes outcomes = {0};
    for (uint64_t i = 0; i < 300; i++) {
        struct kin_cache_batch *batch = kin_batch_new(cache);
        add_made(batch, 5000, 1000 + i, false);
        if (i % 10 == 3)
            ck_ok(kin_batch_blob(batch, &taken, make_bytes(400, 50 + i), 400, false, &err));
        ck_ok(kin_cache_write_later(cache, batch, count_done, &outcomes, &err));
    }
    kin_cache_close(cache); /* waits */
    ck_assert_int_eq(outcomes.n, 300);
    ck_assert_int_eq(outcomes.collisions, 30);
    ck_assert_int_eq(outcomes.others, 0);
    cache = open_cache(folder);
    for (uint64_t i = 0; i < 300; i++)
        ck_assert_int_eq(has_made(cache, 5000, 1000 + i), i % 10 != 3);
    ck_assert(has_made(cache, 400, 1));
    kin_cache_close(cache);
    ck_clean(folder);
    remove_folder(folder);
}
END_TEST

struct chain {
    struct kin_cache *cache;
    atomic_int left, waited;
};

/* Writes from the writer thread itself. */
static void write_next(void *context, int status, const struct kin_error *err)
{
    struct chain *chain = context;
    struct kin_error wrong = {0};
    (void)err;
    chain->waited += kin_cache_write(chain->cache, kin_batch_new(chain->cache), &wrong);
    if (status != 0 || --chain->left < 0)
        return;
    struct kin_cache_batch *batch = kin_batch_new(chain->cache);
    add_made(batch, 100, (uint64_t)chain->left, false);
    (void)kin_cache_write_later(chain->cache, batch, write_next, chain, &wrong);
}

START_TEST(lets_callbacks_write)
{
    const char *folder = fresh_folder();
    struct chain chain = {.cache = open_cache(folder), .left = 20};
    struct kin_error err = {0};
    ck_ok(kin_cache_write_later(chain.cache, kin_batch_new(chain.cache), write_next, &chain, &err));
    kin_cache_close(chain.cache);
    ck_assert_int_eq(chain.waited, 21 * KIN_EINVAL); /* nobody waits for himself */
    struct kin_cache *cache = open_cache(folder);
    for (uint64_t i = 0; i < 20; i++)
        ck_assert(has_made(cache, 100, i));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(refuses_the_batch_of_another_cache)
{
    const char *folder = fresh_folder();
    char other[400];
    struct kin_error err = {0};
    snprintf(other, sizeof other, "%s/other", folder);
    struct kin_cache *one = open_cache(folder), *two = open_cache(other);
    ck_assert_int_eq(kin_cache_write(one, kin_batch_new(two), &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a batch of another cache");
    kin_cache_close(one);
    kin_cache_close(two);
    kin_batch_free(NULL);
    remove_folder(folder);
}
END_TEST

static off_t data_bytes(const char *folder)
{
    char path[400];
    struct stat st;
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_size;
}

/* Small values share pages; alone each of these would take 4096 bytes. */
START_TEST(packs_small_values)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    const size_t n = 20000, length = 300;
    for (size_t i = 0; i < n;) {
        struct kin_cache_batch *batch = kin_batch_new(cache);
        for (size_t end = i + 1000; i < end; i++)
            add_made(batch, length, i, false);
        ck_ok(kin_cache_write(cache, batch, &err));
    }
    kin_cache_close(cache);
    off_t index = (off_t)n * 120; /* 56 bytes an entry, in pages half full, and some freed */
    ck_assert_msg(data_bytes(folder) < (off_t)(2 * n * length) + index, "%ld bytes",
                  (long)data_bytes(folder));
    ck_clean(folder);
    remove_folder(folder);
}
END_TEST

/* Space is used again: a hundred times the same amount of temporary bytes does not grow the file.
 */
START_TEST(uses_dropped_space_again)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    off_t early = 0;
    for (uint64_t round = 0; round < 60; round++) {
        struct kin_digest digests[3];
        static const size_t lengths[] = {3000000, 200000, 900};
        for (size_t i = 0; i < 3; i++)
            digests[i] = put_made(cache, lengths[i], round * 10 + i, true);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        for (size_t i = 0; i < 3; i++)
            ck_ok(kin_batch_drop(batch, &digests[i], &err));
        ck_ok(kin_cache_write(cache, batch, &err));
        if (round == 10)
            early = data_bytes(folder);
    }
    ck_assert_msg(data_bytes(folder) <= early + 1000000, "%ld, then %ld bytes", (long)early,
                  (long)data_bytes(folder));
    struct kin_cache_stat stat;
    ck_ok(kin_cache_stat(cache, &stat, &err));
    ck_assert_uint_eq(stat.extents, 0);
    ck_assert_uint_eq(stat.dropped, 180);
    kin_cache_close(cache);
    ck_clean(folder);
    remove_folder(folder);
}
END_TEST

static int try_write(struct kin_cache *cache, unsigned long fail_nth)
{
    struct kin_error err = {0};
    kin_memory_fail_nth(fail_nth);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    int status = batch ? 0 : KIN_ENOMEM;
    struct kin_digest digest = name_digest("bytes"), family = name_digest("family");
    struct kin_action action = make_action("record", digest);
    char *bytes = kin_strdup("bytes");
    if (status == 0 && !bytes)
        status = KIN_ENOMEM;
    if (status == 0)
        status = kin_batch_blob(batch, &digest, bytes, 5, false, &err);
    else
        kin_free(bytes);
    if (status == 0)
        status = kin_batch_action(batch, &action, &err);
    if (status == 0)
        status = kin_batch_item(batch, &family, &family, &digest, &err);
    for (int i = 0; status == 0 && i < 20; i++)
        status = kin_batch_record(batch, "runs", &i, sizeof i, "x", 1, &err);
    if (status == 0)
        status = kin_cache_write(cache, batch, &err);
    else
        kin_batch_free(batch);
    kin_memory_fail_nth(0);
    return status;
}

static void read_all(struct kin_cache *cache, unsigned long fail_nth)
{
    struct kin_error err = {0};
    struct kin_digest digest = name_digest("bytes"), key = name_digest("record");
    void *bytes = NULL, *backing = NULL;
    size_t n;
    struct kin_action action;
    kin_memory_fail_nth(fail_nth);
    int get = kin_cache_get(cache, &digest, &bytes, &n, &err);
    int load = kin_cache_action(cache, &key, &action, &backing, &err);
    kin_memory_fail_nth(0);
    ck_assert(get == 0 || get == KIN_ENOMEM);
    ck_assert(load == 0 || load == KIN_ENOMEM);
    kin_free(bytes);
    kin_free(backing);
}

START_TEST(survives_every_failed_allocation)
{
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    int status = KIN_ENOMEM;
    for (unsigned long n = 1; status != 0; n++) {
        status = try_write(cache, n);
        ck_assert(status == 0 || status == KIN_ENOMEM);
    }
    for (unsigned long n = 1; n < 10; n++)
        read_all(cache, n);
    kin_cache_close(cache);
    ck_clean(folder);
    remove_folder(folder);
}
END_TEST

struct arming {
    unsigned long n;
    atomic_bool done;
};

static void arm(void *context, int status, const struct kin_error *err)
{
    (void)status, (void)err;
    struct arming *arming = context;
    kin_memory_fail_nth(arming->n); /* of the writer thread, which calls this */
    arming->done = true;
}

START_TEST(survives_failed_allocations_of_the_writer)
{
    const char *folder = fresh_folder();
    int failures = 0, status = KIN_ENOMEM;
    for (unsigned long n = 1; status != 0; n++) {
        struct kin_error err = {0};
        struct kin_cache *cache = open_cache(folder);
        struct arming arming = {.n = n};
        ck_ok(kin_cache_write_later(cache, kin_batch_new(cache), arm, &arming, &err));
        while (!arming.done)
            usleep(100); /* or both would be in one group, before it is armed */
        struct kin_cache_batch *batch = kin_batch_new(cache);
        struct kin_digest first = add_made(batch, 100, n * 2, false);
        add_made(batch, 100, n * 2 + 1, true);
        ck_ok(kin_batch_blob(batch, &first, make_bytes(100, n * 2), 100, true, &err));
        status = kin_cache_write(cache, batch, &err);
        ck_assert(status == 0 || status == KIN_ENOMEM);
        ck_assert_int_eq(has_made(cache, 100, n * 2), status == 0);
        failures += status != 0;
        put_made(cache, 100, n * 2 + 1, false);
        kin_cache_close(cache);
    }
    ck_assert_int_ge(failures, 1);
    ck_clean(folder);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("writer", serves_several_threads, serves_two_processes, fails_batches_alone,
          lets_callbacks_write, refuses_the_batch_of_another_cache, packs_small_values,
          uses_dropped_space_again, survives_every_failed_allocation,
          survives_failed_allocations_of_the_writer)
