/* PN: pink noise, a new draw for every clip and magnitude. */
#include <math.h>

#include "kindred/memory.h"
#include "kindred/noise.h"
#include "transformer.h"

static const double paper[] = {-15, -10, -6, -3,   3,  6,    9,  12,   15, 18,
                               21,  24,  27, 27.5, 28, 28.5, 29, 29.5, 30};

static int run(struct kin_transformer *transformer, const struct kin_transform_params *params,
               const struct kin_audio *in, struct kin_audio *out, struct kin_error *err)
{
    struct kin_fft *fft;
    KIN_TRY(transformer_fft(transformer, in->n, &fft, err));
    struct kin_random random = kin_random_stream(params->seed, params->draw, params->draw_bytes);
    kin_noise_pink(fft, &random);
    return transform_add_noise(params, in, kin_fft_real(fft), out, err);
}

const struct kin_transform kin_transform_pink = {
    .code = "PN",
    .name = "pink noise",
    .unit = "dB",
    .doc = "pink noise at a signal-to-noise ratio",
    .version = 1,
    .lowest = -60,
    .highest = 120,
    .neutral = INFINITY,
    .random = true,
    .paper = paper,
    .paper_count = KIN_COUNT(paper),
    .run = run,
};
