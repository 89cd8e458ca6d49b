#include "kindred/audio.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"

int kin_audio_alloc(struct kin_audio *out, size_t n, unsigned rate_hz, struct kin_error *err)
{
    struct kin_audio audio = {.n = n, .rate_hz = rate_hz};
    KIN_TRY(kin_alloc_into(&audio.samples, n, sizeof *audio.samples, err));
    *out = audio;
    return 0;
}

void kin_audio_release(struct kin_audio *audio)
{
    if (!audio)
        return;
    kin_free(audio->samples);
    audio->samples = NULL;
    audio->n = 0;
}

/* The indefinite article, by sound: an Ogg, an MP3, an AIFF, an AU; a WAV. */
static const char *article(const char *word)
{
    return strchr("AEIOUM", word[0]) && word[0] ? "an" : "a";
}

int kin_audio_check_whole(const struct kin_audio_info *info, struct kin_error *err)
{
    if (!info->truncated)
        return 0;
    const char *a = article(info->format);
    unsigned long long frames = info->frames, announced = info->announced_frames;
    if (announced <= frames)
        return kin_fail(err, KIN_EDATA, "%s %s file that is cut off after %llu samples", a,
                        info->format, frames);
    return kin_fail(err, KIN_EDATA, "%s %s file that ends after %llu of %llu announced samples", a,
                    info->format, frames, announced);
}

static int check_finite(const struct kin_audio *audio, struct kin_error *err)
{
    for (size_t i = 0; i < audio->n; i++) {
        if (!isfinite(audio->samples[i]))
            return kin_fail(err, KIN_EDATA, "sample %zu is %s, not a finite number", i,
                            isnan(audio->samples[i]) ? "nan" : "infinite");
    }
    return 0;
}

static int check_length(const struct kin_audio *audio, double min_seconds, struct kin_error *err)
{
    double seconds = (double)audio->n / audio->rate_hz;
    if (seconds >= min_seconds && audio->n > 0)
        return 0;
    char wanted[KIN_NUMBER_TEXT];
    kin_number_text(min_seconds, wanted);
    return kin_fail(err, KIN_EDATA, "%.3f s long (%zu samples at %u Hz), wanted at least %s s",
                    seconds, audio->n, audio->rate_hz, wanted);
}

static int check_audible(const struct kin_audio *audio, struct kin_error *err)
{
    for (size_t i = 0; i < audio->n; i++) {
        if (fabsf(audio->samples[i]) > KIN_AUDIO_SILENT)
            return 0;
    }
    return kin_fail(err, KIN_EDATA, "silent: none of %zu samples above 2^-16 of full scale",
                    audio->n);
}

int kin_audio_check(const struct kin_audio *audio, double min_seconds, struct kin_error *err)
{
    KIN_TRY(check_finite(audio, err));
    KIN_TRY(check_length(audio, min_seconds, err));
    return check_audible(audio, err);
}
