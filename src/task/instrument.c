#include <string.h>

#include "kindred/measure.h"
#include "kindred/memory.h"
#include "task/judge.h"
#include "task/tally.h"

/* Every label once, ascending. */
static int classes(const struct kin_task_song *songs, size_t n, size_t top,
                   struct kin_classes *out, struct kin_error *err)
{
    (void)top;
    KIN_AUTO(tally_release) struct tally tally = {0};
    for (size_t i = 0; i < n; i++)
        if (songs[i].label)
            KIN_TRY(tally_add(&tally, songs[i].label, err));
    tally_count(&tally);
    if (tally.n < 2)
        return kin_fail(err, KIN_EDATA, "%zu different label%s in %zu songs, wanted 2 or more",
                        tally.n, tally.n == 1 ? "" : "s", n);
    return tally_classes(&tally, tally.n, out, err);
}

static int check(const struct kin_task_song *song, const struct kin_classes *classes,
                 struct kin_error *err)
{
    if (!song->label)
        return kin_fail(err, KIN_EDATA, "song '%s' has no label", song->id);
    if (kin_classes_place(classes, song->label) < 0)
        return kin_fail(err, KIN_EDATA, "song '%s' has the label '%s', which is none of the %zu "
                        "classes of the training songs", song->id, song->label, classes->n);
    return 0;
}

static int judge(struct kin_judge *judge, const struct kin_task_clip *clip, const float *output,
                 double *performance, struct kin_error *err)
{
    const struct kin_classes *classes = judge->params.classes;
    KIN_TRY(check(clip->song, classes, err));
    int32_t label = (int32_t)kin_classes_place(classes, clip->song->label);
    return kin_accuracy(output, &label, 1, classes->n, performance, err);
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

const struct kin_task kin_task_instrument = {
    .name = "IR",
    .doc = "the predominant instrument: one class of several",
    .loss = "cross-entropy",
    .measure = "accuracy",
    .network = KIN_NN_IR,
    .classes = classes,
    .check = check,
    .judge = judge,
    .guess = guess,
};
