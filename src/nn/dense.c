#include "nn/dense.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/random.h"

int dense_new(struct dense *dense, const struct kin_layout *layout, struct kin_error *err)
{
    char name[sizeof layout->items->name];
    dense->kernels = nn_kernels();
    snprintf(name, sizeof name, "%s.bn", dense->name);
    dense->at = norm_find(layout, name);
    if (dense->parts.linear) {
        snprintf(name, sizeof name, "%s.linear.weight", dense->name);
        dense->weight = kin_layout_find(layout, name)->offset;
        dense->bias = dense->weight + dense->in * dense->out;
    }
    size_t count = dense->rows * dense->out;
    KIN_TRY(kin_alloc_into(&dense->y, count, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&dense->h, count, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&dense->factor, count, sizeof(float), err));
    return kin_alloc_into(&dense->rsd, dense->out, sizeof(float), err);
}

void dense_release(struct dense *dense)
{
    kin_free(dense->y);
    kin_free(dense->h);
    kin_free(dense->factor);
    kin_free(dense->rsd);
}

static void linear(const struct dense *d, const float *x, const float *values, size_t first,
                   size_t n)
{
    for (size_t r = first; r < first + n; r++) {
        float *h = d->h + r * d->out;
        if (!d->parts.linear) {
            memcpy(h, x + r * d->in, d->in * sizeof *h);
            continue;
        }
        for (size_t o = 0; o < d->out; o++)
            h[o] = values[d->bias + o] +
                   d->kernels->dot(x + r * d->in, values + d->weight + o * d->in, d->in);
    }
}

/* Column c of h becomes normalised. */
static void normalise_column(const struct dense *d, size_t c, float *values)
{
    double mean = 0, squares = 0, n = (double)d->rows;
    for (size_t r = 0; r < d->rows; r++)
        mean += (double)d->h[r * d->out + c];
    mean /= n;
    for (size_t r = 0; r < d->rows; r++) {
        double off = (double)d->h[r * d->out + c] - mean;
        squares += off * off;
    }
    double rsd = 1 / sqrt(squares / n + NORM_EPSILON);
    d->rsd[c] = (float)rsd;
    for (size_t r = 0; r < d->rows; r++) {
        float *h = &d->h[r * d->out + c];
        *h = (float)(((double)*h - mean) * rsd);
    }
    norm_move(&values[d->at.mean + c], &values[d->at.var + c], mean, squares / n, n);
}

/* Numbers that stay are scaled up, so that evaluation needs no correction. */
static void draw_dropout(const struct dense *d, struct kin_draw draw)
{
    char name[64];
    int length =
        snprintf(name, sizeof name, "dropout %s %llu", d->name, (unsigned long long)draw.draw);
    struct kin_random random = kin_random_stream(draw.seed, name, (size_t)length);
    bool drop = d->parts.dropout && d->dropout > 0;
    float keep = drop ? (float)(1 / (1 - d->dropout)) : 1;
    for (size_t i = 0; i < d->rows * d->out; i++)
        d->factor[i] = drop && kin_random_u32(&random) < d->dropout * 0x1p32 ? 0 : keep;
}

void dense_train(struct dense *dense, const float *x, float *values, struct kin_draw draw)
{
    const struct dense *d = dense;
    dense->x = x;
    linear(d, x, values, 0, d->rows);
    for (size_t c = 0; c < d->out && d->parts.norm; c++)
        normalise_column(d, c, values);
    draw_dropout(d, draw);
    for (size_t i = 0; i < d->rows * d->out; i++) {
        size_t c = i % d->out;
        float v = d->h[i];
        if (d->parts.norm)
            v = v * values[d->at.gamma + c] + values[d->at.beta + c];
        if (d->parts.relu && !(v > 0))
            d->factor[i] = 0;
        d->y[i] = d->factor[i] == 0 ? 0 : v * d->factor[i];
    }
}

void dense_apply(struct dense *dense, const float *x, const float *values, size_t first, size_t n)
{
    const struct dense *d = dense;
    linear(d, x, values, first, n);
    for (size_t i = first * d->out; i < (first + n) * d->out; i++) {
        size_t c = i % d->out;
        double v = (double)d->h[i];
        if (d->parts.norm)
            v = (v - (double)values[d->at.mean + c]) /
                    sqrt((double)values[d->at.var + c] + NORM_EPSILON) *
                    (double)values[d->at.gamma + c] +
                (double)values[d->at.beta + c];
        d->y[i] = d->parts.relu && !(v > 0) ? 0 : (float)v;
    }
}

/* g of column c: from the normalised and scaled number to the one before. */
static void column_gradient(const struct dense *d, size_t c, const float *values, float *g,
                            float *gradient)
{
    double a = 0, b = 0, n = (double)d->rows;
    for (size_t i = c; i < d->rows * d->out; i += d->out) {
        a += (double)g[i];
        b += (double)g[i] * (double)d->h[i];
    }
    gradient[d->at.beta + c] = (float)a;
    gradient[d->at.gamma + c] = (float)b;
    double scale = (double)values[d->at.gamma + c] * (double)d->rsd[c];
    for (size_t i = c; i < d->rows * d->out; i += d->out)
        g[i] = (float)(scale * ((double)g[i] - a / n - (double)d->h[i] * b / n));
}

static void linear_gradient(const struct dense *d, const float *values, const float *g, float *gx,
                            float *gradient)
{
    memset(gradient + d->weight, 0, d->in * d->out * sizeof *gradient);
    for (size_t o = 0; o < d->out; o++) {
        double sum = 0;
        for (size_t r = 0; r < d->rows; r++) {
            float one = g[r * d->out + o];
            sum += (double)one;
            d->kernels->axpy(one, d->x + r * d->in, gradient + d->weight + o * d->in, d->in);
        }
        gradient[d->bias + o] = (float)sum;
    }
    if (!gx)
        return;
    memset(gx, 0, d->rows * d->in * sizeof *gx);
    for (size_t r = 0; r < d->rows; r++) {
        for (size_t o = 0; o < d->out; o++)
            d->kernels->axpy(g[r * d->out + o], values + d->weight + o * d->in, gx + r * d->in,
                             d->in);
    }
}

void dense_gradient(struct dense *dense, const float *values, float *gy, float *gx, float *gradient)
{
    const struct dense *d = dense;
    for (size_t i = 0; i < d->rows * d->out; i++)
        gy[i] = d->factor[i] == 0 ? 0 : gy[i] * d->factor[i];
    for (size_t c = 0; c < d->out && d->parts.norm; c++)
        column_gradient(d, c, values, gy, gradient);
    if (d->parts.linear)
        linear_gradient(d, values, gy, gx, gradient);
    else if (gx)
        memcpy(gx, gy, d->rows * d->in * sizeof *gx);
}
