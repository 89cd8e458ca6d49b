/* C^W, C^B_acc and C^B_rho of consistency/ in the reference values. */
#include <math.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/measure.h"
#include "kindred/npy.h"
#include "support.h"

/* Sums in double over at most a few million pairs. */
#define TOLERANCE 1e-9

struct data {
    struct kin_csv rows;
    struct kin_tensor audio, latent;
    size_t originals;
};

static struct data load(void)
{
    struct kin_error err = {0};
    struct data d = {0};
    ck_ok(kin_csv_read(reference_path("consistency/rows.csv"), &d.rows, &err));
    ck_ok(kin_npy_read(reference_path("consistency/distance_audio.npy"), &d.audio, &err));
    ck_ok(kin_npy_read(reference_path("consistency/distance_latent.npy"), &d.latent, &err));
    ck_assert_int_eq(d.audio.dtype, KIN_F64);
    ck_assert_int_eq(d.latent.dtype, KIN_F64);
    ck_assert_uint_eq(d.audio.shape[0], d.rows.rows);
    ck_assert_uint_eq(d.latent.shape[0], d.rows.rows);
    d.originals = d.audio.shape[1];
    ck_assert_uint_eq(d.latent.shape[1], d.originals);
    return d;
}

static void release(struct data *d)
{
    kin_csv_release(&d->rows);
    kin_tensor_release(&d->audio);
    kin_tensor_release(&d->latent);
}

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

/* One transformation and magnitude: its rows, copied one after the other. */
struct block {
    double *audio, *latent;
    size_t *own, rows;
};

static struct block select_rows(const struct data *d, const char *transformation, double magnitude)
{
    size_t n = d->rows.rows, width = d->originals;
    struct block b = {kin_alloc(n * width, sizeof(double)), kin_alloc(n * width, sizeof(double)),
                      kin_alloc(n, sizeof(size_t)), 0};
    ck_assert(b.audio && b.latent && b.own);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(cell(&d->rows, i, "transformation"), transformation) != 0 ||
            number(&d->rows, i, "magnitude") != magnitude)
            continue;
        size_t row = (size_t)number(&d->rows, i, "row");
        const double *audio = d->audio.data, *latent = d->latent.data;
        memcpy(b.audio + b.rows * width, audio + row * width, width * sizeof(double));
        memcpy(b.latent + b.rows * width, latent + row * width, width * sizeof(double));
        b.own[b.rows++] = (size_t)number(&d->rows, i, "clip");
    }
    ck_assert_uint_gt(b.rows, 0);
    return b;
}

static void check_outcomes(const struct block *b, size_t originals, const struct kin_csv *expected,
                           size_t e)
{
    struct kin_error err = {0};
    enum kin_outcome *audio = kin_alloc(b->rows, sizeof *audio);
    enum kin_outcome *latent = kin_alloc(b->rows, sizeof *latent);
    ck_assert(audio && latent);
    ck_ok(kin_within_outcomes(b->audio, b->own, b->rows, originals, audio, &err));
    ck_ok(kin_within_outcomes(b->latent, b->own, b->rows, originals, latent, &err));
    struct kin_within a = kin_within_count(audio, b->rows), z = kin_within_count(latent, b->rows);
    ck_assert_double_eq_tol(a.consistency, number(expected, e, "within_audio"), TOLERANCE);
    ck_assert_double_eq_tol(z.consistency, number(expected, e, "within_latent"), TOLERANCE);
    ck_assert_double_eq((double)a.tied, number(expected, e, "tied_clips_audio"));
    ck_assert_double_eq_tol(kin_between_accuracy(audio, latent, b->rows).accuracy,
                            number(expected, e, "between_accuracy"), TOLERANCE);
    kin_free(audio);
    kin_free(latent);
}

static void check_rho(const struct block *b, size_t originals, const struct kin_csv *expected,
                      size_t e)
{
    static const struct {
        const char *column;
        struct kin_rho_params params;
    } readings[] = {
        {"between_rho_pooled_all", {KIN_POOL_ALL, KIN_OWN_INCLUDED}},
        {"between_rho_pooled_others", {KIN_POOL_ALL, KIN_OWN_LEFT_OUT}},
        {"between_rho_clipmean_others", {KIN_POOL_CLIP, KIN_OWN_LEFT_OUT}},
    };
    for (size_t i = 0; i < KIN_COUNT(readings); i++) {
        struct kin_error err = {0};
        struct kin_rho rho;
        ck_ok(kin_between_rho(b->audio, b->latent, b->own, b->rows, originals, &readings[i].params,
                              &rho, &err));
        ck_assert_double_eq_tol(rho.rho, number(expected, e, readings[i].column), TOLERANCE);
        ck_assert_uint_eq(rho.rows, b->rows);
    }
}

START_TEST(every_row)
{
    struct kin_error err = {0};
    struct data d = load();
    struct kin_csv expected = {0};
    ck_ok(kin_csv_read(reference_path("consistency/expected.csv"), &expected, &err));
    ck_assert_uint_gt(expected.rows, 0);
    for (size_t e = 0; e < expected.rows; e++) {
        struct block b = select_rows(&d, cell(&expected, e, "transformation"),
                                     number(&expected, e, "magnitude"));
        check_outcomes(&b, d.originals, &expected, e);
        check_rho(&b, d.originals, &expected, e);
        kin_free(b.audio);
        kin_free(b.latent);
        kin_free(b.own);
    }
    kin_csv_release(&expected);
    release(&d);
}
END_TEST

TEST_MAIN("consistency against the reference values", every_row)
