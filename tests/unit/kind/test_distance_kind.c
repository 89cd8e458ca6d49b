#include "kindred/distance.h"
#include "solo_support.h"

static const char *id_of(size_t i)
{
    static char ids[4][8];
    static unsigned next;
    char *id = ids[next++ % 4];
    snprintf(id, sizeof ids[0], "%03zu", i);
    return id;
}

#define SEQUENCES 5
#define FRAMES 60

static struct kin_value *sequence(enum kin_dtype dtype, size_t i)
{
    return make_random("sequence", dtype, i, FRAMES + 3 * i, 4);
}

/* Rows 10, 11, 12 against columns first … last. */
static struct kin_solo *matrix(const char *metric, enum kin_dtype dtype, size_t first, size_t last)
{
    struct kin_solo *solo = solo_new("distance", PARAMS("metric", metric));
    for (size_t i = 10; i < 13; i++)
        ck_ok(kin_solo_add(solo, "from", id_of(i), sequence(dtype, i), &err));
    for (size_t j = first; j <= last; j++)
        ck_ok(kin_solo_add(solo, "to", id_of(j), sequence(dtype, j), &err));
    return solo;
}

static const struct kin_tensor *row_of(const struct kin_solo *solo, size_t k, enum kin_dtype dtype)
{
    const struct kin_tensor *row;
    ck_ok(kin_value_want(solo_result(solo, k), "distances", dtype, 1, &row, &err));
    return row;
}

START_TEST(doubles_are_computed_in_double)
{
    const struct kin_distance *dtw;
    ck_ok(kin_distance_find("dtw", &dtw, &err));
    struct kin_distance_params none = kin_distance_defaults(dtw);
    struct kin_solo *solo = matrix("dtw", KIN_F64, 0, 4);
    ck_ok(kin_solo_run(solo, &err));
    for (size_t k = 0; k < 3; k++)
        for (size_t j = 0; j < SEQUENCES; j++) {
            struct kin_value *x = sequence(KIN_F64, 10 + k), *y = sequence(KIN_F64, j);
            struct kin_sequence_f64 from = {kin_value_get(x, "frames")->data, FRAMES + 3 * (10 + k),
                                            4};
            struct kin_sequence_f64 to = {kin_value_get(y, "frames")->data, FRAMES + 3 * j, 4};
            double wanted;
            ck_ok(kin_distance_pair(dtw, &none, &from, &to, &wanted, &err));
            ck_assert_double_eq(((double *)row_of(solo, k, KIN_F64)->data)[j], wanted);
            kin_value_free(x);
            kin_value_free(y);
        }
    const struct kin_tensor *columns;
    ck_ok(kin_value_want(solo_result(solo, 0), "columns", KIN_DIGEST, 1, &columns, &err));
    ck_assert(kin_digest_equal(columns->data, kin_solo_digest(solo, "to")));
    kin_solo_free(solo);
}
END_TEST

/* Extends rows of columns 0 … 2 to columns 1 … 4: the same bits, and only what is new computed. */
static void check_extension(const char *metric, enum kin_dtype dtype)
{
    struct kin_solo *before = matrix(metric, dtype, 0, 2);
    struct kin_solo *anew = matrix(metric, dtype, 1, 4);
    struct kin_solo *extended = matrix(metric, dtype, 1, 4);
    ck_ok(kin_solo_run(before, &err));
    ck_ok(kin_solo_run(anew, &err));
    void *bytes;
    size_t length;
    struct kin_value *manifest = NULL;
    struct kin_digest digest;
    ck_ok(kin_value_encode(kin_solo_stored(before, kin_solo_digest(before, "to")), &bytes, &length,
                           &err));
    ck_ok(kin_value_decode(bytes, length, &manifest, &err));
    ck_ok(kin_solo_store(extended, manifest, &digest, &err));
    for (size_t k = 0; k < 2; k++) { /* the third row has no earlier one */
        struct kin_value *prior = NULL;
        ck_ok(kin_value_encode(solo_result(before, k), &bytes, &length, &err));
        ck_ok(kin_value_decode(bytes, length, &prior, &err));
        ck_ok(kin_solo_prior(extended, id_of(10 + k), prior, &err));
    }
    ck_ok(kin_solo_run(extended, &err));
    for (size_t k = 0; k < 3; k++)
        ck_assert_msg(same_value(solo_result(anew, k), solo_result(extended, k)), "row %zu", k);
    ck_assert_str_eq(anew->given.counters[0].unit, "pairs");
    ck_assert_uint_eq(anew->given.counters[0].n, 12);
    ck_assert_uint_eq(extended->given.counters[0].n, 2 * 2 + 4);
    kin_solo_free(before);
    kin_solo_free(anew);
    kin_solo_free(extended);
}

START_TEST(rows_are_extended)
{
    check_extension("dtw", KIN_F32);
    check_extension("simple", KIN_F32);
    check_extension("dtw", KIN_F64);
}
END_TEST

START_TEST(a_failed_column_is_nan)
{
    struct kin_solo *solo = matrix("dtw", KIN_F32, 0, 1);
    ck_ok(kin_solo_add(solo, "to", "000b", NULL, &err));
    ck_ok(kin_solo_run(solo, &err));
    const float *row = row_of(solo, 0, KIN_F32)->data;
    ck_assert(isfinite(row[0]) && isnan(row[1]) && isfinite(row[2]));
    kin_solo_free(solo);
}
END_TEST

START_TEST(a_short_sequence_fails_alone)
{
    struct kin_solo *solo = matrix("simple", KIN_F32, 0, 1);
    ck_ok(kin_solo_add(solo, "from", "999", make_random("sequence", KIN_F32, 1, 7, 4), &err));
    ck_ok(kin_solo_run(solo, &err));
    row_of(solo, 2, KIN_F32);
    const char *why = solo_failure(solo, 3);
    ck_assert_msg(strstr(why, "7") && strstr(why, "50"), "%s", why);
    kin_solo_free(solo);
}
END_TEST

START_TEST(coefficients_first_are_refused)
{
    struct kin_solo *solo = solo_new("distance", PARAMS("metric", "dtw"));
    const size_t shape[] = {2, 3};
    const double x[6] = {0};
    struct kin_value *wrong = make_array("sequence", "coefficients", KIN_F32, 2, shape, x);
    ck_ok(kin_solo_add(solo, "from", "a", wrong, &err));
    ck_ok(kin_solo_add(solo, "to", "a", sequence(KIN_F32, 1), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "dtw compares sequences of frames, found coefficients by frames; "
                               "make them with 'layout: frames-first'");
    kin_solo_free(solo);
}
END_TEST

START_TEST(a_metric_takes_its_own_operands_and_parameters)
{
    const char *blame = NULL;
    struct kin_solo *solo = solo_new("distance", PARAMS("metric", "cosine", "window", "20"));
    ck_assert_str_eq(kin_args_port_type(solo->args, &solo->kind->inputs[0]), "vectors");
    ck_assert_int_eq(solo_check(solo, &blame), KIN_EINVAL);
    ck_assert_str_eq(blame, "window");
    ck_assert_str_eq(err.text, "metric 'cosine' has no parameter 'window'");
    kin_solo_free(solo);
    solo = solo_new("distance", PARAMS("metric", "fastdtw", "radius", "3"));
    ck_ok(solo_check(solo, &blame));
    ck_assert_str_eq(kin_args_port_type(solo->args, &solo->kind->inputs[0]), "sequences");
    ck_ok(kin_solo_add(solo, "from", "a", make_random("vector", KIN_F32, 1, 1, 4), &err));
    ck_ok(kin_solo_add(solo, "to", "a", make_random("vector", KIN_F32, 1, 1, 4), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "fastdtw compares sequences, found a vector");
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("distance kind", doubles_are_computed_in_double, rows_are_extended,
          a_failed_column_is_nan, a_short_sequence_fails_alone, coefficients_first_are_refused,
          a_metric_takes_its_own_operands_and_parameters)
