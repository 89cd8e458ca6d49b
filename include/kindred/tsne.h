/*
 * t-SNE: places in a plane that keep who is near to whom (van der Maaten and Hinton, «Visualizing
 * data using t-SNE», JMLR 9, 2008). The gradient is exact: every pair counts in every iteration.
 *
 * Each point's Gaussian gets the width that makes its neighbours as many as the perplexity; the
 * conditional probabilities of both sides, over 2n, are the joint ones. Descent: 1,000 iterations,
 * the first 250 with the joint probabilities times 12 and momentum 0.5, the others with 0.8; a gain
 * for every coordinate (+ 0.2 when the gradient keeps its direction, × 0.8 when not, at least
 * 0.01); learning rate max(n / 48, 50) (Belkina et al., «Automated optimized parameters for t-SNE»,
 * Nature Communications 10, 2019). Start: normal with deviation 1e-4.
 *
 * Order of calls: kin_tsne_new, kin_tsne_descend until nothing is left, kin_tsne_divergence,
 * kin_tsne_places, kin_tsne_free.
 *
 * Same bits: for every number of threads and level of the CPU (one class of mathematics library).
 * Memory: 4 n² bytes, 400 MB for the most points there may be.
 */
#ifndef KINDRED_TSNE_H
#define KINDRED_TSNE_H

#include <stddef.h>

#include "kindred/random.h"
#include "kindred/status.h"
#include "kindred/team.h"

#define KIN_TSNE_MOST 10000 /* points */
#define KIN_TSNE_ITERATIONS 1000

struct kin_tsne;

struct kin_tsne_params {
    double perplexity;        /* 30 in most of the literature; 1 ≤ perplexity ≤ n - 1 */
    struct kin_random random; /* the stream that the start is drawn from */
    struct kin_team *team;    /* borrowed as long as the t-SNE lives; NULL: one thread */
};

/* Finds the joint probabilities and the start.
 * points  [n][dims], all finite; borrowed for the call
 * Errors: KIN_EINVAL (fewer than 3 or more than KIN_TSNE_MOST points, no dimensions, a perplexity
 * out of range), KIN_EDATA (a number that is not finite), KIN_ENOMEM. */
int kin_tsne_new(const float *points, size_t n, size_t dims, const struct kin_tsne_params *params,
                 struct kin_tsne **out, struct kin_error *err);
void kin_tsne_free(struct kin_tsne *tsne);  /* accepts NULL */
void kin_tsne_auto(struct kin_tsne **tsne); /* for KIN_AUTO */

/* At most so many iterations more; in how many calls they are done changes nothing. *left: how many
 * there still are. */
int kin_tsne_descend(struct kin_tsne *tsne, size_t iterations, size_t *left, struct kin_error *err);

/* [n][2], centred; lives as long as the t-SNE and moves with it. */
const double *kin_tsne_places(const struct kin_tsne *tsne);
/* The Kullback-Leibler divergence of the places' distribution from the joint one, in nats. */
int kin_tsne_divergence(const struct kin_tsne *tsne, double *out, struct kin_error *err);
/* The joint probability of two points; all of them sum to 1. */
double kin_tsne_joint(const struct kin_tsne *tsne, size_t i, size_t j);

#endif
