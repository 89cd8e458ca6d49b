/* The inside of a packed set; block.h says how its groups lie in memory. */
#ifndef KINDRED_DISTANCE_SET_H
#define KINDRED_DISTANCE_SET_H

#include "distance/block.h"

struct kin_distance_set {
    size_t count, dims, group_count;
    size_t shortest; /* the item with the fewest frames */
    size_t shortest_frames;
    struct kin_distance_group *groups;
    float *packed;
    bool *finite; /* by item; one that is not finite is packed as zeros */
};

bool kin_sequence_finite(const struct kin_sequence *sequence);

#endif
