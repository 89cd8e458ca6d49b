#include "nn/loss.h"
#include "sample.h"
#include "support.h"

#define N 24

enum which { SQUARE, BINARY, CLASSES, MASK, VOICE, LOSSES };

static double judged(enum which which, const float *y, float *g)
{
    static const int32_t labels[] = {0, 5, 3, 1};
    struct kin_error err = {0};
    float *target = sample_numbers(N, "target"), *x = sample_numbers(N, "x"), copy[N];
    double loss = 0;
    memcpy(copy, y, sizeof copy);
    const struct loss_parts parts = {x, target, which == MASK ? copy + 0 : NULL};
    float rest[N];
    for (size_t i = 0; i < N; i++)
        rest[i] = x[i] - target[i] / 2;
    struct loss_parts both = parts;
    both.rest = which == MASK ? rest : NULL;
    if (which == SQUARE)
        loss = loss_square(y, target, N, 1.0 / N, g);
    else if (which == BINARY)
        loss = loss_binary(y, target, N, 1.0 / N, g);
    else if (which == CLASSES)
        ck_ok(loss_classes(y, labels, 4, 6, 1.0 / N, g, &loss, &err));
    else
        loss = loss_mask(copy, &both, N, 1.0 / N, g);
    kin_free(target);
    kin_free(x);
    return loss / N;
}

START_TEST(gradients_by_finite_differences)
{
    const float step = 1e-3f;
    for (enum which which = SQUARE; which < LOSSES; which++) {
        float *y = sample_numbers(N, "y"), g[N];
        judged(which, y, g);
        for (size_t i = 0; i < N; i++) {
            float before = y[i];
            y[i] = before + step;
            double plus = judged(which, y, NULL), width = (double)y[i];
            y[i] = before - step;
            double minus = judged(which, y, NULL);
            width -= (double)y[i];
            y[i] = before;
            ck_assert_double_eq_tol((plus - minus) / width, (double)g[i], 1e-4);
        }
        kin_free(y);
    }
}
END_TEST

START_TEST(right_values)
{
    struct kin_error err = {0};
    const float y[] = {0, 100, -100}, t[] = {1, 1, 0};
    double loss;
    ck_assert_double_eq_tol(loss_binary(y, t, 3, 1, NULL), log(2), 1e-12);
    ck_assert_double_eq_tol(loss_binary((float[]){-100}, (float[]){1}, 1, 1, NULL), 100, 1e-12);
    ck_assert_double_eq_tol(loss_square(y, t, 3, 1, NULL), 1 + 99 * 99 + 10000, 1e-9);
    ck_ok(loss_classes((float[]){1, 1, 1, 1000, 0, 0}, (int32_t[]){2, 0}, 2, 3, 1, NULL, &loss,
                       &err));
    ck_assert_double_eq_tol(loss, log(3), 1e-12);
    float mask[] = {0, 1000};
    const struct loss_parts parts = {(float[]){2, 2}, (float[]){1.5f, 2}, (float[]){0.5f, 1}};
    ck_assert_double_eq_tol(loss_mask(mask, &parts, 2, 1, NULL), 0.5 + 0.5 + 0 + 1, 1e-6);
    ck_assert_float_eq(mask[0], 0.5f);
    ck_assert_float_eq(mask[1], 1);
}
END_TEST

START_TEST(a_label_that_is_no_class_is_named)
{
    struct kin_error err = {0};
    const float y[6] = {0};
    double loss;
    ck_assert_int_eq(loss_classes(y, (int32_t[]){0, 3}, 2, 3, 1, NULL, &loss, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "label 3 of row 1 of the batch, wanted 0 to 2");
    ck_assert_int_eq(loss_classes(y, (int32_t[]){-1, 0}, 2, 3, 1, NULL, &loss, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "label -1 of row 0 of the batch, wanted 0 to 2");
}
END_TEST

TEST_MAIN("loss", gradients_by_finite_differences, right_values, a_label_that_is_no_class_is_named)
