/*
 * A child writes batches in a loop and is killed at a random moment, again and again. Afterwards
 * the cache is clean, every batch that was acknowledged is there whole, and the one in flight whole
 * or not at all.
 *
 *   test_kill                  the test
 *   test_kill write DIR FROM N writes batches FROM … FROM + N - 1 and prints each when it is
 *                              acknowledged; a failed one ends it (for test_inject.sh)
 *   test_kill check DIR N      whether the first N batches are there, and the cache is clean
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "cache_support.h"

#define KILLS 50
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LONGEST_US 400000
#else
#define LONGEST_US 40000
#endif
#define BATCHES 200 /* more than a child gets to write */

static const size_t lengths[] = {300, 20000, 1500000};

static uint64_t seed_of(uint64_t batch, size_t part)
{
    return batch * 10 + part;
}

static void record_of(uint64_t batch, char out[40])
{
    snprintf(out, 40, "batch %llu", (unsigned long long)batch);
}

/* A small blob, a middle one, a big one that the next batch drops; an action, an item, a record. */
static int write_batch(struct kin_cache *cache, uint64_t i, struct kin_error *err)
{
    char record[40];
    record_of(i, record);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_digest output = add_made(batch, lengths[0], seed_of(i, 0), false);
    add_made(batch, lengths[1], seed_of(i, 1), false);
    add_made(batch, lengths[2], seed_of(i, 2), true);
    struct kin_action action = make_action(record, output);
    struct kin_digest family = name_digest("family"), item = name_digest(record);
    int status = kin_batch_action(batch, &action, err);
    if (status == 0)
        status = kin_batch_item(batch, &family, &item, &output, err);
    if (status == 0)
        status = kin_batch_record(batch, "runs", record, strlen(record), "done", 4, err);
    if (status == 0 && i > 0) {
        struct kin_digest old = digest_of_made(lengths[2], seed_of(i - 1, 2));
        status = kin_batch_drop(batch, &old, err);
    }
    if (status != 0) {
        kin_batch_free(batch);
        return status;
    }
    return kin_cache_write(cache, batch, err);
}

static int write_batches(const char *folder, uint64_t from, uint64_t n, int out)
{
    struct kin_error err = {0};
    struct kin_cache *cache;
    int status = kin_cache_open(&(struct kin_cache_options){.folder = folder}, &cache, &err);
    uint64_t written = 0;
    for (uint64_t i = from; status == 0 && i < from + n; i++) {
        status = write_batch(cache, i, &err);
        written += status == 0;
        char line[40];
        int length = snprintf(line, sizeof line, "%llu\n", (unsigned long long)i);
        if (status == 0 && write(out, line, (size_t)length) != length)
            status = KIN_EIO;
    }
    if (status != 0) {
        fprintf(stderr, "%s: %s\n", kin_status_text(status), err.text);
        bool reads = written == 0 || has_made(cache, lengths[0], seed_of(from, 0));
        return reads ? -status : 99; /* without closing: the error may be of any kind */
    }
    kin_cache_close(cache);
    return 0;
}

static int print_line(const char *line)
{
    return fprintf(stderr, "%s\n", line);
}

static void print_finding(void *context, const char *line)
{
    (void)context;
    print_line(line);
}

static bool has_action(struct kin_cache *cache, uint64_t i)
{
    char record[40];
    record_of(i, record);
    struct kin_digest key = name_digest(record);
    struct kin_outcome outcome;
    return kin_cache_find(cache, &key, &outcome);
}

/* Batch i: 1 whole, 0 not there at all, -1 in pieces. */
static int batch_state(struct kin_cache *cache, uint64_t i)
{
    int parts = has_action(cache, i);
    for (size_t part = 0; part < 2; part++)
        parts += has_made(cache, lengths[part], seed_of(i, part));
    struct kin_digest big = digest_of_made(lengths[2], seed_of(i, 2));
    parts += kin_cache_presence(cache, &big) != KIN_ABSENT;
    if (parts != 0 && parts != 4)
        return -1;
    return parts == 4;
}

/* The number of whole batches, or -1 when anything is wrong. */
static int64_t check(const char *folder, uint64_t acknowledged)
{
    struct kin_error err = {0};
    uint64_t bad = 0;
    int status = kin_cache_verify(folder, print_finding, NULL, &bad, &err);
    if (acknowledged == 0 && status == KIN_ENOTFOUND)
        return 0;
    struct kin_cache *cache = NULL;
    if (status == 0 && bad == 0)
        status = kin_cache_open(&(struct kin_cache_options){.folder = folder}, &cache, &err);
    if (status != 0 || bad > 0)
        return print_line(err.text), -1;
    uint64_t n = acknowledged > 20 ? acknowledged - 20 : 0; /* the older ones verify has seen */
    int state = 1;
    while (state == 1)
        state = batch_state(cache, n), n += state == 1;
    uint64_t actions = 0;
    while (has_action(cache, actions))
        actions++;
    kin_cache_close(cache);
    if (state < 0 || n < acknowledged || actions != n)
        return fprintf(stderr, "%llu acknowledged, %llu whole, %llu actions, then %d\n",
                       (unsigned long long)acknowledged, (unsigned long long)n,
                       (unsigned long long)actions, state),
               -1;
    return (int64_t)n;
}

/* Starts a child at batch `from`, kills it after a while, and returns how many are acknowledged. */
static uint64_t run_and_kill(const char *folder, uint64_t from, long after_us)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        _exit(write_batches(folder, from, BATCHES, ends[1]));
    }
    close(ends[1]);
    nanosleep(&(struct timespec){.tv_nsec = after_us * 1000}, NULL);
    kill(child, SIGKILL);
    FILE *lines = fdopen(ends[0], "r");
    unsigned long long last = 0, acknowledged = from;
    while (fscanf(lines, "%llu", &last) == 1)
        acknowledged = last + 1;
    fclose(lines);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "the child failed");
    return acknowledged;
}

START_TEST(loses_nothing_when_killed)
{
    const char *folder = fresh_folder();
    uint64_t n = 0;
    srandom((unsigned)time(NULL));
    /* On a busy machine a child gets little done: then there are more, and they live longer. */
    for (int i = 0; i < KILLS || (n <= 20 && i < 20 * KILLS); i++) {
        long longest = LONGEST_US * (1 + i / KILLS);
        uint64_t acknowledged = run_and_kill(folder, n, i < 10 ? i * 200 : random() % longest);
        int64_t whole = check(folder, acknowledged);
        ck_assert_int_ge(whole, (int64_t)acknowledged);
        n = (uint64_t)whole;
    }
    ck_assert_uint_gt(n, 20);
    remove_folder(folder);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "write") == 0)
        return write_batches(argv[2], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10),
                             STDOUT_FILENO);
    if (argc == 4 && strcmp(argv[1], "check") == 0)
        return check(argv[2], strtoull(argv[3], NULL, 10)) < 0;
    const TTest *const tests[] = {loses_nothing_when_killed};
    return run_tests("kill", tests, KIN_COUNT(tests));
}
