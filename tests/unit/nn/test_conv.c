/* Every back end against the definition in double, at shapes that take every algorithm. */
#include "nn/conv.h"
#include "nn/planes.h"
#include "sample.h"
#include "support.h"

#define DIRECT_TOLERANCE 2e-6   /* of the largest: float32 sums */
#define WINOGRAD_TOLERANCE 2e-5 /* its transforms cost a digit */

static const struct conv_shape shapes[] = {
    {2, 1, 16, 9, 7, false},    {3, 16, 16, 5, 4, false},   {2, 4, 7, 6, 5, false},
    {1, 20, 33, 3, 2, false},   {2, 16, 1, 9, 6, false},    {1, 20, 1, 4, 5, false},
    {2, 16, 32, 64, 16, false}, {2, 32, 16, 40, 20, false}, {2, 64, 64, 16, 4, false},
    {1, 128, 256, 8, 2, false}, {2, 2, 1, 2, 2, false},
};

/* x [images][in][h][w], reflected where it is read outside. */
static double read(const float *x, const struct conv_shape *s, size_t image, size_t c, long y,
                   long col)
{
    long h = (long)s->height, w = (long)s->width;
    y = y < 0 ? -y : y >= h ? 2 * h - 2 - y : y;
    col = col < 0 ? -col : col >= w ? 2 * w - 2 - col : col;
    return (double)x[((image * s->in + c) * s->height + (size_t)y) * s->width + (size_t)col];
}

/* The place that `read` reads. */
static size_t place(const struct conv_shape *s, size_t image, size_t c, long y, long col)
{
    long h = (long)s->height, w = (long)s->width;
    y = y < 0 ? -y : y >= h ? 2 * h - 2 - y : y;
    col = col < 0 ? -col : col >= w ? 2 * w - 2 - col : col;
    return ((image * s->in + c) * s->height + (size_t)y) * s->width + (size_t)col;
}

struct definition {
    double *y, *gx, *gw;
};

static void define(const struct conv_shape *s, const float *x, const float *w, const float *gy,
                   struct definition *out)
{
    size_t i = 0;
    for (size_t image = 0; image < s->images; image++) {
        for (size_t o = 0; o < s->out; o++) {
            for (size_t p = 0; p < s->height * s->width; p++, i++) {
                for (size_t k = 0; k < s->in * 9; k++) {
                    long dy = (long)(k % 9 / 3) - 1, dx = (long)(k % 3) - 1;
                    long y = (long)(p / s->width) + dy, col = (long)(p % s->width) + dx;
                    double weight = (double)w[o * s->in * 9 + k];
                    double value = read(x, s, image, k / 9, y, col);
                    out->y[i] += weight * value;
                    out->gw[o * s->in * 9 + k] += (double)gy[i] * value;
                    out->gx[place(s, image, k / 9, y, col)] += (double)gy[i] * weight;
                }
            }
        }
    }
}

static void put(const struct planes *planes, const float *plain, size_t images)
{
    size_t one = planes->channels * planes->height * planes->width;
    for (size_t i = 0; i < images; i++)
        planes_put(planes, i, plain + i * one);
}

static float *get(const struct planes *planes, size_t images)
{
    size_t one = planes->channels * planes->height * planes->width;
    float *plain = kin_alloc(images * one, sizeof *plain);
    for (size_t i = 0; i < images; i++)
        planes_get(planes, i, plain + i * one);
    return plain;
}

struct run {
    struct conv conv;
    struct planes x, y, gx, gy;
    void *scratch;
    float *raw;
};

static void run_init(struct run *run, const struct conv_shape *s, enum kin_convolution convolution)
{
    struct kin_error err = {0};
    const struct conv_ops *ops;
    ck_ok(conv_choose(convolution, &ops, &err));
    ck_ok(conv_new(ops, s, &run->conv, &err));
    run->x = run->gx = conv_input(&run->conv);
    run->y = run->gy = conv_output(&run->conv);
    struct planes *all[] = {&run->x, &run->gx, &run->y, &run->gy};
    for (size_t i = 0; i < KIN_COUNT(all); i++)
        ck_ok(planes_alloc(all[i], s->images, &err));
    run->scratch = kin_alloc(run->conv.scratch, 1);
    run->raw = kin_alloc(2 * run->conv.raw, sizeof(float));
}

static void run_release(struct run *run)
{
    conv_release(&run->conv);
    planes_release(&run->x);
    planes_release(&run->gx);
    planes_release(&run->y);
    planes_release(&run->gy);
    kin_free(run->scratch);
    kin_free(run->raw);
}

static void check(const char *what, const struct conv_shape *s, float *got, const double *want,
                  size_t n)
{
    bool winograd = s->in >= 16 && s->out >= 16;
    double off = sample_distance(got, want, n);
    ck_assert_msg(off <= (winograd ? WINOGRAD_TOLERANCE : DIRECT_TOLERANCE),
                  "%s of %zu -> %zu at %zu x %zu is off by %g", what, s->in, s->out, s->height,
                  s->width, off);
    kin_free(got);
}

static void check_shape(const struct conv_shape *s, enum kin_convolution convolution)
{
    struct kin_error err = {0};
    size_t maps = s->images * s->height * s->width, weights = s->in * s->out * 9;
    float *x = sample_numbers(maps * s->in, "x"), *w = sample_numbers(weights, "w");
    float *gy = sample_numbers(maps * s->out, "gy");
    struct definition want = {kin_alloc(maps * s->out, sizeof(double)),
                              kin_alloc(maps * s->in, sizeof(double)),
                              kin_alloc(weights, sizeof(double))};
    define(s, x, w, gy, &want);
    struct run run;
    run_init(&run, s, convolution);
    ck_ok(conv_prepare(&run.conv, w, NULL, &err));
    put(&run.x, x, s->images);
    put(&run.gy, gy, s->images);
    for (size_t i = 0; i < s->images; i++)
        planes_reflect(&run.x, i);
    ck_ok(run.conv.ops->forward(&run.conv, run.x.data, run.y.data, run.scratch, &err));
    check("output", s, get(&run.y, s->images), want.y, maps * s->out);
    ck_ok(run.conv.ops->weights(&run.conv, run.x.data, run.gy.data, run.raw, run.scratch, &err));
    float *gw = kin_alloc(weights, sizeof *gw);
    ck_ok(conv_collect(&run.conv, run.raw, 1, gw, NULL, &err));
    check("gradient of weights", s, gw, want.gw, weights);
    if (s->in > 1) {
        ck_ok(run.conv.ops->data(&run.conv, run.gy.data, run.gx.data, run.scratch, &err));
        for (size_t i = 0; i < s->images; i++)
            planes_fold(&run.gx, i);
        check("gradient", s, get(&run.gx, s->images), want.gx, maps * s->in);
    }
    run_release(&run);
    kin_free(want.y);
    kin_free(want.gx);
    kin_free(want.gw);
    kin_free(x);
    kin_free(w);
    kin_free(gy);
}

START_TEST(plain_is_the_definition)
{
    for (size_t i = 0; i < KIN_COUNT(shapes); i++)
        check_shape(&shapes[i], KIN_CONVOLUTION_PLAIN);
}
END_TEST

START_TEST(best_is_the_definition)
{
    for (size_t i = 0; i < KIN_COUNT(shapes); i++) {
        if (shapes[i].in > 1)
            check_shape(&shapes[i], KIN_CONVOLUTION_BEST);
    }
}
END_TEST

START_TEST(a_bias_is_added_and_has_a_gradient)
{
    struct kin_error err = {0};
    const struct conv_shape s = {2, 16, 1, 3, 4, false};
    struct run run;
    run_init(&run, &s, KIN_CONVOLUTION_PLAIN);
    float *w = sample_numbers(16 * 9, "w"), *gy = sample_numbers(24, "gy"), *gw = kin_alloc(144, 4);
    const float bias = 0.75f;
    float bias_gradient = 0;
    ck_ok(conv_prepare(&run.conv, w, &bias, &err));
    ck_ok(run.conv.ops->forward(&run.conv, run.x.data, run.y.data, run.scratch, &err));
    for (size_t i = 0; i < 24; i++)
        ck_assert_float_eq(run.y.data[i], bias); /* x is zero */
    double sum = 0;
    for (size_t i = 0; i < 24; i++)
        sum += (double)gy[i];
    put(&run.gy, gy, 2);
    for (size_t share = 0; share < 2; share++)
        ck_ok(run.conv.ops->weights(&run.conv, run.x.data, run.gy.data,
                                    run.raw + share * run.conv.raw, run.scratch, &err));
    ck_ok(conv_collect(&run.conv, run.raw, 2, gw, &bias_gradient, &err));
    ck_assert_double_eq_tol((double)bias_gradient, 2 * sum, 1e-5);
    run_release(&run);
    kin_free(w);
    kin_free(gy);
    kin_free(gw);
}
END_TEST

START_TEST(what_is_not_there_is_said)
{
    struct kin_error err = {0};
    const struct conv_ops *ops;
    setenv("KINDRED_CPU", "v2", 1);
    ck_assert_int_eq(conv_choose(KIN_CONVOLUTION_ONEDNN, &ops, &err), KIN_EUNAVAILABLE);
#ifdef KIN_WITH_ONEDNN
    ck_assert_str_eq(err.text, "oneDNN is used on CPUs of level v4, this is v2");
#else
    ck_assert_str_eq(err.text, "this build is without oneDNN");
#endif
    ck_ok(conv_choose(KIN_CONVOLUTION_BEST, &ops, &err));
    ck_assert_ptr_eq(ops, &conv_rows_ops);
    unsetenv("KINDRED_CPU");
}
END_TEST

TEST_MAIN("conv", plain_is_the_definition, best_is_the_definition,
          a_bias_is_added_and_has_a_gradient, what_is_not_there_is_said)
