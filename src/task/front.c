#include "kindred/feature.h"
#include "kindred/memory.h"
#include "kindred/task.h"

#define EXTRA_SAMPLES 68 /* 44,100 = 256 * 172 + 68 */
#define MIN_WIDTH 8

struct kin_front {
    struct kin_front_params params;
    size_t samples;
    struct kin_stft *stft;
    struct kin_mfcc *mfcc; /* baseline */
};

void kin_front_free(struct kin_front *front)
{
    if (!front)
        return;
    kin_stft_free(front->stft);
    kin_mfcc_free(front->mfcc);
    kin_free(front);
}

void kin_front_auto(struct kin_front **front)
{
    kin_front_free(*front);
}

int kin_front_new(const struct kin_front_params *params, struct kin_front **out,
                  struct kin_error *err)
{
    if (params->width < MIN_WIDTH)
        return kin_fail(err, KIN_EINVAL, "width of the input is %zu frames, wanted %d or more",
                        params->width, MIN_WIDTH);
    KIN_AUTO(kin_front_auto) struct kin_front *front = NULL;
    KIN_TRY(kin_alloc_into(&front, 1, sizeof *front, err));
    front->params = *params;
    front->samples = kin_front_samples(params->width);
    KIN_TRY(kin_stft_new(&kin_stft_networks, &front->stft, err));
    if (params->baseline) {
        struct kin_mfcc_params mfcc = kin_mfcc_embedding;
        mfcc.rate_hz = params->rate_hz;
        KIN_TRY(kin_mfcc_new(&mfcc, &front->mfcc, err));
    }
    *out = front;
    front = NULL;
    return 0;
}

size_t kin_front_bins(void)
{
    return kin_stft_networks.frame_samples / 2 + 1;
}

size_t kin_front_samples(size_t width)
{
    return (width - 1) * kin_stft_networks.hop_samples + EXTRA_SAMPLES;
}

size_t kin_front_width(const struct kin_front *front)
{
    return front->params.width;
}

double kin_front_rate_hz(const struct kin_front *front)
{
    return front->params.rate_hz;
}

bool kin_front_is_baseline(const struct kin_front *front)
{
    return front->params.baseline;
}

size_t kin_front_inputs(const struct kin_front *front)
{
    return front->params.baseline ? 6 * kin_mfcc_columns(front->mfcc)
                                  : kin_front_bins() * front->params.width;
}

int kin_front_magnitude(struct kin_front *front, const float *x, float *image,
                        struct kin_error *err)
{
    return kin_stft_magnitude(front->stft, x, 1, front->samples, image, err);
}

int kin_front_image(struct kin_front *front, const float *x, float *image, struct kin_error *err)
{
    const struct kin_scale *scale = &front->params.scale;
    size_t width = front->params.width;
    KIN_TRY(kin_stft_db(front->stft, x, 1, front->samples, KIN_FLOOR_CLIP, image, err));
    for (size_t bin = 0; bin < kin_front_bins(); bin++)
        for (size_t t = 0; t < width; t++)
            image[bin * width + t] =
                (image[bin * width + t] - scale->mean[bin]) / scale->deviation[bin];
    return 0;
}

int kin_front_input(struct kin_front *front, const float *x, float *input, struct kin_error *err)
{
    if (!front->params.baseline)
        return kin_front_image(front, x, input, err);
    return kin_mfcc_vectors(front->mfcc, x, 1, front->samples, KIN_FLOOR_CLIP, input, err);
}
