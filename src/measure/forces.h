/*
 * The loops of t-SNE over all pairs, 16 points at a time. One text (forces.inc) is compiled for
 * each instruction set; every one of them does the same operations on the same numbers in the same
 * order, so the bits do not depend on it.
 */
#ifndef KINDRED_MEASURE_FORCES_H
#define KINDRED_MEASURE_FORCES_H

#include <stddef.h>

#define TSNE_LANES 16

/* Points in the plane; beyond the last one up to a multiple of the lanes, so far away that they
 * pull nobody (TSNE_FAR). */
struct tsne_plane {
    const float *x, *y;
    size_t stride; /* points, those far away included */
};

#define TSNE_FAR 1e15F /* one over its square, squared, is 0 in single precision */

/* What one point feels: sums over all others, w = 1 / (1 + |y_i - y_j|²). */
struct tsne_force {
    double pull[2]; /* p w (y_i - y_j) */
    double push[2]; /* w² (y_i - y_j) */
    double weight;  /* w */
};

struct tsne_loops {
    /* affinity [stride]: those of point i; 0 at i and beyond the last point. */
    void (*force)(const struct tsne_plane *plane, const float *affinity, size_t i,
                  struct tsne_force *out);
    /* Squared distances from one point [dims] to all; blocks [stride / 16][dims][16], out [stride].
     */
    void (*squares)(const float *point, const float *blocks, size_t dims, size_t stride,
                    float *out);
};

/* The loops of this machine (KINDRED_CPU caps it). */
const struct tsne_loops *tsne_loops(void);

extern const struct tsne_loops tsne_loops_plain;
#ifdef __x86_64__
extern const struct tsne_loops tsne_loops_v3;
#endif

#endif
