#include <string.h>

#include "nn/network.h"

/* A block of the encoder (first) or the decoder. */
static struct block *block_at(const struct kin_network *network, size_t i)
{
    if (!network->encoder)
        return &network->decoder[i];
    return i < network->levels.n ? &network->encoder[i] : &network->decoder[i - network->levels.n];
}

static int prepare_block(void *arg, size_t i, struct kin_error *err)
{
    const struct pass *pass = arg;
    struct block *block = block_at(pass->network, i);
    const float *bias = block->conv.shape.out == 1 ? pass->values + block->bias : NULL;
    if (!pass->training && block->norm.channels > 0)
        norm_running(&block->norm, pass->values);
    if (block == pass->network->encoder && pass->network->fused) {
        first_prepare(&pass->network->first, pass->values);
        return 0;
    }
    return conv_prepare(&block->conv, pass->values + block->weight, bias, err);
}

int forward_prepare(struct pass *pass, struct kin_error *err)
{
    struct kin_network *network = pass->network;
    size_t sides = (size_t)(network->encoder != NULL) + (network->decoder != NULL);
    network->arranged = NULL;
    KIN_TRY(kin_team_run(network->team, prepare_block, pass, sides * network->levels.n, err));
    network->arranged = pass->training ? NULL : pass->values; /* a step changes them */
    return 0;
}

/* ---- one share at one place ---- */

static size_t first_image(const struct pass *pass, size_t share)
{
    return share * pass->network->share;
}

static void take_input(const struct pass *pass, size_t share)
{
    struct kin_network *network = pass->network;
    size_t inputs = kin_network_inputs(network), first = first_image(pass, share);
    for (size_t i = first; i < first + network->share; i++) {
        const float *input = i < pass->images ? pass->input + i * inputs : NULL;
        if (!network->encoder) {
            for (size_t k = 0; k < inputs; k++)
                network->vector[i * inputs + k] = input ? input[k] : 0;
            continue;
        }
        const struct planes *in = &network->encoder[0].in;
        if (input)
            planes_put(in, i, input);
        else
            memset(in->data + i * in->image_stride, 0, in->image_stride * sizeof(float));
        planes_reflect(in, i);
    }
}

static int convolve(const struct pass *pass, struct block *block, size_t share,
                    struct kin_error *err)
{
    struct kin_network *network = pass->network;
    size_t first = first_image(pass, share);
    KIN_TRY(block->conv.ops->forward(&block->conv, block->in.data + first * block->in.image_stride,
                                     block->raw.data + first * block->raw.image_stride,
                                     network->scratch[share], err));
    if (!pass->training || block->norm.channels == 0)
        return 0;
    size_t slabs = block->raw.slabs;
    for (size_t i = first * slabs; i < (first + network->share) * slabs; i++)
        network->kernels->moments(planes_at(&block->raw, i / slabs, i % slabs), &network->sums[i]);
    return 0;
}

static void pool_level(const struct pass *pass, size_t level, size_t share)
{
    const struct kin_network *network = pass->network;
    const struct block *block = &network->encoder[level];
    const struct planes *to = network_pooled(network, level);
    size_t slabs = block->raw.slabs, first = first_image(pass, share);
    for (size_t i = first; i < first + network->share; i++) {
        for (size_t slab = 0; slab < slabs; slab++) {
            struct lane_norm norm = norm_lanes(&block->norm, slab);
            struct plane y = planes_at(to, i, slab);
            uint8_t *place = block->place + i * block->places + slab * (block->places / slabs);
            if (level == 0 && network->fused)
                first_pool(&network->first, slab, planes_at(&block->in, i, 0), y, place);
            else
                network->kernels->pool(planes_at(&block->raw, i, slab), &norm, y, place);
        }
        if (to->border > 0)
            planes_reflect(to, i);
    }
}

static void mean_of_top(const struct pass *pass, size_t share)
{
    struct kin_network *network = pass->network;
    const struct planes *top = &network->top;
    double n = (double)(top->height * top->width), sums[KIN_NN_LANES];
    size_t first = first_image(pass, share);
    for (size_t i = first; i < first + network->share; i++) {
        for (size_t c = 0; c < top->channels; c++) {
            if (c % KIN_NN_LANES == 0)
                network->kernels->sum(planes_at(top, i, c / KIN_NN_LANES), sums);
            network->vector[i * top->channels + c] = (float)(sums[c % KIN_NN_LANES] / n);
        }
    }
}

static void put_expanded(const struct pass *pass, size_t share)
{
    const struct kin_network *network = pass->network;
    const struct dense *expand = &network->dense[network->n_dense - 1];
    size_t first = first_image(pass, share);
    for (size_t i = first; i < first + network->share; i++)
        planes_put(&network->decoder[0].small, i, expand->y + i * expand->out);
}

/* What goes into decoder block `level`: the block before it, spread to this one's size. */
static void spread_plane(const struct pass *pass, size_t level, size_t image, size_t slab)
{
    const struct kin_network *network = pass->network;
    const struct nn_kernels *kernels = network->kernels;
    const struct block *block = &network->decoder[level];
    const struct block *before = level > 0 ? block - 1 : NULL;
    struct lane_norm norm;
    struct plane small = planes_at(&block->small, image, slab), from = small;
    struct plane to = planes_at(&block->in, image, slab), skip = {0};
    if (before) {
        norm = norm_lanes(&before->norm, slab);
        from = planes_at(&before->raw, image, slab);
    }
    if (!network->encoder) {
        if (before)
            kernels->activate(from, &norm, small);
        kernels->stretch(small, to);
        return;
    }
    size_t mirror = network->levels.n - 1 - level;
    const struct block *source = &network->encoder[mirror];
    if (network->spec.task == KIN_NN_VS)
        skip = planes_at(network_pooled(network, mirror), image, slab);
    const uint8_t *place =
        source->place + image * source->places + slab * (source->places / source->raw.slabs);
    kernels->unpool(from, before ? &norm : NULL, skip, place, to);
}

static void spread_level(const struct pass *pass, size_t level, size_t share)
{
    const struct kin_network *network = pass->network;
    const struct planes *in = &network->decoder[level].in;
    size_t first = first_image(pass, share);
    for (size_t i = first; i < first + network->share; i++) {
        for (size_t slab = 0; slab < in->slabs; slab++)
            spread_plane(pass, level, i, slab);
        planes_reflect(in, i);
    }
}

/* ---- evaluation ---- */

static void give_output(const struct pass *pass, size_t image)
{
    const struct kin_network *network = pass->network;
    size_t n = kin_network_outputs(network);
    const struct dense *last = &network->dense[network->n_dense - 1];
    float *from = network->levels.decoder ? network_map(network, image) : last->y + image * n;
    if (network->spec.task == KIN_NN_VS)
        loss_sigmoid(from, n);
    memcpy(pass->output + image * n, from, n * sizeof *from);
}

static void give_embedding(const struct pass *pass, size_t image)
{
    const struct kin_network *network = pass->network;
    size_t n = kin_network_embedding(network);
    const float *from = network->spec.baseline ? network->vector : network->dense[0].y;
    memcpy(pass->z + image * n, from + image * n, n * sizeof *from);
}

static int encode(const struct pass *pass, size_t share, struct kin_error *err)
{
    const struct kin_network *network = pass->network;
    take_input(pass, share);
    if (!network->encoder)
        return 0;
    for (size_t level = 0; level < network->levels.n; level++) {
        if (level > 0 || !network->fused)
            KIN_TRY(convolve(pass, &network->encoder[level], share, err));
        pool_level(pass, level, share);
    }
    mean_of_top(pass, share);
    return 0;
}

static int decode(const struct pass *pass, size_t share, struct kin_error *err)
{
    const struct kin_network *network = pass->network;
    put_expanded(pass, share);
    for (size_t level = 0; level < network->levels.n; level++) {
        spread_level(pass, level, share);
        KIN_TRY(convolve(pass, &network->decoder[level], share, err));
    }
    return 0;
}

static int apply_share(void *arg, size_t share, struct kin_error *err)
{
    const struct pass *pass = arg;
    struct kin_network *network = pass->network;
    size_t first = first_image(pass, share), end = first + network->share;
    if (first >= pass->images)
        return 0;
    KIN_TRY(encode(pass, share, err));
    const float *x = network->vector;
    for (size_t i = 0; i < network->n_dense && (i == 0 || pass->decode); i++) {
        dense_apply(&network->dense[i], x, pass->values, first, network->share);
        x = network->dense[i].y;
    }
    if (pass->decode && network->levels.decoder)
        KIN_TRY(decode(pass, share, err));
    for (size_t i = first; i < end && i < pass->images; i++) {
        if (pass->output)
            give_output(pass, i);
        if (pass->z)
            give_embedding(pass, i);
    }
    return 0;
}

int forward_apply(struct pass *pass, struct kin_error *err)
{
    return kin_team_run(pass->network->team, apply_share, pass, pass->network->shares, err);
}

/* ---- training ---- */

static void add_patches(const struct pass *pass, size_t share)
{
    struct kin_network *network = pass->network;
    size_t first = first_image(pass, share);
    first_clear(&network->first, share);
    for (size_t i = first; i < first + network->share; i++)
        first_add_patches(&network->first, share, planes_at(&network->encoder[0].in, i, 0));
}

/* Encoder level `level`, after the pooling of the one before. */
static int encode_level(void *arg, size_t share, struct kin_error *err)
{
    const struct pass *pass = arg;
    if (pass->level == 0)
        take_input(pass, share);
    else
        pool_level(pass, pass->level - 1, share);
    if (pass->level == 0 && pass->network->fused)
        add_patches(pass, share);
    else if (pass->level < pass->network->levels.n)
        return convolve(pass, &pass->network->encoder[pass->level], share, err);
    else
        mean_of_top(pass, share);
    return 0;
}

static int decode_level(void *arg, size_t share, struct kin_error *err)
{
    const struct pass *pass = arg;
    if (pass->level == 0)
        put_expanded(pass, share);
    spread_level(pass, pass->level, share);
    return convolve(pass, &pass->network->decoder[pass->level], share, err);
}

static void normalise(const struct pass *pass, struct block *block)
{
    const struct kin_network *network = pass->network;
    if (block->norm.channels > 0)
        norm_batch(&block->norm, network->sums, network->batch,
                   block->raw.height * block->raw.width, pass->values);
}

static int take_vectors(void *arg, size_t share, struct kin_error *err)
{
    (void)err;
    take_input(arg, share);
    return 0;
}

static int train_encoder(struct pass *pass, struct kin_error *err)
{
    struct kin_network *network = pass->network;
    if (!network->encoder)
        return kin_team_run(NULL, take_vectors, pass, network->shares, err);
    for (pass->level = 0; pass->level <= network->levels.n; pass->level++) {
        KIN_TRY(kin_team_run(network->team, encode_level, pass, network->shares, err));
        if (pass->level == 0 && network->fused)
            first_statistics(&network->first, pass->values);
        else if (pass->level < network->levels.n)
            normalise(pass, &network->encoder[pass->level]);
    }
    return 0;
}

int forward_train(struct pass *pass, struct kin_error *err)
{
    struct kin_network *network = pass->network;
    KIN_TRY(train_encoder(pass, err));
    const float *x = network->vector;
    for (size_t i = 0; i < network->n_dense; i++) {
        dense_train(&network->dense[i], x, pass->values, pass->draw);
        x = network->dense[i].y;
    }
    if (!network->decoder)
        return 0;
    for (pass->level = 0; pass->level < network->levels.n; pass->level++) {
        KIN_TRY(kin_team_run(network->team, decode_level, pass, network->shares, err));
        normalise(pass, &network->decoder[pass->level]);
    }
    return 0;
}
