/*
 * SiMPle as the paper uses it: the median of the profile of x against y. Squared Euclidean
 * distances summed over the window and the coefficients, no root, no normalisation.
 */
#include <math.h>
#include <stdlib.h>

#include "distance/block.h"
#include "distance/lanes.h"

#define REAL double
#define ADD_SQUARE(sum, difference) ((sum) + (difference) * (difference))
#define HALF 0.5
#define NAME(f) f##_f64
#include "distance/simple_plain.inc"

static size_t window_of(const struct kin_distance_params *params)
{
    return params->value[0];
}

static void fill(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (double)INFINITY;
}

/* The profile of x; that of y comes with it and is dropped. */
static int profile_f64(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                       size_t window, double *profile, int32_t *index, struct kin_error *err)
{
    size_t y_count = y->frames - window + 1;
    KIN_AUTO(kin_auto_free) double *scratch = NULL;
    KIN_TRY(kin_alloc_into(&scratch, 2 * window + 1 + y_count, sizeof *scratch, err));
    struct walk_f64 walk = {
        .x = x->x,
        .y = y->x,
        .dims = x->dims,
        .window = window,
        .cell = scratch,
        .tail = scratch + window,
        .of_x = {.profile = profile, .index = index},
        .of_y = {.profile = scratch + 2 * window + 1},
    };
    fill(profile, x->frames - window + 1);
    fill(walk.of_y.profile, y_count);
    profiles_f64(&walk, x->frames, y->frames);
    return 0;
}

int kin_simple_profile(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                       size_t window, double *profile, int32_t *index, struct kin_error *err)
{
    if (window == 0)
        return kin_fail(err, KIN_EINVAL, "a window of 0 frames, wanted at least 1");
    if (x->dims != y->dims)
        return kin_fail(err, KIN_EDATA, "%zu and %zu coefficients a frame, wanted the same number",
                        x->dims, y->dims);
    if (x->frames < window || y->frames < window)
        return kin_fail(err, KIN_EDATA, "%zu and %zu frames, SiMPle wants at least its window, %zu",
                        x->frames, y->frames, window);
    return profile_f64(x, y, window, profile, index, err);
}

static int simple_pair(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                       const struct kin_distance_params *params, double *out, struct kin_error *err)
{
    size_t count = x->frames - window_of(params) + 1;
    KIN_AUTO(kin_auto_free) double *profile = NULL;
    KIN_TRY(kin_alloc_into(&profile, count, sizeof *profile, err));
    KIN_TRY(profile_f64(x, y, window_of(params), profile, NULL, err));
    *out = median_f64(profile, count);
    return 0;
}

/* The windows of each lane; 1 for lanes that are not in use. */
static void window_counts(const struct kin_distance_group *group, size_t first, size_t lanes,
                          size_t window, size_t *counts)
{
    for (size_t k = 0; k < lanes; k++)
        counts[k] = first + k < group->count ? group->frames[first + k] - window + 1 : 1;
}

static void simple_lanes_of_row(const struct kin_distance_block *block, size_t i, size_t first,
                                const struct kin_lane_kernels *kernels, const float *x,
                                const struct kin_lane_scratch *scratch)
{
    const struct kin_distance_group *group = block->group;
    struct kin_lane_pairs pairs = {
        .x = x,
        .y = group->y + first,
        .x_frames = block->from[i].frames,
        .y_frames = group->frames[first],
        .dims = block->dims,
    };
    size_t window = window_of(block->params), counts[KIN_LANES];
    float forth[KIN_LANES], back[KIN_LANES] = {0};
    kernels->simple(&pairs, window, scratch);
    size_t windows = pairs.x_frames - window + 1;
    for (size_t k = 0; k < kernels->lanes; k++)
        counts[k] = windows;
    kernels->median(scratch->of_x, windows, counts, forth);
    if (block->back) {
        window_counts(group, first, kernels->lanes, window, counts);
        kernels->median(scratch->of_y, pairs.y_frames - window + 1, counts, back);
    }
    for (size_t k = 0; k < kernels->lanes && first + k < group->count; k++)
        kin_block_put(block, i, first + k, forth[k], back[k]);
}

static int simple_block(const struct kin_distance_block *block, struct kin_error *err)
{
    const struct kin_lane_kernels *kernels = kin_lane_kernels(block->level);
    size_t lanes = kernels->lanes, window = window_of(block->params);
    size_t x_frames = block->longest_row + KIN_FRAMES_PAD;
    size_t y_frames = block->group->longest + KIN_FRAMES_PAD;
    size_t cells = x_frames < y_frames ? x_frames : y_frames;
    KIN_AUTO(kin_auto_free) float *x = NULL;
    KIN_AUTO(kin_auto_free) float *memory = NULL;
    KIN_TRY(kin_alloc_into(&x, x_frames * block->dims, sizeof *x, err));
    KIN_TRY(kin_alloc_into(&memory, (4 * cells + 4 * (window + 1) + x_frames + y_frames) * lanes,
                           sizeof *memory, err));
    struct kin_lane_scratch scratch = {.cell = memory};
    scratch.tail = scratch.cell + 4 * cells * lanes;
    scratch.of_x = scratch.tail + 4 * (window + 1) * lanes;
    scratch.of_y = scratch.of_x + x_frames * lanes;
    for (size_t i = 0; i < block->rows; i++) {
        kin_row_pad(&block->from[i], x);
        for (size_t first = 0; first < block->group->count; first += lanes)
            simple_lanes_of_row(block, i, first, kernels, x, &scratch);
    }
    return 0;
}

const struct kin_distance kin_distance_simple = {
    .name = "simple",
    .doc = "SiMPle: the median over runs of x of the distance to the nearest run of y",
    .source = "Kim et al. 2019, section 3.2; Silva et al., ISMIR 2016",
    .operand = KIN_DISTANCE_SEQUENCES,
    .symmetric = false,
    .self_tolerance = 0,
    .param_count = 1,
    .params = {{.name = "window",
                .unit = "frames",
                .doc = "length of the runs that are compared",
                .fallback = 50,
                .min = 1,
                .max = 1000000}},
    .min_frames = window_of,
    .pair = simple_pair,
    .block = simple_block,
};
