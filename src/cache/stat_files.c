/*
 * The stat cache: digests of files, remembered under device and inode in the record table «files»,
 * believed while size, mtime and ctime are what they were.
 *
 * A file that changes twice within one tick of its clock looks the same after both changes. So, as
 * git does it, an entry is believed only when the file had been left alone for more than a tick
 * when it was read. ctime is compared as well: it notices what sets mtime back (cp -p, touch -r).
 *
 *   key    device 8, inode 8
 *   value  size 8, mtime 8, ctime 8, time of reading 8 (ns since 1970), digest 16, checksum 8: the
 *          beginning of the digest of key and all before it
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cache/writer.h"
#include "kindred/memory.h"

#define TABLE "files"
#define KEY_BYTES 16
#define SUM_BYTES 8
#define VALUE_BYTES (48 + SUM_BYTES)
#define READ_BYTES ((size_t)1 << 18)
#define ATTEMPTS 3

/* Linux stamps files with the time of its last timer tick, at most 10 ms old; a file system that
 * keeps whole seconds (or two, as FAT does) shows zero nanoseconds. */
#define TICK_NS 20000000
#define COARSE_TICK_NS 2000000000

static int64_t ns_of(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return ns_of(&t);
}

static void make_key(const struct stat *st, unsigned char out[KEY_BYTES])
{
    kin_store_pack(out, (uint64_t)st->st_dev, 8);
    kin_store_pack(out + 8, (uint64_t)st->st_ino, 8);
}

static void make_sum(const unsigned char key[KEY_BYTES], const unsigned char *value,
                     unsigned char out[SUM_BYTES])
{
    unsigned char all[KEY_BYTES + VALUE_BYTES - SUM_BYTES];
    memcpy(all, key, KEY_BYTES);
    memcpy(all + KEY_BYTES, value, VALUE_BYTES - SUM_BYTES);
    struct kin_digest digest = kin_digest_of(all, sizeof all);
    memcpy(out, digest.bytes, SUM_BYTES);
}

static void make_value(const struct stat *st, int64_t read_ns, const struct kin_digest *digest,
                       unsigned char out[VALUE_BYTES])
{
    unsigned char key[KEY_BYTES];
    make_key(st, key);
    kin_store_pack(out, (uint64_t)st->st_size, 8);
    kin_store_pack(out + 8, (uint64_t)ns_of(&st->st_mtim), 8);
    kin_store_pack(out + 16, (uint64_t)ns_of(&st->st_ctim), 8);
    kin_store_pack(out + 24, (uint64_t)read_ns, 8);
    memcpy(out + 32, digest->bytes, sizeof digest->bytes);
    make_sum(key, out, out + VALUE_BYTES - SUM_BYTES);
}

bool kin_file_sound(const void *key, size_t key_length, const MDB_val *value)
{
    unsigned char sum[SUM_BYTES];
    if (key_length != KEY_BYTES || value->mv_size != VALUE_BYTES)
        return false;
    make_sum(key, value->mv_data, sum);
    return memcmp(sum, (const unsigned char *)value->mv_data + VALUE_BYTES - SUM_BYTES,
                  SUM_BYTES) == 0;
}

static bool is_old_enough(const struct timespec *stamp, int64_t read_ns)
{
    int64_t tick = stamp->tv_nsec == 0 ? COARSE_TICK_NS : TICK_NS;
    return ns_of(stamp) < read_ns - tick;
}

static bool believe(const struct stat *st, const MDB_val *value, struct kin_digest *out)
{
    const unsigned char *b = value->mv_data;
    if (value->mv_size != VALUE_BYTES)
        return false;
    int64_t read_ns = (int64_t)kin_store_unpack(b + 24, 8);
    unsigned char wanted[VALUE_BYTES];
    memcpy(out->bytes, b + 32, sizeof out->bytes);
    make_value(st, read_ns, out, wanted);
    return memcmp(b, wanted, VALUE_BYTES) == 0 && is_old_enough(&st->st_mtim, read_ns) &&
           is_old_enough(&st->st_ctim, read_ns);
}

static int look_up(struct kin_cache *cache, const struct stat *st, bool *found,
                   struct kin_digest *out, struct kin_error *err)
{
    unsigned char key[KEY_BYTES], full[KIN_RECORD_KEY];
    make_key(st, key);
    size_t n = kin_record_key(TABLE, key, KEY_BYTES, full);
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    MDB_val value;
    int rc = kin_store_get(cache, txn, KIN_TABLE_RECORD, full, n, &value);
    *found = rc == 0 && believe(st, &value, out);
    kin_store_end(cache, txn);
    return rc == 0 || rc == MDB_NOTFOUND ? 0 : kin_store_fail(cache, rc, err, "looking up a file");
}

/* Forgetting costs a read of the file next time, so what goes wrong here is no error. */
static void remember(struct kin_cache *cache, const struct stat *st, int64_t read_ns,
                     const struct kin_digest *digest)
{
    struct kin_cache_batch *batch = cache->read_only ? NULL : kin_batch_new(cache);
    if (!batch)
        return;
    unsigned char key[KEY_BYTES], value[VALUE_BYTES];
    make_key(st, key);
    make_value(st, read_ns, digest, value);
    if (kin_batch_record(batch, TABLE, key, KEY_BYTES, value, VALUE_BYTES, NULL) == 0)
        (void)kin_cache_write_later(cache, batch, NULL, NULL, NULL);
    else
        kin_batch_free(batch);
}

static int fail_file(const char *path, int sys_errno, struct kin_error *err)
{
    int status = sys_errno == ENOENT || sys_errno == ENOTDIR ? KIN_ENOTFOUND
                 : sys_errno == EACCES || sys_errno == EPERM ? KIN_EACCESS
                                                             : KIN_EIO;
    return kin_fail_errno(err, status, sys_errno, "reading '%s'", path);
}

static int hash_blocks(int fd, const char *path, unsigned char *block,
                       struct kin_digest_stream *stream, struct kin_error *err)
{
    off_t at = 0;
    for (;;) {
        ssize_t n = pread(fd, block, READ_BYTES, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_file(path, errno, err);
        if (n == 0)
            return 0;
        kin_digest_stream_add(stream, block, (size_t)n);
        at += n;
    }
}

static int hash_file(int fd, const char *path, struct kin_digest *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) unsigned char *block = NULL;
    KIN_TRY(kin_alloc_into(&block, READ_BYTES, 1, err));
    struct kin_digest_stream *stream = kin_digest_stream_new();
    if (!stream)
        return kin_fail(err, KIN_ENOMEM, "no memory for a digest");
    int status = hash_blocks(fd, path, block, stream, err);
    if (status != 0) {
        kin_digest_stream_free(stream);
        return status;
    }
    *out = kin_digest_stream_end(stream);
    return 0;
}

static bool unchanged(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && ns_of(&a->st_mtim) == ns_of(&b->st_mtim) &&
           ns_of(&a->st_ctim) == ns_of(&b->st_ctim);
}

/* Reads until the file was the same before and after. */
static int read_file(struct kin_cache *cache, int fd, const char *path, struct stat *st,
                     struct kin_digest *out, struct kin_error *err)
{
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int64_t read_ns = now_ns();
        struct stat after;
        KIN_TRY(hash_file(fd, path, out, err));
        if (fstat(fd, &after) != 0)
            return fail_file(path, errno, err);
        if (unchanged(st, &after)) {
            remember(cache, st, read_ns, out);
            return 0;
        }
        *st = after;
    }
    return kin_fail(err, KIN_EIO, "'%s' changes while it is read", path);
}

static int digest_of_open(struct kin_cache *cache, int fd, const char *path, struct kin_digest *out,
                          struct kin_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fail_file(path, errno, err);
    if (!S_ISREG(st.st_mode))
        return kin_fail(err, KIN_EIO, "'%s' is no file", path);
    bool found;
    KIN_TRY(look_up(cache, &st, &found, out, err));
    return found ? 0 : read_file(cache, fd, path, &st, out, err);
}

/* Not opened when it is believed: a warm run over many files should only stat them. */
static int try_unopened(struct kin_cache *cache, const char *path, bool *found,
                        struct kin_digest *out, struct kin_error *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return fail_file(path, errno, err);
    if (!S_ISREG(st.st_mode))
        return kin_fail(err, KIN_EIO, "'%s' is no file", path);
    return look_up(cache, &st, found, out, err);
}

int kin_cache_file_digest(struct kin_cache *cache, const char *path, struct kin_digest *out,
                          struct kin_error *err)
{
    struct kin_digest digest;
    bool found = false;
    KIN_TRY(try_unopened(cache, path, &found, &digest, err));
    if (!found) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            return fail_file(path, errno, err);
        int status = digest_of_open(cache, fd, path, &digest, err);
        close(fd);
        KIN_TRY(status);
    }
    *out = digest;
    return 0;
}
