/* EN: the noise of a place, a new cut of the recording for every clip and magnitude. */
#include <math.h>

#include "kindred/memory.h"
#include "kindred/noise.h"
#include "transformer.h"

static const double paper[] = {-15, -10, -6, -3,   3,  6,    9,  12,   15, 18,
                               21,  24,  27, 27.5, 28, 28.5, 29, 29.5, 30};

/* The recording asked for, or the built-in one. */
static int recording(struct kin_transformer *transformer, const struct kin_transform_params *params,
                     unsigned rate_hz, const struct kin_audio **out, struct kin_error *err)
{
    if (!params->ambience)
        return transformer_bar(transformer, rate_hz, params->ambience_seed, out, err);
    if (params->ambience->rate_hz != rate_hz)
        return kin_fail(err, KIN_EINVAL,
                        "a recording of noise at %u Hz for a clip at %u Hz, wanted "
                        "the same rate",
                        params->ambience->rate_hz, rate_hz);
    *out = params->ambience;
    return 0;
}

static int run(struct kin_transformer *transformer, const struct kin_transform_params *params,
               const struct kin_audio *in, struct kin_audio *out, struct kin_error *err)
{
    const struct kin_audio *from;
    KIN_TRY(recording(transformer, params, in->rate_hz, &from, err));
    struct kin_random random = kin_random_stream(params->seed, params->draw, params->draw_bytes);
    KIN_AUTO(kin_auto_free) float *noise = NULL;
    KIN_TRY(kin_alloc_into(&noise, in->n, sizeof *noise, err));
    KIN_TRY(kin_noise_cut(from->samples, from->n, in->n, &random, noise, err));
    return transform_add_noise(params, in, noise, out, err);
}

const struct kin_transform kin_transform_ambient = {
    .code = "EN",
    .name = "environmental noise",
    .unit = "dB",
    .doc = "a random cut of a recording, or of a synthesised bar, at a signal-to-noise ratio",
    .version = 1,
    .lowest = -60,
    .highest = 120,
    .neutral = INFINITY,
    .random = true,
    .paper = paper,
    .paper_count = KIN_COUNT(paper),
    .run = run,
};
