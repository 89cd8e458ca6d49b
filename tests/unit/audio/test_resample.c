#include <pthread.h>
#include <string.h>

#include "signals.h"

/* A tone that both rates carry keeps frequency, level and place; the ends ring. */
START_TEST(keeps_a_tone)
{
    struct kin_error err = {0};
    static const struct {
        unsigned from_hz, to_hz;
    } cases[] = {{44100, 22050}, {22050, 44100}, {48000, 22050}, {8000, 22050}, {22050, 16000}};
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        unsigned from = cases[i].from_hz, to = cases[i].to_hz;
        KIN_AUTO(kin_audio_release) struct kin_audio in = sine(700, 0.5, from, from);
        KIN_AUTO(kin_audio_release) struct kin_audio wanted = sine(700, 0.5, to, to);
        KIN_AUTO(kin_audio_release) struct kin_audio out = {0};
        ck_ok(kin_audio_resample(&in, to, &out, &err));
        ck_assert_uint_eq(out.rate_hz, to);
        ck_assert_uint_eq(out.n, to);
        size_t edge = to / 10;
        ck_assert_double_gt(snr_db(wanted.samples + edge, out.samples + edge, out.n - 2 * edge),
                            80);
    }
}
END_TEST

START_TEST(removes_what_the_new_rate_cannot_carry)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio in = sine(15000, 0.5, 44100, 44100);
    KIN_AUTO(kin_audio_release) struct kin_audio out = {0};
    ck_ok(kin_audio_resample(&in, 22050, &out, &err));
    for (size_t i = 2000; i < out.n - 2000; i++)
        ck_assert_float_eq_tol(out.samples[i], 0, 1e-4f);
}
END_TEST

/* ceil(n to / from), whatever n. */
START_TEST(length)
{
    struct kin_error err = {0};
    for (size_t n = 0; n < 40; n++) {
        KIN_AUTO(kin_audio_release) struct kin_audio in = sine(100, 0.5, n, 44100);
        KIN_AUTO(kin_audio_release) struct kin_audio half = {0};
        KIN_AUTO(kin_audio_release) struct kin_audio odd = {0};
        ck_ok(kin_audio_resample(&in, 22050, &half, &err));
        ck_assert_uint_eq(half.n, (n + 1) / 2);
        ck_ok(kin_audio_resample(&in, 48000, &odd, &err));
        ck_assert_uint_eq(odd.n, (n * 480 + 440) / 441);
    }
}
END_TEST

START_TEST(same_rate_is_a_copy)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio in = sine(100, 0.5, 1000, 22050);
    KIN_AUTO(kin_audio_release) struct kin_audio out = {0};
    ck_ok(kin_audio_resample(&in, 22050, &out, &err));
    ck_assert_uint_eq(out.n, in.n);
    ck_assert_ptr_ne(out.samples, in.samples);
    ck_assert_mem_eq(out.samples, in.samples, in.n * sizeof *in.samples);
}
END_TEST

static void *resample_in_thread(void *argument)
{
    struct kin_audio *out = argument;
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio in = {0};
    if (kin_audio_alloc(&in, 48000, 48000, &err) != 0)
        return argument;
    for (size_t i = 0; i < in.n; i++)
        in.samples[i] = (float)(i * i % 1000) / 1000;
    return kin_audio_resample(&in, 22050, out, &err) == 0 ? NULL : argument;
}

START_TEST(same_bits_in_every_thread)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    struct kin_audio outs[THREADS] = {0};
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, resample_in_thread, &outs[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
        ck_assert_mem_eq(outs[i].samples, outs[0].samples, outs[0].n * sizeof(float));
    }
    for (size_t i = 0; i < THREADS; i++)
        kin_audio_release(&outs[i]);
}
END_TEST

START_TEST(wrong_rates)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio in = sine(100, 0.5, 1000, 22050);
    struct kin_audio out = {0};
    ck_assert_int_eq(kin_audio_resample(&in, 0, &out, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a sample rate of 0 Hz, wanted 1 to 768000");
    ck_assert_int_eq(kin_audio_resample(&in, 768001, &out, &err), KIN_EINVAL);
    in.rate_hz = 0;
    ck_assert_int_eq(kin_audio_resample(&in, 22050, &out, &err), KIN_EINVAL);
    ck_assert_ptr_null(out.samples);
}
END_TEST

TEST_MAIN("resample", keeps_a_tone, removes_what_the_new_rate_cannot_carry, length,
          same_rate_is_a_copy, same_bits_in_every_thread, wrong_rates)
