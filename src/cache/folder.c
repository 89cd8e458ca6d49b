/* The folder of the cache: what makes it unusable, found out before work starts. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cache/store.h"
#include "kindred/log.h"
#include "kindred/memory.h"

/* Numbers of statfs(2), linux/magic.h and the file systems' own sources. FUSE is listed because
 * sshfs, gluster and most cloud mounts are FUSE, and statfs does not tell them from local ones. */
const char *kin_folder_network_name(uint64_t magic)
{
    static const struct {
        uint32_t magic;
        const char *name;
    } networks[] = {
        {0x6969, "NFS"},        {0xFF534D42, "CIFS"},   {0xFE534D42, "SMB2"},
        {0x517B, "SMB"},        {0x0BD00BD0, "Lustre"}, {0x47504653, "GPFS"},
        {0x19830326, "BeeGFS"}, {0x01021997, "9p"},     {0x65735546, "FUSE"},
        {0x00C36400, "Ceph"},   {0x5346414F, "AFS"},    {0x6B414653, "kAFS"},
        {0x73757245, "Coda"},   {0x01161970, "GFS2"},   {0x7461636F, "OCFS2"},
        {0xAAD7AAEA, "PanFS"},  {0x564C, "NCP"},        {0x20030528, "OrangeFS"},
        {0x786F4256, "vboxsf"}, {0xBACBACBC, "vmhgfs"},
    };
    for (size_t i = 0; i < KIN_COUNT(networks); i++) {
        if (networks[i].magic == (uint32_t)magic)
            return networks[i].name;
    }
    return NULL;
}

static int access_status(int sys_errno)
{
    if (sys_errno == ENOENT || sys_errno == ENOTDIR)
        return KIN_ENOTFOUND;
    if (sys_errno == ENOSPC || sys_errno == EDQUOT)
        return KIN_EFULL;
    return sys_errno == EACCES || sys_errno == EPERM || sys_errno == EROFS ? KIN_EACCESS : KIN_EIO;
}

/* mkdir -p */
static int make_folder(const char *folder, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *path = kin_strdup(folder);
    if (!path)
        return kin_fail(err, KIN_ENOMEM, "no memory for a path");
    for (char *slash = path + 1; *path && *slash; slash++) {
        if (*slash != '/')
            continue;
        *slash = '\0';
        mkdir(path, 0777); /* what is wrong shows at the last one */
        *slash = '/';
    }
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return kin_fail_errno(err, access_status(errno), errno,
                              "the cache folder '%s' cannot be made: make it, or choose another "
                              "with --cache",
                              folder);
    return 0;
}

uint64_t kin_folder_space(const char *folder)
{
    struct statvfs space;
    if (statvfs(folder, &space) != 0)
        return UINT64_MAX;
    return (uint64_t)space.f_bavail * space.f_frsize;
}

int kin_folder_lock(const char *folder, bool alone, bool try, int *fd, struct kin_error *err)
{
    *fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return 0; /* LMDB says it better, or does without */
    int how = alone ? LOCK_EX : LOCK_SH;
    int rc = flock(*fd, how | LOCK_NB);
    if (rc != 0 && errno == EWOULDBLOCK && !try) {
        kin_log(KIN_LOG_WARN, "waiting for the cache '%s': %s", folder,
                alone ? "other programs use it" : "'kindred cache compact' is at work");
        while ((rc = flock(*fd, how)) != 0 && errno == EINTR)
            continue;
    }
    if (rc == 0)
        return 0;
    int failed = errno;
    close(*fd);
    *fd = -1;
    if (failed != EWOULDBLOCK)
        return 0;
    return kin_fail(err, KIN_EUNUSABLE,
                    "other programs use the cache '%s': wait for them to end, or say --wait",
                    folder);
}

int kin_folder_reserve_lock(const char *folder, bool read_only, size_t bytes, struct kin_error *err)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/lock.mdb", folder);
    int fd = open(path, O_RDWR | O_CLOEXEC | (read_only ? 0 : O_CREAT), 0666);
    if (fd < 0)
        return 0; /* LMDB says it better, or does without */
    int failed = fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) != 0 ? errno : 0;
    close(fd);
    if (failed == ENOSPC || failed == EDQUOT)
        return kin_fail_errno(err, KIN_EFULL, failed,
                              "the disk of the cache folder '%s' is full, %llu KiB left: free some "
                              "space, or choose another folder with --cache",
                              folder, (unsigned long long)(kin_folder_space(folder) >> 10));
    return 0;
}

static int check_file_system(const char *folder, struct kin_error *err)
{
    struct statfs fs;
    if (statfs(folder, &fs) != 0)
        return kin_fail_errno(err, access_status(errno), errno, "opening the cache folder '%s'",
                              folder);
    const char *network = kin_folder_network_name((uint64_t)fs.f_type);
    if (network)
        return kin_fail(
            err, KIN_EUNUSABLE,
            "the cache folder '%s' is on a network file system (%s), where its locks and "
            "maps are not safe: choose a folder on a local disk with --cache, and exchange "
            "results with 'kindred snapshot'",
            folder, network);
    return 0;
}

static int check_writable(const char *folder, struct kin_error *err)
{
    if (access(folder, W_OK | X_OK) != 0)
        return kin_fail_errno(err, access_status(errno), errno,
                              "the cache folder '%s' cannot be written: ask its owner, or choose "
                              "another with --cache",
                              folder);
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    for (size_t i = 0; i < KIN_COUNT(files); i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        if (access(path, R_OK | W_OK) != 0 && errno != ENOENT)
            return kin_fail_errno(err, access_status(errno), errno,
                                  "'%s' cannot be written: ask its owner, or choose another cache "
                                  "with --cache",
                                  path);
    }
    return 0;
}

int kin_folder_prepare(const char *folder, bool read_only, struct kin_error *err)
{
    if (strlen(folder) > 4000)
        return kin_fail(err, KIN_EINVAL, "the path of the cache folder is too long");
    if (!read_only)
        KIN_TRY(make_folder(folder, err));
    struct stat st;
    if (stat(folder, &st) != 0)
        return kin_fail_errno(err, access_status(errno), errno, "there is no cache in '%s'",
                              folder);
    if (!S_ISDIR(st.st_mode))
        return kin_fail(err, KIN_EUNUSABLE, "the cache '%s' is a file, wanted a folder", folder);
    KIN_TRY(check_file_system(folder, err));
    return read_only ? 0 : check_writable(folder, err);
}

/* One of the two head pages of an LMDB file: page header (16 bytes), then struct MDB_meta, on a
 * little-endian machine with 64 bits. Only what tells a whole file from another one. */
#define HEAD_BYTES 152
#define LMDB_MAGIC 0xBEEFC0DEu
#define LMDB_VERSION 1
#define LMDB_META_FLAG 0x08
#define LMDB_NO_PAGE UINT64_MAX

#define LMDB_TREE_FLAGS 0x03 /* branch or leaf */

struct head {
    uint64_t page_bytes, last_page, txn;
    uint64_t roots[2]; /* of the free list and of the tables */
};

static bool read_head(int fd, off_t at, struct head *out)
{
    unsigned char b[HEAD_BYTES];
    if (pread(fd, b, sizeof b, at) != HEAD_BYTES)
        return false;
    out->page_bytes = kin_store_unpack(b + 40, 4);
    out->last_page = kin_store_unpack(b + 136, 8);
    out->txn = kin_store_unpack(b + 144, 8);
    uint64_t pages = out->last_page + 1;
    for (size_t i = 0; i < KIN_COUNT(out->roots); i++)
        out->roots[i] = kin_store_unpack(b + 80 + 48 * i, 8);
    return (kin_store_unpack(b + 10, 2) & LMDB_META_FLAG) &&
           kin_store_unpack(b + 16, 4) == LMDB_MAGIC &&
           kin_store_unpack(b + 20, 4) == LMDB_VERSION && out->page_bytes >= 512 &&
           out->page_bytes <= 65536 && (out->page_bytes & (out->page_bytes - 1)) == 0 &&
           pages >= 2 && pages < (uint64_t)1 << 40;
}

/* Whether the root pages say that they are what they should be. */
static bool check_roots(int fd, const struct head *head)
{
    for (size_t i = 0; i < KIN_COUNT(head->roots); i++) {
        unsigned char b[16];
        uint64_t root = head->roots[i];
        if (root == LMDB_NO_PAGE)
            continue;
        if (root > head->last_page ||
            pread(fd, b, sizeof b, (off_t)(root * head->page_bytes)) != sizeof b ||
            kin_store_unpack(b, 8) != root || !(kin_store_unpack(b + 10, 2) & LMDB_TREE_FLAGS))
            return false;
    }
    return true;
}

static int check_heads(int fd, uint64_t size, bool *cut)
{
    struct head first, second;
    if (!read_head(fd, 0, &first) || !read_head(fd, (off_t)first.page_bytes, &second) ||
        second.page_bytes != first.page_bytes)
        return -1;
    /* As LMDB chooses. The other one may hold the rest of a write that failed. */
    const struct head *newest = first.txn < second.txn ? &second : &first;
    *cut = size < (newest->last_page + 1) * newest->page_bytes;
    return check_roots(fd, newest) ? 0 : -1;
}

int kin_folder_check_data(const char *folder, bool *exists, bool *cut, struct kin_error *err)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    *exists = false;
    *cut = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return kin_fail_errno(err, access_status(errno), errno, "opening '%s'", path);
    struct stat st;
    int failed = fstat(fd, &st) != 0 ? errno : 0;
    bool bad = failed || !S_ISREG(st.st_mode);
    /* An empty file is what a process leaves that was killed while it made the cache. */
    if (!bad && st.st_size > 0) {
        *exists = true;
        bad = check_heads(fd, (uint64_t)st.st_size, cut) != 0;
    }
    close(fd);
    if (failed)
        return kin_fail_errno(err, KIN_EIO, failed, "reading '%s'", path);
    if (bad)
        return kin_fail(
            err, KIN_EUNUSABLE,
            "'%s' is not a cache, or its first pages are damaged: move it away, or choose "
            "another folder with --cache",
            path);
    return 0;
}
