/* Songs in several files: which folders, which files; MUSDB18-HQ. */
#include "listing_support.h"

static const struct kin_stem_file frets[] = {
    {"guitar", "guitar.ogg", false}, {"", "song.ogg", false}, {"", "rhythm.ogg", true}};
static const struct kin_stem_params frets_params = {NULL, frets, 3};

static void check_path(const char *path, const char *below)
{
    ck_assert_uint_gt(strlen(path), strlen(folder));
    ck_assert_mem_eq(path, folder, strlen(folder));
    ck_assert_str_eq(path + strlen(folder) + 1, below);
}

START_TEST(every_folder_is_a_song)
{
    static const char *const names[] = {"a b/guitar.ogg",     "a b/song.ogg",
                                        "a b/rhythm.ogg",     "a-b/song.ogg",
                                        "a b/label.png",      "b/in.it/song.ogg",
                                        "b/in.it/guitar.ogg", "b/other.ogg",
                                        "a b/c/guitar.ogg",   NULL};
    static const char *const ids[] = {"a b", "a b/c", "a-b", "b/in.it"};
    static const size_t counts[] = {3, 2, 2, 2};
    struct kin_songs songs = {0};
    struct kin_error err = {0};
    make_files(names);
    ck_ok(kin_stem_folders_list(folder, &frets_params, &songs, &err));
    ck_assert_uint_eq(songs.n, KIN_COUNT(ids));
    for (size_t i = 0; i < songs.n; i++) {
        ck_assert_str_eq(songs.list[i].id, ids[i]);
        ck_assert_uint_eq(songs.list[i].n_stems, counts[i]);
        ck_assert_ptr_null(songs.list[i].path);
        ck_assert_str_eq(songs.list[i].stem_names[0], "guitar");
        ck_assert_str_eq(songs.list[i].stem_names[1], "");
    }
    check_path(songs.list[0].stem_paths[2], "a b/rhythm.ogg");
    check_path(songs.list[2].stem_paths[0], "a-b/guitar.ogg"); /* missing, and listed */
    check_path(songs.list[3].stem_paths[1], "b/in.it/song.ogg");
    kin_songs_release(&songs);
    remove_files();
}
END_TEST

START_TEST(the_folder_itself_may_be_the_song)
{
    static const char *const names[] = {"song.ogg", "guitar.ogg", NULL};
    struct kin_songs songs = {0};
    struct kin_error err = {0};
    char with_slash[80];
    make_files(names);
    snprintf(with_slash, sizeof with_slash, "%s/", folder);
    ck_ok(kin_stem_folders_list(folder, &frets_params, &songs, &err));
    ck_assert_uint_eq(songs.n, 1);
    ck_assert_str_eq(songs.list[0].id, ".");
    kin_songs_release(&songs);
    ck_ok(kin_stem_folders_list(with_slash, &frets_params, &songs, &err));
    ck_assert_str_eq(songs.list[0].id, ".");
    kin_songs_release(&songs);
    remove_files();
}
END_TEST

START_TEST(no_such_files)
{
    static const char *const names[] = {"a/music.ogg", NULL};
    char wanted[256];
    struct kin_songs songs = {0};
    struct kin_error err = {0};
    make_files(names);
    ck_assert_int_eq(kin_stem_folders_list(folder, &frets_params, &songs, &err), KIN_ENOTFOUND);
    snprintf(wanted, sizeof wanted,
             "no song in the folder '%s', wanted folders with guitar.ogg, song.ogg, rhythm.ogg",
             folder);
    ck_assert_str_eq(err.text, wanted);
    remove_files();
}
END_TEST

/* ---- MUSDB18-HQ ---- */

START_TEST(musdb18_says_split_and_stems)
{
    static const char *const names[] = {"train/A - One/mixture.wav", "train/A - One/vocals.wav",
                                        "test/B - Two/mixture.wav",  "test/B - Two/vocals.wav",
                                        "test/B - Two/bass.wav",     NULL};
    static const char *const stems[] = {"voice", "drums", "bass", "other"};
    struct kin_songs songs = {0};
    struct kin_error err = {0};
    make_files(names);
    ck_ok(kin_musdb18_list(folder, false, &songs, &err));
    ck_assert_uint_eq(songs.n, 2);
    ck_assert_str_eq(songs.list[0].id, "test/B - Two");
    ck_assert_str_eq(songs.list[0].split, "test");
    ck_assert_str_eq(songs.list[0].group, "B - Two");
    ck_assert_uint_eq(songs.list[0].n_stems, 1);
    check_path(songs.list[0].path, "test/B - Two/mixture.wav");
    ck_assert_str_eq(songs.list[1].split, "train");
    ck_assert_str_eq(songs.list[1].stem_names[0], "voice");
    check_path(songs.list[1].stem_paths[0], "train/A - One/vocals.wav");
    kin_songs_release(&songs);
    ck_ok(kin_musdb18_list(folder, true, &songs, &err));
    for (size_t i = 0; i < 4; i++)
        ck_assert_str_eq(songs.list[0].stem_names[i], stems[i]);
    kin_songs_release(&songs);
    remove_files();
}
END_TEST

START_TEST(what_is_no_musdb18_is_named)
{
    static const char *const lies = "lies neither in train nor in test, wanted the folders of "
                                    "MUSDB18-HQ: train/TRACK/mixture.wav, test/TRACK/mixture.wav";
    static const char *const cases[][3] = {
        {"valid/A/mixture.wav", "the track 'valid/A' "},
        {"train/A/B/mixture.wav", "the track 'train/A/B' "},
        {"train/mixture.wav", "the track 'train' "},
        {"test/X/mixture.wav", "the track 'X' is in train and in test", "whole"},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        const char *const names[] = {"train/X/mixture.wav", cases[i][0], NULL};
        char wanted[256];
        struct kin_songs songs = {0};
        struct kin_error err = {0};
        make_files(names);
        ck_assert_int_eq(kin_musdb18_list(folder, false, &songs, &err), KIN_EDATA);
        snprintf(wanted, sizeof wanted, "%s%s", cases[i][1], cases[i][2] ? "" : lies);
        ck_assert_str_eq(err.text, wanted);
        remove_files();
    }
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    static const char *const names[] = {"train/A/mixture.wav", "test/B/vocals.wav", NULL};
    make_files(names);
    for (unsigned long nth = 1;; nth++) {
        struct kin_songs songs = {0};
        struct kin_error err = {0};
        kin_memory_fail_nth(nth);
        int status = kin_musdb18_list(folder, true, &songs, &err);
        kin_memory_fail_nth(0);
        kin_songs_release(&songs);
        if (status == 0)
            break;
        ck_assert_int_eq(status, KIN_ENOMEM);
    }
    remove_files();
}
END_TEST

TEST_MAIN("stem_folders", every_folder_is_a_song, the_folder_itself_may_be_the_song, no_such_files,
          musdb18_says_split_and_stems, what_is_no_musdb18_is_named, memory_may_end_anywhere)
