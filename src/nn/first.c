#include "nn/first.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"

int first_new(struct first *first, struct norm *norm, size_t weight, size_t shares,
              double positions, struct kin_error *err)
{
    *first = (struct first){
        .kernels = nn_kernels(),
        .norm = norm,
        .weight = weight,
        .slabs = norm->slabs,
        .shares = shares,
        .positions = positions,
    };
    KIN_TRY(kin_alloc_into(&first->taps, norm->slabs * TAPS * KIN_NN_LANES, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&first->patches, shares, sizeof *first->patches, err));
    KIN_TRY(kin_alloc_into(&first->moments, norm->channels, sizeof *first->moments, err));
    return kin_alloc_into(&first->gradients, shares * norm->slabs, sizeof *first->gradients, err);
}

void first_release(struct first *first)
{
    kin_free(first->taps);
    kin_free(first->patches);
    kin_free(first->moments);
    kin_free(first->gradients);
    *first = (struct first){0};
}

static size_t tap_place(size_t channel, size_t tap)
{
    return (channel / KIN_NN_LANES * TAPS + tap) * KIN_NN_LANES + channel % KIN_NN_LANES;
}

void first_prepare(struct first *first, const float *values)
{
    for (size_t c = 0; c < first->norm->channels; c++) {
        for (size_t tap = 0; tap < TAPS; tap++)
            first->taps[tap_place(c, tap)] = values[first->weight + c * TAPS + tap];
    }
}

void first_clear(struct first *first, size_t share)
{
    first->patches[share] = (struct patch_sums){0};
    memset(first->gradients + share * first->slabs, 0, first->slabs * sizeof *first->gradients);
}

void first_add_patches(struct first *first, size_t share, struct plane x)
{
    first->kernels->patch_sums(x, &first->patches[share]);
}

/* A w of one filter. */
static void times_products(const struct patch_sums *patches, const float *w, double out[TAPS])
{
    for (size_t k = 0; k < TAPS; k++) {
        out[k] = 0;
        for (size_t l = 0; l < TAPS; l++)
            out[k] += patches->product[k][l] * (double)w[l];
    }
}

static void add_patches(struct patch_sums *to, const struct patch_sums *from)
{
    for (size_t k = 0; k < TAPS; k++) {
        to->sum[k] += from->sum[k];
        for (size_t l = 0; l < TAPS; l++)
            to->product[k][l] += from->product[k][l];
    }
}

void first_statistics(struct first *first, float *values)
{
    struct patch_sums *all = first->patches;
    for (size_t i = 1; i < first->shares; i++)
        add_patches(all, &first->patches[i]);
    for (size_t c = 0; c < first->norm->channels; c++) {
        const float *w = values + first->weight + c * TAPS;
        double mean = 0, squares = 0, products[TAPS];
        times_products(all, w, products);
        for (size_t k = 0; k < TAPS; k++) {
            mean += (double)w[k] * all->sum[k] / first->positions;
            squares += (double)w[k] * products[k];
        }
        squares -= mean * mean * first->positions;
        double var = squares > 0 ? squares / first->positions : 0;
        first->moments[c] = (struct channel_moments){mean, 1 / sqrt(var + NORM_EPSILON)};
        norm_channel(first->norm, c, mean, var, first->positions, values);
    }
}

void first_pool(const struct first *first, size_t slab, struct plane x, struct plane y,
                uint8_t *place)
{
    struct lane_norm norm = norm_lanes(first->norm, slab);
    first->kernels->first_pool(x, first->taps + slab * TAPS * KIN_NN_LANES, &norm, y, place);
}

void first_add_gradient(struct first *first, size_t share, size_t slab, struct plane x,
                        struct plane y, const uint8_t *place, struct plane gy)
{
    first->kernels->first_sums(x, y, place, gy, &first->gradients[share * first->slabs + slab]);
}

/* Sums of one channel over all shares: S_k, and that of the gradient itself. */
struct channel_sums {
    double tap[TAPS], all;
};

static struct channel_sums channel_sums(const struct first *first, size_t c)
{
    struct channel_sums out = {{0}, 0};
    size_t slab = c / KIN_NN_LANES, lane = c % KIN_NN_LANES;
    for (size_t share = 0; share < first->shares; share++) {
        const struct tap_sums *sums = &first->gradients[share * first->slabs + slab];
        for (size_t k = 0; k < TAPS; k++)
            out.tap[k] += sums->tap[k][lane];
        out.all += sums->all[lane];
    }
    return out;
}

/* In double throughout: the three terms of a weight's gradient nearly cancel. */
static void channel_gradient(const struct first *first, size_t c, const float *values,
                             float *gradient)
{
    const struct norm_offsets *at = &first->norm->at;
    const struct channel_moments *moments = &first->moments[c];
    size_t weight = first->weight + c * TAPS;
    struct channel_sums sums = channel_sums(first, c);
    double products[TAPS], along = -moments->mean * sums.all;
    times_products(first->patches, values + weight, products);
    for (size_t k = 0; k < TAPS; k++)
        along += (double)values[weight + k] * sums.tap[k];
    along *= moments->rsd; /* sum of g times the normalised output */
    gradient[at->gamma + c] = (float)along;
    gradient[at->beta + c] = (float)sums.all;
    double scale = (double)values[at->gamma + c] * moments->rsd;
    double slope = -scale * moments->rsd * along / first->positions;
    double level = -scale * sums.all / first->positions - slope * moments->mean;
    for (size_t k = 0; k < TAPS; k++)
        gradient[weight + k] =
            (float)(scale * sums.tap[k] + slope * products[k] + level * first->patches->sum[k]);
}

void first_gradient(struct first *first, const float *values, float *gradient)
{
    for (size_t c = 0; c < first->norm->channels; c++)
        channel_gradient(first, c, values, gradient);
}
