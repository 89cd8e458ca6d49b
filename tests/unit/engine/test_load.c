/* Bytes that are not there any more: computed anew where somebody needs them, and only there. */
#include <string.h>

#include "lab.h"

#define DROPPED "  x: { kind: template, of: v, factor: 2, keep: false }\n"
#define CHAIN DROPPED "  y: { kind: template, of: x, factor: 3 }\n"

static uint64_t dropped(struct lab *lab)
{
    struct kin_error err = {0};
    struct kin_cache_stat stat;
    ck_ok(kin_cache_stat(lab->cache, &stat, &err));
    return stat.dropped;
}

START_TEST(what_need_not_be_kept_goes)
{
    struct lab lab;
    lab_open(&lab, 6, 1);
    lab_do(&lab, CHAIN, 2);
    ck_assert_uint_eq(dropped(&lab), 6);
    lab_do(&lab, CHAIN, 2);
    ck_assert_uint_eq(lab_stats(&lab, "x")->hits, 1);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 0);
    lab_close(&lab);
}
END_TEST

START_TEST(a_new_consumer_gets_it_computed_anew)
{
    struct lab lab;
    lab_open(&lab, 6, 1);
    lab_do(&lab, CHAIN, 2);
    lab_do(&lab, CHAIN "  z: { kind: template, of: x, factor: 5 }\n", 2);
    ck_assert_uint_eq(lab_stats(&lab, "z")->computed, 6);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 6);
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 0);
    ck_assert_uint_eq(dropped(&lab), 6);
    lab_close(&lab);
}
END_TEST

/* Two steps in a row that keep nothing: the first is needed to get the second back. */
START_TEST(as_far_up_as_needed)
{
    const char *two = DROPPED "  y: { kind: template, of: x, factor: 3, keep: false }\n"
                              "  z: { kind: template, of: y, factor: 5 }\n";
    struct lab lab;
    lab_open(&lab, 3, 1);
    lab_do(&lab, two, 2);
    ck_assert_uint_eq(dropped(&lab), 6);
    KIN_AUTO(kin_text_release) struct kin_text more = {0};
    kin_text_addf(&more, "%s  q: { kind: template, of: y, factor: 7 }\n", two);
    lab_do(&lab, more.data, 2);
    ck_assert_uint_eq(lab_stats(&lab, "q")->computed, 3);
    ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 3);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 3);
    ck_assert_uint_eq(lab_stats(&lab, "z")->computed, 0);
    lab_close(&lab);
}
END_TEST

static int count_one(void *context, const void *key, size_t key_length, const void *value,
                     size_t value_length)
{
    (void)key, (void)key_length, (void)value, (void)value_length;
    ++*(size_t *)context;
    return 0;
}

/* Says that the action of `name` gave something else, as if another class of CPU had made it. */
static void claim_elsewhere(struct lab *lab, const char *name, struct kin_digest output)
{
    struct kin_error err = {0};
    struct kin_digest key = lab_key(lab, name);
    struct kin_action action;
    void *backing;
    ck_ok(kin_cache_action(lab->cache, &key, &action, &backing, &err));
    action.outputs[0] = output;
    action.made_by = "kindred on elsewhere (CPU v9)";
    struct kin_cache_batch *batch = kin_batch_new(lab->cache);
    ck_ok(kin_batch_action(batch, &action, &err));
    ck_ok(kin_cache_write(lab->cache, batch, &err));
    kin_free(backing);
}

/* The first number of the first item of a step. */
static double first_number(struct lab *lab, const char *step)
{
    struct kin_error err = {0};
    struct kin_digest manifest = lab_output(lab, step);
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_AUTO(kin_value_auto) struct kin_value *item = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    void *bytes;
    size_t n;
    ck_ok(kin_cache_get(lab->cache, &manifest, &bytes, &n, &err));
    ck_ok(kin_value_decode(bytes, n, &value, &err));
    ck_ok(kin_collection_open(value, &entries, &n, &err));
    ck_ok(kin_cache_get(lab->cache, &entries[0].digest, &bytes, &n, &err));
    ck_ok(kin_value_decode(bytes, n, &item, &err));
    const struct kin_tensor *field = kin_value_field(item, 0);
    ck_assert_int_eq(field->dtype, KIN_F32);
    return ((const float *)field->data)[0];
}

/* Dropped bytes that come out differently give a second claim; nothing of the two is mixed. */
START_TEST(other_bytes_are_a_second_claim)
{
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 6, 1);
    lab_do(&lab,
           "  x: { kind: template, of: v, factor: 3, keep: false }\n"
           "  y: { kind: template, of: x, factor: 3 }\n",
           2);
    struct kin_digest elsewhere = lab_output(&lab, "x");
    lab_do(&lab, CHAIN, 2);
    ck_assert_double_eq(first_number(&lab, "y"), 6);
    claim_elsewhere(&lab, "x", elsewhere);
    lab_do(&lab, CHAIN, 2); /* nobody needs the bytes: what was made elsewhere holds */
    ck_assert_double_eq(first_number(&lab, "y"), 9);

    lab_load(&lab, CHAIN "  z: { kind: template, of: x, factor: 5 }\n", NULL);
    ck_ok(lab_run(&lab, 2, &err));
    ck_assert_double_eq(first_number(&lab, "z"), 10);
    ck_assert_double_eq(first_number(&lab, "y"), 6);
    ck_assert_uint_eq(lab_stats(&lab, "x")->instances, 1);
    ck_assert_uint_eq(lab_stats(&lab, "z")->items, 6);
    const char *message = kin_text_string(&lab.messages);
    ck_assert_msg(strstr(message, "w.yaml:4: step 'x': its dropped bytes come out differently here "
                                  "(kindred ") != NULL,
                  "%s", message);
    ck_assert_ptr_nonnull(strstr(message, "than where they were made (kindred on elsewhere (CPU "
                                          "v9)): a second claim; it and what follows from it is "
                                          "computed anew\n"));
    ck_assert_ptr_eq(strchr(message, '\n'), message + strlen(message) - 1); /* one line */
    size_t n = 0;
    ck_ok(kin_cache_walk(lab.cache, "outcomes", count_one, &n, &err));
    ck_assert_uint_eq(n, 2); /* what it gave before, and what it gave elsewhere */
    uint64_t bad;
    ck_ok(kin_cache_verify(kin_cache_folder(lab.cache), NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
    lab_do(&lab, CHAIN "  z: { kind: template, of: x, factor: 5 }\n", 2);
    ck_assert_uint_eq(lab_stats(&lab, "x")->hits, 1);
    lab_close(&lab);
}
END_TEST

/* A whole collection comes back with one computation of each item, and its numbers are the same. */
START_TEST(a_collection_comes_back_at_once)
{
    const char *rows = "  d: { kind: distance, from: v, to: v, metric: euclidean, keep: false }\n"
                       "  w: { kind: within, of: d }\n";
    struct lab lab;
    lab_open(&lab, 100, 1);
    lab_do(&lab, rows, 2);
    ck_assert_uint_eq(dropped(&lab), 100);
    KIN_AUTO(kin_text_release) struct kin_text more = {0};
    kin_text_addf(&more, "%s  b: { kind: between, audio: d, latent: d, measure: rho }\n", rows);
    lab_do(&lab, more.data, 2);
    ck_assert_uint_eq(lab_stats(&lab, "d")->computed, 100);
    ck_assert_uint_eq(lab_stats(&lab, "w")->computed, 0);
    ck_assert_uint_eq(lab_stats(&lab, "b")->computed, 1);
    ck_assert_uint_eq(dropped(&lab), 100);
    lab_close(&lab);
}
END_TEST

#define READINGS 60

/* A step that keeps nothing, in READINGS instances that give the same, each with a consumer. */
static void add_readings(struct kin_text *out)
{
    KIN_AUTO(kin_text_release) struct kin_text names = {0};
    KIN_AUTO(kin_text_release) struct kin_text factors = {0};
    for (int i = 0; i < READINGS; i++) {
        kin_text_addf(&names, "%sr%d", i ? ", " : "", i);
        kin_text_addf(&factors, ", r%d: %d", i, i + 3);
    }
    kin_text_addf(out,
                  "  x: { kind: template, of: v, keep: false, for: { r: [%s] },\n"
                  "       factor: { by: r, r0: 2, else: 2 } }\n"
                  "  y: { kind: template, of: x, factor: { by: r%s } }\n",
                  names.data, factors.data);
}

/* What one of them lets go another may be about to use. */
START_TEST(bytes_that_several_have)
{
    KIN_AUTO(kin_text_release) struct kin_text steps = {0};
    add_readings(&steps);
    for (int round = 0; round < 10; round++) {
        struct lab lab;
        lab_open(&lab, 20, 1);
        lab_do(&lab, steps.data, 4);
        ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 20); /* once, not once a reading */
        ck_assert_uint_eq(lab_stats(&lab, "y")->computed, 20 * READINGS);
        ck_assert_double_eq(first_number(&lab, "y[r=r7]"), 20);
        ck_assert_uint_eq(dropped(&lab), 20);
        lab_close(&lab);
    }
}
END_TEST

TEST_MAIN("load", what_need_not_be_kept_goes, a_new_consumer_gets_it_computed_anew,
          as_far_up_as_needed, other_bytes_are_a_second_claim,
          a_collection_comes_back_at_once, bytes_that_several_have)
