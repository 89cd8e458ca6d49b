#include <math.h>

#include "kindred/distance.h"
#include "kindred/random.h"
#include "support.h"

static struct kin_error err;

static struct kin_sequence_f64 noise(struct kin_random *random, size_t frames, size_t dims)
{
    double *x = kin_alloc(frames * dims, sizeof *x);
    for (size_t i = 0; i < frames * dims; i++)
        x[i] = kin_random_normal(random);
    return (struct kin_sequence_f64){x, frames, dims};
}

static double exact(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y)
{
    const struct kin_distance *dtw;
    ck_ok(kin_distance_find("dtw", &dtw, &err));
    struct kin_distance_params params = kin_distance_defaults(dtw);
    double d;
    ck_ok(kin_distance_pair(dtw, &params, x, y, &d, &err));
    return d;
}

/* From corner to corner, every step one of three, and the distance is the sum of its costs. */
static void check_path(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                       const int32_t *path, size_t steps, double distance)
{
    ck_assert(path[0] == 0 && path[1] == 0);
    ck_assert_int_eq(path[2 * steps - 2], (int)x->frames - 1);
    ck_assert_int_eq(path[2 * steps - 1], (int)y->frames - 1);
    double sum = 0;
    for (size_t s = 0; s < steps; s++) {
        const int32_t *cell = path + 2 * s;
        if (s > 0) {
            int32_t down = cell[0] - cell[-2], right = cell[1] - cell[-1];
            ck_assert(down >= 0 && down <= 1 && right >= 0 && right <= 1 && down + right > 0);
        }
        double cost = 0;
        for (size_t d = 0; d < x->dims; d++) {
            double difference =
                x->x[(size_t)cell[0] * x->dims + d] - y->x[(size_t)cell[1] * y->dims + d];
            cost += difference * difference;
        }
        sum += sqrt(cost);
    }
    ck_assert_double_le(fabs(sum - distance), 1e-12 * sum);
}

static const size_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 31, 64, 65, 100};

START_TEST(never_below_dtw_and_equal_with_a_wide_window)
{
    struct kin_random random = kin_random_stream(3, "fastdtw", 7);
    for (size_t i = 0; i < KIN_COUNT(lengths); i++) {
        for (size_t j = 0; j < KIN_COUNT(lengths); j++) {
            struct kin_sequence_f64 x = noise(&random, lengths[i], 2);
            struct kin_sequence_f64 y = noise(&random, lengths[j], 2);
            int32_t path[400];
            double wanted = exact(&x, &y), d;
            size_t steps;
            for (size_t radius = 1; radius <= 100; radius = 3 * radius + 1) {
                ck_ok(kin_fastdtw(&x, &y, radius, &d, path, &steps, &err));
                ck_assert_double_ge(d, wanted);
                check_path(&x, &y, path, steps, d);
            }
            ck_ok(kin_fastdtw(&x, &y, 100, &d, NULL, NULL, &err));
            ck_assert_double_eq(d, wanted);
            kin_free((void *)x.x);
            kin_free((void *)y.x);
        }
    }
}
END_TEST

START_TEST(wrong_arguments)
{
    double x[2] = {0, 0}, d;
    struct kin_sequence_f64 two = {x, 2, 1}, wide = {x, 1, 2}, none = {x, 0, 1};
    ck_assert_int_eq(kin_fastdtw(&two, &two, 0, &d, NULL, NULL, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a radius of 0 frames, wanted at least 1");
    ck_assert_int_eq(kin_fastdtw(&two, &wide, 1, &d, NULL, NULL, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "2 x 1 and 1 x 2 values do not align");
    ck_assert_int_eq(kin_fastdtw(&none, &two, 1, &d, NULL, NULL, &err), KIN_EDATA);
}
END_TEST

TEST_MAIN("fastdtw", never_below_dtw_and_equal_with_a_wide_window, wrong_arguments)
