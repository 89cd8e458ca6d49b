#include "nn/conv.h"

#include <string.h>

#include "kindred/cpu.h"
#include "kindred/memory.h"
#include "nn/kernels.h"

int conv_choose(enum kin_convolution wanted, const struct conv_ops **out, struct kin_error *err)
{
    *out = &conv_rows_ops;
    if (wanted == KIN_CONVOLUTION_PLAIN)
        return 0;
#ifdef KIN_WITH_ONEDNN
    if (kin_cpu_level() >= KIN_CPU_V4) {
        *out = &conv_onednn_ops;
        return 0;
    }
    if (wanted == KIN_CONVOLUTION_ONEDNN)
        return kin_fail(err, KIN_EUNAVAILABLE, "oneDNN is used on CPUs of level v4, this is %s",
                        kin_cpu_level_name(kin_cpu_level()));
#else
    if (wanted == KIN_CONVOLUTION_ONEDNN)
        return kin_fail(err, KIN_EUNAVAILABLE, "this build is without oneDNN");
#endif
    return 0;
}

static size_t padded_count(const struct conv_shape *shape)
{
    return planes_padded(shape->in) * planes_padded(shape->out) * 9;
}

int conv_new(const struct conv_ops *ops, const struct conv_shape *shape, struct conv *out,
             struct kin_error *err)
{
    if (shape->out == 1)
        ops = ops->blocked ? &conv_thin_blocked_ops : &conv_thin_rows_ops;
    *out = (struct conv){.shape = *shape, .ops = ops};
    int status = kin_alloc_into(&out->padded, padded_count(shape) + 1, sizeof(float), err);
    if (status == 0) {
        out->bias = out->padded + padded_count(shape);
        status = ops->make(out, err);
    }
    if (status != 0)
        conv_release(out);
    return status;
}

void conv_release(struct conv *conv)
{
    if (conv->ops)
        conv->ops->release(conv);
    kin_free(conv->padded);
    *conv = (struct conv){0};
}

struct planes conv_input(const struct conv *conv)
{
    const struct conv_shape *s = &conv->shape;
    return planes_shape(s->in, s->height, s->width, 1, conv->ops->blocked);
}

struct planes conv_output(const struct conv *conv)
{
    const struct conv_shape *s = &conv->shape;
    return planes_shape(s->out, s->height, s->width, 0, conv->ops->blocked);
}

/* Rows of `in` filters between plain and padded arrays. */
static void to_padded(const struct conv_shape *s, const float *plain, float *padded)
{
    for (size_t o = 0; o < s->out; o++)
        memcpy(padded + o * planes_padded(s->in) * 9, plain + o * s->in * 9,
               s->in * 9 * sizeof(float));
}

static void from_padded(const struct conv_shape *s, const float *padded, float *plain)
{
    for (size_t o = 0; o < s->out; o++)
        memcpy(plain + o * s->in * 9, padded + o * planes_padded(s->in) * 9,
               s->in * 9 * sizeof(float));
}

int conv_prepare(struct conv *conv, const float *weights, const float *bias, struct kin_error *err)
{
    to_padded(&conv->shape, weights, conv->padded);
    *conv->bias = bias ? *bias : 0;
    return conv->ops->prepare(conv, err);
}

int conv_collect(const struct conv *conv, float *raw, size_t shares, float *gradient,
                 float *bias_gradient, struct kin_error *err)
{
    const struct nn_kernels *kernels = nn_kernels();
    for (size_t i = 1; i < shares; i++)
        kernels->axpy(1, raw + i * conv->raw, raw, conv->raw);
    if (bias_gradient)
        *bias_gradient = raw[conv->raw - 1];
    if (padded_count(&conv->shape) == conv->shape.in * conv->shape.out * 9)
        return conv->ops->plain(conv, raw, gradient, err);
    KIN_AUTO(kin_auto_free) float *padded = NULL;
    KIN_TRY(kin_alloc_into(&padded, padded_count(&conv->shape), sizeof(float), err));
    KIN_TRY(conv->ops->plain(conv, raw, padded, err));
    from_padded(&conv->shape, padded, gradient);
    return 0;
}
