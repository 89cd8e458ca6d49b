#include <math.h>
#include <string.h>

#include "kindred/measure.h"
#include "kindred/random.h"
#include "support.h"

START_TEST(average_ranks)
{
    struct kin_error err = {0};
    const double x[] = {3, -1, 3, INFINITY, -0.0, 0.0, 3, -INFINITY, -1e-300, 1e300};
    const double want[] = {7, 2, 7, 10, 4.5, 4.5, 7, 1, 3, 9};
    double ranks[KIN_COUNT(x)];
    ck_ok(kin_rank(x, KIN_COUNT(x), ranks, &err));
    for (size_t i = 0; i < KIN_COUNT(x); i++)
        ck_assert_msg(ranks[i] == want[i], "rank %zu is %g", i, ranks[i]);
    ck_ok(kin_rank(x, 0, ranks, &err));
}
END_TEST

/* Against counting: rank = numbers below + (numbers equal + 1) / 2; also in place. */
static void check_by_counting(double *x, size_t n)
{
    struct kin_error err = {0};
    double ranks[1000];
    ck_assert_uint_le(n, KIN_COUNT(ranks));
    ck_ok(kin_rank(x, n, ranks, &err));
    for (size_t i = 0; i < n; i++) {
        size_t below = 0, equal = 0;
        for (size_t k = 0; k < n; k++) {
            below += x[k] < x[i];
            equal += x[k] == x[i];
        }
        ck_assert_double_eq(ranks[i], (double)below + 0.5 * (double)(equal + 1));
    }
    ck_ok(kin_rank(x, n, x, &err));
    ck_assert_mem_eq(x, ranks, n * sizeof *x);
}

/* Doubles, and floats in doubles, which are sorted in another way; `far` of them, all alike. */
static void check_numbers(bool floats, double far)
{
    enum { N = 700 };
    struct kin_random random = kin_random_stream(3, "rank", 4);
    double x[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = i % 3 ? kin_random_normal(&random) : (double)kin_random_below(&random, 9) - 4;
        x[i] = i % 20 ? x[i] : i % 40 ? -far : far;
        x[i] = floats ? (double)(float)x[i] : x[i];
    }
    check_by_counting(x, N);
}

START_TEST(ranks_by_counting)
{
    static const double far[] = {0, 3e38, 1e-45, INFINITY};
    for (size_t i = 0; i < KIN_COUNT(far); i++) {
        check_numbers(false, far[i]);
        check_numbers(true, far[i]);
    }
    double same[] = {7, 7, 7}, near[] = {2, 1, 2, 1.0000001192092896};
    check_by_counting(same, KIN_COUNT(same));
    check_by_counting(near, KIN_COUNT(near));
}
END_TEST

START_TEST(too_many_to_rank)
{
    struct kin_error err = {0};
    double x = 1;
    ck_assert_int_eq(kin_rank(&x, (size_t)1 << 32, &x, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "4294967296 numbers to rank, at most 4294967295");
}
END_TEST

START_TEST(spearman_by_hand)
{
    struct kin_error err = {0};
    const double x[] = {1, 2, 3, 4, 5}, y[] = {5, 6, 7, 8, 7};
    double rho;
    size_t pairs;
    ck_ok(kin_spearman(x, y, 5, &rho, &pairs, &err));
    ck_assert_double_eq_tol(rho, 8 / sqrt(10 * 9.5), 1e-15);
    ck_assert_uint_eq(pairs, 5);
    ck_ok(kin_spearman(x, x, 5, &rho, NULL, &err));
    ck_assert_double_eq(rho, 1);
    const double down[] = {9, 8, 7, 1, 0};
    ck_ok(kin_spearman(x, down, 5, &rho, NULL, &err));
    ck_assert_double_eq(rho, -1);
}
END_TEST

START_TEST(undefined_pairs_are_left_out)
{
    struct kin_error err = {0};
    const double x[] = {1, NAN, 2, 9, 3}, y[] = {1, 5, 3, NAN, 2};
    double rho;
    size_t pairs;
    ck_ok(kin_spearman(x, y, 5, &rho, &pairs, &err));
    ck_assert_uint_eq(pairs, 3);
    ck_assert_double_eq_tol(rho, 0.5, 1e-15);
}
END_TEST

START_TEST(no_correlation)
{
    struct kin_error err = {0};
    const double x[] = {1, 2, 3}, same[] = {4, 4, 4}, none[] = {NAN, NAN, NAN};
    double rho = 0;
    ck_ok(kin_spearman(x, same, 3, &rho, NULL, &err));
    ck_assert(isnan(rho));
    ck_ok(kin_spearman(same, x, 3, &rho, NULL, &err));
    ck_assert(isnan(rho));
    ck_ok(kin_spearman(x, none, 3, &rho, NULL, &err));
    ck_assert(isnan(rho));
    ck_ok(kin_spearman(x, x, 1, &rho, NULL, &err));
    ck_assert(isnan(rho));
}
END_TEST

/* Increasing transforms of either side change nothing, decreasing ones the sign; sides commute;
 * and so do pairs. A million numbers, as many as a consistency of 1,000 clips has. */
START_TEST(properties_at_full_size)
{
    enum { N = 1000000 };
    struct kin_error err = {0};
    struct kin_random random = kin_random_stream(4, "spearman", 8);
    double *x = kin_alloc(N, sizeof *x), *y = kin_alloc(N, sizeof *y), *z = kin_alloc(N, sizeof *z);
    ck_assert(x && y && z);
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)(float)kin_random_unit(&random);
        y[i] = x[i] + 0.1 * (double)kin_random_below(&random, 10);
        z[i] = log(x[i] + 1);
    }
    double rho, other;
    ck_ok(kin_spearman(x, y, N, &rho, NULL, &err));
    ck_assert(rho > 0.6 && rho < 0.8); /* 1 / sqrt(2) for these uniform numbers, nearly */
    ck_ok(kin_spearman(z, y, N, &other, NULL, &err));
    ck_assert_double_eq(rho, other);
    ck_ok(kin_spearman(y, x, N, &other, NULL, &err));
    ck_assert_double_eq(rho, other);
    for (size_t i = 0; i < N; i++)
        z[i] = -x[i];
    ck_ok(kin_spearman(z, y, N, &other, NULL, &err));
    ck_assert_double_eq_tol(rho, -other, 1e-15);
    for (size_t i = 0; i < N; i++)
        z[i] = kin_random_unit(&random);
    ck_ok(kin_spearman(z, y, N, &other, NULL, &err));
    ck_assert_double_eq_tol(other, 0, 0.005); /* standard deviation 1 / sqrt(N) = 0.001 */
    kin_free(x);
    kin_free(y);
    kin_free(z);
}
END_TEST

START_TEST(wrong_arguments)
{
    struct kin_error err = {0};
    const double x[] = {1, 2, NAN};
    double out[3] = {7, 7, 7};
    ck_assert_int_eq(kin_rank(x, 3, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "number 2 is nan, which has no rank");
    ck_assert_double_eq(out[0], 7);
    for (unsigned long nth = 1; nth <= 6; nth++) {
        double rho = 7;
        kin_memory_fail_nth(nth);
        ck_assert_int_eq(kin_spearman(x, x, 3, &rho, NULL, &err), KIN_ENOMEM);
        ck_assert_double_eq(rho, 7);
    }
    kin_memory_fail_nth(0);
}
END_TEST

TEST_MAIN("rank", average_ranks, ranks_by_counting, too_many_to_rank, spearman_by_hand,
          undefined_pairs_are_left_out, no_correlation, properties_at_full_size, wrong_arguments)
