/* TS: another tempo at the same pitch. */
#include "kindred/memory.h"
#include "transformer.h"

static const double paper[] = {0.3,  0.4,  0.5,  0.6,  0.7,  0.8, 0.9, 0.92, 0.94, 0.96,
                               0.98, 1.02, 1.04, 1.06, 1.08, 1.1, 1.2, 1.3,  1.4,  1.5};

static int run(struct kin_transformer *transformer, const struct kin_transform_params *params,
               const struct kin_audio *in, struct kin_audio *out, struct kin_error *err)
{
    (void)transformer;
    return transform_stretch(in, 1 / params->magnitude, 1, params->sixteen_bit, out, err);
}

const struct kin_transform kin_transform_tempo = {
    .code = "TS",
    .name = "tempo shift",
    .unit = "times the tempo",
    .doc = "another tempo at the same pitch, by Rubber Band; above 1 is faster and shorter",
    .version = 1,
    .lowest = 0.1,
    .highest = 10,
    .neutral = 1,
    .paper = paper,
    .paper_count = KIN_COUNT(paper),
    .run = run,
};
