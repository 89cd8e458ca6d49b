/*
 * LMDB's file never shrinks. Compacting copies what is in use to a new file, waits until that is on
 * the disk, and renames it over the old one. Killed anywhere, the old file is as it was; what was
 * copied lies in a folder of its own, which the next attempt removes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/writer.h"
#include "kindred/memory.h"

#define NEW_FOLDER "compact.new"

struct paths {
    char data[4200], folder[4200], copy[4200];
};

static void set_paths(const char *folder, struct paths *out)
{
    snprintf(out->data, sizeof out->data, "%s/data.mdb", folder);
    snprintf(out->folder, sizeof out->folder, "%s/" NEW_FOLDER, folder);
    snprintf(out->copy, sizeof out->copy, "%s/" NEW_FOLDER "/data.mdb", folder);
}

static void remove_copy(const struct paths *paths)
{
    unlink(paths->copy);
    rmdir(paths->folder);
}

static uint64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static int sync_path(const char *path, struct kin_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int failed = fd < 0 || fsync(fd) != 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return failed ? kin_fail_errno(err, KIN_EIO, failed, "syncing '%s'", path) : 0;
}

/* Old and new file have to fit on the disk together. */
static int check_room(struct kin_cache *cache, struct kin_error *err)
{
    struct kin_cache_stat stat;
    KIN_TRY(kin_cache_stat(cache, &stat, err));
    uint64_t wanted = stat.file_bytes - stat.free_bytes + KIN_STORE_RESERVE;
    uint64_t space = kin_folder_space(cache->folder);
    if (space >= wanted)
        return 0;
    return kin_fail(err, KIN_EFULL,
                    "compacting the cache '%s' needs %llu MiB beside it, %llu are left on its disk",
                    cache->folder, (unsigned long long)(wanted >> 20),
                    (unsigned long long)(space >> 20));
}

static int copy(struct kin_cache *cache, const struct paths *paths, struct kin_error *err)
{
    remove_copy(paths); /* of an attempt that was killed */
    if (mkdir(paths->folder, 0777) != 0)
        return kin_fail_errno(err, errno == ENOSPC || errno == EDQUOT ? KIN_EFULL : KIN_EACCESS,
                              errno, "making '%s'", paths->folder);
    int rc = mdb_env_copy2(cache->env, paths->folder, MDB_CP_COMPACT);
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "compacting");
    return sync_path(paths->copy, err);
}

/* Nothing may be added between the copy and the rename: we are alone, and do not write. */
static int replace(const struct kin_cache *cache, const struct paths *paths, struct kin_error *err)
{
    struct stat old;
    if (stat(paths->data, &old) == 0 && chmod(paths->copy, old.st_mode & 0777) != 0)
        return kin_fail_errno(err, KIN_EACCESS, errno, "setting the mode of '%s'", paths->copy);
    if (rename(paths->copy, paths->data) != 0)
        return kin_fail_errno(err, KIN_EIO, errno, "putting '%s' in its place", paths->copy);
    rmdir(paths->folder);
    return sync_path(cache->folder, err);
}

static int compact_alone(struct kin_cache *cache, const struct paths *paths, struct kin_error *err)
{
    int status = kin_store_open(cache, err);
    if (status == 0)
        status = check_room(cache, err);
    if (status == 0)
        status = copy(cache, paths, err);
    if (cache->env) /* before the file below it goes */
        mdb_env_sync(cache->env, 1);
    if (status == 0)
        status = replace(cache, paths, err);
    if (status != 0)
        remove_copy(paths);
    return status;
}

static int check_health(const char *folder, struct kin_error *err)
{
    struct kin_damage damage;
    KIN_TRY(kin_cache_examine(folder, NULL, NULL, &damage, err));
    bool structural = damage.structural, sound = damage.findings == 0;
    kin_damage_release(&damage);
    if (sound)
        return 0;
    return kin_fail(err, KIN_ECORRUPT,
                    "the cache '%s' is damaged, and compacting would copy that: 'kindred cache "
                    "verify' says where, %s",
                    folder,
                    structural ? "put back a copy of it, or move it away"
                               : "'kindred cache repair' helps");
}

int kin_cache_compact(const char *folder, bool wait, uint64_t *before, uint64_t *after,
                      struct kin_error *err)
{
    struct paths paths;
    KIN_TRY(kin_folder_prepare(folder, true, err));
    KIN_TRY(kin_folder_prepare(folder, false, err)); /* writable, and not made now */
    KIN_TRY(check_health(folder, err));
    set_paths(folder, &paths);
    struct kin_cache cache = {.folder = (char *)(uintptr_t)folder};
    KIN_TRY(kin_folder_lock(folder, true, !wait, &cache.lock_fd, err));
    if (cache.lock_fd < 0)
        return kin_fail(err, KIN_EACCESS, "the cache folder '%s' cannot be locked", folder);
    cache.locked = true;
    *before = size_of(paths.data);
    int status = compact_alone(&cache, &paths, err);
    kin_store_close(&cache);
    *after = size_of(paths.data);
    return status;
}
