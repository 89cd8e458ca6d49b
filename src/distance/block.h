/*
 * What a distance's kernel works on: some rows against one group of a packed set.
 *
 * A set is sorted by length and cut into groups of KIN_LANES sequences, so that neighbours in a
 * vector end at nearly the same time and little work is padding. A group lies in memory as
 * [frame][coefficient][lane]. Frames beyond the end of a lane are +infinity and those beyond the
 * end of a row's own sequence -infinity: their cost is +infinity, never NaN, so that no minimum
 * takes them and no kernel needs a mask.
 */
#ifndef KINDRED_DISTANCE_BLOCK_H
#define KINDRED_DISTANCE_BLOCK_H

#include "kindred/cpu.h"
#include "kindred/distance.h"
#include "kindred/memory.h"

#define KIN_LANES 16

/* Frames that a kernel may read beyond the longest sequence (its tiles are 4 by 4). */
#define KIN_FRAMES_PAD 8

struct kin_distance_group {
    const float *y;           /* [longest + KIN_FRAMES_PAD][dims][KIN_LANES] */
    size_t count;             /* lanes in use, at least 1 */
    size_t longest;           /* frames[0] */
    size_t frames[KIN_LANES]; /* descending; 0 beyond count */
    size_t item[KIN_LANES];   /* the lane's place in the caller's order */
};

struct kin_distance_block {
    const struct kin_distance_params *params;
    const struct kin_distance_group *group;
    const struct kin_sequence *from;
    size_t rows, columns, dims;
    size_t longest_row; /* frames of the longest sequence in from */
    enum kin_cpu_level level;
    float *out, *back; /* [rows][columns]; back may be NULL */
};

/* Stores the two distances of a pair. */
static inline void kin_block_put(const struct kin_distance_block *block, size_t row, size_t lane,
                                 float forth, float back)
{
    size_t at = row * block->columns + block->group->item[lane];
    block->out[at] = forth;
    if (block->back)
        block->back[at] = back;
}

/* A row's frames, followed by KIN_FRAMES_PAD frames of -infinity. */
void kin_row_pad(const struct kin_sequence *row, float *x);

#endif
