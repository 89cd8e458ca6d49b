/* The studio's performer: owner of libWildMidi, whose state is global. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/studio.h"

#ifdef KIN_WITH_STUDIO

#include <wildmidi_lib.h>

#define PLAY_RATE_HZ 44100
#define CHUNK_FRAMES 8192

/* libWildMidi asks for files by name and hands no context to whoever answers: while the lock is
 * held, this is what it may see. The only changing state at file scope, and the lock's own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    const char *config;
    const struct kin_sample *samples;
    size_t n;
} stage;

/* The library frees what it gets with free_file. */
static void *copy_bytes(const void *bytes, size_t length, uint32_t *size)
{
    char *copy = length < UINT32_MAX ? malloc(length + 1) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    *size = (uint32_t)length;
    return copy;
}

/* Names are «config», and «NUMBER.pat» for samples; anything else does not exist. The library may
 * put a folder before a name. */
static void *open_file(const char *path, uint32_t *size)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (strcmp(name, "config") == 0)
        return copy_bytes(stage.config, strlen(stage.config), size);
    char *tail;
    unsigned long i = strtoul(name, &tail, 10);
    if (strcmp(tail, ".pat") != 0 || i >= stage.n)
        return NULL;
    return copy_bytes(stage.samples[i].bytes, stage.samples[i].length, size);
}

static void close_file(void *bytes)
{
    free(bytes);
}

/* A configuration that names the samples in memory. */
static int make_config(const struct kin_sample *samples, struct kin_text *out,
                       struct kin_error *err)
{
    size_t n;
    const struct kin_patch_slot *slots = kin_studio_programs(&n);
    for (int drum = 0; drum < 2; drum++) {
        kin_text_add(out, drum ? "drumset 0\n" : "bank 0\n");
        for (size_t i = 0; i < n; i++)
            if (slots[i].drum == drum)
                kin_text_addf(out, "%u %zu.pat %s\n", slots[i].number, i, samples[i].options);
    }
    return kin_text_check(out, err);
}

static int wildmidi_failed(const char *what, struct kin_error *err)
{
    char *why = WildMidi_GetError();
    return kin_fail(err, KIN_EDATA, "libWildMidi cannot %s%s%s", what, why ? ": " : "",
                    why ? why : "");
}

/* Plays a MIDI file until the signal is full or the file ends; the mean of both channels. */
static int play(struct kin_text *file, struct kin_audio *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) int16_t *frames = NULL;
    KIN_TRY(kin_alloc_into(&frames, CHUNK_FRAMES, 2 * sizeof *frames, err));
    midi *handle = WildMidi_OpenBuffer((uint8_t *)file->data, (uint32_t)file->length);
    if (!handle)
        return wildmidi_failed("read a part", err);
    int status = 0;
    for (size_t at = 0; at < out->n;) {
        int bytes = WildMidi_GetOutput(handle, (int8_t *)frames, CHUNK_FRAMES * 4);
        if (bytes < 0)
            status = wildmidi_failed("play a part", err);
        if (bytes <= 0)
            break;
        size_t n = (size_t)bytes / 4;
        for (size_t i = 0; i < n && at < out->n; i++, at++)
            out->samples[at] = (float)(frames[2 * i] + frames[2 * i + 1]) / 65536.0f;
    }
    WildMidi_Close(handle);
    return status;
}

static int play_parts(const struct kin_song_score *song, struct kin_audio *parts,
                      struct kin_error *err)
{
    size_t n = (size_t)ceil(song->seconds * PLAY_RATE_HZ);
    for (int part = 0; part < KIN_STUDIO_PARTS; part++) {
        if (song->parts[part].n == 0)
            continue;
        KIN_AUTO(kin_text_release) struct kin_text file = {0};
        KIN_TRY(kin_studio_midi(song, (enum kin_studio_part)part, &file, err));
        KIN_TRY(kin_audio_alloc(&parts[part], n, PLAY_RATE_HZ, err));
        KIN_TRY(play(&file, &parts[part], err));
    }
    return 0;
}

static int perform_locked(const struct kin_song_score *song, const struct kin_sample *samples,
                          struct kin_audio *parts, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text config = {0};
    KIN_TRY(make_config(samples, &config, err));
    stage.config = config.data;
    stage.samples = samples;
    kin_studio_programs(&stage.n);
    struct _WM_VIO files = {.allocate_file = open_file, .free_file = close_file};
    if (WildMidi_InitVIO(&files, "config", PLAY_RATE_HZ, 0) != 0)
        return wildmidi_failed("read the instruments", err);
    int status = play_parts(song, parts, err);
    WildMidi_Shutdown();
    return status;
}

static int perform_parts(const struct kin_song_score *song, const struct kin_sample *samples,
                         struct kin_audio *parts, struct kin_error *err)
{
    pthread_mutex_lock(&lock);
    int status = perform_locked(song, samples, parts, err);
    memset(&stage, 0, sizeof stage);
    pthread_mutex_unlock(&lock);
    return status;
}

#else

static int perform_parts(const struct kin_song_score *song, const struct kin_sample *samples,
                         struct kin_audio *parts, struct kin_error *err)
{
    (void)song, (void)samples, (void)parts;
    return kin_fail(err, KIN_EUNAVAILABLE,
                    "this build cannot play generated music: install libwildmidi-dev and freepats "
                    "and run ./configure without --without-studio");
}

#endif

bool kin_studio_available(void)
{
#ifdef KIN_WITH_STUDIO
    return true;
#else
    return false;
#endif
}

/* ---- the mix ---- */

/* Brings a part to its level and ends it softly; silence stays silence. */
static void level(struct kin_audio *part, double level_db)
{
    double sum = 0;
    for (size_t i = 0; i < part->n; i++)
        sum += (double)part->samples[i] * part->samples[i];
    if (sum == 0)
        return;
    double gain = 0.1 * pow(10, level_db / 20) / sqrt(sum / (double)part->n);
    size_t fade = part->rate_hz / 20;
    for (size_t i = 0; i < part->n; i++) {
        size_t left = part->n - i;
        double end = left < fade ? (double)left / (double)fade : 1;
        part->samples[i] = (float)(part->samples[i] * gain * end);
    }
}

/* Adds the parts up and scales all of it so that the mix peaks where the song says. */
static int mix_parts(const struct kin_song_score *song, struct kin_audio *parts,
                     struct kin_audio *mix, struct kin_error *err)
{
    float peak = 0;
    for (int part = 0; part < KIN_STUDIO_PARTS; part++) {
        level(&parts[part], song->parts[part].level_db);
        for (size_t i = 0; i < mix->n; i++)
            mix->samples[i] += parts[part].samples[i];
    }
    for (size_t i = 0; i < mix->n; i++)
        peak = fmaxf(peak, fabsf(mix->samples[i]));
    if (peak == 0)
        return kin_fail(err, KIN_EDATA, "the instruments give no sound");
    float gain = (float)song->peak / peak;
    for (size_t i = 0; i < mix->n; i++)
        mix->samples[i] *= gain;
    for (int part = 0; part < KIN_STUDIO_PARTS; part++)
        for (size_t i = 0; i < mix->n; i++)
            parts[part].samples[i] *= gain;
    return 0;
}

/* Brings a part to the rate and the length of the song, an empty one too. */
static int fit_part(struct kin_audio *part, size_t n, unsigned rate_hz, struct kin_error *err)
{
    KIN_AUTO(kin_audio_release) struct kin_audio resampled = {0};
    if (part->n > 0)
        KIN_TRY(kin_audio_resample(part, rate_hz, &resampled, err));
    kin_audio_release(part);
    KIN_TRY(kin_audio_alloc(part, n, rate_hz, err));
    size_t have = resampled.n < n ? resampled.n : n;
    if (have > 0)
        memcpy(part->samples, resampled.samples, have * sizeof *part->samples);
    return 0;
}

static int perform(const struct kin_song_score *song, const struct kin_sample *samples,
                   unsigned rate_hz, struct kin_audio *mix, struct kin_audio *parts,
                   struct kin_error *err)
{
    size_t n = (size_t)lround(song->seconds * rate_hz);
    KIN_TRY(perform_parts(song, samples, parts, err));
    for (int part = 0; part < KIN_STUDIO_PARTS; part++)
        KIN_TRY(fit_part(&parts[part], n, rate_hz, err));
    KIN_TRY(kin_audio_alloc(mix, n, rate_hz, err));
    return mix_parts(song, parts, mix, err);
}

int kin_studio_perform(const struct kin_song_score *song, const struct kin_sample *samples,
                       unsigned rate_hz, struct kin_audio *mix, struct kin_audio *parts,
                       struct kin_error *err)
{
    if (rate_hz < 8000 || rate_hz > 48000)
        return kin_fail(err, KIN_EINVAL, "a sample rate of %u Hz, wanted 8000 to 48000", rate_hz);
    struct kin_audio played[KIN_STUDIO_PARTS] = {{0}};
    struct kin_audio mixed = {0};
    int status = perform(song, samples, rate_hz, &mixed, played, err);
    if (status == 0) {
        *mix = mixed;
        mixed = (struct kin_audio){0};
    }
    for (int part = 0; part < KIN_STUDIO_PARTS; part++) {
        if (status == 0 && parts)
            parts[part] = played[part];
        else
            kin_audio_release(&played[part]);
    }
    kin_audio_release(&mixed);
    return status;
}
