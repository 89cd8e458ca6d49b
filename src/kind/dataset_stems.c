/* Songs that lie in parts: their mix is the sum of the files of a folder. */
#include <string.h>

#include "clip.h"
#include "each.h"
#include "kindred/memory.h"
#include "song.h"

static const char *const stores[] = {"mulaw", "float", NULL};

static const struct kin_param params[] = {
    {.name = "path", .type = KIN_PARAM_PATH, .doc = "where the folders are, one for each song"},
    {.name = "stems",
     .type = KIN_PARAM_LIST,
     .fallback = "guitar.ogg",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "files that are isolated parts: FILE or NAME=FILE; FILE? where it may be missing"},
    {.name = "rest",
     .type = KIN_PARAM_LIST,
     .fallback = "song.ogg",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "files that belong to the mix and are not kept apart: FILE, FILE?"},
    {.name = "sample_rate",
     .type = KIN_PARAM_INTEGER,
     .unit = "Hz",
     .fallback = "22050",
     .min = 1000,
     .max = 192000,
     .doc = "sample rate of the songs"},
    {.name = "store",
     .type = KIN_PARAM_CHOICE,
     .choices = stores,
     .fallback = "mulaw",
     .doc = "samples in 8 bits as the original experiment kept them, or as float32"},
    KIN_SONG_MIN_SECONDS("4"),
    KIN_SONG_HOW,
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "listing", .type = "listing", .mode = KIN_EACH, .doc = "the folders found"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "songs", .type = "catalog", .doc = "the songs: sum of the parts, stems"},
    {0},
};

/* ---- which files: «voice=vocals.wav?» ---- */

struct wanted {
    char stem[64], file[256];
    bool optional;
};

/* The name of a stem is what stands before '=', or the file's without its extension. */
static bool parse_wanted(const char *text, bool is_stem, struct wanted *out)
{
    size_t length = strlen(text);
    bool optional = length > 0 && text[length - 1] == '?';
    const char *equals = is_stem ? strchr(text, '=') : NULL;
    const char *file = equals ? equals + 1 : text, *dot = strrchr(file, '.');
    size_t n_file = (size_t)(text + length - optional - file);
    size_t n_stem = equals ? (size_t)(equals - text) : dot ? (size_t)(dot - file) : n_file;
    if (n_file == 0 || n_file >= sizeof out->file || strchr(file, '/'))
        return false;
    if (is_stem && (n_stem == 0 || n_stem >= sizeof out->stem))
        return false;
    *out = (struct wanted){.optional = optional};
    memcpy(out->file, file, n_file);
    if (is_stem)
        memcpy(out->stem, equals ? text : file, n_stem);
    return true;
}

static int add_wanted(const struct kin_args *args, const char *param, struct wanted *list,
                      size_t *n, struct kin_error *err)
{
    const char *const *texts;
    size_t n_texts = kin_arg_list(args, param, &texts);
    bool is_stem = strcmp(param, "stems") == 0;
    for (size_t i = 0; i < n_texts; i++) {
        struct wanted *one = &list[*n];
        if (!parse_wanted(texts[i], is_stem, one))
            return kin_fail(err, KIN_EINVAL, "parameter '%s' has '%s', wanted %s", param, texts[i],
                            is_stem ? "FILE or NAME=FILE" : "FILE");
        for (size_t k = 0; k < *n; k++)
            if (strcmp(list[k].file, one->file) == 0 ||
                (is_stem && strcmp(list[k].stem, one->stem) == 0))
                return kin_fail(err, KIN_EINVAL, "parameter '%s' has '%s', which '%s' has already",
                                param, texts[i], list[k].file);
        ++*n;
    }
    return 0;
}

/* All files of a song, those of stems first. The caller frees the list. */
static int read_wanted(const struct kin_args *args, struct wanted **out, size_t *n,
                       const char **blame, struct kin_error *err)
{
    const char *const *texts;
    size_t stems = kin_arg_list(args, "stems", &texts), rest = kin_arg_list(args, "rest", &texts);
    KIN_AUTO(kin_auto_free) struct wanted *list = NULL;
    KIN_TRY(kin_alloc_into(&list, stems + rest, sizeof *list, err));
    *n = 0;
    *blame = "stems";
    if (stems == 0)
        return kin_fail(err, KIN_EINVAL, "parameter 'stems' is empty, wanted a file at least");
    KIN_TRY(add_wanted(args, "stems", list, n, err));
    *blame = "rest";
    KIN_TRY(add_wanted(args, "rest", list, n, err));
    *out = list;
    list = NULL;
    return 0;
}

static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct wanted *list = NULL;
    size_t n;
    return read_wanted(args, &list, &n, blame, err);
}

static int scan(struct kin_scan *scan, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct wanted *list = NULL;
    KIN_AUTO(kin_auto_free) struct kin_stem_file *files = NULL;
    KIN_AUTO(kin_songs_release) struct kin_songs songs = {0};
    const char *blame;
    struct kin_stem_params how = {0};
    KIN_TRY(read_wanted(scan->args, &list, &how.n, &blame, err));
    KIN_TRY(kin_alloc_into(&files, how.n, sizeof *files, err));
    for (size_t i = 0; i < how.n; i++)
        files[i] = (struct kin_stem_file){list[i].stem, list[i].file, list[i].optional};
    how.files = files;
    if (kin_stem_folders_list(kin_arg_text(scan->args, "path"), &how, &songs, err) != 0)
        return kin_song_absent(scan->args, err);
    return kin_song_scan(scan, &songs, NULL, err);
}

/* ---- running ---- */

struct parts {
    struct kin_audio *audio;
    const char **names; /* of stems; the first n_stems of the parts */
    struct kin_digest *stored;
    size_t n, n_stems;
};

static void parts_release(struct parts *parts)
{
    for (size_t i = 0; parts->audio && i < parts->n; i++)
        kin_audio_release(&parts->audio[i]);
    kin_free(parts->audio);
    kin_free(parts->names);
    kin_free(parts->stored);
}

/* Decodes one part; the first says what the others have to be like. */
static int read_part(const struct kin_call *call, const struct kin_digest *digest,
                     struct kin_audio_info *like, struct kin_audio *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length;
    struct kin_audio_info info;
    unsigned rate_hz = (unsigned)kin_arg_integer(call->args, "sample_rate");
    KIN_TRY(call->services->source(call->services->context, digest, &bytes, &length, err));
    if (length == 0)
        return kin_fail(err, KIN_EDATA, "an empty file, wanted audio");
    KIN_TRY(kin_audio_decode_at(bytes, length, KIN_SONG_MAX_FRAMES, rate_hz, out, &info, err));
    KIN_TRY(kin_audio_check_whole(&info, err));
    if (like->frames == 0)
        *like = info;
    if (info.frames == like->frames && info.rate_hz == like->rate_hz)
        return 0;
    return kin_fail(err, KIN_EDATA,
                    "%llu frames at %u Hz, wanted %llu at %u Hz like the song's first part",
                    (unsigned long long)info.frames, info.rate_hz, (unsigned long long)like->frames,
                    like->rate_hz);
}

static int read_parts(const struct kin_call *call, const struct kin_value *source,
                      struct parts *parts, struct kin_error *err)
{
    const struct kin_tensor *digests, *names;
    struct kin_audio_info like = {0};
    KIN_TRY(kin_value_want(source, "stems", KIN_DIGEST, 1, &digests, err));
    KIN_TRY(kin_value_want(source, "stem_names", KIN_TEXT, 1, &names, err));
    if (digests->shape[0] != names->shape[0])
        return kin_fail(err, KIN_ECORRUPT, "a listing with %zu names for %zu parts",
                        names->shape[0], digests->shape[0]);
    parts->n = digests->shape[0];
    KIN_TRY(kin_alloc_into(&parts->audio, parts->n, sizeof *parts->audio, err));
    KIN_TRY(kin_alloc_into(&parts->names, parts->n, sizeof *parts->names, err));
    KIN_TRY(kin_alloc_into(&parts->stored, parts->n, sizeof *parts->stored, err));
    for (size_t i = 0; i < parts->n; i++) {
        const struct kin_digest *digest = (const struct kin_digest *)digests->data + i;
        const char *name = kin_tensor_text(names, i);
        int status = read_part(call, digest, &like, &parts->audio[i], err);
        if (status != 0)
            return kin_error_within(err, name[0] ? "stem '%s'" : "the rest%s", name);
        parts->names[i] = name;
        parts->n_stems += name[0] != '\0';
    }
    return 0;
}

static int store_clip(const struct kin_call *call, const struct kin_audio *audio,
                      struct kin_digest *out, struct kin_error *err)
{
    struct kin_value *clip;
    KIN_TRY(kin_clip_new(audio, kin_arg_is(call->args, "store", "mulaw"), &clip, err));
    return call->services->store(call->services->context, clip, out, err);
}

static int set_audio(const struct kin_call *call, struct parts *parts, const struct kin_audio *mix,
                     struct kin_value *song, struct kin_error *err)
{
    struct kin_digest stored;
    struct kin_song_measure measure = {
        .rate_hz = mix->rate_hz,
        .channels = 1,
        .frames = mix->n,
        .seconds = (double)mix->n / mix->rate_hz,
    };
    KIN_TRY(kin_song_check(mix, kin_arg_number(call->args, "min_seconds"), &measure.peak, err));
    KIN_TRY(store_clip(call, mix, &stored, err));
    for (size_t i = 0; i < parts->n_stems; i++)
        KIN_TRY(store_clip(call, &parts->audio[i], &parts->stored[i], err));
    KIN_TRY(kin_value_set_text(song, "form", "clip", err));
    KIN_TRY(kin_value_set_digests(song, "audio", &stored, 1, err));
    KIN_TRY(kin_song_set_measure(song, &measure, err));
    if (parts->n_stems == 0)
        return 0;
    KIN_TRY(kin_value_set_texts(song, "stem_names", parts->names, parts->n_stems, err));
    return kin_value_set_digests(song, "stems", parts->stored, parts->n_stems, err);
}

static int make_song(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                     struct kin_error *err)
{
    (void)context;
    const struct kin_value *source = kin_call_item(call, "listing", k);
    KIN_AUTO(parts_release) struct parts parts = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio mix = {0};
    KIN_TRY(read_parts(call, source, &parts, err));
    KIN_TRY(kin_stems_mix(parts.audio, parts.n, &mix, NULL, err));
    KIN_AUTO(kin_value_auto) struct kin_value *song = kin_value_new("song");
    if (!song)
        return kin_fail(err, KIN_ENOMEM, "no memory for a song");
    KIN_TRY(set_audio(call, &parts, &mix, song, err));
    *out = song;
    song = NULL;
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    return kin_each(call, make_song, NULL, err);
}

const struct kin_kind kin_kind_dataset_stems = {
    .name = "dataset.stems",
    .version = 1,
    .doc = "songs in parts: the mix is the sum of the files of a folder",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .check = check,
    .scan = scan,
    .run = run,
};
