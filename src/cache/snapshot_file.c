/*
 * Reading the archive, member by member, and its seal.
 *
 * The seal is the end of the file: a skippable frame of zstd, which every decoder passes over, with
 * the XXH3 of all bytes before it. It finds what happens to a file by accident, also where it would
 * change nothing that is unpacked; who forges a file can forge it, and meets SHA-256 and signature.
 *
 *   4 bytes 50 2a 4d 18    4 bytes length, 24    8 bytes «KINSEAL1»    16 bytes digest
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/snapshot_parts.h"
#include "kindred/memory.h"

#define BUFFER ((size_t)1 << 16)

struct kin_snapshot_file {
    char *path;
    int fd;
    struct archive *archive;
    struct archive_entry *entry;
    struct kin_digest_stream *sealed;
    uint64_t at, size; /* bytes read of the file, and how many it has */
    unsigned char seal[KIN_SEAL_BYTES], buffer[BUFFER];
    int sys_errno; /* of a read that failed */
};

void kin_snapshot_seal_make(const struct kin_digest *digest, unsigned char out[KIN_SEAL_BYTES])
{
    static const unsigned char head[16] = {0x50, 0x2a, 0x4d, 0x18, 24,  0,   0,   0,
                                           'K',  'I',  'N',  'S',  'E', 'A', 'L', '1'};
    memcpy(out, head, sizeof head);
    memcpy(out + sizeof head, digest->bytes, sizeof digest->bytes);
}

const char *kin_snapshot_file_path(const struct kin_snapshot_file *file)
{
    return file->path;
}

/* ---- bytes ---- */

/* Bytes of the file that are not its seal go into the digest, the others are kept. */
static void account(struct kin_snapshot_file *file, const unsigned char *bytes, size_t n)
{
    uint64_t body = file->size < KIN_SEAL_BYTES ? 0 : file->size - KIN_SEAL_BYTES;
    size_t sealed = file->at >= body ? 0 : body - file->at < n ? (size_t)(body - file->at) : n;
    kin_digest_stream_add(file->sealed, bytes, sealed);
    for (size_t i = sealed; i < n; i++)
        if (file->at + i - body < KIN_SEAL_BYTES)
            file->seal[file->at + i - body] = bytes[i];
    file->at += n;
}

static ssize_t read_some(struct kin_snapshot_file *file)
{
    ssize_t n;
    do
        n = read(file->fd, file->buffer, sizeof file->buffer);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        file->sys_errno = errno;
    if (n > 0)
        account(file, file->buffer, (size_t)n);
    return n;
}

static la_ssize_t give_bytes(struct archive *archive, void *context, const void **bytes)
{
    (void)archive;
    struct kin_snapshot_file *file = context;
    *bytes = file->buffer;
    return read_some(file);
}

/* What libarchive could not read. */
static int damaged(const struct kin_snapshot_file *file, struct kin_error *err)
{
    const char *text = archive_error_string(file->archive);
    if (file->sys_errno != 0)
        return kin_fail_errno(err, KIN_EIO, file->sys_errno, "reading '%s'", file->path);
    return kin_fail(err, KIN_ECORRUPT, "'%s' is damaged, cut short, or no snapshot: %s", file->path,
                    text ? text : "the archive cannot be read");
}

/* ---- opening ---- */

static int open_archive(struct kin_snapshot_file *file, struct kin_error *err)
{
    file->sealed = kin_digest_stream_new();
    file->archive = archive_read_new();
    if (!file->sealed || !file->archive)
        return kin_fail(err, KIN_ENOMEM, "no memory to read '%s'", file->path);
    if (archive_read_support_filter_zstd(file->archive) != ARCHIVE_OK ||
        archive_read_support_format_tar(file->archive) != ARCHIVE_OK)
        return kin_fail(err, KIN_EUNAVAILABLE, "this libarchive cannot read zstd: %s",
                        archive_error_string(file->archive));
    if (archive_read_open(file->archive, file, NULL, give_bytes, NULL) != ARCHIVE_OK)
        return damaged(file, err);
    return 0;
}

static int open_fd(struct kin_snapshot_file *file, struct kin_error *err)
{
    struct stat st;
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0 || fstat(file->fd, &st) != 0)
        return kin_fail_errno(err, errno == ENOENT ? KIN_ENOTFOUND : KIN_EACCESS, errno,
                              "cannot open the snapshot '%s'", file->path);
    if (!S_ISREG(st.st_mode))
        return kin_fail(err, KIN_EINVAL,
                        "'%s' is no plain file: a snapshot is read twice, so that nothing is "
                        "stored before all of it is checked",
                        file->path);
    file->size = (uint64_t)st.st_size;
    return 0;
}

int kin_snapshot_file_open(const char *path, struct kin_snapshot_file **out, struct kin_error *err)
{
    struct kin_snapshot_file *file;
    KIN_TRY(kin_alloc_into(&file, 1, sizeof *file, err));
    file->fd = -1;
    file->path = kin_strdup(path);
    int status = file->path ? open_fd(file, err) : kin_fail(err, KIN_ENOMEM, "no memory");
    if (status == 0)
        status = open_archive(file, err);
    if (status != 0)
        kin_snapshot_file_close(file);
    else
        *out = file;
    return status;
}

void kin_snapshot_file_close(struct kin_snapshot_file *file)
{
    if (!file)
        return;
    if (file->archive)
        archive_read_free(file->archive);
    kin_digest_stream_free(file->sealed);
    if (file->fd >= 0)
        close(file->fd);
    kin_free(file->path);
    kin_free(file);
}

/* ---- members ---- */

/* What somebody else wrote, and a terminal might obey. */
static bool is_plain(const char *name)
{
    while (*name >= 0x20 && *name < 0x7f)
        name++;
    return *name == '\0';
}

void kin_snapshot_tame(struct kin_error *err)
{
    for (char *at = err ? err->text : NULL; at && *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
}

/* Whether a path stays below the folder it is unpacked in. */
static bool stays_inside(const char *name)
{
    if (*name == '/')
        return false;
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return false;
    }
    return true;
}

int kin_snapshot_file_next(struct kin_snapshot_file *file, const char **name, uint64_t *size,
                           struct kin_error *err)
{
    int rc = archive_read_next_header(file->archive, &file->entry);
    *name = NULL;
    if (rc == ARCHIVE_EOF)
        return 0;
    if (rc != ARCHIVE_OK)
        return damaged(file, err);
    const char *path = archive_entry_pathname(file->entry);
    if (!path || !is_plain(path))
        return kin_fail(err, KIN_EDATA, "'%s': a member with a name that no snapshot uses",
                        file->path);
    if (!stays_inside(path))
        return kin_fail(err, KIN_EDATA,
                        "'%s': the member '%.200s' has a path that leads outside, which no "
                        "snapshot needs: do not unpack this file",
                        file->path, path);
    if (archive_entry_filetype(file->entry) != AE_IFREG || archive_entry_hardlink(file->entry))
        return kin_fail(err, KIN_EDATA, "'%s': the member '%.200s' is no plain file", file->path,
                        path);
    la_int64_t bytes = archive_entry_size(file->entry);
    if (bytes < 0)
        return kin_fail(err, KIN_EDATA, "'%s': the member '%.200s' has a length of %lld",
                        file->path, path, (long long)bytes);
    *name = path;
    *size = (uint64_t)bytes;
    return 0;
}

int kin_snapshot_file_get(struct kin_snapshot_file *file, void *out, size_t n,
                          struct kin_error *err)
{
    for (size_t got = 0; got < n;) {
        la_ssize_t some = archive_read_data(file->archive, (char *)out + got, n - got);
        if (some < 0)
            return damaged(file, err);
        if (some == 0)
            return kin_fail(err, KIN_ECORRUPT, "'%s' is cut short in the member '%.200s'",
                            file->path, archive_entry_pathname(file->entry));
        got += (size_t)some;
    }
    return 0;
}

int kin_snapshot_file_text(struct kin_snapshot_file *file, const char *name, uint64_t size,
                           uint64_t most, char **out, struct kin_error *err)
{
    if (size > most)
        return kin_fail(err, KIN_EDATA,
                        "'%s': the member '%s' has %llu bytes, at most %llu are "
                        "taken",
                        file->path, name, (unsigned long long)size, (unsigned long long)most);
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    for (uint64_t left = size; left > 0;) { /* memory grows with what is there, not what is said */
        char piece[1 << 14];
        size_t n = left < sizeof piece ? (size_t)left : sizeof piece;
        KIN_TRY(kin_snapshot_file_get(file, piece, n, err));
        kin_text_add_bytes(&text, piece, n);
        left -= n;
    }
    kin_text_add(&text, "");
    KIN_TRY(kin_text_check(&text, err));
    *out = text.data;
    text = (struct kin_text){0};
    return 0;
}

/* ---- the head ---- */

static int get_head_member(struct kin_snapshot_file *file, const char *wanted, uint64_t most,
                           char **out, size_t *length, struct kin_error *err)
{
    const char *name;
    uint64_t size;
    KIN_TRY(kin_snapshot_file_next(file, &name, &size, err));
    if (!name || strcmp(name, wanted) != 0)
        return kin_fail(err, KIN_ECORRUPT,
                        "'%s' is no snapshot: its member '%.200s' stands where "
                        "'%s' should",
                        file->path, name ? name : "(none)", wanted);
    *length = (size_t)size;
    return kin_snapshot_file_text(file, wanted, size, most, out, err);
}

static int get_head(struct kin_snapshot_file *file, struct kin_snapshot *snapshot,
                    struct kin_error *err)
{
    struct kin_manifest_heads heads;
    KIN_TRY(get_head_member(file, KIN_MANIFEST, KIN_MANIFEST_MOST, &snapshot->manifest,
                            &snapshot->manifest_length, err));
    int status = kin_snapshot_manifest_parse(snapshot, &heads, err);
    if (status == 0)
        status = get_head_member(file, KIN_CLAIMS, KIN_TABLE_MOST, &snapshot->claims_text,
                                 &snapshot->claims_length, err);
    if (status == 0)
        status = get_head_member(file, KIN_OBJECTS, KIN_TABLE_MOST, &snapshot->objects_text,
                                 &snapshot->objects_length, err);
    if (status == 0)
        status = kin_snapshot_manifest_fill(snapshot, &heads, err);
    if (status != 0)
        kin_snapshot_tame(err);
    if (status != 0 && err && !strstr(err->text, file->path))
        kin_error_within(err, "'%s'", file->path);
    return status;
}

int kin_snapshot_file_head(struct kin_snapshot_file *file, struct kin_snapshot **out,
                           struct kin_error *err)
{
    struct kin_snapshot *snapshot;
    KIN_TRY(kin_alloc_into(&snapshot, 1, sizeof *snapshot, err));
    int status = get_head(file, snapshot, err);
    if (status != 0)
        kin_snapshot_free(snapshot);
    else
        *out = snapshot;
    return status;
}

int kin_snapshot_read(const char *path, struct kin_snapshot **out, struct kin_error *err)
{
    struct kin_snapshot_file *file;
    KIN_TRY(kin_snapshot_file_open(path, &file, err));
    int status = kin_snapshot_file_head(file, out, err);
    kin_snapshot_file_close(file);
    return status;
}

/* ---- the seal ---- */

int kin_snapshot_file_seal(struct kin_snapshot_file *file, struct kin_error *err)
{
    ssize_t n;
    while ((n = read_some(file)) > 0)
        ;
    if (n < 0)
        return damaged(file, err);
    struct kin_digest digest = kin_digest_stream_end(file->sealed);
    file->sealed = NULL;
    unsigned char wanted[KIN_SEAL_BYTES];
    kin_snapshot_seal_make(&digest, wanted);
    if (file->at != file->size)
        return kin_fail(err, KIN_EIO, "'%s' changed while it was read", file->path);
    if (memcmp(file->seal, wanted, 16) != 0)
        return kin_fail(err, KIN_ECORRUPT,
                        "'%s' does not end with its seal: it is cut short, or was packed anew by "
                        "another program",
                        file->path);
    if (memcmp(file->seal, wanted, sizeof wanted) != 0)
        return kin_fail(err, KIN_ECORRUPT,
                        "'%s' is damaged: its bytes do not give the digest in its seal",
                        file->path);
    return 0;
}
