/* The kernels for AVX-512. */
#ifdef __x86_64__
#include <immintrin.h>

#include "nn/kernels.h"

#define KERNEL __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define TABLE nn_kernels_v4
#define v_sqrt(out, x) (*(out) = (vector)_mm512_sqrt_ps((__m512) * (x)))
#define v_fma(sum, a, b) \
    (*(sum) = (vector)_mm512_fmadd_ps((__m512) * (a), (__m512) * (b), (__m512) * (sum)))
#include "nn/kernels.inc"
#endif
