/* Signal-to-distortion ratio of estimated clips. */
#include <math.h>

#include "clip.h"
#include "each.h"
#include "kindred/measure.h"
#include "kindred/memory.h"
#include "number.h"

static const char *const summaries[] = {"each", "mean", NULL};

static const struct kin_param params[] = {
    {.name = "window",
     .type = KIN_PARAM_NUMBER,
     .unit = "s",
     .fallback = "1",
     .min = 1e-3,
     .max = 3600,
     .doc = "length of the windows; a last one that is not full is left out"},
    {.name = "summary",
     .type = KIN_PARAM_CHOICE,
     .fallback = "each",
     .choices = summaries,
     .doc = "the ratio of every window, or their mean"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "reference", .type = "clips", .mode = KIN_EACH, .doc = "what should have come out"},
    {.name = "estimate", .type = "clips", .mode = KIN_EACH, .doc = "what did"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "numbers", .type = "numbers", .doc = "sdr in dB: one for every window, or their mean"},
    {0},
};

static int check_pair(const struct kin_audio *reference, const struct kin_audio *estimate,
                      struct kin_error *err)
{
    if (reference->rate_hz == estimate->rate_hz && reference->n == estimate->n)
        return 0;
    return kin_fail(err, KIN_EDATA,
                    "the reference has %zu samples at %u Hz, the estimate %zu at %u Hz",
                    reference->n, reference->rate_hz, estimate->n, estimate->rate_hz);
}

static int compare(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                   struct kin_error *err)
{
    (void)context;
    KIN_AUTO(kin_audio_release) struct kin_audio reference = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio estimate = {0};
    KIN_TRY(kin_clip_audio(kin_call_item(call, "reference", k), &reference, err));
    KIN_TRY(kin_clip_audio(kin_call_item(call, "estimate", k), &estimate, err));
    KIN_TRY(check_pair(&reference, &estimate, err));
    size_t window = (size_t)lround(kin_arg_number(call->args, "window") * reference.rate_hz);
    size_t n = window ? kin_sdr_windows(reference.n, window) : 0;
    KIN_AUTO(kin_auto_free) double *sdr = NULL;
    KIN_TRY(kin_alloc_into(&sdr, n, sizeof *sdr, err));
    KIN_TRY(kin_sdr(reference.samples, estimate.samples, reference.n, window, sdr, err));
    struct kin_named_number mean = {"sdr", kin_summarise(sdr, n).mean};
    bool each = kin_arg_is(call->args, "summary", "each");
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_TRY(kin_number_new(&mean, each ? 0 : 1, &value, err));
    if (each)
        KIN_TRY(kin_number_add_array(value, "sdr", sdr, n, err));
    *out = value;
    value = NULL;
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    return kin_each(call, compare, NULL, err);
}

const struct kin_kind kin_kind_sdr = {
    .name = "sdr",
    .version = 1,
    .doc = "signal-to-distortion ratio of separated clips",
    .source = "BSS Eval version 4, where the filters cancel out of this ratio",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
