/*
 * Milliseconds a clip of 4 s at 22,050 Hz, on one core: MFCC for distances, the baseline's vector
 * of 144, the networks' spectrogram. Prints name,value,unit,note.
 */
#include <math.h>

#include "bench.h"
#include "kindred/feature.h"
#include "kindred/memory.h"
#include "kindred/random.h"

#define SAMPLES 88200
#define CLIPS 4 /* a call */
#define BUDGET_S 0.3

struct work {
    struct kin_mfcc *distances, *embedding;
    struct kin_stft *networks;
    float *clips, *out;
};

static void release(struct work *work)
{
    kin_mfcc_free(work->distances);
    kin_mfcc_free(work->embedding);
    kin_stft_free(work->networks);
    kin_free(work->clips);
    kin_free(work->out);
}

static void fill(float *x, size_t n)
{
    struct kin_random random = kin_random_stream(1, "bench", 5);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(0.3 * sin(0.05 * (double)i) + 0.05 * kin_random_normal(&random));
}

static int init(struct work *work, struct kin_error *err)
{
    struct kin_mfcc_params embedding = kin_mfcc_embedding;
    embedding.rate_hz = 22050;
    KIN_TRY(kin_mfcc_new(&kin_mfcc_distances, &work->distances, err));
    KIN_TRY(kin_mfcc_new(&embedding, &work->embedding, err));
    KIN_TRY(kin_stft_new(&kin_stft_networks, &work->networks, err));
    size_t spectrogram = kin_stft_bins(work->networks) * kin_stft_frames(work->networks, SAMPLES);
    KIN_TRY(kin_alloc_into(&work->clips, CLIPS * SAMPLES, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&work->out, CLIPS * spectrogram, sizeof(float), err));
    fill(work->clips, CLIPS * SAMPLES);
    return 0;
}

static void distances(void *context)
{
    struct work *work = context;
    struct kin_error err = {0};
    bench_must(kin_mfcc_apply(work->distances, work->clips, CLIPS, SAMPLES, KIN_FLOOR_CLIP,
                              work->out, &err),
               &err);
}

static void vectors(void *context)
{
    struct work *work = context;
    struct kin_error err = {0};
    bench_must(kin_mfcc_vectors(work->embedding, work->clips, CLIPS, SAMPLES, KIN_FLOOR_CLIP,
                                work->out, &err),
               &err);
}

static void spectrogram(void *context)
{
    struct work *work = context;
    struct kin_error err = {0};
    bench_must(kin_stft_db(work->networks, work->clips, CLIPS, SAMPLES, KIN_FLOOR_CLIP, work->out,
                           &err),
               &err);
}

static void print(const char *name, void (*call)(void *context), struct work *work,
                  const char *note)
{
    double seconds = bench_best(call, work, BUDGET_S, 3) / CLIPS;
    printf("feature.%s,%.3f,ms,a clip of 4 s; %s\n", name, 1e3 * seconds, note);
}

int main(void)
{
    kin_memory_keep_freed(); /* as the program does */
    KIN_AUTO(release) struct work work = {0};
    struct kin_error err = {0};
    bench_must(init(&work, &err), &err);
    print("mfcc", distances, &work, "173 frames of 24 coefficients");
    print("mfcc-vector", vectors, &work, "144 numbers");
    print("stft-db", spectrogram, &work, "513 bins of 345 frames");
    return 0;
}
