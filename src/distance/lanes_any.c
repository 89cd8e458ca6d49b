/* The lane kernels for any processor, in the compiler's own vectors. */
#include <math.h>
#include <string.h>

#include "distance/lanes.h"

#define LANES 4
#define KERNEL
#define v_keep(a) ((void)(a))

typedef float vector __attribute__((vector_size(16)));
typedef double doubles __attribute__((vector_size(16)));
typedef int32_t integers __attribute__((vector_size(16)));
typedef integers i_mask; /* all bits of a lane, or none */

/* From and to any address. */
#define LOAD_AND_STORE(kind, prefix)                \
    KIN_INLINE kind prefix##_load(const void *p)    \
    {                                               \
        kind a;                                     \
        memcpy(&a, p, sizeof a);                    \
        return a;                                   \
    }                                               \
    KIN_INLINE void prefix##_store(void *p, kind a) \
    {                                               \
        memcpy(p, &a, sizeof a);                    \
    }
LOAD_AND_STORE(vector, v)
LOAD_AND_STORE(doubles, d)
LOAD_AND_STORE(integers, i)

#define v_done() ((void)0)
#define v_all(x) ((vector){x, x, x, x})
#define v_add(a, b) ((a) + (b))
#define v_sub(a, b) ((a) - (b))
#define d_all(x) ((doubles){x, x})
#define d_add(a, b) ((a) + (b))
#define d_sub(a, b) ((a) - (b))
#define d_mul(a, b) ((a) * (b))
#define i_all(x) ((integers){x, x, x, x})
#define i_add(a, b) ((a) + (b))
#define i_greater(a, b) ((a) > (b))
#define i_count(count, mask) ((count) - (mask))

KIN_INLINE vector v_sqrt(vector a)
{
    return (vector){sqrtf(a[0]), sqrtf(a[1]), sqrtf(a[2]), sqrtf(a[3])};
}

KIN_INLINE doubles d_sqrt(doubles a)
{
    return (doubles){sqrt(a[0]), sqrt(a[1])};
}

KIN_INLINE integers i_pick(i_mask mask, integers yes, integers no)
{
    return (mask & yes) | (~mask & no);
}

KIN_INLINE integers i_min(integers a, integers b)
{
    return i_pick(i_greater(a, b), b, a);
}

KIN_INLINE vector v_min(vector a, vector b)
{
    return (vector)i_pick(a < b, (integers)a, (integers)b);
}

/* ---- a square added with one rounding ---- */

#ifdef FP_FAST_FMAF
KIN_INLINE vector v_add_square(vector sum, vector a)
{
    return (vector){fmaf(a[0], a[0], sum[0]), fmaf(a[1], a[1], sum[1]), fmaf(a[2], a[2], sum[2]),
                    fmaf(a[3], a[3], sum[3])};
}
#else
typedef int64_t longs __attribute__((vector_size(16)));

/* Where no instruction does it. A square is exact in double. What the sum in double lacks (Knuth's
 * two-sum) goes into its last bit: with that odd whenever something was cut off, rounding once more
 * to float gives what a single rounding gives (Boldo and Melquiond, «Emulation of FMA and correctly
 * rounded sums: proved algorithms using rounding to odd», 2008). The sum is not negative; neither
 * comparison is true of the NaN that infinities leave. */
KIN_INLINE doubles add_square_to_odd(doubles sum, doubles a)
{
    doubles square = a * a;
    doubles total = square + sum;
    doubles of_sum = total - square;
    doubles missing = (square - (total - of_sum)) + (sum - of_sum);
    longs step = (missing < 0) - (missing > 0);
    longs is_even = ((longs)total & 1) - 1;
    return (doubles)((longs)total + (step & is_even));
}

KIN_INLINE vector v_add_square(vector sum, vector a)
{
    doubles low = add_square_to_odd((doubles){(double)sum[0], (double)sum[1]},
                                    (doubles){(double)a[0], (double)a[1]});
    doubles high = add_square_to_odd((doubles){(double)sum[2], (double)sum[3]},
                                     (doubles){(double)a[2], (double)a[3]});
    return (vector){(float)low[0], (float)low[1], (float)high[0], (float)high[1]};
}
#endif

#include "distance/cost_lanes.inc"
#include "distance/dtw_lanes.inc"
#include "distance/simple_lanes.inc"

const struct kin_lane_kernels kin_lane_kernels_any = {
    .lanes = LANES,
    .dtw = dtw_lanes,
    .simple = simple_lanes,
    .frame_costs = frame_costs_lanes,
    .median = median_lanes,
};
