#include "spectral.h"

#include <string.h>

#include "each.h"
#include "kindred/memory.h"

const char *const kin_window_choices[] = {"periodic", "symmetric", NULL};
const char *const kin_floor_choices[] = {"clip", "batch", NULL};

enum kin_window kin_arg_window(const struct kin_args *args)
{
    return kin_arg_is(args, "window", "symmetric") ? KIN_WINDOW_HANN_SYMMETRIC
                                                   : KIN_WINDOW_HANN_PERIODIC;
}

/* The plan of the last rate seen. */
struct planner {
    const struct kin_spectral *feature;
    unsigned rate_hz;
    void *plan;
};

static void planner_release(struct planner *planner)
{
    if (planner->plan)
        planner->feature->plan_free(planner->plan);
    planner->plan = NULL;
}

static int plan_for(struct planner *planner, const struct kin_args *args, unsigned rate_hz,
                    struct kin_error *err)
{
    if (planner->plan && planner->rate_hz == rate_hz)
        return 0;
    planner_release(planner);
    planner->rate_hz = rate_hz;
    return planner->feature->plan_new(args, rate_hz, &planner->plan, err);
}

/* One value from a part of the results. */
static int wrap(const struct kin_spectral *feature, const float *x, const size_t shape[2],
                struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new(feature->type);
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a %s", feature->type);
    struct kin_tensor tensor;
    KIN_TRY(kin_tensor_alloc(&tensor, KIN_F32, feature->ndim, shape, err));
    memcpy(tensor.data, x, kin_tensor_count(&tensor) * sizeof *x);
    KIN_TRY(kin_value_set(value, feature->field, &tensor, err));
    *out = value;
    value = NULL;
    return 0;
}

static size_t elements(const struct kin_spectral *feature, const size_t shape[2])
{
    return feature->ndim == 1 ? shape[0] : shape[0] * shape[1];
}

/* ---- floor: clip ---- */

static int one(struct kin_call *call, size_t k, void *context, struct kin_value **out,
               struct kin_error *err)
{
    struct planner *planner = context;
    const struct kin_spectral *feature = planner->feature;
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    KIN_TRY(kin_crop_audio(call->args, kin_call_item(call, "of", k), &audio, err));
    KIN_TRY(plan_for(planner, call->args, audio.rate_hz, err));
    size_t shape[2] = {0};
    feature->shape(call->args, planner->plan, audio.n, shape);
    KIN_AUTO(kin_auto_free) float *result = NULL;
    KIN_TRY(kin_alloc_into(&result, elements(feature, shape), sizeof *result, err));
    KIN_TRY(feature->apply(call->args, planner->plan, audio.samples, 1, audio.n, KIN_FLOOR_CLIP,
                           result, err));
    return wrap(feature, result, shape, out, err);
}

/* ---- floor: batch ---- */

/* All clips one after the other; they have to be alike. */
static int gather(struct kin_call *call, struct kin_audio *out, size_t *samples,
                  struct kin_error *err)
{
    for (size_t k = 0; k < call->n_items; k++) {
        KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
        KIN_TRY(kin_crop_audio(call->args, kin_call_item(call, "of", k), &audio, err));
        if (k == 0) {
            *samples = audio.n;
            KIN_TRY(kin_audio_alloc(out, call->n_items * audio.n, audio.rate_hz, err));
        }
        if (audio.n != *samples || audio.rate_hz != out->rate_hz)
            return kin_fail(err, KIN_EDATA,
                            "clip %zu of the batch has %zu samples at %u Hz, the first has %zu "
                            "at %u Hz; wanted equal ones",
                            k + 1, audio.n, audio.rate_hz, *samples, out->rate_hz);
        if (audio.n > 0)
            memcpy(out->samples + k * audio.n, audio.samples, audio.n * sizeof *audio.samples);
    }
    return 0;
}

static int batch(struct kin_call *call, struct planner *planner, struct kin_error *err)
{
    const struct kin_spectral *feature = planner->feature;
    KIN_AUTO(kin_audio_release) struct kin_audio all = {0};
    size_t samples = 0;
    KIN_TRY(gather(call, &all, &samples, err));
    KIN_TRY(plan_for(planner, call->args, all.rate_hz, err));
    size_t shape[2] = {0};
    feature->shape(call->args, planner->plan, samples, shape);
    size_t each = elements(feature, shape);
    KIN_AUTO(kin_auto_free) float *results = NULL;
    KIN_TRY(kin_alloc_into(&results, call->n_items * each, sizeof *results, err));
    KIN_TRY(feature->apply(call->args, planner->plan, all.samples, call->n_items, samples,
                           KIN_FLOOR_BATCH, results, err));
    for (size_t k = 0; k < call->n_items; k++) {
        struct kin_value *value = NULL;
        KIN_TRY(wrap(feature, results + k * each, shape, &value, err));
        KIN_TRY(kin_call_give(call, k, NULL, value, err));
    }
    return 0;
}

int kin_spectral_run(struct kin_call *call, const struct kin_spectral *feature,
                     struct kin_error *err)
{
    KIN_AUTO(planner_release) struct planner planner = {.feature = feature};
    if (kin_arg_is(call->args, "floor", "batch") && call->n_items > 0)
        return batch(call, &planner, err);
    return kin_each(call, one, &planner, err);
}
