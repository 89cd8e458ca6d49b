#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "cache_support.h"

static const char *folder;
static char path[400];

static void write_text(const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 60000000}, NULL);
}

static struct kin_digest digest_of_path(struct kin_cache *cache)
{
    struct kin_error err = {0};
    struct kin_digest digest;
    ck_ok(kin_cache_file_digest(cache, path, &digest, &err));
    return digest;
}

static struct kin_cache *set_up(void)
{
    folder = fresh_folder();
    snprintf(path, sizeof path, "%s/file", folder);
    return open_cache(folder);
}

static size_t entries(struct kin_cache *cache)
{
    struct kin_error err = {0};
    struct kin_cache_stat stat;
    struct kin_cache_batch *batch = kin_batch_new(cache); /* waits for what is queued */
    ck_ok(kin_cache_write(cache, batch, &err));
    ck_ok(kin_cache_stat(cache, &stat, &err));
    return stat.files;
}

#define ck_same(digest, text)                                                                 \
    do {                                                                                      \
        struct kin_digest ck_wanted = name_digest(text), ck_got = digest;                     \
        ck_assert_msg(kin_digest_equal(&ck_wanted, &ck_got), "not the digest of '%s'", text); \
    } while (0)

START_TEST(gives_the_digest_of_the_bytes)
{
    struct kin_cache *cache = set_up();
    write_text("some bytes");
    ck_same(digest_of_path(cache), "some bytes");
    ck_same(digest_of_path(cache), "some bytes");
    ck_assert_uint_eq(entries(cache), 1);
    write_text("");
    ck_same(digest_of_path(cache), "");
    struct kin_error err = {0};
    struct kin_digest big = digest_of_made(3000000, 7), got;
    unsigned char *bytes = make_bytes(3000000, 7);
    ck_ok(kin_write_file(path, bytes, 3000000, &err));
    kin_free(bytes);
    got = digest_of_path(cache);
    ck_assert(kin_digest_equal(&big, &got));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* Puts the right checksum at the end of a value: of key and all before it. */
static void sign(const unsigned char key[16], unsigned char *value, size_t n)
{
    unsigned char all[200];
    memcpy(all, key, 16);
    memcpy(all + 16, value, n - 8);
    struct kin_digest digest = kin_digest_of(all, 16 + n - 8);
    memcpy(value + n - 8, digest.bytes, 8);
}

/* The point of it: an unchanged file is not read again. Seen through an entry that lies. */
START_TEST(believes_an_entry_of_an_unchanged_file)
{
    struct kin_error err = {0};
    struct kin_cache *cache = set_up();
    write_text("first");
    rest();
    ck_same(digest_of_path(cache), "first");
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    unsigned char key[16];
    memcpy(key, &st.st_dev, 8);
    memcpy(key + 8, &st.st_ino, 8);
    ck_assert_uint_eq(entries(cache), 1);
    unsigned char *value;
    size_t n;
    ck_ok(kin_cache_record(cache, "files", key, sizeof key, (void **)&value, &n, &err));
    struct kin_digest lie = name_digest("a lie");
    memcpy(value + 32, lie.bytes, sizeof lie.bytes);
    sign(key, value, n);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_batch_record(batch, "files", key, sizeof key, value, n, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    ck_same(digest_of_path(cache), "a lie");
    value[32] ^= 1; /* damaged it is not believed, and read anew */
    batch = kin_batch_new(cache);
    ck_ok(kin_batch_record(batch, "files", key, sizeof key, value, n, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    uint64_t bad;
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 1);
    ck_same(digest_of_path(cache), "first");
    ck_assert_uint_eq(entries(cache), 1);
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0); /* ctime moves, mtime does not */
    ck_same(digest_of_path(cache), "first");
    batch = kin_batch_new(cache);
    ck_ok(kin_batch_record(batch, "files", key, sizeof key, value, n - 1, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    ck_same(digest_of_path(cache), "first"); /* an entry that makes no sense */
    kin_free(value);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* Same size, changed at once after reading, within one tick of the file system's clock. */
START_TEST(is_not_fooled_within_a_tick)
{
    struct kin_cache *cache = set_up();
    for (int i = 0; i < 200; i++) {
        char text[20];
        snprintf(text, sizeof text, "version %06d", i);
        write_text(text);
        ck_same(digest_of_path(cache), text);
    }
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(notices_changes)
{
    struct kin_cache *cache = set_up();
    write_text("one");
    rest();
    ck_same(digest_of_path(cache), "one");
    rest();
    write_text("two");
    ck_same(digest_of_path(cache), "two");
    rest();
    ck_same(digest_of_path(cache), "two");
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    rest();
    write_text("six");
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    ck_same(digest_of_path(cache), "six");
    char other[400];
    snprintf(other, sizeof other, "%s/other", folder);
    ck_assert_int_eq(rename(path, other), 0);
    write_text("new");
    ck_same(digest_of_path(cache), "new");
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(says_what_cannot_be_read)
{
    struct kin_error err = {0};
    struct kin_cache *cache = set_up();
    struct kin_digest digest;
    ck_assert_int_eq(kin_cache_file_digest(cache, path, &digest, &err), KIN_ENOTFOUND);
    char text[500];
    snprintf(text, sizeof text, "reading '%s': No such file or directory", path);
    ck_assert_str_eq(err.text, text);
    ck_assert_int_eq(kin_cache_file_digest(cache, folder, &digest, &err), KIN_EIO);
    snprintf(text, sizeof text, "'%s' is no file", folder);
    ck_assert_str_eq(err.text, text);
    if (geteuid() != 0) {
        write_text("secret");
        chmod(path, 0);
        ck_assert_int_eq(kin_cache_file_digest(cache, path, &digest, &err), KIN_EACCESS);
    }
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(survives_every_failed_allocation)
{
    struct kin_cache *cache = set_up();
    write_text("text");
    int status = KIN_ENOMEM;
    for (unsigned long n = 1; n < 20; n++) {
        struct kin_error err = {0};
        struct kin_digest digest;
        kin_memory_fail_nth(n);
        status = kin_cache_file_digest(cache, path, &digest, &err);
        kin_memory_fail_nth(0);
        ck_assert(status == 0 || status == KIN_ENOMEM);
        if (status == 0)
            ck_same(digest, "text");
    }
    ck_assert_int_eq(status, 0);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(works_without_writing)
{
    struct kin_error err = {0};
    struct kin_cache *cache = set_up();
    kin_cache_close(cache);
    ck_ok(kin_cache_open(&(struct kin_cache_options){.folder = folder, .read_only = true}, &cache,
                         &err));
    write_text("text");
    ck_same(digest_of_path(cache), "text");
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("stat_files", gives_the_digest_of_the_bytes, believes_an_entry_of_an_unchanged_file,
          is_not_fooled_within_a_tick, notices_changes, says_what_cannot_be_read,
          survives_every_failed_allocation, works_without_writing)
