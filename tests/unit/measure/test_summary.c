#include <math.h>

#include "kindred/measure.h"
#include "support.h"

START_TEST(mean_and_deviation)
{
    double x[] = {1, NAN, 2, 6};
    struct kin_summary s = kin_summarise(x, 4);
    ck_assert_uint_eq(s.n, 3);
    ck_assert_uint_eq(s.undefined, 1);
    ck_assert_double_eq(s.mean, 3);
    ck_assert_double_eq_tol(s.deviation, sqrt(7), 1e-15);
}
END_TEST

START_TEST(of_too_few)
{
    double x[] = {5, NAN};
    struct kin_summary s = kin_summarise(x, 2);
    ck_assert_double_eq(s.mean, 5);
    ck_assert(isnan(s.deviation));
    s = kin_summarise(x + 1, 1);
    ck_assert_uint_eq(s.n, 0);
    ck_assert(isnan(s.mean));
    s = kin_summarise(x, 0);
    ck_assert(isnan(s.mean));
    ck_assert_uint_eq(s.undefined, 0);
}
END_TEST

/* The second pass keeps what a sum of squares would lose. */
START_TEST(far_from_zero)
{
    double x[] = {1e9 + 1, 1e9 + 2, 1e9 + 3};
    ck_assert_double_eq(kin_summarise(x, 3).deviation, 1);
}
END_TEST

TEST_MAIN("summary", mean_and_deviation, of_too_few, far_from_zero)
