/* Claims and leases between processes. */
#include <signal.h>
#include <sys/wait.h>

#include "cache/writer.h"
#include "cache_support.h"

#define N 3

struct claimed {
    struct kin_digest family, failures, keys[N];
    unsigned char answers[N];
    struct kin_claims claims;
};

static void set_up(struct claimed *out, bool actions)
{
    static const char *const names[N] = {"one", "two", "three"};
    *out = (struct claimed){.family = name_digest("family"), .failures = name_digest("failures")};
    for (size_t i = 0; i < N; i++)
        out->keys[i] = name_digest(names[i]);
    out->claims = (struct kin_claims){.family = actions ? NULL : &out->family,
                                      .failures = actions ? NULL : &out->failures,
                                      .n = N,
                                      .keys = out->keys,
                                      .answers = out->answers};
}

static void claim(struct kin_cache *cache, struct claimed *claimed)
{
    struct kin_error err = {0};
    struct kin_cache_batch *batch = kin_batch_new(cache);
    must(kin_batch_claim(batch, &claimed->claims, &err));
    must(kin_batch_lease(batch, claimed->keys, N, &err));
    must(kin_cache_write(cache, batch, &err));
}

static void ck_answers(const struct claimed *claimed, int a, int b, int c)
{
    ck_assert_int_eq(claimed->answers[0], a);
    ck_assert_int_eq(claimed->answers[1], b);
    ck_assert_int_eq(claimed->answers[2], c);
}

/* A child that claims, says so and waits. */
static pid_t claim_in_child(const char *folder, bool actions)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct claimed claimed;
        set_up(&claimed, actions);
        claim(open_cache(folder), &claimed);
        if (write(ends[1], claimed.answers, N) != N)
            _exit(1);
        pause();
        _exit(0);
    }
    struct claimed theirs = {0};
    ck_assert_int_eq(read(ends[0], theirs.answers, N), N);
    close(ends[0]);
    close(ends[1]);
    ck_answers(&theirs, KIN_CLAIM_MINE, KIN_CLAIM_MINE, KIN_CLAIM_MINE);
    return child;
}

/* Without reaping it: it is a zombie then. */
static void end_child(pid_t child)
{
    siginfo_t info;
    kill(child, SIGKILL);
    ck_assert_int_eq(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
}

static int count_one(void *context, const void *key, size_t key_length, const void *value,
                     size_t value_length)
{
    (void)key, (void)key_length, (void)value, (void)value_length;
    ++*(size_t *)context;
    return 0;
}

static size_t count_records(struct kin_cache *cache, const char *table)
{
    struct kin_error err = {0};
    size_t n = 0;
    ck_ok(kin_cache_walk(cache, table, count_one, &n, &err));
    return n;
}

START_TEST(a_claim_is_one_process_s)
{
    const char *folder = fresh_folder();
    struct claimed claimed;
    for (int actions = 0; actions < 2; actions++) {
        set_up(&claimed, actions);
        pid_t child = claim_in_child(folder, actions);
        struct kin_cache *cache = open_cache(folder);
        claim(cache, &claimed);
        ck_answers(&claimed, KIN_CLAIM_THEIRS, KIN_CLAIM_THEIRS, KIN_CLAIM_THEIRS);
        ck_assert_uint_eq(kin_cache_other(cache), (uint64_t)child);
        end_child(child);
        claim(cache, &claimed);
        ck_answers(&claimed, KIN_CLAIM_MINE, KIN_CLAIM_MINE, KIN_CLAIM_MINE);
        ck_assert_uint_eq(kin_cache_other(cache), 0);
        claim(cache, &claimed);
        ck_answers(&claimed, KIN_CLAIM_OURS, KIN_CLAIM_OURS, KIN_CLAIM_OURS);
        kin_cache_close(cache);
        waitpid(child, NULL, 0);
    }
    remove_folder(folder);
}
END_TEST

/* The result and the end of the claim come together; what failed is done as well. */
START_TEST(what_is_done_is_not_claimed)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct claimed claimed;
    set_up(&claimed, false);
    claim(cache, &claimed);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_digest output = add_made(batch, 100, 1, false);
    must(kin_batch_item(batch, &claimed.family, &claimed.keys[0], &output, &err));
    must(kin_batch_unclaim(batch, &claimed.family, &claimed.keys[0], &err));
    must(kin_batch_item(batch, &claimed.failures, &claimed.keys[2], &output, &err));
    must(kin_batch_unclaim(batch, &claimed.family, &claimed.keys[2], &err));
    must(kin_cache_write(cache, batch, &err));
    claim(cache, &claimed);
    ck_answers(&claimed, KIN_CLAIM_DONE, KIN_CLAIM_OURS, KIN_CLAIM_DONE);
    claimed.claims.anew = true;
    claim(cache, &claimed);
    ck_answers(&claimed, KIN_CLAIM_MINE, KIN_CLAIM_OURS, KIN_CLAIM_MINE);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(a_done_action_is_not_claimed)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct claimed claimed;
    set_up(&claimed, true);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_action action = make_action("two", add_made(batch, 100, 1, false));
    must(kin_batch_action(batch, &action, &err));
    must(kin_cache_write(cache, batch, &err));
    claim(cache, &claimed);
    ck_answers(&claimed, KIN_CLAIM_MINE, KIN_CLAIM_DONE, KIN_CLAIM_MINE);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(leaving_gives_up_what_is_ours_alone)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    pid_t child = claim_in_child(folder, false);
    struct kin_cache *cache = open_cache(folder);
    struct claimed claimed;
    set_up(&claimed, true);
    claim(cache, &claimed);
    ck_assert_uint_eq(count_records(cache, "taken"), 2 * N);
    ck_assert_uint_eq(count_records(cache, "leases"), 2);
    struct kin_digest family = name_digest("family");
    struct kin_cache_batch *batch = kin_batch_new(cache);
    must(kin_batch_unclaim(batch, &family, &claimed.keys[0], &err)); /* the child's */
    must(kin_batch_leave(batch, &err));
    must(kin_cache_write(cache, batch, &err));
    ck_assert_uint_eq(count_records(cache, "taken"), N);
    ck_assert_uint_eq(count_records(cache, "leases"), 1);
    end_child(child);
    claim(cache, &claimed); /* the first claim after that sweeps what the dead left */
    ck_assert_uint_eq(count_records(cache, "taken"), N);
    ck_assert_uint_eq(count_records(cache, "leases"), 1);
    kin_cache_close(cache);
    waitpid(child, NULL, 0);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("claim", a_claim_is_one_process_s, what_is_done_is_not_claimed,
          a_done_action_is_not_claimed, leaving_gives_up_what_is_ours_alone)
