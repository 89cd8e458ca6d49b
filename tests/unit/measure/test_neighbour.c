#include <math.h>

#include "kindred/measure.h"
#include "kindred/random.h"
#include "support.h"

START_TEST(one_row)
{
    const struct {
        double distance[4];
        size_t own;
        enum kin_outcome outcome;
    } cases[] = {
        {{1, 2, 3, 4}, 0, KIN_OUTCOME_NEAREST},
        {{4, 3, 2, 1}, 3, KIN_OUTCOME_NEAREST},
        {{1, 2, 3, 4}, 1, KIN_OUTCOME_BEATEN},
        {{2, 1, 1, 3}, 1, KIN_OUTCOME_TIED},
        {{1, 1, 1, 0.5}, 1, KIN_OUTCOME_BEATEN}, /* tied, and beaten after the tie */
        {{0, 0, 0, 0}, 2, KIN_OUTCOME_TIED},
        {{0.0, -0.0, 1, 1}, 0, KIN_OUTCOME_TIED},
        {{NAN, 1, NAN, NAN}, 1, KIN_OUTCOME_NEAREST}, /* another's NaN does not beat */
        {{NAN, 0, 1, 2}, 0, KIN_OUTCOME_UNDEFINED},
        {{INFINITY, INFINITY, INFINITY, INFINITY}, 0, KIN_OUTCOME_TIED},
        {{INFINITY, 7, INFINITY, INFINITY}, 1, KIN_OUTCOME_NEAREST},
        {{0, 1, 2, 3}, KIN_NO_ORIGINAL, KIN_OUTCOME_MISSING},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++)
        ck_assert_msg(kin_within_outcome(cases[i].distance, 4, cases[i].own) == cases[i].outcome,
                      "case %zu", i);
    ck_assert_int_eq(kin_within_outcome(cases[0].distance, 1, 0), KIN_OUTCOME_NEAREST);
}
END_TEST

START_TEST(counts)
{
    struct kin_error err = {0};
    const double distance[5][2] = {{1, 2}, {1, 2}, {3, 3}, {0, 1}, {1, NAN}};
    const size_t own[5] = {0, 1, 0, KIN_NO_ORIGINAL, 1};
    enum kin_outcome outcomes[5];
    ck_ok(kin_within_outcomes(distance[0], own, 5, 2, outcomes, &err));
    struct kin_within w = kin_within_count(outcomes, 5);
    ck_assert_uint_eq(w.n, 4);
    ck_assert_uint_eq(w.nearest, 1);
    ck_assert_uint_eq(w.beaten, 1);
    ck_assert_uint_eq(w.tied, 1);
    ck_assert_uint_eq(w.undefined, 1);
    ck_assert_uint_eq(w.missing, 1);
    ck_assert_double_eq(w.consistency, 0.25);
}
END_TEST

START_TEST(nothing_judged)
{
    enum kin_outcome outcomes[2] = {KIN_OUTCOME_MISSING, KIN_OUTCOME_MISSING};
    struct kin_within w = kin_within_count(outcomes, 2);
    ck_assert_uint_eq(w.n, 0);
    ck_assert_uint_eq(w.missing, 2);
    ck_assert(isnan(w.consistency));
    ck_assert(isnan(kin_within_count(outcomes, 0).consistency));
}
END_TEST

START_TEST(wrong_arguments)
{
    struct kin_error err = {0};
    const double distance[2] = {1, 2};
    size_t own[1] = {0};
    enum kin_outcome outcomes[1];
    ck_assert_int_eq(kin_within_outcomes(distance, own, 1, 1, outcomes, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "number of originals is 1, expected at least 2");
    own[0] = 2;
    ck_assert_int_eq(kin_within_outcomes(distance, own, 1, 2, outcomes, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "row 0 belongs to original 2, expected 0 to 1");
}
END_TEST

/* Points on a line, moved by less than half the gap between neighbours: all succeed. With their
 * own originals drawn at random about one in N succeeds. */
START_TEST(shuffled_owners)
{
    enum { N = 40, ROUNDS = 100 };
    struct kin_error err = {0};
    struct kin_random random = kin_random_stream(1, "shuffle", 7);
    static double distance[N][N];
    size_t own[N];
    enum kin_outcome outcomes[N];
    for (size_t r = 0; r < N; r++) {
        own[r] = r;
        double x = (double)r + 0.9 * (kin_random_unit(&random) - 0.5);
        for (size_t j = 0; j < N; j++)
            distance[r][j] = fabs(x - (double)j);
    }
    ck_ok(kin_within_outcomes(distance[0], own, N, N, outcomes, &err));
    ck_assert_double_eq(kin_within_count(outcomes, N).consistency, 1);
    double sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t r = 0; r < N; r++)
            own[r] = kin_random_below(&random, N);
        ck_ok(kin_within_outcomes(distance[0], own, N, N, outcomes, &err));
        sum += kin_within_count(outcomes, N).consistency;
    }
    /* Binomial: 4000 draws at 1/40, standard deviation 0.0025. */
    ck_assert_double_eq_tol(sum / ROUNDS, 1.0 / N, 0.01);
}
END_TEST

TEST_MAIN("neighbour", one_row, counts, nothing_judged, wrong_arguments, shuffled_owners)
