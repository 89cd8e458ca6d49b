#include <string.h>

#include "signals.h"

START_TEST(good_audio_passes)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.001, 22050, 22050);
    ck_ok(kin_audio_check(&x, 1, &err));
    ck_ok(kin_audio_check(&x, 0, &err));
}
END_TEST

START_TEST(useless_audio_is_named)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.00001, 22050, 22050);
    ck_assert_int_eq(kin_audio_check(&x, 1, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "silent: none of 22050 samples above 2^-16 of full scale");
    ck_assert_int_eq(kin_audio_check(&x, 1.5, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "1.000 s long (22050 samples at 22050 Hz), wanted at least 1.5 s");
    x.samples[12] = NAN;
    ck_assert_int_eq(kin_audio_check(&x, 1.5, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "sample 12 is nan, not a finite number");
    x.samples[12] = INFINITY;
    ck_assert_int_eq(kin_audio_check(&x, 1.5, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "sample 12 is infinite, not a finite number");
    x.n = 0;
    ck_assert_int_eq(kin_audio_check(&x, 0, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "0.000 s long (0 samples at 22050 Hz), wanted at least 0 s");
}
END_TEST

START_TEST(whole_and_cut)
{
    struct kin_error err = {0};
    struct kin_audio_info info = {.frames = 12, .announced_frames = 88200, .format = "WAV"};
    ck_ok(kin_audio_check_whole(&info, &err));
    info.truncated = true;
    ck_assert_int_eq(kin_audio_check_whole(&info, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "a WAV file that ends after 12 of 88200 announced samples");
    info = (struct kin_audio_info){.frames = 12, .truncated = true, .format = "Ogg"};
    ck_assert_int_eq(kin_audio_check_whole(&info, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "an Ogg file that is cut off after 12 samples");
}
END_TEST

START_TEST(release_accepts_nothing)
{
    struct kin_audio empty = {0};
    kin_audio_release(NULL);
    kin_audio_release(&empty);
    kin_audio_release(&empty);
}
END_TEST

TEST_MAIN("audio", good_audio_passes, useless_audio_is_named, whole_and_cut,
          release_accepts_nothing)
