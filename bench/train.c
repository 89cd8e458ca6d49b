/*
 * Clips a second of the full-size tagging network, 513 x 128 inputs, batch 24: training (all of a
 * step) and inference, on one and two threads, with the share of the time that convolutions and
 * their gradients take alone. Prints name,value,unit,note.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kindred/memory.h"
#include "kindred/nn.h"
#include "kindred/random.h"

#define BATCH 24
#define CLASSES 50
#define WARM_UP 1
#define STEPS 4

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct bench {
    struct kin_network *network;
    struct kin_team *team;
    struct kin_training state;
    float *input, *tags, *z;
};

static void bench_release(struct bench *bench)
{
    kin_network_free(bench->network);
    kin_team_free(bench->team);
    kin_free(bench->state.values);
    kin_free(bench->state.moment);
    kin_free(bench->state.square);
    kin_free(bench->state.largest);
    kin_free(bench->input);
    kin_free(bench->tags);
    kin_free(bench->z);
}

static int bench_init(struct bench *bench, size_t threads, enum kin_convolution convolution,
                      struct kin_error *err)
{
    const struct kin_network_spec spec = {
        .task = KIN_NN_AT,
        .height = 513,
        .width = 128,
        .channels = 16,
        .hidden = 256,
        .classes = CLASSES,
        .dropout = 0.5,
    };
    KIN_TRY(kin_team_new(threads, &bench->team, err));
    struct kin_network_setup setup = {BATCH, convolution, bench->team};
    KIN_TRY(kin_network_new(&spec, &setup, &bench->network, err));
    const struct kin_layout *layout = kin_network_layout(bench->network);
    size_t inputs = BATCH * kin_network_inputs(bench->network);
    float **arrays[] = {&bench->state.values, &bench->state.moment, &bench->state.square,
                        &bench->state.largest};
    for (size_t i = 0; i < KIN_COUNT(arrays); i++)
        KIN_TRY(kin_alloc_into(arrays[i], layout->total, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&bench->input, inputs, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&bench->tags, BATCH * CLASSES, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&bench->z, BATCH * spec.hidden, sizeof(float), err));
    kin_layout_start(layout, 1, bench->state.values);
    struct kin_random random = kin_random_stream(1, "bench", 5);
    for (size_t i = 0; i < inputs; i++)
        bench->input[i] = (float)(2 * kin_random_unit(&random) - 1);
    for (size_t i = 0; i < BATCH * CLASSES; i++)
        bench->tags[i] = (float)kin_random_below(&random, 2);
    return 0;
}

/* The best step: what the machine can do undisturbed. */
static int measure(struct bench *bench, double *train_s, double *infer_s, struct kin_error *err)
{
    const struct kin_target target = {.tags = bench->tags};
    const struct kin_adam adam = kin_adam_defaults();
    *train_s = *infer_s = 1e9;
    for (int i = 0; i < WARM_UP + STEPS; i++) {
        double loss, start = now_s();
        KIN_TRY(kin_training_step(bench->network, &adam, 1, bench->input, &target, &bench->state,
                                  &loss, err));
        double middle = now_s();
        KIN_TRY(kin_network_apply(bench->network, bench->state.values, bench->input, BATCH, NULL,
                                  bench->z, err));
        double end = now_s();
        *train_s = i >= WARM_UP && middle - start < *train_s ? middle - start : *train_s;
        *infer_s = i >= WARM_UP && end - middle < *infer_s ? end - middle : *infer_s;
    }
    return 0;
}

static int bench_with(const char *name, enum kin_convolution convolution, size_t threads,
                      struct kin_error *err)
{
    KIN_AUTO(bench_release) struct bench bench = {0};
    double train_s, infer_s;
    KIN_TRY(bench_init(&bench, threads, convolution, err));
    KIN_TRY(measure(&bench, &train_s, &infer_s, err));
    printf("train.%s.%zu,%.1f,clips/s,%zu thread%s; AT 513 x 128 batch %d\n", name, threads,
           BATCH / train_s, threads, threads > 1 ? "s" : "", BATCH);
    printf("encode.%s.%zu,%.1f,clips/s,%zu thread%s; AT 513 x 128\n", name, threads,
           BATCH / infer_s, threads, threads > 1 ? "s" : "");
    fflush(stdout);
    return 0;
}

int main(void)
{
    struct kin_error err = {0};
    for (size_t threads = 1; threads <= 2; threads++) {
        if (bench_with("best", KIN_CONVOLUTION_BEST, threads, &err) != 0 ||
            bench_with("plain", KIN_CONVOLUTION_PLAIN, threads, &err) != 0) {
            fprintf(stderr, "train: %s\n", err.text);
            return 1;
        }
    }
    return 0;
}
