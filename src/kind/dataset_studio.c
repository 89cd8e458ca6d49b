/* Generated songs: the default when no music is at hand. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clip.h"
#include "each.h"
#include "kindred/memory.h"
#include "kindred/studio.h"
#include "song.h"

static const char *const stem_choices[] = {"voice", "parts", "none", NULL};
static const char *const stores[] = {"mulaw", "float", NULL};

static const struct kin_param params[] = {
    {.name = "songs",
     .type = KIN_PARAM_INTEGER,
     .unit = "songs",
     .fallback = "110",
     .min = 1,
     .max = 1e6,
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "how many; song 7 is the same song among ten and among thousands"},
    {.name = "seconds",
     .type = KIN_PARAM_NUMBER,
     .unit = "s",
     .fallback = "24",
     .min = 1,
     .max = 600,
     .doc = "length of a song"},
    {.name = "sample_rate",
     .type = KIN_PARAM_INTEGER,
     .unit = "Hz",
     .fallback = "22050",
     .min = 8000,
     .max = 48000,
     .doc = "sample rate of the songs"},
    {.name = "vocals",
     .type = KIN_PARAM_NUMBER,
     .fallback = "0.6",
     .max = 1,
     .doc = "share of the songs led by another instrument in which a voice sings, too"},
    {.name = "stems",
     .type = KIN_PARAM_CHOICE,
     .choices = stem_choices,
     .fallback = "voice",
     .doc = "isolated parts that are kept: the voice where there is one, every part, or none"},
    {.name = "store",
     .type = KIN_PARAM_CHOICE,
     .choices = stores,
     .fallback = "mulaw",
     .doc = "samples in 8 bits as the original experiment kept them, or as float32"},
    {.name = "instruments",
     .type = KIN_PARAM_PATH,
     .fallback = "",
     .doc = "configuration of the freepats samples; default: where Debian has it"},
    {.name = "seed",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .max = 0x1p53,
     .doc = "seed of everything that is composed"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "listing", .type = "listing", .mode = KIN_EACH, .doc = "songs to compose"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "songs",
     .type = "catalog",
     .doc = "the songs: label (lead instrument), tags, mix, stems"},
    {0},
};

/* ---- scanning: one item a song, with the instrument samples it will be played with ---- */

static const char *find_config(const struct kin_args *args)
{
    static const char *const places[] = {"/etc/timidity/freepats.cfg",
                                         "/etc/wildmidi/wildmidi.cfg"};
    const char *given = kin_arg_text(args, "instruments");
    if (given[0])
        return given;
    for (size_t i = 0; i < KIN_COUNT(places); i++)
        if (access(places[i], R_OK) == 0)
            return places[i];
    return NULL;
}

/* Digests and options of all samples, in the order of kin_studio_programs. */
struct instruments {
    struct kin_digest *digests;
    const char **options; /* inside patches */
    struct kin_patch *patches;
    size_t n;
};

static void instruments_release(struct instruments *all)
{
    if (all->patches)
        kin_patches_release(all->patches, all->n);
    kin_free(all->patches);
    kin_free(all->digests);
    kin_free(all->options);
}

static int find_instruments(struct kin_scan *scan, struct instruments *all, struct kin_error *err)
{
    const struct kin_patch_slot *slots = kin_studio_programs(&all->n);
    const char *config = find_config(scan->args);
    if (!kin_studio_available())
        return kin_fail(err, KIN_EUNAVAILABLE,
                        "this build has no studio: install libwildmidi-dev and freepats and run "
                        "./configure without --without-studio");
    if (!config)
        return kin_fail(err, KIN_ENOTFOUND,
                        "no instrument samples on this machine: install the package freepats, or "
                        "set the parameter 'instruments' to its configuration");
    KIN_TRY(kin_alloc_into(&all->patches, all->n, sizeof *all->patches, err));
    KIN_TRY(kin_alloc_into(&all->digests, all->n, sizeof *all->digests, err));
    KIN_TRY(kin_alloc_into(&all->options, all->n, sizeof *all->options, err));
    KIN_TRY(kin_patches_find(config, slots, all->n, all->patches, err));
    for (size_t i = 0; i < all->n; i++) {
        KIN_TRY(scan->file(scan->context, all->patches[i].path, &all->digests[i], err));
        all->options[i] = all->patches[i].options;
    }
    return 0;
}

static int list_song(struct kin_scan *scan, const struct instruments *all, int64_t index,
                     struct kin_error *err)
{
    char id[32];
    snprintf(id, sizeof id, "studio-%06lld", (long long)index);
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("source");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a song");
    KIN_TRY(kin_value_set_text(value, "form", "score", err));
    KIN_TRY(kin_value_set_i64(value, "index", index, err));
    KIN_TRY(kin_value_set_digests(value, "samples", all->digests, all->n, err));
    KIN_TRY(kin_value_set_texts(value, "options", all->options, all->n, err));
    struct kin_value *listed = value;
    value = NULL;
    return scan->add(scan->context, id, listed, err);
}

static int scan(struct kin_scan *scan, struct kin_error *err)
{
    KIN_AUTO(instruments_release) struct instruments all = {0};
    KIN_TRY(find_instruments(scan, &all, err));
    int64_t songs = kin_arg_integer(scan->args, "songs");
    for (int64_t i = 0; i < songs; i++)
        KIN_TRY(list_song(scan, &all, i, err));
    return 0;
}

/* ---- running ---- */

/* The bytes of all samples; kept from song to song while the digests stay the same. */
struct bank {
    const struct kin_tensor *digests;
    struct kin_sample *samples;
    size_t n;
};

static void bank_release(struct bank *bank)
{
    for (size_t i = 0; bank->samples && i < bank->n; i++)
        kin_free((void *)(uintptr_t)bank->samples[i].bytes);
    kin_free(bank->samples);
    *bank = (struct bank){0};
}

static int load_bank(const struct kin_value *source, const struct kin_services *services,
                     struct bank *bank, struct kin_error *err)
{
    const struct kin_tensor *digests, *options;
    KIN_TRY(kin_value_want(source, "samples", KIN_DIGEST, 1, &digests, err));
    KIN_TRY(kin_value_want(source, "options", KIN_TEXT, 1, &options, err));
    size_t n;
    kin_studio_programs(&n);
    if (digests->shape[0] != n || options->shape[0] != n)
        return kin_fail(err, KIN_ECORRUPT, "a listing with %zu samples, wanted %zu",
                        digests->shape[0], n);
    bool same = bank->digests &&
                memcmp(bank->digests->data, digests->data, n * sizeof(struct kin_digest)) == 0;
    if (!same) {
        bank_release(bank);
        KIN_TRY(kin_alloc_into(&bank->samples, n, sizeof *bank->samples, err));
        bank->n = n;
    }
    const struct kin_digest *digest = digests->data;
    for (size_t i = 0; i < n; i++) {
        struct kin_sample *sample = &bank->samples[i];
        void *bytes = NULL;
        sample->options = kin_tensor_text(options, i);
        if (same)
            continue;
        KIN_TRY(services->source(services->context, &digest[i], &bytes, &sample->length, err));
        sample->bytes = bytes;
    }
    bank->digests = digests;
    return 0;
}

/* A song as it was performed. */
struct take {
    struct kin_song_score score;
    struct kin_audio mix, parts[KIN_STUDIO_PARTS];
};

static void take_release(struct take *take)
{
    kin_song_score_release(&take->score);
    kin_audio_release(&take->mix);
    for (int part = 0; part < KIN_STUDIO_PARTS; part++)
        kin_audio_release(&take->parts[part]);
}

static int store_clip(const struct kin_call *call, const struct kin_audio *audio,
                      struct kin_digest *out, struct kin_error *err)
{
    struct kin_value *clip;
    KIN_TRY(kin_clip_new(audio, kin_arg_is(call->args, "store", "mulaw"), &clip, err));
    return call->services->store(call->services->context, clip, out, err);
}

static bool keeps(const struct kin_args *args, int part)
{
    return kin_arg_is(args, "stems", "parts") ||
           (part == KIN_STUDIO_VOICE && kin_arg_is(args, "stems", "voice"));
}

static int set_audio(const struct kin_call *call, const struct take *take, struct kin_value *song,
                     struct kin_error *err)
{
    const char *names[KIN_STUDIO_PARTS];
    struct kin_digest mix, stems[KIN_STUDIO_PARTS];
    size_t n = 0;
    KIN_TRY(store_clip(call, &take->mix, &mix, err));
    for (int part = 0; part < KIN_STUDIO_PARTS; part++) {
        if (take->score.parts[part].n == 0 || !keeps(call->args, part))
            continue;
        names[n] = kin_studio_part_name((enum kin_studio_part)part);
        KIN_TRY(store_clip(call, &take->parts[part], &stems[n++], err));
    }
    KIN_TRY(kin_value_set_text(song, "form", "clip", err));
    KIN_TRY(kin_value_set_digests(song, "audio", &mix, 1, err));
    if (n == 0)
        return 0;
    KIN_TRY(kin_value_set_texts(song, "stem_names", names, n, err));
    return kin_value_set_digests(song, "stems", stems, n, err);
}

static int make_song(const struct kin_call *call, const struct take *take, struct kin_value **out,
                     struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *song = kin_value_new("song");
    if (!song)
        return kin_fail(err, KIN_ENOMEM, "no memory for a song");
    struct kin_song_measure measure = {
        .rate_hz = take->mix.rate_hz,
        .channels = 1,
        .frames = take->mix.n,
        .seconds = (double)take->mix.n / take->mix.rate_hz,
        .peak = take->score.peak,
    };
    KIN_TRY(set_audio(call, take, song, err));
    KIN_TRY(kin_song_set_measure(song, &measure, err));
    KIN_TRY(kin_value_set_text(song, "label", take->score.label, err));
    KIN_TRY(kin_value_set_texts(song, "tags", take->score.tags, take->score.n_tags, err));
    *out = song;
    song = NULL;
    return 0;
}

static int run_song(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                    struct kin_error *err)
{
    struct bank *bank = context;
    const struct kin_value *source = kin_call_item(call, "listing", k);
    struct kin_studio_params how = {
        .seed = (uint64_t)kin_arg_integer(call->args, "seed"),
        .seconds = kin_arg_number(call->args, "seconds"),
        .vocals = kin_arg_number(call->args, "vocals"),
    };
    uint64_t index = (uint64_t)kin_value_i64(source, "index", 0);
    unsigned rate_hz = (unsigned)kin_arg_integer(call->args, "sample_rate");
    KIN_AUTO(take_release) struct take take = {0};
    KIN_TRY(load_bank(source, call->services, bank, err));
    KIN_TRY(kin_studio_compose(&how, index, &take.score, err));
    KIN_TRY(kin_studio_perform(&take.score, bank->samples, rate_hz, &take.mix, take.parts, err));
    KIN_TRY(make_song(call, &take, out, err));
    kin_call_count(call, "songs", 1);
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(bank_release) struct bank bank = {0};
    return kin_each(call, run_song, &bank, err);
}

const struct kin_kind kin_kind_dataset_studio = {
    .name = "dataset.studio",
    .version = 1,
    .doc = "generated songs with labels for every task, played on sampled instruments",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .scan = scan,
    .run = run,
};
