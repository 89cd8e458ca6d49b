#include "kindred/loudness.h"

#include <ebur128.h>
#include <math.h>
#include <pthread.h>

#include "kindred/memory.h"

/* ebur128_init writes constants that all its states share. */
static pthread_mutex_t initialising = PTHREAD_MUTEX_INITIALIZER;

static void meter_auto(ebur128_state **meter)
{
    if (*meter)
        ebur128_destroy(meter);
}

static int meter_new(unsigned rate_hz, ebur128_state **out, struct kin_error *err)
{
    if (rate_hz < 16 || rate_hz > KIN_AUDIO_MAX_RATE_HZ)
        return kin_fail(err, KIN_EINVAL, "loudness at a sample rate of %u Hz, wanted 16 to %u",
                        rate_hz, KIN_AUDIO_MAX_RATE_HZ);
    pthread_mutex_lock(&initialising);
    *out = ebur128_init(1, rate_hz, EBUR128_MODE_I);
    pthread_mutex_unlock(&initialising);
    return *out ? 0 : kin_fail(err, KIN_ENOMEM, "no memory for a loudness meter");
}

/* One of these would poison its filters and look like silence. */
static int check_finite(const struct kin_audio *audio, struct kin_error *err)
{
    for (size_t i = 0; i < audio->n; i++) {
        if (!isfinite(audio->samples[i]))
            return kin_fail(err, KIN_EDATA, "no loudness: sample %zu is not a finite number", i);
    }
    return 0;
}

int kin_loudness_measure(const struct kin_audio *audio, double *lufs, struct kin_error *err)
{
    KIN_AUTO(meter_auto) ebur128_state *meter = NULL;
    KIN_TRY(meter_new(audio->rate_hz, &meter, err));
    KIN_TRY(check_finite(audio, err));
    if (ebur128_add_frames_float(meter, audio->samples, audio->n) != EBUR128_SUCCESS)
        return kin_fail(err, KIN_ENOMEM, "no memory to measure the loudness");
    ebur128_loudness_global(meter, lufs); /* fails only in a mode without integrated loudness */
    return 0;
}

double kin_loudness_gain(double reference_lufs, double signal_lufs)
{
    if (!isfinite(reference_lufs) || !isfinite(signal_lufs))
        return 1;
    return pow(10, (reference_lufs - signal_lufs) / 20);
}

int kin_loudness_match(const struct kin_audio *reference, struct kin_audio *signal, bool *matched,
                       struct kin_error *err)
{
    double wanted, found;
    KIN_TRY(kin_loudness_measure(reference, &wanted, err));
    KIN_TRY(kin_loudness_measure(signal, &found, err));
    double gain = kin_loudness_gain(wanted, found);
    for (size_t i = 0; i < signal->n; i++)
        signal->samples[i] = (float)(gain * (double)signal->samples[i]);
    if (matched)
        *matched = isfinite(wanted) && isfinite(found);
    return 0;
}
