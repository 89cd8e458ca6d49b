/* Songs in a folder: names, ids, groups. What is wrong with a file: tests/unit/kind/test_song.c. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kindred/dataset.h"
#include "support.h"

static char folder[64];

static void make(const char *const *names)
{
    char path[256];
    snprintf(folder, sizeof folder, "/tmp/kindred-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; names[i]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')); *at++ = '/') {
            *at = '\0';
            mkdir(path, 0777);
        }
        int file = open(path, O_CREAT | O_WRONLY, 0666);
        ck_assert_int_ge(file, 0);
        close(file);
    }
}

static void clean(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static void check_ids(const char *const *names, struct kin_folder_params params,
                      const char *const *ids)
{
    struct kin_error err = {0};
    struct kin_songs songs = {0};
    make(names);
    ck_ok(kin_folder_list(folder, &params, &songs, &err));
    for (size_t i = 0; i < songs.n; i++) {
        ck_assert_ptr_nonnull(ids[i]);
        ck_assert_str_eq(songs.list[i].id, ids[i]);
    }
    ck_assert_ptr_null(ids[songs.n]);
    kin_songs_release(&songs);
    clean();
}

static const struct kin_folder_params all = {.recursive = true, .group = ""};
static const struct kin_folder_params flat = {.recursive = false, .group = ""};

START_TEST(ids_are_unique_and_ascending)
{
    static const char *const names[] = {"b.wav",   "a.mp3",  "a.ogg",      "a.b.flac", "x/a.wav",
                                        "x/y/a.w", ".h.wav", ".hid/a.wav", "C.WAV",    NULL};
    static const char *const ids[] = {"C", "a.b", "a.mp3", "a.ogg", "b", "x/a", NULL};
    static const char *const top[] = {"C", "a.b", "a.mp3", "a.ogg", "b", NULL};
    check_ids(names, all, ids);
    check_ids(names, flat, top);
}
END_TEST

START_TEST(ids_are_text)
{
    static const char *const names[] = {"caf\xc3\xa9.wav", "caf\xe9.wav", "new\nline.wav",
                                        "100%.wav", NULL};
    static const char *const ids[] = {"100%25", "caf%E9", "caf\xc3\xa9", "new%0Aline", NULL};
    check_ids(names, all, ids);
}
END_TEST

START_TEST(groups_are_what_stands_before_the_separator)
{
    static const char *const names[] = {"x/one--01.wav", "x/one--02.wav", "two.wav", "--3.wav",
                                        NULL};
    struct kin_folder_params params = {.recursive = true, .group = "--"};
    struct kin_error err = {0};
    struct kin_songs songs = {0};
    make(names);
    ck_ok(kin_folder_list(folder, &params, &songs, &err));
    ck_assert_uint_eq(songs.n, 4);
    ck_assert_str_eq(songs.list[0].id, "--3");
    ck_assert_ptr_null(songs.list[0].group);
    ck_assert_ptr_null(songs.list[1].group);
    ck_assert_str_eq(songs.list[2].group, "x/one");
    ck_assert_str_eq(songs.list[3].group, "x/one");
    kin_songs_release(&songs);
    clean();
}
END_TEST

START_TEST(nothing_to_find)
{
    static const char *const names[] = {"readme.txt", NULL};
    char wanted[256];
    struct kin_error err = {0};
    struct kin_songs songs = {0};
    make(names);
    ck_assert_int_eq(kin_folder_list(folder, &all, &songs, &err), KIN_ENOTFOUND);
    snprintf(wanted, sizeof wanted,
             "no audio in the folder '%s', wanted files named .wav, .flac, .ogg or .mp3", folder);
    ck_assert_str_eq(err.text, wanted);
    snprintf(wanted, sizeof wanted, "%s/readme.txt", folder);
    ck_assert_int_eq(kin_folder_list(wanted, &all, &songs, &err), KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "Not a directory"));
    clean();
    ck_assert_int_eq(kin_folder_list(folder, &all, &songs, &err), KIN_ENOTFOUND);
    snprintf(wanted, sizeof wanted, "cannot read the folder '%s': No such file or directory",
             folder);
    ck_assert_str_eq(err.text, wanted);
}
END_TEST

TEST_MAIN("music_folder", ids_are_unique_and_ascending, ids_are_text,
          groups_are_what_stands_before_the_separator, nothing_to_find)
