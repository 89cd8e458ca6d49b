/* IRMAS: what folders and names say, and what they must not say. */
#include "kindred/log.h"
#include "listing_support.h"

static int list(const char *const *names, struct kin_songs *songs, struct kin_error *err)
{
    make_files(names);
    int status = kin_irmas_list(folder, songs, err);
    remove_files();
    return status;
}

START_TEST(folder_and_name_say_label_song_and_tags)
{
    static const char *const names[] = {
        "cel/008__[cel][nod][cla]0058__1.wav", "cel/008__[cel][nod][cla]0058__2.wav",
        "gac/[gac][cla]0201__2.wav", "voi/[voi][jaz_blu]2407__12.wav", NULL};
    struct kin_songs songs = {0};
    struct kin_error err = {0};
    ck_ok(list(names, &songs, &err));
    ck_assert_uint_eq(songs.n, 4);
    ck_assert_str_eq(songs.list[0].id, "cel/008__[cel][nod][cla]0058__1");
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(songs.list[i].label, "cel");
        ck_assert_str_eq(songs.list[i].group, "008__[cel][nod][cla]0058");
        ck_assert_uint_eq(songs.list[i].n_tags, 2);
        ck_assert_str_eq(songs.list[i].tags[0], "cla");
        ck_assert_str_eq(songs.list[i].tags[1], "nod");
    }
    ck_assert_str_eq(songs.list[2].label, "gac");
    ck_assert_str_eq(songs.list[2].group, "[gac][cla]0201");
    ck_assert_uint_eq(songs.list[2].n_tags, 1);
    ck_assert_str_eq(songs.list[2].tags[0], "cla"); /* the genre, not the instrument */
    ck_assert_str_eq(songs.list[3].group, "[voi][jaz_blu]2407");
    kin_songs_release(&songs);
}
END_TEST

START_TEST(every_class_is_known)
{
    size_t n = 0;
    while (kin_irmas_classes[n])
        n++;
    ck_assert_uint_eq(n, 11);
    for (size_t i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s/x__1.wav", kin_irmas_classes[i]);
        const char *const names[] = {name, NULL};
        struct kin_songs songs = {0};
        struct kin_error err = {0};
        ck_ok(list(names, &songs, &err));
        ck_assert_str_eq(songs.list[0].label, kin_irmas_classes[i]);
        kin_songs_release(&songs);
    }
}
END_TEST

START_TEST(what_is_no_irmas_is_named)
{
    static const char *const cases[][2] = {
        {"x__1.wav", "the file 'x__1' lies in no class folder, wanted cel/, cla/, … voi/"},
        {"gax/x__1.wav", "song 'gax/x__1': the label 'gax' is not among those of the set, wanted "
                         "cel, cla, flu, gac, gel, org, pia, sax, tru, vio or voi; did you mean "
                         "'gac'?"},
        {"banjo/x__1.wav", "song 'banjo/x__1': the label 'banjo' is not among those of the set, "
                           "wanted cel, cla, flu, gac, gel, org, pia, sax, tru, vio or voi"},
        {"gac/more/x__1.wav",
         "the file 'gac/more/x__1' lies in a folder of the class 'gac', wanted right in it"},
        {"gac/x.wav", "the name 'gac/x' does not say which song it is of, wanted SONG__NUMBER"},
        {"gac/x__.wav", "the name 'gac/x__' does not say which song it is of, wanted SONG__NUMBER"},
        {"gac/__1.wav", "the name 'gac/__1' does not say which song it is of, wanted SONG__NUMBER"},
        {"gac/x__1b.wav",
         "the name 'gac/x__1b' does not say which song it is of, wanted SONG__NUMBER"},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        const char *const names[] = {"cel/x__1.wav", cases[i][0], NULL};
        struct kin_songs songs = {0};
        struct kin_error err = {0};
        ck_assert_int_eq(list(names, &songs, &err), KIN_EDATA);
        ck_assert_str_eq(err.text, cases[i][1]);
    }
}
END_TEST

static char warning[256];

static void keep_warning(void *context, enum kin_log_level level, const char *message)
{
    (void)context;
    if (level == KIN_LOG_WARN)
        snprintf(warning, sizeof warning, "%s", message);
}

START_TEST(a_name_of_another_class_is_a_warning)
{
    static const char *const names[] = {"gac/[gel][nod]7__1.wav", NULL};
    struct kin_songs songs = {0};
    struct kin_error err = {0};
    kin_log_set_sink(keep_warning, NULL);
    ck_ok(list(names, &songs, &err));
    kin_log_set_sink(NULL, NULL);
    ck_assert_str_eq(songs.list[0].label, "gac");
    ck_assert_str_eq(warning, "'gac/[gel][nod]7__1' lies among 'gac', but its name says 'gel'");
    kin_songs_release(&songs);
}
END_TEST

TEST_MAIN("irmas", folder_and_name_say_label_song_and_tags, every_class_is_known,
          what_is_no_irmas_is_named, a_name_of_another_class_is_a_warning)
