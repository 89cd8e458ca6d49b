/* How well outputs answer clips: what all tasks share. */
#include "task/judge.h"

#include "kindred/memory.h"

void kin_judge_free(struct kin_judge *judge)
{
    if (!judge)
        return;
    kin_stft_free(judge->phases);
    kin_free(judge->labels);
    kin_free(judge->image);
    kin_free(judge->other);
    kin_free(judge->estimate);
    kin_free(judge);
}

void kin_judge_auto(struct kin_judge **judge)
{
    kin_judge_free(*judge);
}

static int alloc_stems(struct kin_judge *judge, struct kin_error *err)
{
    KIN_TRY(kin_stft_new(&kin_stft_phases, &judge->phases, err));
    KIN_TRY(kin_alloc_into(&judge->other, judge->cells, sizeof *judge->other, err));
    return kin_alloc_into(&judge->estimate, judge->samples, sizeof *judge->estimate, err);
}

static int init(struct kin_judge *judge, const struct kin_judge_params *params,
                struct kin_error *err)
{
    size_t width = kin_front_width(params->front), classes = params->classes->n;
    judge->params = *params;
    judge->samples = kin_front_samples(width);
    judge->cells = kin_front_bins() * width;
    judge->outputs = params->task->classes ? classes : judge->cells;
    if (params->task->classes)
        return kin_alloc_into(&judge->labels, classes, sizeof *judge->labels, err);
    KIN_TRY(kin_alloc_into(&judge->image, judge->cells, sizeof *judge->image, err));
    return params->task->stem ? alloc_stems(judge, err) : 0;
}

int kin_judge_new(const struct kin_judge_params *params, struct kin_judge **out,
                  struct kin_error *err)
{
    KIN_AUTO(kin_judge_auto) struct kin_judge *judge = NULL;
    KIN_TRY(kin_alloc_into(&judge, 1, sizeof *judge, err));
    KIN_TRY(init(judge, params, err));
    *out = judge;
    judge = NULL;
    return 0;
}

size_t kin_judge_outputs(const struct kin_judge *judge)
{
    return judge->outputs;
}

int kin_judge_clip(struct kin_judge *judge, const struct kin_task_clip *clip, const float *output,
                   double *performance, struct kin_error *err)
{
    return judge->params.task->judge(judge, clip, output, performance, err);
}

int kin_judge_guess(struct kin_judge *judge, enum kin_guess guess,
                    const struct kin_task_clip *clip, float *output, struct kin_error *err)
{
    return judge->params.task->guess(judge, guess, clip, output, err);
}

int judge_no_guess(const struct kin_judge *judge, struct kin_error *err)
{
    return kin_fail(err, KIN_EINVAL, "there is no such predictor for task %s",
                    judge->params.task->name);
}
