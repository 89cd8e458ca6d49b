#include <math.h>

#include "kindred/measure.h"
#include "support.h"

START_TEST(windows)
{
    ck_assert_uint_eq(kin_sdr_windows(44100, 22050), 2);
    ck_assert_uint_eq(kin_sdr_windows(44099, 22050), 1);
    ck_assert_uint_eq(kin_sdr_windows(22049, 22050), 0);
}
END_TEST

/* One window each: half the error's power, perfect, silent estimate, silent reference; the last
 * sample fills no window. */
START_TEST(by_hand)
{
    struct kin_error err = {0};
    const float reference[] = {1, 1, 0.5f, -1, 1, 1, 0, 0, 9};
    const float estimate[] = {1, 0, 0.5f, -1, 0, 0, 1, 1, 0};
    double out[5] = {0, 0, 0, 0, 7};
    ck_ok(kin_sdr(reference, estimate, 9, 2, out, &err));
    ck_assert_double_eq_tol(out[0], 10 * log10(2), 1e-14);
    ck_assert(isinf(out[1]) && out[1] > 0);
    ck_assert(isnan(out[2]));
    ck_assert(isnan(out[3]));
    ck_assert_double_eq(out[4], 7);
}
END_TEST

START_TEST(wrong_arguments)
{
    struct kin_error err = {0};
    const float x[3] = {1, 2, 3};
    double out[3];
    ck_assert_int_eq(kin_sdr(x, x, 3, 0, out, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "window is 0 samples, expected at least 1");
    ck_assert_int_eq(kin_sdr(x, x, 3, 4, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "3 samples, expected at least one window of 4");
}
END_TEST

TEST_MAIN("separation", windows, by_hand, wrong_arguments)
