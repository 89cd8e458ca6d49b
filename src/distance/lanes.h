/*
 * Kernels that run one pair in each lane of a vector: one sequence x against the next `lanes`
 * sequences of a group (block.h says how both lie in memory and are padded). One text
 * (*_lanes.inc) is compiled for each instruction set; in every lane it does the operations of the
 * plain versions (*_plain.inc) in their order. A squared difference is added with one rounding, by
 * a fused multiply-add where there is one.
 */
#ifndef KINDRED_DISTANCE_LANES_H
#define KINDRED_DISTANCE_LANES_H

#include "distance/block.h"

/* Vectors that a function takes or gives stay in registers only when it is inlined. */
#define KIN_INLINE static inline __attribute__((always_inline))

/* Before a loop over the few vectors of a tile: they stay in registers only when it is unrolled. */
#ifdef __clang__
#define KIN_UNROLL _Pragma("clang loop unroll(full)")
#else
#define KIN_UNROLL _Pragma("GCC unroll 8")
#endif

/* Sequences of one call. y points to the first of its lanes, frames are KIN_LANES * dims apart. */
struct kin_lane_pairs {
    const float *x, *y;
    size_t x_frames, y_frames, dims; /* y_frames: the longest of these lanes */
};

/* What SiMPle needs; vectors of `lanes` values.
 * cell   [frames + KIN_FRAMES_PAD][4]: four neighbouring diagonals, frames the longest
 * tail   [window + 1][4]
 * of_x, of_y   the profiles, [frames of that side + KIN_FRAMES_PAD] */
struct kin_lane_scratch {
    float *cell, *tail, *of_x, *of_y;
};

struct kin_lane_kernels {
    size_t lanes;
    /* row   [y_frames + KIN_FRAMES_PAD][lanes]: cumulated costs of the last frame of x */
    void (*dtw)(const struct kin_lane_pairs *pairs, float *row);
    void (*simple)(const struct kin_lane_pairs *pairs, size_t window,
                   const struct kin_lane_scratch *scratch);
    /* Euclidean distances of frame x[dims] to `count` neighbouring frames in double; y[d * stride]
     * is coefficient d of the first. Reads and writes up to a multiple of KIN_COLUMN_PAD. */
    void (*frame_costs)(const double *x, const double *y, size_t stride, size_t dims, size_t count,
                        double *cost);
    /* The median of the first n[lane] of `longest` values x[longest][lanes], all ≥ 0. */
    void (*median)(const float *x, size_t longest, const size_t *n, float *out);
};

const struct kin_lane_kernels *kin_lane_kernels(enum kin_cpu_level level);

extern const struct kin_lane_kernels kin_lane_kernels_any;
#ifdef __x86_64__
extern const struct kin_lane_kernels kin_lane_kernels_v3, kin_lane_kernels_v4;
#endif

#endif
