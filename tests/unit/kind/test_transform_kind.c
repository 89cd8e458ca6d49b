#include "solo_support.h"

#define N 22050
#define RATE 22050

static struct kin_value *apply_to(const char *const *params, struct kin_value *clip)
{
    struct kin_solo *solo = solo_new("transform", params);
    ck_ok(kin_solo_add(solo, "of", "a", clip, &err));
    ck_ok(kin_solo_run(solo, &err));
    void *bytes;
    size_t length;
    struct kin_value *copy = NULL;
    ck_ok(kin_value_encode(solo_result(solo, 0), &bytes, &length, &err));
    ck_ok(kin_value_decode(bytes, length, &copy, &err));
    kin_solo_free(solo);
    return copy;
}

static struct kin_value *apply(const char *const *params)
{
    return apply_to(params, make_clip(1, N, RATE, 0.5));
}

static void check_same(struct kin_value *a, struct kin_value *b, bool same)
{
    ck_assert(same_value(a, b) == same);
    kin_value_free(a);
    kin_value_free(b);
}

START_TEST(the_original_stays)
{
    check_same(apply(PARAMS("transformation", "OG", "magnitude", "0")), make_clip(1, N, RATE, 0.5),
               true);
    struct kin_value *once =
        apply(PARAMS("transformation", "OG", "magnitude", "0", "store", "mulaw"));
    ck_assert_ptr_nonnull(kin_value_get(once, "code"));
    struct kin_value *twice =
        apply_to(PARAMS("transformation", "OG", "magnitude", "0", "store", "mulaw"), once);
    check_same(twice, apply(PARAMS("transformation", "OG", "magnitude", "0", "store", "mulaw")),
               true);
}
END_TEST

START_TEST(magnitudes_have_ranges)
{
    const char *blame = NULL;
    struct kin_solo *solo =
        solo_new("transform", PARAMS("transformation", "PS", "magnitude", "30"));
    ck_assert_int_eq(solo_check(solo, &blame), KIN_EINVAL);
    ck_assert_str_eq(blame, "magnitude");
    ck_assert_str_eq(err.text, "PS with magnitude 30, wanted -24 to 24 semitones");
    kin_solo_free(solo);
    solo = solo_new("transform", PARAMS("transformation", "OG", "magnitude", "3"));
    ck_assert_int_eq(solo_check(solo, &blame), KIN_EINVAL);
    ck_assert_str_eq(err.text, "OG with magnitude 3, wanted 0");
    kin_solo_free(solo);
    solo = solo_new("transform", PARAMS("transformation", "PS"));
    ck_assert_int_eq(solo_check(solo, &blame), KIN_EINVAL);
    ck_assert_str_eq(err.text, "kind 'transform' needs the parameter 'magnitude'");
    kin_solo_free(solo);
}
END_TEST

START_TEST(bit_rates_beyond_the_range)
{
    check_same(apply(PARAMS("transformation", "MP", "magnitude", "320")),
               apply(PARAMS("transformation", "MP", "magnitude", "160")), true);
    check_same(apply(PARAMS("transformation", "MP", "magnitude", "320", "over_range", "at-44100")),
               apply(PARAMS("transformation", "MP", "magnitude", "160")), false);
    struct kin_solo *solo = solo_new(
        "transform", PARAMS("transformation", "MP", "magnitude", "320", "over_range", "refuse"));
    ck_ok(kin_solo_add(solo, "of", "a", make_clip(1, N, RATE, 0.5), &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EINVAL);
    ck_assert_msg(strstr(err.text, "320") && strstr(err.text, "160"), "%s", err.text);
    kin_solo_free(solo);
}
END_TEST

/* The noise that was added: the result is (s + g v) / peak, so two results that share v and differ
 * in g span the plane of s and v; with other noise they do not. */
static double plane_residue(const char *draw)
{
    struct kin_value *clips[3] = {
        make_clip(1, N, RATE, 0.5),
        apply(PARAMS("transformation", "PN", "magnitude", "0", "draw", draw)),
        apply(PARAMS("transformation", "PN", "magnitude", "20", "draw", draw))};
    double gram[3][3] = {{0}};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            const float *x = kin_value_get(clips[a], "samples")->data;
            const float *y = kin_value_get(clips[b], "samples")->data;
            for (size_t i = 0; i < N; i++)
                gram[a][b] += (double)x[i] * y[i];
        }
    for (int a = 0; a < 3; a++)
        kin_value_free(clips[a]);
    double scale = gram[0][0] * gram[1][1] * gram[2][2];
    return (gram[0][0] * (gram[1][1] * gram[2][2] - gram[1][2] * gram[2][1]) -
            gram[0][1] * (gram[1][0] * gram[2][2] - gram[1][2] * gram[2][0]) +
            gram[0][2] * (gram[1][0] * gram[2][1] - gram[1][1] * gram[2][0])) /
           scale;
}

START_TEST(noise_is_drawn_for_the_magnitude_or_the_clip)
{
    double once = plane_residue("clip");
    double anew = plane_residue("magnitude");
    ck_assert_double_lt(fabs(once), 1e-8);
    ck_assert_double_gt(anew, 1e-4);
    check_same(apply(PARAMS("transformation", "PN", "magnitude", "0", "seed", "1")),
               apply(PARAMS("transformation", "PN", "magnitude", "0", "seed", "2")), false);
}
END_TEST

START_TEST(a_silent_clip_fails_alone)
{
    struct kin_solo *solo =
        solo_new("transform", PARAMS("transformation", "PN", "magnitude", "10"));
    ck_ok(kin_solo_add(solo, "of", "a", make_clip(1, N, RATE, 0), &err));
    ck_ok(kin_solo_add(solo, "of", "b", make_clip(1, N, RATE, 0.5), &err));
    ck_ok(kin_solo_run(solo, &err));
    ck_assert_msg(strstr(solo_failure(solo, 0), "silent"), "%s", solo_failure(solo, 0));
    ck_assert_str_eq(kin_value_type(solo_result(solo, 1)), "clip");
    kin_solo_free(solo);
}
END_TEST

static struct kin_value *with_ambience(struct kin_value *recording, bool first_failed)
{
    struct kin_solo *solo =
        solo_new("transform", PARAMS("transformation", "EN", "magnitude", "-60"));
    ck_ok(kin_solo_add(solo, "of", "a", make_clip(1, N, RATE, 0.5), &err));
    if (first_failed)
        ck_ok(kin_solo_add(solo, "ambience", "a", NULL, &err));
    ck_ok(kin_solo_add(solo, "ambience", "b", recording, &err));
    ck_ok(kin_solo_add(solo, "ambience", "c", make_clip(9, N, RATE, 0.5), &err));
    ck_ok(kin_solo_run(solo, &err));
    struct kin_audio audio;
    struct kin_value *clip = NULL;
    ck_ok(kin_clip_audio(solo_result(solo, 0), &audio, &err));
    ck_ok(kin_clip_new(&audio, false, &clip, &err));
    kin_audio_release(&audio);
    kin_solo_free(solo);
    return clip;
}

START_TEST(the_first_recording_at_the_rate_of_the_clip)
{
    check_same(with_ambience(make_clip(5, 3 * N, RATE, 0.5), false),
               with_ambience(make_clip(5, 3 * N, RATE, 0.5), true), true);
    /* half as many samples at half the rate are the same length: resampled, not refused */
    struct kin_value *slow = with_ambience(make_clip(5, N, RATE / 2, 0.5), false);
    ck_assert_double_eq(kin_value_f64(slow, "rate_hz", 0), RATE);
    check_same(slow, with_ambience(make_clip(5, N, RATE, 0.5), false), false);
}
END_TEST

START_TEST(no_recording_is_an_error)
{
    struct kin_solo *solo = solo_new("transform", PARAMS("transformation", "EN", "magnitude", "0"));
    ck_ok(kin_solo_add(solo, "of", "a", make_clip(1, N, RATE, 0.5), &err));
    ck_ok(kin_solo_add(solo, "ambience", "a", NULL, &err));
    ck_assert_int_eq(kin_solo_run(solo, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "no recording of ambience among 1 items");
    kin_solo_free(solo);
}
END_TEST

TEST_MAIN("transform kind", the_original_stays, magnitudes_have_ranges, bit_rates_beyond_the_range,
          noise_is_drawn_for_the_magnitude_or_the_clip, a_silent_clip_fails_alone,
          the_first_recording_at_the_rate_of_the_clip, no_recording_is_an_error)
