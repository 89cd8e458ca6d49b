/*
 * A kind to copy when adding one: it is compiled, tested, and does something plain. Change the
 * name, the declaration and run(), then add a line to kinds.def. docs/adding-a-kind.md walks
 * through it.
 */
#include "kindred/kind.h"
#include "kindred/memory.h"

static const struct kin_param params[] = {
    {.name = "factor", .type = KIN_PARAM_NUMBER, .fallback = "1", .min = -1e6, .max = 1e6,
     .doc = "what every element is multiplied by"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "vectors", .mode = KIN_EACH, .doc = "the vectors"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "vectors", .type = "vectors", .doc = "the same vectors, scaled"},
    {0},
};

static int scale(const struct kin_value *vector, double factor, struct kin_value **out,
                 struct kin_error *err)
{
    const struct kin_tensor *in;
    KIN_TRY(kin_value_want(vector, "vector", KIN_F32, 1, &in, err));
    KIN_AUTO(kin_tensor_release) struct kin_tensor scaled = {0};
    KIN_TRY(kin_tensor_alloc(&scaled, KIN_F32, 1, in->shape, err));
    const float *x = in->data;
    float *y = scaled.data;
    for (size_t i = 0; i < in->shape[0]; i++)
        y[i] = (float)(factor * x[i]);
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("vector");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a vector");
    KIN_TRY(kin_value_set(value, "vector", &scaled, err));
    *out = value;
    value = NULL;
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    double factor = kin_arg_number(call->args, "factor");
    for (size_t k = 0; k < call->n_items; k++) {
        struct kin_value *scaled = NULL;
        KIN_TRY(scale(kin_call_item(call, "of", k), factor, &scaled, err));
        KIN_TRY(kin_call_give(call, k, NULL, scaled, err));
    }
    return 0;
}

const struct kin_kind kin_kind_template = {
    .name = "template",
    .version = 1,
    .doc = "multiplies vectors by a number; the example of docs/adding-a-kind.md",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
