#include "nn/loss.h"

#include <math.h>

double loss_square(const float *y, const float *target, size_t n, double scale, float *g)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double off = (double)y[i] - (double)target[i];
        sum += off * off;
        if (g)
            g[i] = (float)(2 * scale * off);
    }
    return sum;
}

double loss_binary(const float *y, const float *target, size_t n, double scale, float *g)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)y[i], t = (double)target[i];
        sum += (x > 0 ? x : 0) - x * t + log1p(exp(-fabs(x)));
        if (g)
            g[i] = (float)(scale * (1 / (1 + exp(-x)) - t));
    }
    return sum;
}

int loss_classes(const float *y, const int32_t *label, size_t rows, size_t classes, double scale,
                 float *g, double *out, struct kin_error *err)
{
    *out = 0;
    for (size_t r = 0; r < rows; r++, y += classes) {
        if (label[r] < 0 || (size_t)label[r] >= classes)
            return kin_fail(err, KIN_EDATA, "label %d of row %zu of the batch, wanted 0 to %zu",
                            (int)label[r], r, classes - 1);
        double most = -INFINITY, sum = 0;
        for (size_t c = 0; c < classes; c++)
            most = fmax(most, (double)y[c]);
        for (size_t c = 0; c < classes; c++)
            sum += exp((double)y[c] - most);
        *out += most + log(sum) - (double)y[label[r]];
        for (size_t c = 0; c < classes && g; c++)
            g[r * classes + c] =
                (float)(scale * (exp((double)y[c] - most) / sum - ((size_t)label[r] == c ? 1 : 0)));
    }
    return 0;
}

static float sigmoid(float x)
{
    return 1 / (1 + expf(-x));
}

void loss_sigmoid(float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = sigmoid(y[i]);
}

static double sign(double x)
{
    return (x > 0) - (x < 0);
}

double loss_mask(float *y, const struct loss_parts *parts, size_t n, double scale, float *g)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double m = (double)(y[i] = sigmoid(y[i])), x = (double)parts->magnitude[i];
        double voice = m * x - (double)parts->voice[i];
        double rest = parts->rest ? (1 - m) * x - (double)parts->rest[i] : 0;
        sum += fabs(voice) + fabs(rest);
        if (g)
            g[i] = (float)(scale * x * (sign(voice) - sign(rest)) * m * (1 - m));
    }
    return sum;
}
