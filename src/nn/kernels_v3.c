/* The kernels for AVX2. */
#ifdef __x86_64__
#include <immintrin.h>

#include "nn/kernels.h"

#define KERNEL __attribute__((target("avx2")))
#define TABLE nn_kernels_v3
#define v_sqrt(out, x)                                                       \
    do {                                                                     \
        const float *from = (const float *)(x);                              \
        float *to = (float *)(out);                                          \
        _mm256_storeu_ps(to, _mm256_sqrt_ps(_mm256_loadu_ps(from)));         \
        _mm256_storeu_ps(to + 8, _mm256_sqrt_ps(_mm256_loadu_ps(from + 8))); \
    } while (0)
#include "nn/kernels.inc"
#endif
