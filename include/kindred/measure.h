/*
 * What is measured: consistency within a space and between two spaces (Kim et al. 2019, sections
 * 3.2 and 3.3), rank correlation, and the scores of the tasks.
 *
 * Everything here is a pure function of arrays; sums are in double. A distance matrix has one row
 * for each transformed clip and one column for each original, row-major:
 *
 *     distance[r * originals + j] = distance from transformed clip r to original j
 *     own[r]                      = the column of the original that clip r was made from, or
 *                                   KIN_NO_ORIGINAL when that item, or the clip itself, is missing
 *
 * A missing row is left out and counted; it never counts as a success. A distance that is not a
 * number (the cosine distance of an all-zero vector) is undefined: each function says what becomes
 * of it. Infinite distances are ordinary large ones.
 *
 * Results that are means or correlations of nothing are NaN, and the counts say so.
 */
#ifndef KINDRED_MEASURE_H
#define KINDRED_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/random.h"
#include "kindred/status.h"

#define KIN_NO_ORIGINAL SIZE_MAX

/* ---- summaries ---- */

struct kin_summary {
    size_t n;         /* numbers that are defined */
    size_t undefined; /* NaN, left out */
    double mean;      /* NaN when n is 0 */
    double deviation; /* divided by n - 1; NaN when n < 2 */
};

struct kin_summary kin_summarise(const double *x, size_t n);

struct kin_interval {
    double lower, upper; /* both NaN when fewer than two numbers are defined */
};

struct kin_bootstrap_params {
    size_t resamples;         /* ≥ 1; the paper: 1,000 */
    double level;             /* in (0, 1); the paper: 0.95 */
    struct kin_random random; /* the stream that is drawn from */
};

/* Percentile bootstrap interval of a mean (Efron and Tibshirani, «An introduction to the
 * bootstrap», 1993, section 13.3): `resamples` means of as many numbers as are defined, drawn with
 * replacement, and of these means the (1 - level) / 2 and (1 + level) / 2 quantiles, interpolated
 * linearly between neighbours. It is too narrow for small n; docs/statistics.md has by how much.
 * x    n numbers; NaN are left out
 * Errors: KIN_EINVAL (resamples 0, level not in (0, 1)), KIN_ENOMEM. */
int kin_bootstrap_mean(const double *x, size_t n, const struct kin_bootstrap_params *params,
                       struct kin_interval *out, struct kin_error *err);

/* ---- within a space ---- */

enum kin_outcome {
    KIN_OUTCOME_MISSING,   /* no row, or no own original: not judged */
    KIN_OUTCOME_NEAREST,   /* strictly nearer to its own original than to every other: success */
    KIN_OUTCOME_TIED,      /* no other original is nearer, but one is as near: failure */
    KIN_OUTCOME_BEATEN,    /* another original is nearer: failure */
    KIN_OUTCOME_UNDEFINED, /* the distance to its own original is NaN: failure */
};

/* The error delta of the paper's equation for C^W, one row of `originals` distances; comparison is
 * strict. A NaN distance to another original does not beat. own may be KIN_NO_ORIGINAL and must
 * otherwise be < originals. With one original there is nothing to beat: success. */
enum kin_outcome kin_within_outcome(const double *distance, size_t originals, size_t own);

struct kin_within {
    double consistency; /* C^W: nearest / n; NaN when n is 0 */
    size_t n;           /* rows judged: nearest + tied + beaten + undefined */
    size_t nearest, tied, beaten, undefined;
    size_t missing; /* rows not judged; not part of n */
};

/* The outcome of every row of a matrix, or of a block of its rows.
 * outcomes  [rows], filled
 * Errors: KIN_EINVAL (originals < 2: nothing could be wrong), KIN_EDATA (own out of range). */
int kin_within_outcomes(const double *distance, const size_t *own, size_t rows, size_t originals,
                        enum kin_outcome *outcomes, struct kin_error *err);

/* C^W: counts the outcomes of all rows. */
struct kin_within kin_within_count(const enum kin_outcome *outcomes, size_t rows);

/* ---- between two spaces ---- */

struct kin_agreement {
    double accuracy; /* C^B_acc: equal / n; NaN when n is 0 */
    size_t n;        /* rows judged in both spaces */
    size_t equal;    /* those that succeed in both or fail in both */
    size_t missing;  /* rows missing in at least one space; not part of n */
};

/* C^B_acc: the share of clips with the same success or failure in both spaces. Ties and undefined
 * distances are failures. */
struct kin_agreement kin_between_accuracy(const enum kin_outcome *a, const enum kin_outcome *b,
                                          size_t rows);

/* Which pairs (transformed clip, original) enter a rank correlation. The paper's formula is
 * per clip without the own original; the authors' program pools and includes it. */
enum kin_pool {
    KIN_POOL_ALL,  /* one correlation over the pairs of all clips */
    KIN_POOL_CLIP, /* one correlation a clip, then their mean */
};
enum kin_own { KIN_OWN_INCLUDED, KIN_OWN_LEFT_OUT };

struct kin_rho_params {
    enum kin_pool pool;
    enum kin_own own;
};

struct kin_rho {
    double rho;       /* C^B_rho; NaN when no correlation is defined */
    size_t pairs;     /* pairs in which both distances are numbers */
    size_t undefined; /* pairs left out because a distance is NaN */
    size_t rows;      /* rows that entered */
    size_t missing;   /* rows left out because they are missing */
    size_t constant;  /* per clip: rows left out because they have no correlation (fewer than two
                       * pairs, or all distances of a side equal) */
};

/* C^B_rho of two matrices of the same shape. Pairs in which either distance is NaN are left out
 * of both.
 * Errors: KIN_EINVAL (no originals), KIN_EDATA (own out of range), KIN_ENOMEM. */
int kin_between_rho(const double *a, const double *b, const size_t *own, size_t rows,
                    size_t originals, const struct kin_rho_params *params, struct kin_rho *out,
                    struct kin_error *err);

/* The same in two steps, so that a matrix that is compared with many others is ranked once.
 *
 * kin_between_pairs: how many pairs the parameters select: the length of `ranks`.
 * kin_between_rank:  the ranks of one matrix under these parameters; ranks may be distance itself.
 * kin_between_ranked: the correlation of two such arrays, made with the same own, rows, originals
 *                    and params; the same bits as kin_between_rho.
 * Errors of kin_between_rank: as above, and KIN_EDATA when a selected distance is NaN, since the
 * ranks would then depend on the other matrix: use kin_between_rho. */
size_t kin_between_pairs(const size_t *own, size_t rows, size_t originals,
                         const struct kin_rho_params *params);
int kin_between_rank(const double *distance, const size_t *own, size_t rows, size_t originals,
                     const struct kin_rho_params *params, double *ranks, struct kin_error *err);
struct kin_rho kin_between_ranked(const double *ranks_a, const double *ranks_b, const size_t *own,
                                  size_t rows, size_t originals,
                                  const struct kin_rho_params *params);

/* ---- rank correlation ---- */

/* Ranks 1 … n in ascending order; equal numbers get the mean of their ranks, 0 and -0 are equal.
 * out [n] may be x itself. Takes time proportional to n, half as much when all numbers are floats,
 * and 16 n bytes beside.
 * Errors: KIN_EINVAL (n beyond 2^32 - 1), KIN_EDATA (a NaN, which has no rank), KIN_ENOMEM. */
int kin_rank(const double *x, size_t n, double *out, struct kin_error *err);

/* Spearman's coefficient of two arrays of ranks from kin_rank: Pearson's of the ranks.
 * NaN when n < 2 or when all numbers of one side are equal. */
double kin_spearman_ranked(const double *rank_x, const double *rank_y, size_t n);

/* Spearman's coefficient with average ranks for ties. Pairs in which either number is NaN are left
 * out before ranking (scipy's nan_policy "omit").
 * pairs  how many were left in; may be NULL
 * Errors: KIN_ENOMEM. */
int kin_spearman(const double *x, const double *y, size_t n, double *rho, size_t *pairs,
                 struct kin_error *err);

/* ---- scores of the tasks ---- */

/* Area under the ROC curve of n scores: the share of (positive, negative) pairs in which the
 * positive has the higher score, a tie counting one half (Mann and Whitney). NaN when all labels
 * are equal. labels: 0 is negative, anything else positive.
 * Errors: KIN_EDATA (a score that is NaN), KIN_ENOMEM. */
int kin_auc(const float *scores, const uint8_t *labels, size_t n, double *out,
            struct kin_error *err);

/* AUC of each clip over the tags (the paper's AUC^C), or of each tag over the clips («macro»).
 * scores, labels  [clips][tags]
 * each            [clips] or [tags], filled, NaN where it is undefined; may be NULL
 * out             summary of the defined ones
 * Tags without a positive clip are not dropped from the former: that is the caller's choice.
 * Errors: as kin_auc. */
int kin_auc_per_clip(const float *scores, const uint8_t *labels, size_t clips, size_t tags,
                     double *each, struct kin_summary *out, struct kin_error *err);
int kin_auc_per_tag(const float *scores, const uint8_t *labels, size_t clips, size_t tags,
                    double *each, struct kin_summary *out, struct kin_error *err);

/* Share of clips whose highest score is at the index of their label; the lowest index wins a tie.
 * scores  [clips][classes]
 * labels  [clips], 0 … classes - 1
 * Errors: KIN_EINVAL (clips or classes 0), KIN_EDATA (a score that is NaN, a label out of range).
 */
int kin_accuracy(const float *scores, const int32_t *labels, size_t clips, size_t classes,
                 double *out, struct kin_error *err);

/* Signal-to-distortion ratio in dB in windows that neither overlap nor leave gaps:
 * 10 log10(sum ref^2 / sum (ref - est)^2). In BSS Eval version 4 the distortion filters cancel out
 * of this ratio, so it equals museval's SDR with window = hop (Stöter, Liutkus and Ito, «The 2018
 * signal separation evaluation campaign», 2018). A last window that is not full is dropped.
 * reference, estimate  n samples
 * window_samples       one second in the paper
 * out                  kin_sdr_windows(n, window_samples) numbers; inf where the estimate is
 *                      perfect, NaN where reference or estimate is all zero, as museval has it
 * Errors: KIN_EINVAL (window 0), KIN_EDATA (n < window). */
size_t kin_sdr_windows(size_t n, size_t window_samples);
int kin_sdr(const float *reference, const float *estimate, size_t n, size_t window_samples,
            double *out, struct kin_error *err);

#endif
