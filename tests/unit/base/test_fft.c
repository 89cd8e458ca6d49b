#include <complex.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "kindred/fft.h"
#include "kindred/random.h"
#include "support.h"

static void fill(float *x, size_t n)
{
    struct kin_random random = kin_random_stream(1, "fft", 3);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)kin_random_normal(&random);
}

/* The definition, in double precision. */
static double complex bin_of(const float *x, size_t n, size_t k)
{
    double complex sum = 0;
    for (size_t t = 0; t < n; t++)
        sum += (double)x[t] * cexp(-2 * M_PI * I * (double)(k * t % n) / (double)n);
    return sum;
}

START_TEST(agrees_with_the_definition)
{
    struct kin_error err = {0};
    static const size_t sizes[] = {1, 2, 3, 7, 16, 100, 1024, 1025};
    for (size_t s = 0; s < KIN_COUNT(sizes); s++) {
        size_t n = sizes[s];
        KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
        ck_ok(kin_fft_new(n, &fft, &err));
        ck_assert_uint_eq(kin_fft_points(fft), n);
        ck_assert_uint_eq(kin_fft_bins(fft), n / 2 + 1);
        float *x = kin_fft_real(fft);
        fill(x, n);
        kin_fft_forward(fft);
        float(*spectrum)[2] = kin_fft_spectrum(fft);
        double tolerance = 1e-5 * sqrt((double)n);
        for (size_t k = 0; k < kin_fft_bins(fft); k += 1 + n / 64) {
            double complex wanted = bin_of(x, n, k);
            ck_assert_double_eq_tol((double)spectrum[k][0], creal(wanted), tolerance);
            ck_assert_double_eq_tol((double)spectrum[k][1], cimag(wanted), tolerance);
        }
    }
}
END_TEST

START_TEST(inverse_undoes_forward)
{
    struct kin_error err = {0};
    for (size_t n = 1; n <= 600; n += 1 + n / 3) {
        KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
        ck_ok(kin_fft_new(n, &fft, &err));
        float before[600];
        fill(before, n);
        memcpy(kin_fft_real(fft), before, n * sizeof *before);
        kin_fft_forward(fft);
        kin_fft_inverse(fft);
        for (size_t i = 0; i < n; i++)
            ck_assert_float_eq_tol(kin_fft_real(fft)[i] / (float)n, before[i], 1e-5f);
    }
}
END_TEST

START_TEST(buffers_are_aligned)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
    ck_ok(kin_fft_new(1023, &fft, &err));
    ck_assert_uint_eq((uintptr_t)kin_fft_real(fft) % 64, 0);
    ck_assert_uint_eq((uintptr_t)kin_fft_spectrum(fft) % 64, 0);
}
END_TEST

enum { THREAD_POINTS = 4410 };

static void *transform_in_thread(void *argument)
{
    float *out = argument;
    struct kin_error err = {0};
    for (size_t i = 0; i < 20; i++) {
        KIN_AUTO(kin_fft_auto) struct kin_fft *other = NULL;
        KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
        if (kin_fft_new(100 + i, &other, &err) != 0 || kin_fft_new(THREAD_POINTS, &fft, &err) != 0)
            return argument;
        fill(kin_fft_real(fft), THREAD_POINTS);
        kin_fft_forward(fft);
        memcpy(out, kin_fft_spectrum(fft), THREAD_POINTS * sizeof *out);
    }
    return NULL;
}

/* Plans made in several threads, after plans of other sizes, give the same bits. */
START_TEST(same_bits_in_every_thread)
{
    enum { THREADS = 4 };
    static float outs[THREADS][THREAD_POINTS];
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, transform_in_thread, outs[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
        ck_assert_mem_eq(outs[i], outs[0], sizeof outs[0]);
    }
}
END_TEST

START_TEST(refuses_wrong_sizes)
{
    struct kin_error err = {0};
    struct kin_fft *fft = NULL;
    ck_assert_int_eq(kin_fft_new(0, &fft, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a Fourier transform of 0 points, wanted 1 to 1073741824");
    ck_assert_int_eq(kin_fft_new(KIN_FFT_MAX + 1, &fft, &err), KIN_EINVAL);
    ck_assert_ptr_null(fft);
    kin_fft_free(NULL);
}
END_TEST

START_TEST(survives_no_memory)
{
    struct kin_error err = {0};
    for (unsigned long nth = 1;; nth++) {
        struct kin_fft *fft = NULL;
        kin_memory_fail_nth(nth);
        int status = kin_fft_new(64, &fft, &err);
        kin_memory_fail_nth(0);
        if (status == 0) {
            kin_fft_free(fft);
            ck_assert_uint_eq(nth, 4);
            break;
        }
        ck_assert_int_eq(status, KIN_ENOMEM);
        ck_assert_ptr_null(fft);
    }
}
END_TEST

TEST_MAIN("fft", agrees_with_the_definition, inverse_undoes_forward, buffers_are_aligned,
          same_bits_in_every_thread, refuses_wrong_sizes, survives_no_memory)
