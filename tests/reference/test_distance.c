/* The distances against fastdtw, SciPy, and brute force in double: reference/README.md, section 3.
 */
#include <glob.h>
#include <math.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/distance.h"
#include "kindred/npy.h"
#include "kindred/text.h"
#include "support.h"

static struct kin_error err;

static struct kin_tensor read_as(enum kin_dtype dtype, const char *path)
{
    struct kin_tensor raw = {0}, out = {0};
    ck_ok(kin_npy_read(path, &raw, &err));
    ck_ok(kin_tensor_convert(&raw, dtype, &out, &err));
    kin_tensor_release(&raw);
    return out;
}

static struct kin_sequence_f64 as_f64(const struct kin_tensor *tensor)
{
    ck_assert_int_eq(tensor->ndim, 2);
    return (struct kin_sequence_f64){tensor->data, tensor->shape[0], tensor->shape[1]};
}

static double number(const struct kin_csv *csv, size_t row, const char *column)
{
    long at = kin_csv_column(csv, column);
    ck_assert_msg(at >= 0, "no column %s", column);
    double x;
    ck_assert(kin_number_parse(kin_csv_cell(csv, row, (size_t)at), true, &x));
    return x;
}

static const char *cell(const struct kin_csv *csv, size_t row, const char *column)
{
    long at = kin_csv_column(csv, column);
    ck_assert_msg(at >= 0, "no column %s", column);
    return kin_csv_cell(csv, row, (size_t)at);
}

static void assert_near(const char *what, double found, double wanted, double relative,
                        double absolute)
{
    ck_assert_msg(fabs(found - wanted) <= relative * fabs(wanted) + absolute,
                  "%s: %.17g, wanted %.17g", what, found, wanted);
}

static double pair(const char *name, const char *param, size_t value,
                   const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y)
{
    const struct kin_distance *distance;
    ck_ok(kin_distance_find(name, &distance, &err));
    struct kin_distance_params params = kin_distance_defaults(distance);
    if (param)
        ck_ok(kin_distance_set_param(distance, param, value, &params, &err));
    double d;
    ck_ok(kin_distance_pair(distance, &params, x, y, &d, &err));
    return d;
}

static size_t path_steps(const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y)
{
    int32_t *path = kin_alloc(x->frames + y->frames, 2 * sizeof *path);
    double d;
    size_t steps;
    ck_ok(kin_fastdtw(x, y, 1, &d, path, &steps, &err));
    kin_free(path);
    return steps;
}

/* A single precision result of kin_distance_rows, both directions. */
static void check_single(const char *name, const struct kin_sequence_f64 *x,
                         const struct kin_sequence_f64 *y, double forth, double back)
{
    struct kin_tensor xs = {.dtype = KIN_F64, .ndim = 2, .shape = {x->frames, x->dims}};
    struct kin_tensor ys = {.dtype = KIN_F64, .ndim = 2, .shape = {y->frames, y->dims}};
    struct kin_tensor xf = {0}, yf = {0};
    memcpy(&xs.data, &x->x, sizeof x->x);
    memcpy(&ys.data, &y->x, sizeof y->x);
    ck_ok(kin_tensor_convert(&xs, KIN_F32, &xf, &err));
    ck_ok(kin_tensor_convert(&ys, KIN_F32, &yf, &err));
    struct kin_sequence from = {xf.data, x->frames, x->dims}, to = {yf.data, y->frames, y->dims};
    struct kin_distance_set *set;
    ck_ok(kin_distance_set_new(&to, 1, &set, &err));
    const struct kin_distance *distance;
    ck_ok(kin_distance_find(name, &distance, &err));
    struct kin_distance_params params = kin_distance_defaults(distance);
    float out[2];
    ck_ok(kin_distance_rows(distance, &params, &from, 1, set, &out[0], &out[1], &err));
    assert_near(name, (double)out[0], forth, 1e-4, 0);
    assert_near(name, (double)out[1], back, 1e-4, 0);
    kin_distance_set_free(set);
    kin_tensor_release(&xf);
    kin_tensor_release(&yf);
}

static struct kin_tensor sequence(const char *format, const char *name)
{
    char file[512];
    snprintf(file, sizeof file, format, name);
    return read_as(KIN_F64, reference_path(file));
}

START_TEST(pairs)
{
    struct kin_csv csv;
    ck_ok(kin_csv_read(reference_path("distance/pairs.csv"), &csv, &err));
    ck_assert_uint_gt(csv.rows, 0);
    for (size_t row = 0; row < csv.rows; row++) {
        struct kin_tensor tx = sequence("distance/seq_%s.npy", cell(&csv, row, "x"));
        struct kin_tensor ty = sequence("distance/seq_%s.npy", cell(&csv, row, "y"));
        struct kin_sequence_f64 x = as_f64(&tx), y = as_f64(&ty);
        double exact = number(&csv, row, "dtw_exact");
        double fast_xy = number(&csv, row, "fastdtw_r1_xy");
        double fast_yx = number(&csv, row, "fastdtw_r1_yx");
        double simple_xy = number(&csv, row, "simple_xy");
        double simple_yx = number(&csv, row, "simple_yx");
        assert_near("dtw", pair("dtw", NULL, 0, &x, &y), exact, 1e-9, 0);
        assert_near("fastdtw", pair("fastdtw", "radius", 1, &x, &y), fast_xy, 1e-9, 0);
        assert_near("fastdtw back", pair("fastdtw", "radius", 1, &y, &x), fast_yx, 1e-9, 0);
        assert_near("simple", pair("simple", NULL, 0, &x, &y), simple_xy, 1e-9, 0);
        assert_near("simple back", pair("simple", NULL, 0, &y, &x), simple_yx, 1e-9, 0);
        ck_assert_uint_eq(path_steps(&x, &y), (size_t)number(&csv, row, "fastdtw_path_steps"));
        check_single("dtw", &x, &y, exact, exact);
        check_single("fastdtw", &x, &y, fast_xy, fast_yx);
        check_single("simple", &x, &y, simple_xy, simple_yx);
        kin_tensor_release(&tx);
        kin_tensor_release(&ty);
    }
    kin_csv_release(&csv);
}
END_TEST

START_TEST(small)
{
    struct kin_csv csv;
    ck_ok(kin_csv_read(reference_path("distance/small.csv"), &csv, &err));
    ck_assert_uint_gt(csv.rows, 0);
    for (size_t row = 0; row < csv.rows; row++) {
        struct kin_tensor tx = sequence("distance/small%s_x.npy", cell(&csv, row, "case"));
        struct kin_tensor ty = sequence("distance/small%s_y.npy", cell(&csv, row, "case"));
        struct kin_sequence_f64 x = as_f64(&tx), y = as_f64(&ty);
        size_t window = (size_t)number(&csv, row, "simple_window");
        assert_near("dtw", pair("dtw", NULL, 0, &x, &y), number(&csv, row, "dtw_exact"), 1e-9, 0);
        assert_near("fastdtw", pair("fastdtw", NULL, 0, &x, &y), number(&csv, row, "fastdtw_r1"),
                    1e-9, 0);
        assert_near("simple", pair("simple", "window", window, &x, &y),
                    number(&csv, row, "simple_median_xy"), 1e-9, 0);
        ck_assert_uint_eq(path_steps(&x, &y), (size_t)number(&csv, row, "fastdtw_path_steps"));
        kin_tensor_release(&tx);
        kin_tensor_release(&ty);
    }
    kin_csv_release(&csv);
}
END_TEST

/* The files that match a pattern; at least one, or the test would test nothing. */
static glob_t files(const char *pattern)
{
    glob_t found;
    ck_assert_msg(glob(reference_path(pattern), 0, NULL, &found) == 0, "nothing matches %s",
                  pattern);
    return found;
}

/* Splits «…/prefix_<x>_<y>.npy» and reads the sequences x and y. */
static void read_named(const char *path, const char *prefix, struct kin_tensor *x,
                       struct kin_tensor *y)
{
    char names[256];
    const char *start = strrchr(path, '/') + 1 + strlen(prefix);
    snprintf(names, sizeof names, "%s", start);
    char *middle = strchr(names, '_');
    ck_assert_ptr_nonnull(middle);
    *middle = '\0';
    *strstr(middle + 1, ".npy") = '\0';
    *x = sequence("distance/seq_%s.npy", names);
    *y = sequence("distance/seq_%s.npy", middle + 1);
}

START_TEST(profiles)
{
    glob_t found = files("distance/profile_index_*.npy");
    for (size_t k = 0; k < found.gl_pathc; k++) {
        struct kin_tensor tx, ty;
        read_named(found.gl_pathv[k], "profile_index_", &tx, &ty);
        const char *names = strrchr(found.gl_pathv[k], '/') + 1 + strlen("profile_index_");
        char file[256];
        snprintf(file, sizeof file, "distance/profile_%s", names);
        struct kin_tensor wanted = read_as(KIN_F64, reference_path(file));
        struct kin_tensor wanted_index = read_as(KIN_F64, found.gl_pathv[k]);
        struct kin_sequence_f64 x = as_f64(&tx), y = as_f64(&ty);
        size_t n = wanted.shape[0];
        ck_assert_uint_lt(n, x.frames);
        double *profile = kin_alloc(n, sizeof *profile);
        int32_t *index = kin_alloc(n, sizeof *index);
        ck_ok(kin_simple_profile(&x, &y, x.frames - n + 1, profile, index, &err));
        for (size_t i = 0; i < n; i++) {
            assert_near("profile", profile[i], ((double *)wanted.data)[i], 1e-9, 1e-6);
            ck_assert_int_eq(index[i], (int)((double *)wanted_index.data)[i]);
        }
        kin_free(profile);
        kin_free(index);
        kin_tensor_release(&wanted);
        kin_tensor_release(&wanted_index);
        kin_tensor_release(&tx);
        kin_tensor_release(&ty);
    }
    globfree(&found);
}
END_TEST

START_TEST(paths)
{
    glob_t found = files("distance/fastdtw_path_*.npy");
    for (size_t k = 0; k < found.gl_pathc; k++) {
        struct kin_tensor tx, ty;
        read_named(found.gl_pathv[k], "fastdtw_path_", &tx, &ty);
        struct kin_tensor wanted = read_as(KIN_F64, found.gl_pathv[k]);
        struct kin_sequence_f64 x = as_f64(&tx), y = as_f64(&ty);
        int32_t *path = kin_alloc(x.frames + y.frames, 2 * sizeof *path);
        double d;
        size_t steps;
        ck_ok(kin_fastdtw(&x, &y, 1, &d, path, &steps, &err));
        ck_assert_uint_eq(steps, wanted.shape[0]);
        for (size_t i = 0; i < 2 * steps; i++)
            ck_assert_int_eq(path[i], (int)((double *)wanted.data)[i]);
        kin_free(path);
        kin_tensor_release(&wanted);
        kin_tensor_release(&tx);
        kin_tensor_release(&ty);
    }
    globfree(&found);
}
END_TEST

/* A matrix vectors_<distance>.npy against pairs in double and rows in single precision. */
static void check_vectors(const char *name, const struct kin_tensor *wanted)
{
    struct kin_tensor f64 = read_as(KIN_F64, reference_path("distance/vectors.npy"));
    struct kin_tensor f32 = read_as(KIN_F32, reference_path("distance/vectors.npy"));
    size_t n = f64.shape[0], dims = f64.shape[1];
    struct kin_sequence *all = kin_alloc(n, sizeof *all);
    float *rows = kin_alloc(n * n, sizeof *rows);
    for (size_t i = 0; i < n; i++)
        all[i] = (struct kin_sequence){(float *)f32.data + i * dims, 1, dims};
    struct kin_distance_set *set;
    ck_ok(kin_distance_set_new(all, n, &set, &err));
    const struct kin_distance *distance;
    ck_ok(kin_distance_find(name, &distance, &err));
    struct kin_distance_params params = kin_distance_defaults(distance);
    ck_ok(kin_distance_rows(distance, &params, all, n, set, rows, NULL, &err));
    for (size_t i = 0; i < n * n; i++) {
        struct kin_sequence_f64 x = {(double *)f64.data + i / n * dims, 1, dims};
        struct kin_sequence_f64 y = {(double *)f64.data + i % n * dims, 1, dims};
        double d = ((double *)wanted->data)[i];
        assert_near(name, pair(name, NULL, 0, &x, &y), d, 1e-9, 1e-12);
        assert_near(name, (double)rows[i], d, 1e-6, 1e-12);
    }
    kin_distance_set_free(set);
    kin_free(all);
    kin_free(rows);
    kin_tensor_release(&f64);
    kin_tensor_release(&f32);
}

START_TEST(vectors)
{
    glob_t found = files("distance/vectors_*.npy");
    for (size_t k = 0; k < found.gl_pathc; k++) {
        char name[64];
        snprintf(name, sizeof name, "%s", strrchr(found.gl_pathv[k], '/') + 1 + strlen("vectors_"));
        *strstr(name, ".npy") = '\0';
        struct kin_tensor wanted = read_as(KIN_F64, found.gl_pathv[k]);
        check_vectors(name, &wanted);
        kin_tensor_release(&wanted);
    }
    globfree(&found);
}
END_TEST

TEST_MAIN("reference distance", pairs, small, profiles, paths, vectors)
