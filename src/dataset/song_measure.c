/* What a song's audio is like, and whether it can be used. */
#include <math.h>

#include "kindred/audio.h"
#include "kindred/dataset.h"
#include "kindred/memory.h"

#define SILENT 3.1622776601683795e-4 /* -70 dBFS: below, EBU R 128 finds no loudness */

static double peak_of(const struct kin_audio *audio)
{
    float peak = 0;
    for (size_t i = 0; i < audio->n; i++)
        peak = fmaxf(peak, fabsf(audio->samples[i]));
    return peak;
}

int kin_song_check(const struct kin_audio *audio, double min_seconds, double *peak,
                   struct kin_error *err)
{
    KIN_TRY(kin_audio_check(audio, min_seconds, err));
    *peak = peak_of(audio);
    if (*peak < SILENT)
        return kin_fail(err, KIN_EDATA, "silence: the loudest sample is at %.1f dBFS, wanted -70",
                        20 * log10(*peak));
    return 0;
}

int kin_song_measure(const void *bytes, size_t length, const struct kin_song_limits *limits,
                     struct kin_song_measure *out, struct kin_error *err)
{
    if (length == 0)
        return kin_fail(err, KIN_EDATA, "an empty file, wanted audio");
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    struct kin_audio_info info;
    KIN_TRY(kin_audio_decode(bytes, length, KIN_SONG_MAX_FRAMES, &audio, &info, err));
    if (!limits->allow_truncated)
        KIN_TRY(kin_audio_check_whole(&info, err));
    double peak;
    KIN_TRY(kin_song_check(&audio, limits->min_seconds, &peak, err));
    *out = (struct kin_song_measure){
        .rate_hz = info.rate_hz,
        .channels = info.channels,
        .frames = info.frames,
        .seconds = (double)info.frames / info.rate_hz,
        .peak = peak,
        .truncated = info.truncated,
    };
    return 0;
}

int kin_stem_measure(const void *bytes, size_t length, const struct kin_song_measure *mix,
                     struct kin_error *err)
{
    if (length == 0)
        return kin_fail(err, KIN_EDATA, "an empty file, wanted audio");
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    struct kin_audio_info info;
    KIN_TRY(kin_audio_decode(bytes, length, KIN_SONG_MAX_FRAMES, &audio, &info, err));
    if (info.rate_hz == mix->rate_hz && info.frames == mix->frames)
        return 0;
    return kin_fail(err, KIN_EDATA, "%llu frames at %u Hz, wanted %llu at %u Hz like the mix",
                    (unsigned long long)info.frames, info.rate_hz, (unsigned long long)mix->frames,
                    mix->rate_hz);
}

size_t kin_crop_start(enum kin_crop crop, size_t n, size_t length, struct kin_random *random)
{
    size_t free = n - length;
    switch (crop) {
    case KIN_CROP_START:
        return 0;
    case KIN_CROP_CENTRE:
        return free / 2;
    default:
        return (size_t)kin_random_below(random, free + 1);
    }
}
