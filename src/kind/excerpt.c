/* One excerpt of every song. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clip.h"
#include "each.h"
#include "kindred/memory.h"
#include "song.h"

static const char *const positions[] = {"random", "start", "centre", NULL};
static const char *const stores[] = {"float", "mulaw", NULL};
static const char *const shorts[] = {"reject", "whole", NULL};

static const struct kin_param params[] = {
    {.name = "seconds",
     .type = KIN_PARAM_NUMBER,
     .unit = "s",
     .fallback = "4",
     .min = 0.01,
     .max = 3600,
     .doc = "length"},
    {.name = "sample_rate",
     .type = KIN_PARAM_INTEGER,
     .unit = "Hz",
     .fallback = "22050",
     .min = 1000,
     .max = 192000,
     .doc = "sample rate of the excerpts"},
    {.name = "position",
     .type = KIN_PARAM_CHOICE,
     .choices = positions,
     .fallback = "random",
     .doc = "where it is cut; random: anywhere, each place as likely as any other"},
    {.name = "piece",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .max = 1e9,
     .doc = "number of the random place, for several excerpts of one song"},
    {.name = "short",
     .type = KIN_PARAM_CHOICE,
     .choices = shorts,
     .fallback = "reject",
     .doc = "a song shorter than the excerpt fails, or is taken whole"},
    {.name = "stem",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .doc = "cut this isolated part («voice») instead of the mix, at the same place"},
    {.name = "store",
     .type = KIN_PARAM_CHOICE,
     .choices = stores,
     .fallback = "float",
     .doc = "samples as float32, or in 8 bits as the original experiment kept them"},
    {.name = "seed",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .max = 0x1p53,
     .doc = "seed of the random places"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "catalog", .mode = KIN_EACH, .doc = "the songs"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "clips", .type = "clips", .doc = "the excerpts, named like their songs"},
    {0},
};

struct cut {
    double seconds;
    unsigned rate_hz;
    enum kin_crop crop;
    bool allow_short, mulaw;
    const char *stem;
    uint64_t seed, piece;
};

static struct cut read_cut(const struct kin_args *args)
{
    struct cut cut = {
        .seconds = kin_arg_number(args, "seconds"),
        .rate_hz = (unsigned)kin_arg_integer(args, "sample_rate"),
        .allow_short = kin_arg_is(args, "short", "whole"),
        .mulaw = kin_arg_is(args, "store", "mulaw"),
        .stem = kin_arg_text(args, "stem"),
        .seed = (uint64_t)kin_arg_integer(args, "seed"),
        .piece = (uint64_t)kin_arg_integer(args, "piece"),
    };
    while (!kin_arg_is(args, "position", positions[cut.crop]))
        cut.crop++;
    return cut;
}

/* Named by what is heard (the digest of the mix) and nothing else: the stem, the storage and the
 * labels do not move the place, so that the excerpts of mix and stem match. */
static int place_stream(const struct kin_value *song, const struct cut *cut, struct kin_random *out,
                        struct kin_error *err)
{
    const struct kin_tensor *audio;
    KIN_TRY(kin_value_want(song, "audio", KIN_DIGEST, 1, &audio, err));
    char name[96], digest[KIN_DIGEST_TEXT];
    kin_digest_text(audio->data, digest);
    uint64_t piece = cut->piece + (uint64_t)kin_value_i64(song, "piece", 0);
    int length = snprintf(name, sizeof name, "excerpt %s %llu", digest, (unsigned long long)piece);
    *out = kin_random_stream(cut->seed, name, (size_t)length);
    return 0;
}

static int cut_song(const struct kin_value *song, const struct cut *cut,
                    const struct kin_services *services, struct kin_value **out,
                    struct kin_error *err)
{
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    struct kin_random random;
    size_t length = (size_t)lround(cut->seconds * cut->rate_hz);
    KIN_TRY(place_stream(song, cut, &random, err));
    KIN_TRY(kin_song_audio(song, cut->stem, cut->rate_hz, services, &audio, err));
    if (audio.n < length && !cut->allow_short)
        return kin_fail(err, KIN_EDATA, "%.3f s of audio, wanted an excerpt of %g s",
                        (double)audio.n / cut->rate_hz, cut->seconds);
    if (audio.n < length)
        length = audio.n;
    struct kin_audio excerpt = {
        .samples = audio.samples + kin_crop_start(cut->crop, audio.n, length, &random),
        .n = length,
        .rate_hz = cut->rate_hz,
    };
    return kin_clip_new(&excerpt, cut->mulaw, out, err);
}

static int run_item(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                    struct kin_error *err)
{
    return cut_song(kin_call_item(call, "of", k), context, call->services, out, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    struct cut cut = read_cut(call->args);
    return kin_each(call, run_item, &cut, err);
}

const struct kin_kind kin_kind_excerpt = {
    .name = "excerpt",
    .version = 1,
    .doc = "cuts one excerpt out of every song: mono, at one sample rate",
    .source =
        "Kim et al. 2019, section 4.1; 4 s, twice what the networks see, as in the authors' code",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
