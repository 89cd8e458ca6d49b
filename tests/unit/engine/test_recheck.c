/* Computing again to compare: the same is found to be the same, a wrong claim is found out. */
#include <string.h>

#include "lab.h"

#define STEPS                                                   \
    "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n" \
    "  t: { kind: distance, from: x, to: v, metric: euclidean }\n"

struct differing {
    size_t n;
    char instance[64];
};

static void note(void *context, const struct kin_step *step, const char *instance, const char *item)
{
    (void)step, (void)item;
    struct differing *differing = context;
    differing->n++;
    snprintf(differing->instance, sizeof differing->instance, "%s", instance);
}

static struct kin_recheck recheck(struct lab *lab, uint64_t n, uint64_t seed,
                                  struct differing *differing)
{
    struct kin_error err = {0};
    struct kin_recheck result;
    lab_load(lab, STEPS, NULL);
    *differing = (struct differing){0};
    ck_ok(kin_session_recheck(lab->session, n, seed, note, differing, &result, &err));
    return result;
}

START_TEST(finds_the_same)
{
    struct differing differing;
    struct lab lab;
    lab_open(&lab, 6, 1);
    lab_do(&lab, STEPS, 2);
    struct kin_recheck result = recheck(&lab, 3, 1, &differing);
    ck_assert_uint_eq(result.checked, 3);
    result = recheck(&lab, 100, 2, &differing); /* there are five */
    ck_assert_uint_eq(result.checked, 5);
    ck_assert_uint_eq(result.different + result.skipped + differing.n, 0);
    lab_close(&lab);
}
END_TEST

/* Somebody said that the action gave what another one gave. */
START_TEST(finds_a_wrong_claim)
{
    struct kin_error err = {0};
    struct differing differing;
    struct lab lab;
    lab_open(&lab, 6, 1);
    lab_do(&lab, STEPS, 2);
    struct kin_digest wrong = lab_output(&lab, "x[factor=2]");
    struct kin_action action;
    void *backing;
    struct kin_digest key = lab_key(&lab, "x[factor=3]");
    ck_ok(kin_cache_action(lab.cache, &key, &action, &backing, &err));
    action.outputs[0] = wrong;
    struct kin_cache_batch *batch = kin_batch_new(lab.cache);
    ck_ok(kin_batch_action(batch, &action, &err));
    ck_ok(kin_cache_write(lab.cache, batch, &err));
    kin_free(backing);
    struct kin_recheck result = recheck(&lab, 100, 3, &differing);
    ck_assert_uint_eq(result.different, 1);
    ck_assert_str_eq(differing.instance, "x[factor=3]");
    lab_close(&lab);
}
END_TEST

TEST_MAIN("recheck", finds_the_same, finds_a_wrong_claim)
