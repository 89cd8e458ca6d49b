/* The kernels of every instruction set give the same bits; gradients agree with finite
 * differences. */
#include "kindred/cpu.h"
#include "nn/kernels.h"
#include "nn/norm.h"
#include "sample.h"
#include "support.h"

#define HEIGHT 7
#define WIDTH 5
#define FULL (HEIGHT * WIDTH * KIN_NN_LANES)
#define HALF_HEIGHT (HEIGHT / 2)
#define HALF_WIDTH (WIDTH / 2)
#define HALF (HALF_HEIGHT * HALF_WIDTH * KIN_NN_LANES)

static struct plane plane(float *data, size_t height, size_t width)
{
    return (struct plane){data, height, width, KIN_NN_LANES, width * KIN_NN_LANES};
}
static struct plane full(float *data)
{
    return plane(data, HEIGHT, WIDTH);
}
static struct plane half(float *data)
{
    return plane(data, HALF_HEIGHT, HALF_WIDTH);
}

/* Inputs and everything that is made of them. */
struct work {
    float x[FULL], g[FULL], small[HALF], y[HALF], g_half[HALF];
    float out[FULL], wide[FULL], adam[5][37];
    float numbers[6][KIN_NN_LANES], weights[9 * KIN_NN_LANES], thin[HEIGHT * WIDTH];
    uint8_t place[HALF];
    struct lane_sums sums[3];
    double thin_sums[9][KIN_NN_LANES], total[KIN_NN_LANES];
    float dot;
};

static void fill(float *x, size_t n, const char *name)
{
    float *from = sample_numbers(n, name);
    memcpy(x, from, n * sizeof *x);
    kin_free(from);
}

static struct lane_norm norm_of(const struct work *w)
{
    return (struct lane_norm){w->numbers[0], w->numbers[1], w->numbers[2],
                              w->numbers[3], w->numbers[4], w->numbers[5]};
}

static struct work *new_work(void)
{
    struct work *w = kin_alloc(1, sizeof *w);
    fill(w->x, FULL, "x");
    fill(w->g, FULL, "g");
    fill(w->small, HALF, "small");
    fill(w->g_half, HALF, "g_half");
    fill(&w->numbers[0][0], 6 * KIN_NN_LANES, "numbers");
    fill(w->weights, 9 * KIN_NN_LANES, "weights");
    fill(&w->adam[0][0], 5 * 37, "adam");
    for (size_t i = 0; i < 37; i++) {
        w->adam[3][i] = fabsf(w->adam[3][i]);
        w->adam[4][i] = fabsf(w->adam[4][i]);
    }
    return w;
}

static void use_all(const struct nn_kernels *k, struct work *w)
{
    struct lane_norm norm = norm_of(w);
    const struct nn_adam adam = {1e-7f, 0.9f, 0.999f, 0.1f, 0.001f, 0.01f, 30, 1e-8f};
    k->moments(full(w->x), &w->sums[0]);
    k->activate(full(w->x), &norm, full(w->out));
    k->pool(full(w->x), &norm, half(w->y), w->place);
    k->unpool(half(w->small), &norm, half(w->y), w->place, full(w->wide));
    k->dense_sums(full(w->x), &norm, full(w->g), &w->sums[1]);
    k->pool_sums(full(w->x), &norm, half(w->y), w->place, half(w->g_half), &w->sums[2]);
    k->pool_gradient(full(w->x), &norm, half(w->y), w->place, half(w->g_half));
    k->dense_gradient(full(w->out), &norm, full(w->g));
    k->stretch(half(w->small), full(w->g));
    k->add(full(w->g), full(w->wide));
    k->stretch_gradient(full(w->wide), half(w->small));
    k->gather(full(w->wide), w->place, half(w->y));
    k->sum(full(w->wide), w->total);
    k->fill(half(w->g_half), w->weights);
    struct plane inner = full(w->x), thin = {w->thin, HEIGHT - 2, WIDTH - 2, 1, WIDTH - 2};
    inner.data += inner.pitch + inner.step;
    inner.height -= 2;
    inner.width -= 2;
    k->thin_forward(inner, w->weights, thin);
    k->thin_weights(inner, thin, w->thin_sums);
    struct plane target = full(w->out);
    target.data += target.pitch + target.step;
    target.height -= 2;
    target.width -= 2;
    k->thin_data(thin, w->weights, target);
    k->axpy(0.3f, w->g, w->wide, FULL - 3);
    w->dot = k->dot(w->g, w->wide, FULL - 3);
    k->adam(&adam, 37, w->adam[0], w->adam[1], w->adam[2], w->adam[3], w->adam[4]);
}

START_TEST(every_instruction_set_gives_the_same_bits)
{
    struct work *plain = new_work();
    use_all(&nn_kernels_plain, plain);
#ifdef __x86_64__
    const struct nn_kernels *sets[] = {&nn_kernels_v3, &nn_kernels_v4};
    for (size_t i = 0; i < KIN_COUNT(sets) && (int)kin_cpu_level() >= KIN_CPU_V3 + (int)i; i++) {
        struct work *other = new_work();
        use_all(sets[i], other);
        ck_assert_mem_eq(plain, other, sizeof *plain);
        kin_free(other);
    }
#endif
    kin_free(plain);
}
END_TEST

START_TEST(the_first_of_equals_is_taken)
{
    struct work *w = new_work();
    struct lane_norm norm = norm_of(w);
    for (size_t i = 0; i < KIN_NN_LANES; i++) {
        w->numbers[0][i] = 1;
        w->numbers[1][i] = 0;
    }
    for (size_t i = 0; i < FULL; i++)
        w->x[i] = i / KIN_NN_LANES % 2 ? 0.5f : -1; /* in every 2 x 2 two that are equal */
    nn_kernels()->pool(full(w->x), &norm, half(w->y), w->place);
    for (size_t i = 0; i < HALF; i++) {
        size_t position = i / KIN_NN_LANES,
               first = 2 * (position / HALF_WIDTH) * WIDTH + 2 * (position % HALF_WIDTH);
        ck_assert_float_eq(w->y[i], 0.5f);
        ck_assert_uint_eq(w->place[i], first % 2 ? 0 : 1);
    }
    for (size_t i = 0; i < FULL; i++)
        w->x[i] = -1; /* all zero after the ReLU */
    nn_kernels()->pool(full(w->x), &norm, half(w->y), w->place);
    for (size_t i = 0; i < HALF; i++)
        ck_assert_uint_eq(w->place[i], 0);
    kin_free(w);
}
END_TEST

/* ---- finite differences of normalisation, ReLU and pooling ---- */

enum { GAMMA = 0, BETA = 16, MEAN = 32, VAR = 48, VALUES = 64 };

struct layer {
    struct norm norm;
    float values[VALUES];
    bool pools;
};

/* <y, g> for the layer at x + step * direction, parameters likewise. */
static double judged(struct layer *layer, struct work *w, const float *x)
{
    const struct nn_kernels *k = nn_kernels();
    memcpy(w->x, x, sizeof w->x);
    k->moments(full(w->x), &w->sums[0]);
    norm_batch(&layer->norm, w->sums, 1, HEIGHT * WIDTH, layer->values);
    struct lane_norm norm = norm_lanes(&layer->norm, 0);
    if (layer->pools) {
        k->pool(full(w->x), &norm, half(w->y), w->place);
        return sample_dot(w->y, w->g_half, HALF);
    }
    k->activate(full(w->x), &norm, full(w->out));
    return sample_dot(w->out, w->g, FULL);
}

static void check_gradient(bool pools)
{
    struct kin_error err = {0};
    const struct nn_kernels *k = nn_kernels();
    const double step = 1e-4;
    struct work *w = new_work();
    struct layer layer = {.pools = pools};
    float start[FULL], moved[FULL], gradient[VALUES] = {0};
    memcpy(start, w->x, sizeof start);
    ck_ok(norm_new(&layer.norm, KIN_NN_LANES, (struct norm_offsets){GAMMA, BETA, MEAN, VAR}, &err));
    fill(layer.values, VALUES, "values");
    judged(&layer, w, start);
    struct lane_norm norm = norm_lanes(&layer.norm, 0);
    if (pools)
        k->pool_sums(full(w->x), &norm, half(w->y), w->place, half(w->g_half), &w->sums[0]);
    else
        k->dense_sums(full(w->x), &norm, full(w->g), &w->sums[0]);
    norm_gradient(&layer.norm, w->sums, 1, HEIGHT * WIDTH, gradient);
    if (pools)
        k->pool_gradient(full(w->x), &norm, half(w->y), w->place, half(w->g_half));
    else
        k->dense_gradient(full(w->x), &norm, full(w->g));
    float gx[FULL];
    memcpy(gx, w->x, sizeof gx);
    size_t near = 0;
    for (size_t i = 0; i < FULL; i++) { /* kinks spoil a few */
        double value[2];
        for (int side = 0; side < 2; side++) {
            memcpy(moved, start, sizeof moved);
            moved[i] += (float)(side ? -step : step);
            value[side] = judged(&layer, w, moved);
        }
        near += fabs((value[0] - value[1]) / (2 * step) - (double)gx[i]) < 0.02;
    }
    ck_assert_uint_ge(near, FULL * 97 / 100);
    for (size_t i = 0; i < 2 * KIN_NN_LANES; i++) { /* gamma and beta */
        double value[2];
        for (int side = 0; side < 2; side++) {
            layer.values[i] += (float)(side ? -2 * step : step);
            value[side] = judged(&layer, w, start);
        }
        layer.values[i] += (float)step;
        ck_assert_double_eq_tol((value[0] - value[1]) / (2 * step), (double)gradient[i], 0.05);
    }
    norm_release(&layer.norm);
    kin_free(w);
}

START_TEST(normalisation_and_relu_by_finite_differences)
{
    check_gradient(false);
}
END_TEST

START_TEST(normalisation_relu_and_pooling_by_finite_differences)
{
    check_gradient(true);
}
END_TEST

/* Linear maps: <g, A x> = <A' g, x>. */
START_TEST(gradients_of_linear_kernels_are_their_transposes)
{
    const struct nn_kernels *k = nn_kernels();
    struct work *w = new_work();
    struct lane_norm norm = norm_of(w);
    k->pool(full(w->x), &norm, half(w->y), w->place);
    k->unpool(half(w->small), NULL, (struct plane){0}, w->place, full(w->out));
    k->gather(full(w->g), w->place, half(w->y));
    ck_assert_double_eq_tol(sample_dot(w->out, w->g, FULL), sample_dot(w->small, w->y, HALF), 1e-5);
    k->stretch(half(w->small), full(w->out));
    k->stretch_gradient(full(w->g), half(w->y));
    ck_assert_double_eq_tol(sample_dot(w->out, w->g, FULL), sample_dot(w->small, w->y, HALF), 1e-4);
    kin_free(w);
}
END_TEST

START_TEST(a_constant_has_no_variance)
{
    struct work *w = new_work();
    for (size_t i = 0; i < FULL; i++)
        w->x[i] = 1234.567f;
    nn_kernels()->moments(full(w->x), &w->sums[0]);
    for (size_t i = 0; i < KIN_NN_LANES; i++) {
        ck_assert_double_eq(w->sums[0].a[i], (double)1234.567f);
        ck_assert_double_eq(w->sums[0].b[i], 0);
    }
    kin_free(w);
}
END_TEST

TEST_MAIN("kernels", every_instruction_set_gives_the_same_bits, the_first_of_equals_is_taken,
          normalisation_and_relu_by_finite_differences,
          normalisation_relu_and_pooling_by_finite_differences,
          gradients_of_linear_kernels_are_their_transposes, a_constant_has_no_variance)
