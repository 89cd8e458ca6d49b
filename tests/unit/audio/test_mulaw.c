#include <math.h>

#include "kindred/mulaw.h"
#include "support.h"

START_TEST(every_code_comes_back)
{
    for (unsigned code = 0; code < 256; code++)
        ck_assert_uint_eq(kin_mulaw_code(kin_mulaw_value((uint8_t)code)), code);
}
END_TEST

START_TEST(ends_and_middle)
{
    ck_assert_uint_eq(kin_mulaw_code(0), 128);
    ck_assert_uint_eq(kin_mulaw_code(-0.0), 128);
    ck_assert_uint_eq(kin_mulaw_code(1), 255);
    ck_assert_uint_eq(kin_mulaw_code(-1), 0);
    ck_assert_uint_eq(kin_mulaw_code(7), 255);
    ck_assert_uint_eq(kin_mulaw_code(-INFINITY), 0);
    ck_assert_uint_eq(kin_mulaw_code((double)NAN), 128);
    ck_assert_double_eq(kin_mulaw_value(255), 1);
    ck_assert_double_eq(kin_mulaw_value(0), -1);
    ck_assert_double_eq_tol(kin_mulaw_value(128), 8.62e-5, 1e-7);
}
END_TEST

START_TEST(arrays_do_what_single_values_do)
{
    float x[5] = {0, 0.5f, -0.25f, 2, -2}, back[5];
    uint8_t codes[5];
    kin_mulaw_encode(x, 5, codes);
    kin_mulaw_decode(codes, 5, back);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(codes[i], kin_mulaw_code((double)x[i]));
        ck_assert_float_eq(back[i], (float)kin_mulaw_value(codes[i]));
    }
}
END_TEST

/* One step of the companded value: the quantisation error stays below half of it. */
START_TEST(error_is_at_most_half_a_step)
{
    for (double x = -1; x <= 1; x += 1e-3) {
        double step = log(256) / 127.5 * (fabs(x) + 1.0 / 255);
        ck_assert_double_le(fabs(kin_mulaw_value(kin_mulaw_code(x)) - x), 0.52 * step);
    }
}
END_TEST

TEST_MAIN("mulaw", every_code_comes_back, ends_and_middle, arrays_do_what_single_values_do,
          error_is_at_most_half_a_step)
