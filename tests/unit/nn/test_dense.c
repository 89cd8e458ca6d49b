#include "nn/dense.h"
#include "sample.h"
#include "support.h"

#define ROWS 6
#define IN 19
#define OUT 18

static const struct dense_parts every[] = {
    {.linear = true},
    {.linear = true, .norm = true, .relu = true},
    {.norm = true},
    {.norm = true, .relu = true, .dropout = true},
    {.linear = true, .norm = true, .relu = true, .dropout = true},
};

/* A layout with what the layer «z» of these parts wants. */
static struct kin_layout layout_of(struct dense_parts parts)
{
    static const char *const names[] = {"z.linear.weight", "z.linear.bias", "z.bn.gamma",
                                        "z.bn.beta",       "z.bn.mean",     "z.bn.var"};
    struct kin_layout layout = {.items = kin_alloc(KIN_COUNT(names), sizeof *layout.items)};
    for (size_t i = 0; i < KIN_COUNT(names); i++) {
        if (i < 2 ? !parts.linear : !parts.norm)
            continue;
        struct kin_parameter *p = &layout.items[layout.n++];
        snprintf(p->name, sizeof p->name, "%s", names[i]);
        p->trained = i < 4;
        p->offset = layout.total;
        p->count = i == 0 ? (size_t)IN * OUT : OUT;
        layout.total += p->count;
    }
    return layout;
}

struct fixture {
    struct kin_layout layout;
    struct dense dense;
    float *values, *x, *g;
    size_t in;
};

static void setup(struct fixture *f, struct dense_parts parts, double dropout)
{
    struct kin_error err = {0};
    *f = (struct fixture){.layout = layout_of(parts), .in = parts.linear ? IN : OUT};
    f->dense = (struct dense){
        .name = "z", .parts = parts, .in = f->in, .out = OUT, .rows = ROWS, .dropout = dropout};
    ck_ok(dense_new(&f->dense, &f->layout, &err));
    f->values = sample_numbers(f->layout.total, "values");
    f->x = sample_numbers(ROWS * f->in, "x");
    f->g = sample_numbers(ROWS * OUT, "g");
}

static void teardown(struct fixture *f)
{
    dense_release(&f->dense);
    kin_layout_release(&f->layout);
    kin_free(f->values);
    kin_free(f->x);
    kin_free(f->g);
}

static double judged(struct fixture *f)
{
    dense_train(&f->dense, f->x, f->values, (struct kin_draw){1, 2});
    return sample_dot(f->dense.y, f->g, ROWS * OUT);
}

/* How many numbers of the gradient differ from (f(x + h) - f(x - h)) / 2h. */
static size_t wrong(struct fixture *f, float *at, size_t n, const float *gradient)
{
    const float step = 1e-3f;
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        float before = at[i];
        at[i] = before + step;
        double plus = judged(f), width = (double)at[i];
        at[i] = before - step;
        double minus = judged(f);
        width -= (double)at[i];
        at[i] = before;
        bad += !(fabs((plus - minus) / width - (double)gradient[i]) < 0.01);
    }
    return bad;
}

START_TEST(gradients_by_finite_differences)
{
    for (size_t k = 0; k < KIN_COUNT(every); k++) {
        struct fixture f;
        setup(&f, every[k], 0.5);
        judged(&f);
        float gy[ROWS * OUT], gx[ROWS * IN], *gradient = kin_alloc(f.layout.total, sizeof(float));
        memcpy(gy, f.g, sizeof gy);
        dense_gradient(&f.dense, f.values, gy, gx, gradient);
        size_t spoiled = every[k].relu ? 6 : 0; /* by a kink */
        ck_assert_uint_le(wrong(&f, f.x, ROWS * f.in, gx), spoiled);
        for (size_t i = 0; i < f.layout.n; i++) {
            const struct kin_parameter *p = &f.layout.items[i];
            if (p->trained)
                ck_assert_uint_le(wrong(&f, f.values + p->offset, p->count, gradient + p->offset),
                                  spoiled);
        }
        kin_free(gradient);
        teardown(&f);
    }
}
END_TEST

START_TEST(dropout_follows_its_draw)
{
    struct fixture f;
    setup(&f, (struct dense_parts){.dropout = true}, 0.25);
    float first[ROWS * OUT];
    size_t kept = 0;
    for (uint64_t draw = 0; draw < 100; draw++) {
        dense_train(&f.dense, f.x, f.values, (struct kin_draw){1, draw});
        memcpy(first, f.dense.y, sizeof first);
        for (size_t i = 0; i < ROWS * OUT; i++) {
            kept += first[i] != 0;
            ck_assert(first[i] == 0 || fabsf(first[i] - f.x[i] / 0.75f) < 1e-6f);
        }
        dense_train(&f.dense, f.x, f.values, (struct kin_draw){1, draw + 1});
        ck_assert_int_ne(memcmp(first, f.dense.y, sizeof first), 0);
        dense_train(&f.dense, f.x, f.values, (struct kin_draw){2, draw});
        ck_assert_int_ne(memcmp(first, f.dense.y, sizeof first), 0);
        dense_train(&f.dense, f.x, f.values, (struct kin_draw){1, draw});
        ck_assert_mem_eq(first, f.dense.y, sizeof first);
    }
    /* 10800 draws: within five standard deviations */
    ck_assert_double_eq_tol((double)kept / (100.0 * ROWS * OUT), 0.75, 0.021);
    teardown(&f);
}
END_TEST

START_TEST(evaluation_uses_running_values_and_drops_nothing)
{
    struct fixture f;
    setup(&f, (struct dense_parts){.norm = true, .dropout = true}, 0.5);
    const float values[4] = {2, 0.5f, 0.25f, 4}; /* gamma, beta, mean, var */
    for (size_t i = 0; i < f.layout.total; i++)
        f.values[i] = values[i / OUT];
    dense_apply(&f.dense, f.x, f.values, 2, 3);
    for (size_t i = 2 * OUT; i < 5 * OUT; i++) {
        double want = ((double)f.x[i] - 0.25) / sqrt(4 + NORM_EPSILON) * 2 + 0.5;
        ck_assert_double_eq_tol((double)f.dense.y[i], want, 1e-6);
    }
    ck_assert_float_eq(f.dense.y[0], 0); /* other rows are left alone */
    teardown(&f);
}
END_TEST

TEST_MAIN("dense", gradients_by_finite_differences, dropout_follows_its_draw,
          evaluation_uses_running_values_and_drops_nothing)
