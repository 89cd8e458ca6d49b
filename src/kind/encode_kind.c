/* Embedding clips with a trained network. */
#include "array.h"
#include "each.h"
#include "kindred/memory.h"
#include "model.h"

#define BLOCK (21 * KIN_MODEL_BATCH) /* the model is read and its front made once a call */

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

/* Clips are embedded a few at a time. */
struct encoder {
    struct kin_model model;
    struct kin_front *front;
    struct kin_model_network *net; /* NULL: the input is the embedding */
    size_t inputs, size;           /* numbers of a clip and of its z */
    float *input, *z;              /* [KIN_MODEL_BATCH][…] */
    size_t item[KIN_MODEL_BATCH];  /* of those that wait */
    size_t n;
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
    encoder->inputs = kin_front_inputs(encoder->front);
    KIN_TRY(kin_alloc_into(&encoder->input, KIN_MODEL_BATCH * encoder->inputs, sizeof(float), err));
    if (encoder->model.baseline)
        return 0;
    KIN_TRY(kin_model_network_take(call, KIN_NETWORK_EMBEDS, &encoder->model, encoder->front,
                                   &encoder->net, err));
    encoder->size = kin_model_network_embedding(encoder->net);
    return kin_alloc_into(&encoder->z, KIN_MODEL_BATCH * encoder->size, sizeof(float), err);
}

static int take_input(struct encoder *encoder, const struct kin_call *call, size_t k,
                      struct kin_error *err)
{
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    KIN_TRY(kin_model_clip(&encoder->model, kin_call_item(call, "of", k), &audio, err));
    KIN_TRY(kin_front_input(encoder->front, audio.samples,
                            encoder->input + encoder->n * encoder->inputs, err));
    encoder->item[encoder->n++] = k;
    return 0;
}

static int give(struct kin_call *call, size_t k, const float *z, size_t n, struct kin_error *err)
{
    struct kin_value *vector;
    KIN_TRY(kin_array_new(z, n, &vector, err));
    return kin_call_give(call, k, NULL, vector, err);
}

static int embed(struct encoder *encoder, struct kin_call *call, struct kin_error *err)
{
    const float *z = encoder->net ? encoder->z : encoder->input;
    size_t size = encoder->net ? encoder->size : encoder->inputs;
    if (encoder->net)
        KIN_TRY(kin_model_network_apply(encoder->net, encoder->input, encoder->n, NULL, encoder->z,
                                        err));
    for (size_t i = 0; i < encoder->n; i++)
        KIN_TRY(give(call, encoder->item[i], z + i * size, size, err));
    encoder->n = 0;
    return 0;
}

static int encode(struct encoder *encoder, struct kin_call *call, struct kin_error *err)
{
    for (size_t k = 0; k < call->n_items; k++) {
        int status = take_input(encoder, call, k, err);
        if (status != 0)
            KIN_TRY(kin_each_settle(call, k, status, NULL, err));
        if (encoder->n == KIN_MODEL_BATCH)
            KIN_TRY(embed(encoder, call, err));
    }
    return encoder->n > 0 ? embed(encoder, call, err) : 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(encoder_release) struct encoder encoder = {0};
    int status = encoder_init(&encoder, call, err);
    if (status == 0)
        status = encode(&encoder, call, err);
    kin_model_network_leave(call, encoder.net);
    return status;
}

const struct kin_kind kin_kind_encode = {
    .name = "encode",
    .version = 2,
    .doc = "embeds the centre of clips with a trained network",
    .source = "Kim et al. 2019, section 3.2; the centre, as in the authors' code",
    .inputs = inputs,
    .outputs = outputs,
    .block = BLOCK,
    .run = run,
};
