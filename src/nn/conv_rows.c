/*
 * Convolution as a product of matrices: the 3 x 3 patch around every position is a row of 9 C
 * numbers (im2col), the weights are the other matrix. A few rows of the map at a time, so that the
 * patches stay in the cache. The plain reference, and what a build without oneDNN has.
 */
#include <string.h>

#include "kindred/blas.h"
#include "kindred/memory.h"
#include "nn/conv.h"
#include "nn/kernels.h"

#define PATCH_FLOATS 65536 /* of the patches at hand, at least one row of the map */

struct rows {
    size_t in, out; /* channels, padded */
    size_t lines;   /* of the map at a time */
    float *matrix;  /* [9 in][out] */
};

static int make(struct conv *conv, struct kin_error *err)
{
    struct rows *rows;
    KIN_TRY(kin_alloc_into(&rows, 1, sizeof *rows, err));
    conv->own = rows;
    rows->in = planes_padded(conv->shape.in);
    rows->out = planes_padded(conv->shape.out);
    size_t line = conv->shape.width * TAPS * rows->in;
    rows->lines = line < PATCH_FLOATS ? PATCH_FLOATS / line : 1;
    if (rows->lines > conv->shape.height)
        rows->lines = conv->shape.height;
    conv->scratch = rows->lines * line * sizeof(float);
    conv->raw = TAPS * rows->in * rows->out;
    KIN_TRY(kin_blas_load(err));
    return kin_alloc_into(&rows->matrix, conv->raw, sizeof(float), err);
}

static void release(struct conv *conv)
{
    struct rows *rows = conv->own;
    if (rows)
        kin_free(rows->matrix);
    kin_free(rows);
}

/* (out, in, 3, 3) to [tap][in][out] and back. */
static int prepare(struct conv *conv, struct kin_error *err)
{
    (void)err;
    const struct rows *rows = conv->own;
    for (size_t o = 0; o < rows->out; o++) {
        for (size_t i = 0; i < rows->in; i++) {
            for (size_t tap = 0; tap < TAPS; tap++)
                rows->matrix[(tap * rows->in + i) * rows->out + o] =
                    conv->padded[(o * rows->in + i) * TAPS + tap];
        }
    }
    return 0;
}

static int plain(const struct conv *conv, float *raw, float *padded, struct kin_error *err)
{
    (void)err;
    const struct rows *rows = conv->own;
    for (size_t o = 0; o < rows->out; o++) {
        for (size_t i = 0; i < rows->in; i++) {
            for (size_t tap = 0; tap < TAPS; tap++)
                padded[(o * rows->in + i) * TAPS + tap] = raw[(tap * rows->in + i) * rows->out + o];
        }
    }
    return 0;
}

/* Some lines of one image, and where they lie. */
struct strip {
    size_t lines, positions;
    size_t input;  /* of the first line's corner in x */
    size_t output; /* of its first position in y */
};

static struct strip strip_at(const struct conv *conv, size_t image, size_t y)
{
    const struct rows *rows = conv->own;
    const struct conv_shape *s = &conv->shape;
    size_t left = s->height - y, lines = rows->lines < left ? rows->lines : left;
    return (struct strip){
        .lines = lines,
        .positions = lines * s->width,
        .input = (image * (s->height + 2) + y) * (s->width + 2) * rows->in,
        .output = (image * s->height + y) * s->width * rows->out,
    };
}

/* Three neighbours of a line are neighbours in memory: a patch is three pieces of 3 in floats. */
static void take_patches(const struct conv *conv, const struct strip *strip, const float *x,
                         float *patch)
{
    const struct rows *rows = conv->own;
    size_t width = conv->shape.width, piece = 3 * rows->in;
    for (size_t y = 0; y < strip->lines; y++) {
        for (size_t c = 0; c < width; c++) {
            for (size_t k = 0; k < 3; k++, patch += piece)
                memcpy(patch, x + strip->input + ((y + k) * (width + 2) + c) * rows->in,
                       piece * sizeof *patch);
        }
    }
}

static void add_patches(const struct conv *conv, const struct strip *strip, const float *patch,
                        float *gx)
{
    const struct rows *rows = conv->own;
    size_t width = conv->shape.width, piece = 3 * rows->in;
    for (size_t y = 0; y < strip->lines; y++) {
        for (size_t c = 0; c < width; c++) {
            for (size_t k = 0; k < 3; k++, patch += piece) {
                float *to = gx + strip->input + ((y + k) * (width + 2) + c) * rows->in;
                for (size_t i = 0; i < piece; i++)
                    to[i] += patch[i];
            }
        }
    }
}

static int forward(const struct conv *conv, const float *x, float *y, void *scratch,
                   struct kin_error *err)
{
    (void)err;
    const struct rows *rows = conv->own;
    int k = (int)(TAPS * rows->in), n = (int)rows->out;
    for (size_t image = 0; image < conv->shape.images; image++) {
        for (size_t line = 0; line < conv->shape.height; line += rows->lines) {
            struct strip strip = strip_at(conv, image, line);
            take_patches(conv, &strip, x, scratch);
            kin_blas_product(false, false, (int)strip.positions, n, k, scratch, rows->matrix, 0,
                             y + strip.output);
        }
    }
    return 0;
}

static int data(const struct conv *conv, const float *gy, float *gx, void *scratch,
                struct kin_error *err)
{
    (void)err;
    const struct rows *rows = conv->own;
    int k = (int)rows->out, n = (int)(TAPS * rows->in);
    struct planes planes = conv_input(conv);
    memset(gx, 0, conv->shape.images * planes.image_stride * sizeof *gx);
    for (size_t image = 0; image < conv->shape.images; image++) {
        for (size_t line = 0; line < conv->shape.height; line += rows->lines) {
            struct strip strip = strip_at(conv, image, line);
            kin_blas_product(false, true, (int)strip.positions, n, k, gy + strip.output,
                             rows->matrix, 0, scratch);
            add_patches(conv, &strip, scratch, gx);
        }
    }
    return 0;
}

static int weights(const struct conv *conv, const float *x, const float *gy, float *raw,
                   void *scratch, struct kin_error *err)
{
    (void)err;
    const struct rows *rows = conv->own;
    int m = (int)(TAPS * rows->in), n = (int)rows->out;
    memset(raw, 0, conv->raw * sizeof *raw);
    for (size_t image = 0; image < conv->shape.images; image++) {
        for (size_t line = 0; line < conv->shape.height; line += rows->lines) {
            struct strip strip = strip_at(conv, image, line);
            take_patches(conv, &strip, x, scratch);
            kin_blas_product(true, false, m, n, (int)strip.positions, scratch, gy + strip.output,
                             1, raw);
        }
    }
    return 0;
}

const struct conv_ops conv_rows_ops = {
    .make = make,
    .release = release,
    .prepare = prepare,
    .forward = forward,
    .data = data,
    .weights = weights,
    .plain = plain,
    .blocked = false,
};
