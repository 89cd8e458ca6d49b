#include <math.h>
#include <string.h>

#include "kindred/measure.h"
#include "kindred/random.h"
#include "support.h"

static const struct kin_rho_params all_readings[] = {
    {KIN_POOL_ALL, KIN_OWN_INCLUDED},
    {KIN_POOL_ALL, KIN_OWN_LEFT_OUT},
    {KIN_POOL_CLIP, KIN_OWN_INCLUDED},
    {KIN_POOL_CLIP, KIN_OWN_LEFT_OUT},
};

START_TEST(accuracy)
{
    const enum kin_outcome a[] = {KIN_OUTCOME_NEAREST,  KIN_OUTCOME_NEAREST, KIN_OUTCOME_BEATEN,
                                  KIN_OUTCOME_TIED,     KIN_OUTCOME_MISSING, KIN_OUTCOME_NEAREST,
                                  KIN_OUTCOME_UNDEFINED};
    const enum kin_outcome b[] = {KIN_OUTCOME_NEAREST, KIN_OUTCOME_TIED,    KIN_OUTCOME_NEAREST,
                                  KIN_OUTCOME_BEATEN,  KIN_OUTCOME_NEAREST, KIN_OUTCOME_MISSING,
                                  KIN_OUTCOME_NEAREST};
    struct kin_agreement out = kin_between_accuracy(a, b, 7);
    ck_assert_uint_eq(out.n, 5);
    ck_assert_uint_eq(out.missing, 2);
    ck_assert_uint_eq(out.equal, 2); /* both nearest; tied and beaten are both failures */
    ck_assert_double_eq(out.accuracy, 0.4);
    ck_assert(isnan(kin_between_accuracy(a + 4, b + 4, 1).accuracy));
}
END_TEST

/* Two clips, three originals; numbers by hand. */
START_TEST(four_readings)
{
    struct kin_error err = {0};
    const double a[2][3] = {{0, 1, 2}, {5, 0, 4}};
    const double b[2][3] = {{0, 2, 1}, {4, 0, 5}};
    const size_t own[2] = {0, 1};
    /* Pooled ranks a: 1.5 3 4 | 6 1.5 5, b: 1.5 4 3 | 5 1.5 6; sum of squared differences 4,
     * both with one tie of two: (17 - 4 / 2) / 17.
     * Without own: a 1 2 | 4 3, b 2 1 | 3 4: 1 - 6 4 / 60. Per clip: 0.5 and 0.5; -1 and -1. */
    const double want[] = {15.0 / 17, 0.6, 0.5, -1};
    for (size_t i = 0; i < 4; i++) {
        struct kin_rho out;
        ck_ok(kin_between_rho(a[0], b[0], own, 2, 3, &all_readings[i], &out, &err));
        ck_assert_double_eq_tol(out.rho, want[i], 1e-15);
        ck_assert_uint_eq(out.pairs, i % 2 ? 4 : 6);
        ck_assert_uint_eq(out.rows, 2);
        ck_assert_uint_eq(out.undefined + out.missing + out.constant, 0);
    }
}
END_TEST

START_TEST(missing_undefined_and_constant_rows)
{
    struct kin_error err = {0};
    const double a[4][3] = {{0, 1, 2}, {9, 9, 9}, {3, 3, 3}, {1, 0, NAN}};
    const double b[4][3] = {{0, 5, 6}, {1, 2, 3}, {1, 2, 3}, {2, 1, 7}};
    const size_t own[4] = {0, KIN_NO_ORIGINAL, 2, 1};
    struct kin_rho out;
    ck_ok(kin_between_rho(a[0], b[0], own, 4, 3, &all_readings[2], &out, &err));
    ck_assert_double_eq(out.rho, 1);
    ck_assert_uint_eq(out.rows, 2);
    ck_assert_uint_eq(out.pairs, 8);
    ck_assert_uint_eq(out.undefined, 1);
    ck_assert_uint_eq(out.missing, 1);
    ck_assert_uint_eq(out.constant, 1);
    ck_ok(kin_between_rho(a[0], b[0], own, 4, 3, &all_readings[0], &out, &err));
    ck_assert_uint_eq(out.rows, 3);
    ck_assert_uint_eq(out.pairs, 8);
    ck_assert_uint_eq(out.constant, 0);
    /* Pairs: (0,0) (1,5) (2,6) (3,1) (3,2) (3,3) (1,2) (0,1). */
    const double x[] = {0, 1, 2, 3, 3, 3, 1, 0}, y[] = {0, 5, 6, 1, 2, 3, 2, 1};
    double rho;
    ck_ok(kin_spearman(x, y, 8, &rho, NULL, &err));
    ck_assert_double_eq(out.rho, rho);
}
END_TEST

START_TEST(no_rows)
{
    struct kin_error err = {0};
    const size_t own[1] = {KIN_NO_ORIGINAL};
    const double d[2] = {1, 2};
    for (size_t i = 0; i < 4; i++) {
        struct kin_rho out;
        ck_ok(kin_between_rho(d, d, own, 1, 2, &all_readings[i], &out, &err));
        ck_assert(isnan(out.rho));
        ck_assert_uint_eq(out.rows, 0);
        ck_assert_uint_eq(out.missing, 1);
        ck_assert_uint_eq(kin_between_pairs(own, 1, 2, &all_readings[i]), 0);
    }
}
END_TEST

static void random_matrix(struct kin_random *random, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (double)kin_random_below(random, 50) / 7; /* with ties */
}

/* Ranking each matrix once gives the same bits; so does a monotone transform of one of them. */
START_TEST(ranks_can_be_reused)
{
    enum { R = 30, N = 20 };
    struct kin_error err = {0};
    struct kin_random random = kin_random_stream(2, "rho", 3);
    double a[R * N], b[R * N], rank_a[R * N], rank_b[R * N];
    size_t own[R];
    random_matrix(&random, a, R * N);
    random_matrix(&random, b, R * N);
    for (size_t r = 0; r < R; r++)
        own[r] = r % 7 == 3 ? KIN_NO_ORIGINAL : kin_random_below(&random, N);
    for (size_t i = 0; i < 4; i++) {
        const struct kin_rho_params *p = &all_readings[i];
        struct kin_rho at_once, ranked;
        ck_ok(kin_between_rho(a, b, own, R, N, p, &at_once, &err));
        ck_assert_uint_eq(kin_between_pairs(own, R, N, p), at_once.pairs);
        ck_ok(kin_between_rank(a, own, R, N, p, rank_a, &err));
        ck_ok(kin_between_rank(b, own, R, N, p, rank_b, &err));
        ranked = kin_between_ranked(rank_a, rank_b, own, R, N, p);
        ck_assert_mem_eq(&at_once, &ranked, sizeof ranked);
        double curved[R * N];
        for (size_t k = 0; k < R * N; k++)
            curved[k] = exp(b[k]);
        ck_ok(kin_between_rho(a, curved, own, R, N, p, &ranked, &err));
        ck_assert_mem_eq(&at_once, &ranked, sizeof ranked);
    }
}
END_TEST

START_TEST(wrong_arguments)
{
    struct kin_error err = {0};
    const double d[4] = {1, 2, NAN, 3};
    double ranks[4];
    size_t own[2] = {0, 0};
    struct kin_rho out;
    const struct kin_rho_params *p = &all_readings[1];
    ck_assert_int_eq(kin_between_rho(d, d, own, 2, 0, p, &out, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "number of originals is 0, expected at least 1");
    ck_assert_int_eq(kin_between_rank(d, own, 2, 0, p, ranks, &err), KIN_EINVAL);
    ck_assert_int_eq(kin_between_rank(d, own, 2, 2, &all_readings[0], ranks, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "distance from row 1 to original 0 is nan, which has no rank");
    ck_ok(kin_between_rank(d, own, 2, 2, p, ranks, &err)); /* the NaN is the own one, left out */
    own[1] = 2;
    ck_assert_int_eq(kin_between_rho(d, d, own, 2, 2, p, &out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "row 1 belongs to original 2, expected 0 to 1");
    ck_assert_int_eq(kin_between_rank(d, own, 2, 2, p, ranks, &err), KIN_EDATA);
}
END_TEST

START_TEST(memory_runs_out)
{
    struct kin_error err = {0};
    const double d[4] = {1, 2, 4, 3};
    const size_t own[2] = {0, 1};
    for (size_t i = 0; i < 4; i++) {
        struct kin_rho out = {.rho = 7};
        for (unsigned long nth = 1; nth <= 6; nth++) {
            kin_memory_fail_nth(nth);
            ck_assert_int_eq(kin_between_rho(d, d, own, 2, 2, &all_readings[i], &out, &err),
                             KIN_ENOMEM);
            ck_assert_double_eq(out.rho, 7);
        }
        kin_memory_fail_nth(0);
    }
}
END_TEST

TEST_MAIN("agreement", accuracy, four_readings, missing_undefined_and_constant_rows, no_rows,
          ranks_can_be_reused, wrong_arguments, memory_runs_out)
