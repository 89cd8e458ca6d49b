/* PS: another pitch at the same tempo. */
#include <math.h>

#include "kindred/memory.h"
#include "transformer.h"

static const double paper[] = {-12,  -10, -8,   -6, -4, -2, -1, -0.75, -0.5, -0.25,
                               0.25, 0.5, 0.75, 1,  2,  4,  6,  8,     10,   12};

static int run(struct kin_transformer *transformer, const struct kin_transform_params *params,
               const struct kin_audio *in, struct kin_audio *out, struct kin_error *err)
{
    (void)transformer;
    return transform_stretch(in, 1, pow(2, params->magnitude / 12), params->sixteen_bit, out, err);
}

const struct kin_transform kin_transform_pitch = {
    .code = "PS",
    .name = "pitch shift",
    .unit = "semitones",
    .doc = "another pitch at the same tempo, by Rubber Band",
    .version = 1,
    .lowest = -24,
    .highest = 24,
    .neutral = 0,
    .paper = paper,
    .paper_count = KIN_COUNT(paper),
    .run = run,
};
