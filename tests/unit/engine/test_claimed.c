/* What is known of items after a snapshot: as much as where it was saved. */
#include <string.h>

#include "lab.h"

/* Maps, a distance that extends its rows, a whole kind. */
#define TREE                                                       \
    "  x: { kind: template, of: v, for: { factor: [2, 3] } }\n"    \
    "  d: { kind: distance, from: x, to: v, metric: euclidean }\n" \
    "  w: { kind: within, of: d, for: { space: s } }\n"

START_TEST(a_new_item_costs_its_own_work_elsewhere)
{
    struct lab lab;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 2);
    lab_save(&lab, NULL);
    lab_vectors(&lab, 21, 1);
    lab_do(&lab, TREE, 2);
    uint64_t pairs = lab_stats(&lab, "d")->counters[0].n;
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 2);

    lab_move(&lab, "b");
    lab_do(&lab, TREE, 2);
    ck_assert_uint_eq(lab_stats(&lab, "v")->computed, 1);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 2);
    ck_assert_uint_eq(lab_stats(&lab, "d")->counters[0].n, pairs); /* rows are extended */
    lab_close(&lab);
}
END_TEST

START_TEST(what_is_taken_back_is_computed)
{
    struct kin_error err = {0};
    struct lab lab;
    uint64_t claims;
    lab_open(&lab, 20, 1);
    lab_do(&lab, TREE, 2);
    lab_save(&lab, NULL);
    lab_move(&lab, "b");
    ck_ok(kin_trust_revoke(lab.cache, "nobody", kin_unfollow_claim, lab.cache, &claims, &err));
    ck_assert_uint_eq(claims, 7); /* v; x and d and w twice */
    lab_do(&lab, TREE, 2);
    ck_assert_uint_eq(lab_stats(&lab, "v")->computed, 20);
    ck_assert_uint_eq(lab_stats(&lab, "x")->computed, 40);
    ck_assert_uint_eq(lab_stats(&lab, "d")->computed, 40);
    lab_close(&lab);
}
END_TEST

START_TEST(nothing_follows_from_what_is_no_record)
{
    static const char *const records[] = {
        "",
        "kind",
        "kindred-action 1\nkind nothing 1\n",
        "kindred-action 1\nkind template 99\n",
        "kindred-action 1\nkind template 1\ninput other 00112233445566778899aabbccddeeff\n",
        "kindred-action 1\nkind template 1\ninput of x\n",
        "kindred-action 1\nkind template 1\ninput of 00112233445566778899aabbccddeeff\n"};
    struct kin_error err = {0};
    struct lab lab;
    lab_open(&lab, 1, 1);
    for (size_t i = 0; i < KIN_COUNT(records); i++) {
        struct kin_cache_batch *batch = kin_batch_new(lab.cache);
        struct kin_action action = {.record = records[i], .n_outputs = 1};
        ck_ok(kin_follow_claim(lab.cache, batch, &action, &err));
        kin_batch_free(batch);
    }
    lab_close(&lab);
}
END_TEST

TEST_MAIN("claimed", a_new_item_costs_its_own_work_elsewhere, what_is_taken_back_is_computed,
          nothing_follows_from_what_is_no_record)
