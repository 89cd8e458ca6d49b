#include "kindred/feature.h"
#include "solo_support.h"

#define RATE 22050
#define N 30000

static struct kin_solo *run_on(const char *kind, const char *const *params, size_t clips, size_t n)
{
    struct kin_solo *solo = solo_new(kind, params);
    const char *const ids[] = {"a", "b", "c"};
    const double levels[] = {0.5, 0.001, 0.1};
    for (size_t i = 0; i < clips; i++)
        ck_ok(kin_solo_add(solo, "of", ids[i], make_clip(i, n, RATE, levels[i]), &err));
    return solo;
}

static const struct kin_tensor *field(const struct kin_solo *solo, size_t k, const char *name)
{
    const struct kin_tensor *tensor = kin_value_get(solo_result(solo, k), name);
    ck_assert_ptr_nonnull(tensor);
    return tensor;
}

START_TEST(layouts_are_transposed)
{
    struct kin_solo *rows =
        run_on("mfcc", PARAMS("drop_first", "true", "layout", "frames-first"), 1, N);
    struct kin_solo *columns = run_on("mfcc", NULL, 1, N);
    ck_ok(kin_solo_run(rows, &err));
    ck_ok(kin_solo_run(columns, &err));
    const struct kin_tensor *x = field(rows, 0, "frames"), *y = field(columns, 0, "coefficients");
    ck_assert_uint_eq(x->shape[0], 1 + N / 512);
    ck_assert_uint_eq(x->shape[1], 24);
    ck_assert_uint_eq(y->shape[0], 25);
    ck_assert_uint_eq(y->shape[1], 1 + N / 512);
    for (size_t t = 0; t < x->shape[0]; t++)
        for (size_t d = 0; d < 24; d++)
            ck_assert_float_eq(((float *)x->data)[t * 24 + d],
                               ((float *)y->data)[(d + 1) * y->shape[1] + t]);
    kin_solo_free(rows);
    kin_solo_free(columns);
}
END_TEST

/* The same as the science says of the same samples. */
static void check_crop(const char *crop, size_t n, size_t start)
{
    struct kin_solo *solo = run_on("encode.mfcc", PARAMS("crop", crop, "samples", "20000"), 1, n);
    ck_ok(kin_solo_run(solo, &err));
    struct kin_value *clip = make_clip(0, n, RATE, 0.5);
    float *part = kin_alloc(20000, sizeof *part);
    const float *x = kin_value_get(clip, "samples")->data;
    for (size_t i = 0; i < 20000 && start + i < n; i++)
        part[i] = x[start + i];
    struct kin_mfcc *mfcc = NULL;
    float wanted[144];
    ck_ok(kin_mfcc_new(&kin_mfcc_embedding, &mfcc, &err));
    ck_ok(kin_mfcc_vectors(mfcc, part, 1, 20000, KIN_FLOOR_CLIP, wanted, &err));
    ck_assert_uint_eq(field(solo, 0, "vector")->shape[0], 144);
    ck_assert_mem_eq(field(solo, 0, "vector")->data, wanted, sizeof wanted);
    kin_mfcc_free(mfcc);
    kin_free(part);
    kin_value_free(clip);
    kin_solo_free(solo);
}

START_TEST(crops)
{
    check_crop("first", N, 0);
    check_crop("centre", N, N / 2 - 10000);
    check_crop("centre", N + 1, N / 2 - 10000);
    check_crop("centre", 15000, 0); /* continued by zeros */
}
END_TEST

START_TEST(a_batch_has_one_floor)
{
    struct kin_solo *alone = run_on("stft-db", NULL, 3, N);
    struct kin_solo *batch = run_on("stft-db", PARAMS("floor", "batch"), 3, N);
    ck_ok(kin_solo_run(alone, &err));
    ck_ok(kin_solo_run(batch, &err));
    ck_assert(same_value(solo_result(alone, 0), solo_result(batch, 0))); /* the loudest */
    ck_assert(!same_value(solo_result(alone, 1), solo_result(batch, 1)));
    const struct kin_tensor *loud = field(batch, 0, "db"), *soft = field(batch, 1, "db");
    float highest = -1000, lowest = 1000;
    for (size_t i = 0; i < kin_tensor_count(loud); i++) {
        highest = fmaxf(highest, ((float *)loud->data)[i]);
        lowest = fminf(lowest, ((float *)soft->data)[i]);
    }
    ck_assert_float_eq_tol(lowest, highest - 80, 1e-3f);
    kin_solo_free(alone);
    kin_solo_free(batch);
}
END_TEST

START_TEST(a_batch_is_of_equal_clips)
{
    struct kin_solo *solo = run_on("mfcc", PARAMS("floor", "batch"), 1, N);
    ck_ok(kin_solo_add(solo, "of", "b", make_clip(1, N - 1, RATE, 0.5), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "clip 2 of the batch has 29999 samples at 22050 Hz, the first has "
                               "30000 at 22050 Hz; wanted equal ones");
    kin_solo_free(solo);
}
END_TEST

START_TEST(a_short_clip_fails_alone)
{
    struct kin_solo *solo = run_on("stft-db", NULL, 1, N);
    ck_ok(kin_solo_add(solo, "of", "0", make_clip(1, 100, RATE, 0.5), &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_msg(strstr(solo_failure(solo, 0), "100"), "%s", solo_failure(solo, 0));
    field(solo, 1, "db");
    kin_solo_free(solo);
}
END_TEST

static void check_refused(const char *kind, const char *const *params, const char *blamed,
                          const char *text)
{
    const char *blame = NULL;
    struct kin_solo *solo = solo_new(kind, params);
    ck_assert_int_eq(solo_check(solo, &blame), KIN_EINVAL);
    ck_assert_str_eq(blame, blamed);
    ck_assert_str_eq(err.text, text);
    kin_solo_free(solo);
}

START_TEST(parameters_that_do_not_fit)
{
    check_refused("encode.mfcc", PARAMS("samples", "10"), "samples",
                  "parameter 'samples' is 10, but 'crop' is none; wanted 'crop: first' or "
                  "'crop: centre' with it");
    check_refused("mfcc", PARAMS("crop", "centre"), "samples",
                  "parameter 'samples' is 0, wanted the length that 'crop: centre' leaves");
    check_refused("stft-db", PARAMS("frame_samples", "1023"), "frame_samples",
                  "parameter 'frame_samples' is 1023, wanted an even number");
    check_refused("mfcc", PARAMS("frame_samples", "999"), "frame_samples",
                  "parameter 'frame_samples' is 999, wanted an even number");
    check_refused("mfcc", PARAMS("bands", "20"), "coefficients",
                  "parameter 'coefficients' is 25, but there are 20 bands");
    check_refused("mfcc", PARAMS("coefficients", "1", "drop_first", "true"), "coefficients",
                  "parameter 'coefficients' is 1, and 'drop_first' leaves none");
}
END_TEST

TEST_MAIN("spectral", layouts_are_transposed, crops, a_batch_has_one_floor,
          a_batch_is_of_equal_clips, a_short_clip_fails_alone, parameters_that_do_not_fit)
