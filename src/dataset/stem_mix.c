/* The mix of a song that comes in parts. */
#include <math.h>

#include "kindred/dataset.h"
#include "kindred/memory.h"

static int check(const struct kin_audio *parts, size_t n, struct kin_error *err)
{
    if (n == 0)
        return kin_fail(err, KIN_EINVAL, "no part to mix");
    for (size_t i = 1; i < n; i++)
        if (parts[i].n != parts[0].n || parts[i].rate_hz != parts[0].rate_hz)
            return kin_fail(err, KIN_EINVAL, "parts of %zu samples at %u Hz and %zu at %u Hz",
                            parts[0].n, parts[0].rate_hz, parts[i].n, parts[i].rate_hz);
    return 0;
}

static void scale(struct kin_audio *audio, double factor)
{
    for (size_t i = 0; i < audio->n; i++)
        audio->samples[i] = (float)(factor * audio->samples[i]);
}

int kin_stems_mix(struct kin_audio *parts, size_t n, struct kin_audio *out, double *factor,
                  struct kin_error *err)
{
    KIN_AUTO(kin_audio_release) struct kin_audio mix = {0};
    KIN_TRY(check(parts, n, err));
    KIN_TRY(kin_audio_alloc(&mix, parts[0].n, parts[0].rate_hz, err));
    float peak = 0;
    for (size_t i = 0; i < mix.n; i++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++) {
            sum += parts[k].samples[i];
            peak = fmaxf(peak, fabsf(parts[k].samples[i]));
        }
        mix.samples[i] = (float)sum;
        peak = fmaxf(peak, fabsf(mix.samples[i]));
    }
    double gain = peak > 1 ? 1 / (double)peak : 1;
    if (peak > 1)
        scale(&mix, gain);
    for (size_t k = 0; peak > 1 && k < n; k++)
        scale(&parts[k], gain);
    if (factor)
        *factor = gain;
    *out = mix;
    mix = (struct kin_audio){0};
    return 0;
}
