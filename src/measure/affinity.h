/* The joint probabilities of t-SNE. */
#ifndef KINDRED_MEASURE_AFFINITY_H
#define KINDRED_MEASURE_AFFINITY_H

#include <stddef.h>

#include "kindred/status.h"
#include "kindred/team.h"

/* points      [n][dims], finite
 * perplexity  1 … n - 1
 * stride      of a row of out: n up to a multiple of TSNE_LANES
 * out         [n][stride], zero at entry: symmetric, 0 on the diagonal and beyond n, sum 1
 * Errors: KIN_ENOMEM. */
int tsne_affinities(const float *points, size_t n, size_t dims, double perplexity, size_t stride,
                    struct kin_team *team, float *out, struct kin_error *err);

#endif
