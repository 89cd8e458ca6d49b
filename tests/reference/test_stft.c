/* Spectrograms in dB against torch's: stft/ in the reference values. */
#include <glob.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

#include "kindred/feature.h"
#include "kindred/npy.h"
#include "support.h"

/* The oracle computes in float32: it is off by 0.0003 within 60 dB of the maximum, by 0.003 near
 * the floor. */
#define TOLERANCE_DB 0.01
#define TOLERANCE_LOUD_DB 0.001
#define LOUD_DB 60.0

static struct kin_tensor read_f32(const char *path, int ndim)
{
    struct kin_error err = {0};
    struct kin_tensor out;
    ck_ok(kin_npy_read(path, &out, &err));
    ck_assert_msg(out.dtype == KIN_F32 && out.ndim == ndim, "%s: dtype or dimensions", path);
    return out;
}

static struct kin_stft *networks_stft(void)
{
    struct kin_error err = {0};
    struct kin_stft *stft;
    ck_ok(kin_stft_new(&kin_stft_networks, &stft, &err));
    return stft;
}

static void check_db(const float *got, const struct kin_tensor *want)
{
    const float *w = want->data;
    size_t n = kin_tensor_count(want);
    float most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        most = fmaxf(most, w[i]);
    for (size_t i = 0; i < n; i++) {
        bool loud = (double)w[i] > (double)most - LOUD_DB;
        double off = fabs((double)got[i] - (double)w[i]);
        ck_assert_msg(off <= (loud ? TOLERANCE_LOUD_DB : TOLERANCE_DB), "at %zu: %g, expected %g",
                      i, (double)got[i], (double)w[i]);
    }
}

/* stft/db_<clip>.npy: audio/<clip>.wav, all of it, alone. */
static void check_clip(const char *path)
{
    struct kin_error err = {0};
    char clip[64], wav[128];
    const char *name = strstr(path, "/db_");
    ck_assert(name && sscanf(name, "/db_%63[^.].npy", clip) == 1);
    snprintf(wav, sizeof wav, "audio/%s.wav", clip);
    SF_INFO info = {0};
    SNDFILE *file = sf_open(reference_path(wav), SFM_READ, &info);
    ck_assert_msg(file != NULL, "%s: %s", wav, sf_strerror(NULL));
    ck_assert_int_eq(info.channels, 1);
    size_t samples = (size_t)info.frames;
    float *x = kin_alloc(samples, sizeof *x);
    ck_assert_int_eq(sf_readf_float(file, x, info.frames), info.frames);
    sf_close(file);

    struct kin_tensor want = read_f32(path, 2);
    struct kin_stft *stft = networks_stft();
    ck_assert_uint_eq(want.shape[0], kin_stft_bins(stft));
    ck_assert_uint_eq(want.shape[1], kin_stft_frames(stft, samples));
    float *got = kin_alloc(kin_tensor_count(&want), sizeof *got);
    ck_ok(kin_stft_db(stft, x, 1, samples, KIN_FLOOR_CLIP, got, &err));
    check_db(got, &want);
    kin_free(x);
    kin_free(got);
    kin_stft_free(stft);
    kin_tensor_release(&want);
}

START_TEST(every_clip)
{
    glob_t found;
    ck_assert_int_eq(glob(reference_path("stft/db_*.npy"), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_clip(found.gl_pathv[i]);
    globfree(&found);
}
END_TEST

/* Three clips in one call: the loud one sets the floor of the quiet one. */
START_TEST(batch)
{
    struct kin_error err = {0};
    struct kin_tensor x = read_f32(reference_path("stft/batch_input.npy"), 2);
    struct kin_tensor want = read_f32(reference_path("stft/batch_db.npy"), 3);
    struct kin_stft *stft = networks_stft();
    size_t clips = x.shape[0], samples = x.shape[1];
    ck_assert_uint_eq(want.shape[0], clips);
    ck_assert_uint_eq(want.shape[1], kin_stft_bins(stft));
    ck_assert_uint_eq(want.shape[2], kin_stft_frames(stft, samples));
    float *got = kin_alloc(kin_tensor_count(&want), sizeof *got);
    ck_ok(kin_stft_db(stft, x.data, clips, samples, KIN_FLOOR_BATCH, got, &err));
    check_db(got, &want);
    kin_free(got);
    kin_stft_free(stft);
    kin_tensor_release(&x);
    kin_tensor_release(&want);
}
END_TEST

TEST_MAIN("spectrograms against the reference values", every_clip, batch)
