/* Intervals of measures that are means over clips, when a workflow asks for them. */
#ifndef KIN_KIND_INTERVAL_H
#define KIN_KIND_INTERVAL_H

#include "kindred/kind.h"

/* The parameters that a kind with such intervals has. */
#define KIN_INTERVAL_PARAMS                                                                    \
    {.name = "resamples",                                                                      \
     .type = KIN_PARAM_INTEGER,                                                                \
     .fallback = "0",                                                                          \
     .max = 1000000,                                                                           \
     .doc = "means over clips drawn again, for the bootstrap interval lower, upper; 0: none"}, \
    {                                                                                          \
        .name = "seed", .type = KIN_PARAM_INTEGER, .fallback = "0", .max = 0x1p53,             \
        .doc = "seed of these draws"                                                           \
    }

/* Adds the numbers lower and upper (95 %) to a number when resamples is not 0: those of the mean of
 * x, NaN left out; NaN both where there is no interval. n 0: a measure that has none. */
int kin_interval_add(const struct kin_call *call, const double *x, size_t n,
                     struct kin_value *number, struct kin_error *err);

#endif
