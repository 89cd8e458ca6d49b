/* The Euclidean distance of two vectors. */
#include <math.h>

#include "distance/block.h"

static int euclidean_pair(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                          const struct kin_distance_params *params, double *out,
                          struct kin_error *err)
{
    (void)params;
    (void)err;
    double sum = 0;
    for (size_t d = 0; d < x->dims; d++) {
        double difference = x->x[d] - y->x[d];
        sum += difference * difference;
    }
    *out = sqrt(sum);
    return 0;
}

/* The lanes go side by side through the coefficients: what the compiler makes of it for any
 * instruction set has the same bits. */
static int euclidean_block(const struct kin_distance_block *block, struct kin_error *err)
{
    (void)err;
    for (size_t i = 0; i < block->rows; i++) {
        double sum[KIN_LANES] = {0};
        for (size_t d = 0; d < block->dims; d++) {
            double x = (double)block->from[i].x[d];
            for (size_t lane = 0; lane < KIN_LANES; lane++) {
                double difference = x - (double)block->group->y[d * KIN_LANES + lane];
                sum[lane] += difference * difference;
            }
        }
        for (size_t lane = 0; lane < block->group->count; lane++) {
            float d = (float)sqrt(sum[lane]);
            kin_block_put(block, i, lane, d, d);
        }
    }
    return 0;
}

const struct kin_distance kin_distance_euclidean = {
    .name = "euclidean",
    .doc = "the Euclidean distance of two vectors",
    .source = "Kim et al. 2019, section 3.2",
    .operand = KIN_DISTANCE_VECTORS,
    .symmetric = true,
    .self_tolerance = 0,
    .pair = euclidean_pair,
    .block = euclidean_block,
};
