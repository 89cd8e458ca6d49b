#include "snapshot_support.h"

START_TEST(nothing_but_content_is_written)
{
    const char *folder = fresh_folder();
    const char *path = in_folder(folder, "s.tar.zst");
    struct kin_cache *cache = open_cache(folder);
    fill_samples(cache, false);
    save_samples(cache, SAMPLES, &(struct kin_snapshot_options){0}, path, false);
    static const char *const names[] = {"manifest.json",    "claims.txt", "objects.txt",
                                        "packs/000000",     "objects/",   "objects/",
                                        "observations.json"};
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    size_t n = 0;
    archive_read_support_filter_zstd(archive);
    archive_read_support_format_tar(archive);
    ck_assert_int_eq(archive_read_open_filename(archive, path, 1 << 16), ARCHIVE_OK);
    for (; archive_read_next_header(archive, &entry) == ARCHIVE_OK; n++) {
        ck_assert(strncmp(archive_entry_pathname(entry), names[n], strlen(names[n])) == 0);
        ck_assert_int_eq(archive_entry_mtime(entry), 0);
        ck_assert_int_eq(archive_entry_uid(entry), 0);
        ck_assert_int_eq(archive_entry_gid(entry), 0);
        ck_assert_int_eq(archive_entry_perm(entry), 0644);
        const char *user = archive_entry_uname(entry);
        ck_assert(!user || !*user);
    }
    ck_assert_uint_eq(n, KIN_COUNT(names));
    archive_read_free(archive);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(what_cannot_be_written_leaves_nothing)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_snapshot_builder *builder = NULL;
    struct kin_snapshot_saved saved;
    fill_samples(cache, false);
    ck_ok(kin_snapshot_begin(cache, &(struct kin_snapshot_options){0}, &builder, &err));
    ck_assert_int_eq(
        kin_snapshot_write(builder, in_folder(folder, "none/s.tar.zst"), true, NULL, &saved, &err),
        KIN_EACCESS);
    ck_assert_ptr_nonnull(strstr(err.text, "cannot write '"));
    kin_snapshot_end(builder);
    /* bytes that are lost between gathering and writing */
    ck_ok(kin_snapshot_begin(cache, &(struct kin_snapshot_options){0}, &builder, &err));
    add_sample(builder, cache, 0);
    struct kin_digest digest = put_made(cache, 1000, 99, true);
    unsigned char *bytes = make_bytes(1000, 99);
    ck_ok(kin_snapshot_add_object(builder, &digest, "audio", bytes, 1000, &err));
    kin_free(bytes);
    ck_ok(kin_snapshot_write(builder, in_folder(folder, "t.tar.zst"), true, NULL, &saved, &err));
    ck_assert_uint_eq(saved.left_out, 1); /* temporary: never in a snapshot */
    kin_snapshot_end(builder);
    ck_assert_int_ne(access(in_folder(folder, "s.tar.zst"), F_OK), 0);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("snapshot archive", nothing_but_content_is_written, what_cannot_be_written_leaves_nothing)
