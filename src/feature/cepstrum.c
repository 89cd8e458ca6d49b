/*
 * Mel-frequency cepstral coefficients.
 *
 * The two inner loops run over the lanes of a block. Unrolled early, as the pragma asks, their sums
 * are registers; gcc 12 keeps them in memory otherwise, and a clip takes half as long again (the
 * same happens with vector types wider than the machine's).
 */
#include <math.h>

#include "feature/frames.h"
#include "kindred/memory.h"

const struct kin_mfcc_params kin_mfcc_distances = {
    .rate_hz = 22050,
    .frame_samples = 2048,
    .hop_samples = 512,
    .window = KIN_WINDOW_HANN_PERIODIC,
    .bands = 128,
    .coefficients = 25,
    .drop_first = true,
};

const struct kin_mfcc_params kin_mfcc_embedding = {
    .rate_hz = 22050,
    .frame_samples = 1024,
    .hop_samples = 256,
    .window = KIN_WINDOW_HANN_SYMMETRIC,
    .bands = 128,
    .coefficients = 25,
    .drop_first = true,
};

struct kin_mfcc {
    struct kin_mfcc_params params;
    struct kin_stft *stft;
    struct kin_mel_band *bands;
    double *weights; /* of the bands */
    double *cosines; /* [D][bands], the rows of the DCT that are kept */
};

static int check_params(const struct kin_mfcc_params *p, struct kin_error *err)
{
    size_t least = p->drop_first ? 2 : 1;
    if (p->coefficients < least)
        return kin_fail(err, KIN_EINVAL, "number of coefficients is %zu, expected at least %zu%s",
                        p->coefficients, least, p->drop_first ? ": the first is dropped" : "");
    if (p->coefficients > p->bands)
        return kin_fail(err, KIN_EINVAL,
                        "number of coefficients is %zu, expected at most the %zu mel bands",
                        p->coefficients, p->bands);
    return 0;
}

static void fill_cosines(struct kin_mfcc *mfcc)
{
    size_t n = mfcc->params.bands, dropped = mfcc->params.drop_first ? 1 : 0;
    for (size_t d = 0; d < kin_mfcc_columns(mfcc); d++) {
        double c = (double)(d + dropped);
        double scale = sqrt((d + dropped == 0 ? 1.0 : 2.0) / (double)n);
        for (size_t m = 0; m < n; m++)
            mfcc->cosines[d * n + m] =
                scale * cos(M_PI * c * (2 * (double)m + 1) / (2 * (double)n));
    }
}

static int init(struct kin_mfcc *mfcc, const struct kin_mfcc_params *p, struct kin_error *err)
{
    const struct kin_stft_params stft = {p->frame_samples, p->hop_samples, p->window};
    const struct kin_mel_params mel = {p->rate_hz, p->frame_samples, p->bands};
    size_t cosines;
    mfcc->params = *p;
    if (!kin_mul_size(kin_mfcc_columns(mfcc), p->bands, &cosines))
        return kin_fail(err, KIN_ENOMEM, "%zu mel bands are too many", p->bands);
    KIN_TRY(kin_stft_new(&stft, &mfcc->stft, err));
    KIN_TRY(kin_mel_sparse(&mel, &mfcc->bands, &mfcc->weights, err));
    KIN_TRY(kin_alloc_into(&mfcc->cosines, cosines, sizeof *mfcc->cosines, err));
    fill_cosines(mfcc);
    return 0;
}

int kin_mfcc_new(const struct kin_mfcc_params *params, struct kin_mfcc **out, struct kin_error *err)
{
    KIN_TRY(check_params(params, err));
    KIN_AUTO(kin_mfcc_auto) struct kin_mfcc *mfcc = NULL;
    KIN_TRY(kin_alloc_into(&mfcc, 1, sizeof *mfcc, err));
    KIN_TRY(init(mfcc, params, err));
    *out = mfcc;
    mfcc = NULL;
    return 0;
}

void kin_mfcc_free(struct kin_mfcc *mfcc)
{
    if (!mfcc)
        return;
    kin_stft_free(mfcc->stft);
    kin_free(mfcc->bands);
    kin_free(mfcc->weights);
    kin_free(mfcc->cosines);
    kin_free(mfcc);
}

void kin_mfcc_auto(struct kin_mfcc **mfcc)
{
    kin_mfcc_free(*mfcc);
}

size_t kin_mfcc_columns(const struct kin_mfcc *mfcc)
{
    return mfcc->params.coefficients - (mfcc->params.drop_first ? 1 : 0);
}

size_t kin_mfcc_frames(const struct kin_mfcc *mfcc, size_t samples)
{
    return kin_stft_frames(mfcc->stft, samples);
}

/* Powers of the mel bands of one block of frames: out [bands][KIN_LANES]. */
static void band_powers(const struct kin_mfcc *mfcc, const float *power, double *out)
{
    for (size_t m = 0; m < mfcc->params.bands; m++) {
        const struct kin_mel_band *band = &mfcc->bands[m];
        const float *p = power + band->first * KIN_LANES;
        double sum[KIN_LANES] = {0};
        for (size_t k = 0; k < band->count; k++) {
#pragma GCC unroll 8
            for (size_t lane = 0; lane < KIN_LANES; lane++)
                sum[lane] += band->weights[k] * (double)p[k * KIN_LANES + lane];
        }
        for (size_t lane = 0; lane < KIN_LANES; lane++)
            out[m * KIN_LANES + lane] = sum[lane];
    }
}

/* Powers of one clip's mel bands, [blocks][bands][KIN_LANES]. Lanes after the last frame are 0. */
static void clip_powers(struct kin_mfcc *mfcc, const float *x, size_t samples, double *out)
{
    size_t frames = kin_mfcc_frames(mfcc, samples);
    for (size_t first = 0; first < frames; first += KIN_LANES) {
        band_powers(mfcc, kin_frames_power(mfcc->stft, x, samples, first), out);
        out += mfcc->params.bands * KIN_LANES;
    }
}

/* Powers to levels; the floor under the largest of them is a floor of powers as well. */
static void to_db(double *x, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = x[i] > most ? x[i] : most;
    double least = most * pow(10, -KIN_FLOOR_DB / 10);
    if (least < KIN_POWER_MIN)
        least = KIN_POWER_MIN;
    for (size_t i = 0; i < n; i++)
        x[i] = KIN_DB_PER_NEPER * log(x[i] > least ? x[i] : least);
}

/* Cosine transform of one block of levels; the first `lanes` frames go to out [lanes][D]. */
static void transform_block(const struct kin_mfcc *mfcc, const double *levels, size_t lanes,
                            float *out)
{
    size_t columns = kin_mfcc_columns(mfcc), n = mfcc->params.bands;
    for (size_t d = 0; d < columns; d++) {
        const double *cosine = mfcc->cosines + d * n;
        double sum[KIN_LANES] = {0};
        for (size_t m = 0; m < n; m++) {
#pragma GCC unroll 8
            for (size_t lane = 0; lane < KIN_LANES; lane++)
                sum[lane] += cosine[m] * levels[m * KIN_LANES + lane];
        }
        for (size_t lane = 0; lane < lanes; lane++)
            out[lane * columns + d] = (float)sum[lane];
    }
}

static void transform_clip(const struct kin_mfcc *mfcc, const double *levels, size_t frames,
                           float *out)
{
    for (size_t first = 0; first < frames; first += KIN_LANES) {
        size_t lanes = frames - first < KIN_LANES ? frames - first : KIN_LANES;
        transform_block(mfcc, levels, lanes, out + first * kin_mfcc_columns(mfcc));
        levels += mfcc->params.bands * KIN_LANES;
    }
}

int kin_mfcc_apply(struct kin_mfcc *mfcc, const float *x, size_t clips, size_t samples,
                   enum kin_floor floor, float *out, struct kin_error *err)
{
    KIN_TRY(kin_frames_check(mfcc->stft, x, clips, samples, err));
    size_t frames = kin_mfcc_frames(mfcc, samples);
    size_t blocks = (frames + KIN_LANES - 1) / KIN_LANES;
    size_t size = blocks * mfcc->params.bands * KIN_LANES;  /* of a clip's levels */
    size_t together = floor == KIN_FLOOR_BATCH ? clips : 1; /* clips that share a floor */
    KIN_AUTO(kin_auto_free) double *levels = NULL;
    KIN_TRY(kin_alloc_into(&levels, together, size * sizeof *levels, err));
    for (size_t done = 0; done < clips; done += together) {
        for (size_t b = 0; b < together; b++)
            clip_powers(mfcc, x + (done + b) * samples, samples, levels + b * size);
        to_db(levels, together * size);
        for (size_t b = 0; b < together; b++)
            transform_clip(mfcc, levels + b * size, frames,
                           out + (done + b) * frames * kin_mfcc_columns(mfcc));
    }
    return 0;
}
