/* Dynamic time warping over the whole matrix; Müller, «Information Retrieval for Music and
 * Motion», 2007, chapter 4. Frame cost: Euclidean; steps (1,0), (0,1), (1,1), each of weight 1. */
#include <math.h>

#include "distance/block.h"
#include "distance/lanes.h"

#define REAL double
#define ADD_SQUARE(sum, difference) ((sum) + (difference) * (difference))
#define SQUARE_ROOT sqrt
#define NAME(f) f##_f64
#include "distance/dtw_plain.inc"

static int dtw_pair(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                    const struct kin_distance_params *params, double *out, struct kin_error *err)
{
    (void)params;
    KIN_AUTO(kin_auto_free) double *row = NULL;
    KIN_TRY(kin_alloc_into(&row, y->frames, sizeof *row, err));
    *out = dtw_f64(x->x, x->frames, y->x, y->frames, x->dims, row);
    return 0;
}

static void dtw_row(const struct kin_distance_block *block, size_t i,
                    const struct kin_lane_kernels *kernels, const float *x, float *row)
{
    const struct kin_distance_group *group = block->group;
    for (size_t first = 0; first < group->count; first += kernels->lanes) {
        struct kin_lane_pairs pairs = {
            .x = x,
            .y = group->y + first,
            .x_frames = block->from[i].frames,
            .y_frames = group->frames[first],
            .dims = block->dims,
        };
        kernels->dtw(&pairs, row);
        for (size_t k = 0; k < kernels->lanes && first + k < group->count; k++) {
            float d = row[(group->frames[first + k] - 1) * kernels->lanes + k];
            kin_block_put(block, i, first + k, d, d);
        }
    }
}

static int dtw_block(const struct kin_distance_block *block, struct kin_error *err)
{
    const struct kin_lane_kernels *kernels = kin_lane_kernels(block->level);
    KIN_AUTO(kin_auto_free) float *x = NULL;
    KIN_AUTO(kin_auto_free) float *row = NULL;
    KIN_TRY(
        kin_alloc_into(&x, (block->longest_row + KIN_FRAMES_PAD) * block->dims, sizeof *x, err));
    KIN_TRY(kin_alloc_into(&row, (block->group->longest + KIN_FRAMES_PAD) * kernels->lanes,
                           sizeof *row, err));
    for (size_t i = 0; i < block->rows; i++) {
        kin_row_pad(&block->from[i], x);
        dtw_row(block, i, kernels, x, row);
    }
    return 0;
}

const struct kin_distance kin_distance_dtw = {
    .name = "dtw",
    .doc = "dynamic time warping: the sum of frame distances along the best path",
    .source = "Kim et al. 2019, section 3.2; exact, where the paper approximates with fastdtw",
    .operand = KIN_DISTANCE_SEQUENCES,
    .symmetric = true,
    .self_tolerance = 0,
    .pair = dtw_pair,
    .block = dtw_block,
};
