/*
 * Ranks and Spearman's coefficient.
 *
 * A consistency of 1,000 clips ranks a million distances, a few thousand times over: hence a radix
 * sort, 30 ms for a million doubles.
 */
#include "kindred/measure.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"

struct item {
    uint64_t key;
    size_t index;
};

#define DIGITS 8 /* bytes of a key, least significant first */
#define VALUES 256

/* An unsigned number in the order of the doubles: positive ones follow all negative ones, and the
 * order of negative ones, stored as sign and magnitude, is turned round. */
static uint64_t order_key(double x)
{
    uint64_t bits;
    x += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static unsigned digit_of(uint64_t key, unsigned digit)
{
    return (unsigned)(key >> (8 * digit)) & (VALUES - 1);
}

/* Turns counts into first positions. True when all keys have the same digit: nothing to do. */
static bool first_positions(size_t counts[VALUES], size_t n)
{
    size_t sum = 0;
    for (unsigned v = 0; v < VALUES; v++) {
        size_t count = counts[v];
        if (count == n)
            return true;
        counts[v] = sum;
        sum += count;
    }
    return false;
}

/* Sorts by key, stable; returns whichever of the two arrays holds the result. */
static struct item *sort_items(struct item *items, struct item *spare, size_t n,
                               size_t counts[DIGITS][VALUES])
{
    for (size_t i = 0; i < n; i++)
        for (unsigned digit = 0; digit < DIGITS; digit++)
            counts[digit][digit_of(items[i].key, digit)]++;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        if (first_positions(counts[digit], n))
            continue;
        for (size_t i = 0; i < n; i++)
            spare[counts[digit][digit_of(items[i].key, digit)]++] = items[i];
        struct item *sorted = spare;
        spare = items;
        items = sorted;
    }
    return items;
}

/* Equal keys at sorted positions i … end - 1 share the mean of the ranks i + 1 … end. */
static void assign_ranks(const struct item *sorted, size_t n, double *out)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end].key == sorted[i].key;)
            end++;
        double rank = 0.5 * (double)(i + 1 + end);
        for (size_t k = i; k < end; k++)
            out[sorted[k].index] = rank;
    }
}

int kin_rank(const double *x, size_t n, double *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct item *items = NULL;
    KIN_AUTO(kin_auto_free) struct item *spare = NULL;
    KIN_TRY(kin_alloc_into(&items, n, sizeof *items, err));
    KIN_TRY(kin_alloc_into(&spare, n, sizeof *spare, err));
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            return kin_fail(err, KIN_EDATA, "number %zu is nan, which has no rank", i);
        items[i] = (struct item){order_key(x[i]), i};
    }
    size_t counts[DIGITS][VALUES] = {{0}};
    assign_ranks(sort_items(items, spare, n, counts), n, out);
    return 0;
}

double kin_spearman_ranked(const double *rank_x, const double *rank_y, size_t n)
{
    /* Average ranks always have this mean, and sums of half integers are exact up to 2^52. */
    double mean = 0.5 * ((double)n + 1);
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        double x = rank_x[i] - mean, y = rank_y[i] - mean;
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    if (n < 2 || xx == 0 || yy == 0)
        return NAN;
    double rho = xy / sqrt(xx * yy); /* of equal sides exactly 1 */
    return rho > 1 ? 1 : rho < -1 ? -1 : rho;
}

int kin_spearman(const double *x, const double *y, size_t n, double *rho, size_t *pairs,
                 struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) double *rank_x = NULL;
    KIN_AUTO(kin_auto_free) double *rank_y = NULL;
    KIN_TRY(kin_alloc_into(&rank_x, n, sizeof *rank_x, err));
    KIN_TRY(kin_alloc_into(&rank_y, n, sizeof *rank_y, err));
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            continue;
        rank_x[left] = x[i];
        rank_y[left++] = y[i];
    }
    KIN_TRY(kin_rank(rank_x, left, rank_x, err));
    KIN_TRY(kin_rank(rank_y, left, rank_y, err));
    *rho = kin_spearman_ranked(rank_x, rank_y, left);
    if (pairs)
        *pairs = left;
    return 0;
}
