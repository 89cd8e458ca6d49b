/* Making and releasing the buffers of a network. */
#include <stdio.h>
#include <string.h>

#include "kindred/memory.h"
#include "nn/network.h"

size_t kin_network_share(size_t batch)
{
    size_t share = 6;
    while (share > 1 && batch % share != 0)
        share--;
    return share;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Where the block's numbers are, and its normalisation. */
static int find_numbers(struct kin_network *network, const char *stem, const struct level_shape *s,
                        struct block *block, struct kin_error *err)
{
    char name[sizeof network->layout.items->name];
    snprintf(name, sizeof name, "%s.conv.weight", stem);
    block->weight = kin_layout_find(&network->layout, name)->offset;
    block->bias = block->weight + 9 * s->in * s->out;
    if (s->out == 1)
        return 0;
    snprintf(name, sizeof name, "%s.bn", stem);
    return norm_new(&block->norm, s->out, norm_find(&network->layout, name), err);
}

static int make_conv(struct kin_network *network, const struct level_shape *s,
                     const struct conv_ops *ops, struct block *block, struct kin_error *err)
{
    const bool forward_only = network->use != KIN_NETWORK_TRAINS;
    const struct conv_shape shape = {network->share, s->in,    s->out,
                                     s->height,      s->width, forward_only};
    KIN_TRY(conv_new(ops, &shape, &block->conv, err));
    block->in = conv_input(&block->conv);
    block->raw = conv_output(&block->conv);
    KIN_TRY(planes_alloc(&block->in, network->batch, err));
    KIN_TRY(planes_alloc(&block->raw, network->batch, err));
    if (forward_only)
        return 0;
    return kin_alloc_into(&block->gradients, network->shares * block->conv.raw, sizeof(float), err);
}

static int make_first(struct kin_network *network, const struct conv_ops *ops,
                      struct kin_error *err)
{
    struct block *block = &network->encoder[0];
    const struct level_shape *s = &network->levels.level[0];
    block->in = planes_shape(1, s->height, s->width, 1, ops->blocked);
    block->raw = planes_shape(s->out, s->height, s->width, 0, ops->blocked); /* never filled */
    KIN_TRY(planes_alloc(&block->in, network->batch, err));
    return first_new(&network->first, &block->norm, block->weight, network->shares,
                     (double)(network->batch * s->height * s->width), err);
}

static int make_encoder(struct kin_network *network, const struct conv_ops *ops,
                        struct kin_error *err)
{
    const struct levels *levels = &network->levels;
    KIN_TRY(kin_alloc_into(&network->encoder, levels->n, sizeof *network->encoder, err));
    for (size_t i = 0; i < levels->n; i++) {
        struct block *block = &network->encoder[i];
        char stem[LEVEL_STEM];
        level_stem("enc", i, stem);
        KIN_TRY(find_numbers(network, stem, &levels->level[i], block, err));
        KIN_TRY(i == 0 && network->fused ? make_first(network, ops, err)
                                         : make_conv(network, &levels->level[i], ops, block, err));
        block->places = block->raw.slabs * KIN_NN_LANES * (levels->level[i].height / 2) *
                        (levels->level[i].width / 2);
        KIN_TRY(kin_alloc_into(&block->place, network->batch * block->places, 1, err));
    }
    network->top =
        planes_shape(levels->top_channels, levels->top_height, levels->top_width, 0, ops->blocked);
    return planes_alloc(&network->top, network->batch, err);
}

static int make_decoder(struct kin_network *network, const struct conv_ops *ops,
                        struct kin_error *err)
{
    const struct levels *levels = &network->levels;
    KIN_TRY(kin_alloc_into(&network->decoder, levels->n, sizeof *network->decoder, err));
    size_t height = levels->top_height, width = levels->top_width;
    for (size_t i = 0; i < levels->n; i++) {
        struct block *block = &network->decoder[i];
        struct level_shape mirror = levels->level[levels->n - 1 - i];
        const struct level_shape shape = {mirror.out, mirror.in, mirror.height, mirror.width};
        char stem[LEVEL_STEM];
        level_stem("dec", i, stem);
        KIN_TRY(find_numbers(network, stem, &shape, block, err));
        KIN_TRY(make_conv(network, &shape, ops, block, err));
        block->small = planes_shape(shape.in, height, width, 0, ops->blocked);
        KIN_TRY(planes_alloc(&block->small, network->batch, err));
        height = shape.height;
        width = shape.width;
    }
    if (network->use != KIN_NETWORK_TRAINS)
        return 0;
    network->output_gradient = network->decoder[levels->n - 1].raw;
    network->output_gradient.data = NULL;
    return planes_alloc(&network->output_gradient, network->batch, err);
}

static int add_dense(struct kin_network *network, const char *name, size_t in, size_t out,
                     struct dense_parts parts, struct kin_error *err)
{
    struct dense *dense = &network->dense[network->n_dense++];
    *dense = (struct dense){
        .name = name,
        .parts = parts,
        .in = in,
        .out = out,
        .rows = network->batch,
        .dropout = network->spec.dropout,
    };
    return dense_new(dense, &network->layout, err);
}

static int make_dense(struct kin_network *network, struct kin_error *err)
{
    const struct kin_network_spec *spec = &network->spec;
    const struct levels *levels = &network->levels;
    const struct dense_parts all = {true, true, true, true}, bare = {.linear = true};
    /* The baseline's z has no weights, and no ReLU before a single linear layer. */
    const struct dense_parts z = {!spec->baseline, true, levels->encoder || levels->decoder, true};
    size_t size = kin_network_embedding(network);
    size_t in = spec->baseline ? spec->inputs : levels->top_channels;
    KIN_TRY(add_dense(network, "z", in, size, z, err));
    if (network->use == KIN_NETWORK_EMBEDS)
        return 0;
    if (!levels->decoder)
        return add_dense(network, "out", size, spec->classes, bare, err);
    KIN_TRY(add_dense(network, "back", size, size, all, err));
    return add_dense(network, "expand", size,
                     levels->top_channels * levels->top_height * levels->top_width, bare, err);
}

/* Memory that holds the input of every other block, with its border. */
static int make_plane_gradients(struct kin_network *network, struct kin_error *err)
{
    for (size_t turn = 0; turn < 2; turn++) {
        struct planes *most = &network->gradient[turn];
        for (size_t i = 0; i < network->levels.n; i++) {
            const struct planes *candidates[] = {
                network->encoder && i % 2 == turn && i > 0 ? &network->encoder[i].in : NULL,
                network->encoder && network->levels.n % 2 == turn ? &network->top : NULL,
                network->decoder && turn == 0 ? &network->decoder[i].in : NULL,
            };
            for (size_t k = 0; k < KIN_COUNT(candidates); k++) {
                if (candidates[k] && candidates[k]->image_stride > most->image_stride)
                    *most = planes_within(&(struct planes){0}, *candidates[k]);
            }
        }
        KIN_TRY(planes_alloc(most, network->batch, err));
    }
    return 0;
}

static int make_gradients(struct kin_network *network, struct kin_error *err)
{
    size_t longest = 1;
    for (size_t i = 0; i < network->n_dense; i++)
        longest = larger(longest, larger(network->dense[i].in, network->dense[i].out));
    for (size_t i = 0; i < 2; i++)
        KIN_TRY(kin_alloc_into(&network->vector_gradient[i], network->batch * longest,
                               sizeof(float), err));
    KIN_TRY(kin_alloc_into(&network->step, network->layout.total, sizeof(float), err));
    return make_plane_gradients(network, err);
}

static int make_shared(struct kin_network *network, struct kin_error *err)
{
    size_t slabs = 1, scratch = 1, shares = network->shares;
    struct block *sides[] = {network->encoder, network->decoder};
    for (size_t i = 0; i < 2 * network->levels.n; i++) {
        const struct block *side = sides[i % 2];
        if (!side)
            continue;
        slabs = larger(slabs, side[i / 2].raw.slabs);
        scratch = larger(scratch, side[i / 2].conv.scratch);
    }
    size_t batch = network->batch;
    KIN_TRY(kin_alloc_into(&network->sums, batch * slabs, sizeof *network->sums, err));
    KIN_TRY(kin_alloc_into(&network->vector, batch * network->dense[0].in, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&network->losses, shares, sizeof(double), err));
    KIN_TRY(kin_alloc_into(&network->scratch, shares, sizeof(void *), err));
    for (size_t i = 0; i < shares; i++)
        KIN_TRY(kin_alloc_into(&network->scratch[i], scratch, 1, err));
    return 0;
}

static int make(struct kin_network *network, const struct kin_network_setup *setup,
                struct kin_error *err)
{
    const struct conv_ops *ops;
    KIN_TRY(levels_of(&network->spec, &network->levels, err));
    KIN_TRY(kin_layout_new(&network->spec, &network->layout, err));
    KIN_TRY(conv_choose(setup->convolution, &ops, err));
    network->fused = setup->convolution != KIN_CONVOLUTION_PLAIN;
    if (network->levels.encoder)
        KIN_TRY(make_encoder(network, ops, err));
    if (network->levels.decoder && network->use != KIN_NETWORK_EMBEDS)
        KIN_TRY(make_decoder(network, ops, err));
    KIN_TRY(make_dense(network, err));
    if (network->use == KIN_NETWORK_TRAINS)
        KIN_TRY(make_gradients(network, err));
    return make_shared(network, err);
}

int kin_network_new(const struct kin_network_spec *spec, const struct kin_network_setup *setup,
                    struct kin_network **out, struct kin_error *err)
{
    if (setup->batch < 1)
        return kin_fail(err, KIN_EINVAL, "batch of the network is 0, wanted at least 1");
    struct kin_network *network;
    KIN_TRY(kin_alloc_into(&network, 1, sizeof *network, err));
    network->spec = *spec;
    network->use = setup->use;
    network->kernels = nn_kernels();
    network->team = setup->team;
    network->batch = setup->batch;
    network->share = kin_network_share(setup->batch);
    network->shares = setup->batch / network->share;
    int status = make(network, setup, err);
    if (status != 0)
        kin_network_free(network);
    else
        *out = network;
    return status;
}

static void release_blocks(struct block *blocks, size_t n)
{
    for (size_t i = 0; i < n && blocks; i++) {
        conv_release(&blocks[i].conv);
        norm_release(&blocks[i].norm);
        planes_release(&blocks[i].in);
        planes_release(&blocks[i].raw);
        planes_release(&blocks[i].small);
        kin_free(blocks[i].place);
        kin_free(blocks[i].gradients);
    }
    kin_free(blocks);
}

void kin_network_free(struct kin_network *network)
{
    if (!network)
        return;
    release_blocks(network->encoder, network->levels.n);
    release_blocks(network->decoder, network->levels.n);
    first_release(&network->first);
    planes_release(&network->top);
    planes_release(&network->output_gradient);
    for (size_t i = 0; i < network->n_dense; i++)
        dense_release(&network->dense[i]);
    for (size_t i = 0; i < 2; i++) {
        planes_release(&network->gradient[i]);
        kin_free(network->vector_gradient[i]);
    }
    kin_free(network->sums);
    kin_free(network->vector);
    for (size_t i = 0; i < network->shares && network->scratch; i++)
        kin_free(network->scratch[i]);
    kin_free(network->scratch);
    kin_free(network->losses);
    kin_free(network->step);
    kin_layout_release(&network->layout);
    kin_free(network);
}

const struct kin_layout *kin_network_layout(const struct kin_network *network)
{
    return &network->layout;
}

size_t kin_network_inputs(const struct kin_network *network)
{
    return network->spec.baseline ? network->spec.inputs : network_maps(network);
}

size_t kin_network_outputs(const struct kin_network *network)
{
    return network->levels.decoder ? network_maps(network) : network->spec.classes;
}

size_t kin_network_embedding(const struct kin_network *network)
{
    return network->spec.baseline ? network->spec.inputs : network->spec.hidden;
}

float *network_map(const struct kin_network *network, size_t image)
{
    const struct planes *raw = &network->decoder[network->levels.n - 1].raw;
    return raw->data + image * raw->image_stride;
}

const struct planes *network_pooled(const struct kin_network *network, size_t level)
{
    return level + 1 < network->levels.n ? &network->encoder[level + 1].in : &network->top;
}
