/* Single operations of the networks and their gradients against PyTorch (network/ops), for both
 * arrangements of feature maps and every back end of the convolution. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kindred/npy.h"
#include "nn/conv.h"
#include "nn/norm.h"
#include "support.h"

#define TOLERANCE 1e-6 /* single precision, sums of a few dozen numbers; of the largest */

static struct kin_tensor load(const char *name)
{
    struct kin_error err = {0};
    struct kin_tensor raw, out;
    char path[128];
    snprintf(path, sizeof path, "network/ops/%s.npy", name);
    ck_ok(kin_npy_read(reference_path(path), &raw, &err));
    ck_ok(kin_tensor_convert(&raw, KIN_F32, &out, &err));
    kin_tensor_release(&raw);
    return out;
}

/* Feature maps with the values of a file, or as its shape alone. */
static struct planes maps(const char *name, size_t border, bool blocked, bool filled)
{
    struct kin_error err = {0};
    struct kin_tensor t = load(name);
    ck_assert_int_eq(t.ndim, 4);
    struct planes planes = planes_shape(t.shape[1], t.shape[2], t.shape[3], border, blocked);
    if (t.shape[1] == 1) { /* the kernels work on whole slabs */
        planes = planes_shape(2, t.shape[2], t.shape[3], border, blocked);
        planes.channels = 1;
    }
    ck_ok(planes_alloc(&planes, t.shape[0], &err));
    for (size_t i = 0; i < t.shape[0] && filled; i++)
        planes_put(&planes, i, (float *)t.data + i * t.shape[1] * t.shape[2] * t.shape[3]);
    kin_tensor_release(&t);
    return planes;
}

static void check_near(const char *name, const float *got, double tolerance)
{
    struct kin_tensor want = load(name);
    double largest = 1;
    for (size_t i = 0; i < kin_tensor_count(&want); i++)
        largest = fmax(largest, fabs((double)((float *)want.data)[i]));
    for (size_t i = 0; i < kin_tensor_count(&want); i++) {
        double off = fabs((double)got[i] - (double)((float *)want.data)[i]);
        ck_assert_msg(off <= tolerance * largest, "%s: number %zu is off by %g", name, i, off);
    }
    kin_tensor_release(&want);
}

static void check_maps(const char *name, const struct planes *got)
{
    struct kin_tensor want = load(name);
    size_t one = want.shape[1] * want.shape[2] * want.shape[3];
    float *plain = kin_alloc(want.shape[0] * one, sizeof *plain);
    for (size_t i = 0; i < want.shape[0]; i++)
        planes_get(got, i, plain + i * one);
    check_near(name, plain, TOLERANCE);
    kin_free(plain);
    kin_tensor_release(&want);
}

static size_t images_in(const char *name)
{
    struct kin_tensor t = load(name);
    size_t n = t.shape[0];
    kin_tensor_release(&t);
    return n;
}

/* ---- convolution ---- */

static struct conv conv_of_files(enum kin_convolution convolution)
{
    struct kin_error err = {0};
    struct kin_tensor x = load("conv_x"), w = load("conv_w");
    const struct conv_ops *ops;
    ck_ok(conv_choose(convolution, &ops, &err));
    const struct conv_shape shape = {x.shape[0], x.shape[1], w.shape[0],
                                     x.shape[2], x.shape[3], false};
    struct conv conv;
    ck_ok(conv_new(ops, &shape, &conv, &err));
    ck_ok(conv_prepare(&conv, w.data, NULL, &err));
    kin_tensor_release(&x);
    kin_tensor_release(&w);
    return conv;
}

static void check_conv(enum kin_convolution convolution)
{
    struct kin_error err = {0};
    struct conv conv = conv_of_files(convolution);
    bool blocked = conv.ops->blocked;
    size_t n = conv.shape.images, weights = conv.shape.in * conv.shape.out * 9;
    struct planes x = maps("conv_x", 1, blocked, true), y = maps("conv_y", 0, blocked, false);
    struct planes gx = maps("conv_gx", 1, blocked, false), gy = maps("conv_gy", 0, blocked, true);
    void *scratch = kin_alloc(conv.scratch, 1);
    float *raw = kin_alloc(conv.raw, sizeof *raw), *gw = kin_alloc(weights, sizeof *gw);
    for (size_t i = 0; i < n; i++)
        planes_reflect(&x, i);
    ck_ok(conv.ops->forward(&conv, x.data, y.data, scratch, &err));
    check_maps("conv_y", &y);
    ck_ok(conv.ops->data(&conv, gy.data, gx.data, scratch, &err));
    for (size_t i = 0; i < n; i++)
        planes_fold(&gx, i);
    check_maps("conv_gx", &gx);
    ck_ok(conv.ops->weights(&conv, x.data, gy.data, raw, scratch, &err));
    ck_ok(conv_collect(&conv, raw, 1, gw, NULL, &err));
    check_near("conv_gw", gw, TOLERANCE);
    planes_release(&x);
    planes_release(&y);
    planes_release(&gx);
    planes_release(&gy);
    kin_free(scratch);
    kin_free(raw);
    kin_free(gw);
    conv_release(&conv);
}

START_TEST(convolution_with_reflection)
{
    check_conv(KIN_CONVOLUTION_PLAIN);
    check_conv(KIN_CONVOLUTION_BEST);
}
END_TEST

/* ---- pooling ---- */

/* Scale 1 and shift 0: what a normalisation that does nothing would be; so that the ReLU lets all
 * pass, a shift over the smallest number, which is taken away again. */
static struct norm lifted(size_t channels, float shift)
{
    struct kin_error err = {0};
    struct norm norm;
    ck_ok(norm_new(&norm, channels, (struct norm_offsets){0}, &err));
    struct lane_norm lanes = norm_lanes(&norm, 0);
    for (size_t i = 0; i < norm.slabs * KIN_NN_LANES; i++) {
        ((float *)(uintptr_t)lanes.scale)[i] = 1;
        ((float *)(uintptr_t)lanes.shift)[i] = shift;
    }
    return norm;
}

static void check_pool(bool blocked)
{
    const float shift = 64; /* the values lie within ±64 and are small integers or fractions */
    struct planes x = maps("pool_x", 0, blocked, true), y = maps("pool_y", 0, blocked, false);
    struct planes gy = maps("pool_gy", 0, blocked, true), gx = maps("pool_gx", 0, blocked, false);
    struct kin_tensor index = load("pool_index");
    struct norm norm = lifted(x.channels, shift);
    struct lane_norm lanes = norm_lanes(&norm, 0);
    size_t positions = y.height * y.width;
    uint8_t *place = kin_alloc(positions * KIN_NN_LANES, 1);
    for (size_t i = 0; i < index.shape[0]; i++) {
        nn_kernels()->pool(planes_at(&x, i, 0), &lanes, planes_at(&y, i, 0), place);
        for (size_t c = 0; c < y.channels; c++) {
            for (size_t p = 0; p < positions; p++) {
                size_t k = place[p * KIN_NN_LANES + c];
                size_t at = (2 * (p / y.width) + k / 2) * x.width + 2 * (p % y.width) + k % 2;
                float want = ((float *)index.data)[(i * y.channels + c) * positions + p];
                ck_assert_uint_eq(at, (size_t)want);
            }
        }
        nn_kernels()->unpool(planes_at(&gy, i, 0), NULL, (struct plane){0}, place,
                             planes_at(&gx, i, 0));
    }
    check_maps("pool_gx", &gx); /* the gradient of pooling is unpooling */
    planes_release(&x);
    planes_release(&y);
    planes_release(&gx);
    planes_release(&gy);
    norm_release(&norm);
    kin_tensor_release(&index);
    kin_free(place);
}

START_TEST(pooling_with_places)
{
    check_pool(true);
    check_pool(false);
}
END_TEST

/* The places of pool_index in our form, for one image. */
static uint8_t *places_of(const struct kin_tensor *index, size_t image, size_t map_width)
{
    size_t channels = index->shape[1], width = index->shape[3];
    size_t positions = index->shape[2] * width;
    uint8_t *place = kin_alloc(positions * KIN_NN_LANES, 1);
    for (size_t c = 0; c < channels; c++) {
        for (size_t p = 0; p < positions; p++) {
            size_t at = (size_t)((float *)index->data)[(image * channels + c) * positions + p];
            size_t y = at / map_width - 2 * (p / width), x = at % map_width - 2 * (p % width);
            place[p * KIN_NN_LANES + c] = (uint8_t)(2 * y + x);
        }
    }
    return place;
}

static void check_unpool(bool blocked)
{
    struct planes x = maps("unpool_x", 0, blocked, true), y = maps("unpool_y", 0, blocked, false);
    struct planes gy = maps("unpool_gy", 0, blocked, true);
    struct planes gx = maps("unpool_gx", 0, blocked, false);
    struct kin_tensor index = load("pool_index");
    for (size_t i = 0; i < index.shape[0]; i++) {
        uint8_t *place = places_of(&index, i, y.width);
        nn_kernels()->unpool(planes_at(&x, i, 0), NULL, (struct plane){0}, place,
                             planes_at(&y, i, 0));
        nn_kernels()->gather(planes_at(&gy, i, 0), place, planes_at(&gx, i, 0));
        kin_free(place);
    }
    check_maps("unpool_y", &y);
    check_maps("unpool_gx", &gx);
    planes_release(&x);
    planes_release(&y);
    planes_release(&gx);
    planes_release(&gy);
    kin_tensor_release(&index);
}

START_TEST(unpooling)
{
    check_unpool(true);
    check_unpool(false);
}
END_TEST

/* ---- interpolation ---- */

static void check_stretch(const char *x_name, const char *y_name, bool blocked)
{
    struct planes x = maps(x_name, 0, blocked, true), y = maps(y_name, 0, blocked, false);
    for (size_t i = 0; i < images_in(x_name); i++)
        nn_kernels()->stretch(planes_at(&x, i, 0), planes_at(&y, i, 0));
    check_maps(y_name, &y);
    planes_release(&x);
    planes_release(&y);
}

START_TEST(bilinear_interpolation)
{
    for (int blocked = 0; blocked < 2; blocked++) {
        check_stretch("bilinear_x", "bilinear_y", blocked);
        check_stretch("bilinear1_x", "bilinear1_y", blocked);
        struct planes gy = maps("bilinear_gy", 0, blocked, true);
        struct planes gx = maps("bilinear_gx", 0, blocked, false);
        for (size_t i = 0; i < images_in("bilinear_gy"); i++)
            nn_kernels()->stretch_gradient(planes_at(&gy, i, 0), planes_at(&gx, i, 0));
        check_maps("bilinear_gx", &gx);
        planes_release(&gx);
        planes_release(&gy);
    }
}
END_TEST

/* ---- batch normalisation ---- */

enum { GAMMA = 0, BETA = 16, MEAN = 32, VAR = 48, VALUES = 64 };

/* The reference has no ReLU behind it: we lift beta over it, and compare after taking that off. */
#define LIFT 64.0f

static struct norm norm_of_files(float values[VALUES], const char *mean, const char *var)
{
    static const struct norm_offsets offsets = {GAMMA, BETA, MEAN, VAR};
    const char *names[] = {"bn_gamma", "bn_beta", mean, var};
    struct kin_error err = {0};
    size_t channels = 0;
    for (size_t k = 0; k < KIN_COUNT(names); k++) {
        struct kin_tensor t = {0};
        if (!names[k])
            continue;
        t = load(names[k]);
        channels = t.shape[0];
        memcpy(values + k * KIN_NN_LANES, t.data, channels * sizeof *values);
        kin_tensor_release(&t);
    }
    for (size_t c = 0; c < channels; c++) {
        values[BETA + c] += LIFT;
        values[VAR + c] = var ? values[VAR + c] : 1;
    }
    struct norm norm;
    ck_ok(norm_new(&norm, channels, offsets, &err));
    return norm;
}

/* Subtracts the lift and compares; what it costs in digits is in the tolerance. */
static void check_lifted(const char *name, const struct planes *y)
{
    struct kin_tensor want = load(name);
    size_t one = want.shape[1] * want.shape[2] * want.shape[3], n = want.shape[0] * one;
    float *plain = kin_alloc(n, sizeof *plain);
    for (size_t i = 0; i < want.shape[0]; i++)
        planes_get(y, i, plain + i * one);
    for (size_t i = 0; i < n; i++)
        plain[i] -= LIFT;
    check_near(name, plain, 2e-5);
    kin_free(plain);
    kin_tensor_release(&want);
}

static void check_norm(bool blocked)
{
    const struct nn_kernels *kernels = nn_kernels();
    float values[VALUES] = {0}, gradient[VALUES] = {0};
    struct planes x = maps("bn_x", 0, blocked, true), y = maps("bn_y", 0, blocked, false);
    struct planes gy = maps("bn_gy", 0, blocked, true);
    struct norm norm = norm_of_files(values, NULL, NULL);
    size_t images = images_in("bn_x"), positions = x.height * x.width;
    struct lane_sums *sums = kin_alloc(images, sizeof *sums);
    for (size_t i = 0; i < images; i++)
        kernels->moments(planes_at(&x, i, 0), &sums[i]);
    norm_batch(&norm, sums, images, positions, values);
    struct lane_norm lanes = norm_lanes(&norm, 0);
    for (size_t i = 0; i < images; i++) {
        kernels->activate(planes_at(&x, i, 0), &lanes, planes_at(&y, i, 0));
        kernels->dense_sums(planes_at(&x, i, 0), &lanes, planes_at(&gy, i, 0), &sums[i]);
    }
    check_lifted("bn_y", &y);
    check_near("bn_mean_after", values + MEAN, TOLERANCE);
    check_near("bn_var_after", values + VAR, TOLERANCE);
    norm_gradient(&norm, sums, images, (double)(images * positions), gradient);
    check_near("bn_ggamma", gradient + GAMMA, TOLERANCE);
    check_near("bn_gbeta", gradient + BETA, TOLERANCE);
    for (size_t i = 0; i < images; i++)
        kernels->dense_gradient(planes_at(&x, i, 0), &lanes, planes_at(&gy, i, 0));
    check_maps("bn_gx", &x);
    norm_release(&norm);
    kin_free(sums);
    planes_release(&x);
    planes_release(&y);
    planes_release(&gy);
}

START_TEST(batch_normalisation_in_training)
{
    check_norm(true);
    check_norm(false);
}
END_TEST

START_TEST(batch_normalisation_in_evaluation)
{
    float values[VALUES] = {0};
    struct planes x = maps("bn_x", 0, true, true), y = maps("bn_y", 0, true, false);
    struct norm norm = norm_of_files(values, "bn_mean_after", "bn_var_after");
    norm_running(&norm, values);
    struct lane_norm lanes = norm_lanes(&norm, 0);
    for (size_t i = 0; i < images_in("bn_x"); i++)
        nn_kernels()->activate(planes_at(&x, i, 0), &lanes, planes_at(&y, i, 0));
    check_lifted("bn_y_eval", &y);
    norm_release(&norm);
    planes_release(&x);
    planes_release(&y);
}
END_TEST

TEST_MAIN("network_ops", convolution_with_reflection, pooling_with_places, unpooling,
          bilinear_interpolation, batch_normalisation_in_training,
          batch_normalisation_in_evaluation)
