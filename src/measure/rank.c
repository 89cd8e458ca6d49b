/*
 * Ranks and Spearman's coefficient.
 *
 * A consistency of 1,000 clips ranks a million distances, a few thousand times over: hence a radix
 * sort, whose cost is memory. Distances are float32 in doubles, as a rule: their keys have 32 bits,
 * and only those in which keys differ are sorted by. Other doubles are sorted by either half.
 */
#include "kindred/measure.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"

struct item {
    uint32_t key, index;
};

#define DIGIT_BITS 11 /* at most: a page of memory for each of the values is too many beyond */

/* What is sorted by at a time. */
enum part { PART_ALL, PART_LOW, PART_HIGH };

/* The items in their order, and room for the next one. */
struct sorting {
    const double *x;
    size_t n;
    bool floats; /* all of them: a key is all of a number */
    struct item *items, *spare;
};

static void sorting_release(struct sorting *sorting)
{
    kin_free(sorting->items);
    kin_free(sorting->spare);
}

/* An unsigned number in the order of the doubles: positive ones follow all negative ones, and the
 * order of negative ones, stored as sign and magnitude, is turned round. */
static uint64_t order_key(double x)
{
    uint64_t bits;
    x += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

/* The same of one that is a float. */
static uint32_t float_key(double x)
{
    uint32_t bits;
    float narrow = (float)(x + 0.0);
    memcpy(&bits, &narrow, sizeof bits);
    return bits >> 31 ? ~bits : bits | (uint32_t)1 << 31;
}

static uint32_t key_of(double x, enum part part)
{
    return part == PART_ALL   ? float_key(x)
           : part == PART_LOW ? (uint32_t)order_key(x)
                              : (uint32_t)(order_key(x) >> 32);
}

/* Keys that begin at 0; returns the largest. */
static uint32_t set_keys(const struct sorting *sorting, enum part part)
{
    uint32_t least = UINT32_MAX, most = 0;
    struct item *items = sorting->items;
    for (size_t i = 0; i < sorting->n; i++) {
        uint32_t key = key_of(sorting->x[items[i].index], part);
        items[i].key = key;
        least = key < least ? key : least;
        most = key > most ? key : most;
    }
    for (size_t i = 0; i < sorting->n; i++)
        items[i].key -= least;
    return most - least;
}

/* Sorts by some bits of the keys, stable. */
static void sort_by_digit(struct sorting *sorting, unsigned shift, unsigned bits)
{
    size_t places[1 << DIGIT_BITS] = {0};
    struct item *items = sorting->items, *spare = sorting->spare;
    uint32_t mask = ((uint32_t)1 << bits) - 1;
    for (size_t i = 0; i < sorting->n; i++)
        places[items[i].key >> shift & mask]++;
    for (size_t v = 0, sum = 0; v <= mask; v++) {
        size_t count = places[v];
        places[v] = sum;
        sum += count;
    }
    for (size_t i = 0; i < sorting->n; i++)
        spare[places[items[i].key >> shift & mask]++] = items[i];
    sorting->items = spare;
    sorting->spare = items;
}

static void sort_by(struct sorting *sorting, enum part part)
{
    unsigned bits = 0;
    for (uint32_t left = set_keys(sorting, part); left > 0; left >>= 1)
        bits++;
    unsigned passes = (bits + DIGIT_BITS - 1) / DIGIT_BITS;
    unsigned width = passes > 0 ? (bits + passes - 1) / passes : 0;
    for (unsigned pass = 0; pass < passes; pass++)
        sort_by_digit(sorting, pass * width, width);
}

static bool are_equal(const struct sorting *sorting, struct item a, struct item b)
{
    return a.key == b.key && (sorting->floats || sorting->x[a.index] == sorting->x[b.index]);
}

/* Equal numbers at sorted positions i … end - 1 share the mean of the ranks i + 1 … end. out may
 * be x: a number is read before its rank is written. */
static void assign_ranks(const struct sorting *sorting, double *out)
{
    const struct item *sorted = sorting->items;
    for (size_t i = 0, end; i < sorting->n; i = end) {
        for (end = i + 1; end < sorting->n && are_equal(sorting, sorted[i], sorted[end]);)
            end++;
        double rank = 0.5 * (double)(i + 1 + end);
        for (size_t k = i; k < end; k++)
            out[sorted[k].index] = rank;
    }
}

static int sorting_init(struct sorting *sorting, struct kin_error *err)
{
    size_t bytes;
    if (sorting->n > UINT32_MAX)
        return kin_fail(err, KIN_EINVAL, "%zu numbers to rank, at most %u", sorting->n, UINT32_MAX);
    if (kin_mul_size(sorting->n, sizeof *sorting->items, &bytes)) {
        sorting->items = kin_alloc_unset(bytes);
        sorting->spare = kin_alloc_unset(bytes);
    }
    if (!sorting->items || !sorting->spare)
        return kin_fail(err, KIN_ENOMEM, "no memory to rank %zu numbers", sorting->n);
    sorting->floats = true;
    for (size_t i = 0; i < sorting->n; i++) {
        double x = sorting->x[i];
        if (isnan(x))
            return kin_fail(err, KIN_EDATA, "number %zu is nan, which has no rank", i);
        sorting->floats = sorting->floats && (double)(float)x == x;
        sorting->items[i].index = (uint32_t)i;
    }
    return 0;
}

int kin_rank(const double *x, size_t n, double *out, struct kin_error *err)
{
    KIN_AUTO(sorting_release) struct sorting sorting = {.x = x, .n = n};
    KIN_TRY(sorting_init(&sorting, err));
    if (sorting.floats) {
        sort_by(&sorting, PART_ALL);
    } else {
        sort_by(&sorting, PART_LOW);
        sort_by(&sorting, PART_HIGH);
    }
    assign_ranks(&sorting, out);
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
