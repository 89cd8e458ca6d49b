/* Scores of tagging (area under the ROC curve) and of classification (accuracy). */
#include "kindred/measure.h"

#include <math.h>

#include "kindred/memory.h"

/* AUC of n scores that lie `stride` apart; ranks is scratch for n numbers.
 * The number of (positive, negative) pairs in the right order is the sum of the positives' ranks
 * less the ranks they would have among themselves. */
static int auc_strided(const float *scores, const uint8_t *labels, size_t n, size_t stride,
                       double *ranks, double *out, struct kin_error *err)
{
    for (size_t i = 0; i < n; i++)
        ranks[i] = (double)scores[i * stride];
    KIN_TRY(kin_rank(ranks, n, ranks, err));
    double positives = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (labels[i * stride]) {
            positives++;
            sum += ranks[i];
        }
    }
    double pairs = positives * ((double)n - positives);
    *out = pairs > 0 ? (sum - positives * (positives + 1) / 2) / pairs : NAN;
    return 0;
}

int kin_auc(const float *scores, const uint8_t *labels, size_t n, double *out,
            struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) double *ranks = NULL;
    KIN_TRY(kin_alloc_into(&ranks, n, sizeof *ranks, err));
    return auc_strided(scores, labels, n, 1, ranks, out, err);
}

/* `lines` AUCs of `n` scores each: the rows or the columns of an array. */
struct auc_lines {
    const char *name; /* of a line, for errors */
    size_t lines, step;
    size_t n, stride;
};

static int auc_lines(const float *scores, const uint8_t *labels, const struct auc_lines *how,
                     double *each, struct kin_summary *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) double *ranks = NULL;
    KIN_AUTO(kin_auto_free) double *values = NULL;
    KIN_TRY(kin_alloc_into(&ranks, how->n, sizeof *ranks, err));
    KIN_TRY(kin_alloc_into(&values, how->lines, sizeof *values, err));
    for (size_t i = 0; i < how->lines; i++) {
        size_t at = i * how->step;
        if (auc_strided(scores + at, labels + at, how->n, how->stride, ranks, values + i, err) != 0)
            return kin_error_within(err, "scores of %s %zu", how->name, i);
    }
    for (size_t i = 0; each && i < how->lines; i++)
        each[i] = values[i];
    *out = kin_summarise(values, how->lines);
    return 0;
}

int kin_auc_per_clip(const float *scores, const uint8_t *labels, size_t clips, size_t tags,
                     double *each, struct kin_summary *out, struct kin_error *err)
{
    const struct auc_lines how = {"clip", clips, tags, tags, 1};
    return auc_lines(scores, labels, &how, each, out, err);
}

int kin_auc_per_tag(const float *scores, const uint8_t *labels, size_t clips, size_t tags,
                    double *each, struct kin_summary *out, struct kin_error *err)
{
    const struct auc_lines how = {"tag", tags, 1, clips, tags};
    return auc_lines(scores, labels, &how, each, out, err);
}

static int highest(const float *scores, size_t classes, size_t *out, struct kin_error *err)
{
    size_t best = 0;
    for (size_t k = 0; k < classes; k++) {
        if (isnan(scores[k]))
            return kin_fail(err, KIN_EDATA, "score of class %zu is nan", k);
        if (scores[k] > scores[best])
            best = k;
    }
    *out = best;
    return 0;
}

int kin_accuracy(const float *scores, const int32_t *labels, size_t clips, size_t classes,
                 double *out, struct kin_error *err)
{
    if (clips == 0 || classes == 0)
        return kin_fail(err, KIN_EINVAL, "%zu clips of %zu classes, expected at least 1 of each",
                        clips, classes);
    size_t right = 0;
    for (size_t i = 0; i < clips; i++) {
        if (labels[i] < 0 || (size_t)labels[i] >= classes)
            return kin_fail(err, KIN_EDATA, "clip %zu: label %d, expected 0 to %zu", i,
                            (int)labels[i], classes - 1);
        size_t best = 0;
        if (highest(scores + i * classes, classes, &best, err) != 0)
            return kin_error_within(err, "clip %zu", i);
        right += best == (size_t)labels[i];
    }
    *out = (double)right / (double)clips;
    return 0;
}
