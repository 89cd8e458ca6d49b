/* The tables of MTG-Jamendo. */
#include <string.h>

#include "kindred/dataset.h"
#include "support.h"

#define HEADER "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n"

static int parse(const char *text, struct kin_songs *songs, struct kin_error *err)
{
    *err = (struct kin_error){0};
    *songs = (struct kin_songs){0};
    return kin_jamendo_parse(text, strlen(text), songs, err);
}

START_TEST(rows_are_songs)
{
    struct kin_songs songs;
    struct kin_error err;
    ck_ok(parse(HEADER
                "track_0000214\tartist_000014\talbum_000031\t14/214.mp3\t124.6\tgenre---rock\t"
                "genre---punkrock\r\n"
                "track_0000215\tartist_000014\talbum_000031\t15/215.mp3\t151.4\tmood/theme---happy",
                &songs, &err));
    ck_assert_uint_eq(songs.n, 2);
    ck_assert_str_eq(songs.list[0].id, "track_0000214");
    ck_assert_str_eq(songs.list[0].group, "artist_000014");
    ck_assert_str_eq(songs.list[0].path, "14/214.mp3");
    ck_assert_uint_eq(songs.list[0].n_tags, 2);
    ck_assert_str_eq(songs.list[0].tags[0], "genre---punkrock");
    ck_assert_str_eq(songs.list[0].tags[1], "genre---rock");
    ck_assert_ptr_null(songs.list[0].split);
    ck_assert(songs.list[1].is_file);
    ck_assert_str_eq(songs.list[1].tags[0], "mood/theme---happy");
    ck_ok(kin_songs_set_extension(&songs, ".low.mp3", &err));
    ck_assert_str_eq(songs.list[0].path, "14/214.low.mp3");
    ck_assert_str_eq(songs.list[1].path, "15/215.low.mp3");
    kin_songs_release(&songs);
}
END_TEST

START_TEST(wrong_tables)
{
    static const char *const header =
        "line 1: no header of MTG-Jamendo, wanted TRACK_ID, ARTIST_ID, ALBUM_ID, PATH, DURATION, "
        "TAGS with tabs between them";
    static const char *const none = "no line below the header, wanted one for each song";
    const char *const cases[][2] = {
        {"", header},
        {"path,id\na,b\n", header},
        {HEADER, none},
        {HEADER "a\tb\tc\td.mp3\t5\tx\n\n", "line 3: 0 tabs, wanted 5 or more"},
        {HEADER "a\tb\tc\td.mp3\t5\n", "line 2: 4 tabs, wanted 5 or more"},
        {HEADER "\tb\tc\td.mp3\t5\tx\n", "line 2, column 'TRACK_ID': '', wanted a name"},
        {HEADER "a\tb\tc\t\t5\tx\n", "line 2, column 'PATH': '', wanted the path of an audio file"},
        {HEADER "a\tb\tc\td\t5\tx\nb\tb\tc\td\t5\tx\na\tb\tc\td\t5\tx\n",
         "line 4: the id 'a' stands in line 2 already"},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        struct kin_songs songs;
        struct kin_error err;
        ck_assert_int_eq(parse(cases[i][0], &songs, &err), KIN_EDATA);
        ck_assert_str_eq(err.text, cases[i][1]);
    }
    struct kin_songs songs = {0};
    struct kin_error err = {0};
    ck_assert_int_eq(kin_jamendo_parse("a\0b", 3, &songs, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "a NUL byte after 1 bytes, wanted text");
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    for (unsigned long nth = 1;; nth++) {
        struct kin_songs songs;
        struct kin_error err;
        kin_memory_fail_nth(nth);
        int status = parse(HEADER "a\tb\tc\td.mp3\t5\tx\ty\nb\t\tc\te.mp3\t5\tx\n", &songs, &err);
        kin_memory_fail_nth(0);
        kin_songs_release(&songs);
        if (status == 0)
            break;
        ck_assert_int_eq(status, KIN_ENOMEM);
    }
}
END_TEST

TEST_MAIN("jamendo", rows_are_songs, wrong_tables, memory_may_end_anywhere)
