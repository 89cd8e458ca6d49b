#include "solo_support.h"

static void add_rows(struct kin_solo *solo, const char *port, const char *const *ids,
                     const double (*rows)[3], size_t n, const struct kin_digest *columns)
{
    for (size_t i = 0; i < n; i++)
        ck_ok(kin_solo_add(solo, port, ids[i], make_row(rows[i], 3, columns), &err));
}

static const char *const ids[] = {"a", "b", "c"};
/* audio: a nearest, b beaten, c nearest; latent: a nearest, b nearest, c beaten */
static const double audio[3][3] = {{1, 2, 3}, {1, 2, 3}, {3, 2, 1}};
static const double latent[3][3] = {{1, 3, 2}, {2, 1, 3}, {1, 2, 3}};

static struct kin_solo *both(const char *const *params)
{
    const char *const names[] = {"a", "b", "c", NULL};
    struct kin_solo *solo = solo_new("between", params);
    struct kin_digest columns = store_columns(solo, names);
    add_rows(solo, "audio", ids, audio, 3, &columns);
    add_rows(solo, "latent", ids, latent, 3, &columns);
    return solo;
}

START_TEST(accuracy_is_the_share_of_equal_outcomes)
{
    struct kin_solo *solo = both(PARAMS("measure", "accuracy"));
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_value *number = solo_result(solo, 0);
    ck_assert_double_eq(kin_value_f64(number, "consistency", -1), 1.0 / 3);
    ck_assert_double_eq(kin_value_f64(number, "equal", -1), 1);
    ck_assert_double_eq(kin_value_f64(number, "clips", -1), 3);
    ck_assert_double_eq(kin_value_f64(number, "missing", -1), 0);
    kin_solo_free(solo);
}
END_TEST

/* Pearson of the ranks by hand: each value occurs three times on both sides, ranks 2, 5, 8; the
 * products of deviations are 9 for (1,1) and (3,3), -9 for (1,3) and (3,1). */
START_TEST(rho_over_all_pairs)
{
    struct kin_solo *solo = both(PARAMS("measure", "rho"));
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_value *number = solo_result(solo, 0);
    double sum = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            sum += 9 * (audio[i][j] - 2) * (latent[i][j] - 2);
    ck_assert_double_eq_tol(kin_value_f64(number, "consistency", -1), sum / 54, 1e-12);
    ck_assert_double_eq(kin_value_f64(number, "pairs", -1), 9);
    kin_solo_free(solo);
}
END_TEST

START_TEST(rho_without_the_own_original)
{
    struct kin_solo *solo = both(PARAMS("measure", "rho", "pool", "clip", "own", "left-out"));
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_value *number = solo_result(solo, 0);
    /* a: (2,3) against (3,2): -1; b: (1,3) against (2,3): 1; c: (3,2) against (1,2): -1 */
    ck_assert_double_eq_tol(kin_value_f64(number, "consistency", -1), -1.0 / 3, 1e-12);
    ck_assert_double_eq(kin_value_f64(number, "pairs", -1), 6);
    kin_solo_free(solo);
}
END_TEST

/* The latent side lacks the row of b and the original x, and has its columns in another order of
 * digests: only what both have counts. */
START_TEST(sides_are_joined_by_id)
{
    const char *const more[] = {"a", "b", "c", NULL};
    const char *const less[] = {"a", "c", "z", NULL};
    const char *const less_ids[] = {"a", "c"};
    const double less_rows[2][3] = {{1, 2, 0}, {2, 1, 0}};
    struct kin_solo *solo = solo_new("between", PARAMS("measure", "accuracy"));
    struct kin_digest columns = store_columns(solo, more);
    struct kin_digest others = store_columns(solo, less);
    add_rows(solo, "audio", ids, audio, 3, &columns);
    add_rows(solo, "latent", less_ids, less_rows, 2, &others);
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_value *number = solo_result(solo, 0);
    ck_assert_double_eq(kin_value_f64(number, "consistency", -1), 1);
    ck_assert_double_eq(kin_value_f64(number, "clips", -1), 2);
    ck_assert_double_eq(kin_value_f64(number, "missing", -1), 1);
    kin_solo_free(solo);
}
END_TEST

START_TEST(rows_of_one_side_have_the_same_columns)
{
    const char *const one[] = {"a", "b", "c", NULL};
    const char *const two[] = {"a", "b", "d", NULL};
    struct kin_solo *solo = solo_new("between", PARAMS("measure", "accuracy"));
    struct kin_digest columns = store_columns(solo, one);
    struct kin_digest others = store_columns(solo, two);
    add_rows(solo, "audio", ids, audio, 2, &columns);
    add_rows(solo, "latent", ids, latent, 1, &columns);
    ck_ok(kin_solo_add(solo, "latent", "b", make_row(latent[1], 3, &others), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "rows of 'latent' are distances to different collections");
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("between", accuracy_is_the_share_of_equal_outcomes, rho_over_all_pairs,
          rho_without_the_own_original, sides_are_joined_by_id,
          rows_of_one_side_have_the_same_columns)
