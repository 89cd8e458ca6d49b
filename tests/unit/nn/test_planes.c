#include "nn/planes.h"
#include "sample.h"
#include "support.h"

static const size_t shapes[][3] = {{1, 5, 4}, {3, 2, 2}, {16, 3, 7}, {40, 6, 2}};

START_TEST(what_is_put_is_got)
{
    struct kin_error err = {0};
    for (size_t i = 0; i < 4 * KIN_COUNT(shapes); i++) {
        const size_t *s = shapes[i / 4];
        size_t n = s[0] * s[1] * s[2];
        struct planes planes = planes_shape(s[0], s[1], s[2], i & 1, i & 2);
        ck_ok(planes_alloc(&planes, 2, &err));
        float *x = sample_numbers(n, "x"), *y = kin_alloc(n, sizeof *y);
        planes_put(&planes, 1, x);
        planes_get(&planes, 1, y);
        ck_assert_mem_eq(x, y, n * sizeof *x);
        planes_get(&planes, 0, y);
        for (size_t k = 0; k < n; k++)
            ck_assert_float_eq(y[k], 0);
        kin_free(x);
        kin_free(y);
        planes_release(&planes);
    }
}
END_TEST

START_TEST(the_border_is_a_reflection_without_the_edge)
{
    struct kin_error err = {0};
    struct planes planes = planes_shape(1, 2, 3, 1, true);
    ck_ok(planes_alloc(&planes, 1, &err));
    planes_put(&planes, 0, (const float[]){1, 2, 3, 4, 5, 6});
    planes_reflect(&planes, 0);
    const float want[] = {5, 4, 5, 6, 5, 2, 1, 2, 3, 2, 5, 4, 5, 6, 5, 2, 1, 2, 3, 2};
    ck_assert_mem_eq(planes.data, want, sizeof want);
    planes_release(&planes);
}
END_TEST

/* <reflect(x), g> = <x, fold(g)> */
START_TEST(folding_is_the_gradient_of_reflecting)
{
    struct kin_error err = {0};
    for (size_t i = 0; i < 2 * KIN_COUNT(shapes); i++) {
        const size_t *s = shapes[i / 2];
        size_t n = s[0] * s[1] * s[2];
        struct planes x = planes_shape(s[0], s[1], s[2], 1, i & 1), g = x;
        ck_ok(planes_alloc(&x, 1, &err));
        ck_ok(planes_alloc(&g, 1, &err));
        float *plain = sample_numbers(n, "x"), *folded = kin_alloc(n, sizeof *folded);
        float *all = sample_numbers(g.image_stride, "g");
        memcpy(g.data, all, g.image_stride * sizeof *all);
        planes_put(&x, 0, plain);
        planes_reflect(&x, 0);
        double want = sample_dot(x.data, g.data, x.image_stride);
        planes_fold(&g, 0);
        planes_get(&g, 0, folded);
        ck_assert_double_eq_tol(sample_dot(plain, folded, n), want, 1e-4);
        kin_free(plain);
        kin_free(folded);
        kin_free(all);
        planes_release(&x);
        planes_release(&g);
    }
}
END_TEST

TEST_MAIN("planes", what_is_put_is_got, the_border_is_a_reflection_without_the_edge,
          folding_is_the_gradient_of_reflecting)
