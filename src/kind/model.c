#include "model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "crop.h"
#include "kindred/memory.h"
#include "scaler.h"

/* ---- writing ---- */

static int set_classes(struct kin_value *value, const struct kin_model *model,
                       struct kin_error *err)
{
    size_t n = model->classes.n;
    if (n == 0)
        return 0;
    KIN_TRY(
        kin_value_set_texts(value, "classes", (const char *const *)model->classes.names, n, err));
    return kin_value_set_f32(value, "frequencies", model->frequencies, n, 0, err);
}

static int set_header(struct kin_value *value, const struct kin_model *model, struct kin_error *err)
{
    KIN_TRY(kin_value_set_text(value, "task", model->task->name, err));
    KIN_TRY(kin_value_set_text(value, "encoder", model->baseline ? "MFCC" : "VGG", err));
    KIN_TRY(kin_value_set_text(value, "image",
                               model->linear_magnitude ? "magnitude" : "standardised", err));
    KIN_TRY(kin_value_set_i64(value, "width", (int64_t)model->width, err));
    KIN_TRY(kin_value_set_i64(value, "channels", (int64_t)model->size.channels, err));
    KIN_TRY(kin_value_set_i64(value, "hidden", (int64_t)model->size.hidden, err));
    KIN_TRY(kin_value_set_f64(value, "dropout", model->size.dropout, err));
    KIN_TRY(set_classes(value, model, err));
    return kin_scaler_set(value, &model->scale, model->rate_hz, err);
}

static int set_arrays(struct kin_value *value, const struct kin_layout *layout, const float *values,
                      struct kin_error *err)
{
    for (size_t i = 0; i < layout->n; i++) {
        const struct kin_parameter *parameter = &layout->items[i];
        struct kin_tensor tensor;
        KIN_TRY(kin_tensor_alloc(&tensor, KIN_F32, parameter->ndim, parameter->shape, err));
        memcpy(tensor.data, values + parameter->offset, parameter->count * sizeof *values);
        KIN_TRY(kin_value_set(value, parameter->name, &tensor, err));
    }
    return 0;
}

int kin_model_new(const struct kin_model *model, const struct kin_layout *layout,
                  const float *values, struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("model");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a model");
    KIN_TRY(set_header(value, model, err));
    KIN_TRY(set_arrays(value, layout, values, err));
    *out = value;
    value = NULL;
    return 0;
}

/* ---- reading ---- */

static int read_classes(const struct kin_value *value, struct kin_model *out, struct kin_error *err)
{
    const struct kin_tensor *names = kin_value_get(value, "classes"), *frequencies;
    if (!names)
        return 0;
    KIN_TRY(kin_value_want(value, "classes", KIN_TEXT, 1, &names, err));
    KIN_TRY(kin_value_want(value, "frequencies", KIN_F32, 1, &frequencies, err));
    size_t n = names->shape[0];
    if (frequencies->shape[0] != n)
        return kin_fail(err, KIN_ECORRUPT, "a model with %zu classes and %zu frequencies", n,
                        frequencies->shape[0]);
    KIN_AUTO(kin_auto_free) const char **texts = NULL;
    KIN_TRY(kin_alloc_into(&texts, n, sizeof *texts, err));
    for (size_t i = 0; i < n; i++)
        texts[i] = kin_tensor_text(names, i);
    out->frequencies = frequencies->data;
    return kin_classes_copy(texts, n, &out->classes, err);
}

static int read_size(const struct kin_value *value, const char *name, size_t *out,
                     struct kin_error *err)
{
    int64_t number = kin_value_i64(value, name, 0);
    if (number < 1 || number > 1 << 20)
        return kin_fail(err, KIN_ECORRUPT, "a model with %lld as its '%s'", (long long)number,
                        name);
    *out = (size_t)number;
    return 0;
}

int kin_model_read(const struct kin_value *value, struct kin_model *out, struct kin_error *err)
{
    KIN_AUTO(kin_model_release) struct kin_model model = {0};
    KIN_TRY(kin_task_find(kin_value_text(value, "task", ""), &model.task, err));
    model.baseline = strcmp(kin_value_text(value, "encoder", ""), "MFCC") == 0;
    model.linear_magnitude = strcmp(kin_value_text(value, "image", ""), "magnitude") == 0;
    KIN_TRY(read_size(value, "width", &model.width, err));
    KIN_TRY(read_size(value, "channels", &model.size.channels, err));
    KIN_TRY(read_size(value, "hidden", &model.size.hidden, err));
    model.size.dropout = kin_value_f64(value, "dropout", 0);
    KIN_TRY(kin_scaler_get(value, &model.scale, &model.rate_hz, err));
    KIN_TRY(read_classes(value, &model, err));
    *out = model;
    model = (struct kin_model){0};
    return 0;
}

void kin_model_release(struct kin_model *model)
{
    kin_classes_release(&model->classes);
}

static bool same_shape(const struct kin_tensor *tensor, const struct kin_parameter *parameter)
{
    if (tensor->ndim != parameter->ndim)
        return false;
    for (int d = 0; d < tensor->ndim; d++)
        if (tensor->shape[d] != parameter->shape[d])
            return false;
    return true;
}

int kin_model_values(const struct kin_value *value, const struct kin_layout *layout, float *values,
                     struct kin_error *err)
{
    for (size_t i = 0; i < layout->n; i++) {
        const struct kin_parameter *parameter = &layout->items[i];
        const struct kin_tensor *tensor;
        KIN_TRY(kin_value_want(value, parameter->name, KIN_F32, parameter->ndim, &tensor, err));
        if (!same_shape(tensor, parameter))
            return kin_fail(err, KIN_ECORRUPT, "a model whose '%s' has another shape",
                            parameter->name);
        memcpy(values + parameter->offset, tensor->data, parameter->count * sizeof *values);
    }
    return 0;
}

int kin_model_front(const struct kin_model *model, struct kin_front **out, struct kin_error *err)
{
    const struct kin_front_params params = {
        .baseline = model->baseline,
        .rate_hz = model->rate_hz,
        .width = model->width,
        .scale = model->scale,
    };
    return kin_front_new(&params, out, err);
}

struct kin_network_spec kin_model_spec(const struct kin_model *model, const struct kin_front *front)
{
    return kin_task_spec(model->task, front, &model->classes, &model->size);
}

/* ---- at work ---- */

int kin_model_clip(const struct kin_model *model, const struct kin_value *clip,
                   struct kin_audio *out, struct kin_error *err)
{
    KIN_TRY(kin_crop_centre(clip, kin_front_samples(model->width), out, err));
    if (out->rate_hz == (unsigned)lround(model->rate_hz))
        return 0;
    return kin_fail(err, KIN_EDATA, "a clip at %u Hz, wanted %g Hz, as the model was trained",
                    out->rate_hz, model->rate_hz);
}

struct kin_model_network {
    struct kin_digest key; /* on the shelf */
    struct kin_network *network;
    struct kin_digest model; /* whose values these are */
    float *values;
    const float *fresh; /* values until the network has them, then NULL */
};

static void network_release(void *at)
{
    struct kin_model_network *net = at;
    kin_network_free(net->network);
    kin_free(net->values);
    kin_free(net);
}

static void network_auto(struct kin_model_network **net)
{
    if (*net)
        network_release(*net);
}

/* Use and shape say all that a network is made from; models that share them take turns. */
static struct kin_digest network_key(enum kin_network_use use, const struct kin_network_spec *spec)
{
    char text[200];
    int n = snprintf(text, sizeof text, "%d %d %d %zu %zu %zu %zu %zu %zu", (int)use,
                     (int)spec->task, spec->baseline, spec->height, spec->width, spec->channels,
                     spec->hidden, spec->inputs, spec->classes);
    const struct kin_digest shape = kin_digest_of(text, (size_t)n);
    return kin_thing_key("network", &shape);
}

static int network_new(enum kin_network_use use, const struct kin_network_spec *spec,
                       struct kin_model_network **out, struct kin_error *err)
{
    const struct kin_network_setup setup = {
        .batch = use == KIN_NETWORK_EMBEDS ? KIN_MODEL_BATCH : 1,
        .use = use,
    };
    KIN_AUTO(network_auto) struct kin_model_network *net = NULL;
    KIN_TRY(kin_alloc_into(&net, 1, sizeof *net, err));
    KIN_TRY(kin_network_new(spec, &setup, &net->network, err));
    KIN_TRY(
        kin_alloc_into(&net->values, kin_network_layout(net->network)->total, sizeof(float), err));
    net->key = network_key(use, spec);
    *out = net;
    net = NULL;
    return 0;
}

int kin_model_network_take(const struct kin_call *call, enum kin_network_use use,
                           const struct kin_model *model, const struct kin_front *front,
                           struct kin_model_network **out, struct kin_error *err)
{
    const struct kin_network_spec spec = kin_model_spec(model, front);
    const struct kin_digest key = network_key(use, &spec);
    const struct kin_set *input = kin_call_input(call, "model");
    KIN_AUTO(network_auto) struct kin_model_network *net = kin_call_take(call, &key);
    bool made = !net;
    if (made)
        KIN_TRY(network_new(use, &spec, &net, err));
    if (made || !kin_digest_equal(&net->model, &input->digest)) {
        KIN_TRY(kin_model_values(input->value, kin_network_layout(net->network), net->values, err));
        net->model = input->digest;
        net->fresh = net->values;
    }
    *out = net;
    net = NULL;
    return 0;
}

void kin_model_network_leave(const struct kin_call *call, struct kin_model_network *network)
{
    if (network)
        kin_call_keep(call, &network->key, (struct kin_thing){network, network_release});
}

size_t kin_model_network_embedding(const struct kin_model_network *network)
{
    return kin_network_embedding(network->network);
}

int kin_model_network_apply(struct kin_model_network *network, const float *input, size_t n,
                            float *output, float *z, struct kin_error *err)
{
    KIN_TRY(kin_network_apply(network->network, network->fresh, input, n, output, z, err));
    network->fresh = NULL; /* not after a failure: the network may not have them */
    return 0;
}
