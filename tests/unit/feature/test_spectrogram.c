#include <math.h>
#include <string.h>

#include "kindred/feature.h"
#include "kindred/random.h"
#include "support.h"

static void noise(float *x, size_t n, double gain)
{
    struct kin_random random = kin_random_stream(6, "noise", 5);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(gain * kin_random_normal(&random));
}

static double reflected(const float *x, size_t n, long at)
{
    if (at < 0)
        at = -at;
    if (at >= (long)n)
        at = 2 * ((long)n - 1) - at;
    return (double)x[at];
}

/* The definition, in double. */
static double magnitude_at(const struct kin_stft_params *p, const float *x, size_t n, size_t bin,
                           size_t frame)
{
    double re = 0, im = 0;
    double period = (double)(p->frame_samples - (p->window == KIN_WINDOW_HANN_SYMMETRIC));
    for (size_t i = 0; i < p->frame_samples; i++) {
        long at = (long)(frame * p->hop_samples + i) - (long)(p->frame_samples / 2);
        double angle = 2 * M_PI * (double)(bin * i) / (double)p->frame_samples;
        double w = 0.5 - 0.5 * cos(2 * M_PI * (double)i / period);
        re += w * reflected(x, n, at) * cos(angle);
        im -= w * reflected(x, n, at) * sin(angle);
    }
    return hypot(re, im);
}

START_TEST(magnitude_by_definition)
{
    struct kin_error err = {0};
    static const size_t lengths[] = {9, 10, 16, 17, 40, 121};
    float x[121], out[9 * 122];
    noise(x, 121, 1);
    for (size_t i = 0; i < KIN_COUNT(lengths); i++) {
        for (size_t hop = 1; hop <= 11; hop += 5) {
            for (int window = 0; window < 2; window++) {
                struct kin_stft_params p = {16, hop, (enum kin_window)window};
                struct kin_stft *stft;
                ck_ok(kin_stft_new(&p, &stft, &err));
                size_t n = lengths[i], frames = kin_stft_frames(stft, n);
                ck_assert_uint_eq(kin_stft_bins(stft), 9);
                ck_assert_uint_eq(frames, 1 + n / hop);
                ck_ok(kin_stft_magnitude(stft, x, 1, n, out, &err));
                for (size_t k = 0; k < 9; k++)
                    for (size_t t = 0; t < frames; t++)
                        ck_assert_double_eq_tol((double)out[k * frames + t],
                                                magnitude_at(&p, x, n, k, t), 1e-5);
                kin_stft_free(stft);
            }
        }
    }
}
END_TEST

START_TEST(levels_of_magnitudes)
{
    enum { N = 3000 };
    struct kin_error err = {0};
    KIN_AUTO(kin_stft_auto) struct kin_stft *stft = NULL;
    ck_ok(kin_stft_new(&kin_stft_networks, &stft, &err));
    static float x[2 * N], magnitude[2 * 513 * 12], db[2 * 513 * 12];
    size_t size = 513 * kin_stft_frames(stft, N);
    ck_assert_uint_eq(size, KIN_COUNT(db) / 2);
    noise(x, N, 1);
    noise(x + N, N, 1e-4); /* 80 dB under the first */
    ck_ok(kin_stft_magnitude(stft, x, 2, N, magnitude, &err));
    for (int floor = 0; floor < 2; floor++) {
        ck_ok(kin_stft_db(stft, x, 2, N, (enum kin_floor)floor, db, &err));
        double most[2] = {-INFINITY, -INFINITY};
        for (size_t i = 0; i < 2 * size; i++)
            most[i / size] = fmax(most[i / size], 20 * log10((double)magnitude[i]));
        size_t raised = 0;
        for (size_t i = 0; i < 2 * size; i++) {
            double want = 20 * log10((double)magnitude[i]);
            double m = floor == KIN_FLOOR_BATCH ? fmax(most[0], most[1]) : most[i / size];
            raised += want < m - 80;
            ck_assert_double_eq_tol((double)db[i], fmax(fmax(want, -100), m - 80), 1e-4);
        }
        ck_assert(floor == KIN_FLOOR_BATCH ? raised > size / 2 : raised < size / 2);
    }
}
END_TEST

START_TEST(silence_is_100_db_down)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_stft_auto) struct kin_stft *stft = NULL;
    ck_ok(kin_stft_new(&kin_stft_networks, &stft, &err));
    static float x[600], db[513 * 3];
    ck_ok(kin_stft_db(stft, x, 1, 600, KIN_FLOOR_CLIP, db, &err));
    for (size_t i = 0; i < KIN_COUNT(db); i++)
        ck_assert_float_eq(db[i], -100);
}
END_TEST

/* With a floor of its own a clip does not depend on its neighbours or on what came before. */
START_TEST(clips_are_independent)
{
    enum { N = 700, SIZE = 513 * 3 };
    struct kin_error err = {0};
    KIN_AUTO(kin_stft_auto) struct kin_stft *stft = NULL;
    ck_ok(kin_stft_new(&kin_stft_networks, &stft, &err));
    static float x[3 * N], together[3 * SIZE], alone[SIZE];
    noise(x, 3 * N, 0.1);
    ck_ok(kin_stft_db(stft, x, 3, N, KIN_FLOOR_CLIP, together, &err));
    for (size_t b = 3; b-- > 0;) {
        ck_ok(kin_stft_db(stft, x + b * N, 1, N, KIN_FLOOR_CLIP, alone, &err));
        ck_assert_mem_eq(alone, together + b * SIZE, sizeof alone);
    }
}
END_TEST

START_TEST(wrong_parameters)
{
    struct kin_error err = {0};
    struct kin_stft *stft = NULL;
    struct kin_stft_params p = kin_stft_networks;
    static const size_t frames[] = {0, 2, 1023};
    static const char *const texts[] = {
        "frame is 0 samples, expected an even number from 4 on",
        "frame is 2 samples, expected an even number from 4 on",
        "frame is 1023 samples, expected an even number from 4 on",
    };
    for (size_t i = 0; i < KIN_COUNT(frames); i++) {
        p.frame_samples = frames[i];
        ck_assert_int_eq(kin_stft_new(&p, &stft, &err), KIN_EINVAL);
        ck_assert_str_eq(err.text, texts[i]);
    }
    p = kin_stft_networks;
    p.hop_samples = 0;
    ck_assert_int_eq(kin_stft_new(&p, &stft, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "hop is 0 samples, expected at least 1");
    p = kin_stft_networks;
    p.frame_samples = (size_t)1 << 40;
    ck_assert_int_eq(kin_stft_new(&p, &stft, &err), KIN_EINVAL);
    ck_assert_ptr_null(stft);
    kin_stft_free(NULL);
}
END_TEST

START_TEST(wrong_signals)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_stft_auto) struct kin_stft *stft = NULL;
    ck_ok(kin_stft_new(&kin_stft_networks, &stft, &err));
    static float x[2 * 513], out[2 * 513 * 3];
    out[0] = 7;
    ck_assert_int_eq(kin_stft_magnitude(stft, x, 1, 512, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "clip of 512 samples, expected at least 513: half a frame of 1024 "
                               "is added by reflection");
    ck_ok(kin_stft_magnitude(stft, x, 2, 513, out, &err));
    out[0] = 7;
    x[513 + 5] = NAN;
    ck_assert_int_eq(kin_stft_db(stft, x, 2, 513, KIN_FLOOR_CLIP, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "sample 5 of clip 1 is nan, expected a number in [-1, 1]");
    x[513 + 5] = -2e9f;
    ck_assert_int_eq(kin_stft_magnitude(stft, x, 2, 513, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "sample 5 of clip 1 is -2e+09, expected a number in [-1, 1]");
    x[513 + 5] = INFINITY;
    ck_assert_int_eq(kin_stft_magnitude(stft, x, 2, 513, out, &err), KIN_EDATA);
    ck_assert_float_eq(out[0], 7);
}
END_TEST

/* The largest samples allowed still have finite powers. */
START_TEST(at_the_limit)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_stft_auto) struct kin_stft *stft = NULL;
    ck_ok(kin_stft_new(&kin_stft_networks, &stft, &err));
    static float x[600], db[513 * 3];
    for (size_t i = 0; i < 600; i++)
        x[i] = KIN_SAMPLE_LIMIT;
    ck_ok(kin_stft_db(stft, x, 1, 600, KIN_FLOOR_CLIP, db, &err));
    for (size_t i = 0; i < KIN_COUNT(db); i++)
        ck_assert(isfinite(db[i]));
}
END_TEST

START_TEST(memory_runs_out)
{
    struct kin_error err = {0};
    struct kin_stft *stft = NULL;
    unsigned long nth = 1;
    for (;; nth++) {
        kin_memory_fail_nth(nth);
        if (kin_stft_new(&kin_stft_networks, &stft, &err) == 0)
            break;
        ck_assert_int_eq(err.status, KIN_ENOMEM);
        ck_assert_ptr_null(stft);
    }
    kin_memory_fail_nth(0);
    ck_assert_uint_gt(nth, 3);
    kin_stft_free(stft);
}
END_TEST

TEST_MAIN("spectrogram", magnitude_by_definition, levels_of_magnitudes, silence_is_100_db_down,
          clips_are_independent, wrong_parameters, wrong_signals, at_the_limit, memory_runs_out)
