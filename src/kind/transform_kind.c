/* Transformed clips: the same piece at another pitch or tempo, with noise, or through MP3. */
#include "kindred/transform.h"

#include <math.h>
#include <string.h>

#include "clip.h"
#include "each.h"
#include "kindred/log.h"
#include "kindred/memory.h"

/* Not in the table of transformations: the original as it is, so that a workflow has it on the
 * same axis. */
#define ORIGINAL "OG"

static const char *const transformations[] = {
    ORIGINAL,
#define KIN_TRANSFORM(x, code) #code,
#include "transform/transforms.def"
#undef KIN_TRANSFORM
    NULL,
};
static const char *const matches[] = {"none", "ebur128", NULL};
static const char *const stores[] = {"float", "mulaw", NULL};
static const char *const over_ranges[] = {"clamp", "refuse", "at-44100", NULL};
static const char *const draws[] = {"magnitude", "clip", NULL};

static const struct kin_param params[] = {
    {.name = "transformation",
     .type = KIN_PARAM_CHOICE,
     .choices = transformations,
     .doc = "original, pitch, tempo, pink noise, environmental noise, MP3"},
    {.name = "magnitude",
     .type = KIN_PARAM_NUMBER,
     .doc = "semitones, times the tempo, dB of signal over noise, kb/s; 0 for OG"},
    {.name = "match",
     .type = KIN_PARAM_CHOICE,
     .fallback = "none",
     .choices = matches,
     .doc = "bring the result to the loudness of the original"},
    {.name = "store",
     .type = KIN_PARAM_CHOICE,
     .fallback = "float",
     .choices = stores,
     .doc = "keep samples as float32, or in 8 bits as the authors did"},
    {.name = "draw",
     .type = KIN_PARAM_CHOICE,
     .fallback = "magnitude",
     .choices = draws,
     .doc = "PN, EN: new noise for every clip and magnitude, or one for each clip"},
    {.name = "seed",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .min = 0,
     .max = 0x1p53,
     .doc = "of the noise"},
    {.name = "sixteen_bit",
     .type = KIN_PARAM_FLAG,
     .fallback = "false",
     .doc = "PS, TS: through 16-bit files, as the rubberband command works"},
    {.name = "over_range",
     .type = KIN_PARAM_CHOICE,
     .fallback = "clamp",
     .choices = over_ranges,
     .doc = "MP: a bit rate that MP3 lacks at the clip's sample rate"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "clips", .mode = KIN_EACH, .doc = "the clips"},
    {.name = "ambience",
     .type = "clips",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "EN: a recording, the first of these; without it a synthesised bar"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "clips", .type = "clips", .doc = "the transformed clips"},
    {0},
};

/* What all items of a call share. */
struct work {
    const struct kin_transform *transform; /* NULL: the original */
    struct kin_transform_params params;
    struct kin_transformer *transformer;
    struct kin_audio recording, ambience; /* as given, and at the rate of the last clip */
    bool mulaw;
};

static void work_release(struct work *work)
{
    kin_audio_release(&work->recording);
    kin_audio_release(&work->ambience);
}

/* ---- transformers, used by one call after the other ---- */

static void free_transformer(void *at)
{
    kin_transformer_free(at);
}

/* The synthesised bar follows from the seed. */
static struct kin_digest transformer_key(const struct work *work)
{
    struct kin_digest seed = kin_digest_of(&work->params.ambience_seed, sizeof(uint64_t));
    return kin_thing_key("transformer", &seed);
}

static int take_transformer(const struct kin_call *call, struct work *work, struct kin_error *err)
{
    struct kin_digest key = transformer_key(work);
    work->transformer = kin_call_take(call, &key);
    return work->transformer ? 0 : kin_transformer_new(&work->transformer, err);
}

static void leave_transformer(const struct kin_call *call, struct work *work)
{
    struct kin_digest key = transformer_key(work);
    if (work->transformer)
        kin_call_keep(call, &key, (struct kin_thing){work->transformer, free_transformer});
}

/* ---- parameters ---- */

static struct kin_transform_params transform_params(const struct kin_args *args)
{
    return (struct kin_transform_params){
        .magnitude = kin_arg_number(args, "magnitude"),
        .match = kin_arg_is(args, "match", "ebur128") ? KIN_MATCH_EBUR128 : KIN_MATCH_NONE,
        .sixteen_bit = kin_arg_flag(args, "sixteen_bit"),
        .over_range = kin_arg_is(args, "over_range", "refuse")     ? KIN_OVER_REFUSE
                      : kin_arg_is(args, "over_range", "at-44100") ? KIN_OVER_AT_44100
                                                                   : KIN_OVER_CLAMP,
        .seed = (uint64_t)kin_arg_integer(args, "seed"),
        .ambience_seed = (uint64_t)kin_arg_integer(args, "seed"),
    };
}

/* The range of a magnitude; whether MP3 has a bit rate depends on the clip, and is asked later. */
static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    *blame = "magnitude";
    double magnitude = kin_arg_number(args, "magnitude");
    if (kin_arg_is(args, "transformation", ORIGINAL)) {
        if (magnitude == 0)
            return 0;
        return kin_fail(err, KIN_EINVAL, ORIGINAL " with magnitude %g, wanted 0", magnitude);
    }
    const struct kin_transform *transform;
    struct kin_transform_params range = {.magnitude = magnitude, .over_range = KIN_OVER_CLAMP};
    KIN_TRY(kin_transform_find(kin_arg_text(args, "transformation"), &transform, err));
    return kin_transform_effective(transform, &range, 44100, &magnitude, err);
}

static int work_init(struct work *work, const struct kin_call *call, struct kin_error *err)
{
    const char *code = kin_arg_text(call->args, "transformation");
    work->params = transform_params(call->args);
    work->mulaw = kin_arg_is(call->args, "store", "mulaw");
    if (strcmp(code, ORIGINAL) == 0)
        return 0;
    KIN_TRY(kin_transform_find(code, &work->transform, err));
    KIN_TRY(take_transformer(call, work, err));
    const struct kin_set *ambience = kin_call_input(call, "ambience");
    if (!ambience || !work->transform->random)
        return 0;
    for (size_t i = 0; i < ambience->n_items; i++)
        if (ambience->items[i].value)
            return kin_clip_audio(ambience->items[i].value, &work->recording, err);
    return kin_fail(err, KIN_EDATA, "no recording of ambience among %zu items", ambience->n_items);
}

/* ---- one clip ---- */

/* The recording at the clip's rate. */
static int tune_ambience(struct work *work, unsigned rate_hz, struct kin_error *err)
{
    if (work->recording.rate_hz == 0)
        return 0;
    work->params.ambience = &work->recording;
    if (work->recording.rate_hz == rate_hz)
        return 0;
    if (work->ambience.rate_hz != rate_hz) {
        kin_audio_release(&work->ambience);
        work->ambience = (struct kin_audio){0};
        KIN_TRY(kin_audio_resample(&work->recording, rate_hz, &work->ambience, err));
    }
    work->params.ambience = &work->ambience;
    return 0;
}

/* The name of the item's noise: of the whole key, or of no more than transformation and clip. */
static int name_draw(const struct kin_call *call, size_t k, struct kin_text *out,
                     struct kin_error *err)
{
    if (kin_arg_is(call->args, "draw", "magnitude")) {
        kin_call_name(call, k, out);
        return kin_text_check(out, err);
    }
    char digest[KIN_DIGEST_TEXT];
    kin_digest_text(&kin_call_input(call, "of")->items[k].digest, digest);
    kin_text_addf(out, "kind %s\ntransformation %s\nitem %s\n", call->kind->name,
                  kin_arg_text(call->args, "transformation"), digest);
    return kin_text_check(out, err);
}

static int transform(const struct kin_call *call, struct work *work, size_t k,
                     const struct kin_audio *in, struct kin_audio *out, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text draw = {0};
    KIN_TRY(name_draw(call, k, &draw, err));
    KIN_TRY(tune_ambience(work, in->rate_hz, err));
    struct kin_transform_params applied = work->params;
    applied.draw = draw.data;
    applied.draw_bytes = draw.length;
    struct kin_transform_report report;
    KIN_TRY(
        kin_transform_apply(work->transformer, work->transform, &applied, in, out, &report, err));
    if (report.unmatched > 0)
        kin_log(KIN_LOG_WARN, "transform %s %g: clip '%s' has no loudness to match: left as it is",
                kin_arg_text(call->args, "transformation"), kin_arg_number(call->args, "magnitude"),
                kin_call_input(call, "of")->items[k].id);
    return 0;
}

static int one(struct kin_call *call, size_t k, void *context, struct kin_value **out,
               struct kin_error *err)
{
    struct work *work = context;
    KIN_AUTO(kin_audio_release) struct kin_audio in = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio result = {0};
    KIN_TRY(kin_clip_audio(kin_call_item(call, "of", k), &in, err));
    if (!work->transform)
        return kin_clip_new(&in, work->mulaw, out, err);
    KIN_TRY(transform(call, work, k, &in, &result, err));
    return kin_clip_new(&result, work->mulaw, out, err);
}

/* At the experiment's sample rate several bit rates of MP3 are one. */
static void note(const struct kin_args *args, struct kin_text *out)
{
    const struct kin_transform *transform;
    const unsigned rate_hz = 22050;
    double magnitude = kin_arg_number(args, "magnitude");
    double effective = magnitude;
    struct kin_transform_params clamped = {.magnitude = magnitude, .over_range = KIN_OVER_CLAMP};
    if (!kin_arg_is(args, "over_range", "clamp") ||
        kin_transform_find(kin_arg_text(args, "transformation"), &transform, NULL) != 0 ||
        kin_transform_effective(transform, &clamped, rate_hz, &effective, NULL) != 0 ||
        effective == magnitude)
        return;
    kin_text_addf(out, "%s of ", transform->code);
    kin_text_add_number(out, magnitude);
    kin_text_addf(out, " %s is the same transformation as ", transform->unit);
    kin_text_add_number(out, effective);
    kin_text_addf(out, " at %u Hz, where the format ends (over_range: clamp)\n", rate_hz);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(work_release) struct work work = {0};
    int status = work_init(&work, call, err);
    if (status == 0)
        status = kin_each(call, one, &work, err);
    leave_transformer(call, &work);
    return status;
}

const struct kin_kind kin_kind_transform = {
    .name = "transform",
    .version = 1,
    .doc = "transforms clips: pitch, tempo, noise, MP3",
    .source = "Kim et al. 2019, section 3.3",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .block = 16,
    .check = check,
    .note = note,
    .run = run,
};
