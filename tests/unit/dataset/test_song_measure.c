/* What a song is like, from its bytes. Broken files of all sorts: tests/unit/kind/test_song.c. */
#include <math.h>
#include <string.h>

#include "kindred/audio.h"
#include "kindred/dataset.h"
#include "support.h"

static const struct kin_song_limits limits = {.min_seconds = 1};

static int measure(double seconds, double amplitude, struct kin_song_measure *out,
                   struct kin_error *err)
{
    struct kin_audio tone;
    void *bytes;
    size_t length;
    *err = (struct kin_error){0};
    ck_assert_int_eq(kin_audio_alloc(&tone, (size_t)(seconds * 8000), 8000, err), 0);
    for (size_t i = 0; i < tone.n; i++)
        tone.samples[i] = (float)(i % 2 ? amplitude : -amplitude);
    ck_assert_int_eq(kin_audio_encode(&tone, KIN_AUDIO_WAVFLOAT, 0, &bytes, &length, err), 0);
    int status = kin_song_measure(bytes, length, &limits, out, err);
    kin_audio_release(&tone);
    kin_free(bytes);
    return status;
}

START_TEST(right_numbers)
{
    struct kin_song_measure song;
    struct kin_error err;
    ck_ok(measure(1.5, 0.25, &song, &err));
    ck_assert_uint_eq(song.rate_hz, 8000);
    ck_assert_uint_eq(song.channels, 1);
    ck_assert_uint_eq(song.frames, 12000);
    ck_assert_double_eq(song.seconds, 1.5);
    ck_assert_double_eq(song.peak, 0.25);
    ck_assert(!song.truncated);
    ck_ok(measure(1, 0.25, &song, &err)); /* as long as wanted is long enough */
}
END_TEST

START_TEST(the_border_of_silence)
{
    struct kin_song_measure song;
    struct kin_error err;
    ck_ok(measure(1, 0.000317, &song, &err)); /* -69.98 dBFS */
    ck_assert_int_eq(measure(1, 0.000315, &song, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "silence: the loudest sample is at -70.0 dBFS, wanted -70");
    ck_assert_int_eq(measure(1, 0, &song, &err), KIN_EDATA);
}
END_TEST

START_TEST(nothing_at_all)
{
    struct kin_song_measure song;
    struct kin_error err = {0};
    ck_assert_int_eq(kin_song_measure("", 0, &limits, &song, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "an empty file, wanted audio");
}
END_TEST

TEST_MAIN("song_measure", right_numbers, the_border_of_silence, nothing_at_all)
