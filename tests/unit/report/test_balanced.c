#include "report_support.h"

static const char *const columns[] = {"encoder", "transformation", "consistency"};
/* PS has two magnitudes, TS one: they weigh the same all the same. Originals do not count. */
static const char *const cells[] = {"AT", "PS", "0.2", "AT", "PS", "0.4", "AT",   "TS",
                                    "0.9", "AT", "OG", "1",  "IR", "PS", "0.5"};
static const struct kin_frame rows = {3, 5, columns, cells};

static const char *const mean_columns[] = {"model", "factor", "level", "how", "mean"};
static const char *const mean_cells[] = {
    "cosine", "encoder", "AT", "at_mean_magnitude01", "0.7",
    "cosine", "encoder", "AT", "average_over_listed_magnitudes", "0.8",
    "cosine", "encoder", "IR", "at_mean_magnitude01", "0.1"};
static const struct kin_frame means = {5, 3, mean_columns, mean_cells};

START_TEST(every_transformation_weighs_the_same)
{
    bool modelled;
    double mean = kin_marginal_mean(&rows, "consistency", NULL, NULL, "cosine", "AT", &modelled);
    ck_assert_double_eq_tol(mean, (0.3 + 0.9) / 2, 1e-15);
    ck_assert(!modelled);
    ck_assert(isnan(
        kin_marginal_mean(&rows, "consistency", NULL, NULL, "cosine", "VS", &modelled)));
    ck_assert(isnan(kin_marginal_mean(NULL, "consistency", NULL, NULL, "cosine", "AT", &modelled)));
}
END_TEST

START_TEST(a_model_comes_first)
{
    bool modelled;
    ck_assert_double_eq(
        kin_marginal_mean(&rows, "consistency", NULL, &means, "cosine", "AT", &modelled), 0.8);
    ck_assert(modelled);
    ck_assert_double_eq(
        kin_marginal_mean(&rows, "consistency", NULL, &means, "cosine", "IR", &modelled), 0.1);
    ck_assert_double_eq_tol(
        kin_marginal_mean(&rows, "consistency", NULL, &means, "euclidean", "IR", &modelled), 0.5,
        1e-15);
    ck_assert(!modelled);
}
END_TEST

TEST_MAIN("balanced", every_transformation_weighs_the_same, a_model_comes_first)
