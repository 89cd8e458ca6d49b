/*
 * What one core of this machine can do at most: fused multiply-adds, differences that are squared
 * and summed, reading memory and copying it. bench/limits.csv says how much of which a figure
 * needs, and bench/report prints the share reached. Prints name,value,unit,note; the unit of
 * arithmetic is 10^9 numbers a second, whatever the vectors hold.
 */
#include <stdint.h>
#include <string.h>

#include "bench.h"
#include "kindred/cpu.h"
#include "kindred/memory.h"

#define BUDGET_S 0.3
#define ROUNDS 1000000
#define MEMORY ((size_t)256 << 20) /* more than the caches of most machines */

#ifdef __x86_64__
#include <immintrin.h>

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* Makes a value in a register one that the compiler knows nothing about. */
#define OPAQUE(x) __asm__ volatile("" : "+v"(x))

#define CHAINS 12
#define OWN 2
#define OTHER 4
#define TILE (OWN * OTHER)

#define VECTOR __m256
#define NAME(loop) loop##_v3
#define TARGET __attribute__((target("avx2,fma")))
#define v_all _mm256_set1_ps
#define v_fused _mm256_fmadd_ps
#define v_sub _mm256_sub_ps
#include "limits.inc"

#define VECTOR __m512
#define NAME(loop) loop##_v4
#define TARGET __attribute__((target("avx512f")))
#define v_all _mm512_set1_ps
#define v_fused _mm512_fmadd_ps
#define v_sub _mm512_sub_ps
#include "limits.inc"

static void print_arithmetic(const char *level, int lanes, void (*fma)(void *context),
                             void (*tile)(void *context))
{
    double fused = ROUNDS * 1e-9 * CHAINS * lanes / bench_best(fma, NULL, BUDGET_S, 3);
    double squares = ROUNDS * 2e-9 * TILE * lanes / bench_best(tile, NULL, BUDGET_S, 3);
    printf("limit.fma.%s,%.1f,10^9/s,multiply-adds of float32; one core\n", level, fused);
    printf("limit.arithmetic.%s,%.1f,10^9/s,differences and multiply-adds of float32; one core\n",
           level, squares);
}

static void arithmetic(void)
{
    if (kin_cpu_level() >= KIN_CPU_V3)
        print_arithmetic("v3", 8, fma_v3, tile_v3);
    if (kin_cpu_level() >= KIN_CPU_V4)
        print_arithmetic("v4", 16, fma_v4, tile_v4);
}
#else
static void arithmetic(void)
{
}
#endif

/* ---- memory ---- */

struct memory {
    uint64_t *from, *to;
    volatile uint64_t sum; /* so that reading is for something */
};

static void read_all(void *context)
{
    struct memory *memory = context;
    uint64_t sum[4] = {0};
    for (size_t i = 0; i < MEMORY / sizeof *memory->from; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += memory->from[i + k];
    memory->sum = sum[0] + sum[1] + sum[2] + sum[3];
}

static void copy_all(void *context)
{
    struct memory *memory = context;
    memcpy(memory->to, memory->from, MEMORY);
}

static void print_memory(void)
{
    struct kin_error err = {0};
    struct memory memory = {0};
    bench_must(kin_alloc_into(&memory.from, MEMORY, 1, &err), &err);
    bench_must(kin_alloc_into(&memory.to, MEMORY, 1, &err), &err);
    memset(memory.from, 1, MEMORY);
    memset(memory.to, 2, MEMORY);
    printf("limit.read,%.1f,10^9 B/s,an array of 256 MiB; one core\n",
           1e-9 * MEMORY / bench_best(read_all, &memory, BUDGET_S, 3));
    printf("limit.copy,%.1f,10^9 B/s,the same; memcpy\n",
           1e-9 * MEMORY / bench_best(copy_all, &memory, BUDGET_S, 3));
    kin_free(memory.from);
    kin_free(memory.to);
}

int main(void)
{
    arithmetic();
    print_memory();
    return 0;
}
