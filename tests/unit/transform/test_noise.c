#include <string.h>

#include "kindred/noise.h"
#include "signals.h"

static double rms(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    return sqrt(sum / (double)n);
}

/* With the signal taken out again, what is left has the level asked for. */
START_TEST(mixes_at_the_ratio)
{
    enum { N = 4000 };
    struct kin_error err = {0};
    double signal[N], noise[N], mix[N];
    struct kin_random random = kin_random_stream(1, "mix", 3);
    for (size_t i = 0; i < N; i++) {
        signal[i] = 0.01 * sin((double)i / 10);
        noise[i] = 5 * kin_random_normal(&random);
    }
    static const double ratios[] = {-15, -3, 0, 12, 30};
    for (size_t r = 0; r < KIN_COUNT(ratios); r++) {
        ck_ok(kin_noise_mix(signal, noise, N, ratios[r], mix, &err));
        double peak = 0, ss = 0, sv = 0, vv = 0, sm = 0, vm = 0;
        for (size_t i = 0; i < N; i++) {
            peak = fmax(peak, fabs(mix[i]));
            ss += signal[i] * signal[i], sv += signal[i] * noise[i], vv += noise[i] * noise[i];
            sm += signal[i] * mix[i], vm += noise[i] * mix[i];
        }
        double det = ss * vv - sv * sv;
        double a = (sm * vv - vm * sv) / det, b = (vm * ss - sm * sv) / det;
        ck_assert_double_eq_tol(peak, 1, 1e-12);
        double found = 20 * log10(a * rms(signal, N) / (b * rms(noise, N)));
        ck_assert_double_eq_tol(found, ratios[r], 1e-9);
    }
    ck_ok(kin_noise_mix(signal, noise, N, 30, signal, &err)); /* in place */
    ck_assert_mem_eq(signal, mix, sizeof mix);
}
END_TEST

START_TEST(silence_cannot_be_mixed)
{
    struct kin_error err = {0};
    double some[3] = {0.5, -0.5, 0.25}, none[3] = {0}, out[3] = {9, 9, 9};
    double opposite[3] = {-0.5, 0.5, -0.25};
    ck_assert_int_eq(kin_noise_mix(none, some, 3, 0, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "a silent signal cannot be mixed at a signal-to-noise ratio");
    ck_assert_int_eq(kin_noise_mix(some, none, 3, 0, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "a silent noise cannot be mixed at a signal-to-noise ratio");
    ck_assert_int_eq(kin_noise_mix(some, some, 0, 0, out, &err), KIN_EDATA);
    ck_assert_int_eq(kin_noise_mix(some, opposite, 3, 0, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "signal and noise do not give a mixture that can be scaled");
    ck_assert_double_eq(out[0], 9);
}
END_TEST

START_TEST(cuts)
{
    struct kin_error err = {0};
    float recording[10], out[25];
    for (size_t i = 0; i < 10; i++)
        recording[i] = (float)i;
    bool seen[8] = {false};
    struct kin_random random = kin_random_stream(1, "cut", 3);
    for (int draw = 0; draw < 200; draw++) {
        ck_ok(kin_noise_cut(recording, 10, 3, &random, out, &err));
        ck_assert_float_le(out[0], 7);
        ck_assert_float_eq(out[2], out[0] + 2);
        seen[(size_t)out[0]] = true;
    }
    for (size_t i = 0; i < 8; i++)
        ck_assert(seen[i]);
    ck_ok(kin_noise_cut(recording, 10, 10, &random, out, &err));
    ck_assert_mem_eq(out, recording, sizeof recording);
    /* shorter than wanted: repeated end to end, no sample left out or twice */
    ck_ok(kin_noise_cut(recording, 10, 25, &random, out, &err));
    for (size_t i = 1; i < 25; i++)
        ck_assert_float_eq(out[i], fmodf(out[i - 1] + 1, 10));
    ck_assert_int_eq(kin_noise_cut(recording, 0, 5, &random, out, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "a recording of noise without a single sample");
}
END_TEST

/* Also where the spectrum has next to no bins. */
START_TEST(pink_of_any_length)
{
    struct kin_error err = {0};
    static const size_t sizes[] = {1, 2, 3, 4, 5, 101, 4096};
    for (size_t s = 0; s < KIN_COUNT(sizes); s++) {
        KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
        ck_ok(kin_fft_new(sizes[s], &fft, &err));
        double variance = 0;
        enum { DRAWS = 2000 };
        for (int draw = 0; draw < DRAWS; draw++) {
            struct kin_random random = kin_random_stream(3, &draw, sizeof draw);
            kin_noise_pink(fft, &random);
            double sum = 0, squares = 0, n = (double)sizes[s];
            for (size_t i = 0; i < sizes[s]; i++) {
                sum += (double)kin_fft_real(fft)[i];
                squares += pow((double)kin_fft_real(fft)[i], 2);
            }
            variance += (n > 1 ? squares / n - sum * sum / n / n : squares) / DRAWS;
        }
        ck_assert_double_eq_tol(variance, 1, 0.12);
    }
}
END_TEST

START_TEST(a_bar_of_its_own_seed)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio a = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio b = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio other = {0};
    ck_ok(kin_noise_bar(22050, 5, 1, &a, &err));
    ck_ok(kin_noise_bar(22050, 5, 1, &b, &err));
    ck_ok(kin_noise_bar(22050, 5, 2, &other, &err));
    ck_assert_uint_eq(a.n, 110250);
    ck_assert_uint_eq(a.rate_hz, 22050);
    ck_assert_mem_eq(a.samples, b.samples, a.n * sizeof *a.samples);
    ck_assert_mem_ne(a.samples, other.samples, a.n * sizeof *a.samples);
    ck_ok(kin_audio_check(&a, 5, &err));
    double sum = 0;
    for (size_t i = 0; i < a.n; i++)
        sum += (double)a.samples[i] * (double)a.samples[i];
    ck_assert_double_eq_tol(sqrt(sum / (double)a.n), 0.1, 1e-4);
}
END_TEST

/* Power in dB between two frequencies, over the whole recording. */
static double band_db(struct kin_fft *fft, double low_hz, double high_hz, double rate_hz)
{
    double power = 0, n = (double)kin_fft_points(fft);
    for (size_t k = (size_t)(low_hz * n / rate_hz); k < (size_t)(high_hz * n / rate_hz); k++)
        power += pow((double)kin_fft_spectrum(fft)[k][0], 2) +
                 pow((double)kin_fft_spectrum(fft)[k][1], 2);
    return 10 * log10(power);
}

/* What makes it a bar and not a hiss: most power where speech has it, a level that never rests yet
 * never stops, and 5 to 30 dB less an octave band above 4 kHz. */
START_TEST(a_bar_sounds_like_speech)
{
    struct kin_error err = {0};
    enum { RATE = 22050, SECONDS = 20, WINDOW = RATE / 8 };
    KIN_AUTO(kin_audio_release) struct kin_audio bar = {0};
    ck_ok(kin_noise_bar(RATE, SECONDS, 5, &bar, &err));
    KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
    ck_ok(kin_fft_new(bar.n, &fft, &err));
    memcpy(kin_fft_real(fft), bar.samples, bar.n * sizeof *bar.samples);
    kin_fft_forward(fft);
    double speech = band_db(fft, 250, 1000, RATE);
    printf("re 250-1000: hum %.1f low %.1f mid %.1f high %.1f\n",
           band_db(fft, 20, 125, RATE) - speech, band_db(fft, 125, 250, RATE) - speech,
           band_db(fft, 1000, 4000, RATE) - speech, band_db(fft, 4000, 8000, RATE) - speech);
    ck_assert_double_lt(band_db(fft, 20, 125, RATE) - speech, -3);
    ck_assert_double_lt(band_db(fft, 1000, 4000, RATE) - speech, 0);
    double high = band_db(fft, 4000, 8000, RATE) - speech;
    ck_assert(high < -5 && high > -30);
    double lowest = INFINITY, highest = 0;
    for (size_t at = 0; at + WINDOW <= bar.n; at += WINDOW) {
        double power = 0;
        for (size_t i = 0; i < WINDOW; i++)
            power += pow((double)bar.samples[at + i], 2);
        lowest = fmin(lowest, power);
        highest = fmax(highest, power);
    }
    double span = 10 * log10(highest / lowest);
    printf("level varies by %.1f dB\n", span);
    ck_assert(span > 6 && span < 40);
}
END_TEST

START_TEST(wrong_bars)
{
    struct kin_error err = {0};
    struct kin_audio out = {0};
    ck_assert_int_eq(kin_noise_bar(3999, 5, 0, &out, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a bar at 3999 Hz, wanted 4000 to 192000");
    ck_assert_int_eq(kin_noise_bar(22050, 0.01, 0, &out, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a bar of 0.01 s, wanted 0.1 to 3600");
    ck_assert_int_eq(kin_noise_bar(22050, (double)NAN, 0, &out, &err), KIN_EINVAL);
    ck_assert_ptr_null(out.samples);
}
END_TEST

TEST_MAIN("noise", mixes_at_the_ratio, silence_cannot_be_mixed, cuts, pink_of_any_length,
          a_bar_of_its_own_seed, a_bar_sounds_like_speech, wrong_bars)
