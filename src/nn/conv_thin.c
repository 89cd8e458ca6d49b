/* Convolution to one channel, with a bias: a sum over 9 S vectors for every position, S slabs.
 * Libraries pad the one channel to a whole vector and do sixteen times the work. */
#include "kindred/memory.h"
#include "nn/conv.h"
#include "nn/kernels.h"

struct thin {
    const struct nn_kernels *kernels;
    size_t slabs;
    float *weights; /* [slabs][9][16] */
};

static int make(struct conv *conv, struct kin_error *err)
{
    struct thin *thin;
    KIN_TRY(kin_alloc_into(&thin, 1, sizeof *thin, err));
    conv->own = thin;
    thin->kernels = nn_kernels();
    thin->slabs = planes_padded(conv->shape.in) / KIN_NN_LANES;
    conv->raw = thin->slabs * TAPS * KIN_NN_LANES + 1; /* the bias last */
    return kin_alloc_into(&thin->weights, conv->raw, sizeof(float), err);
}

static void release(struct conv *conv)
{
    struct thin *thin = conv->own;
    if (thin)
        kin_free(thin->weights);
    kin_free(thin);
}

/* From (1, in, 3, 3) to [slab][tap][lane]: where a filter's number goes. */
static size_t place_of(size_t channel, size_t tap)
{
    size_t slab = channel / KIN_NN_LANES, lane = channel % KIN_NN_LANES;
    return (slab * TAPS + tap) * KIN_NN_LANES + lane;
}

static int prepare(struct conv *conv, struct kin_error *err)
{
    (void)err;
    struct thin *thin = conv->own;
    for (size_t c = 0; c < planes_padded(conv->shape.in); c++) {
        for (size_t tap = 0; tap < TAPS; tap++)
            thin->weights[place_of(c, tap)] = conv->padded[c * TAPS + tap];
    }
    return 0;
}

static int plain(const struct conv *conv, float *raw, float *padded, struct kin_error *err)
{
    (void)err;
    for (size_t c = 0; c < planes_padded(conv->shape.in); c++) {
        for (size_t tap = 0; tap < TAPS; tap++)
            padded[c * TAPS + tap] = raw[place_of(c, tap)];
    }
    return 0;
}

/* The maps of a share around the caller's memory. */
static struct planes around(struct planes planes, const float *data)
{
    planes.data = (float *)(uintptr_t)data;
    return planes;
}

static int forward(const struct conv *conv, const float *x, float *y, void *scratch,
                   struct kin_error *err)
{
    (void)scratch;
    (void)err;
    const struct thin *thin = conv->own;
    struct planes in = around(conv_input(conv), x), out = around(conv_output(conv), y);
    for (size_t image = 0; image < conv->shape.images; image++) {
        struct plane to = planes_at(&out, image, 0);
        for (size_t i = 0; i < to.height * to.width; i++)
            to.data[i] = *conv->bias;
        for (size_t slab = 0; slab < thin->slabs; slab++)
            thin->kernels->thin_forward(planes_at(&in, image, slab),
                                        thin->weights + slab * TAPS * KIN_NN_LANES, to);
    }
    return 0;
}

static int data(const struct conv *conv, const float *gy, float *gx, void *scratch,
                struct kin_error *err)
{
    (void)scratch;
    (void)err;
    const struct thin *thin = conv->own;
    struct planes in = around(conv_input(conv), gx), out = around(conv_output(conv), gy);
    for (size_t image = 0; image < conv->shape.images; image++) {
        for (size_t slab = 0; slab < thin->slabs; slab++)
            thin->kernels->thin_data(planes_at(&out, image, 0),
                                     thin->weights + slab * TAPS * KIN_NN_LANES,
                                     planes_at(&in, image, slab));
    }
    return 0;
}

static double total(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i];
    return sum;
}

static int weights(const struct conv *conv, const float *x, const float *gy, float *raw,
                   void *scratch, struct kin_error *err)
{
    (void)scratch;
    (void)err;
    const struct thin *thin = conv->own;
    struct planes in = around(conv_input(conv), x), out = around(conv_output(conv), gy);
    for (size_t slab = 0; slab < thin->slabs; slab++) {
        double sums[TAPS * KIN_NN_LANES] = {0}, part[TAPS][KIN_NN_LANES];
        for (size_t image = 0; image < conv->shape.images; image++) {
            thin->kernels->thin_weights(planes_at(&in, image, slab), planes_at(&out, image, 0),
                                        part);
            for (size_t i = 0; i < KIN_COUNT(sums); i++)
                sums[i] += part[i / KIN_NN_LANES][i % KIN_NN_LANES];
        }
        for (size_t i = 0; i < KIN_COUNT(sums); i++)
            raw[slab * KIN_COUNT(sums) + i] = (float)sums[i];
    }
    raw[conv->raw - 1] =
        (float)total(gy, conv->shape.images * conv->shape.height * conv->shape.width);
    return 0;
}

#define OPS                                                                                 \
    .make = make, .release = release, .prepare = prepare, .forward = forward, .data = data, \
    .weights = weights, .plain = plain

const struct conv_ops conv_thin_rows_ops = {OPS, .blocked = false};
const struct conv_ops conv_thin_blocked_ops = {OPS, .blocked = true};
