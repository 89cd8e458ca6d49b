/* Between-space consistency: do two spaces agree on the clips, and on the order of distances? */
#include "kindred/measure.h"

#include <math.h>

#include "kindred/memory.h"
#include "measure/own.h"

struct kin_agreement kin_between_accuracy(const enum kin_outcome *a, const enum kin_outcome *b,
                                          size_t rows)
{
    struct kin_agreement out = {.accuracy = NAN};
    for (size_t r = 0; r < rows; r++) {
        if (a[r] == KIN_OUTCOME_MISSING || b[r] == KIN_OUTCOME_MISSING)
            out.missing++;
        else if ((a[r] == KIN_OUTCOME_NEAREST) == (b[r] == KIN_OUTCOME_NEAREST))
            out.equal++;
    }
    out.n = rows - out.missing;
    if (out.n > 0)
        out.accuracy = (double)out.equal / (double)out.n;
    return out;
}

/* Pairs that the parameters select in a row that is not missing. */
static size_t pairs_per_row(size_t originals, const struct kin_rho_params *params)
{
    return params->own == KIN_OWN_LEFT_OUT ? originals - 1 : originals;
}

size_t kin_between_pairs(const size_t *own, size_t rows, size_t originals,
                         const struct kin_rho_params *params)
{
    size_t present = 0;
    for (size_t r = 0; r < rows; r++)
        present += own[r] != KIN_NO_ORIGINAL;
    return present * pairs_per_row(originals, params);
}

static int check_rho(const size_t *own, size_t rows, size_t originals, struct kin_error *err)
{
    if (originals == 0)
        return kin_fail(err, KIN_EINVAL, "number of originals is 0, expected at least 1");
    return kin_own_check(own, rows, originals, err);
}

/* Per clip, the running sum and counts of the rows' correlations; a NaN is none. */
static void add_row(struct kin_rho *out, double *sum, double rho)
{
    if (isnan(rho)) {
        out->constant++;
    } else {
        *sum += rho;
        out->rows++;
    }
}

/* ---- both matrices at once ---- */

/* Appends the selected pairs of one row in which both distances are numbers. */
static size_t gather_pairs(const double *a, const double *b, size_t originals, size_t own,
                           const struct kin_rho_params *params, double *x, double *y,
                           struct kin_rho *out)
{
    size_t n = 0;
    for (size_t j = 0; j < originals; j++) {
        if (j == own && params->own == KIN_OWN_LEFT_OUT)
            continue;
        if (isnan(a[j]) || isnan(b[j])) {
            out->undefined++;
            continue;
        }
        x[n] = a[j];
        y[n++] = b[j];
    }
    out->pairs += n;
    return n;
}

static int rank_both(double *x, double *y, size_t n, double *rho, struct kin_error *err)
{
    KIN_TRY(kin_rank(x, n, x, err));
    KIN_TRY(kin_rank(y, n, y, err));
    *rho = kin_spearman_ranked(x, y, n);
    return 0;
}

int kin_between_rho(const double *a, const double *b, const size_t *own, size_t rows,
                    size_t originals, const struct kin_rho_params *params, struct kin_rho *out,
                    struct kin_error *err)
{
    KIN_TRY(check_rho(own, rows, originals, err));
    bool per_clip = params->pool == KIN_POOL_CLIP;
    size_t room = per_clip ? originals : kin_between_pairs(own, rows, originals, params);
    KIN_AUTO(kin_auto_free) double *x = NULL;
    KIN_AUTO(kin_auto_free) double *y = NULL;
    KIN_TRY(kin_alloc_into(&x, room, sizeof *x, err));
    KIN_TRY(kin_alloc_into(&y, room, sizeof *y, err));

    struct kin_rho total = {0};
    double sum = 0;
    for (size_t r = 0; r < rows; r++) {
        if (own[r] == KIN_NO_ORIGINAL) {
            total.missing++;
            continue;
        }
        size_t at = per_clip ? 0 : total.pairs;
        size_t n = gather_pairs(a + r * originals, b + r * originals, originals, own[r], params,
                                x + at, y + at, &total);
        if (per_clip) {
            double rho;
            KIN_TRY(rank_both(x, y, n, &rho, err));
            add_row(&total, &sum, rho);
        }
    }
    if (per_clip) {
        total.rho = sum / (double)total.rows; /* 0 / 0 is the NaN wanted */
    } else {
        total.rows = rows - total.missing;
        KIN_TRY(rank_both(x, y, total.pairs, &total.rho, err));
    }
    *out = total;
    return 0;
}

/* ---- one matrix at a time ---- */

static int gather_row(const double *distance, size_t originals, size_t row, size_t own,
                      const struct kin_rho_params *params, double *out, struct kin_error *err)
{
    const double *d = distance + row * originals;
    for (size_t j = 0; j < originals; j++) {
        if (j == own && params->own == KIN_OWN_LEFT_OUT)
            continue;
        if (isnan(d[j]))
            return kin_fail(err, KIN_EDATA,
                            "distance from row %zu to original %zu is nan, which has no rank", row,
                            j);
        *out++ = d[j];
    }
    return 0;
}

int kin_between_rank(const double *distance, const size_t *own, size_t rows, size_t originals,
                     const struct kin_rho_params *params, double *ranks, struct kin_error *err)
{
    KIN_TRY(check_rho(own, rows, originals, err));
    size_t width = pairs_per_row(originals, params);
    double *next = ranks;
    for (size_t r = 0; r < rows; r++) {
        if (own[r] == KIN_NO_ORIGINAL)
            continue;
        KIN_TRY(gather_row(distance, originals, r, own[r], params, next, err));
        if (params->pool == KIN_POOL_CLIP)
            KIN_TRY(kin_rank(next, width, next, err));
        next += width;
    }
    if (params->pool == KIN_POOL_ALL)
        KIN_TRY(kin_rank(ranks, (size_t)(next - ranks), ranks, err));
    return 0;
}

struct kin_rho kin_between_ranked(const double *ranks_a, const double *ranks_b, const size_t *own,
                                  size_t rows, size_t originals,
                                  const struct kin_rho_params *params)
{
    size_t width = pairs_per_row(originals, params);
    struct kin_rho out = {.pairs = kin_between_pairs(own, rows, originals, params)};
    double sum = 0;
    size_t at = 0;
    for (size_t r = 0; r < rows; r++) {
        if (own[r] == KIN_NO_ORIGINAL) {
            out.missing++;
            continue;
        }
        if (params->pool == KIN_POOL_CLIP)
            add_row(&out, &sum, kin_spearman_ranked(ranks_a + at, ranks_b + at, width));
        at += width;
    }
    if (params->pool == KIN_POOL_CLIP) {
        out.rho = sum / (double)out.rows;
    } else {
        out.rows = rows - out.missing;
        out.rho = kin_spearman_ranked(ranks_a, ranks_b, out.pairs);
    }
    return out;
}
