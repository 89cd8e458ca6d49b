/* A sequence in double and its halvings, for FastDTW. Level 0 is the sequence itself; an odd last
 * frame is dropped in halving. */
#ifndef KINDRED_DISTANCE_PYRAMID_H
#define KINDRED_DISTANCE_PYRAMID_H

#include <stddef.h>

#define KIN_PYRAMID_LEVELS 64 /* halvings of a size_t */
#define KIN_COLUMN_PAD 8      /* values that may be read beyond the end of a column */

struct kin_pyramid {
    size_t levels;
    const double *x[KIN_PYRAMID_LEVELS];
    size_t frames[KIN_PYRAMID_LEVELS];
};

/* Frame after frame, [frames][dims]. x is borrowed; memory holds as many values as x. */
void kin_pyramid_build(struct kin_pyramid *pyramid, const double *x, size_t frames, size_t dims,
                       double *memory);
/* Coefficient after coefficient, [dims][frames + KIN_COLUMN_PAD]. memory holds
 * kin_pyramid_column_values, the first dims columns of which the caller has filled. */
void kin_pyramid_build_columns(struct kin_pyramid *pyramid, size_t frames, size_t dims,
                               double *memory);
/* Enough for any pyramid of up to that many frames. */
size_t kin_pyramid_column_values(size_t frames, size_t dims);

#endif
