/*
 * OpenBLAS's threads, a state of the whole process with one owner. Our own threads share the work
 * out; a product of matrices within a share runs on one, so that its bits do not depend on -j.
 */
#ifndef KINDRED_BLAS_H
#define KINDRED_BLAS_H

/* To be called before the first product; any number of times, from any thread. */
void kin_blas_one_thread(void);

#endif
