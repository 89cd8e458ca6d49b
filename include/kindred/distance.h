/*
 * Distances between sequences of feature frames (DTW, FastDTW, SiMPle) and between vectors
 * (Euclidean, cosine). Kim et al. 2019, section 3.2, measure clips in the audio space with the
 * first group and embeddings in the latent space with the second.
 *
 * One pair in double:    kin_distance_find, kin_distance_defaults, kin_distance_pair.
 * All pairs in float32:  the same, then kin_distance_set_new once for the originals and
 *                        kin_distance_rows for every block of transformed clips. A set is constant
 *                        once built: any number of threads may use it, each for rows of its own.
 *
 * What holds of the numbers of kin_distance_rows:
 * - a pair's result is a function of the two sequences and the parameters alone: the same bits
 *   whatever else is in the call or in the set, in whatever order, however the rows are cut;
 * - the same bits with AVX-512, AVX2 and neither (kin_cpu_level): every kernel adds in one order,
 *   dtw and simple a square with one rounding, as fmaf does, the others with two;
 * - dtw and simple compute in float32 from differences of frames, never from |a|² + |b|² - 2ab, and
 *   SiMPle adds and never subtracts: relative error below 1e-4, and exactly 0 from a sequence to
 *   itself. fastdtw, euclidean and cosine compute in double and round once, at the end;
 * - a sequence with a value that is not finite has distance NaN to everything, itself included.
 *   A sum of squares beyond the range of the type gives infinity.
 *
 * A distance is one file in src/distance and one line in distances.def.
 */
#ifndef KINDRED_DISTANCE_H
#define KINDRED_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/status.h"

/* T frames of D coefficients, row-major; a vector is one frame. Borrowed. */
struct kin_sequence {
    const float *x;
    size_t frames, dims;
};

struct kin_sequence_f64 {
    const double *x;
    size_t frames, dims;
};

/* Parameters are whole numbers. */
struct kin_distance_param {
    const char *name, *unit, *doc;
    size_t fallback, min, max; /* default, and the range it may take, both ends included */
};

#define KIN_DISTANCE_PARAMS 4

/* Values in the order of the distance's own table. */
struct kin_distance_params {
    size_t value[KIN_DISTANCE_PARAMS];
};

enum kin_distance_operand {
    KIN_DISTANCE_SEQUENCES, /* of any number of frames */
    KIN_DISTANCE_VECTORS,   /* exactly one frame */
};

struct kin_distance_block; /* private: what a kernel works on */

/* One distance; the entries of distances.def. */
struct kin_distance {
    const char *name, *doc, *source;
    enum kin_distance_operand operand;
    bool symmetric;        /* d(x, y) and d(y, x) are the same bits */
    double self_tolerance; /* the largest |d(x, x)| */
    size_t param_count;
    struct kin_distance_param params[KIN_DISTANCE_PARAMS];
    /* The fewest frames that it is defined for; NULL means 1. */
    size_t (*min_frames)(const struct kin_distance_params *params);
    /* One pair in double. Arguments were checked and are finite. */
    int (*pair)(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                const struct kin_distance_params *params, double *out, struct kin_error *err);
    /* Some rows against one group of a set. */
    int (*block)(const struct kin_distance_block *block, struct kin_error *err);
};

/* Every distance, in alphabetical order; NULL beyond the last. */
const struct kin_distance *kin_distance_at(size_t i);
/* By name. KIN_ENOTFOUND names the nearest one. */
int kin_distance_find(const char *name, const struct kin_distance **out, struct kin_error *err);

struct kin_distance_params kin_distance_defaults(const struct kin_distance *distance);
/* Sets a parameter by name. KIN_EINVAL: unknown, or out of its range. */
int kin_distance_set_param(const struct kin_distance *distance, const char *name, size_t value,
                           struct kin_distance_params *params, struct kin_error *err);

/*
 * The distance of one pair, in double throughout: the plain reference.
 * Errors: KIN_EINVAL (a parameter out of range), KIN_EDATA (frames or coefficients missing or
 * different; too few frames, with the number found and the number wanted), KIN_ENOMEM.
 */
int kin_distance_pair(const struct kin_distance *distance, const struct kin_distance_params *params,
                      const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                      double *out, struct kin_error *err);

struct kin_distance_set; /* sequences, packed for the kernels */

/* Copies n sequences of the same number of coefficients; lengths are free. KIN_EDATA names the
 * sequence that is empty or differs. */
int kin_distance_set_new(const struct kin_sequence *sequences, size_t n,
                         struct kin_distance_set **out, struct kin_error *err);
void kin_distance_set_free(struct kin_distance_set *set); /* accepts NULL */

/*
 * Distances of `rows` sequences to all n of a set, in float32.
 * out    [rows][n]: d(from[i], to[j])
 * back   [rows][n]: d(to[j], from[i]) from the same pass, or NULL; both are the caller's, their
 *        content is undefined on failure
 * Errors: as kin_distance_pair; the text says which sequence.
 */
int kin_distance_rows(const struct kin_distance *distance, const struct kin_distance_params *params,
                      const struct kin_sequence *from, size_t rows,
                      const struct kin_distance_set *to, float *out, float *back,
                      struct kin_error *err);

/*
 * The SiMPle matrix profile (Silva, Yeh, Batista and Keogh, «SiMPle: assessing music similarity
 * using subsequences joins», ISMIR 2016) without normalisation: for every run of `window` frames
 * of x the smallest sum of squared differences to a run of y, and where that run starts (the first
 * among equals).
 * profile, index   x->frames - window + 1 values, the caller's; index may be NULL
 */
int kin_simple_profile(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                       size_t window, double *profile, int32_t *index, struct kin_error *err);

/*
 * FastDTW with its path. Salvador and Chan, «FastDTW: toward accurate dynamic time warping in
 * linear time and space», 2004; details as the Python package of that name has them (0.3.4, its
 * pure Python code, which the paper's authors ran; the compiled variant has another window).
 * path    [x->frames + y->frames][2]: pairs of frame numbers, the caller's; NULL when not wanted
 * steps   how many pairs the path has
 */
int kin_fastdtw(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y, size_t radius,
                double *distance, int32_t *path, size_t *steps, struct kin_error *err);

#endif
