#include "kindred/loudness.h"
#include "signals.h"

/* BS.1770-4: a 997 Hz sine at full scale in one front channel has -3.01 LKFS. */
START_TEST(the_standards_sine)
{
    struct kin_error err = {0};
    static const unsigned rates[] = {16000, 22050, 44100, 48000};
    for (size_t i = 0; i < KIN_COUNT(rates); i++) {
        KIN_AUTO(kin_audio_release) struct kin_audio x = sine(997, 1, rates[i] * 3, rates[i]);
        double lufs;
        ck_ok(kin_loudness_measure(&x, &lufs, &err));
        ck_assert_double_eq_tol(lufs, -3.01, 0.05);
    }
}
END_TEST

START_TEST(no_loudness)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio silent = sine(0, 0, 22050, 22050);
    KIN_AUTO(kin_audio_release) struct kin_audio brief = sine(997, 1, 8000, 22050);
    double lufs;
    ck_ok(kin_loudness_measure(&silent, &lufs, &err));
    ck_assert_double_eq(lufs, -INFINITY);
    ck_ok(kin_loudness_measure(&brief, &lufs, &err));
    ck_assert_double_eq(lufs, -INFINITY);
}
END_TEST

START_TEST(gain_in_decibels)
{
    ck_assert_double_eq_tol(kin_loudness_gain(-20, -26), 1.9952623, 1e-6);
    ck_assert_double_eq_tol(kin_loudness_gain(-26, -20), 0.5011872, 1e-6);
    ck_assert_double_eq(kin_loudness_gain(-INFINITY, -20), 1);
    ck_assert_double_eq(kin_loudness_gain(-20, -INFINITY), 1);
}
END_TEST

/* No limiter: a sine brought up by 20 dB exceeds full scale. */
START_TEST(match_scales_and_nothing_else)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio loud = sine(1000, 1, 22050, 22050);
    KIN_AUTO(kin_audio_release) struct kin_audio bass = sine(60, 0.5, 22050, 22050);
    KIN_AUTO(kin_audio_release) struct kin_audio copy = sine(60, 0.5, 22050, 22050);
    bool matched = false;
    ck_ok(kin_loudness_match(&loud, &bass, &matched, &err));
    ck_assert(matched);
    float gain = bass.samples[100] / copy.samples[100];
    ck_assert_float_gt(gain, 2.2f);
    for (size_t i = 0; i < bass.n; i++)
        ck_assert_float_eq_tol(bass.samples[i], gain * copy.samples[i], 1e-6f);
}
END_TEST

START_TEST(match_leaves_what_has_no_loudness)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio silent = sine(0, 0, 22050, 22050);
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(500, 0.5, 22050, 22050);
    KIN_AUTO(kin_audio_release) struct kin_audio copy = sine(500, 0.5, 22050, 22050);
    bool matched = true;
    ck_ok(kin_loudness_match(&silent, &x, &matched, &err));
    ck_assert(!matched);
    ck_assert_mem_eq(x.samples, copy.samples, x.n * sizeof *x.samples);
    matched = true;
    ck_ok(kin_loudness_match(&x, &silent, &matched, &err));
    ck_assert(!matched);
    ck_ok(kin_loudness_match(&x, &copy, NULL, &err));
}
END_TEST

START_TEST(wrong_arguments)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(500, 0.5, 22050, 22050);
    double lufs;
    x.rate_hz = 0;
    ck_assert_int_eq(kin_loudness_measure(&x, &lufs, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "loudness at a sample rate of 0 Hz, wanted 16 to 768000");
    x.rate_hz = 22050;
    x.samples[7] = NAN;
    ck_assert_int_eq(kin_loudness_measure(&x, &lufs, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "no loudness: sample 7 is not a finite number");
    x.samples[7] = -INFINITY;
    ck_assert_int_eq(kin_loudness_measure(&x, &lufs, &err), KIN_EDATA);
}
END_TEST

TEST_MAIN("loudness", the_standards_sine, no_loudness, gain_in_decibels,
          match_scales_and_nothing_else, match_leaves_what_has_no_loudness, wrong_arguments)
