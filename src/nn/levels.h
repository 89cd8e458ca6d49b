/* The sizes of a network, level by level. */
#ifndef KINDRED_NN_LEVELS_H
#define KINDRED_NN_LEVELS_H

#include "kindred/nn.h"

#define MAX_LEVELS 24
#define LEVEL_STEM 16

/* One encoder block: maps of height x width with `in` channels, convolved to `out`, halved. */
struct level_shape {
    size_t in, out, height, width;
};

/* The blocks of the encoder; a decoder has the same in reverse, also where (MFCC) there is no
 * encoder. */
struct levels {
    size_t n;
    struct level_shape level[MAX_LEVELS];
    size_t top_channels, top_height, top_width; /* after the last */
    bool encoder, decoder;
};

/* Checks the spec as well; KIN_EINVAL as at kin_layout_new. */
int levels_of(const struct kin_network_spec *spec, struct levels *out, struct kin_error *err);

/* «enc1» of side «enc» and level 0. */
void level_stem(const char *side, size_t level, char out[LEVEL_STEM]);

#endif
