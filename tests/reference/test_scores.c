/* AUC and accuracy against scikit-learn's (metrics/scores.csv), SDR against museval's
 * (metrics/bss.csv). */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/measure.h"
#include "kindred/npy.h"
#include "support.h"

/* Scores: double precision throughout. SDR: as the reference values ask, in dB. */
#define TOLERANCE 1e-9
#define TOLERANCE_DB 1e-6

static const char *cell(const struct kin_csv *csv, size_t row, const char *column)
{
    long c = kin_csv_column(csv, column);
    ck_assert_msg(c >= 0, "no column '%s'", column);
    return kin_csv_cell(csv, row, (size_t)c);
}

static double number(const struct kin_csv *csv, size_t row, const char *column)
{
    double x = NAN;
    ck_assert_msg(kin_number_parse(cell(csv, row, column), true, &x), "%s", column);
    return x;
}

/* metrics/<stem><ending>.npy, of this type. */
static struct kin_tensor array(const char *stem, const char *ending, enum kin_dtype dtype)
{
    struct kin_error err = {0};
    struct kin_tensor out;
    char path[256];
    snprintf(path, sizeof path, "metrics/%s%s.npy", stem, ending);
    ck_ok(kin_npy_read(reference_path(path), &out, &err));
    ck_assert_msg(out.dtype == dtype, "%s is %s", path, kin_dtype_name(out.dtype));
    return out;
}

static void check_auc(const char *set, bool macro, double want)
{
    struct kin_error err = {0};
    struct kin_tensor scores = array(set, "_scores", KIN_F32);
    struct kin_tensor labels = array(set, "_labels", KIN_U8);
    size_t clips = scores.shape[0], tags = scores.shape[1];
    struct kin_summary summary;
    if (macro) {
        ck_ok(kin_auc_per_tag(scores.data, labels.data, clips, tags, NULL, &summary, &err));
    } else {
        struct kin_tensor each = array(set, "_per_clip", KIN_F64);
        double *got = kin_alloc(clips, sizeof *got);
        ck_ok(kin_auc_per_clip(scores.data, labels.data, clips, tags, got, &summary, &err));
        for (size_t i = 0; i < clips; i++)
            ck_assert_double_eq_tol(got[i], ((double *)each.data)[i], TOLERANCE);
        kin_free(got);
        kin_tensor_release(&each);
    }
    ck_assert_double_eq_tol(summary.mean, want, TOLERANCE);
    kin_tensor_release(&scores);
    kin_tensor_release(&labels);
}

START_TEST(every_auc)
{
    struct kin_error err = {0};
    struct kin_csv csv = {0};
    ck_ok(kin_csv_read(reference_path("metrics/scores.csv"), &csv, &err));
    size_t found = 0;
    for (size_t i = 0; i < csv.rows; i++) {
        char set[64];
        const char *name = cell(&csv, i, "name"), *which = strchr(name, '_');
        if (strncmp(name, "auc", 3) != 0 || !which)
            continue;
        snprintf(set, sizeof set, "%.*s", (int)(which - name), name);
        ck_assert(strcmp(which, "_macro") == 0 || strcmp(which, "_samples") == 0);
        check_auc(set, strcmp(which, "_macro") == 0, number(&csv, i, "value"));
        found++;
    }
    ck_assert_uint_gt(found, 0);
    kin_csv_release(&csv);
}
END_TEST

START_TEST(accuracy)
{
    struct kin_error err = {0};
    struct kin_csv csv = {0};
    ck_ok(kin_csv_read(reference_path("metrics/scores.csv"), &csv, &err));
    struct kin_tensor logits = array("acc", "_logits", KIN_F32);
    struct kin_tensor labels = array("acc", "_labels", KIN_I32);
    double out = NAN;
    ck_ok(kin_accuracy(logits.data, labels.data, logits.shape[0], logits.shape[1], &out, &err));
    size_t found = 0;
    for (size_t i = 0; i < csv.rows; i++) {
        if (strcmp(cell(&csv, i, "name"), "accuracy") != 0)
            continue;
        found++;
        ck_assert_double_eq_tol(out, number(&csv, i, "value"), TOLERANCE);
    }
    ck_assert_uint_eq(found, 1);
    kin_tensor_release(&logits);
    kin_tensor_release(&labels);
    kin_csv_release(&csv);
}
END_TEST

/* metrics/bss_<name>.wav; 16-bit samples are exact in float. */
static float *signal(const char *name, size_t *n, int *rate_hz)
{
    char path[256];
    SF_INFO info = {0};
    snprintf(path, sizeof path, "metrics/bss_%s.wav", name);
    SNDFILE *file = sf_open(reference_path(path), SFM_READ, &info);
    ck_assert_msg(file != NULL, "%s: %s", path, sf_strerror(NULL));
    ck_assert_int_eq(info.channels, 1);
    *n = (size_t)info.frames;
    *rate_hz = info.samplerate;
    float *out = kin_alloc(*n, sizeof *out);
    ck_assert(out != NULL);
    ck_assert_int_eq(sf_readf_float(file, out, info.frames), info.frames);
    sf_close(file);
    return out;
}

START_TEST(every_sdr)
{
    struct kin_error err = {0};
    struct kin_csv csv = {0};
    ck_ok(kin_csv_read(reference_path("metrics/bss.csv"), &csv, &err));
    ck_assert_uint_gt(csv.rows, 0);
    for (size_t i = 0; i < csv.rows; i++) {
        size_t n, n_estimate, samples = (size_t)number(&csv, i, "samples");
        int rate_hz;
        float *reference = signal(cell(&csv, i, "reference"), &n, &rate_hz);
        float *estimate = signal(cell(&csv, i, "estimate"), &n_estimate, &rate_hz);
        ck_assert(samples <= n && samples <= n_estimate);
        size_t window = (size_t)rate_hz, windows = kin_sdr_windows(samples, window);
        size_t frame = (size_t)number(&csv, i, "frame");
        ck_assert_uint_lt(frame, windows);
        double *sdr = kin_alloc(windows, sizeof *sdr);
        ck_ok(kin_sdr(reference, estimate, samples, window, sdr, &err));
        ck_assert_double_eq_tol(sdr[frame], number(&csv, i, "sdr"), TOLERANCE_DB);
        kin_free(sdr);
        kin_free(reference);
        kin_free(estimate);
    }
    kin_csv_release(&csv);
}
END_TEST

TEST_MAIN("scores against the reference values", every_auc, accuracy, every_sdr)
