#include <math.h>
#include <rubberband/rubberband-c.h>
#include <string.h>

#include "kindred/memory.h"
#include "transformer.h"

/* The command's block size. The library gives other, even wrong, samples when fed far larger ones.
 */
#define BLOCK 1024

/* A call for every block of the input; `final` is set with the last one. */
typedef void feed_function(RubberBandState, const float *const *, unsigned, int);

/* Takes what is ready; samples beyond the length we want are dropped. */
static void retrieve(RubberBandState stretcher, struct kin_audio *out, size_t *made)
{
    float block[BLOCK];
    float *const channels[1] = {block};
    for (int ready; (ready = rubberband_available(stretcher)) > 0;) {
        size_t got =
            rubberband_retrieve(stretcher, channels, ready < BLOCK ? (unsigned)ready : BLOCK);
        size_t room = out->n - *made;
        size_t kept = got < room ? got : room;
        memcpy(out->samples + *made, block, kept * sizeof *block);
        *made += kept;
    }
}

static void feed(RubberBandState stretcher, feed_function *call, const struct kin_audio *in,
                 struct kin_audio *out, size_t *made)
{
    for (size_t at = 0; at < in->n; at += BLOCK) {
        size_t left = in->n - at;
        const float *const channels[1] = {in->samples + at};
        call(stretcher, channels, (unsigned)(left < BLOCK ? left : BLOCK), left <= BLOCK);
        if (out)
            retrieve(stretcher, out, made);
    }
}

/* Brings samples to 16-bit steps as a PCM file holds them: read as k / 32768, but written by the
 * command (through libsndfile) as k = round(32767 x). */
static void quantise(struct kin_audio *audio, double scale)
{
    for (size_t i = 0; i < audio->n; i++) {
        double x = fmin(fmax((double)audio->samples[i], -1), 1);
        double k = fmin(rint(x * scale), 32767);
        audio->samples[i] = (float)(k / 32768);
    }
}

/* The command starts again with a lower gain when its output would clip, but not below this one:
 * then it clips. */
#define LOWEST_GAIN 0.75f

static void lower_gain(struct kin_audio *audio)
{
    float gain = 1;
    for (size_t i = 0; i < audio->n; i++) {
        float x = audio->samples[i];
        if (gain * x >= 1 || gain * x < -1)
            gain = 0.999f / fabsf(x);
    }
    gain = fmaxf(gain, LOWEST_GAIN);
    for (size_t i = 0; i < audio->n; i++)
        audio->samples[i] *= gain;
}

/* Both passes over an input of 16-bit steps or floats; the study pass sees all of it first. */
static int stretch(const struct kin_audio *in, double time_ratio, double pitch_scale,
                   struct kin_audio *out, struct kin_error *err)
{
    const int options = RubberBandOptionProcessOffline | RubberBandOptionThreadingNever;
    RubberBandState stretcher = rubberband_new(in->rate_hz, 1, options, time_ratio, pitch_scale);
    if (!stretcher)
        return kin_fail(err, KIN_ENOMEM, "no memory for a time stretcher");
    rubberband_set_expected_input_duration(stretcher, (unsigned)in->n);
    size_t made = 0;
    feed(stretcher, rubberband_study, in, NULL, NULL);
    feed(stretcher, rubberband_process, in, out, &made);
    rubberband_delete(stretcher);
    return 0;
}

static int check_size(const struct kin_audio *in, double length, struct kin_error *err)
{
    if (in->rate_hz < 8000 || in->rate_hz > 192000)
        return kin_fail(err, KIN_EINVAL,
                        "stretching at a sample rate of %u Hz, wanted 8000 to 192000", in->rate_hz);
    if (in->n > INT32_MAX || length > INT32_MAX)
        return kin_fail(err, KIN_EDATA, "%zu samples are too many to stretch, wanted at most %d",
                        in->n, INT32_MAX);
    return 0;
}

int transform_stretch(const struct kin_audio *in, double time_ratio, double pitch_scale,
                      bool sixteen_bit, struct kin_audio *out, struct kin_error *err)
{
    double length = rint((double)in->n * time_ratio); /* ties to even, as the library does */
    KIN_TRY(check_size(in, length, err));
    KIN_AUTO(kin_audio_release) struct kin_audio rounded = {0};
    if (sixteen_bit) {
        KIN_TRY(kin_audio_alloc(&rounded, in->n, in->rate_hz, err));
        memcpy(rounded.samples, in->samples, in->n * sizeof *in->samples);
        quantise(&rounded, 32768);
    }
    KIN_AUTO(kin_audio_release) struct kin_audio result = {0};
    KIN_TRY(kin_audio_alloc(&result, length < 1 ? 1 : (size_t)length, in->rate_hz, err));
    KIN_TRY(stretch(sixteen_bit ? &rounded : in, time_ratio, pitch_scale, &result, err));
    if (sixteen_bit) {
        lower_gain(&result);
        quantise(&result, 32767);
    }
    *out = result;
    result.samples = NULL;
    return 0;
}
