/* Values of type «number»: named float64 scalars; arrays beside them are for later steps. */
#ifndef KIN_KIND_NUMBER_H
#define KIN_KIND_NUMBER_H

#include <stddef.h>

#include "kindred/value.h"

struct kin_named_number {
    const char *name;
    double value;
};

int kin_number_new(const struct kin_named_number *numbers, size_t n, struct kin_value **out,
                   struct kin_error *err);
/* Adds an array of float64, copied. */
int kin_number_add_array(struct kin_value *number, const char *name, const double *x, size_t n,
                         struct kin_error *err);

#endif
