#include <pthread.h>
#include <soxr.h>
#include <string.h>

#include "kindred/audio.h"
#include "kindred/memory.h"

/* libsoxr fills tables shared by all resamplers while it designs a filter. */
static pthread_mutex_t designing = PTHREAD_MUTEX_INITIALIZER;

static void resampler_auto(soxr_t *resampler)
{
    soxr_delete(*resampler);
}

static int resampler_new(double in_hz, double out_hz, soxr_t *out, struct kin_error *err)
{
    soxr_error_t failure = NULL;
    soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    pthread_mutex_lock(&designing);
    *out = soxr_create(in_hz, out_hz, 1, &failure, &io, &quality, &runtime);
    pthread_mutex_unlock(&designing);
    if (failure)
        return kin_fail(err, KIN_ENOMEM, "resampling from %.0f to %.0f Hz: %s", in_hz, out_hz,
                        failure);
    return 0;
}

/* ceil(n out / in) without rounding errors; false when it does not fit. */
static bool resampled_length(size_t n, unsigned in_hz, unsigned out_hz, size_t *out)
{
    size_t product;
    if (!kin_mul_size(n, out_hz, &product))
        return false;
    *out = product / in_hz + (product % in_hz != 0);
    return true;
}

static int check_rate(unsigned rate_hz, struct kin_error *err)
{
    if (rate_hz >= 1 && rate_hz <= KIN_AUDIO_MAX_RATE_HZ)
        return 0;
    return kin_fail(err, KIN_EINVAL, "a sample rate of %u Hz, wanted 1 to %u", rate_hz,
                    KIN_AUDIO_MAX_RATE_HZ);
}

/* Feeds everything, then drains; what libsoxr does not give (a sample at the end) stays zero. */
static int run(soxr_t resampler, const struct kin_audio *in, struct kin_audio *out,
               struct kin_error *err)
{
    size_t used = 0, made = 0;
    while (made < out->n) {
        size_t took = 0, gave = 0;
        const float *from = used < in->n ? in->samples + used : NULL;
        soxr_error_t failure = soxr_process(resampler, from, in->n - used, &took,
                                            out->samples + made, out->n - made, &gave);
        if (failure)
            return kin_fail(err, KIN_ENOMEM, "resampling from %u to %u Hz: %s", in->rate_hz,
                            out->rate_hz, failure);
        if (gave == 0 && took == 0)
            return 0;
        used += took;
        made += gave;
    }
    return 0;
}

int kin_audio_resample(const struct kin_audio *in, unsigned rate_hz, struct kin_audio *out,
                       struct kin_error *err)
{
    KIN_TRY(check_rate(in->rate_hz, err));
    KIN_TRY(check_rate(rate_hz, err));
    size_t n;
    if (!resampled_length(in->n, in->rate_hz, rate_hz, &n))
        return kin_fail(err, KIN_ENOMEM, "no memory for %zu samples at %u Hz", in->n, rate_hz);
    KIN_AUTO(kin_audio_release) struct kin_audio result = {0};
    KIN_TRY(kin_audio_alloc(&result, n, rate_hz, err));
    if (in->rate_hz == rate_hz) {
        memcpy(result.samples, in->samples, n * sizeof *in->samples);
    } else if (n > 0) {
        KIN_AUTO(resampler_auto) soxr_t resampler = NULL;
        KIN_TRY(resampler_new(in->rate_hz, rate_hz, &resampler, err));
        KIN_TRY(run(resampler, in, &result, err));
    }
    *out = result;
    result.samples = NULL;
    return 0;
}
