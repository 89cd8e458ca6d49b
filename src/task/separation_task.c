#include "kindred/task.h"

const struct kin_task kin_task_separation = {
    .name = "VS",
    .doc = "separation: a mask that leaves the voice",
    .loss = "mean absolute error of the masked voice and of the rest",
    .measure = "SDR",
    .network = KIN_NN_VS,
    .stem = true,
};
