/*
 * Writing the archive: a tar that any program lists, compressed with zstd, without dates, owners or
 * anything else that is not content; then the seal.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cache/snapshot_parts.h"
#include "kindred/memory.h"

struct target {
    const char *path; /* where it will be */
    char *temporary;
    int fd, sys_errno;
    struct kin_digest_stream *sealed;
    struct archive *archive;
};

static void target_release(struct target *target)
{
    if (target->archive)
        archive_write_free(target->archive);
    if (target->fd >= 0)
        close(target->fd);
    if (target->temporary)
        unlink(target->temporary); /* renamed by now, if all went well */
    kin_digest_stream_free(target->sealed);
    kin_free(target->temporary);
}

/* ---- bytes ---- */

static int put_bytes(struct target *target, const unsigned char *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t wrote = write(target->fd, bytes + at, n - at);
        if (wrote < 0 && errno != EINTR) {
            target->sys_errno = errno;
            return -1;
        }
        at += wrote < 0 ? 0 : (size_t)wrote;
    }
    return 0;
}

static la_ssize_t take_bytes(struct archive *archive, void *context, const void *bytes, size_t n)
{
    struct target *target = context;
    if (put_bytes(target, bytes, n) != 0) {
        archive_set_error(archive, target->sys_errno, "writing");
        return -1;
    }
    kin_digest_stream_add(target->sealed, bytes, n);
    return (la_ssize_t)n;
}

static int failed(const struct target *target, struct kin_error *err)
{
    int status = target->sys_errno == ENOSPC || target->sys_errno == EDQUOT ? KIN_EFULL : KIN_EIO;
    if (target->sys_errno != 0)
        return kin_fail_errno(err, status, target->sys_errno, "writing '%s'", target->path);
    const char *text = target->archive ? archive_error_string(target->archive) : NULL;
    return kin_fail(err, KIN_EIO, "writing '%s': %s", target->path, text ? text : "it failed");
}

/* ---- members ---- */

static int begin_member(struct target *target, const char *name, uint64_t size,
                        struct kin_error *err)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return kin_fail(err, KIN_ENOMEM, "no memory to write '%s'", target->path);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_mtime(entry, 0, 0);
    int rc = archive_write_header(target->archive, entry);
    archive_entry_free(entry);
    return rc == ARCHIVE_OK ? 0 : failed(target, err);
}

static int add_data(struct target *target, const void *bytes, size_t n, struct kin_error *err)
{
    return n == 0 || archive_write_data(target->archive, bytes, n) == (la_ssize_t)n
               ? 0
               : failed(target, err);
}

static int add_text(struct target *target, const char *name, const char *text, size_t n,
                    struct kin_error *err)
{
    KIN_TRY(begin_member(target, name, n, err));
    return add_data(target, text, n, err);
}

/* The bytes, once more, against what the manifest says by now. */
static int add_object(struct target *target, struct kin_cache *cache,
                      const struct kin_snapshot_object *object, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length = 0;
    KIN_TRY(kin_cache_get(cache, &object->digest, &bytes, &length, err));
    if (length != object->length)
        return kin_fail(err, KIN_EIO, "an artifact changed while it was saved; save again");
    return add_data(target, bytes, length, err);
}

static int add_members(struct target *target, struct kin_cache *cache,
                       const struct kin_snapshot *snapshot, const struct kin_members *members,
                       struct kin_error *err)
{
    for (size_t m = 0; m < members->n; m++) {
        const struct kin_member *member = &members->list[m];
        KIN_TRY(begin_member(target, member->name, member->size, err));
        for (size_t i = 0; i < member->n; i++)
            KIN_TRY(add_object(target, cache, &snapshot->objects[members->order[member->first + i]],
                               err));
    }
    return 0;
}

/* ---- the file ---- */

static int open_target(struct target *target, const char *path, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    *target = (struct target){.path = path, .fd = -1};
    kin_text_addf(&name, "%s.part-%ld", path, (long)getpid());
    KIN_TRY(kin_text_check(&name, err));
    target->fd = open(name.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (target->fd < 0)
        return kin_fail_errno(err, KIN_EACCESS, errno, "cannot write '%s'", name.data);
    target->temporary = name.data;
    name = (struct kin_text){0};
    target->sealed = kin_digest_stream_new();
    target->archive = archive_write_new();
    if (!target->sealed || !target->archive)
        return kin_fail(err, KIN_ENOMEM, "no memory to write '%s'", path);
    if (archive_write_set_format_pax_restricted(target->archive) != ARCHIVE_OK ||
        archive_write_add_filter_zstd(target->archive) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(target->archive, 1) != ARCHIVE_OK ||
        archive_write_open(target->archive, target, NULL, take_bytes, NULL) != ARCHIVE_OK)
        return failed(target, err);
    return 0;
}

static int close_target(struct target *target, struct kin_error *err)
{
    if (archive_write_close(target->archive) != ARCHIVE_OK)
        return failed(target, err);
    struct kin_digest digest = kin_digest_stream_end(target->sealed);
    target->sealed = NULL;
    unsigned char seal[KIN_SEAL_BYTES];
    kin_snapshot_seal_make(&digest, seal);
    if (put_bytes(target, seal, sizeof seal) != 0 || fsync(target->fd) != 0) {
        target->sys_errno = errno;
        return failed(target, err);
    }
    if (rename(target->temporary, target->path) != 0)
        return kin_fail_errno(err, KIN_EIO, errno, "cannot rename '%s' to '%s'", target->temporary,
                              target->path);
    return 0;
}

static int write_members(struct target *target, struct kin_cache *cache,
                         const struct kin_snapshot *snapshot, const char *observations,
                         size_t observations_length, struct kin_error *err)
{
    KIN_AUTO(kin_snapshot_members_release) struct kin_members members = {0};
    KIN_TRY(kin_snapshot_members_plan(snapshot, &members, err));
    KIN_TRY(add_text(target, KIN_MANIFEST, snapshot->manifest, snapshot->manifest_length, err));
    KIN_TRY(add_text(target, KIN_CLAIMS, snapshot->claims_text, snapshot->claims_length, err));
    KIN_TRY(add_text(target, KIN_OBJECTS, snapshot->objects_text, snapshot->objects_length, err));
    KIN_TRY(add_members(target, cache, snapshot, &members, err));
    return observations_length == 0
               ? 0
               : add_text(target, KIN_OBSERVATIONS, observations, observations_length, err);
}

int kin_snapshot_archive(struct kin_cache *cache, const struct kin_snapshot *snapshot,
                         const char *observations, size_t observations_length, const char *path,
                         struct kin_error *err)
{
    KIN_AUTO(target_release) struct target target;
    KIN_TRY(open_target(&target, path, err));
    KIN_TRY(write_members(&target, cache, snapshot, observations, observations_length, err));
    return close_target(&target, err);
}
