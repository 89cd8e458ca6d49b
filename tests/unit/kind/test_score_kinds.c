/* The kinds that give plain numbers: loudness, spearman, auc, sdr. */
#include "kindred/loudness.h"
#include "solo_support.h"

static double scalar(const struct kin_solo *solo, size_t k, const char *name)
{
    const struct kin_tensor *number;
    ck_ok(kin_value_want(solo_result(solo, k), name, KIN_F64, 0, &number, &err));
    return *(const double *)number->data;
}

START_TEST(loudness_of_every_clip)
{
    struct kin_solo *solo = solo_new("loudness", NULL);
    ck_ok(kin_solo_add(solo, "of", "a", make_clip(1, 44100, 22050, 0.5), &err));
    ck_ok(kin_solo_add(solo, "of", "b", make_clip(1, 44100, 22050, 0), &err));
    ck_ok(kin_solo_run(solo, &err));
    struct kin_value *clip = make_clip(1, 44100, 22050, 0.5);
    struct kin_audio audio;
    double wanted;
    ck_ok(kin_clip_audio(clip, &audio, &err));
    ck_ok(kin_loudness_measure(&audio, &wanted, &err));
    ck_assert_double_eq(scalar(solo, 0, "lufs"), wanted);
    ck_assert(isinf(scalar(solo, 1, "lufs")));
    kin_audio_release(&audio);
    kin_value_free(clip);
    kin_solo_free(solo);
}
END_TEST

START_TEST(spearman_of_pairs)
{
    struct kin_solo *solo = solo_new("spearman", NULL);
    const double x[] = {1, 2, 3, 4}, down[] = {9, 7, 5, 1};
    ck_ok(kin_solo_add(solo, "x", "a", make_vector(x, 4), &err));
    ck_ok(kin_solo_add(solo, "x", "b", make_vector(x, 4), &err));
    ck_ok(kin_solo_add(solo, "x", "c", make_vector(x, 3), &err));
    ck_ok(kin_solo_add(solo, "y", "a", make_vector(x, 4), &err));
    ck_ok(kin_solo_add(solo, "y", "b", make_vector(down, 4), &err));
    ck_ok(kin_solo_add(solo, "y", "c", make_vector(x, 4), &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_double_eq(scalar(solo, 0, "rho"), 1);
    ck_assert_double_eq(scalar(solo, 1, "rho"), -1);
    ck_assert_str_eq(solo_failure(solo, 2), "x has 3 numbers, y has 4");
    kin_solo_free(solo);
}
END_TEST

/* Clip a: 0.9 is right, 0.1 wrong: 1 of 2 pairs; clip b: all right; c is in one side only. */
static struct kin_solo *tags(const char *over)
{
    struct kin_solo *solo = solo_new("auc", PARAMS("over", over));
    const double a[] = {0.9, 0.1, 0.5}, b[] = {0.2, 0.8, 0.1};
    const double a_labels[] = {1, 1, 0}, b_labels[] = {0, 1, 0};
    ck_ok(kin_solo_add(solo, "scores", "a", make_vector(a, 3), &err));
    ck_ok(kin_solo_add(solo, "scores", "b", make_vector(b, 3), &err));
    ck_ok(kin_solo_add(solo, "scores", "c", make_vector(a, 3), &err));
    ck_ok(kin_solo_add(solo, "labels", "a", make_vector(a_labels, 3), &err));
    ck_ok(kin_solo_add(solo, "labels", "b", make_vector(b_labels, 3), &err));
    return solo;
}

START_TEST(auc_over_clips_and_tags)
{
    struct kin_solo *solo = tags("clip");
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_double_eq(scalar(solo, 0, "auc"), 0.75);
    kin_solo_free(solo);
    solo = tags("tag"); /* only the first tag has both labels */
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_double_eq(scalar(solo, 0, "auc"), 1);
    const struct kin_tensor *each;
    ck_ok(kin_value_want(solo_result(solo, 0), "each", KIN_F64, 1, &each, &err));
    ck_assert_uint_eq(each->shape[0], 3);
    ck_assert(isnan(((double *)each->data)[1]));
    kin_solo_free(solo);
}
END_TEST

START_TEST(auc_of_wrong_labels)
{
    struct kin_solo *solo = tags("clip");
    const double two[] = {0, 2, 0}, few[] = {0, 1};
    ck_ok(kin_solo_add(solo, "labels", "c", make_vector(two, 3), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "a label is 2, wanted 0 or 1");
    kin_solo_free(solo);
    solo = tags("clip");
    ck_ok(kin_solo_add(solo, "labels", "c", make_vector(few, 2), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "a clip has 3 scores and 2 labels, wanted 3 of each");
    kin_solo_free(solo);
}
END_TEST

static struct kin_solo *separated(const char *summary)
{
    struct kin_solo *solo = solo_new("sdr", PARAMS("summary", summary, "window", "0.5"));
    ck_ok(kin_solo_add(solo, "reference", "a", make_clip(1, 30000, 22050, 0.5), &err));
    ck_ok(kin_solo_add(solo, "estimate", "a", make_clip(1, 30000, 22050, 0.25), &err));
    return solo;
}

/* Half the reference leaves half of it as error: 20 log10(2). */
START_TEST(sdr_of_windows)
{
    struct kin_solo *solo = separated("each");
    ck_ok(kin_solo_run(solo, &err));
    const struct kin_tensor *each;
    ck_ok(kin_value_want(solo_result(solo, 0), "sdr", KIN_F64, 1, &each, &err));
    ck_assert_uint_eq(each->shape[0], 2);
    ck_assert_double_eq_tol(((double *)each->data)[1], 20 * log10(2), 1e-6);
    kin_solo_free(solo);
    solo = separated("mean");
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_double_eq_tol(scalar(solo, 0, "sdr"), 20 * log10(2), 1e-6);
    kin_solo_free(solo);
}
END_TEST

START_TEST(sdr_of_unequal_clips)
{
    struct kin_solo *solo = solo_new("sdr", NULL);
    ck_ok(kin_solo_add(solo, "reference", "a", make_clip(1, 30000, 22050, 0.5), &err));
    ck_ok(kin_solo_add(solo, "estimate", "a", make_clip(1, 30000, 44100, 0.5), &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_str_eq(solo_failure(solo, 0), "the reference has 30000 samples at 22050 Hz, the "
                                            "estimate 30000 at 44100 Hz");
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("score kinds", loudness_of_every_clip, spearman_of_pairs, auc_over_clips_and_tags,
          auc_of_wrong_labels, sdr_of_windows, sdr_of_unequal_clips)
