/*
 * Milliseconds a clip of 4 s at 22,050 Hz, on one core: every transformation at the mildest and at
 * the middle one of the paper's magnitudes (by their distance from what changes nothing), alone and
 * with the loudness brought to the original's. The rubberband command, a process a clip, is the
 * peer of PS and TS. Prints name,value,unit,note.
 */
#include <math.h>
#include <string.h>

#include "bench.h"
#include "kindred/memory.h"
#include "kindred/random.h"
#include "kindred/text.h"
#include "kindred/transform.h"

#define SAMPLES 88200
#define RATE_HZ 22050
#define BUDGET_S 0.2

struct work {
    struct kin_transformer *transformer;
    const struct kin_transform *transform;
    struct kin_transform_params params;
    struct kin_audio clip;
};

/* A chord that decays, struck twice a second, with some noise: pitched and with attacks. */
static void fill(struct kin_audio *clip)
{
    struct kin_random random = kin_random_stream(1, "bench", 5);
    for (size_t i = 0; i < clip->n; i++) {
        double t = (double)i / RATE_HZ, x = 0;
        for (int k = 1; k <= 6; k++)
            x += sin(2 * M_PI * 220 * k * t) / k + sin(2 * M_PI * 277.18 * k * t) / k;
        double decay = exp(-6 * fmod(t, 0.5));
        clip->samples[i] = (float)(0.1 * decay * x + 0.005 * kin_random_normal(&random));
    }
}

static void apply(void *context)
{
    struct work *work = context;
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio out = {0};
    bench_must(kin_transform_apply(work->transformer, work->transform, &work->params, &work->clip,
                                   &out, NULL, &err),
               &err);
}

/* How far a magnitude is from changing nothing; where more is milder, the negative of it. */
static double strength(const struct kin_transform *transform, double magnitude)
{
    return isinf(transform->neutral) ? -magnitude : fabs(magnitude - transform->neutral);
}

/* The paper's magnitude of a rank, mildest first; of two alike, the lower. */
static double ranked(const struct kin_transform *transform, size_t rank)
{
    for (size_t i = 0; i < transform->paper_count; i++) {
        size_t milder = 0;
        double own = strength(transform, transform->paper[i]);
        for (size_t k = 0; k < transform->paper_count; k++) {
            double other = strength(transform, transform->paper[k]);
            milder += other < own || (other == own && k < i);
        }
        if (milder == rank)
            return transform->paper[i];
    }
    return transform->paper[0];
}

static void print(struct work *work, const char *which, double magnitude, enum kin_match match)
{
    work->params.magnitude = magnitude;
    work->params.match = match;
    apply(work); /* what is made once: Fourier plans, the synthesised bar */
    char number[KIN_NUMBER_TEXT];
    kin_number_text(magnitude, number);
    printf("transform.%s.%s%s,%.3f,ms,a clip of 4 s; %s %s\n", work->transform->code, which,
           match == KIN_MATCH_NONE ? "" : ".matched", 1e3 * bench_best(apply, work, BUDGET_S, 3),
           number, work->transform->unit);
}

/* ---- the command ---- */

static void write_clip(const struct kin_audio *clip, const char *path)
{
    struct kin_error err = {0};
    enum kin_audio_encoding encoding;
    void *bytes = NULL;
    size_t length = 0;
    bench_must(kin_audio_encoding_of(path, &encoding, &err), &err);
    bench_must(kin_audio_encode(clip, encoding, 0, &bytes, &length, &err), &err);
    bench_must(kin_write_file(path, bytes, length, &err), &err);
    kin_free(bytes);
}

static void print_command(const struct work *work, const char *which, double magnitude)
{
    char folder[] = "/tmp/kindred-bench-XXXXXX", path[64], number[KIN_NUMBER_TEXT], name[64];
    const char *option = strcmp(work->transform->code, "PS") == 0 ? "-p" : "-T";
    if ((strcmp(option, "-T") == 0 && strcmp(work->transform->code, "TS") != 0) ||
        !mkdtemp(folder))
        return;
    snprintf(path, sizeof path, "%s/in.wav", folder);
    write_clip(&work->clip, path);
    kin_number_text(magnitude, number);
    const char *const argv[] = {"rubberband", option, number, "in.wav", "out.wav", NULL};
    struct bench_process run = bench_processes(folder, argv, 5);
    bench_remove(folder);
    snprintf(name, sizeof name, "transform.%s.%s", work->transform->code, which);
    bench_print_peer(name, "rubberband", &run, "the command; a process a clip");
}

static void measure(struct work *work)
{
    double mild = ranked(work->transform, 0);
    double middle = ranked(work->transform, work->transform->paper_count / 2);
    print(work, "mild", mild, KIN_MATCH_NONE);
    print_command(work, "mild", mild);
    print(work, "middle", middle, KIN_MATCH_NONE);
    print_command(work, "middle", middle);
    print(work, "middle", middle, KIN_MATCH_EBUR128);
}

int main(void)
{
    kin_memory_keep_freed(); /* as the program does */
    struct work work = {.params = {.draw = "bench", .draw_bytes = 5}};
    struct kin_error err = {0};
    bench_must(kin_transformer_new(&work.transformer, &err), &err);
    bench_must(kin_audio_alloc(&work.clip, SAMPLES, RATE_HZ, &err), &err);
    fill(&work.clip);
    for (size_t i = 0; i < kin_transform_count(); i++) {
        work.transform = kin_transform_at(i);
        measure(&work);
    }
    kin_audio_release(&work.clip);
    kin_transformer_free(work.transformer);
    return 0;
}
