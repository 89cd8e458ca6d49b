/* What an instance that a step gathers says: labels on its axes, numbers of its result. */
#ifndef KIN_KIND_GATHERED_H
#define KIN_KIND_GATHERED_H

#include "kindred/kind.h"

/* The label on an axis, or NULL. */
const struct kin_label *kin_set_label(const struct kin_set *set, const char *axis);
/* All axes that some instance has, each once, in ascending name; *out is kin_free'd by the caller,
 * the names are the labels'. */
int kin_sets_axes(const struct kin_set *sets, size_t n, const char ***out, size_t *n_out,
                  struct kin_error *err);
/* A scalar of its value, or NaN. */
double kin_set_number(const struct kin_set *set, const char *name);

/* The number less its mean and by its deviation (divided by n - 1) over the instances that have the
 * same label on `axis` ("": all of them); NaN where there is none.
 * out  [n] */
int kin_set_standardise(const struct kin_set *sets, size_t n, const char *number, const char *axis,
                        double *out, struct kin_error *err);

#endif
