/*
 * Products of matrices, by OpenBLAS. It is loaded when one is first needed: that takes as long as
 * half a run that has nothing to do, and where oneDNN convolves none is.
 *
 * Its threads are a state of the whole process with one owner, here. Our own threads share the work
 * out; a product within a share runs on one, so that its bits do not depend on -j.
 */
#ifndef KINDRED_BLAS_H
#define KINDRED_BLAS_H

#include <stdbool.h>

#include "kindred/status.h"

/* To be called before the first product; any number of times, from any thread. KIN_EUNUSABLE: the
 * library is not on this machine. */
int kin_blas_load(struct kin_error *err);

/* C = A B + beta C; all row-major and dense.
 * a [m][k], transposed [k][m]; b [k][n], transposed [n][k]; c [m][n] */
void kin_blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a,
                      const float *b, float beta, float *c);

/* The version that this program was built with: «0.3.21». */
const char *kin_blas_library(void);

#endif
