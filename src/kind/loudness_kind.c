/* Integrated loudness of clips. */
#include "clip.h"
#include "each.h"
#include "kindred/loudness.h"
#include "kindred/memory.h"
#include "number.h"

static const struct kin_port inputs[] = {
    {.name = "of", .type = "clips", .mode = KIN_EACH, .doc = "the clips"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "loudness", .type = "numbers", .doc = "lufs: -inf where nothing is above the gate"},
    {0},
};

static int measure(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                   struct kin_error *err)
{
    (void)context;
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    KIN_TRY(kin_clip_audio(kin_call_item(call, "of", k), &audio, err));
    struct kin_named_number number = {.name = "lufs"};
    KIN_TRY(kin_loudness_measure(&audio, &number.value, err));
    return kin_number_new(&number, 1, out, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    return kin_each(call, measure, NULL, err);
}

const struct kin_kind kin_kind_loudness = {
    .name = "loudness",
    .version = 1,
    .doc = "integrated loudness of clips",
    .source = "EBU R 128, ITU-R BS.1770-4",
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
