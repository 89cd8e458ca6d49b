/*
 * Integrated loudness of a signal, and bringing one signal to the loudness of another.
 * EBU R 128, ITU-R BS.1770-4, through libebur128.
 */
#ifndef KINDRED_LOUDNESS_H
#define KINDRED_LOUDNESS_H

#include <stdbool.h>

#include "kindred/audio.h"

/*
 * Integrated loudness in LUFS, gated in blocks of 0.4 s; -inf when no block lies above the absolute
 * gate of -70 LUFS or the signal is shorter than one block.
 * Errors: KIN_EINVAL (sample rate), KIN_EDATA (a sample is no finite number), KIN_ENOMEM.
 */
int kin_loudness_measure(const struct kin_audio *audio, double *lufs, struct kin_error *err);

/* The factor 10^((reference - signal) / 20) from one loudness to another; 1 when either is not
 * finite, since nothing can be matched then. */
double kin_loudness_gain(double reference_lufs, double signal_lufs);

/*
 * Scales signal in place to the loudness of reference, without limiter: samples may exceed full
 * scale. *matched (may be NULL) is false when either has no loudness; signal is then left as it is.
 * Source: the paper's section 4.1: every transformed clip is brought to its original's loudness.
 */
int kin_loudness_match(const struct kin_audio *reference, struct kin_audio *signal, bool *matched,
                       struct kin_error *err);

#endif
