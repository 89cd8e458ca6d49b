/*
 * Microseconds a pair of every distance, on one core: 173 frames of 24 coefficients (a 4 s clip of
 * the paper) and vectors of 256 (its embedding), for every instruction set of this machine. With
 * sequences of 115 to 575 frames (the paper's changes of tempo), a pair's share is by its cells.
 * Prints name,value,unit,note.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kindred/cpu.h"
#include "kindred/distance.h"
#include "kindred/memory.h"
#include "kindred/random.h"

#define FRAMES 173
#define DIMS 24
#define VECTOR_DIMS 256
#define SET 64
#define ROWS 8
#define BUDGET_S 0.3 /* a measurement */

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Smooth like music: frames that drift. */
static void fill(float *x, size_t frames, size_t dims, struct kin_random *random)
{
    for (size_t i = 0; i < frames * dims; i++) {
        float step = (float)(10 * kin_random_normal(random));
        x[i] = i < dims ? 3 * step : 0.9f * x[i - dims] + step;
    }
}

struct bench {
    struct kin_sequence items[SET];
    struct kin_distance_set *set;
    float *memory, *out;
};

/* frames_max > frames: lengths spread between the two. */
static int bench_init(struct bench *bench, size_t frames, size_t frames_max, size_t dims,
                      struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&bench->memory, SET * frames_max * dims, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&bench->out, (size_t)2 * SET * ROWS, sizeof(float), err));
    struct kin_random random = kin_random_stream(1, "bench", 5);
    for (size_t i = 0; i < SET; i++) {
        float *x = bench->memory + i * frames_max * dims;
        size_t length = frames + (size_t)kin_random_below(&random, frames_max - frames + 1);
        fill(x, length, dims, &random);
        bench->items[i] = (struct kin_sequence){x, length, dims};
    }
    return kin_distance_set_new(bench->items, SET, &bench->set, err);
}

static void bench_release(struct bench *bench)
{
    kin_distance_set_free(bench->set);
    kin_free(bench->memory);
    kin_free(bench->out);
}

/* How many pairs of FRAMES x FRAMES frames (or of vectors) the first rows make. */
static double pairs_in(const struct bench *bench, size_t rows)
{
    size_t row_frames = 0, set_frames = 0;
    for (size_t i = 0; i < rows; i++)
        row_frames += bench->items[i].frames;
    for (size_t i = 0; i < SET; i++)
        set_frames += bench->items[i].frames;
    double cells = (double)row_frames * (double)set_frames;
    return set_frames == SET ? cells : cells / (FRAMES * FRAMES);
}

/* The best of repeated calls within the budget: what the machine can do undisturbed. */
static int measure(const struct kin_distance *distance, struct bench *bench, const char *level,
                   const char *note, struct kin_error *err)
{
    struct kin_distance_params params = kin_distance_defaults(distance);
    float *back = distance->symmetric ? NULL : bench->out + SET * ROWS;
    double best = 1e9, start = now_s();
    size_t rows = level[1] == '2' ? 1 : ROWS; /* slow */
    do {
        double begin = now_s();
        KIN_TRY(kin_distance_rows(distance, &params, bench->items, rows, bench->set, bench->out,
                                  back, err));
        double us = 1e6 * (now_s() - begin) / pairs_in(bench, rows);
        best = us < best ? us : best;
    } while (now_s() - start < BUDGET_S);
    printf("distance.%s.%s%s,%.3f,us/pair,%s%s\n", distance->name, level,
           bench->items[0].frames == bench->items[1].frames ? "" : ".ragged", best, note,
           back ? "; both directions" : "");
    return 0;
}

static int measure_level(const char *level, struct kin_error *err)
{
    KIN_AUTO(bench_release) struct bench sequences = {0};
    KIN_AUTO(bench_release) struct bench ragged = {0};
    KIN_AUTO(bench_release) struct bench vectors = {0};
    KIN_TRY(bench_init(&sequences, FRAMES, FRAMES, DIMS, err));
    KIN_TRY(bench_init(&ragged, 115, 575, DIMS, err));
    KIN_TRY(bench_init(&vectors, 1, 1, VECTOR_DIMS, err));
    setenv("KINDRED_CPU", level, 1);
    for (size_t i = 0; kin_distance_at(i); i++) {
        const struct kin_distance *distance = kin_distance_at(i);
        if (distance->operand == KIN_DISTANCE_VECTORS) {
            KIN_TRY(measure(distance, &vectors, level, "vectors of 256", err));
            continue;
        }
        KIN_TRY(measure(distance, &sequences, level, "173 x 173 frames x 24", err));
        if (level[1] != '2')
            KIN_TRY(measure(distance, &ragged, level,
                            "115 to 575 frames x 24; for every 173 x 173 cells", err));
    }
    return 0;
}

static int measure_all(struct kin_error *err)
{
    int top = (int)kin_cpu_level();
    for (int level = KIN_CPU_V2; level <= top; level++)
        KIN_TRY(measure_level(kin_cpu_level_name((enum kin_cpu_level)level), err));
    return 0;
}

int main(void)
{
    struct kin_error err = {0};
    if (measure_all(&err) == 0)
        return 0;
    fprintf(stderr, "%s\n", err.text);
    return 1;
}
