#include <string.h>

#include "task/judge.h"

static int judge(struct kin_judge *judge, const struct kin_task_clip *clip, const float *output,
                 double *performance, struct kin_error *err)
{
    const struct kin_judge_params *params = &judge->params;
    double sum = 0;
    KIN_TRY(params->options.linear_magnitude
                ? kin_front_magnitude(params->front, clip->mix, judge->image, err)
                : kin_front_image(params->front, clip->mix, judge->image, err));
    for (size_t i = 0; i < judge->cells; i++) {
        double error = (double)output[i] - (double)judge->image[i];
        sum += error * error;
    }
    *performance = sum / (double)judge->cells;
    return 0;
}

/* The mean is what the scaler takes off; of linear magnitudes it is not known. */
static int guess(struct kin_judge *judge, enum kin_guess guess, const struct kin_task_clip *clip,
                 float *output, struct kin_error *err)
{
    (void)clip;
    if (guess != KIN_GUESS_PRIOR || judge->params.options.linear_magnitude)
        return judge_no_guess(judge, err);
    memset(output, 0, judge->cells * sizeof *output);
    return 0;
}

const struct kin_task kin_task_autoencoding = {
    .name = "AE",
    .doc = "autoencoding: the spectrogram itself",
    .loss = "mean square error",
    .measure = "mean square error",
    .network = KIN_NN_AE,
    .less_is_better = true,
    .judge = judge,
    .guess = guess,
};
