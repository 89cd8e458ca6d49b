/* Mel banks, MFCC and the baseline's vectors: mfcc/ in the reference values. */
#include <glob.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

#include "kindred/feature.h"
#include "kindred/npy.h"
#include "support.h"

/* MFCC: the transform is single precision, everything after it double. Its rounding lies some
 * 120 dB under the loudest bin of a frame, so it shows only in bands near the floor. */
#define TOLERANCE_MFCC 5e-3
#define TOLERANCE_VECTOR 1e-3
#define TOLERANCE_MEL 1e-7

#define VECTOR_SAMPLES 44100 /* of each excerpt behind vector144_*.npy */

static struct kin_tensor read_as(const char *path, enum kin_dtype dtype)
{
    struct kin_error err = {0};
    struct kin_tensor out;
    ck_ok(kin_npy_read(path, &out, &err));
    ck_assert_msg(out.dtype == dtype, "%s is %s", path, kin_dtype_name(out.dtype));
    return out;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* audio/<clip>.wav; 16-bit samples are exact in float. */
static float *audio(const char *clip, size_t *samples)
{
    char path[128];
    SF_INFO info = {0};
    snprintf(path, sizeof path, "audio/%s.wav", clip);
    SNDFILE *file = sf_open(reference_path(path), SFM_READ, &info);
    ck_assert_msg(file != NULL, "%s: %s", path, sf_strerror(NULL));
    ck_assert_int_eq(info.channels, 1);
    *samples = (size_t)info.frames;
    float *x = kin_alloc(*samples, sizeof *x);
    ck_assert(x != NULL);
    ck_assert_int_eq(sf_readf_float(file, x, info.frames), info.frames);
    sf_close(file);
    return x;
}

/* Calls check for every file that fits the pattern; there must be one. */
static void for_each(const char *pattern, void (*check)(const char *path))
{
    glob_t found;
    ck_assert_int_eq(glob(reference_path(pattern), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check(found.gl_pathv[i]);
    globfree(&found);
}

/* ---- mfcc/mel_sr<rate>_fft<points>[_<bands>].npy ---- */

static void check_mel(const char *path)
{
    struct kin_error err = {0};
    struct kin_mel_params p = {.bands = 128};
    ck_assert_msg(sscanf(file_name(path), "mel_sr%lf_fft%zu_%zu", &p.rate_hz, &p.frame_samples,
                         &p.bands) >= 2,
                  "%s", path);
    struct kin_tensor want = read_as(path, KIN_F32);
    ck_assert_uint_eq(want.shape[0], p.bands);
    ck_assert_uint_eq(want.shape[1], p.frame_samples / 2 + 1);
    size_t n = kin_tensor_count(&want);
    float *got = kin_alloc(n, sizeof *got);
    ck_ok(kin_mel_bank(&p, got, &err));
    for (size_t i = 0; i < n; i++)
        ck_assert_double_eq_tol((double)got[i], (double)((float *)want.data)[i], TOLERANCE_MEL);
    kin_free(got);
    kin_tensor_release(&want);
}

START_TEST(mel_banks)
{
    for_each("mfcc/mel_sr*_fft*.npy", check_mel);
}
END_TEST

/* ---- mfcc/mfcc_<clip>.npy and mfcc_<clip>_halfsilent.npy ---- */

static void check_mfcc(const char *path)
{
    struct kin_error err = {0};
    char clip[64];
    ck_assert_int_eq(sscanf(file_name(path), "mfcc_%63[^.].npy", clip), 1);
    char *half = strstr(clip, "_halfsilent");
    if (half)
        *half = '\0';
    size_t samples;
    float *x = audio(clip, &samples);
    if (half)
        memset(x + samples / 2, 0, (samples - samples / 2) * sizeof *x);

    struct kin_tensor want = read_as(path, KIN_F64);
    struct kin_mfcc_params p = kin_mfcc_distances;
    p.drop_first = false;
    p.coefficients = want.shape[0];
    struct kin_mfcc *mfcc;
    ck_ok(kin_mfcc_new(&p, &mfcc, &err));
    size_t frames = kin_mfcc_frames(mfcc, samples), columns = kin_mfcc_columns(mfcc);
    ck_assert_uint_eq(want.shape[1], frames);
    float *got = kin_alloc(frames * columns, sizeof *got);
    ck_ok(kin_mfcc_apply(mfcc, x, 1, samples, KIN_FLOOR_CLIP, got, &err));
    double worst = 0;
    for (size_t c = 0; c < columns; c++) {
        for (size_t t = 0; t < frames; t++) {
            double w = ((double *)want.data)[c * frames + t], g = (double)got[t * columns + c];
            ck_assert_msg(fabs(g - w) <= TOLERANCE_MFCC,
                          "%s: coefficient %zu, frame %zu: %g, expected %g", path, c, t, g, w);
            worst = fmax(worst, fabs(g - w));
        }
    }
    printf("%s: largest difference %.2g\n", file_name(path), worst);
    kin_free(x);
    kin_free(got);
    kin_mfcc_free(mfcc);
    kin_tensor_release(&want);
}

START_TEST(coefficients)
{
    for_each("mfcc/mfcc_*.npy", check_mfcc);
    fflush(stdout);
}
END_TEST

/* ---- mfcc/vector144_*.npy ---- */

static void check_vectors(const char *path, const float *x, size_t clips, size_t samples,
                          enum kin_floor floor)
{
    struct kin_error err = {0};
    struct kin_tensor want = read_as(path, KIN_F32);
    struct kin_mfcc *mfcc;
    ck_ok(kin_mfcc_new(&kin_mfcc_embedding, &mfcc, &err));
    size_t n = clips * 6 * kin_mfcc_columns(mfcc);
    ck_assert_uint_eq(kin_tensor_count(&want), n);
    float *got = kin_alloc(n, sizeof *got);
    ck_ok(kin_mfcc_vectors(mfcc, x, clips, samples, floor, got, &err));
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(fabs((double)got[i] - (double)((float *)want.data)[i]) <= TOLERANCE_VECTOR,
                      "%s: number %zu is %g, expected %g", path, i, (double)got[i],
                      (double)((float *)want.data)[i]);
    kin_free(got);
    kin_mfcc_free(mfcc);
    kin_tensor_release(&want);
}

static void check_vector_of_clip(const char *path)
{
    char clip[64];
    ck_assert_int_eq(sscanf(file_name(path), "vector144_%63[^.].npy", clip), 1);
    if (strncmp(clip, "batch", 5) == 0)
        return;
    size_t samples;
    float *x = audio(clip, &samples);
    check_vectors(path, x, 1, samples < VECTOR_SAMPLES ? samples : VECTOR_SAMPLES, KIN_FLOOR_CLIP);
    kin_free(x);
}

START_TEST(vectors)
{
    for_each("mfcc/vector144_*.npy", check_vector_of_clip);
}
END_TEST

/* Three excerpts in one call, and the same ones one by one. */
START_TEST(vectors_of_a_batch)
{
    static const struct {
        const char *clip;
        size_t start;
        float gain;
    } excerpts[] = {{"clip1", 20000, 1}, {"clip2", 5000, 0.05f}, {"stem_rest", 0, 1}};
    float *x = kin_alloc(KIN_COUNT(excerpts) * VECTOR_SAMPLES, sizeof *x);
    for (size_t b = 0; b < KIN_COUNT(excerpts); b++) {
        size_t samples;
        float *whole = audio(excerpts[b].clip, &samples);
        ck_assert_uint_ge(samples, excerpts[b].start + VECTOR_SAMPLES);
        for (size_t i = 0; i < VECTOR_SAMPLES; i++)
            x[b * VECTOR_SAMPLES + i] = excerpts[b].gain * whole[excerpts[b].start + i];
        kin_free(whole);
    }
    check_vectors(reference_path("mfcc/vector144_batch.npy"), x, KIN_COUNT(excerpts),
                  VECTOR_SAMPLES, KIN_FLOOR_BATCH);
    check_vectors(reference_path("mfcc/vector144_batch_onebyone.npy"), x, KIN_COUNT(excerpts),
                  VECTOR_SAMPLES, KIN_FLOOR_CLIP);
    kin_free(x);
}
END_TEST

TEST_MAIN("MFCC against the reference values", mel_banks, coefficients, vectors, vectors_of_a_batch)
