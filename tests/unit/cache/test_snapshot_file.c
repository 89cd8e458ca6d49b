#include "snapshot_support.h"

struct made {
    const char *folder;
    char path[400];
    struct kin_cache *cache;
};

static struct made make(void)
{
    struct made made = {.folder = fresh_folder()};
    snprintf(made.path, sizeof made.path, "%s/s.tar.zst", made.folder);
    made.cache = open_cache(made.folder);
    fill_samples(made.cache, false);
    save_samples(made.cache, SAMPLES, &(struct kin_snapshot_options){0}, made.path, true);
    return made;
}

static void unmake(struct made *made)
{
    kin_cache_close(made->cache);
    remove_folder(made->folder);
}

/* Reads every member, then the seal. */
static int read_all(const char *path, struct kin_error *err)
{
    struct kin_snapshot_file *file;
    const char *name = "";
    uint64_t size;
    KIN_TRY(kin_snapshot_file_open(path, &file, err));
    int status = 0;
    while (status == 0 && name) {
        char *text = NULL;
        status = kin_snapshot_file_next(file, &name, &size, err);
        if (status == 0 && name)
            status = kin_snapshot_file_text(file, name, size, 1 << 20, &text, err);
        kin_free(text);
    }
    if (status == 0)
        status = kin_snapshot_file_seal(file, err);
    kin_snapshot_file_close(file);
    return status;
}

START_TEST(reads_what_was_written)
{
    struct made made = make();
    struct kin_error err = {0};
    struct kin_snapshot *snapshot = NULL;
    ck_ok(read_all(made.path, &err));
    ck_ok(kin_snapshot_read(made.path, &snapshot, &err));
    ck_assert_uint_eq(snapshot->n_claims, SAMPLES);
    ck_assert_uint_eq(snapshot->n_objects, SAMPLES);
    kin_snapshot_free(snapshot);
    ck_assert_int_eq(kin_snapshot_read(in_folder(made.folder, "none"), &snapshot, &err),
                     KIN_ENOTFOUND);
    ck_assert_int_eq(kin_snapshot_read(made.folder, &snapshot, &err), KIN_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "is no plain file"));
    unmake(&made);
}
END_TEST

/* Reading fails with a message that has this in it. */
static void ck_read_fails(const char *path, int status, const char *message)
{
    struct kin_error err = {0};
    ck_assert_int_eq(read_all(path, &err), status);
    ck_assert_msg(strstr(err.text, message) != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, path) != NULL, "%s", err.text);
}

START_TEST(the_seal_finds_what_is_cut_or_changed)
{
    struct made made = make();
    struct kin_error err = {0};
    char *bytes;
    size_t length;
    ck_ok(kin_read_file(made.path, &bytes, &length, &err));
    ck_ok(kin_write_file(made.path, bytes, length - 1, &err));
    ck_read_fails(made.path, KIN_ECORRUPT, "cut short");
    ck_ok(kin_write_file(made.path, bytes, length - KIN_SEAL_BYTES, &err));
    ck_read_fails(made.path, KIN_ECORRUPT, "does not end with its seal");
    bytes[length - 1] ^= 1;
    ck_ok(kin_write_file(made.path, bytes, length, &err));
    ck_read_fails(made.path, KIN_ECORRUPT, "its bytes do not give the digest in its seal");
    ck_ok(kin_write_file(made.path, bytes, 100, &err));
    ck_read_fails(made.path, KIN_ECORRUPT, "is damaged, cut short, or no snapshot");
    ck_ok(kin_write_file(made.path, "not at all", 10, &err));
    ck_read_fails(made.path, KIN_ECORRUPT, "is damaged, cut short, or no snapshot");
    ck_ok(kin_write_file(made.path, "", 0, &err));
    ck_assert_int_eq(read_all(made.path, &err), KIN_ECORRUPT);
    kin_free(bytes);
    unmake(&made);
}
END_TEST

START_TEST(a_path_that_leads_outside_is_told)
{
    static const char *const names[] = {"../x", "/etc/x", "a/../../x", "a/.."};
    struct made made = make();
    for (size_t i = 0; i < KIN_COUNT(names); i++) {
        struct parts parts;
        unpack(made.path, &parts);
        snprintf(parts.list[3].name, sizeof parts.list[3].name, "%s", names[i]);
        pack(made.path, &parts);
        ck_read_fails(made.path, KIN_EDATA, "has a path that leads outside");
        snprintf(parts.list[3].name, sizeof parts.list[3].name, "%s", "..x/y..");
        pack(made.path, &parts);
        struct kin_error err = {0};
        ck_ok(read_all(made.path, &err));
        parts_free(&parts);
    }
    unmake(&made);
}
END_TEST

START_TEST(no_terminal_obeys_a_snapshot)
{
    struct made made = make();
    struct kin_error err = {0};
    struct kin_snapshot *snapshot = NULL;
    struct parts parts;
    unpack(made.path, &parts);
    snprintf(parts.list[3].name, sizeof parts.list[3].name, "a\033[2Jb");
    pack(made.path, &parts);
    ck_read_fails(made.path, KIN_EDATA, "a member with a name that no snapshot uses");
    memcpy(parts.list[0].bytes, "\033[2J", 4);
    pack(made.path, &parts);
    ck_assert_int_eq(kin_snapshot_read(made.path, &snapshot, &err), KIN_ECORRUPT);
    ck_assert_ptr_null(strchr(err.text, '\033'));
    parts_free(&parts);
    unmake(&made);
}
END_TEST

START_TEST(what_is_no_plain_file_is_told)
{
    static const unsigned types[] = {AE_IFLNK, AE_IFDIR, AE_IFIFO, AE_IFCHR};
    struct made made = make();
    for (size_t i = 0; i < KIN_COUNT(types); i++) {
        struct parts parts;
        unpack(made.path, &parts);
        add_part(&parts, "link", "", 0)->type = types[i];
        pack(made.path, &parts);
        ck_read_fails(made.path, KIN_EDATA, "is no plain file");
        parts_free(&parts);
        save_samples(made.cache, SAMPLES, &(struct kin_snapshot_options){0}, made.path, true);
    }
    unmake(&made);
}
END_TEST

START_TEST(heads_stand_in_order)
{
    struct made made = make();
    struct kin_error err = {0};
    struct kin_snapshot *snapshot = NULL;
    struct parts parts;
    unpack(made.path, &parts);
    struct part first = parts.list[0];
    parts.list[0] = parts.list[1];
    parts.list[1] = first;
    pack(made.path, &parts);
    ck_assert_int_eq(kin_snapshot_read(made.path, &snapshot, &err), KIN_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "'claims.txt' stands where 'manifest.json' should"));
    parts_free(&parts);
    add_part(&parts, KIN_MANIFEST, "", 0);
    kin_free(parts.list[0].bytes);
    parts.list[0].length = KIN_MANIFEST_MOST + 1;
    parts.list[0].bytes = kin_alloc(parts.list[0].length, 1);
    pack(made.path, &parts);
    ck_assert_int_eq(kin_snapshot_read(made.path, &snapshot, &err), KIN_EDATA);
    ck_assert_ptr_nonnull(strstr(err.text, "has 1048577 bytes, at most 1048576 are taken"));
    parts_free(&parts);
    unmake(&made);
}
END_TEST

TEST_MAIN("snapshot file", reads_what_was_written, the_seal_finds_what_is_cut_or_changed,
          a_path_that_leads_outside_is_told, no_terminal_obeys_a_snapshot,
          what_is_no_plain_file_is_told, heads_stand_in_order)
