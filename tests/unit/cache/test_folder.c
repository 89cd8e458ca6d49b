/*
 * What makes a folder unusable. File systems that a test cannot mount are played: this program's
 * own statfs, fallocate, access and pwrite stand before those of the C library, also for LMDB.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cache/store.h"
#include "cache_support.h"

static struct {
    long magic;
    int fallocate_errno, access_errno, write_errno;
} played; /* changes: it is the world outside */

int statfs(const char *path, struct statfs *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fstatfs(fd, out);
    if (fd >= 0)
        close(fd);
    if (rc == 0 && played.magic)
        out->f_type = played.magic;
    return rc;
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
    (void)fd, (void)mode, (void)offset, (void)length;
    errno = played.fallocate_errno;
    return played.fallocate_errno ? -1 : 0;
}

int access(const char *path, int mode)
{
    errno = played.access_errno;
    return played.access_errno ? -1 : faccessat(AT_FDCWD, path, mode, 0);
}

/* LMDB writes its pages with these two. */
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    if (played.write_errno && n > 1) {
        errno = played.write_errno;
        return -1;
    }
    const struct iovec vector = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = n};
    return pwritev2(fd, &vector, 1, at, 0);
}

ssize_t pwritev(int fd, const struct iovec *vectors, int n, off_t at)
{
    errno = played.write_errno;
    return played.write_errno ? -1 : pwritev2(fd, vectors, n, at, 0);
}

ssize_t writev(int fd, const struct iovec *vectors, int n)
{
    errno = played.write_errno;
    return played.write_errno ? -1 : pwritev2(fd, vectors, n, -1, 0);
}

static int try_open(const char *folder, struct kin_error *err)
{
    struct kin_cache *cache = NULL;
    int status = kin_cache_open(&(struct kin_cache_options){.folder = folder}, &cache, err);
    kin_cache_close(cache);
    return status;
}

START_TEST(refuses_a_network_file_system)
{
    static const struct {
        long magic;
        const char *name;
    } cases[] = {{0x6969, "NFS"}, {0x0BD00BD0, "Lustre"}, {0x65735546, "FUSE"}};
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        played.magic = cases[i].magic;
        ck_assert_int_eq(try_open(folder, &err), KIN_EUNUSABLE);
        char text[600];
        snprintf(text, sizeof text,
                 "the cache folder '%s' is on a network file system (%s), where its locks and maps "
                 "are not safe: choose a folder on a local disk with --cache, and exchange results "
                 "with 'kindred snapshot'",
                 folder, cases[i].name);
        ck_assert_str_eq(err.text, text);
    }
    played.magic = 0xEF53;
    ck_ok(try_open(folder, &err));
    played.magic = 0;
    remove_folder(folder);
}
END_TEST

START_TEST(says_that_a_quota_is_used_up)
{
    static const int reasons[] = {EDQUOT, ENOSPC};
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    for (size_t i = 0; i < KIN_COUNT(reasons); i++) {
        played.fallocate_errno = reasons[i];
        ck_assert_int_eq(try_open(folder, &err), KIN_EFULL);
        ck_assert_ptr_nonnull(strstr(err.text, "the disk of the cache folder"));
        ck_assert_ptr_nonnull(strstr(err.text, strerror(reasons[i])));
    }
    played.fallocate_errno = EOPNOTSUPP; /* a file system that cannot is none that is full */
    ck_ok(try_open(folder, &err));
    played.fallocate_errno = 0;
    remove_folder(folder);
}
END_TEST

/* Before a write nothing is known of quotas: what was there stays readable. */
START_TEST(survives_a_quota_that_ends_while_writing)
{
    static const int reasons[] = {EDQUOT, ENOSPC, EIO};
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    put_made(cache, 5000, 1, false);
    for (size_t i = 0; i < KIN_COUNT(reasons); i++) {
        struct kin_cache_batch *batch = kin_batch_new(cache);
        add_made(batch, 5000, 10 + i, false);
        played.write_errno = reasons[i];
        int status = kin_cache_write(cache, batch, &err);
        played.write_errno = 0;
        ck_assert_int_eq(status, reasons[i] == EIO ? KIN_EIO : KIN_EFULL);
        ck_assert_ptr_nonnull(strstr(err.text, folder));
        ck_assert_ptr_nonnull(strstr(err.text, strerror(reasons[i])));
        ck_assert(has_made(cache, 5000, 1));
        put_made(cache, 5000, 20 + i, false); /* and it goes on when there is room */
    }
    kin_cache_close(cache);
    uint64_t bad;
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
    remove_folder(folder);
}
END_TEST

START_TEST(says_that_it_may_not_write)
{
    static const int reasons[] = {EACCES, EROFS};
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    for (size_t i = 0; i < KIN_COUNT(reasons); i++) {
        char text[600];
        played.access_errno = reasons[i];
        ck_assert_int_eq(try_open(folder, &err), KIN_EACCESS);
        snprintf(text, sizeof text,
                 "the cache folder '%s' cannot be written: ask its owner, or choose another with "
                 "--cache: %s",
                 folder, strerror(reasons[i]));
        ck_assert_str_eq(err.text, text);
    }
    played.access_errno = 0;
    remove_folder(folder);
}
END_TEST

/* One that is alone waits for the others, or says that there are some. */
START_TEST(locks_its_folder)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    int first, second, third;
    ck_ok(kin_folder_lock(folder, false, false, &first, &err));
    ck_ok(kin_folder_lock(folder, false, false, &second, &err));
    ck_assert_int_eq(kin_folder_lock(folder, true, true, &third, &err), KIN_EUNUSABLE);
    close(first);
    close(second);
    ck_ok(kin_folder_lock(folder, true, true, &third, &err));
    ck_assert_int_eq(kin_folder_lock(folder, false, true, &first, &err), KIN_EUNUSABLE);
    close(third);
    ck_ok(kin_folder_lock("/nowhere/at/all", true, true, &third, &err));
    ck_assert_int_eq(third, -1);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("folder", refuses_a_network_file_system, says_that_a_quota_is_used_up,
          survives_a_quota_that_ends_while_writing, says_that_it_may_not_write, locks_its_folder)
