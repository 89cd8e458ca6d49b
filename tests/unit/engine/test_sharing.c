/* Claims around a run: few commits, and nothing left behind. */
#include <string.h>

#include "cache/store.h"
#include "lab.h"

static uint64_t commits(const struct lab *lab)
{
    MDB_envinfo info;
    mdb_env_info(lab->cache->env, &info);
    return info.me_last_txnid;
}

static int count_one(void *context, const void *key, size_t key_length, const void *value,
                     size_t value_length)
{
    (void)key, (void)key_length, (void)value, (void)value_length;
    ++*(size_t *)context;
    return 0;
}

/* After the writer has written what was queued. */
static void ck_nothing_left(struct lab *lab)
{
    static const char *const tables[] = {"taken", "leases"};
    struct kin_error err = {0};
    ck_ok(kin_cache_write(lab->cache, kin_batch_new(lab->cache), &err));
    for (size_t i = 0; i < KIN_COUNT(tables); i++) {
        size_t n = 0;
        ck_ok(kin_cache_walk(lab->cache, tables[i], count_one, &n, &err));
        ck_assert_msg(n == 0, "%zu %s are left", n, tables[i]);
    }
}

/* Trivial work is claimed in large groups, as it is committed. */
START_TEST(claims_cost_few_commits)
{
    struct lab lab;
    lab_open(&lab, 20, 1);
    KIN_AUTO(kin_text_release) struct kin_text steps = {0};
    for (int i = 0; i < 300; i++)
        kin_text_addf(&steps, "  s%d: { kind: template, of: v, factor: %d }\n", i, i + 2);
    uint64_t before = commits(&lab);
    lab_do(&lab, kin_text_string(&steps), 2);
    ck_assert_uint_eq(lab_stats(&lab, "s299")->computed, 20);
    uint64_t n = commits(&lab) - before; /* for 6,000 items in 750 blocks */
    ck_assert_msg(n < 250, "%llu commits", (unsigned long long)n);
    ck_nothing_left(&lab);
    lab_close(&lab);
}
END_TEST

START_TEST(a_stopped_run_leaves_no_claims)
{
    struct kin_error err = {0};
    static const volatile sig_atomic_t yes = 1;
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_load(&lab, "  x: { kind: template, of: v, factor: 2 }\n", NULL);
    const struct kin_run_options options = {.threads = 2, .cancel = &yes};
    ck_assert_int_eq(kin_session_run(lab.session, &options, &err), KIN_ECANCELLED);
    ck_nothing_left(&lab);
    lab_close(&lab);
}
END_TEST

/* Steps with the same key: what one computes the other waits for. */
START_TEST(two_steps_that_are_the_same)
{
    for (int round = 0; round < 10; round++) {
        struct lab lab;
        lab_open(&lab, 40, 1);
        lab_do(&lab,
               "  a: { kind: template, of: v, factor: 2 }\n"
               "  b: { kind: template, of: v, factor: 2 }\n"
               "  c: { kind: distance, from: a, to: b, metric: euclidean }\n",
               4);
        ck_assert_uint_eq(lab_stats(&lab, "a")->computed + lab_stats(&lab, "b")->computed, 40);
        ck_assert_uint_eq(lab_stats(&lab, "c")->computed, 40);
        ck_nothing_left(&lab);
        lab_close(&lab);
    }
}
END_TEST

/* One step, items with the same bytes. */
START_TEST(items_that_are_the_same)
{
    struct lab lab;
    lab_open(&lab, 40, 1);
    lab_do(&lab,
           "  zero: { kind: template, of: v, factor: 0 }\n"
           "  y: { kind: template, of: zero, factor: 3 }\n",
           4);
    ck_assert_uint_eq(lab_stats(&lab, "zero")->computed, 40);
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 1);
    ck_assert_uint_eq(lab_stats(&lab, "y")->items, 40);
    ck_nothing_left(&lab);
    lab_close(&lab);
}
END_TEST

TEST_MAIN("sharing", claims_cost_few_commits, a_stopped_run_leaves_no_claims,
          two_steps_that_are_the_same, items_that_are_the_same)
