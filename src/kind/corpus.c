#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/dataset.h"
#include "kindred/memory.h"
#include "kindred/mulaw.h"
#include "song.h"

/* ---- what songs say ---- */

static int read_song(struct corpus_song *song, const struct kin_item *item, struct kin_error *err)
{
    const struct kin_tensor *audio;
    song->value = item->value;
    song->piece = kin_value_i64(item->value, "piece", 0);
    KIN_TRY(kin_value_want(item->value, "audio", KIN_DIGEST, 1, &audio, err));
    if (audio->shape[0] != 1)
        return kin_fail(err, KIN_ECORRUPT, "a song with %zu mixes, wanted 1", audio->shape[0]);
    memcpy(&song->audio, audio->data, sizeof song->audio);
    return kin_song_says(item->value, item->id, &song->says, err);
}

static int read_songs(struct corpus *corpus, const struct kin_set *set, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&corpus->songs, set->n_items, sizeof *corpus->songs, err));
    for (size_t i = 0; i < set->n_items; i++)
        if (set->items[i].value)
            KIN_TRY(read_song(&corpus->songs[corpus->n++], &set->items[i], err));
    return 0;
}

int corpus_open(struct corpus *corpus, const struct kin_set *set,
                const struct corpus_params *params, const struct kin_services *services,
                struct kin_error *err)
{
    *corpus = (struct corpus){.params = *params, .services = services};
    int status = read_songs(corpus, set, err);
    if (status != 0)
        corpus_release(corpus);
    return status;
}

static void sound_release(struct corpus_sound *sound)
{
    if (!sound->shared) {
        kin_free(sound->samples);
        kin_free(sound->codes);
    }
    *sound = (struct corpus_sound){0};
}

void corpus_release(struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->n; i++) {
        struct corpus_song *song = &corpus->songs[i];
        kin_song_says_release(&song->says);
        sound_release(&song->mix);
        sound_release(&song->stem);
    }
    kin_free(corpus->songs);
    *corpus = (struct corpus){0};
}

int corpus_says(const struct corpus *corpus, struct kin_task_song **out, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(out, corpus->n, sizeof **out, err));
    for (size_t i = 0; i < corpus->n; i++)
        (*out)[i] = corpus->songs[i].says;
    return 0;
}

/* ---- audio ---- */

/* Keeps the signal in the form asked for; takes it. */
static int sound_of(const struct corpus *corpus, struct kin_audio *takes, struct corpus_sound *out,
                    struct kin_error *err)
{
    *out = (struct corpus_sound){.n = takes->n};
    if (!corpus->params.mulaw) {
        out->samples = takes->samples;
        *takes = (struct kin_audio){0};
        return 0;
    }
    KIN_TRY(kin_alloc_into(&out->codes, takes->n, 1, err));
    kin_mulaw_encode(takes->samples, takes->n, out->codes);
    return 0;
}

static int read_sound(const struct corpus *corpus, const struct corpus_song *song,
                      const char *stem, struct corpus_sound *out, struct kin_error *err)
{
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    KIN_TRY(kin_song_audio(song->value, stem, corpus->params.rate_hz, corpus->services, &audio,
                           err));
    return sound_of(corpus, &audio, out, err);
}

static int check_sounds(const struct corpus *corpus, const struct corpus_sound *mix,
                        const struct corpus_sound *stem, struct kin_error *err)
{
    const struct corpus_params *params = &corpus->params;
    double rate = params->rate_hz;
    if (mix->n < params->samples)
        return kin_fail(err, KIN_EDATA, "%.3f s of audio, wanted %.3f s or more",
                        (double)mix->n / rate, (double)params->samples / rate);
    if (params->stem && stem->n != mix->n)
        return kin_fail(err, KIN_EDATA, "%zu samples of '%s' beside %zu of the mix, wanted as many",
                        stem->n, params->stem, mix->n);
    return 0;
}

static int read_both(const struct corpus *corpus, const struct corpus_song *song,
                     struct corpus_sound *mix, struct corpus_sound *stem, struct kin_error *err)
{
    int status = read_sound(corpus, song, NULL, mix, err);
    if (status == 0 && corpus->params.stem)
        status = read_sound(corpus, song, corpus->params.stem, stem, err);
    if (status == 0)
        status = check_sounds(corpus, mix, stem, err);
    return status != 0 ? kin_error_within(err, "song '%s'", song->says.id) : 0;
}

static size_t sound_bytes(const struct corpus *corpus, const struct corpus_sound *sound)
{
    return sound->shared ? 0 : sound->n * (corpus->params.mulaw ? 1 : sizeof(float));
}

static bool same_stems(const struct corpus_song *a, const struct corpus_song *b)
{
    const struct kin_tensor *x = kin_value_get(a->value, "stems");
    const struct kin_tensor *y = kin_value_get(b->value, "stems");
    if (!x || !y)
        return x == y;
    return x->dtype == KIN_DIGEST && y->dtype == KIN_DIGEST && x->ndim == 1 && y->ndim == 1 &&
           x->shape[0] == y->shape[0] &&
           memcmp(x->data, y->data, x->shape[0] * sizeof(struct kin_digest)) == 0;
}

static bool can_share(const struct corpus *corpus, size_t i, const struct corpus_song *song)
{
    if (i >= corpus->n)
        return false;
    const struct corpus_song *other = &corpus->songs[i];
    return (other->mix.samples || other->mix.codes) &&
           kin_digest_equal(&other->audio, &song->audio) && same_stems(other, song);
}

/* Another piece of the same song that is in memory, or NULL; it is near, as their ids are. */
static const struct corpus_song *other_piece(const struct corpus *corpus, size_t index)
{
    const struct corpus_song *song = &corpus->songs[index];
    for (size_t d = 1; d < corpus->n; d++) {
        if (can_share(corpus, index - d, song)) /* wraps round to far beyond the end */
            return song - d;
        if (can_share(corpus, index + d, song))
            return song + d;
    }
    return NULL;
}

int corpus_hold(struct corpus *corpus, size_t index, struct kin_error *err)
{
    struct corpus_song *song = &corpus->songs[index];
    const struct corpus_song *other = song->piece > 0 ? other_piece(corpus, index) : NULL;
    KIN_AUTO(sound_release) struct corpus_sound mix = {0};
    KIN_AUTO(sound_release) struct corpus_sound stem = {0};
    if (other) {
        song->mix = other->mix;
        song->stem = other->stem;
        song->mix.shared = song->stem.shared = true;
        return 0;
    }
    KIN_TRY(read_both(corpus, song, &mix, &stem, err));
    size_t bytes = sound_bytes(corpus, &mix) + sound_bytes(corpus, &stem);
    if (bytes > corpus->params.budget - corpus->used)
        return 0;
    corpus->used += bytes;
    song->mix = mix;
    song->stem = stem;
    mix = stem = (struct corpus_sound){0};
    return 0;
}

void corpus_drop(struct corpus *corpus, size_t index)
{
    struct corpus_song *song = &corpus->songs[index];
    corpus->used -= sound_bytes(corpus, &song->mix) + sound_bytes(corpus, &song->stem);
    sound_release(&song->mix);
    sound_release(&song->stem);
}

/* By what the catalog knows of its length; the few samples of a resampler's rounding aside. */
static int check_length(const struct corpus *corpus, const struct corpus_song *song,
                        struct kin_error *err)
{
    double seconds = kin_value_f64(song->value, "seconds", -1);
    double wanted = (double)corpus->params.samples / corpus->params.rate_hz;
    if (seconds >= 0 && seconds < wanted - 0.001)
        return kin_fail(err, KIN_EDATA, "song '%s': %.3f s of audio, wanted %.3f s or more",
                        song->says.id, seconds, wanted);
    return 0;
}

int corpus_load(struct corpus *corpus, struct kin_error *err)
{
    const struct kin_services *services = corpus->services;
    bool full = false;
    for (size_t i = 0; i < corpus->n; i++)
        KIN_TRY(check_length(corpus, &corpus->songs[i], err));
    for (size_t i = 0; i < corpus->n && (!full || corpus->params.stem); i++) {
        char text[64];
        snprintf(text, sizeof text, "reading song %zu of %zu", i + 1, corpus->n);
        services->progress(services->context, text);
        if (services->cancelled(services->context))
            return kin_fail(err, KIN_ECANCELLED, "stopped");
        KIN_TRY(corpus_hold(corpus, i, err));
        full = !corpus->songs[i].mix.samples && !corpus->songs[i].mix.codes;
    }
    return 0;
}

/* ---- chance ---- */

/* The stream of one song in one epoch. */
static struct kin_random song_stream(const struct corpus_song *song, const char *purpose,
                                     uint64_t seed, uint64_t epoch)
{
    char name[128], digest[KIN_DIGEST_TEXT];
    kin_digest_text(&song->audio, digest);
    int length = snprintf(name, sizeof name, "train %s %llu %s", purpose,
                          (unsigned long long)epoch, digest);
    if (song->piece > 0)
        length += snprintf(name + length, sizeof name - (size_t)length, " %lld",
                           (long long)song->piece);
    return kin_random_stream(seed, name, (size_t)length);
}

struct rank {
    uint64_t key;
    size_t song;
};

static int by_rank(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->song > y->song) - (x->song < y->song);
}

int corpus_order(const struct corpus *corpus, uint64_t seed, uint64_t epoch, size_t *order,
                 struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct rank *ranks = NULL;
    KIN_TRY(kin_alloc_into(&ranks, corpus->n, sizeof *ranks, err));
    for (size_t i = 0; i < corpus->n; i++) {
        struct kin_random random = song_stream(&corpus->songs[i], "order", seed, epoch);
        ranks[i] = (struct rank){kin_random_u64(&random), i};
    }
    qsort(ranks, corpus->n, sizeof *ranks, by_rank);
    for (size_t i = 0; i < corpus->n; i++)
        order[i] = ranks[i].song;
    return 0;
}

static void cut_sound(const struct corpus_sound *sound, size_t start, size_t n, float *out)
{
    if (sound->codes)
        kin_mulaw_decode(sound->codes + start, n, out);
    else
        memcpy(out, sound->samples + start, n * sizeof *out);
}

int corpus_cut(struct corpus *corpus, size_t index, uint64_t seed, uint64_t epoch, float *mix,
               float *stem, struct kin_error *err)
{
    const struct corpus_song *song = &corpus->songs[index];
    KIN_AUTO(sound_release) struct corpus_sound read_mix = {0};
    KIN_AUTO(sound_release) struct corpus_sound read_stem = {0};
    const struct corpus_sound *from = &song->mix, *from_stem = &song->stem;
    if (!from->samples && !from->codes) {
        KIN_TRY(read_both(corpus, song, &read_mix, &read_stem, err));
        from = &read_mix;
        from_stem = &read_stem;
    }
    struct kin_random random = song_stream(song, "crop", seed, epoch);
    size_t n = corpus->params.samples;
    size_t start = kin_crop_start(KIN_CROP_RANDOM, from->n, n, &random);
    cut_sound(from, start, n, mix);
    if (corpus->params.stem)
        cut_sound(from_stem, start, n, stem);
    return 0;
}
