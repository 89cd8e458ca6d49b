#include <string.h>

#include "kindred/measure.h"
#include "kindred/memory.h"
#include "task/judge.h"
#include "task/tally.h"

/* The most frequent tags first; equal ones ascend. */
static int classes(const struct kin_task_song *songs, size_t n, size_t top,
                   struct kin_classes *out, struct kin_error *err)
{
    KIN_AUTO(tally_release) struct tally tally = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < songs[i].n_tags; t++)
            KIN_TRY(tally_add(&tally, songs[i].tags[t], err));
    tally_count(&tally);
    if (tally.n == 0)
        return kin_fail(err, KIN_EDATA, "none of %zu songs has a tag", n);
    tally_rank(&tally);
    return tally_classes(&tally, top > 0 && top < tally.n ? top : tally.n, out, err);
}

static int judge(struct kin_judge *judge, const struct kin_task_clip *clip, const float *output,
                 double *performance, struct kin_error *err)
{
    const struct kin_judge_params *params = &judge->params;
    kin_classes_of(params->task, clip->song, params->classes, judge->labels);
    return kin_auc(output, judge->labels, params->classes->n, performance, err);
}

static int guess(struct kin_judge *judge, enum kin_guess guess, const struct kin_task_clip *clip,
                 float *output, struct kin_error *err)
{
    (void)clip;
    if (guess != KIN_GUESS_PRIOR)
        return judge_no_guess(judge, err);
    memcpy(output, judge->params.frequencies, judge->outputs * sizeof *output);
    return 0;
}

const struct kin_task kin_task_tagging = {
    .name = "AT",
    .doc = "auto-tagging: any number of tags",
    .loss = "binary cross-entropy",
    .measure = "AUC",
    .network = KIN_NN_AT,
    .classes = classes,
    .judge = judge,
    .guess = guess,
};
