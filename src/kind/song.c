#include "song.h"

#include <string.h>

#include "clip.h"
#include "each.h"
#include "kindred/memory.h"

const char *const kin_song_truncated[] = {"reject", "use", NULL};

/* ---- scanning ---- */

static int no_memory(struct kin_error *err)
{
    return kin_fail(err, KIN_ENOMEM, "no memory for a song");
}

static int full_path(const char *root, const char *path, struct kin_text *out,
                     struct kin_error *err)
{
    if (root && path[0] != '/')
        kin_text_addf(out, "%s/", root);
    kin_text_add(out, path);
    return kin_text_check(out, err);
}

/* The digest of one file. What is wrong with it alone makes *unusable, in words without its path:
 * they become part of an artifact. */
static int file_digest(struct kin_scan *scan, const char *root, const char *path,
                       struct kin_digest *out, bool *unusable, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text full = {0};
    KIN_TRY(full_path(root, path, &full, err));
    int status = scan->file(scan->context, full.data, out, err);
    if (status != KIN_ENOTFOUND && status != KIN_EACCESS && status != KIN_EIO)
        return status;
    const char *why = status == KIN_ENOTFOUND ? "there is no such file"
                      : status == KIN_EACCESS ? "no permission to read the file"
                                              : "the file cannot be read";
    *unusable = true;
    kin_fail(err, status, "%s", why);
    return 0;
}

static int set_labels(struct kin_value *value, const struct kin_song *song, struct kin_error *err)
{
    if (song->n_tags > 0)
        KIN_TRY(
            kin_value_set_texts(value, "tags", (const char *const *)song->tags, song->n_tags, err));
    if (song->label)
        KIN_TRY(kin_value_set_text(value, "label", song->label, err));
    if (song->split)
        KIN_TRY(kin_value_set_text(value, "split", song->split, err));
    return song->group ? kin_value_set_text(value, "group", song->group, err) : 0;
}

/* Which of a song's files an error is about. */
static int name_part(const struct kin_song *song, size_t i, struct kin_error *err)
{
    const char *slash = strrchr(song->stem_paths[i], '/');
    if (song->stem_names[i][0])
        kin_error_within(err, "stem '%s'", song->stem_names[i]);
    else
        kin_error_within(err, "'%s'", slash ? slash + 1 : song->stem_paths[i]);
    return 0;
}

/* The digest of the mix, where there is a file of it. */
static int set_mix(struct kin_scan *scan, const struct kin_song *song, const char *root,
                   struct kin_value *value, bool *unusable, struct kin_error *err)
{
    struct kin_digest audio;
    KIN_TRY(kin_value_set_text(value, "form", song->path ? "file" : "parts", err));
    if (!song->path)
        return 0;
    KIN_TRY(file_digest(scan, root, song->path, &audio, unusable, err));
    if (!*unusable)
        return kin_value_set_digests(value, "audio", &audio, 1, err);
    if (song->n_stems > 0)
        kin_error_within(err, "the mix");
    return 0;
}

static int set_stems(struct kin_scan *scan, const struct kin_song *song, const char *root,
                     struct kin_value *value, bool *unusable, struct kin_error *err)
{
    if (song->n_stems == 0)
        return 0;
    KIN_AUTO(kin_auto_free) struct kin_digest *digests = NULL;
    KIN_TRY(kin_alloc_into(&digests, song->n_stems, sizeof *digests, err));
    for (size_t i = 0; i < song->n_stems; i++) {
        KIN_TRY(file_digest(scan, root, song->stem_paths[i], &digests[i], unusable, err));
        if (*unusable)
            return name_part(song, i, err);
    }
    KIN_TRY(kin_value_set_texts(value, "stem_names", (const char *const *)song->stem_names,
                                song->n_stems, err));
    return kin_value_set_digests(value, "stems", digests, song->n_stems, err);
}

static int fill_source(struct kin_scan *scan, const struct kin_song *song, const char *root,
                       struct kin_value *value, bool *unusable, struct kin_error *err)
{
    if (!song->is_file) {
        *unusable = true;
        kin_fail(err, KIN_ENOTFOUND, "not a file, or a link that leads nowhere");
        return 0;
    }
    KIN_TRY(set_mix(scan, song, root, value, unusable, err));
    if (*unusable)
        return 0;
    KIN_TRY(set_labels(value, song, err));
    return set_stems(scan, song, root, value, unusable, err);
}

static int scan_song(struct kin_scan *scan, const struct kin_song *song, const char *root,
                     struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("source");
    if (!value)
        return no_memory(err);
    bool unusable = false;
    KIN_TRY(fill_source(scan, song, root, value, &unusable, err));
    if (unusable) {
        struct kin_error why = *err;
        return scan->reject(scan->context, song->id, &why, err);
    }
    struct kin_value *listed = value;
    value = NULL;
    return scan->add(scan->context, song->id, listed, err);
}

int kin_song_scan(struct kin_scan *scan, const struct kin_songs *songs, const char *root,
                  struct kin_error *err)
{
    for (size_t i = 0; i < songs->n; i++)
        KIN_TRY(scan_song(scan, &songs->list[i], root, err));
    return 0;
}

int kin_song_absent(const struct kin_args *args, struct kin_error *err)
{
    const char *how = kin_arg_text(args, "how");
    if (err->status != KIN_ENOTFOUND || !how[0])
        return err->status;
    struct kin_error before = *err;
    return kin_fail(err, before.status, "%.*s; %s", (int)sizeof before.text / 2, before.text, how);
}

/* ---- measuring ---- */

static int copy_fields(const struct kin_value *from, struct kin_value *to, struct kin_error *err)
{
    for (size_t i = 0; i < kin_value_fields(from); i++) {
        const struct kin_tensor *field = kin_value_field(from, i);
        const char *name = kin_value_field_name(from, i);
        if (field->dtype == KIN_DIGEST) {
            KIN_TRY(kin_value_set_digests(to, name, field->data, field->shape[0], err));
            continue;
        }
        KIN_AUTO(kin_auto_free) const char **texts = NULL;
        if (field->dtype != KIN_TEXT || field->ndim > 1)
            return kin_fail(err, KIN_ECORRUPT, "a source with a field '%s' of another type", name);
        size_t n = kin_tensor_count(field);
        KIN_TRY(kin_alloc_into(&texts, n, sizeof *texts, err));
        for (size_t k = 0; k < n; k++)
            texts[k] = kin_tensor_text(field, k);
        KIN_TRY(field->ndim == 1 ? kin_value_set_texts(to, name, texts, n, err)
                                 : kin_value_set_text(to, name, texts[0], err));
    }
    return 0;
}

int kin_song_set_measure(struct kin_value *song, const struct kin_song_measure *measure,
                         struct kin_error *err)
{
    KIN_TRY(kin_value_set_f64(song, "rate_hz", measure->rate_hz, err));
    KIN_TRY(kin_value_set_f64(song, "frames", (double)measure->frames, err));
    KIN_TRY(kin_value_set_f64(song, "channels", measure->channels, err));
    KIN_TRY(kin_value_set_f64(song, "seconds", measure->seconds, err));
    KIN_TRY(kin_value_set_f64(song, "peak", measure->peak, err));
    return kin_value_set_i64(song, "truncated", measure->truncated, err);
}

static int one_digest(const struct kin_value *song, struct kin_digest *out, struct kin_error *err)
{
    const struct kin_tensor *audio;
    KIN_TRY(kin_value_want(song, "audio", KIN_DIGEST, 1, &audio, err));
    if (audio->shape[0] != 1)
        return kin_fail(err, KIN_ECORRUPT, "a song with %zu mixes, wanted 1", audio->shape[0]);
    *out = *(const struct kin_digest *)audio->data;
    return 0;
}

/* Every stem is as long as its mix. */
static int measure_stems(const struct kin_value *source, const struct kin_song_measure *mix,
                         const struct kin_services *services, struct kin_error *err)
{
    const struct kin_tensor *digests, *names;
    if (!kin_value_get(source, "stems"))
        return 0;
    KIN_TRY(kin_value_want(source, "stems", KIN_DIGEST, 1, &digests, err));
    KIN_TRY(kin_value_want(source, "stem_names", KIN_TEXT, 1, &names, err));
    for (size_t i = 0; i < digests->shape[0] && i < names->shape[0]; i++) {
        const struct kin_digest *digest = (const struct kin_digest *)digests->data + i;
        KIN_AUTO(kin_auto_free) void *bytes = NULL;
        size_t length;
        KIN_TRY(services->source(services->context, digest, &bytes, &length, err));
        int status = kin_stem_measure(bytes, length, mix, err);
        if (status != 0)
            return kin_error_within(err, "stem '%s'", kin_tensor_text(names, i));
    }
    return 0;
}

/* KIN_EDATA: the file's content cannot be used. */
static int measure_song(const struct kin_value *source, const struct kin_song_limits *limits,
                        const struct kin_services *services, struct kin_value **out,
                        struct kin_error *err)
{
    struct kin_digest digest;
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length;
    struct kin_song_measure measure;
    KIN_TRY(one_digest(source, &digest, err));
    KIN_TRY(services->source(services->context, &digest, &bytes, &length, err));
    KIN_TRY(kin_song_measure(bytes, length, limits, &measure, err));
    KIN_TRY(measure_stems(source, &measure, services, err));
    KIN_AUTO(kin_value_auto) struct kin_value *song = kin_value_new("song");
    if (!song)
        return no_memory(err);
    KIN_TRY(copy_fields(source, song, err));
    KIN_TRY(kin_song_set_measure(song, &measure, err));
    *out = song;
    song = NULL;
    return 0;
}

static int run_item(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                    struct kin_error *err)
{
    return measure_song(kin_call_item(call, "listing", k), context, call->services, out, err);
}

int kin_song_run(struct kin_call *call, struct kin_error *err)
{
    struct kin_song_limits limits = {
        .min_seconds = kin_arg_number(call->args, "min_seconds"),
        .allow_truncated = kin_arg_is(call->args, "truncated", "use"),
    };
    return kin_each(call, run_item, &limits, err);
}

/* ---- reading ---- */

int kin_song_says(const struct kin_value *song, const char *id, struct kin_task_song *out,
                  struct kin_error *err)
{
    const struct kin_tensor *tags = kin_value_get(song, "tags");
    const char **texts = NULL;
    size_t n = 0;
    if (tags) {
        KIN_TRY(kin_value_want(song, "tags", KIN_TEXT, 1, &tags, err));
        n = tags->shape[0];
        KIN_TRY(kin_alloc_into(&texts, n, sizeof *texts, err));
        for (size_t i = 0; i < n; i++)
            texts[i] = kin_tensor_text(tags, i);
    }
    *out = (struct kin_task_song){
        .id = id, .label = kin_value_text(song, "label", NULL), .tags = texts, .n_tags = n};
    return 0;
}

void kin_song_says_release(struct kin_task_song *says)
{
    kin_free((void *)(uintptr_t)says->tags);
    *says = (struct kin_task_song){0};
}

static int stem_digest(const struct kin_value *song, const char *stem, struct kin_digest *out,
                       struct kin_error *err)
{
    const struct kin_tensor *names = kin_value_get(song, "stem_names"), *digests;
    for (size_t i = 0; names && names->ndim == 1 && i < names->shape[0]; i++) {
        if (strcmp(kin_tensor_text(names, i), stem) != 0)
            continue;
        KIN_TRY(kin_value_want(song, "stems", KIN_DIGEST, 1, &digests, err));
        if (digests->shape[0] != names->shape[0])
            return kin_fail(err, KIN_ECORRUPT, "a song with %zu names for %zu stems",
                            names->shape[0], digests->shape[0]);
        *out = ((const struct kin_digest *)digests->data)[i];
        return 0;
    }
    return kin_fail(err, KIN_EDATA, "no stem '%s' in this song", stem);
}

static int read_file(const struct kin_digest *digest, unsigned rate_hz,
                     const struct kin_services *services, struct kin_audio *out,
                     struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length;
    KIN_TRY(services->source(services->context, digest, &bytes, &length, err));
    if (rate_hz == 0)
        return kin_audio_decode(bytes, length, KIN_SONG_MAX_FRAMES, out, NULL, err);
    return kin_audio_decode_at(bytes, length, KIN_SONG_MAX_FRAMES, rate_hz, out, NULL, err);
}

static int read_clip(const struct kin_digest *digest, unsigned rate_hz,
                     const struct kin_services *services, struct kin_audio *out,
                     struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *clip = NULL;
    KIN_AUTO(kin_audio_release) struct kin_audio stored = {0};
    KIN_TRY(services->fetch(services->context, digest, &clip, err));
    KIN_TRY(kin_clip_audio(clip, &stored, err));
    if (rate_hz != 0 && rate_hz != stored.rate_hz)
        return kin_audio_resample(&stored, rate_hz, out, err);
    *out = stored;
    stored = (struct kin_audio){0};
    return 0;
}

int kin_song_audio(const struct kin_value *song, const char *stem, unsigned rate_hz,
                   const struct kin_services *services, struct kin_audio *out,
                   struct kin_error *err)
{
    struct kin_digest digest;
    if (stem && stem[0])
        KIN_TRY(stem_digest(song, stem, &digest, err));
    else
        KIN_TRY(one_digest(song, &digest, err));
    bool is_clip = strcmp(kin_value_text(song, "form", "file"), "clip") == 0;
    return is_clip ? read_clip(&digest, rate_hz, services, out, err)
                   : read_file(&digest, rate_hz, services, out, err);
}
