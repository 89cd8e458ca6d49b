/* MIDI files, byte by byte. */
#include <string.h>

#include "kindred/studio.h"
#include "support.h"

static struct kin_note notes[] = {
    {.start = 0, .length = 240, .key = 60, .velocity = 100},
    {.start = 240, .length = 240, .key = 60, .velocity = 90},
};

static struct kin_song_score song_of(enum kin_studio_part part)
{
    struct kin_song_score song = {.bpm = 120, .seconds = 1};
    song.parts[part] = (struct kin_studio_score){.program = 40, .notes = notes, .n = 2};
    return song;
}

START_TEST(a_melody)
{
    /* clang-format off */
    static const unsigned char wanted[] = {
        'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 0, 0, 1, 0x01, 0xe0, /* format 0, one track, 480 */
        'M', 'T', 'r', 'k', 0, 0, 0, 37,
        0, 0xff, 0x51, 3, 0x07, 0xa1, 0x20, /* 500,000 us a quarter */
        0, 0xc0, 40, 0, 0xb0, 7, 115,
        0, 0x90, 60, 100,
        0x81, 0x70, 0x80, 60, 0,            /* 240 ticks: two bytes */
        0, 0x90, 60, 90,                    /* ends before it starts again */
        0x81, 0x70, 0x80, 60, 0,
        0x8f, 0x00, 0xff, 0x2f, 0,
    };
    /* clang-format on */
    struct kin_error err = {0};
    KIN_AUTO(kin_text_release) struct kin_text file = {0};
    struct kin_song_score song = song_of(KIN_STUDIO_LEAD);
    ck_ok(kin_studio_midi(&song, KIN_STUDIO_LEAD, &file, &err));
    ck_assert_uint_eq(file.length, sizeof wanted);
    ck_assert_mem_eq(file.data, wanted, sizeof wanted);
}
END_TEST

START_TEST(drums_have_their_channel_and_no_program)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_text_release) struct kin_text file = {0};
    struct kin_song_score song = song_of(KIN_STUDIO_DRUMS);
    ck_ok(kin_studio_midi(&song, KIN_STUDIO_DRUMS, &file, &err));
    ck_assert_mem_eq(file.data + 29, "\0\xb9\7\x73\0\x99\x3c\x64", 8);
}
END_TEST

START_TEST(a_part_without_notes)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_text_release) struct kin_text file = {0};
    struct kin_song_score song = song_of(KIN_STUDIO_LEAD);
    ck_ok(kin_studio_midi(&song, KIN_STUDIO_PAD, &file, &err));
    ck_assert_uint_eq(file.length, 14 + 8 + 14 + 5);
}
END_TEST

TEST_MAIN("midi", a_melody, drums_have_their_channel_and_no_program, a_part_without_notes)
