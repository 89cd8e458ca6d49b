#include <string.h>

#include "nn/network.h"

/* ---- the loss ---- */

static int judge_share(void *arg, size_t share, struct kin_error *err)
{
    (void)err;
    const struct pass *pass = arg;
    struct kin_network *network = pass->network;
    const struct kin_target *target = pass->target;
    size_t maps = network_maps(network), first = share * network->share, at = first * maps;
    size_t n = network->share * maps;
    double scale = 1 / (double)(network->batch * maps);
    float *y = network_map(network, first);
    float *g = pass->gradient ? network->output_gradient.data + at : NULL;
    if (network->spec.task == KIN_NN_VS) {
        const struct loss_parts parts = {
            .magnitude = target->magnitude + at,
            .voice = target->voice + at,
            .rest = target->rest ? target->rest + at : NULL,
        };
        network->losses[share] = loss_mask(y, &parts, n, scale, g);
    } else {
        const float *image = target->image ? target->image : pass->input;
        network->losses[share] = loss_square(y, image + at, n, scale, g);
    }
    return 0;
}

static int judge_maps(struct pass *pass, double *loss, struct kin_error *err)
{
    struct kin_network *network = pass->network;
    KIN_TRY(kin_team_run(network->team, judge_share, pass, network->shares, err));
    *loss = 0;
    for (size_t i = 0; i < network->shares; i++)
        *loss += network->losses[i];
    *loss /= (double)(network->batch * network_maps(network));
    return 0;
}

int network_judge(struct pass *pass, double *loss, struct kin_error *err)
{
    struct kin_network *network = pass->network;
    if (network->decoder)
        return judge_maps(pass, loss, err);
    const float *y = network->dense[network->n_dense - 1].y;
    float *g = pass->gradient ? network->vector_gradient[0] : NULL;
    size_t classes = network->spec.classes, rows = network->batch;
    double count = (double)rows;
    if (network->spec.task == KIN_NN_AT) {
        count *= (double)classes;
        *loss = loss_binary(y, pass->target->tags, rows * classes, 1 / count, g);
    } else {
        KIN_TRY(loss_classes(y, pass->target->label, rows, classes, 1 / count, g, loss, err));
    }
    *loss /= count;
    return 0;
}

/* ---- one share at one place ---- */

/* Gradients of the weights of a block and, with gx, to its input: raw holds that to its output. */
static int block_gradient(const struct pass *pass, struct block *block, const struct planes *gy,
                          const struct planes *gx, size_t share, struct kin_error *err)
{
    const struct kin_network *network = pass->network;
    const struct conv *conv = &block->conv;
    size_t first = share * network->share;
    const float *from = gy->data + first * gy->image_stride;
    KIN_TRY(conv->ops->weights(conv, block->in.data + first * block->in.image_stride, from,
                               block->gradients + share * conv->raw, network->scratch[share], err));
    if (!gx)
        return 0;
    KIN_TRY(conv->ops->data(conv, from, gx->data + first * gx->image_stride,
                            network->scratch[share], err));
    for (size_t i = first; i < first + network->share; i++)
        planes_fold(gx, i);
    return 0;
}

/* From the gradient of the spread maps to that of the small ones. */
static void shrink_gradient(const struct pass *pass, size_t level, const struct planes *gy,
                            size_t image)
{
    const struct kin_network *network = pass->network;
    const struct block *block = &network->decoder[level];
    for (size_t slab = 0; slab < gy->slabs; slab++) {
        struct plane from = planes_at(gy, image, slab), to = planes_at(&block->small, image, slab);
        if (!network->encoder) {
            network->kernels->stretch_gradient(from, to);
            continue;
        }
        const struct block *mirror = &network->encoder[network->levels.n - 1 - level];
        network->kernels->gather(from,
                                 mirror->place + image * mirror->places +
                                     slab * (mirror->places / mirror->raw.slabs),
                                 to);
    }
}

static int decoder_level(void *arg, size_t share, struct kin_error *err)
{
    const struct pass *pass = arg;
    struct kin_network *network = pass->network;
    const struct nn_kernels *kernels = network->kernels;
    struct block *block = &network->decoder[pass->level], *before = block - 1;
    bool last = pass->level + 1 == network->levels.n;
    size_t first = share * network->share, end = first + network->share;
    struct planes gx = planes_within(&network->gradient[0], block->in);
    for (size_t i = first * block->raw.slabs; i < end * block->raw.slabs && !last; i++) {
        size_t image = i / block->raw.slabs, slab = i % block->raw.slabs;
        struct lane_norm norm = norm_lanes(&block->norm, slab);
        kernels->dense_gradient(planes_at(&block->raw, image, slab), &norm,
                                planes_at(&block[1].small, image, slab));
    }
    KIN_TRY(block_gradient(pass, block, last ? &network->output_gradient : &block->raw, &gx, share,
                           err));
    for (size_t image = first; image < end; image++) {
        shrink_gradient(pass, pass->level, &gx, image);
        for (size_t slab = 0; slab < gx.slabs && pass->level > 0; slab++) {
            struct lane_norm norm = norm_lanes(&before->norm, slab);
            kernels->dense_sums(planes_at(&before->raw, image, slab), &norm,
                                planes_at(&block->small, image, slab),
                                &network->sums[image * gx.slabs + slab]);
        }
    }
    return 0;
}

/* The gradient to the pooled maps of an encoder level. */
static struct planes pooled_gradient(const struct kin_network *network, size_t level)
{
    return planes_within(&network->gradient[(level + 1) % 2], *network_pooled(network, level));
}

/* To the top, all of whose positions went into the mean alike. */
static void spread_mean(const struct pass *pass, const struct planes *to, size_t image)
{
    const struct kin_network *network = pass->network;
    const float *g = network->vector_gradient[network->n_dense % 2] + image * to->channels;
    float value[KIN_NN_LANES];
    float n = (float)(to->height * to->width);
    for (size_t slab = 0; slab < to->slabs; slab++) {
        for (size_t i = 0; i < KIN_NN_LANES; i++) {
            size_t c = slab * KIN_NN_LANES + i;
            value[i] = c < to->channels ? g[c] / n : 0;
        }
        network->kernels->fill(planes_at(to, image, slab), value);
    }
}

/* Sums for the normalisation of an encoder level, from the gradient to its pooled maps. */
static void pooled_sums(const struct pass *pass, size_t level, size_t share)
{
    struct kin_network *network = pass->network;
    const struct nn_kernels *kernels = network->kernels;
    const struct block *block = &network->encoder[level];
    const struct planes *pooled = network_pooled(network, level);
    struct planes gradient = pooled_gradient(network, level);
    size_t slabs = block->raw.slabs, first = share * network->share;
    for (size_t i = first; i < first + network->share; i++) {
        if (level + 1 == network->levels.n)
            spread_mean(pass, &gradient, i);
        for (size_t slab = 0; slab < slabs; slab++) {
            struct plane g = planes_at(&gradient, i, slab);
            struct lane_norm norm = norm_lanes(&block->norm, slab);
            struct plane y = planes_at(pooled, i, slab);
            const uint8_t *place =
                block->place + i * block->places + slab * (block->places / slabs);
            if (network->spec.task == KIN_NN_VS)
                kernels->add(
                    planes_at(&network->decoder[network->levels.n - 1 - level].small, i, slab), g);
            if (level == 0 && network->fused)
                first_add_gradient(&network->first, share, slab, planes_at(&block->in, i, 0), y,
                                   place, g);
            else
                kernels->pool_sums(planes_at(&block->raw, i, slab), &norm, y, place, g,
                                   &network->sums[i * slabs + slab]);
        }
    }
}

static int top_sums(void *arg, size_t share, struct kin_error *err)
{
    (void)err;
    const struct pass *pass = arg;
    pooled_sums(pass, pass->network->levels.n - 1, share);
    return 0;
}

static int encoder_level(void *arg, size_t share, struct kin_error *err)
{
    const struct pass *pass = arg;
    struct kin_network *network = pass->network;
    struct block *block = &network->encoder[pass->level];
    const struct planes *pooled = network_pooled(network, pass->level);
    struct planes gradient = pooled_gradient(network, pass->level);
    struct planes gx = planes_within(&network->gradient[pass->level % 2], block->in);
    size_t slabs = block->raw.slabs, first = share * network->share;
    for (size_t i = first; i < first + network->share; i++) {
        for (size_t slab = 0; slab < slabs; slab++) {
            struct lane_norm norm = norm_lanes(&block->norm, slab);
            network->kernels->pool_gradient(
                planes_at(&block->raw, i, slab), &norm, planes_at(pooled, i, slab),
                block->place + i * block->places + slab * (block->places / slabs),
                planes_at(&gradient, i, slab));
        }
    }
    KIN_TRY(block_gradient(pass, block, &block->raw, pass->level > 0 ? &gx : NULL, share, err));
    if (pass->level > 0)
        pooled_sums(pass, pass->level - 1, share);
    return 0;
}

/* ---- all of it ---- */

static int decoder_backward(struct pass *pass, struct kin_error *err)
{
    struct kin_network *network = pass->network;
    for (pass->level = network->levels.n; pass->level-- > 0;) {
        KIN_TRY(kin_team_run(network->team, decoder_level, pass, network->shares, err));
        if (pass->level == 0)
            break;
        struct block *before = &network->decoder[pass->level - 1];
        norm_gradient(&before->norm, network->sums, network->batch,
                      (double)(network->batch * before->raw.height * before->raw.width),
                      pass->gradient);
    }
    size_t n = network->dense[network->n_dense - 1].out;
    for (size_t i = 0; i < network->batch; i++)
        planes_get(&network->decoder[0].small, i, network->vector_gradient[0] + i * n);
    return 0;
}

static void dense_backward(struct pass *pass)
{
    struct kin_network *network = pass->network;
    for (size_t k = 0; k < network->n_dense; k++) {
        size_t i = network->n_dense - 1 - k;
        float *gx = i > 0 || network->encoder ? network->vector_gradient[(k + 1) % 2] : NULL;
        dense_gradient(&network->dense[i], pass->values, network->vector_gradient[k % 2], gx,
                       pass->gradient);
    }
}

static int encoder_backward(struct pass *pass, struct kin_error *err)
{
    struct kin_network *network = pass->network;
    KIN_TRY(kin_team_run(network->team, top_sums, pass, network->shares, err));
    for (pass->level = network->levels.n; pass->level-- > 0;) {
        struct block *block = &network->encoder[pass->level];
        if (pass->level == 0 && network->fused) {
            first_gradient(&network->first, pass->values, pass->gradient);
            break;
        }
        norm_gradient(&block->norm, network->sums, network->batch,
                      (double)(network->batch * block->raw.height * block->raw.width),
                      pass->gradient);
        KIN_TRY(kin_team_run(network->team, encoder_level, pass, network->shares, err));
    }
    return 0;
}

static int collect_block(void *arg, size_t i, struct kin_error *err)
{
    const struct pass *pass = arg;
    const struct kin_network *network = pass->network;
    size_t n = network->levels.n;
    struct block *block =
        network->encoder && i < n ? &network->encoder[i] : &network->decoder[i % n];
    if (block == network->encoder && network->fused)
        return 0; /* first_gradient has done it */
    float *bias = block->conv.shape.out == 1 ? pass->gradient + block->bias : NULL;
    return conv_collect(&block->conv, block->gradients, network->shares,
                        pass->gradient + block->weight, bias, err);
}

int backward(struct pass *pass, struct kin_error *err)
{
    struct kin_network *network = pass->network;
    size_t sides = (size_t)network->levels.encoder + network->levels.decoder;
    memset(pass->gradient, 0, network->layout.total * sizeof *pass->gradient);
    if (network->decoder)
        KIN_TRY(decoder_backward(pass, err));
    dense_backward(pass);
    if (network->encoder)
        KIN_TRY(encoder_backward(pass, err));
    return kin_team_run(network->team, collect_block, pass, sides * network->levels.n, err);
}
