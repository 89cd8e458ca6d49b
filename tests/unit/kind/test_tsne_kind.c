#include "table_support.h"

#define POINTS 24
#define DIMS 5

static const char *const quick[] = {"perplexity", "5", NULL};

static void id_of(size_t i, char id[8])
{
    snprintf(id, 8, "p%02zu", i);
}

static struct kin_value *vector(size_t i, size_t dims, double first)
{
    double x[16];
    struct kin_random random = stream(i);
    for (size_t d = 0; d < dims; d++)
        x[d] = kin_random_normal(&random);
    x[0] += first;
    return make_vector(x, dims);
}

static struct kin_solo *cloud(const char *const *parameters)
{
    struct kin_solo *solo = solo_new("tsne", parameters);
    for (size_t i = 0; i < POINTS; i++) {
        char id[8];
        id_of(i, id);
        ck_ok(kin_solo_add(solo, "of", id, vector(i, DIMS, 0), &err));
    }
    return solo;
}

static double number(const struct kin_solo *solo, const char *name)
{
    return kin_value_f64(kin_given_find(&solo->given, 1, 0)->value, name, -9);
}

START_TEST(a_place_for_every_vector)
{
    struct kin_solo *solo = cloud(quick);
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_tensor *places;
    ck_ok(kin_value_want(given_table(solo, 0), "places", KIN_F64, 2, &places, &err));
    ck_assert(places->shape[0] == POINTS && places->shape[1] == 2);
    for (size_t i = 0; i < POINTS; i++) {
        char id[8];
        id_of(i, id);
        ck_assert_str_eq(given_cell(solo, 0, i, "id"), id);
        ck_assert_double_eq(given_number(solo, 0, i, "x"), ((double *)places->data)[2 * i]);
        ck_assert_double_eq(given_number(solo, 0, i, "y"), ((double *)places->data)[2 * i + 1]);
    }
    ck_assert_double_eq(number(solo, "points"), POINTS);
    ck_assert_double_gt(number(solo, "kl"), 0);
    ck_assert_double_lt(number(solo, "kl"), 2);
    kin_solo_free(solo);
}
END_TEST

START_TEST(the_same_bytes_twice_and_others_with_another_seed)
{
    struct kin_solo *one = cloud(quick), *same = cloud(quick);
    struct kin_solo *other = cloud(PARAMS("perplexity", "5", "seed", "1"));
    ck_ok(kin_solo_run(one, &err));
    ck_ok(kin_solo_run(same, &err));
    ck_ok(kin_solo_run(other, &err));
    ck_assert(same_value(given_table(one, 0), given_table(same, 0)));
    ck_assert(!same_value(given_table(one, 0), given_table(other, 0)));
    kin_solo_free(one);
    kin_solo_free(same);
    kin_solo_free(other);
}
END_TEST

/* They keep their rows and take no part: the others lie as without them. */
START_TEST(what_has_no_place)
{
    struct kin_solo *all = cloud(quick), *plain = cloud(quick);
    ck_ok(kin_solo_add(all, "of", "p05x", NULL, &err));
    ck_ok(kin_solo_add(all, "of", "q", vector(7, DIMS, NAN), &err));
    ck_ok(kin_solo_run(all, &err));
    ck_ok(kin_solo_run(plain, &err));
    ck_assert_str_eq(given_cell(all, 0, 6, "id"), "p05x");
    ck_assert_str_eq(given_cell(all, 0, 6, "x"), "");
    ck_assert_str_eq(given_cell(all, 0, POINTS + 1, "y"), "");
    ck_assert_str_eq(given_cell(all, 0, 7, "x"), given_cell(plain, 0, 6, "x"));
    ck_assert_double_eq(number(all, "points"), POINTS);
    ck_assert_double_eq(number(all, "missing"), 1);
    ck_assert_double_eq(number(all, "undefined"), 1);
    kin_solo_free(all);
    kin_solo_free(plain);
}
END_TEST

/* ---- mistakes ---- */

static void refused(struct kin_solo *solo, const char *text)
{
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, text);
    kin_solo_free(solo);
}

START_TEST(wrong_vectors)
{
    struct kin_solo *solo = cloud(quick);
    ck_ok(kin_solo_add(solo, "of", "q", vector(1, DIMS + 1, 0), &err));
    refused(solo,
            "vectors of 5 and of 6 numbers are not of one space; gather those of one encoder");
    refused(cloud(NULL), "a perplexity of 30 for 24 points, wanted 1 to 23");
    refused(solo_new("tsne", NULL), "0 points, wanted 3 to 10000");
}
END_TEST

START_TEST(too_many)
{
    struct kin_solo *solo = solo_new("tsne", NULL);
    for (size_t i = 0; i < 10001; i++) {
        char id[16];
        snprintf(id, sizeof id, "%zu", i);
        ck_ok(kin_solo_add(solo, "of", id, NULL, &err));
    }
    refused(solo, "10001 vectors, at most 10000; gather fewer axes, or select with 'where'");
}
END_TEST

TEST_MAIN("tsne", a_place_for_every_vector, the_same_bytes_twice_and_others_with_another_seed,
          what_has_no_place, wrong_vectors, too_many)
