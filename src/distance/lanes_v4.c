/* The lane kernels for AVX-512. */
#ifdef __x86_64__
#include <immintrin.h>
#include <math.h>

#include "distance/lanes.h"

#define LANES 16
#define KERNEL __attribute__((target("avx512f")))
typedef __m512 vector;
#define v_all _mm512_set1_ps
#define v_load _mm512_loadu_ps
#define v_store _mm512_storeu_ps
#define v_add _mm512_add_ps
#define v_add_square(sum, a) _mm512_fmadd_ps(a, a, sum)
/* Stays in a register, where gcc would load it anew for every use. */
#define v_keep(a) __asm__("" : "+v"(a))
#define v_done _mm256_zeroupper
#define v_sub _mm512_sub_ps
#define v_min _mm512_min_ps
#define v_sqrt _mm512_sqrt_ps
typedef __m512d doubles;
#define d_all _mm512_set1_pd
#define d_load _mm512_loadu_pd
#define d_store _mm512_storeu_pd
#define d_add _mm512_add_pd
#define d_sub _mm512_sub_pd
#define d_mul _mm512_mul_pd
#define d_sqrt _mm512_sqrt_pd
typedef __m512i integers;
#define i_all _mm512_set1_epi32
#define i_load(p) _mm512_loadu_si512((const void *)(p))
#define i_store(p, a) _mm512_storeu_si512((void *)(p), a)
#define i_add _mm512_add_epi32
#define i_min _mm512_min_epi32
typedef __mmask16 i_mask; /* a > b, lane by lane: what i_count and i_pick take */
#define i_greater _mm512_cmpgt_epi32_mask
#define i_count(count, mask) _mm512_mask_add_epi32(count, mask, count, _mm512_set1_epi32(1))
#define i_pick(mask, yes, no) _mm512_mask_blend_epi32(mask, no, yes)

#include "distance/cost_lanes.inc"
#include "distance/dtw_lanes.inc"
#include "distance/simple_lanes.inc"

const struct kin_lane_kernels kin_lane_kernels_v4 = {
    .lanes = LANES,
    .dtw = dtw_lanes,
    .simple = simple_lanes,
    .frame_costs = frame_costs_lanes,
    .median = median_lanes,
};
#endif
