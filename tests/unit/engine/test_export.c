/* Artifacts as files: get writes below its folder and nowhere else. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab.h"

static void count_path(void *context, const char *path)
{
    (void)path;
    ++*(size_t *)context;
}

/* Runs vectors whose ids are these lines; the status of `get v`. */
static int get_with_ids(struct lab *lab, const char *ids, size_t *wrote, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    struct kin_error first = {0};
    kin_text_addf(&path, "%s/ids.txt", lab->folder);
    kin_text_addf(&out, "%s/out", lab->folder);
    *wrote = 0;
    if (kin_write_file(path.data, ids, strlen(ids), &first) != 0)
        ck_abort_msg("%s", first.text);
    lab_do(lab, "  w: { kind: vectors.npy, file: v.npy, ids: ids.txt }\n", 1);
    return kin_session_get(lab->session, "w", out.data, count_path, wrote, err);
}

START_TEST(every_item_is_a_file)
{
    struct kin_error err = {0};
    struct lab lab;
    size_t wrote;
    lab_open(&lab, 3, 1);
    ck_ok(get_with_ids(&lab, "one\nfolder/two\nthree.x\n", &wrote, &err));
    ck_assert_uint_eq(wrote, 3);
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/out/w/folder/two.npy", lab.folder);
    ck_assert_int_eq(access(path.data, R_OK), 0);
    lab_close(&lab);
}
END_TEST

START_TEST(an_id_does_not_lead_out_of_the_folder)
{
    static const char *const ids[] = {"../../x\na\nb\n", "/etc/x\na\nb\n", "a/../b\nc\nd\n",
                                      "a//b\nc\nd\n"};
    for (size_t i = 0; i < KIN_COUNT(ids); i++) {
        struct kin_error err = {0};
        struct lab lab;
        size_t wrote;
        lab_open(&lab, 3, 1);
        ck_assert_int_eq(get_with_ids(&lab, ids[i], &wrote, &err), KIN_EDATA);
        ck_assert_ptr_nonnull(strstr(err.text, "' is no name for a file"));
        lab_close(&lab);
    }
}
END_TEST

TEST_MAIN("export", every_item_is_a_file, an_id_does_not_lead_out_of_the_folder)
