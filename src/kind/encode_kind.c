/* Embedding clips with a trained network. */
#include "each.h"
#include "kindred/memory.h"
#include "model.h"

#define BLOCK 64 /* the model is read and its front made once a call */

static const struct kin_port inputs[] = {
    {.name = "of", .type = "clips", .mode = KIN_EACH, .doc = "the clips"},
    {.name = "model", .type = "model", .mode = KIN_WHOLE, .doc = "the network"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "vectors",
     .type = "vectors",
     .doc = "the layer before the head; of the MFCC encoder, its vector"},
    {0},
};

struct encoder {
    struct kin_model model;
    struct kin_front *front;
    struct kin_model_network *net; /* NULL: the vector is the embedding */
    float *input, *z;
    size_t size; /* of z */
};

static void encoder_release(struct encoder *encoder)
{
    kin_front_free(encoder->front);
    kin_model_release(&encoder->model);
    kin_free(encoder->input);
    kin_free(encoder->z);
}

static int encoder_init(struct encoder *encoder, const struct kin_call *call, struct kin_error *err)
{
    KIN_TRY(kin_model_read(kin_call_input(call, "model")->value, &encoder->model, err));
    KIN_TRY(kin_model_front(&encoder->model, &encoder->front, err));
    size_t inputs_n = kin_front_inputs(encoder->front);
    encoder->size = inputs_n;
    KIN_TRY(kin_alloc_into(&encoder->input, inputs_n, sizeof(float), err));
    if (!encoder->model.baseline) {
        KIN_TRY(kin_model_network_take(call, KIN_NETWORK_EMBEDS, &encoder->model, encoder->front,
                                       &encoder->net, err));
        encoder->size = kin_model_network_embedding(encoder->net);
    }
    return kin_alloc_into(&encoder->z, encoder->size, sizeof(float), err);
}

static int embed(struct encoder *encoder, const struct kin_audio *audio, struct kin_error *err)
{
    if (encoder->model.baseline)
        return kin_front_input(encoder->front, audio->samples, encoder->z, err);
    KIN_TRY(kin_front_input(encoder->front, audio->samples, encoder->input, err));
    return kin_model_network_apply(encoder->net, encoder->input, NULL, encoder->z, err);
}

static int encode(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                  struct kin_error *err)
{
    struct encoder *encoder = context;
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    KIN_TRY(kin_model_clip(&encoder->model, kin_call_item(call, "of", k), &audio, err));
    KIN_TRY(embed(encoder, &audio, err));
    KIN_AUTO(kin_value_auto) struct kin_value *vector = kin_value_new("vector");
    if (!vector)
        return kin_fail(err, KIN_ENOMEM, "no memory for a vector");
    KIN_TRY(kin_value_set_f32(vector, "vector", encoder->z, encoder->size, 0, err));
    *out = vector;
    vector = NULL;
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(encoder_release) struct encoder encoder = {0};
    int status = encoder_init(&encoder, call, err);
    if (status == 0)
        status = kin_each(call, encode, &encoder, err);
    kin_model_network_leave(call, encoder.net);
    return status;
}

const struct kin_kind kin_kind_encode = {
    .name = "encode",
    .version = 1,
    .doc = "embeds the centre of clips with a trained network",
    .source = "Kim et al. 2019, section 3.2; the centre, as in the authors' code",
    .inputs = inputs,
    .outputs = outputs,
    .block = BLOCK,
    .run = run,
};
