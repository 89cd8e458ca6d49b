/* Spearman's coefficient against scipy's: the rows rho<k> of metrics/scores.csv. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/measure.h"
#include "kindred/npy.h"
#include "support.h"

/* Double precision throughout. */
#define TOLERANCE 1e-9

static struct kin_tensor side(const char *name, char side)
{
    struct kin_error err = {0};
    struct kin_tensor raw, out;
    char path[256];
    snprintf(path, sizeof path, "metrics/%s_%c.npy", name, side);
    ck_ok(kin_npy_read(reference_path(path), &raw, &err));
    ck_ok(kin_tensor_convert(&raw, KIN_F64, &out, &err));
    kin_tensor_release(&raw);
    return out;
}

START_TEST(every_rho)
{
    struct kin_error err = {0};
    struct kin_csv csv = {0};
    ck_ok(kin_csv_read(reference_path("metrics/scores.csv"), &csv, &err));
    size_t found = 0;
    for (size_t i = 0; i < csv.rows; i++) {
        const char *name = kin_csv_cell(&csv, i, (size_t)kin_csv_column(&csv, "name"));
        if (strncmp(name, "rho", 3) != 0)
            continue;
        found++;
        double want, rho;
        ck_assert(kin_number_parse(kin_csv_cell(&csv, i, (size_t)kin_csv_column(&csv, "value")),
                                   true, &want));
        struct kin_tensor x = side(name, 'x'), y = side(name, 'y');
        size_t n = kin_tensor_count(&x), pairs;
        ck_assert_uint_eq(kin_tensor_count(&y), n);
        ck_ok(kin_spearman(x.data, y.data, n, &rho, &pairs, &err));
        ck_assert_uint_eq(pairs, n);
        ck_assert_double_eq_tol(rho, want, TOLERANCE);
        kin_tensor_release(&x);
        kin_tensor_release(&y);
    }
    ck_assert_uint_gt(found, 0);
    kin_csv_release(&csv);
}
END_TEST

TEST_MAIN("Spearman against the reference values", every_rho)
