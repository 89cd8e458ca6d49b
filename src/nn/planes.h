/*
 * Feature maps of a share of the batch, 16 channels in the lanes of a vector. The channels are
 * padded with zeros to whole slabs of 16. Two arrangements, the same to every kernel, which only
 * knows the distance `step` between neighbouring positions:
 *   blocked  [image][slab][y][x][16], what oneDNN's kernels want
 *   rows     [image][y][x][slab][16], what im2col wants
 * Maps of one channel (input, reconstruction, mask) are not padded: step is 1, slabs is 1.
 *
 * With border 1 every map lies in a frame of one position, which kin_planes_reflect fills for the
 * next convolution.
 */
#ifndef KINDRED_NN_PLANES_H
#define KINDRED_NN_PLANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/status.h"

#define KIN_NN_LANES 16

struct planes {
    size_t channels, slabs, height, width, border;
    size_t step;         /* floats from a position to its right neighbour */
    size_t slab_stride;  /* floats from a slab to the next */
    size_t image_stride; /* floats from an image to the next */
    float *data;         /* [images]; owned */
};

/* One slab of one image, seen from its first position inside the border. */
struct plane {
    float *data;
    size_t height, width;
    size_t step;  /* floats from a position to its right neighbour */
    size_t pitch; /* floats from a row to the next */
};

/* Shape and strides, without memory. */
struct planes planes_shape(size_t channels, size_t height, size_t width, size_t border,
                           bool blocked);
/* Zeroed memory for that many images. */
int planes_alloc(struct planes *planes, size_t images, struct kin_error *err);
void planes_release(struct planes *planes);

struct plane planes_at(const struct planes *planes, size_t image, size_t slab);
/* From the same memory: maps of another shape, which must not be larger. */
struct planes planes_within(const struct planes *memory, struct planes shape);

/* Fills the border of one image by reflection, the edge not repeated: position -1 is position 1. */
void planes_reflect(const struct planes *planes, size_t image);
/* The gradient of that: adds the border of one image to the positions it came from. */
void planes_fold(const struct planes *planes, size_t image);

/* To and from plain [channels][height][width] of one image. */
void planes_put(const struct planes *planes, size_t image, const float *plain);
void planes_get(const struct planes *planes, size_t image, float *plain);

/* Channels padded to whole slabs; 1 stays 1. */
static inline size_t planes_padded(size_t channels)
{
    return channels == 1 ? 1 : (channels + KIN_NN_LANES - 1) / KIN_NN_LANES * KIN_NN_LANES;
}

#endif
