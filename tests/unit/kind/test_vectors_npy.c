/* Embeddings from files: what is read, and what is refused in which words. */
#include <math.h>

#include "kind_support.h"
#include "kindred/npy.h"

static char folder[64];
static char npy[96], ids[96];

static void setup(void)
{
    make_folder(folder);
    snprintf(npy, sizeof npy, "%s/z.npy", folder);
    snprintf(ids, sizeof ids, "%s/ids", folder);
}

static void teardown(void)
{
    remove_folder(folder);
}

static void write_array(enum kin_dtype dtype, int ndim, const size_t *shape, const void *data)
{
    struct kin_tensor tensor = {.dtype = dtype, .ndim = ndim, .data = (void *)data};
    struct kin_error err = {0};
    memcpy(tensor.shape, shape, (size_t)ndim * sizeof *shape);
    ck_ok(kin_npy_write(npy, &tensor, &err));
}

static const float six[6] = {1, 2, 3, 4, 5, 6};

static void write_six(void)
{
    write_array(KIN_F32, 2, (const size_t[]){3, 2}, six);
}

static void write_ids(const char *text)
{
    struct kin_error err = {0};
    ck_ok(kin_write_file(ids, text, strlen(text), &err));
}

static struct bench *plain(void)
{
    return bench_new("vectors.npy", (const char *const[]){"file", npy, NULL});
}

static struct bench *with_ids(const char *column)
{
    return bench_new("vectors.npy",
                     (const char *const[]){"file", npy, "ids", ids, "column", column, NULL});
}

static void check_vector(const struct bench_item *item, const char *id, float a, float b)
{
    ck_assert_str_eq(item->id, id);
    ck_assert_str_eq(kin_value_type(item->value), "vector");
    const struct kin_tensor *vector = kin_value_get(item->value, "vector");
    ck_assert(vector->dtype == KIN_F32 && vector->ndim == 1 && vector->shape[0] == 2);
    ck_assert_float_eq(((const float *)vector->data)[0], a);
    ck_assert_float_eq(((const float *)vector->data)[1], b);
}

START_TEST(rows_are_numbered)
{
    setup();
    write_six();
    struct bench *bench = plain();
    bench_load(bench);
    ck_assert_uint_eq(bench->n_out, 3);
    check_vector(&bench->out[0], "000000", 1, 2);
    check_vector(&bench->out[2], "000002", 5, 6);
    bench_free(bench);
    teardown();
}
END_TEST

START_TEST(rows_have_the_ids_of_a_text)
{
    static const char *const texts[] = {"c\na\nb\n", "c\na\nb", "c\r\na\r\nb\r\n"};
    setup();
    write_six();
    for (size_t i = 0; i < KIN_COUNT(texts); i++) {
        write_ids(texts[i]);
        struct bench *bench = with_ids("");
        bench_load(bench);
        check_vector(&bench->out[0], "a", 3, 4);
        check_vector(&bench->out[1], "b", 5, 6);
        check_vector(&bench->out[2], "c", 1, 2);
        bench_free(bench);
    }
    teardown();
}
END_TEST

START_TEST(rows_have_the_ids_of_a_column)
{
    setup();
    write_six();
    write_ids("year,clip\n1999,\"x, y\"\n2000,w\n2001,z\n");
    struct bench *bench = with_ids("clip");
    bench_load(bench);
    check_vector(&bench->out[0], "w", 3, 4);
    check_vector(&bench->out[1], "x, y", 1, 2);
    check_vector(&bench->out[2], "z", 5, 6);
    bench_free(bench);
    teardown();
}
END_TEST

START_TEST(float64_becomes_float32)
{
    static const double wide[4] = {0.1, 1e-3, 2, 3};
    setup();
    write_array(KIN_F64, 2, (const size_t[]){2, 2}, wide);
    struct bench *bench = plain();
    bench_load(bench);
    check_vector(&bench->out[0], "000000", 0.1f, 1e-3f);
    bench_free(bench);
    teardown();
}
END_TEST

/* One vector fails, with its reason; the others are there. */
START_TEST(what_is_not_finite_fails_alone)
{
    const double bad[6] = {1, 2, 3, NAN, 1e300, 6};
    setup();
    write_array(KIN_F64, 2, (const size_t[]){3, 2}, bad);
    struct bench *bench = plain();
    bench_load(bench);
    ck_assert_uint_eq(bench->n_out, 3);
    check_vector(&bench->out[0], "000000", 1, 2);
    ck_assert_ptr_null(bench->out[1].value);
    ck_assert_str_eq(bench->out[1].why, "element 2 of 2 is nan in float32, wanted a number");
    ck_assert_str_eq(bench->out[2].why, "element 1 of 2 is inf in float32, wanted a number");
    bench_free(bench);
    teardown();
}
END_TEST

static void refused(struct bench *bench, int status, const char *format, ...)
{
    char wanted[400];
    va_list args;
    va_start(args, format);
    vsnprintf(wanted, sizeof wanted, format, args);
    va_end(args);
    ck_assert_int_eq(bench_scan(bench), status);
    ck_assert_str_eq(bench->err.text, wanted);
    bench_free(bench);
}

START_TEST(arrays_of_another_form_are_refused)
{
    static const long long whole[6] = {1, 2, 3, 4, 5, 6};
    setup();
    write_array(KIN_F32, 1, (const size_t[]){6}, six);
    refused(plain(), KIN_EDATA, "'%s' has 1 dimension, wanted 2: vectors, elements", npy);
    write_array(KIN_F32, 3, (const size_t[]){3, 1, 2}, six);
    refused(plain(), KIN_EDATA, "'%s' has 3 dimensions, wanted 2: vectors, elements", npy);
    write_array(KIN_I64, 2, (const size_t[]){3, 2}, whole);
    refused(plain(), KIN_EDATA, "'%s' holds int64, wanted float32 or float64", npy);
    write_array(KIN_F32, 2, (const size_t[]){0, 2}, six);
    refused(plain(), KIN_EDATA, "'%s' holds 0 vectors of 2 elements", npy);
    write_array(KIN_F32, 2, (const size_t[]){3, 0}, six);
    refused(plain(), KIN_EDATA, "'%s' holds 3 vectors of 0 elements", npy);
    teardown();
}
END_TEST

START_TEST(ids_that_do_not_fit_are_refused)
{
    setup();
    write_six();
    write_ids("a\nb\n");
    refused(with_ids(""), KIN_EDATA, "'%s' has 2 ids, '%s' has 3 vectors", ids, npy);
    write_ids("a\n\nb\n");
    refused(with_ids(""), KIN_EDATA, "'%s': line 2: nothing, wanted an id", ids);
    write_ids("clip,year\na,1\n,2\nc,3\n");
    refused(with_ids("clip"), KIN_EDATA, "'%s': line 3: nothing, wanted an id", ids);
    refused(with_ids("clips"), KIN_EDATA, "'%s': no column 'clips'; did you mean 'clip'?", ids);
    refused(with_ids("elsewhere"), KIN_EDATA, "'%s': no column 'elsewhere'", ids);
    teardown();
}
END_TEST

START_TEST(absent_files_say_how_to_get_them)
{
    setup();
    struct bench *bench = bench_new(
        "vectors.npy", (const char *const[]){"file", npy, "how", "run encode.py first", NULL});
    ck_assert_int_eq(bench_scan(bench), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(bench->err.text, npy));
    ck_assert_ptr_nonnull(strstr(bench->err.text, "; run encode.py first"));
    bench_free(bench);
    write_six();
    bench = with_ids("");
    ck_assert_int_eq(bench_scan(bench), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(bench->err.text, ids));
    bench_free(bench);
    teardown();
}
END_TEST

START_TEST(a_column_needs_a_table)
{
    struct bench *bench =
        bench_new("vectors.npy", (const char *const[]){"file", "z.npy", "column", "clip", NULL});
    const char *blame = NULL;
    ck_assert_int_eq(kin_args_check(bench->args, &blame, &bench->err), KIN_EINVAL);
    ck_assert_str_eq(blame, "column");
    ck_assert_str_eq(bench->err.text, "a column without a table; name the CSV with 'ids'");
    bench_free(bench);
}
END_TEST

TEST_MAIN("vectors_npy", rows_are_numbered, rows_have_the_ids_of_a_text,
          rows_have_the_ids_of_a_column, float64_becomes_float32, what_is_not_finite_fails_alone,
          arrays_of_another_form_are_refused, ids_that_do_not_fit_are_refused,
          absent_files_say_how_to_get_them, a_column_needs_a_table)
