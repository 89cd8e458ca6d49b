/* MP3 against ffmpeg 5.1 with LAME 3.100 (reference section 6). */
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/transform.h"
#include "reference_audio.h"

static const char *text(const struct kin_csv *csv, size_t row, const char *column)
{
    long c = kin_csv_column(csv, column);
    ck_assert_msg(c >= 0, "no column '%s'", column);
    return kin_csv_cell(csv, row, (size_t)c);
}

static double number(const struct kin_csv *csv, size_t row, const char *column)
{
    return strtod(text(csv, row, column), NULL);
}

static double clip(double x)
{
    return fmin(fmax(x, -1), 1);
}

/* Signal to error in dB, of the decoded signal as it would lie in a 16-bit file. */
static double snr_db(const struct kin_audio *signal, const struct kin_audio *decoded)
{
    double power = 0, error = 0;
    for (size_t i = 0; i < signal->n; i++) {
        double x = (double)signal->samples[i];
        power += x * x;
        error += pow(clip((double)decoded->samples[i]) - x, 2);
    }
    return 10 * log10(power / error);
}

static struct kin_audio apply(const struct kin_audio *in, double kbps)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_transformer_auto) struct kin_transformer *transformer = NULL;
    const struct kin_transform *transform;
    struct kin_audio out = {0};
    struct kin_transform_params params = {.magnitude = kbps, .over_range = KIN_OVER_CLAMP};
    ck_ok(kin_transformer_new(&transformer, &err));
    ck_ok(kin_transform_find("MP", &transform, &err));
    ck_ok(kin_transform_apply(transformer, transform, &params, in, &out, NULL, &err));
    return out;
}

/* The bit rate in the header of the first frame, MPEG-1, 2 or 2.5 Layer III. */
static unsigned coded_kbps(const struct kin_audio *in, unsigned kbps)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_auto_free) void *encoded = NULL;
    size_t length;
    ck_ok(kin_audio_encode(in, KIN_AUDIO_MP3, kbps, &encoded, &length, &err));
    const unsigned char *bytes = encoded;
    ck_assert_uint_gt(length, 4);
    ck_assert_uint_eq(bytes[0], 0xFF);
    static const unsigned mpeg2[] = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
    static const unsigned mpeg1[] = {0,   32,  40,  48,  56,  64,  80, 96,
                                     112, 128, 160, 192, 224, 256, 320};
    bool is_mpeg1 = (bytes[1] & 0x18) == 0x18;
    return (is_mpeg1 ? mpeg1 : mpeg2)[bytes[2] >> 4];
}

static void check_row(const struct kin_csv *csv, size_t row)
{
    struct kin_error err = {0};
    const char *file = text(csv, row, "file");
    double asked = number(csv, row, "asked_kbps");
    KIN_AUTO(kin_audio_release) struct kin_audio in = read_audio(reference_path(file));
    ck_assert_double_eq((double)in.n, number(csv, row, "input_samples"));
    const struct kin_transform *mp;
    double actual;
    struct kin_transform_params params = {.magnitude = asked};
    ck_ok(kin_transform_find("MP", &mp, &err));
    ck_ok(kin_transform_effective(mp, &params, in.rate_hz, &actual, &err));
    ck_assert_double_eq(actual, number(csv, row, "actual_kbps"));
    ck_assert_uint_eq(coded_kbps(&in, (unsigned)actual), (unsigned)actual);
    KIN_AUTO(kin_audio_release) struct kin_audio out = apply(&in, asked);
    ck_assert_uint_eq(out.n, in.n);
    double found = snr_db(&in, &out), wanted = number(csv, row, "snr_db");
    ck_assert_msg(fabs(found - wanted) <= 1, "%s at %g kb/s: SNR %g dB, wanted %g", file, asked,
                  found, wanted);
}

/* Bit rates exactly, quality within 1 dB, length and alignment as the input's. */
START_TEST(every_rate)
{
    struct kin_error err = {0};
    struct kin_csv csv = {0};
    ck_ok(kin_csv_read(reference_path("mp3/rates.csv"), &csv, &err));
    ck_assert_uint_gt(csv.rows, 0);
    for (size_t row = 0; row < csv.rows; row++)
        check_row(&csv, row);
    kin_csv_release(&csv);
}
END_TEST

static void check_decoding(const char *path)
{
    char wav[4096];
    snprintf(wav, sizeof wav, "%.*s.wav", (int)(strlen(path) - 4), path);
    KIN_AUTO(kin_audio_release) struct kin_audio found = read_audio(path);
    KIN_AUTO(kin_audio_release) struct kin_audio wanted = read_audio(wav);
    ck_assert_uint_eq(found.n, wanted.n);
    for (size_t i = 0; i < wanted.n; i++) {
        double off = clip((double)found.samples[i]) - (double)wanted.samples[i];
        ck_assert_msg(fabs(off) * 32768 <= 2, "%s: sample %zu is %g / 32768 off", path, i,
                      off * 32768);
    }
}

/* ffmpeg's files give what ffmpeg decodes from them. */
START_TEST(every_file)
{
    glob_t found;
    ck_assert_int_eq(glob(reference_path("mp3/*.mp3"), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_decoding(found.gl_pathv[i]);
    globfree(&found);
}
END_TEST

/* LAME signs its Info frame. */
static bool coded_by_lame_3_100(const struct kin_audio *audio)
{
    struct kin_error err = {0};
    void *bytes;
    size_t length;
    ck_ok(kin_audio_encode(audio, KIN_AUDIO_MP3, 0, &bytes, &length, &err));
    bool found = memmem(bytes, length, "LAME3.100", 9) != NULL;
    kin_free(bytes);
    return found;
}

static void check_round_trip(const char *path)
{
    char clip_name[64], source[128], wav[4096];
    double kbps;
    ck_assert_int_eq(sscanf(strrchr(path, '/') + 1, "%63[^_]_%lfk", clip_name, &kbps), 2);
    snprintf(source, sizeof source, "audio/%s.wav", clip_name);
    snprintf(wav, sizeof wav, "%.*s.wav", (int)(strlen(path) - 4), path);
    KIN_AUTO(kin_audio_release) struct kin_audio in = read_audio(reference_path(source));
    KIN_AUTO(kin_audio_release) struct kin_audio wanted = read_audio(wav);
    KIN_AUTO(kin_audio_release) struct kin_audio out = apply(&in, kbps);
    if (!coded_by_lame_3_100(&in)) {
        ck_assert_double_eq_tol(snr_db(&in, &out), snr_db(&in, &wanted), 1);
        return;
    }
    for (size_t i = 0; i < wanted.n; i++) {
        double off = clip((double)out.samples[i]) - (double)wanted.samples[i];
        ck_assert_msg(fabs(off) * 32768 <= 2, "%s: sample %zu is %g / 32768 off", path, i,
                      off * 32768);
    }
}

/* Coding and decoding at the rate in the name gives what ffmpeg gives: the very same frames with
 * the same LAME. The input is the clip that the name begins with. */
START_TEST(same_as_ffmpeg_from_end_to_end)
{
    glob_t found;
    ck_assert_int_eq(glob(reference_path("mp3/*.mp3"), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_round_trip(found.gl_pathv[i]);
    globfree(&found);
}
END_TEST

TEST_MAIN("mp3", every_rate, every_file, same_as_ffmpeg_from_end_to_end)
