/* Intervals over clips, of the kinds that give them. */
#include "solo_support.h"

#define CLIPS 6

static const char *const ids[] = {"a", "b", "c", "d", "e", "f", NULL};

/* Four of six clips are nearest to their own original, in each space another four: both agree on
 * two. Clip f failed in both unless `whole`. */
static void add_space(struct kin_solo *solo, const char *port, size_t first_wrong, bool whole)
{
    struct kin_digest columns = store_columns(solo, ids);
    for (size_t i = 0; i < CLIPS; i++) {
        bool wrong = i == first_wrong || i == first_wrong + 1;
        double row[CLIPS];
        for (size_t j = 0; j < CLIPS; j++)
            row[j] = (j == i) == wrong ? 5 + (double)j : 1;
        ck_ok(kin_solo_add(solo, port, ids[i],
                           i == CLIPS - 1 && !whole ? NULL : make_row(row, CLIPS, &columns), &err));
    }
}

static struct kin_solo *within(const char *const *params, bool whole)
{
    struct kin_solo *solo = solo_new("within", params);
    add_space(solo, "of", 0, whole);
    ck_ok(kin_solo_run(solo, &err));
    return solo;
}

static struct kin_solo *between(const char *const *params)
{
    struct kin_solo *solo = solo_new("between", params);
    add_space(solo, "audio", 0, true);
    add_space(solo, "latent", 2, true);
    ck_ok(kin_solo_run(solo, &err));
    return solo;
}

static double number(const struct kin_solo *solo, const char *name)
{
    return kin_value_f64(solo_result(solo, 0), name, -9);
}

static void check_holds(const struct kin_solo *solo, const char *name, double wanted)
{
    ck_assert_double_eq_tol(number(solo, name), wanted, 1e-12);
    ck_assert_double_lt(number(solo, "lower"), wanted);
    ck_assert_double_ge(number(solo, "lower"), 0);
    ck_assert_double_gt(number(solo, "upper"), wanted);
    ck_assert_double_le(number(solo, "upper"), 1);
}

START_TEST(on_request_alone)
{
    struct kin_solo *solo = within(NULL, true);
    ck_assert_ptr_null(kin_value_get(solo_result(solo, 0), "lower"));
    kin_solo_free(solo);
    solo = between(PARAMS("measure", "accuracy"));
    ck_assert_ptr_null(kin_value_get(solo_result(solo, 0), "upper"));
    kin_solo_free(solo);
}
END_TEST

START_TEST(of_shares_of_clips)
{
    struct kin_solo *solo = within(PARAMS("resamples", "1000"), true);
    check_holds(solo, "consistency", 4.0 / 6);
    kin_solo_free(solo);
    solo = within(PARAMS("resamples", "1000"), false);
    check_holds(solo, "consistency", 3.0 / 5); /* what is missing is not drawn */
    kin_solo_free(solo);
    solo = between(PARAMS("measure", "accuracy", "resamples", "1000"));
    check_holds(solo, "consistency", 2.0 / 6);
    kin_solo_free(solo);
}
END_TEST

START_TEST(a_correlation_over_all_clips_has_none)
{
    struct kin_solo *solo = between(PARAMS("measure", "rho", "resamples", "1000"));
    ck_assert(isnan(number(solo, "lower")) && isnan(number(solo, "upper")));
    kin_solo_free(solo);
}
END_TEST

START_TEST(of_performances)
{
    struct kin_solo *solo = solo_new("performance", PARAMS("resamples", "1000"));
    for (size_t i = 0; i < CLIPS; i++) {
        struct kin_value *clip = kin_value_new("number");
        ck_ok(kin_value_set_text(clip, "task", "IR", &err));
        ck_ok(kin_value_set_f64(clip, "performance", i % 2 ? 1 : 0, &err));
        ck_ok(kin_solo_add(solo, "of", ids[i], clip, &err));
    }
    ck_ok(kin_solo_run(solo, &err));
    check_holds(solo, "performance", 0.5);
    kin_solo_free(solo);
}
END_TEST

START_TEST(the_same_bits_twice_and_others_with_another_seed)
{
    struct kin_solo *one = within(PARAMS("resamples", "100"), true);
    struct kin_solo *same = within(PARAMS("resamples", "100"), true);
    ck_assert(same_value(solo_result(one, 0), solo_result(same, 0)));
    kin_solo_free(same);
    size_t others = 0;
    static const char *const seeds[] = {"1", "2", "3", "4", "5", "6"};
    for (size_t i = 0; i < KIN_COUNT(seeds); i++) {
        struct kin_solo *other = within(PARAMS("resamples", "100", "seed", seeds[i]), true);
        others += number(other, "lower") != number(one, "lower") ||
                  number(other, "upper") != number(one, "upper");
        kin_solo_free(other);
    }
    ck_assert_uint_gt(others, 0);
    kin_solo_free(one);
}
END_TEST

TEST_MAIN("interval", on_request_alone, of_shares_of_clips, a_correlation_over_all_clips_has_none,
          of_performances, the_same_bits_twice_and_others_with_another_seed)
