/* Runs, pins, and what they keep of a cache. */
#include <string.h>
#include <time.h>

#include "kindred/upkeep.h"
#include "lab.h"

#define X(n) "  x: { kind: template, of: v, factor: " #n " }\n"

struct found {
    size_t n, pinned;
    struct kin_digest last;
};

static int count_run(void *context, const struct kin_run *run, struct kin_error *err)
{
    (void)err;
    struct found *found = context;
    found->n++;
    found->pinned += run->pinned;
    found->last = run->digest;
    return 0;
}

static struct found runs_of(struct lab *lab)
{
    struct kin_error err = {0};
    struct found found = {0};
    ck_ok(kin_runs_each(lab->cache, count_run, &found, &err));
    return found;
}

static uint64_t collect(struct lab *lab, uint64_t keep_runs)
{
    struct kin_error err = {0};
    struct kin_gc_result result;
    struct kin_upkeep upkeep = {.cache = lab->cache, .keep_runs = keep_runs};
    ck_ok(kin_cache_gc(lab->cache,
                       &(struct kin_gc_options){.roots = kin_upkeep_roots, .context = &upkeep},
                       &result, &err));
    uint64_t n = result.actions;
    kin_gc_result_release(&result);
    return n;
}

static uint64_t computed(struct lab *lab, const char *steps)
{
    lab_do(lab, steps, 1);
    return lab_stats(lab, "x")->computed;
}

START_TEST(keeps_the_last_runs_and_the_pinned_ones)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 5, 1);
    ck_assert_uint_eq(computed(&lab, X(2)), 5);
    struct kin_digest first = runs_of(&lab).last;
    ck_assert_uint_eq(computed(&lab, X(3)), 5);
    ck_assert_uint_eq(computed(&lab, X(4)), 5);
    ck_assert_uint_eq(runs_of(&lab).n, 3);
    ck_assert_uint_eq(collect(&lab, 0), 0);
    ck_ok(kin_pin_set(lab.cache, &first, true, true, &err));
    ck_assert_uint_eq(runs_of(&lab).pinned, 1);
    ck_assert_uint_eq(collect(&lab, 1), 1); /* of the second */
    ck_assert_uint_eq(runs_of(&lab).n, 2);
    ck_assert_uint_eq(computed(&lab, X(2)), 0);
    ck_assert_uint_eq(computed(&lab, X(4)), 0);
    ck_assert_uint_eq(computed(&lab, X(3)), 5);
    ck_ok(kin_pin_set(lab.cache, &first, true, false, &err));
    ck_assert_uint_eq(runs_of(&lab).pinned, 0);
    lab_close(&lab);
}
END_TEST

/* The clock was an hour ahead once: the last run is kept all the same. */
START_TEST(survives_a_clock_that_was_set_back)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 5, 1);
    lab_do(&lab, X(2), 1);
    char name[KIN_DIGEST_TEXT], line[200];
    struct kin_digest first = runs_of(&lab).last;
    kin_digest_text(&first, name);
    snprintf(line, sizeof line, "%s %s/w.yaml", name, lab.folder);
    uint64_t stamp = __builtin_bswap64(((uint64_t)time(NULL) + 3600) * 1000000);
    struct kin_cache_batch *batch = kin_batch_new(lab.cache);
    ck_ok(kin_batch_record(batch, "runs", &stamp, sizeof stamp, line, strlen(line), &err));
    ck_ok(kin_cache_write(lab.cache, batch, &err));
    ck_assert_uint_eq(computed(&lab, X(3)), 5);
    collect(&lab, 1);
    ck_assert_uint_eq(computed(&lab, X(3)), 0);
    lab_close(&lab);
}
END_TEST

START_TEST(finds_what_is_meant)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 5, 1);
    lab_do(&lab, X(2), 1);
    struct kin_digest run = runs_of(&lab).last, found;
    bool is_run;
    char name[KIN_DIGEST_TEXT], path[100];
    kin_digest_text(&run, name);
    name[12] = '\0';
    ck_ok(kin_pin_find(lab.cache, name, &found, &is_run, &err));
    ck_assert(is_run && kin_digest_equal(&found, &run));
    snprintf(path, sizeof path, "%s/w.yaml", lab.folder);
    ck_ok(kin_pin_find(lab.cache, path, &found, &is_run, &err));
    ck_assert(is_run && kin_digest_equal(&found, &run));
    struct kin_run_keys keys;
    ck_ok(kin_run_open(lab.cache, &run, &keys, &err));
    ck_assert_uint_eq(keys.n, 2);
    ck_assert_str_eq(kin_tensor_text(keys.names, 1), "x");
    kin_digest_text(&keys.keys[1], name);
    ck_ok(kin_pin_find(lab.cache, name, &found, &is_run, &err));
    ck_assert(!is_run && kin_digest_equal(&found, &keys.keys[1]));
    kin_run_release(&keys);
    ck_assert_int_eq(kin_pin_find(lab.cache, "ab", &found, &is_run, &err), KIN_EINVAL);
    ck_assert_int_eq(kin_pin_find(lab.cache, "zzzzzz", &found, &is_run, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text,
                     "'zzzzzz' is no workflow that was run and the beginning of no run or "
                     "action: 'kindred cache ls' lists them");
    lab_close(&lab);
}
END_TEST

START_TEST(adds_up_what_was_saved)
{
    struct kin_error err = {0};
    struct kin_saved saved;
    struct lab lab;
    lab_open(&lab, 5, 1);
    ck_ok(kin_saved_read(lab.cache, &saved, &err));
    ck_assert_uint_eq(saved.hits, 0);
    for (int i = 0; i < 2; i++) {
        struct kin_cache_batch *batch = kin_batch_new(lab.cache);
        ck_ok(
            kin_saved_add(lab.cache, batch, &(struct kin_saved){.hits = 3, .seconds = 2.5}, &err));
        ck_ok(kin_cache_write(lab.cache, batch, &err));
    }
    ck_ok(kin_saved_read(lab.cache, &saved, &err));
    ck_assert_uint_eq(saved.hits, 6);
    ck_assert_double_eq(saved.seconds, 5);
    lab_close(&lab);
}
END_TEST

TEST_MAIN("upkeep", keeps_the_last_runs_and_the_pinned_ones, survives_a_clock_that_was_set_back,
          finds_what_is_meant, adds_up_what_was_saved)
