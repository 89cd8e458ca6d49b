#include <math.h>
#include <string.h>

#include "kindred/feature.h"
#include "kindred/random.h"
#include "support.h"

enum { N = 300, T = 13, D = 5, B = 2 };

static const struct kin_mfcc_params small = {
    .rate_hz = 8000,
    .frame_samples = 64,
    .hop_samples = 24,
    .window = KIN_WINDOW_HANN_SYMMETRIC,
    .bands = 10,
    .coefficients = 6,
    .drop_first = true,
};

static struct kin_mfcc *plan(void)
{
    struct kin_error err = {0};
    struct kin_mfcc *mfcc;
    ck_ok(kin_mfcc_new(&small, &mfcc, &err));
    return mfcc;
}

static void noise(float *x, size_t n, double gain)
{
    struct kin_random random = kin_random_stream(8, "noise", 5);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(gain * kin_random_normal(&random));
}

/* Mean and n-1 deviation by the textbook, of the order-th differences. */
static void plain_moments(const float m[T][D], size_t d, size_t order, double *mean, double *sd)
{
    double sum = 0, squares = 0;
    size_t n = T - order;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t t = 0; t < n; t++) {
            double x = (double)m[t][d];
            if (order == 1)
                x = (double)m[t + 1][d] - x;
            if (order == 2)
                x = (double)m[t + 2][d] - 2 * (double)m[t + 1][d] + x;
            if (pass == 0)
                sum += x;
            else
                squares += pow(x - *mean, 2);
        }
        *mean = sum / (double)n;
    }
    *sd = sqrt(squares / (double)(n - 1));
}

START_TEST(moments_of_the_coefficients)
{
    struct kin_error err = {0};
    struct kin_mfcc *mfcc = plan();
    float x[B * N], m[B][T][D], out[B][6][D];
    noise(x, N, 1);
    noise(x + N, N, 1e-3);
    ck_assert_uint_eq(kin_mfcc_frames(mfcc, N), T);
    for (int floor = 0; floor < 2; floor++) {
        ck_ok(kin_mfcc_apply(mfcc, x, B, N, (enum kin_floor)floor, m[0][0], &err));
        ck_ok(kin_mfcc_vectors(mfcc, x, B, N, (enum kin_floor)floor, out[0][0], &err));
        for (size_t b = 0; b < B; b++) {
            for (size_t d = 0; d < D; d++) {
                for (size_t order = 0; order < 3; order++) {
                    double mean, sd;
                    plain_moments((const float(*)[D])m[b], d, order, &mean, &sd);
                    ck_assert_double_eq_tol((double)out[b][2 * order][d], mean, 1e-5);
                    ck_assert_double_eq_tol((double)out[b][2 * order + 1][d], sd, 1e-5);
                }
            }
        }
    }
    kin_mfcc_free(mfcc);
}
END_TEST

START_TEST(the_paper_has_144_numbers)
{
    struct kin_error err = {0};
    struct kin_mfcc *mfcc;
    ck_ok(kin_mfcc_new(&kin_mfcc_embedding, &mfcc, &err));
    ck_assert_uint_eq(6 * kin_mfcc_columns(mfcc), 144);
    kin_mfcc_free(mfcc);
}
END_TEST

/* Nothing changes in silence. */
START_TEST(silence)
{
    struct kin_error err = {0};
    struct kin_mfcc *mfcc = plan();
    float x[N] = {0}, out[6 * D];
    ck_ok(kin_mfcc_vectors(mfcc, x, 1, N, KIN_FLOOR_CLIP, out, &err));
    for (size_t i = 0; i < KIN_COUNT(out); i++)
        ck_assert_double_eq_tol((double)out[i], 0, 1e-4);
    kin_mfcc_free(mfcc);
}
END_TEST

START_TEST(wrong_signals)
{
    struct kin_error err = {0};
    struct kin_mfcc *mfcc = plan();
    float x[N] = {0}, out[6 * D] = {7};
    ck_assert_int_eq(kin_mfcc_vectors(mfcc, x, 1, 71, KIN_FLOOR_CLIP, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "clip of 71 samples has 3 frames, expected at least 4");
    ck_assert_float_eq(out[0], 7);
    ck_ok(kin_mfcc_vectors(mfcc, x, 1, 72, KIN_FLOOR_CLIP, out, &err));
    x[3] = NAN;
    out[0] = 7;
    ck_assert_int_eq(kin_mfcc_vectors(mfcc, x, 1, 72, KIN_FLOOR_CLIP, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "sample 3 of clip 0 is nan, expected a number in [-1, 1]");
    x[3] = 0;
    for (unsigned long nth = 1; nth <= 3; nth++) {
        kin_memory_fail_nth(nth);
        ck_assert_int_eq(kin_mfcc_vectors(mfcc, x, 1, 72, KIN_FLOOR_CLIP, out, &err), KIN_ENOMEM);
    }
    kin_memory_fail_nth(0);
    ck_assert_float_eq(out[0], 7);
    kin_mfcc_free(mfcc);
}
END_TEST

TEST_MAIN("cepstrum_vector", moments_of_the_coefficients, the_paper_has_144_numbers, silence,
          wrong_signals)
