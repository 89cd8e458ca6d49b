/*
 * Ranks and their correlation, for the million distances of 1,000 clips, on one core: distances
 * are float32, other numbers take longer. Prints name,value,unit,note.
 */
#include <math.h>

#include "bench.h"
#include "kindred/measure.h"
#include "kindred/memory.h"

#define CLIPS 1000
#define PAIRS ((size_t)CLIPS * CLIPS)
#define BUDGET_S 0.5

struct work {
    double *x, *y, *out;
    size_t own[CLIPS];
};

static void rank(void *context)
{
    struct work *work = context;
    struct kin_error err = {0};
    bench_must(kin_rank(work->x, PAIRS, work->out, &err), &err);
}

static void rho(void *context)
{
    struct work *work = context;
    struct kin_error err = {0};
    const struct kin_rho_params params = {KIN_POOL_ALL, KIN_OWN_INCLUDED};
    struct kin_rho out;
    bench_must(kin_between_rho(work->x, work->y, work->own, CLIPS, CLIPS, &params, &out, &err),
               &err);
}

/* Distances of random vectors: much alike, a few of them small. */
static void fill(double *x, struct kin_random *random, bool narrow)
{
    for (size_t i = 0; i < PAIRS; i++) {
        double distance = fabs(20 + 3 * kin_random_normal(random)) * (i % (CLIPS + 1) ? 1 : 0.1);
        x[i] = narrow ? (double)(float)distance : distance;
    }
}

int main(void)
{
    kin_memory_keep_freed(); /* as the program does */
    struct kin_error err = {0};
    struct work work = {0};
    struct kin_random random = kin_random_stream(1, "bench", 5);
    double **arrays[] = {&work.x, &work.y, &work.out};
    for (size_t i = 0; i < KIN_COUNT(arrays); i++)
        bench_must(kin_alloc_into(arrays[i], PAIRS, sizeof(double), &err), &err);
    for (size_t i = 0; i < CLIPS; i++)
        work.own[i] = i;
    fill(work.x, &random, true);
    fill(work.y, &random, true);
    printf("measure.rank,%.2f,ms,10^6 distances\n", 1e3 * bench_best(rank, &work, BUDGET_S, 3));
    printf("measure.rho,%.2f,ms,10^6 pairs of distances\n",
           1e3 * bench_best(rho, &work, BUDGET_S, 3));
    fill(work.x, &random, false);
    printf("measure.rank.double,%.2f,ms,10^6 numbers that are no float32\n",
           1e3 * bench_best(rank, &work, BUDGET_S, 3));
    for (size_t i = 0; i < KIN_COUNT(arrays); i++)
        kin_free(*arrays[i]);
    return 0;
}
