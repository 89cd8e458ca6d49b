/* Songs in a table: what is read, and whole messages for what is wrong. */
#include <string.h>

#include "kindred/dataset.h"
#include "support.h"

static int parse(const char *text, struct kin_songs *songs, struct kin_error *err)
{
    *err = (struct kin_error){0};
    *songs = (struct kin_songs){0};
    return kin_manifest_parse(text, strlen(text), songs, err);
}

START_TEST(columns_in_any_order)
{
    struct kin_songs songs;
    struct kin_error err;
    ck_ok(parse("label,stems.voice,mood,tags,split,song,id,path\n"
                " rock , v.wav,sad, b;a ;;b,Dev,s,x,one.ogg\n",
                &songs, &err));
    ck_assert_uint_eq(songs.n, 1);
    const struct kin_song *song = &songs.list[0];
    ck_assert_str_eq(song->path, "one.ogg");
    ck_assert_str_eq(song->id, "x");
    ck_assert_str_eq(song->group, "s");
    ck_assert_str_eq(song->label, "rock");
    ck_assert_str_eq(song->split, "validation");
    ck_assert_uint_eq(song->n_tags, 2);
    ck_assert_str_eq(song->tags[0], "a");
    ck_assert_str_eq(song->tags[1], "b");
    ck_assert_uint_eq(song->n_stems, 1);
    ck_assert_str_eq(song->stem_names[0], "voice");
    ck_assert_str_eq(song->stem_paths[0], "v.wav");
    ck_assert(song->is_file);
    kin_songs_release(&songs);
}
END_TEST

START_TEST(ids_come_from_paths)
{
    struct kin_songs songs;
    struct kin_error err;
    ck_ok(parse("path\n/music/a.wav\nb/c.mp3\nb/c.ogg\nd.e/f\n.g\n100%.wav\n", &songs, &err));
    static const char *const ids[] = {"music/a", "b/c.mp3", "b/c.ogg", "d.e/f", ".g", "100%25"};
    for (size_t i = 0; i < songs.n; i++)
        ck_assert_str_eq(songs.list[i].id, ids[i]);
    ck_assert_ptr_null(songs.list[0].group);
    ck_assert_ptr_null(songs.list[0].split);
    kin_songs_release(&songs);
}
END_TEST

START_TEST(wrong_tables)
{
    static const char *const cases[][2] = {
        {"", "a table without a header line"},
        {"path\n", "no line below the header, wanted one for each song"},
        {"file\na\n", "line 1: no column 'path'"},
        {"path,tag\na,b\n", "line 1: unknown column 'tag'; did you mean 'tags'?"},
        {"path,id,id\na,b,c\n", "line 1: two columns 'id'"},
        {"path,id\na,b\n\n,c\n", "line 4, column 'path': '', wanted the path of an audio file"},
        {"path,split\na,train\nb,exam\n",
         "line 3, column 'split': 'exam', wanted train, validation or test"},
        {"path,id\na,x\nb,y\nc,x\n", "line 4: the id 'x' stands in line 2 already"},
        {"path\na.wav\nb.wav\na.wav\n", "line 4: the id 'a.wav' stands in line 2 already"},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        struct kin_songs songs;
        struct kin_error err;
        ck_assert_int_eq(parse(cases[i][0], &songs, &err), KIN_EDATA);
        ck_assert_str_eq(err.text, cases[i][1]);
    }
}
END_TEST

START_TEST(words_for_parts)
{
    ck_assert_str_eq(kin_split_name("TRAINING"), "train");
    ck_assert_str_eq(kin_split_name("val"), "validation");
    ck_assert_str_eq(kin_split_name("test"), "test");
    ck_assert_ptr_null(kin_split_name(""));
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    for (unsigned long nth = 1;; nth++) {
        struct kin_songs songs;
        struct kin_error err;
        kin_memory_fail_nth(nth);
        int status = parse("path,tags,stems.a\nx,p;q,y\nz,r,\n", &songs, &err);
        kin_memory_fail_nth(0);
        kin_songs_release(&songs);
        if (status == 0)
            break;
        ck_assert_int_eq(status, KIN_ENOMEM);
    }
}
END_TEST

TEST_MAIN("manifest", columns_in_any_order, ids_come_from_paths, wrong_tables, words_for_parts,
          memory_may_end_anywhere)
