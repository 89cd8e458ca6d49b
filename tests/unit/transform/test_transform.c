#include <pthread.h>
#include <string.h>

#include "kindred/fft.h"
#include "kindred/loudness.h"
#include "kindred/transform.h"
#include "signals.h"

enum { RATE = 22050, N = 22050 };

static const struct kin_transform *find(const char *code)
{
    struct kin_error err = {0};
    const struct kin_transform *transform;
    ck_ok(kin_transform_find(code, &transform, &err));
    return transform;
}

/* Two notes and a little noise: something every transformation changes. */
static struct kin_audio music(size_t n)
{
    struct kin_audio x = sine(440, 0.3, n, RATE);
    KIN_AUTO(kin_audio_release) struct kin_audio fifth = sine(660, 0.2, n, RATE);
    for (size_t i = 0; i < n; i++)
        x.samples[i] += fifth.samples[i] + (float)(i * i % 997) * 2e-5f;
    return x;
}

static struct kin_audio apply_with(const struct kin_transform *transform,
                                   const struct kin_transform_params *params,
                                   const struct kin_audio *in)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_transformer_auto) struct kin_transformer *transformer = NULL;
    struct kin_audio out = {0};
    ck_ok(kin_transformer_new(&transformer, &err));
    ck_ok(kin_transform_apply(transformer, transform, params, in, &out, NULL, &err));
    return out;
}

static struct kin_audio apply(const char *code, double magnitude, const struct kin_audio *in)
{
    struct kin_transform_params params = {.magnitude = magnitude, .draw = "x", .draw_bytes = 1};
    return apply_with(find(code), &params, in);
}

/* The strongest frequency, to the nearest bin. */
static double peak_hz(const struct kin_audio *x)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
    ck_ok(kin_fft_new(x->n, &fft, &err));
    memcpy(kin_fft_real(fft), x->samples, x->n * sizeof *x->samples);
    kin_fft_forward(fft);
    size_t best = 0;
    double most = 0;
    for (size_t k = 0; k < kin_fft_bins(fft); k++) {
        const float *bin = kin_fft_spectrum(fft)[k];
        double power = (double)bin[0] * (double)bin[0] + (double)bin[1] * (double)bin[1];
        if (power > most) {
            most = power;
            best = k;
        }
    }
    return (double)best * x->rate_hz / (double)x->n;
}

START_TEST(table_is_complete)
{
    static const char *const codes[] = {"PS", "TS", "PN", "EN", "MP"};
    static const size_t counts[] = {20, 20, 19, 19, 16};
    ck_assert_uint_eq(kin_transform_count(), KIN_COUNT(codes));
    size_t total = 0;
    for (size_t i = 0; i < kin_transform_count(); i++) {
        const struct kin_transform *t = kin_transform_at(i);
        ck_assert_str_eq(t->code, codes[i]);
        ck_assert_ptr_eq(find(t->code), t);
        ck_assert_ptr_eq(find(t->name), t);
        ck_assert_uint_gt(strlen(t->unit), 0);
        ck_assert_uint_gt(strlen(t->doc), 0);
        ck_assert_int_ge(t->version, 1);
        ck_assert_ptr_nonnull(t->run);
        ck_assert_uint_eq(t->paper_count, counts[i]);
        total += t->paper_count;
        for (size_t k = 0; k < t->paper_count; k++) {
            ck_assert(t->paper[k] >= t->lowest && t->paper[k] <= t->highest);
            ck_assert(k == 0 || t->paper[k] > t->paper[k - 1]);
            ck_assert_double_ne(t->paper[k], t->neutral);
        }
    }
    ck_assert_uint_eq(total, 94);
}
END_TEST

START_TEST(unknown_names)
{
    struct kin_error err = {0};
    const struct kin_transform *transform;
    ck_assert_int_eq(kin_transform_find("XX", &transform, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text,
                     "no transformation is called 'XX', wanted one of PS, TS, PN, EN, MP");
}
END_TEST

START_TEST(common_scale)
{
    ck_assert_double_eq(kin_transform_magnitude01(find("PS"), -12), 0);
    ck_assert_double_eq(kin_transform_magnitude01(find("PS"), 0), 0.5);
    ck_assert_double_eq(kin_transform_magnitude01(find("PS"), 12), 1);
    ck_assert_double_eq_tol(kin_transform_magnitude01(find("TS"), 1.1), 2.0 / 3, 1e-15);
    ck_assert_double_eq_tol(kin_transform_magnitude01(find("PN"), 27.5), 0.94444444444444444,
                            1e-15);
    ck_assert_double_eq_tol(kin_transform_magnitude01(find("MP"), 16), 0.02564102564102564, 1e-15);
    ck_assert_double_eq(kin_transform_magnitude01(find("MP"), INFINITY), 1);
    ck_assert_double_eq(kin_transform_magnitude01(find("EN"), -INFINITY), 0);
}
END_TEST

/* The strongest frequency within half a semitone: the command's own result for a pure tone, which
 * this is to the last bit but one, is smeared like that. */
START_TEST(pitch)
{
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, 2 * N, RATE);
    static const double semitones[] = {-12, -1, 1, 7, 12};
    for (size_t i = 0; i < KIN_COUNT(semitones); i++) {
        KIN_AUTO(kin_audio_release) struct kin_audio y = apply("PS", semitones[i], &x);
        ck_assert_uint_eq(y.n, x.n);
        double wanted = 440 * pow(2, semitones[i] / 12);
        ck_assert_double_eq_tol(peak_hz(&y), wanted, 0.03 * wanted);
    }
}
END_TEST

START_TEST(tempo)
{
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, 2 * N, RATE);
    static const double factors[] = {0.3, 0.5, 0.98, 1.2, 1.5};
    for (size_t i = 0; i < KIN_COUNT(factors); i++) {
        KIN_AUTO(kin_audio_release) struct kin_audio y = apply("TS", factors[i], &x);
        ck_assert_double_eq((double)y.n, rint(2 * N / factors[i]));
        ck_assert_double_eq_tol(peak_hz(&y), 440, 13);
    }
}
END_TEST

/* The command's files: values are k / 32768, and nothing clips. */
START_TEST(sixteen_bits)
{
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.999, N, RATE);
    for (size_t i = 0; i < N; i++)
        x.samples[i] = x.samples[i] > 0 ? 0.999f : -0.999f; /* a square: overshoots when shifted */
    struct kin_transform_params params = {.magnitude = 3};
    KIN_AUTO(kin_audio_release) struct kin_audio free_scale = apply_with(find("PS"), &params, &x);
    params.sixteen_bit = true;
    KIN_AUTO(kin_audio_release) struct kin_audio y = apply_with(find("PS"), &params, &x);
    float peak = 0, free_peak = 0;
    for (size_t i = 0; i < y.n; i++) {
        double k = (double)y.samples[i] * 32768;
        ck_assert_double_eq(k, rint(k));
        peak = fmaxf(peak, fabsf(y.samples[i]));
        free_peak = fmaxf(free_peak, fabsf(free_scale.samples[i]));
    }
    ck_assert_float_gt(free_peak, 1);
    ck_assert_float_lt(peak, 1);
}
END_TEST

/* The input is still in there, at the level asked for. */
START_TEST(noise)
{
    KIN_AUTO(kin_audio_release) struct kin_audio x = music(N);
    static const char *const codes[] = {"PN", "EN"};
    for (size_t i = 0; i < KIN_COUNT(codes); i++) {
        KIN_AUTO(kin_audio_release) struct kin_audio y = apply(codes[i], 6, &x);
        ck_assert_uint_eq(y.n, x.n);
        double xx = 0, xy = 0, yy = 0, peak = 0;
        for (size_t k = 0; k < N; k++) {
            double a = (double)x.samples[k], b = (double)y.samples[k];
            xx += a * a, xy += a * b, yy += b * b;
            peak = fmax(peak, fabs(b));
        }
        ck_assert_double_eq_tol(peak, 1, 1e-6);
        double in_phase = xy * xy / xx; /* power of the input within the output */
        ck_assert_double_eq_tol(10 * log10(in_phase / (yy - in_phase)), 6, 0.7);
    }
}
END_TEST

START_TEST(draws)
{
    KIN_AUTO(kin_audio_release) struct kin_audio x = music(N);
    static const char *const codes[] = {"PN", "EN"};
    for (size_t i = 0; i < KIN_COUNT(codes); i++) {
        ck_assert(find(codes[i])->random);
        struct kin_transform_params params = {
            .magnitude = 0, .seed = 1, .draw = "a", .draw_bytes = 1};
        KIN_AUTO(kin_audio_release)
        struct kin_audio first = apply_with(find(codes[i]), &params, &x);
        KIN_AUTO(kin_audio_release)
        struct kin_audio again = apply_with(find(codes[i]), &params, &x);
        params.draw = "b";
        KIN_AUTO(kin_audio_release)
        struct kin_audio other = apply_with(find(codes[i]), &params, &x);
        params.draw = "a";
        params.seed = 2;
        KIN_AUTO(kin_audio_release)
        struct kin_audio seeded = apply_with(find(codes[i]), &params, &x);
        ck_assert_mem_eq(first.samples, again.samples, N * sizeof(float));
        ck_assert_mem_ne(first.samples, other.samples, N * sizeof(float));
        ck_assert_mem_ne(first.samples, seeded.samples, N * sizeof(float));
    }
}
END_TEST

/* A recording of one's own, here a tone that is shorter than the clip. */
START_TEST(own_recording)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = music(N);
    KIN_AUTO(kin_audio_release) struct kin_audio tone = sine(2205, 0.01, 1000, RATE);
    struct kin_transform_params params = {.magnitude = -60, .ambience = &tone};
    KIN_AUTO(kin_audio_release) struct kin_audio y = apply_with(find("EN"), &params, &x);
    ck_assert_double_eq_tol(peak_hz(&y), 2205, 1);
    tone.rate_hz = 44100;
    struct kin_audio out = {0};
    KIN_AUTO(kin_transformer_auto) struct kin_transformer *transformer = NULL;
    ck_ok(kin_transformer_new(&transformer, &err));
    ck_assert_int_eq(kin_transform_apply(transformer, find("EN"), &params, &x, &out, NULL, &err),
                     KIN_EINVAL);
    ck_assert_str_eq(err.text,
                     "a recording of noise at 44100 Hz for a clip at 22050 Hz, wanted the "
                     "same rate");
}
END_TEST

START_TEST(mp3_beyond_its_range)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = music(N);
    KIN_AUTO(kin_audio_release) struct kin_audio top = apply("MP", 160, &x);
    KIN_AUTO(kin_audio_release) struct kin_audio clamped = apply("MP", 320, &x);
    ck_assert_uint_eq(top.n, N);
    ck_assert_mem_eq(top.samples, clamped.samples, N * sizeof(float));
    struct kin_transform_params params = {.magnitude = 320};
    double magnitude;
    ck_ok(kin_transform_effective(find("MP"), &params, RATE, &magnitude, &err));
    ck_assert_double_eq(magnitude, 160);
    ck_ok(kin_transform_effective(find("MP"), &params, 44100, &magnitude, &err));
    ck_assert_double_eq(magnitude, 320);
    params.over_range = KIN_OVER_REFUSE;
    ck_assert_int_eq(kin_transform_effective(find("MP"), &params, RATE, &magnitude, &err),
                     KIN_EINVAL);
    ck_assert_str_eq(err.text, "MP with 320 kb/s: MP3 at 22050 Hz has at most 160 kb/s; over_range "
                               "says what to do");
    params.over_range = KIN_OVER_AT_44100;
    ck_ok(kin_transform_effective(find("MP"), &params, RATE, &magnitude, &err));
    ck_assert_double_eq(magnitude, 320);
    KIN_AUTO(kin_audio_release) struct kin_audio doubled = apply_with(find("MP"), &params, &x);
    ck_assert_uint_eq(doubled.n, N);
    ck_assert_double_gt(snr_db(x.samples + 500, doubled.samples + 500, N - 1000), 25);
    params.magnitude = 8;
    params.over_range = KIN_OVER_REFUSE;
    ck_assert_int_eq(kin_transform_effective(find("MP"), &params, 44100, &magnitude, &err),
                     KIN_EINVAL);
    ck_assert_str_eq(err.text, "MP with 8 kb/s: MP3 at 44100 Hz has at least 32 kb/s; over_range "
                               "says what to do");
    params.over_range = KIN_OVER_CLAMP;
    ck_ok(kin_transform_effective(find("MP"), &params, 44100, &magnitude, &err));
    ck_assert_double_eq(magnitude, 32);
    params.magnitude = 96.5;
    ck_assert_int_eq(kin_transform_effective(find("MP"), &params, RATE, &magnitude, &err),
                     KIN_EINVAL);
    ck_assert_str_eq(err.text, "MP with 96.5 kb/s, wanted a whole number");
}
END_TEST

/* Aligned with the input at every sample rate and bit rate of MP3, whether the file has an Info
 * frame or not: one sample off would leave 14 dB of this tone. */
START_TEST(mp3_is_aligned)
{
    static const unsigned sample_rates[] = {8000,  11025, 12000, 16000, 22050,
                                            24000, 32000, 44100, 48000};
    for (size_t i = 0; i < KIN_COUNT(sample_rates); i++) {
        unsigned rate_hz = sample_rates[i];
        size_t count;
        const unsigned *rates = kin_audio_mp3_rates(rate_hz, &count);
        KIN_AUTO(kin_audio_release) struct kin_audio x = sine(rate_hz / 32.0, 0.5, N, rate_hz);
        for (size_t k = 0; k < count; k++) {
            KIN_AUTO(kin_audio_release) struct kin_audio y = apply("MP", rates[k], &x);
            ck_assert_uint_eq(y.n, N);
            double snr = snr_db(x.samples + 2000, y.samples + 2000, N - 4000);
            ck_assert_msg(snr > 18, "%u kb/s at %u Hz: %g dB", rates[k], rate_hz, snr);
        }
    }
}
END_TEST

START_TEST(matched_in_loudness)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_transformer_auto) struct kin_transformer *transformer = NULL;
    ck_ok(kin_transformer_new(&transformer, &err));
    KIN_AUTO(kin_audio_release) struct kin_audio x = music(2 * N);
    double wanted, found;
    ck_ok(kin_loudness_measure(&x, &wanted, &err));
    for (size_t i = 0; i < kin_transform_count(); i++) {
        const struct kin_transform *t = kin_transform_at(i);
        struct kin_transform_params params = {.magnitude = t->paper[2], .match = KIN_MATCH_EBUR128};
        struct kin_transform_report report = {.unmatched = true};
        KIN_AUTO(kin_audio_release) struct kin_audio y = {0};
        ck_ok(kin_transform_apply(transformer, t, &params, &x, &y, &report, &err));
        ck_assert(!report.unmatched);
        ck_ok(kin_loudness_measure(&y, &found, &err));
        ck_assert_double_eq_tol(found, wanted, 0.01);
    }
    KIN_AUTO(kin_audio_release) struct kin_audio brief = music(2000);
    struct kin_transform_params params = {.magnitude = 2, .match = KIN_MATCH_EBUR128};
    struct kin_transform_report report = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio y = {0};
    ck_ok(kin_transform_apply(transformer, find("PS"), &params, &brief, &y, &report, &err));
    ck_assert(report.unmatched);
}
END_TEST

START_TEST(neutral_changes_nothing)
{
    KIN_AUTO(kin_audio_release) struct kin_audio x = music(N);
    for (size_t i = 0; i < kin_transform_count(); i++) {
        struct kin_transform_params params = {.magnitude = kin_transform_at(i)->neutral,
                                              .match = KIN_MATCH_EBUR128};
        KIN_AUTO(kin_audio_release)
        struct kin_audio y = apply_with(kin_transform_at(i), &params, &x);
        ck_assert_uint_eq(y.n, N);
        ck_assert_mem_eq(y.samples, x.samples, N * sizeof(float));
    }
}
END_TEST

/* From one sample on, odd lengths, primes: every transformation gives its length, all finite. */
START_TEST(any_length)
{
    static const size_t lengths[] = {1, 2, 3, 575, 1024, 1025, 10007};
    for (size_t i = 0; i < kin_transform_count(); i++) {
        const struct kin_transform *t = kin_transform_at(i);
        for (size_t k = 0; k < KIN_COUNT(lengths); k++) {
            KIN_AUTO(kin_audio_release) struct kin_audio x = music(lengths[k]);
            x.samples[0] = 0.25f;
            for (size_t m = 0; m < t->paper_count; m += t->paper_count - 1) {
                KIN_AUTO(kin_audio_release) struct kin_audio y = apply(t->code, t->paper[m], &x);
                double n = (double)lengths[k];
                double wanted = strcmp(t->code, "TS") == 0 ? fmax(1, rint(n / t->paper[m])) : n;
                ck_assert_double_eq((double)y.n, wanted);
                for (size_t s = 0; s < y.n; s++)
                    ck_assert(isfinite(y.samples[s]));
            }
        }
    }
}
END_TEST

static void refused(const char *code, double magnitude, const struct kin_audio *in, int status,
                    const char *text)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_transformer_auto) struct kin_transformer *transformer = NULL;
    struct kin_transform_params params = {.magnitude = magnitude};
    struct kin_audio out = {0};
    ck_ok(kin_transformer_new(&transformer, &err));
    ck_assert_int_eq(kin_transform_apply(transformer, find(code), &params, in, &out, NULL, &err),
                     status);
    ck_assert_str_eq(err.text, text);
    ck_assert_ptr_null(out.samples);
}

START_TEST(wrong_arguments)
{
    KIN_AUTO(kin_audio_release) struct kin_audio x = music(N);
    refused("PS", 25, &x, KIN_EINVAL, "PS with magnitude 25, wanted -24 to 24 semitones");
    refused("PS", (double)NAN, &x, KIN_EINVAL, "PS with magnitude nan, wanted -24 to 24 semitones");
    refused("TS", 0, &x, KIN_EINVAL, "TS with magnitude 0, wanted 0.1 to 10 times the tempo");
    refused("PN", -INFINITY, &x, KIN_EINVAL, "PN with magnitude -inf, wanted -60 to 120 dB");
    refused("EN", 121, &x, KIN_EINVAL, "EN with magnitude 121, wanted -60 to 120 dB");
    refused("MP", 7, &x, KIN_EINVAL, "MP with magnitude 7, wanted 8 to 320 kb/s");
    refused("MP", 100, &x, KIN_EINVAL, "100 kb/s is no bit rate of MP3 at 22050 Hz: 8 to 160");
    x.rate_hz = 4000;
    refused("PS", 1, &x, KIN_EINVAL,
            "stretching at a sample rate of 4000 Hz, wanted 8000 to 192000");
    x.rate_hz = RATE;
    x.samples[3] = NAN;
    refused("MP", 64, &x, KIN_EDATA, "sample 3 is not a finite number");
    x.n = 0;
    refused("TS", 0.5, &x, KIN_EDATA, "nothing to transform: 0 samples");
    KIN_AUTO(kin_audio_release) struct kin_audio silent = sine(0, 0, N, RATE);
    refused("PN", 3, &silent, KIN_EDATA,
            "a silent signal cannot be mixed at a signal-to-noise ratio");
}
END_TEST

struct job {
    const struct kin_audio *in;
    struct kin_audio outs[5];
    size_t first; /* the order of work differs between threads */
};

static void *work(void *argument)
{
    struct job *job = argument;
    struct kin_error err = {0};
    KIN_AUTO(kin_transformer_auto) struct kin_transformer *transformer = NULL;
    if (kin_transformer_new(&transformer, &err) != 0)
        return job;
    for (size_t i = 0; i < 5; i++) {
        size_t which = (i + job->first) % 5;
        const struct kin_transform *t = kin_transform_at(which);
        struct kin_transform_params params = {.magnitude = t->paper[1], .match = KIN_MATCH_EBUR128};
        if (kin_transform_apply(transformer, t, &params, job->in, &job->outs[which], NULL, &err) !=
            0)
            return job;
    }
    return NULL;
}

START_TEST(same_bits_in_every_thread)
{
    enum { THREADS = 4 };
    KIN_AUTO(kin_audio_release) struct kin_audio x = music(N);
    struct job jobs[THREADS] = {0};
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        jobs[i].in = &x;
        jobs[i].first = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
    }
    for (size_t i = 0; i < THREADS; i++) {
        for (size_t t = 0; t < 5; t++) {
            const struct kin_audio *a = &jobs[0].outs[t], *b = &jobs[i].outs[t];
            ck_assert_uint_eq(a->n, b->n);
            ck_assert_mem_eq(a->samples, b->samples, a->n * sizeof(float));
        }
    }
    for (size_t i = 0; i < THREADS; i++) {
        for (size_t t = 0; t < 5; t++)
            kin_audio_release(&jobs[i].outs[t]);
    }
}
END_TEST

START_TEST(survives_no_memory)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = music(2000);
    for (size_t i = 0; i < kin_transform_count(); i++) {
        const struct kin_transform *t = kin_transform_at(i);
        struct kin_transform_params params = {.magnitude = t->paper[3]};
        int status = KIN_ENOMEM;
        for (unsigned long nth = 1; status != 0; nth++) {
            KIN_AUTO(kin_transformer_auto) struct kin_transformer *transformer = NULL;
            KIN_AUTO(kin_audio_release) struct kin_audio out = {0};
            ck_ok(kin_transformer_new(&transformer, &err));
            kin_memory_fail_nth(nth);
            status = kin_transform_apply(transformer, t, &params, &x, &out, NULL, &err);
            kin_memory_fail_nth(0);
            ck_assert_msg(status == 0 || status == KIN_ENOMEM || status == KIN_EUNAVAILABLE,
                          "%s: %d: %s", t->code, status, err.text);
        }
    }
}
END_TEST

TEST_MAIN("transform", table_is_complete, unknown_names, common_scale, pitch, tempo, sixteen_bits,
          noise, draws, own_recording, mp3_beyond_its_range, mp3_is_aligned, matched_in_loudness,
          neutral_changes_nothing, any_length, wrong_arguments, same_bits_in_every_thread,
          survives_no_memory)
