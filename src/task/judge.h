/* What the tasks need for judging an output. */
#ifndef KIN_TASK_JUDGE_H
#define KIN_TASK_JUDGE_H

#include "kindred/feature.h"
#include "kindred/task.h"

struct kin_judge {
    struct kin_judge_params params;
    size_t outputs, samples, cells; /* cells: H W */
    uint8_t *labels;                /* AT, IR: [C] */
    float *image;                   /* AE, VS: [H][W] */
    float *other;                   /* VS: likewise */
    struct kin_stft *phases;        /* VS */
    float *estimate;                /* VS: [samples] */
};

/* No such guess: KIN_EINVAL. */
int judge_no_guess(const struct kin_judge *judge, struct kin_error *err);

#endif
