/* Bytes that are not there any more: computed anew where somebody needs them, and only there. */
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

TEST_MAIN("load", what_need_not_be_kept_goes, a_new_consumer_gets_it_computed_anew,
          as_far_up_as_needed)
