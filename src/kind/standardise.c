/* The scaler: per-bin mean and deviation of the dB spectra of a training list. */
#include <math.h>
#include <string.h>

#include "corpus.h"
#include "kindred/feature.h"
#include "kindred/memory.h"
#include "scaler.h"

static const struct kin_param params[] = {
    {.name = "sample_rate",
     .type = KIN_PARAM_INTEGER,
     .unit = "Hz",
     .fallback = "22050",
     .min = 1000,
     .max = 192000,
     .doc = "sample rate of what the networks see"},
    {.name = "width",
     .type = KIN_PARAM_INTEGER,
     .unit = "frames",
     .fallback = "173",
     .min = 8,
     .max = 10000,
     .doc = "length of a clip; 173 frames are 2 s at 22050 Hz"},
    {.name = "crops",
     .type = KIN_PARAM_INTEGER,
     .unit = "clips",
     .fallback = "1",
     .min = 1,
     .max = 1000,
     .doc = "random clips of every song"},
    {.name = "seed",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .max = 0x1p53,
     .doc = "seed of the random places"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "catalog", .mode = KIN_WHOLE, .doc = "the training songs"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "scaler", .type = "scaler", .doc = "mean and deviation in dB of every bin"},
    {0},
};

/* Sums over frames, in the order of the songs. */
struct sums {
    size_t bins, width, frames;
    double *sum, *square; /* [bins] */
    float *clip, *db;
    struct kin_stft *stft;
};

static void sums_release(struct sums *sums)
{
    kin_free(sums->sum);
    kin_free(sums->square);
    kin_free(sums->clip);
    kin_free(sums->db);
    kin_stft_free(sums->stft);
}

static int sums_init(struct sums *sums, size_t width, struct kin_error *err)
{
    sums->bins = kin_front_bins();
    sums->width = width;
    KIN_TRY(kin_stft_new(&kin_stft_networks, &sums->stft, err));
    KIN_TRY(kin_alloc_into(&sums->sum, sums->bins, sizeof(double), err));
    KIN_TRY(kin_alloc_into(&sums->square, sums->bins, sizeof(double), err));
    KIN_TRY(kin_alloc_into(&sums->clip, kin_front_samples(width), sizeof(float), err));
    return kin_alloc_into(&sums->db, sums->bins * width, sizeof(float), err);
}

static int sums_add(struct sums *sums, struct kin_error *err)
{
    KIN_TRY(kin_stft_db(sums->stft, sums->clip, 1, kin_front_samples(sums->width), KIN_FLOOR_CLIP,
                        sums->db, err));
    for (size_t bin = 0; bin < sums->bins; bin++) {
        for (size_t t = 0; t < sums->width; t++) {
            double x = sums->db[bin * sums->width + t];
            sums->sum[bin] += x;
            sums->square[bin] += x * x;
        }
    }
    sums->frames += sums->width;
    return 0;
}

static int give(struct kin_call *call, const struct sums *sums, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) float *mean = NULL;
    KIN_AUTO(kin_auto_free) float *deviation = NULL;
    KIN_TRY(kin_alloc_into(&mean, sums->bins, sizeof *mean, err));
    KIN_TRY(kin_alloc_into(&deviation, sums->bins, sizeof *deviation, err));
    double n = (double)sums->frames;
    for (size_t bin = 0; bin < sums->bins; bin++) {
        double average = sums->sum[bin] / n;
        double variance = sums->square[bin] / n - average * average;
        mean[bin] = (float)average;
        deviation[bin] = (float)fmax(sqrt(fmax(variance, 0)), KIN_SCALER_FLOOR);
    }
    KIN_AUTO(kin_value_auto) struct kin_value *scaler = kin_value_new("scaler");
    if (!scaler)
        return kin_fail(err, KIN_ENOMEM, "no memory for a scaler");
    const struct kin_scale scale = {mean, deviation};
    KIN_TRY(kin_scaler_set(scaler, &scale, (double)kin_arg_integer(call->args, "sample_rate"),
                           err));
    KIN_TRY(kin_value_set_i64(scaler, "frames", (int64_t)sums->frames, err));
    struct kin_value *given = scaler;
    scaler = NULL;
    return kin_call_give(call, 0, NULL, given, err);
}

static int add_song(struct corpus *corpus, size_t song, const struct kin_args *args,
                    struct sums *sums, struct kin_error *err)
{
    uint64_t seed = (uint64_t)kin_arg_integer(args, "seed");
    uint64_t crops = (uint64_t)kin_arg_integer(args, "crops");
    KIN_TRY(corpus_hold(corpus, song, err));
    for (uint64_t crop = 0; crop < crops; crop++) {
        KIN_TRY(corpus_cut(corpus, song, seed, crop, sums->clip, NULL, err));
        KIN_TRY(sums_add(sums, err));
    }
    corpus_drop(corpus, song);
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    size_t width = (size_t)kin_arg_integer(call->args, "width");
    const struct corpus_params wanted = {
        .budget = SIZE_MAX, /* one song at a time */
        .rate_hz = (unsigned)kin_arg_integer(call->args, "sample_rate"),
        .samples = kin_front_samples(width),
    };
    KIN_AUTO(corpus_release) struct corpus corpus = {0};
    KIN_AUTO(sums_release) struct sums sums = {0};
    KIN_TRY(corpus_open(&corpus, kin_call_input(call, "of"), &wanted, call->services, err));
    if (corpus.n == 0)
        return kin_fail(err, KIN_EDATA, "no song to standardise by, wanted 1 or more");
    KIN_TRY(sums_init(&sums, width, err));
    for (size_t i = 0; i < corpus.n; i++) {
        if (call->services->cancelled(call->services->context))
            return kin_fail(err, KIN_ECANCELLED, "stopped");
        KIN_TRY(add_song(&corpus, i, call->args, &sums, err));
    }
    return give(call, &sums, err);
}

const struct kin_kind kin_kind_standardise = {
    .name = "standardise",
    .version = 1,
    .doc = "mean and deviation of the spectra that networks are trained on",
    .source = "Kim et al. 2019, section 4.1.1; dB values, as in the authors' code",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
