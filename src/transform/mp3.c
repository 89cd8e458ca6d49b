/* MP: through an MP3 file of constant bit rate and back, in memory. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "kindred/memory.h"
#include "transformer.h"

static const double paper[] = {8,  16,  24,  32,  40,  48,  64,  80,
                               96, 112, 128, 160, 192, 224, 256, 320};

/* Delay of LAME's encoder and of every decoder, in samples, when no Info frame tells them. */
#define CODEC_DELAY 1105

/* How a magnitude is carried out. */
struct coding {
    unsigned kbps;
    unsigned rate_hz; /* of the coded file */
};

static int refuse(double magnitude, const struct coding *end, const char *which,
                  struct kin_error *err)
{
    return kin_fail(err, KIN_EINVAL,
                    "MP with %.0f kb/s: MP3 at %u Hz has %s %u kb/s; over_range says what to do",
                    magnitude, end->rate_hz, which, end->kbps);
}

/* The end of the range to use instead of a rate outside it, if the parameters allow that. */
static int out_of_range(const struct kin_transform_params *params, const struct coding *lowest,
                        const struct coding *highest, struct coding *out, struct kin_error *err)
{
    bool above = params->magnitude > highest->kbps;
    if (above && params->over_range == KIN_OVER_AT_44100 && out->rate_hz < 32000)
        out->rate_hz = 44100;
    else if (params->over_range == KIN_OVER_CLAMP)
        *out = above ? *highest : *lowest;
    else
        return refuse(params->magnitude, above ? highest : lowest, above ? "at most" : "at least",
                      err);
    return 0;
}

static int coding_of(const struct kin_transform_params *params, unsigned rate_hz,
                     struct coding *out, struct kin_error *err)
{
    double asked = params->magnitude;
    if (asked != floor(asked))
        return kin_fail(err, KIN_EINVAL, "MP with %g kb/s, wanted a whole number", asked);
    *out = (struct coding){(unsigned)asked, rate_hz};
    size_t count;
    const unsigned *rates = kin_audio_mp3_rates(rate_hz, &count);
    if (!rates)
        return 0; /* the encoder says which sample rates there are */
    struct coding lowest = {rates[0], rate_hz}, highest = {rates[count - 1], rate_hz};
    if (asked >= lowest.kbps && asked <= highest.kbps)
        return 0;
    return out_of_range(params, &lowest, &highest, out, err);
}

static int effective(const struct kin_transform_params *params, unsigned rate_hz, double *magnitude,
                     struct kin_error *err)
{
    struct coding coding;
    KIN_TRY(coding_of(params, rate_hz, &coding, err));
    *magnitude = coding.kbps;
    return 0;
}

/* Brings a decoded signal to the n samples that were coded. With an Info frame the decoder has
 * done so; without one (LAME leaves it out where it does not fit, up to 48 kb/s) the signal comes
 * late and with padding. */
static int align(const struct kin_audio *decoded, bool has_info_frame, size_t n,
                 struct kin_audio *out, struct kin_error *err)
{
    size_t skip = has_info_frame ? 0 : CODEC_DELAY;
    KIN_TRY(kin_audio_alloc(out, n, decoded->rate_hz, err));
    size_t left = decoded->n > skip ? decoded->n - skip : 0;
    memcpy(out->samples, decoded->samples + (decoded->n - left),
           (left < n ? left : n) * sizeof *out->samples);
    return 0;
}

static int round_trip(const struct kin_audio *in, unsigned kbps, struct kin_audio *out,
                      struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length;
    KIN_TRY(kin_audio_encode(in, KIN_AUDIO_MP3, kbps, &bytes, &length, err));
    KIN_AUTO(kin_audio_release) struct kin_audio decoded = {0};
    struct kin_audio_info info;
    size_t bound = in->n + 16 * 1152; /* padding and delay are a few frames */
    KIN_TRY(kin_audio_decode(bytes, length, bound, &decoded, &info, err));
    return align(&decoded, info.announced_frames > 0, in->n, out, err);
}

/* The same at another sample rate; resampling there and back may give one sample more. */
static int round_trip_at(const struct kin_audio *in, const struct coding *coding,
                         struct kin_audio *out, struct kin_error *err)
{
    KIN_AUTO(kin_audio_release) struct kin_audio up = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio coded = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio down = {0};
    KIN_TRY(kin_audio_resample(in, coding->rate_hz, &up, err));
    KIN_TRY(round_trip(&up, coding->kbps, &coded, err));
    KIN_TRY(kin_audio_resample(&coded, in->rate_hz, &down, err));
    return align(&down, true, in->n, out, err);
}

static int run(struct kin_transformer *transformer, const struct kin_transform_params *params,
               const struct kin_audio *in, struct kin_audio *out, struct kin_error *err)
{
    (void)transformer;
    struct coding coding;
    KIN_TRY(coding_of(params, in->rate_hz, &coding, err));
    if (coding.rate_hz != in->rate_hz)
        return round_trip_at(in, &coding, out, err);
    return round_trip(in, coding.kbps, out, err);
}

const struct kin_transform kin_transform_mp3 = {
    .code = "MP",
    .name = "mp3",
    .unit = "kb/s",
    .doc = "coded as MP3 at a constant bit rate and decoded again",
    .version = 1,
    .lowest = 8,
    .highest = 320,
    .neutral = INFINITY,
    .paper = paper,
    .paper_count = KIN_COUNT(paper),
    .run = run,
    .effective = effective,
};
