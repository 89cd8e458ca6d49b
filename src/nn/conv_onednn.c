/*
 * Convolution with oneDNN 2.x. The maps are those of its AVX-512 kernels, 16 channels in a block,
 * and stay so from layer to layer; only weights and their gradients are rearranged, once a step.
 *
 * oneDNN would share a call among OpenMP's threads. Our threads share out the batch instead, so
 * each of them is told that it is alone; scratchpads are the caller's.
 */
#ifdef KIN_WITH_ONEDNN
#include <oneapi/dnnl/dnnl.h>

#include "kindred/memory.h"
#include "nn/conv.h"

#if DNNL_VERSION_MAJOR != 2
#error "oneDNN 2.x is wanted; configure --without-onednn does without"
#endif

/* libgomp's; its header is not in every compiler's path. */
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int threads);

enum pass { FORWARD, DATA, WEIGHTS, PASSES };

/*
 * The fixed table of algorithms, in order: the first row that a convolution satisfies is taken, and
 * rows that oneDNN has no kernel for are passed over. Measured at the full-size network, shares of
 * 6 clips, one core of a Zen 5: Winograd F(4 x 4) is 1.3 to 2.4 times as fast where rows are many,
 * for weights also where they are few; direct is for few positions or channels, also because
 * Winograd rounds more and must pay for that. Layers of one channel are not oneDNN's: first.h and
 * conv_thin.c.
 */
static const struct choice {
    unsigned passes;  /* bits */
    size_t in, out;   /* at least so many channels (padded) */
    size_t positions; /* at least so many a map */
    dnnl_alg_kind_t algorithm;
} choices[] = {
    {1u << FORWARD, 16, 16, 256, dnnl_convolution_winograd},
    {1u << DATA, 16, 16, 256, dnnl_convolution_winograd},
    {1u << WEIGHTS, 32, 16, 64, dnnl_convolution_winograd},
    {1u << FORWARD | 1u << DATA | 1u << WEIGHTS, 1, 1, 1, dnnl_convolution_direct},
};

struct own {
    dnnl_engine_t engine;
    dnnl_primitive_desc_t descs[PASSES];
    dnnl_primitive_t passes[PASSES];
    dnnl_memory_desc_t x, y, plain;     /* plain: weights as (out, in, 3, 3) */
    dnnl_memory_desc_t weights[PASSES]; /* as each pass wants or gives them */
    dnnl_primitive_t arrange[PASSES];   /* plain to weights; of WEIGHTS: weights to plain */
    float *arranged[PASSES];
};

#define DNN_TRY(call, what)                                                                        \
    do {                                                                                           \
        dnnl_status_t dnn_status = (call);                                                         \
        if (dnn_status != dnnl_success)                                                            \
            return kin_fail(err, dnn_status == dnnl_out_of_memory ? KIN_ENOMEM : KIN_EUNAVAILABLE, \
                            "oneDNN: " what " failed with status %d", (int)dnn_status);            \
    } while (0)

static dnnl_status_t describe(const struct own *own, enum pass pass, dnnl_alg_kind_t algorithm,
                              dnnl_convolution_desc_t *out)
{
    const dnnl_dims_t stride = {1, 1}, padding = {0, 0};
    const dnnl_memory_desc_t *x = &own->x, *y = &own->y;
    dnnl_memory_desc_t any;
    const dnnl_dim_t *dims = own->plain.dims;
    dnnl_status_t status =
        dnnl_memory_desc_init_by_tag(&any, 4, dims, dnnl_f32, dnnl_format_tag_any);
    if (status != dnnl_success)
        return status;
    if (pass == DATA)
        return dnnl_convolution_backward_data_desc_init(out, algorithm, x, &any, y, stride, padding,
                                                        padding);
    if (pass == WEIGHTS)
        return dnnl_convolution_backward_weights_desc_init(out, algorithm, x, &any, NULL, y, stride,
                                                           padding, padding);
    return dnnl_convolution_forward_desc_init(out, dnnl_forward_training, algorithm, x, &any, NULL,
                                              y, stride, padding, padding);
}

static dnnl_status_t with_algorithm(const struct own *own, enum pass pass,
                                    dnnl_alg_kind_t algorithm, const_dnnl_primitive_attr_t attr,
                                    dnnl_primitive_desc_t *out)
{
    dnnl_convolution_desc_t desc;
    dnnl_status_t status = describe(own, pass, algorithm, &desc);
    if (status != dnnl_success)
        return status;
    return dnnl_primitive_desc_create(out, &desc, attr, own->engine,
                                      pass == FORWARD ? NULL : own->descs[FORWARD]);
}

static bool fits(const struct choice *choice, enum pass pass, const struct conv_shape *shape)
{
    return (choice->passes >> pass & 1) && planes_padded(shape->in) >= choice->in &&
           planes_padded(shape->out) >= choice->out &&
           shape->height * shape->width >= choice->positions;
}

static dnnl_status_t choose(const struct own *own, enum pass pass, const struct conv_shape *shape,
                            const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *out)
{
    dnnl_status_t status = dnnl_unimplemented;
    for (size_t i = 0; i < KIN_COUNT(choices) && status == dnnl_unimplemented; i++) {
        if (fits(&choices[i], pass, shape))
            status = with_algorithm(own, pass, choices[i].algorithm, attr, out);
    }
    return status;
}

/* The passes that it makes: of an evaluation the first alone. */
static enum pass passes_of(const struct conv *conv)
{
    return conv->shape.forward_only ? FORWARD + 1 : PASSES;
}

/* What the primitive wants its weights like, and how much scratch it needs. */
static int learn(struct conv *conv, enum pass pass, struct kin_error *err)
{
    struct own *own = conv->own;
    dnnl_query_t what = pass == WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    own->weights[pass] = *dnnl_primitive_desc_query_md(own->descs[pass], what, 0);
    const dnnl_memory_desc_t *pad =
        dnnl_primitive_desc_query_md(own->descs[pass], dnnl_query_scratchpad_md, 0);
    size_t scratch = pad ? dnnl_memory_desc_get_size(pad) : 0;
    conv->scratch = scratch > conv->scratch ? scratch : conv->scratch;
    size_t bytes = dnnl_memory_desc_get_size(&own->weights[pass]);
    if (pass == WEIGHTS) {
        conv->raw = bytes / sizeof(float);
        return 0;
    }
    return kin_alloc_into(&own->arranged[pass], bytes, 1, err);
}

static dnnl_status_t make_arrange(struct own *own, enum pass pass)
{
    const dnnl_memory_desc_t *from = pass == WEIGHTS ? &own->weights[pass] : &own->plain;
    const dnnl_memory_desc_t *to = pass == WEIGHTS ? &own->plain : &own->weights[pass];
    dnnl_primitive_desc_t desc;
    dnnl_status_t status =
        dnnl_reorder_primitive_desc_create(&desc, from, own->engine, to, own->engine, NULL);
    if (status != dnnl_success)
        return status;
    status = dnnl_primitive_create(&own->arrange[pass], desc);
    dnnl_primitive_desc_destroy(desc);
    return status;
}

static int make_passes(struct conv *conv, const_dnnl_primitive_attr_t attr, struct kin_error *err)
{
    struct own *own = conv->own;
    for (enum pass pass = FORWARD; pass < passes_of(conv); pass++) {
        DNN_TRY(choose(own, pass, &conv->shape, attr, &own->descs[pass]), "a convolution");
        DNN_TRY(dnnl_primitive_create(&own->passes[pass], own->descs[pass]), "a convolution");
        KIN_TRY(learn(conv, pass, err));
        DNN_TRY(make_arrange(own, pass), "an arrangement");
    }
    return 0;
}

static int make_descs(struct conv *conv, struct kin_error *err)
{
    const struct conv_shape *s = &conv->shape;
    struct own *own = conv->own;
    dnnl_dim_t n = (dnnl_dim_t)s->images, h = (dnnl_dim_t)s->height, w = (dnnl_dim_t)s->width;
    dnnl_dim_t in = (dnnl_dim_t)planes_padded(s->in), out = (dnnl_dim_t)planes_padded(s->out);
    dnnl_dims_t x = {n, in, h + 2, w + 2}, y = {n, out, h, w}, plain = {out, in, 3, 3};
    DNN_TRY(dnnl_memory_desc_init_by_tag(&own->x, 4, x, dnnl_f32, dnnl_nChw16c), "a shape");
    DNN_TRY(dnnl_memory_desc_init_by_tag(&own->y, 4, y, dnnl_f32, dnnl_nChw16c), "a shape");
    DNN_TRY(dnnl_memory_desc_init_by_tag(&own->plain, 4, plain, dnnl_f32, dnnl_oihw), "a shape");
    return 0;
}

static int make_alone(struct conv *conv, struct kin_error *err)
{
    struct own *own = conv->own;
    DNN_TRY(dnnl_engine_create(&own->engine, dnnl_cpu, 0), "its engine");
    KIN_TRY(make_descs(conv, err));
    dnnl_primitive_attr_t attr;
    DNN_TRY(dnnl_primitive_attr_create(&attr), "an attribute");
    dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
    int status = make_passes(conv, attr, err);
    dnnl_primitive_attr_destroy(attr);
    return status;
}

/* A primitive remembers how many threads there were when it was made. */
static int make(struct conv *conv, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&conv->own, 1, sizeof(struct own), err));
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    int status = make_alone(conv, err);
    omp_set_num_threads(threads);
    return status;
}

static void release(struct conv *conv)
{
    struct own *own = conv->own;
    if (!own)
        return;
    for (enum pass pass = FORWARD; pass < PASSES; pass++) {
        dnnl_primitive_destroy(own->passes[pass]);
        dnnl_primitive_destroy(own->arrange[pass]);
        dnnl_primitive_desc_destroy(own->descs[pass]);
        kin_free(own->arranged[pass]);
    }
    dnnl_engine_destroy(own->engine);
    kin_free(own);
}

#define MAX_ARGUMENTS 4

/* A primitive's arguments: what they are, how they lie, where. */
struct argument {
    int name;
    const dnnl_memory_desc_t *desc;
    void *data;
};

static void *mutable(const void *data)
{
    return (void *)(uintptr_t)data;
}

static dnnl_status_t execute_in(dnnl_engine_t engine, const_dnnl_primitive_t primitive,
                                const dnnl_exec_arg_t *args, int n)
{
    dnnl_stream_t stream;
    dnnl_status_t status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
    if (status != dnnl_success)
        return status;
    status = dnnl_primitive_execute(primitive, stream, n, args);
    if (status == dnnl_success)
        status = dnnl_stream_wait(stream);
    dnnl_stream_destroy(stream);
    return status;
}

static dnnl_status_t execute(dnnl_engine_t engine, const_dnnl_primitive_t primitive,
                             const struct argument *arguments, int n)
{
    dnnl_exec_arg_t args[MAX_ARGUMENTS];
    dnnl_status_t status = dnnl_success;
    int made = 0;
    for (; made < n && status == dnnl_success; made++) {
        const struct argument *a = &arguments[made];
        args[made].arg = a->name;
        args[made].memory = NULL;
        status = dnnl_memory_create(&args[made].memory, a->desc, engine, a->data);
    }
    if (status == dnnl_success) {
        int threads = omp_get_max_threads();
        omp_set_num_threads(1);
        status = execute_in(engine, primitive, args, n);
        omp_set_num_threads(threads);
    }
    while (made > 0)
        dnnl_memory_destroy(args[--made].memory);
    return status;
}

static int prepare(struct conv *conv, struct kin_error *err)
{
    struct own *own = conv->own;
    for (enum pass pass = FORWARD; pass <= DATA && pass < passes_of(conv); pass++) {
        struct argument arguments[] = {
            {DNNL_ARG_FROM, &own->plain, conv->padded},
            {DNNL_ARG_TO, &own->weights[pass], own->arranged[pass]},
        };
        DNN_TRY(execute(own->engine, own->arrange[pass], arguments, 2), "arranging weights");
    }
    return 0;
}

static int plain(const struct conv *conv, float *raw, float *padded, struct kin_error *err)
{
    const struct own *own = conv->own;
    struct argument arguments[] = {
        {DNNL_ARG_FROM, &own->weights[WEIGHTS], raw},
        {DNNL_ARG_TO, &own->plain, padded},
    };
    DNN_TRY(execute(own->engine, own->arrange[WEIGHTS], arguments, 2), "arranging a gradient");
    return 0;
}

static const dnnl_memory_desc_t *scratch_desc(const struct own *own, enum pass pass)
{
    return dnnl_primitive_desc_query_md(own->descs[pass], dnnl_query_scratchpad_md, 0);
}

static int forward(const struct conv *conv, const float *x, float *y, void *scratch,
                   struct kin_error *err)
{
    const struct own *own = conv->own;
    struct argument arguments[] = {
        {DNNL_ARG_SRC, &own->x, mutable(x)},
        {DNNL_ARG_WEIGHTS, &own->weights[FORWARD], own->arranged[FORWARD]},
        {DNNL_ARG_DST, &own->y, y},
        {DNNL_ARG_SCRATCHPAD, scratch_desc(own, FORWARD), scratch},
    };
    DNN_TRY(execute(own->engine, own->passes[FORWARD], arguments, MAX_ARGUMENTS), "convolving");
    return 0;
}

static int data(const struct conv *conv, const float *gy, float *gx, void *scratch,
                struct kin_error *err)
{
    const struct own *own = conv->own;
    struct argument arguments[] = {
        {DNNL_ARG_DIFF_DST, &own->y, mutable(gy)},
        {DNNL_ARG_WEIGHTS, &own->weights[DATA], own->arranged[DATA]},
        {DNNL_ARG_DIFF_SRC, &own->x, gx},
        {DNNL_ARG_SCRATCHPAD, scratch_desc(own, DATA), scratch},
    };
    DNN_TRY(execute(own->engine, own->passes[DATA], arguments, MAX_ARGUMENTS),
            "the gradient to the input");
    return 0;
}

static int weights(const struct conv *conv, const float *x, const float *gy, float *raw,
                   void *scratch, struct kin_error *err)
{
    const struct own *own = conv->own;
    struct argument arguments[] = {
        {DNNL_ARG_SRC, &own->x, mutable(x)},
        {DNNL_ARG_DIFF_DST, &own->y, mutable(gy)},
        {DNNL_ARG_DIFF_WEIGHTS, &own->weights[WEIGHTS], raw},
        {DNNL_ARG_SCRATCHPAD, scratch_desc(own, WEIGHTS), scratch},
    };
    DNN_TRY(execute(own->engine, own->passes[WEIGHTS], arguments, MAX_ARGUMENTS),
            "the gradient of the weights");
    return 0;
}

const struct conv_ops conv_onednn_ops = {
    .make = make,
    .release = release,
    .prepare = prepare,
    .forward = forward,
    .data = data,
    .weights = weights,
    .plain = plain,
    .blocked = true,
};
#endif
