/* Signals made for tests. */
#ifndef KINDRED_TESTS_AUDIO_SIGNALS_H
#define KINDRED_TESTS_AUDIO_SIGNALS_H

#include <math.h>

#include "kindred/audio.h"
#include "support.h"

static inline struct kin_audio sine(double hz, double level, size_t n, unsigned rate_hz)
{
    struct kin_error err = {0};
    struct kin_audio audio = {0};
    ck_ok(kin_audio_alloc(&audio, n, rate_hz, &err));
    for (size_t i = 0; i < n; i++)
        audio.samples[i] = (float)(level * sin(2 * M_PI * hz * (double)i / rate_hz));
    return audio;
}

/* Signal to error in dB. */
static inline double snr_db(const float *wanted, const float *found, size_t n)
{
    double power = 0, error = 0;
    for (size_t i = 0; i < n; i++) {
        power += (double)wanted[i] * (double)wanted[i];
        error += pow((double)found[i] - (double)wanted[i], 2);
    }
    return 10 * log10(power / error);
}

#endif
