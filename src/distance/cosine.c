/* One minus the cosine of the angle between two vectors; NaN when one is all zeros, as in SciPy. */
#include <math.h>

#include "distance/block.h"

/* From |x|², |y|² and the inner product. Roots before the product: |x|²|y|² may overflow. From a
 * vector to itself the quotient may miss 1 by a rounding, hence the declared tolerance. */
static double cosine(double xx, double yy, double xy)
{
    if (xx == 0 || yy == 0)
        return (double)NAN;
    return 1 - xy / (sqrt(xx) * sqrt(yy));
}

static int cosine_pair(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                       const struct kin_distance_params *params, double *out, struct kin_error *err)
{
    (void)params;
    (void)err;
    double xx = 0, yy = 0, xy = 0;
    for (size_t d = 0; d < x->dims; d++) {
        xx += x->x[d] * x->x[d];
        yy += y->x[d] * y->x[d];
        xy += x->x[d] * y->x[d];
    }
    *out = cosine(xx, yy, xy);
    return 0;
}

static int cosine_block(const struct kin_distance_block *block, struct kin_error *err)
{
    (void)err;
    double yy[KIN_LANES] = {0};
    for (size_t d = 0; d < block->dims; d++) {
        for (size_t lane = 0; lane < KIN_LANES; lane++) {
            double y = (double)block->group->y[d * KIN_LANES + lane];
            yy[lane] += y * y;
        }
    }
    for (size_t i = 0; i < block->rows; i++) {
        double xx = 0, xy[KIN_LANES] = {0};
        for (size_t d = 0; d < block->dims; d++) {
            double x = (double)block->from[i].x[d];
            xx += x * x;
            for (size_t lane = 0; lane < KIN_LANES; lane++)
                xy[lane] += x * (double)block->group->y[d * KIN_LANES + lane];
        }
        for (size_t lane = 0; lane < block->group->count; lane++) {
            float d = (float)cosine(xx, yy[lane], xy[lane]);
            kin_block_put(block, i, lane, d, d);
        }
    }
    return 0;
}

const struct kin_distance kin_distance_cosine = {
    .name = "cosine",
    .doc = "one minus the cosine of the angle between two vectors",
    .source = "Kim et al. 2019, section 3.2",
    .operand = KIN_DISTANCE_VECTORS,
    .symmetric = true,
    .self_tolerance = 1e-12,
    .pair = cosine_pair,
    .block = cosine_block,
};
