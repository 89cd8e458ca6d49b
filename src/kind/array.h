/* The plain array of a «vector» value. */
#ifndef KIN_KIND_ARRAY_H
#define KIN_KIND_ARRAY_H

#include "kindred/value.h"

/* A copy of the field «vector» as float32 or float64; the caller releases it. KIN_ECORRUPT: no
 * vector. */
int kin_array_of(const struct kin_value *vector, enum kin_dtype dtype, struct kin_tensor *out,
                 struct kin_error *err);
/* A «vector» of n numbers, which are copied. */
int kin_array_new(const float *x, size_t n, struct kin_value **out, struct kin_error *err);

#endif
