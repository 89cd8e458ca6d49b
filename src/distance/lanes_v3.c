/* The lane kernels for AVX2. */
#ifdef __x86_64__
#include <immintrin.h>
#include <math.h>

#include "distance/lanes.h"

#define LANES 8
#define KERNEL __attribute__((target("avx2,fma")))
typedef __m256 vector;
#define v_all _mm256_set1_ps
#define v_load _mm256_loadu_ps
#define v_store _mm256_storeu_ps
#define v_add _mm256_add_ps
#define v_add_square(sum, a) _mm256_fmadd_ps(a, a, sum)
#define v_keep(a) ((void)(a)) /* there are not registers enough */
#define v_done _mm256_zeroupper
#define v_sub _mm256_sub_ps
#define v_min _mm256_min_ps
#define v_sqrt _mm256_sqrt_ps
typedef __m256d doubles;
#define d_all _mm256_set1_pd
#define d_load _mm256_loadu_pd
#define d_store _mm256_storeu_pd
#define d_add _mm256_add_pd
#define d_sub _mm256_sub_pd
#define d_mul _mm256_mul_pd
#define d_sqrt _mm256_sqrt_pd
typedef __m256i integers;
#define i_all _mm256_set1_epi32
#define i_load(p) _mm256_loadu_si256((const __m256i *)(p))
#define i_store(p, a) _mm256_storeu_si256((__m256i *)(p), a)
#define i_add _mm256_add_epi32
#define i_min _mm256_min_epi32
typedef __m256i i_mask; /* a > b, lane by lane: what i_count and i_pick take */
#define i_greater _mm256_cmpgt_epi32
#define i_count(count, mask) _mm256_sub_epi32(count, mask)
#define i_pick(mask, yes, no) _mm256_blendv_epi8(no, yes, mask)

#include "distance/cost_lanes.inc"
#include "distance/dtw_lanes.inc"
#include "distance/simple_lanes.inc"

const struct kin_lane_kernels kin_lane_kernels_v3 = {
    .lanes = LANES,
    .dtw = dtw_lanes,
    .simple = simple_lanes,
    .frame_costs = frame_costs_lanes,
    .median = median_lanes,
};
#endif
