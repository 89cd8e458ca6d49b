#include <math.h>
#include <string.h>

#include "kindred/feature.h"
#include "kindred/random.h"
#include "support.h"

static const struct kin_mfcc_params small = {
    .rate_hz = 8000,
    .frame_samples = 64,
    .hop_samples = 24,
    .window = KIN_WINDOW_HANN_PERIODIC,
    .bands = 10,
    .coefficients = 6,
};

static void noise(float *x, size_t n, double gain)
{
    struct kin_random random = kin_random_stream(7, "noise", 5);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(gain * kin_random_normal(&random));
}

/* Levels of the mel bands by the definition, [T][bands], from the magnitudes. */
static void plain_levels(const struct kin_mfcc_params *p, const float *x, size_t n, double *out,
                         size_t *frames)
{
    struct kin_error err = {0};
    const struct kin_stft_params sp = {p->frame_samples, p->hop_samples, p->window};
    const struct kin_mel_params mp = {p->rate_hz, p->frame_samples, p->bands};
    struct kin_stft *stft;
    ck_ok(kin_stft_new(&sp, &stft, &err));
    size_t bins = kin_stft_bins(stft);
    *frames = kin_stft_frames(stft, n);
    float *magnitude = kin_alloc(bins * *frames, sizeof *magnitude);
    float *bank = kin_alloc(p->bands * bins, sizeof *bank);
    ck_ok(kin_stft_magnitude(stft, x, 1, n, magnitude, &err));
    ck_ok(kin_mel_bank(&mp, bank, &err));
    for (size_t t = 0; t < *frames; t++) {
        for (size_t m = 0; m < p->bands; m++) {
            double sum = 0;
            for (size_t k = 0; k < bins; k++)
                sum += (double)bank[m * bins + k] * pow((double)magnitude[k * *frames + t], 2);
            out[t * p->bands + m] = 10 * log10(fmax(sum, 1e-10));
        }
    }
    kin_free(magnitude);
    kin_free(bank);
    kin_stft_free(stft);
}

static double plain_dct(const double *levels, size_t n, size_t coefficient, double floor)
{
    double sum = 0;
    for (size_t m = 0; m < n; m++)
        sum += fmax(levels[m], floor) *
               cos(M_PI * (double)coefficient * ((double)m + 0.5) / (double)n);
    return sum * sqrt((coefficient ? 2.0 : 1.0) / (double)n);
}

static double highest(const double *x, size_t n)
{
    double most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, x[i]);
    return most;
}

/* A loud and a quiet clip, with the floor of each and of both; lengths that leave every number of
 * frames in the last block. */
START_TEST(by_definition)
{
    struct kin_error err = {0};
    for (size_t n = 200; n < 420; n += 24) {
        float x[2 * 420], out[2 * 20 * 6];
        double levels[2][20 * 10];
        size_t frames;
        noise(x, n, 1);
        noise(x + n, n, 1e-4);
        plain_levels(&small, x, n, levels[0], &frames);
        plain_levels(&small, x + n, n, levels[1], &frames);
        double most[2] = {highest(levels[0], frames * 10), highest(levels[1], frames * 10)};
        struct kin_mfcc *mfcc;
        ck_ok(kin_mfcc_new(&small, &mfcc, &err));
        ck_assert_uint_eq(kin_mfcc_columns(mfcc), 6);
        ck_assert_uint_eq(kin_mfcc_frames(mfcc, n), frames);
        for (int floor = 0; floor < 2; floor++) {
            ck_ok(kin_mfcc_apply(mfcc, x, 2, n, (enum kin_floor)floor, out, &err));
            for (size_t i = 0; i < 2 * frames * 6; i++) {
                size_t b = i / (frames * 6), t = i / 6 % frames;
                double m = floor == KIN_FLOOR_BATCH ? fmax(most[0], most[1]) : most[b];
                ck_assert_double_eq_tol((double)out[i],
                                        plain_dct(levels[b] + t * 10, 10, i % 6, m - 80), 1e-4);
            }
        }
        kin_mfcc_free(mfcc);
    }
}
END_TEST

START_TEST(first_coefficient_can_be_dropped)
{
    enum { N = 300, T = 13 };
    struct kin_error err = {0};
    struct kin_mfcc_params p = small;
    struct kin_mfcc *all, *dropped;
    float x[N], a[T][6], d[T][5];
    noise(x, N, 0.3);
    ck_ok(kin_mfcc_new(&p, &all, &err));
    p.drop_first = true;
    ck_ok(kin_mfcc_new(&p, &dropped, &err));
    ck_assert_uint_eq(kin_mfcc_columns(dropped), 5);
    ck_assert_uint_eq(kin_mfcc_frames(dropped, N), T);
    ck_ok(kin_mfcc_apply(all, x, 1, N, KIN_FLOOR_CLIP, a[0], &err));
    ck_ok(kin_mfcc_apply(dropped, x, 1, N, KIN_FLOOR_CLIP, d[0], &err));
    for (size_t t = 0; t < T; t++)
        ck_assert_mem_eq(d[t], a[t] + 1, sizeof d[t]);
    kin_mfcc_free(all);
    kin_mfcc_free(dropped);
}
END_TEST

/* A gain moves coefficient 0 only: by 20 dB times the root of the number of bands. */
START_TEST(gain_moves_the_first_coefficient)
{
    enum { N = 300, T = 13 };
    struct kin_error err = {0};
    KIN_AUTO(kin_mfcc_auto) struct kin_mfcc *mfcc = NULL;
    float x[N], a[T][6], b[T][6];
    noise(x, N, 0.01);
    ck_ok(kin_mfcc_new(&small, &mfcc, &err));
    ck_ok(kin_mfcc_apply(mfcc, x, 1, N, KIN_FLOOR_CLIP, a[0], &err));
    for (size_t i = 0; i < N; i++)
        x[i] *= 10;
    ck_ok(kin_mfcc_apply(mfcc, x, 1, N, KIN_FLOOR_CLIP, b[0], &err));
    for (size_t t = 0; t < T; t++)
        for (size_t c = 0; c < 6; c++)
            ck_assert_double_eq_tol((double)(b[t][c] - a[t][c]), c == 0 ? 20 * sqrt(10) : 0, 1e-3);
}
END_TEST

START_TEST(silence)
{
    enum { N = 300, T = 13 };
    struct kin_error err = {0};
    KIN_AUTO(kin_mfcc_auto) struct kin_mfcc *mfcc = NULL;
    float x[N] = {0}, out[T][6];
    ck_ok(kin_mfcc_new(&small, &mfcc, &err));
    ck_ok(kin_mfcc_apply(mfcc, x, 1, N, KIN_FLOOR_CLIP, out[0], &err));
    for (size_t t = 0; t < T; t++)
        for (size_t c = 0; c < 6; c++)
            ck_assert_double_eq_tol((double)out[t][c], c == 0 ? -100 * sqrt(10) : 0, 1e-4);
}
END_TEST

START_TEST(clips_are_independent)
{
    enum { N = 310, B = 3, SIZE = 13 * 6 };
    struct kin_error err = {0};
    KIN_AUTO(kin_mfcc_auto) struct kin_mfcc *mfcc = NULL;
    float x[B * N], together[B * SIZE], alone[SIZE];
    noise(x, B * N, 0.1);
    ck_ok(kin_mfcc_new(&small, &mfcc, &err));
    ck_ok(kin_mfcc_apply(mfcc, x, B, N, KIN_FLOOR_CLIP, together, &err));
    for (size_t b = B; b-- > 0;) {
        ck_ok(kin_mfcc_apply(mfcc, x + b * N, 1, N, KIN_FLOOR_CLIP, alone, &err));
        ck_assert_mem_eq(alone, together + b * SIZE, sizeof alone);
    }
}
END_TEST

static void check_refused(struct kin_mfcc_params params, const char *text)
{
    struct kin_error err = {0};
    struct kin_mfcc *mfcc = NULL;
    ck_assert_int_eq(kin_mfcc_new(&params, &mfcc, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, text);
    ck_assert_ptr_null(mfcc);
}

START_TEST(wrong_parameters)
{
    struct kin_mfcc_params p = small;
    p.coefficients = 0;
    check_refused(p, "number of coefficients is 0, expected at least 1");
    p.drop_first = true;
    p.coefficients = 1;
    check_refused(p, "number of coefficients is 1, expected at least 2: the first is dropped");
    p.coefficients = 11;
    check_refused(p, "number of coefficients is 11, expected at most the 10 mel bands");
    p = small;
    p.bands = 0;
    check_refused(p, "number of coefficients is 6, expected at most the 0 mel bands");
    p = small;
    p.rate_hz = 0;
    check_refused(p, "rate is 0 Hz, expected more than 0");
    p = small;
    p.frame_samples = 65;
    check_refused(p, "frame is 65 samples, expected an even number from 4 on");
    p = small;
    p.hop_samples = 0;
    check_refused(p, "hop is 0 samples, expected at least 1");
    kin_mfcc_free(NULL);
}
END_TEST

START_TEST(wrong_signals)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_mfcc_auto) struct kin_mfcc *mfcc = NULL;
    float x[40] = {0}, out[2 * 6] = {7};
    ck_ok(kin_mfcc_new(&small, &mfcc, &err));
    ck_assert_int_eq(kin_mfcc_apply(mfcc, x, 1, 32, KIN_FLOOR_CLIP, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "clip of 32 samples, expected at least 33: half a frame of 64 is "
                               "added by reflection");
    x[39] = NAN;
    ck_assert_int_eq(kin_mfcc_apply(mfcc, x, 1, 40, KIN_FLOOR_CLIP, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "sample 39 of clip 0 is nan, expected a number in [-1, 1]");
    ck_assert_float_eq(out[0], 7);
}
END_TEST

START_TEST(memory_runs_out)
{
    struct kin_error err = {0};
    struct kin_mfcc *mfcc = NULL;
    unsigned long nth = 1;
    for (;; nth++) {
        kin_memory_fail_nth(nth);
        if (kin_mfcc_new(&small, &mfcc, &err) == 0)
            break;
        ck_assert_int_eq(err.status, KIN_ENOMEM);
        ck_assert_ptr_null(mfcc);
    }
    ck_assert_uint_gt(nth, 6);
    float x[40] = {0}, out[2 * 6];
    kin_memory_fail_nth(1);
    ck_assert_int_eq(kin_mfcc_apply(mfcc, x, 1, 40, KIN_FLOOR_CLIP, out, &err), KIN_ENOMEM);
    kin_memory_fail_nth(0);
    kin_mfcc_free(mfcc);
}
END_TEST

TEST_MAIN("cepstrum", by_definition, first_coefficient_can_be_dropped,
          gain_moves_the_first_coefficient, silence, clips_are_independent, wrong_parameters,
          wrong_signals, memory_runs_out)
