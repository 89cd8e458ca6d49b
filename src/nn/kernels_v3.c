/* The kernels for AVX2. */
#ifdef __x86_64__
#include <immintrin.h>

#include "nn/kernels.h"

#define KERNEL __attribute__((target("avx2,fma")))
#define TABLE nn_kernels_v3
#define v_sqrt(out, x)                                                       \
    do {                                                                     \
        const float *from = (const float *)(x);                              \
        float *to = (float *)(out);                                          \
        _mm256_storeu_ps(to, _mm256_sqrt_ps(_mm256_loadu_ps(from)));         \
        _mm256_storeu_ps(to + 8, _mm256_sqrt_ps(_mm256_loadu_ps(from + 8))); \
    } while (0)
#define v_fma(sum, a, b)                                                                       \
    do {                                                                                       \
        const float *one = (const float *)(a), *other = (const float *)(b);                    \
        float *to = (float *)(sum);                                                            \
        _mm256_storeu_ps(to, _mm256_fmadd_ps(_mm256_loadu_ps(one), _mm256_loadu_ps(other),     \
                                             _mm256_loadu_ps(to)));                            \
        _mm256_storeu_ps(to + 8,                                                               \
                         _mm256_fmadd_ps(_mm256_loadu_ps(one + 8), _mm256_loadu_ps(other + 8), \
                                         _mm256_loadu_ps(to + 8)));                            \
    } while (0)
#include "nn/kernels.inc"
#endif
