#include <math.h>

#include "kindred/measure.h"
#include "kindred/memory.h"
#include "task/judge.h"

/* Seconds of a window of the measure: museval's, and one fits in a clip of the paper. */
#define WINDOW_S 1.0

/* The masked magnitude with the phases of the mixture: estimate [samples of all hops]. */
static int separate(struct kin_judge *judge, const float *mix, const float *mask,
                    struct kin_error *err)
{
    KIN_TRY(kin_front_magnitude(judge->params.front, mix, judge->image, err));
    for (size_t i = 0; i < judge->cells; i++)
        judge->image[i] *= mask[i];
    return kin_stft_resynthesise(judge->phases, mix, judge->samples, judge->image, judge->estimate,
                                 err);
}

static int judge(struct kin_judge *judge, const struct kin_task_clip *clip, const float *output,
                 double *performance, struct kin_error *err)
{
    size_t hops = kin_front_width(judge->params.front) - 1;
    size_t n = hops * kin_stft_phases.hop_samples;
    size_t window = (size_t)lround(WINDOW_S * kin_front_rate_hz(judge->params.front));
    KIN_AUTO(kin_auto_free) double *sdr = NULL;
    KIN_TRY(separate(judge, clip->mix, output, err));
    size_t windows = kin_sdr_windows(n, window);
    KIN_TRY(kin_alloc_into(&sdr, windows, sizeof *sdr, err));
    KIN_TRY(kin_sdr(clip->stem, judge->estimate, n, window, sdr, err));
    *performance = kin_summarise(sdr, windows).mean;
    return 0;
}

/* The share of the stem in every bin; where both are silent, all of it. */
static int ideal_mask(struct kin_judge *judge, const struct kin_task_clip *clip, float *output,
                      struct kin_error *err)
{
    struct kin_front *front = judge->params.front;
    for (size_t i = 0; i < judge->samples; i++)
        judge->estimate[i] = clip->mix[i] - clip->stem[i];
    KIN_TRY(kin_front_magnitude(front, clip->stem, judge->image, err));
    KIN_TRY(kin_front_magnitude(front, judge->estimate, judge->other, err));
    for (size_t i = 0; i < judge->cells; i++) {
        float both = judge->image[i] + judge->other[i];
        output[i] = both > 0 ? judge->image[i] / both : 1;
    }
    return 0;
}

static int guess(struct kin_judge *judge, enum kin_guess guess, const struct kin_task_clip *clip,
                 float *output, struct kin_error *err)
{
    if (guess == KIN_GUESS_IDEAL)
        return ideal_mask(judge, clip, output, err);
    for (size_t i = 0; i < judge->cells; i++)
        output[i] = 1;
    return 0;
}

const struct kin_task kin_task_separation = {
    .name = "VS",
    .doc = "separation: a mask that leaves the voice",
    .loss = "mean absolute error of the masked voice and of the rest",
    .measure = "SDR",
    .network = KIN_NN_VS,
    .stem = true,
    .judge = judge,
    .guess = guess,
};
