#include "kindred/fft.h"

#include <fftw3.h>
#include <pthread.h>

#include "kindred/memory.h"

struct kin_fft {
    size_t n;
    float *real;
    fftwf_complex *spectrum;
    fftwf_plan forward;
    fftwf_plan inverse;
};

/* FFTW's planner and the destruction of plans share state; everything else is thread-safe. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

static void make_plans(struct kin_fft *fft)
{
    int n = (int)fft->n;
    pthread_mutex_lock(&planner);
    /* What was planned before must not influence this plan, or bits would depend on history. */
    fftwf_forget_wisdom();
    fft->forward = fftwf_plan_dft_r2c_1d(n, fft->real, fft->spectrum, FFTW_ESTIMATE);
    fft->inverse = fftwf_plan_dft_c2r_1d(n, fft->spectrum, fft->real, FFTW_ESTIMATE);
    pthread_mutex_unlock(&planner);
}

static void destroy_plans(struct kin_fft *fft)
{
    pthread_mutex_lock(&planner);
    fftwf_destroy_plan(fft->forward);
    fftwf_destroy_plan(fft->inverse);
    pthread_mutex_unlock(&planner);
}

void kin_fft_free(struct kin_fft *fft)
{
    if (!fft)
        return;
    destroy_plans(fft);
    kin_free(fft->spectrum);
    kin_free(fft->real);
    kin_free(fft);
}

void kin_fft_auto(struct kin_fft **fft)
{
    kin_fft_free(*fft);
}

int kin_fft_new(size_t n, struct kin_fft **out, struct kin_error *err)
{
    if (n < 1 || n > KIN_FFT_MAX)
        return kin_fail(err, KIN_EINVAL, "a Fourier transform of %zu points, wanted 1 to %zu", n,
                        KIN_FFT_MAX);
    KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
    KIN_TRY(kin_alloc_into(&fft, 1, sizeof *fft, err));
    fft->n = n;
    KIN_TRY(kin_alloc_into(&fft->real, n, sizeof *fft->real, err));
    KIN_TRY(kin_alloc_into(&fft->spectrum, n / 2 + 1, sizeof *fft->spectrum, err));
    make_plans(fft);
    if (!fft->forward || !fft->inverse)
        return kin_fail(err, KIN_ENOMEM, "no memory for Fourier transforms of %zu points", n);
    *out = fft;
    fft = NULL;
    return 0;
}

size_t kin_fft_points(const struct kin_fft *fft)
{
    return fft->n;
}

size_t kin_fft_bins(const struct kin_fft *fft)
{
    return fft->n / 2 + 1;
}

float *kin_fft_real(struct kin_fft *fft)
{
    return fft->real;
}

float (*kin_fft_spectrum(struct kin_fft *fft))[2]
{
    return fft->spectrum;
}

void kin_fft_forward(struct kin_fft *fft)
{
    fftwf_execute(fft->forward);
}

void kin_fft_inverse(struct kin_fft *fft)
{
    fftwf_execute(fft->inverse);
}
