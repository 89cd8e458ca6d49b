#include "kindred/task.h"

const struct kin_task kin_task_autoencoding = {
    .name = "AE",
    .doc = "autoencoding: the spectrogram itself",
    .loss = "mean square error",
    .measure = "mean square error",
    .network = KIN_NN_AE,
};
