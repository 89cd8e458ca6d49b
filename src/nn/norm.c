#include "nn/norm.h"

#include <math.h>
#include <stdio.h>

#include "kindred/memory.h"

enum lane_array { SCALE, SHIFT, MEAN, RSD, SLOPE, LEVEL, LANE_ARRAYS };

static size_t offset_of(const struct kin_layout *layout, const char *stem, const char *what)
{
    char name[sizeof layout->items->name];
    snprintf(name, sizeof name, "%s.%s", stem, what);
    const struct kin_parameter *parameter = kin_layout_find(layout, name);
    return parameter ? parameter->offset : 0;
}

struct norm_offsets norm_find(const struct kin_layout *layout, const char *stem)
{
    return (struct norm_offsets){
        .gamma = offset_of(layout, stem, "gamma"),
        .beta = offset_of(layout, stem, "beta"),
        .mean = offset_of(layout, stem, "mean"),
        .var = offset_of(layout, stem, "var"),
    };
}

int norm_new(struct norm *norm, size_t channels, struct norm_offsets at, struct kin_error *err)
{
    size_t slabs = planes_padded(channels) / KIN_NN_LANES;
    *norm = (struct norm){.channels = channels, .slabs = slabs, .at = at};
    return kin_alloc_into(&norm->lanes, LANE_ARRAYS * slabs * KIN_NN_LANES, sizeof(float), err);
}

void norm_release(struct norm *norm)
{
    kin_free(norm->lanes);
    norm->lanes = NULL;
}

static float *lane(const struct norm *norm, enum lane_array array, size_t channel)
{
    return norm->lanes + (size_t)array * norm->slabs * KIN_NN_LANES + channel;
}

struct lane_norm norm_lanes(const struct norm *norm, size_t slab)
{
    size_t first = slab * KIN_NN_LANES;
    return (struct lane_norm){
        .scale = lane(norm, SCALE, first),
        .shift = lane(norm, SHIFT, first),
        .mean = lane(norm, MEAN, first),
        .rsd = lane(norm, RSD, first),
        .slope = lane(norm, SLOPE, first),
        .level = lane(norm, LEVEL, first),
    };
}

static void set_channel(struct norm *norm, size_t c, double mean, double var, const float *values)
{
    double rsd = 1 / sqrt(var + NORM_EPSILON), gamma = (double)values[norm->at.gamma + c];
    *lane(norm, SCALE, c) = (float)(gamma * rsd);
    *lane(norm, SHIFT, c) = (float)((double)values[norm->at.beta + c] - mean * gamma * rsd);
    *lane(norm, MEAN, c) = (float)mean;
    *lane(norm, RSD, c) = (float)rsd;
}

void norm_move(float *mean, float *var, double batch_mean, double batch_var, double count)
{
    double unbiased = count > 1 ? batch_var * count / (count - 1) : batch_var;
    *mean = (float)((1 - NORM_MOMENTUM) * (double)*mean + NORM_MOMENTUM * batch_mean);
    *var = (float)((1 - NORM_MOMENTUM) * (double)*var + NORM_MOMENTUM * unbiased);
}

void norm_channel(struct norm *norm, size_t channel, double mean, double var, double count,
                  float *values)
{
    set_channel(norm, channel, mean, var, values);
    norm_move(&values[norm->at.mean + channel], &values[norm->at.var + channel], mean, var, count);
}

void norm_batch(struct norm *norm, const struct lane_sums *moments, size_t images, size_t positions,
                float *values)
{
    double n = (double)positions, count = n * (double)images;
    for (size_t c = 0; c < norm->channels; c++) {
        const struct lane_sums *first = moments + c / KIN_NN_LANES;
        size_t i = c % KIN_NN_LANES;
        double mean = 0, squares = 0;
        for (size_t k = 0; k < images; k++)
            mean += first[k * norm->slabs].a[i];
        mean /= (double)images;
        for (size_t k = 0; k < images; k++) {
            double off = first[k * norm->slabs].a[i] - mean;
            squares += first[k * norm->slabs].b[i] + n * off * off;
        }
        norm_channel(norm, c, mean, squares / count, count, values);
    }
}

void norm_running(struct norm *norm, const float *values)
{
    for (size_t c = 0; c < norm->channels; c++)
        set_channel(norm, c, (double)values[norm->at.mean + c], (double)values[norm->at.var + c],
                    values);
}

void norm_gradient(struct norm *norm, const struct lane_sums *sums, size_t images, double count,
                   float *gradient)
{
    for (size_t c = 0; c < norm->channels; c++) {
        const struct lane_sums *first = sums + c / KIN_NN_LANES;
        size_t i = c % KIN_NN_LANES;
        double a = 0, b = 0;
        for (size_t k = 0; k < images; k++) {
            a += first[k * norm->slabs].a[i];
            b += first[k * norm->slabs].b[i];
        }
        gradient[norm->at.beta + c] = (float)a;
        gradient[norm->at.gamma + c] = (float)b;
        double scale = (double)*lane(norm, SCALE, c);
        double slope = -scale * b / count * (double)*lane(norm, RSD, c);
        *lane(norm, SLOPE, c) = (float)slope;
        *lane(norm, LEVEL, c) = (float)(-scale * a / count - slope * (double)*lane(norm, MEAN, c));
    }
}
