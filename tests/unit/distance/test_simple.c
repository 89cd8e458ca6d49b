#include <math.h>

#include "kindred/distance.h"
#include "kindred/random.h"
#include "support.h"

static struct kin_error err;

#define X_FRAMES 37
#define Y_FRAMES 23
#define DIMS 3

/* The definition, run by run. */
static double between_runs(const double *x, const double *y, size_t window)
{
    double sum = 0;
    for (size_t i = 0; i < window * DIMS; i++)
        sum += (x[i] - y[i]) * (x[i] - y[i]);
    return sum;
}

/* Whole numbers, so that sums are exact and ties real: the first run of y wins. */
START_TEST(profile_by_definition)
{
    double x[X_FRAMES * DIMS], y[Y_FRAMES * DIMS], profile[X_FRAMES];
    int32_t index[X_FRAMES];
    struct kin_random random = kin_random_stream(2, "simple", 6);
    for (size_t i = 0; i < KIN_COUNT(x); i++)
        x[i] = (double)kin_random_below(&random, 3);
    for (size_t i = 0; i < KIN_COUNT(y); i++)
        y[i] = (double)kin_random_below(&random, 3);
    struct kin_sequence_f64 a = {x, X_FRAMES, DIMS}, b = {y, Y_FRAMES, DIMS};
    for (size_t window = 1; window <= Y_FRAMES; window++) {
        ck_ok(kin_simple_profile(&a, &b, window, profile, index, &err));
        for (size_t i = 0; i + window <= X_FRAMES; i++) {
            double least = (double)INFINITY;
            size_t at = 0;
            for (size_t j = 0; j + window <= Y_FRAMES; j++) {
                double d = between_runs(x + i * DIMS, y + j * DIMS, window);
                if (d < least) {
                    least = d;
                    at = j;
                }
            }
            ck_assert_double_eq(profile[i], least);
            ck_assert_int_eq(index[i], (int)at);
        }
    }
}
END_TEST

/* An even number of runs: the median is the mean of the two in the middle. */
START_TEST(median_of_an_even_number)
{
    const struct kin_distance *simple;
    ck_ok(kin_distance_find("simple", &simple, &err));
    double x[4] = {1, 2, 4, 8}, y[1] = {0}, d;
    float x32[4] = {1, 2, 4, 8}, y32[1] = {0}, d32;
    struct kin_distance_params params = {{1}};
    struct kin_sequence_f64 a = {x, 4, 1}, b = {y, 1, 1};
    ck_ok(kin_distance_pair(simple, &params, &a, &b, &d, &err));
    ck_assert_double_eq(d, 10);
    struct kin_distance_set *set;
    struct kin_sequence from = {x32, 4, 1}, to = {y32, 1, 1};
    ck_ok(kin_distance_set_new(&to, 1, &set, &err));
    ck_ok(kin_distance_rows(simple, &params, &from, 1, set, &d32, NULL, &err));
    ck_assert_float_eq(d32, 10);
    kin_distance_set_free(set);
}
END_TEST

START_TEST(wrong_arguments)
{
    double x[60] = {0}, profile[60];
    struct kin_sequence_f64 a = {x, 60, 1}, b = {x, 30, 1}, wide = {x, 30, 2};
    ck_assert_int_eq(kin_simple_profile(&a, &b, 0, profile, NULL, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a window of 0 frames, wanted at least 1");
    ck_assert_int_eq(kin_simple_profile(&a, &b, 50, profile, NULL, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "60 and 30 frames, SiMPle wants at least its window, 50");
    ck_assert_int_eq(kin_simple_profile(&a, &wide, 5, profile, NULL, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "1 and 2 coefficients a frame, wanted the same number");
}
END_TEST

TEST_MAIN("simple", profile_by_definition, median_of_an_even_number, wrong_arguments)
