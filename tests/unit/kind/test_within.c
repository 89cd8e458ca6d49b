#include "solo_support.h"

static const char *const columns[] = {"a", "b", "c", NULL};

/* a: nearest, b: tied, c: beaten, d: no original, e: failed */
START_TEST(counts_every_outcome)
{
    struct kin_solo *solo = solo_new("within", NULL);
    struct kin_digest digest = store_columns(solo, columns);
    const double rows[4][3] = {{1, 2, 3}, {5, 2, 2}, {0.5, 9, 1}, {1, 1, 1}};
    const char *const ids[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < 4; i++)
        ck_ok(kin_solo_add(solo, "of", ids[i], make_row(rows[i], 3, &digest), &err));
    ck_ok(kin_solo_add(solo, "of", "e", NULL, &err));
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_value *number = solo_result(solo, 0);
    ck_assert_double_eq(kin_value_f64(number, "consistency", -1), 1.0 / 3);
    ck_assert_double_eq(kin_value_f64(number, "clips", -1), 3);
    ck_assert_double_eq(kin_value_f64(number, "nearest", -1), 1);
    ck_assert_double_eq(kin_value_f64(number, "tied", -1), 1);
    ck_assert_double_eq(kin_value_f64(number, "beaten", -1), 1);
    ck_assert_double_eq(kin_value_f64(number, "undefined", -1), 0);
    ck_assert_double_eq(kin_value_f64(number, "missing", -1), 2);
    const struct kin_tensor *ids_out, *outcome;
    ck_ok(kin_value_want(number, "ids", KIN_TEXT, 1, &ids_out, &err));
    ck_ok(kin_value_want(number, "outcome", KIN_U8, 1, &outcome, &err));
    ck_assert_str_eq(kin_tensor_text(ids_out, 4), "e");
    const unsigned char wanted[] = {1, 2, 3, 0, 0};
    ck_assert_mem_eq(outcome->data, wanted, 5);
    kin_solo_free(solo);
}
END_TEST

/* The original of b failed: its row is missing, and the NaN in the others' rows beats nobody. */
START_TEST(a_failed_original_is_missing)
{
    struct kin_solo *solo = solo_new("within", NULL);
    const char *const names[] = {"a", "!b", "c", NULL};
    struct kin_digest digest = store_columns(solo, names);
    const double a[] = {1, NAN, 3}, b[] = {1, NAN, 3}, c[] = {NAN, NAN, NAN};
    ck_ok(kin_solo_add(solo, "of", "a", make_row(a, 3, &digest), &err));
    ck_ok(kin_solo_add(solo, "of", "b", make_row(b, 3, &digest), &err));
    ck_ok(kin_solo_add(solo, "of", "c", make_row(c, 3, &digest), &err));
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_value *number = solo_result(solo, 0);
    ck_assert_double_eq(kin_value_f64(number, "consistency", -1), 0.5);
    ck_assert_double_eq(kin_value_f64(number, "undefined", -1), 1);
    ck_assert_double_eq(kin_value_f64(number, "missing", -1), 1);
    kin_solo_free(solo);
}
END_TEST

START_TEST(a_row_that_does_not_fit_is_corrupt)
{
    struct kin_solo *solo = solo_new("within", NULL);
    struct kin_digest digest = store_columns(solo, columns);
    const double x[] = {1, 2};
    ck_ok(kin_solo_add(solo, "of", "a", make_row(x, 2, &digest), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_ECORRUPT);
    ck_assert_str_eq(err.text, "a row of distances that does not fit its 3 columns");
    kin_solo_free(solo);
}
END_TEST

START_TEST(one_original_proves_nothing)
{
    struct kin_solo *solo = solo_new("within", NULL);
    const char *const names[] = {"a", NULL};
    struct kin_digest digest = store_columns(solo, names);
    const double x[] = {1};
    ck_ok(kin_solo_add(solo, "of", "a", make_row(x, 1, &digest), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    kin_solo_free(solo);
}
END_TEST

#define SHUFFLED 12

/* Share of clips nearest to the original whose id they bear, when the clip at place i bears the id
 * of the one at place (i + shift) % SHUFFLED. Clips are points on a line, hardly moved. */
static double consistency_of_shift(size_t shift)
{
    static const char *const names[SHUFFLED + 1] = {"a", "b", "c", "d", "e", "f",
                                                    "g", "h", "i", "j", "k", "l"};
    struct kin_solo *solo = solo_new("within", NULL);
    struct kin_digest digest = store_columns(solo, names);
    struct kin_random random = stream(5);
    double original[SHUFFLED], row[SHUFFLED];
    for (size_t i = 0; i < SHUFFLED; i++)
        original[i] = 100 * kin_random_normal(&random);
    for (size_t i = 0; i < SHUFFLED; i++) {
        for (size_t j = 0; j < SHUFFLED; j++)
            row[j] = fabs(original[i] + 1e-3 - original[j]);
        ck_ok(kin_solo_add(solo, "of", names[(i + shift) % SHUFFLED],
                           make_row(row, SHUFFLED, &digest), &err));
    }
    ck_ok(kin_solo_run(solo, &err));
    double consistency = kin_value_f64(solo_result(solo, 0), "consistency", -1);
    ck_assert_double_eq(kin_value_f64(solo_result(solo, 0), "clips", -1), SHUFFLED);
    kin_solo_free(solo);
    return consistency;
}

/* A clip is nearest to its own original and judged by its id: with any other order of the ids none
 * is right, and over all of them the share is that of chance. */
START_TEST(shuffled_ids_are_right_by_chance)
{
    double sum = 0;
    ck_assert_double_eq(consistency_of_shift(0), 1);
    for (size_t shift = 0; shift < SHUFFLED; shift++)
        sum += consistency_of_shift(shift);
    ck_assert_double_eq_tol(sum / SHUFFLED, 1.0 / SHUFFLED, 1e-12);
}
END_TEST

TEST_MAIN("within", shuffled_ids_are_right_by_chance, counts_every_outcome,
          a_failed_original_is_missing, a_row_that_does_not_fit_is_corrupt,
          one_original_proves_nothing)
