/*
 * Clips a second of the full-size tagging network, 513 x 128 inputs, batch 24: training (all of a
 * step) and inference, on one and two threads, with the share of a step that convolutions and their
 * gradients take alone. Prints name,value,unit,note.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kindred/memory.h"
#include "kindred/nn.h"
#include "kindred/random.h"
#include "nn/conv.h"

#define BATCH 24
#define CLASSES 50
#define WARM_UP 1
#define BUDGET_S 3 /* a measurement */

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
    struct kin_network_setup setup = {
        .batch = BATCH, .convolution = convolution, .team = bench->team};
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
    double begin = now_s();
    for (int i = 0; i <= WARM_UP || now_s() - begin < BUDGET_S; i++) {
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

/* Seconds a batch of one convolution and its two gradients, on one thread: the best of three. */
static int time_conv(const struct conv_ops *ops, const struct conv_shape *shape, double *seconds,
                     struct kin_error *err)
{
    struct conv conv;
    KIN_TRY(conv_new(ops, shape, &conv, err));
    struct planes x = conv_input(&conv), y = conv_output(&conv);
    float *raw = kin_alloc(conv.raw, sizeof *raw);
    void *scratch = kin_alloc(conv.scratch, 1);
    int status = planes_alloc(&x, shape->images, err);
    status = status ? status : planes_alloc(&y, shape->images, err);
    double best = 1e9;
    for (int i = 0; i < 3 && status == 0; i++) {
        double start = now_s();
        status = ops->forward(&conv, x.data, y.data, scratch, err);
        status = status ? status : ops->weights(&conv, x.data, y.data, raw, scratch, err);
        status = status ? status : ops->data(&conv, y.data, x.data, scratch, err);
        double took = now_s() - start;
        best = took < best ? took : best;
    }
    *seconds += best * BATCH / (double)shape->images;
    planes_release(&x);
    planes_release(&y);
    kin_free(raw);
    kin_free(scratch);
    conv_release(&conv);
    return status;
}

/* Of all levels but the first, which is one pass with what follows it. */
static int convolutions(enum kin_convolution convolution, double *seconds, struct kin_error *err)
{
    const struct conv_ops *ops;
    size_t in = 16, height = 256, width = 64;
    KIN_TRY(conv_choose(convolution, &ops, err));
    *seconds = 0;
    for (; width > 1; height /= 2, width /= 2) {
        size_t out = 2 * in < 256 ? 2 * in : 256;
        const struct conv_shape shape = {kin_network_share(BATCH), in, out, height, width, false};
        KIN_TRY(time_conv(ops, &shape, seconds, err));
        in = out;
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
    if (threads == 1) {
        double seconds;
        KIN_TRY(convolutions(convolution, &seconds, err));
        printf(
            "train.%s.convolution,%.0f,%%,share of a step on 1 thread; without the first level\n",
            name, 100 * seconds / train_s);
    }
    fflush(stdout);
    return 0;
}

int main(void)
{
    kin_memory_keep_freed(); /* as the program does */
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
