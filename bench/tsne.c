/*
 * Seconds of a whole exact t-SNE (1,000 iterations) of points of 256 dimensions in ten clusters,
 * and of the search for their joint probabilities alone. Prints name,value,unit,note.
 */
#include "kindred/tsne.h"
#include "bench.h"
#include "kindred/memory.h"

#define DIMS 256
#define CLUSTERS 10

struct work {
    float *points;
    size_t n, iterations;
    struct kin_team *team;
};

static void fill(float *x, size_t n)
{
    struct kin_random random = kin_random_stream(1, "bench", 5);
    float centres[CLUSTERS][DIMS];
    for (size_t i = 0; i < CLUSTERS * DIMS; i++)
        centres[i / DIMS][i % DIMS] = (float)kin_random_normal(&random);
    for (size_t i = 0; i < n * DIMS; i++)
        x[i] = centres[i / DIMS % CLUSTERS][i % DIMS] + (float)kin_random_normal(&random);
}

static void call(void *context)
{
    const struct work *work = context;
    struct kin_error err = {0};
    struct kin_tsne_params params = {
        .perplexity = 30, .random = kin_random_stream(1, "bench", 5), .team = work->team};
    KIN_AUTO(kin_tsne_auto) struct kin_tsne *tsne = NULL;
    size_t left;
    bench_must(kin_tsne_new(work->points, work->n, DIMS, &params, &tsne, &err), &err);
    bench_must(kin_tsne_descend(tsne, work->iterations, &left, &err), &err);
}

static void print(struct work *work, size_t threads)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_team_auto) struct kin_team *team = NULL;
    bench_must(kin_team_new(threads, &team, &err), &err);
    work->team = team;
    work->iterations = KIN_TSNE_ITERATIONS;
    printf("tsne.%zu.%zu,%.3f,s,%zu points; -j %zu\n", work->n, threads,
           bench_best(call, work, 1, 1), work->n, threads);
    work->iterations = 0;
    printf("tsne.%zu.%zu.joint,%.3f,s,without descent\n", work->n, threads,
           bench_best(call, work, 0, 2));
}

int main(void)
{
    static const size_t sizes[] = {1000, 2000, 5000};
    for (size_t s = 0; s < KIN_COUNT(sizes); s++) {
        struct kin_error err = {0};
        struct work work = {.n = sizes[s]};
        bench_must(kin_alloc_into(&work.points, work.n * DIMS, sizeof *work.points, &err), &err);
        fill(work.points, work.n);
        for (size_t threads = 1; threads <= 2; threads++)
            print(&work, threads);
        kin_free(work.points);
    }
    return 0;
}
