/* Configurations of instrument samples. */
#include <string.h>

#include "kindred/studio.h"
#include "support.h"

static char folder[64];

static const char *put(const char *name, const char *text)
{
    static char path[128];
    struct kin_error err = {0};
    if (!folder[0]) {
        strcpy(folder, "/tmp/kindred-test-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(folder));
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_ok(kin_write_file(path, text, strlen(text), &err));
    return path;
}

static void clean(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
    folder[0] = '\0';
}

static const struct kin_patch_slot slots[] = {{false, 0}, {false, 7}, {true, 7}};

START_TEST(banks_folders_options_and_sources)
{
    char wanted[128];
    struct kin_patch patches[3];
    struct kin_error err = {0};
    put("more.cfg", "drumset 0\r\n 7 /else/where.pat \r\n");
    const char *path = put("main.cfg", "# samples\n"
                                       "reverb off\n"
                                       "bank 1\n 0 wrong.pat\n"
                                       "bank 0\n 0 beside  amp=120 pan=center # the piano\n"
                                       "dir /samples\n\n"
                                       "\t7\tTone/seven.PAT\n"
                                       "source more.cfg\n");
    ck_ok(kin_patches_find(path, slots, 3, patches, &err));
    snprintf(wanted, sizeof wanted, "%s/beside.pat", folder);
    ck_assert_str_eq(patches[0].path, wanted);
    ck_assert_str_eq(patches[0].options, "amp=120 pan=center");
    ck_assert_str_eq(patches[1].path, "/samples/Tone/seven.PAT");
    ck_assert_str_eq(patches[1].options, "");
    ck_assert_str_eq(patches[2].path, "/else/where.pat");
    kin_patches_release(patches, 3);
    clean();
}
END_TEST

static void check_error(const char *text, int status, const char *message)
{
    char wanted[256];
    struct kin_patch patches[3];
    struct kin_error err = {0};
    const char *path = put("main.cfg", text);
    ck_assert_int_eq(kin_patches_find(path, slots, 3, patches, &err), status);
    snprintf(wanted, sizeof wanted, message, path);
    ck_assert_str_eq(err.text, wanted);
    clean();
}

START_TEST(what_is_wrong_is_named)
{
    check_error("bank 0\n 0 a.pat\n", KIN_ENOTFOUND,
                "'%s' has no sample for program 7, wanted the instruments of the Debian package "
                "freepats");
    check_error("bank 0\n 0 a\n 7 b\n", KIN_ENOTFOUND,
                "'%s' has no sample for drum key 7, wanted the instruments of the Debian package "
                "freepats");
    check_error("bank 0\n 0 # nothing\n", KIN_EDATA, "%s:2: nothing follows '0'");
    check_error("dir\n", KIN_EDATA, "%s:1: nothing follows 'dir'");
    check_error("source main.cfg\n", KIN_EDATA, "'%s': configurations name each other in a circle");
}
END_TEST

START_TEST(the_studio_can_play_all_it_may_choose)
{
    size_t n;
    const struct kin_patch_slot *all = kin_studio_programs(&n);
    struct kin_studio_params params = {.seed = 1, .seconds = 10, .vocals = 0.5};
    for (uint64_t i = 0; i < 220; i++) {
        struct kin_song_score song;
        struct kin_error err = {0};
        ck_ok(kin_studio_compose(&params, i, &song, &err));
        for (int part = 0; part < KIN_STUDIO_PARTS; part++)
            for (size_t k = 0; k < song.parts[part].n; k++) {
                bool drum = part == KIN_STUDIO_DRUMS, found = false;
                unsigned number = drum ? song.parts[part].notes[k].key : song.parts[part].program;
                for (size_t s = 0; s < n; s++)
                    found |= all[s].drum == drum && all[s].number == number;
                ck_assert_msg(found, "%s %u", drum ? "drum" : "program", number);
            }
        kin_song_score_release(&song);
    }
}
END_TEST

TEST_MAIN("patches", banks_folders_options_and_sources, what_is_wrong_is_named,
          the_studio_can_play_all_it_may_choose)
