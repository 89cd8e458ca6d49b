#include <math.h>
#include <string.h>

#include "kindred/measure.h"
#include "kindred/random.h"
#include "support.h"

static struct kin_error err;

static struct kin_bootstrap_params with_seed(uint64_t seed)
{
    return (struct kin_bootstrap_params){
        .resamples = 1000, .level = 0.95, .random = kin_random_stream(seed, "test", 4)};
}

static struct kin_interval interval(const double *x, size_t n, uint64_t seed)
{
    struct kin_bootstrap_params params = with_seed(seed);
    struct kin_interval out;
    ck_ok(kin_bootstrap_mean(x, n, &params, &out, &err));
    return out;
}

START_TEST(holds_the_mean_and_nothing_outside_the_numbers)
{
    const double x[] = {0.25, 0.5, 1, 0.75, 0.5};
    struct kin_interval out = interval(x, KIN_COUNT(x), 1);
    ck_assert_double_lt(out.lower, 0.6);
    ck_assert_double_gt(out.upper, 0.6);
    ck_assert_double_ge(out.lower, 0.25);
    ck_assert_double_le(out.upper, 1);
}
END_TEST

START_TEST(is_that_of_the_normal_distribution_when_there_are_many)
{
    enum { N = 1000 };
    double x[N], squares = 0;
    struct kin_random random = kin_random_stream(2, "numbers", 7);
    for (size_t i = 0; i < N; i++)
        x[i] = kin_random_normal(&random);
    struct kin_summary summary = kin_summarise(x, N);
    struct kin_interval out = interval(x, N, 3);
    squares = 1.96 * summary.deviation / sqrt(N);
    /* The ends are quantiles of 1,000 draws: a standard deviation of some 4 % of the width. */
    ck_assert_double_eq_tol(out.lower, summary.mean - squares, 0.2 * squares);
    ck_assert_double_eq_tol(out.upper, summary.mean + squares, 0.2 * squares);
}
END_TEST

START_TEST(the_same_twice_and_other_numbers_with_another_seed)
{
    const double x[] = {3, 1, 4, 1, 5, 9, 2, 6};
    struct kin_interval a = interval(x, KIN_COUNT(x), 1), b = interval(x, KIN_COUNT(x), 1);
    struct kin_interval c = interval(x, KIN_COUNT(x), 2);
    ck_assert_mem_eq(&a, &b, sizeof a);
    ck_assert(memcmp(&a, &c, sizeof a) != 0);
}
END_TEST

START_TEST(undefined_numbers_are_left_out)
{
    const double all[] = {NAN, 3, 1, NAN, 4, NAN}, defined[] = {3, 1, 4};
    struct kin_interval a = interval(all, KIN_COUNT(all), 1);
    struct kin_interval b = interval(defined, KIN_COUNT(defined), 1);
    ck_assert_mem_eq(&a, &b, sizeof a);
}
END_TEST

START_TEST(one_number_has_no_interval)
{
    const double x[] = {0.5, NAN};
    for (size_t n = 0; n <= 2; n++) {
        struct kin_interval out = interval(x, n, 1);
        ck_assert(isnan(out.lower) && isnan(out.upper));
    }
}
END_TEST

START_TEST(equal_numbers_have_a_point)
{
    const double x[] = {1, 1, 1}, huge[] = {INFINITY, INFINITY};
    struct kin_interval out = interval(x, KIN_COUNT(x), 1);
    ck_assert_double_eq(out.lower, 1);
    ck_assert_double_eq(out.upper, 1);
    out = interval(huge, KIN_COUNT(huge), 1);
    ck_assert(isinf(out.lower) && isinf(out.upper));
}
END_TEST

START_TEST(wrong_arguments)
{
    const double x[] = {1, 2};
    struct kin_interval out;
    struct kin_bootstrap_params params = with_seed(1);
    params.resamples = 0;
    ck_assert_int_eq(kin_bootstrap_mean(x, 2, &params, &out, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "0 resamples, wanted at least 1");
    params = with_seed(1);
    params.level = 1;
    ck_assert_int_eq(kin_bootstrap_mean(x, 2, &params, &out, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a level of 1, wanted one between 0 and 1");
}
END_TEST

/* ---- how often the interval holds the true mean ---- */

#define ROUNDS 2000

static double normal(struct kin_random *random)
{
    return 3 + kin_random_normal(random);
}

/* As C^W is: an outcome for each clip. */
static double outcome(struct kin_random *random)
{
    return kin_random_unit(random) < 0.7;
}

static double coverage(double (*draw)(struct kin_random *random), double mean, size_t n)
{
    double *x = kin_alloc(n, sizeof *x);
    size_t held = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        struct kin_random random = kin_random_stream(round, "round", 5);
        for (size_t i = 0; i < n; i++)
            x[i] = draw(&random);
        struct kin_interval out = interval(x, n, round);
        held += out.lower <= mean && mean <= out.upper;
    }
    kin_free(x);
    return (double)held / ROUNDS;
}

/* The standard deviation of a share of 2,000 rounds is 0.005. */
START_TEST(covers_what_it_says)
{
    double share = coverage(normal, 3, 50);
    ck_assert_msg(share >= 0.93 && share <= 0.97, "normal: %g", share);
    share = coverage(outcome, 0.7, 50);
    ck_assert_msg(share >= 0.93 && share <= 0.97, "outcomes: %g", share);
}
END_TEST

/* docs/statistics.md has figures. The normal interval with the deviation divided by n, which the
 * percentiles approach, covers 0.845 of normal draws at n = 5. */
START_TEST(falls_short_with_five)
{
    double share = coverage(normal, 3, 5);
    ck_assert_msg(share >= 0.80 && share <= 0.87, "normal: %g", share);
}
END_TEST

TEST_MAIN("bootstrap", holds_the_mean_and_nothing_outside_the_numbers,
          is_that_of_the_normal_distribution_when_there_are_many,
          the_same_twice_and_other_numbers_with_another_seed, undefined_numbers_are_left_out,
          one_number_has_no_interval, equal_numbers_have_a_point, wrong_arguments,
          covers_what_it_says, falls_short_with_five)
