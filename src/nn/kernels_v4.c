/* The kernels for AVX-512. */
#ifdef __x86_64__
#include <immintrin.h>

#include "nn/kernels.h"

#define KERNEL __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define TABLE nn_kernels_v4
#define v_sqrt(out, x) (*(out) = (vector)_mm512_sqrt_ps((__m512) * (x)))
#include "nn/kernels.inc"
#endif
