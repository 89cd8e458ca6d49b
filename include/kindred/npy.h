/*
 * NumPy's .npy files, format 1.0 to 3.0, C order, little endian: f4, f8, i4, i8, u1 (and b1 as u1).
 */
#ifndef KINDRED_NPY_H
#define KINDRED_NPY_H

#include "kindred/value.h"

/* Reads bytes of a .npy file; *out is owned, untouched on failure. KIN_EDATA says what is damaged
 * or not supported: other types, Fortran order, more than KIN_MAX_DIMS dimensions. */
int kin_npy_parse(const void *bytes, size_t length, struct kin_tensor *out, struct kin_error *err);
int kin_npy_read(const char *path, struct kin_tensor *out, struct kin_error *err);
/* Writes the file whole or not at all. Texts and digests are refused. */
int kin_npy_write(const char *path, const struct kin_tensor *tensor, struct kin_error *err);
/* A copy of the tensor as float32 or float64, whatever its numeric type; *out is owned.
 * KIN_EINVAL: texts, digests, another dtype. */
int kin_tensor_convert(const struct kin_tensor *in, enum kin_dtype dtype, struct kin_tensor *out,
                       struct kin_error *err);

#endif
