/*
 * The LMDB environment: opening, tables, format version, read transactions, errors.
 *
 * MDB_NOTLS: a read transaction belongs to whoever holds it, not to a thread, so a few serve any
 * number of threads. The map is reserved once and never resized, because a resize needs that no
 * transaction is open in any thread. About syncing see writer.c.
 */
#include "cache/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cache/writer.h"
#include "kindred/log.h"
#include "kindred/memory.h"

#define LARGEST_MAP ((size_t)1 << 40)
#define SMALLEST_MAP ((size_t)1 << 26)
#define READERS 1000
#define RECOVER_SECONDS 5
#define LOCK_BYTES ((size_t)(READERS + 2) * 64) /* LMDB's lock file: a cache line each */

static const struct {
    const char *name;
    unsigned flags;
} tables[KIN_TABLES] = {
    [KIN_TABLE_META] = {"meta", 0},
    [KIN_TABLE_BLOB] = {"blob", 0},
    [KIN_TABLE_EXTENT] = {"extent", MDB_INTEGERKEY},
    [KIN_TABLE_LIVE] = {"live", MDB_INTEGERKEY},
    [KIN_TABLE_OUTCOME] = {"outcome", 0},
    [KIN_TABLE_ORIGIN] = {"origin", 0},
    [KIN_TABLE_ITEM] = {"item", MDB_DUPSORT | MDB_DUPFIXED},
    [KIN_TABLE_RECORD] = {"record", 0},
};

const char *kin_store_table_name(enum kin_store_table table)
{
    return tables[table].name;
}

static int fail_full(const struct kin_cache *cache, int rc, struct kin_error *err,
                     const char *doing)
{
    if (rc == MDB_MAP_FULL) {
        MDB_envinfo info;
        mdb_env_info(cache->env, &info);
        return kin_fail(
            err, KIN_EFULL,
            "%s: the cache '%s' has reached the %llu MiB of address space that could be "
            "reserved: raise the limit (ulimit -v), or make room with 'kindred cache gc'",
            doing, cache->folder, (unsigned long long)(info.me_mapsize >> 20));
    }
    return kin_fail_errno(
        err, KIN_EFULL, rc,
        "%s: no space for the cache '%s', %llu KiB left on its disk: free some, or "
        "make room with 'kindred cache gc'",
        doing, cache->folder, (unsigned long long)(kin_folder_space(cache->folder) >> 10));
}

static int status_of(int rc)
{
    switch (rc) {
    case ENOMEM:
        return KIN_ENOMEM;
    case EACCES:
    case EPERM:
    case EROFS:
        return KIN_EACCESS;
    case EINVAL:
        return KIN_EINVAL;
    case MDB_NOTFOUND:
        return KIN_ENOTFOUND;
    default:
        return rc > 0 ? KIN_EIO : KIN_EUNUSABLE;
    }
}

int kin_store_fail(const struct kin_cache *cache, int rc, struct kin_error *err, const char *doing)
{
    if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG || rc == MDB_MAP_FULL)
        return fail_full(cache, rc, err, doing);
    if (rc > 0)
        return kin_fail_errno(err, status_of(rc), rc, "%s in the cache '%s'", doing, cache->folder);
    const char *help = "";
    /* BAD_VALSIZE: our keys have a good size, so one that has not was read from a damaged page. */
    if (rc == MDB_CORRUPTED || rc == MDB_PAGE_NOTFOUND || rc == MDB_INVALID ||
        rc == MDB_BAD_VALSIZE || rc == MDB_BAD_TXN)
        help = ": the file itself is damaged: put back a copy, or move it away ('kindred cache "
               "verify' says more)";
    else if (rc == MDB_PANIC)
        help = ": the disk failed earlier, nothing more is written until the cache is opened again";
    else if (rc == MDB_READERS_FULL)
        help = ": too many programs use it at once";
    return kin_fail(err, status_of(rc), "%s in the cache '%s': %s%s", doing, cache->folder,
                    mdb_strerror(rc), help);
}

int kin_store_check_space(struct kin_cache *cache, size_t bytes, struct kin_error *err)
{
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(cache->env, &info);
    mdb_env_stat(cache->env, &stat);
    uint64_t used = (info.me_last_pgno + 1) * (uint64_t)stat.ms_psize;
    uint64_t map = info.me_mapsize > used ? info.me_mapsize - used : 0;
    uint64_t disk = kin_folder_space(cache->folder);
    uint64_t wanted = bytes + bytes / 256 + KIN_STORE_RESERVE;
    if (map >= wanted && disk >= wanted)
        return 0;
    uint64_t inside;
    KIN_TRY(kin_store_free_bytes(cache, &inside, err));
    if (map + inside < wanted)
        return kin_store_fail(cache, MDB_MAP_FULL, err, "writing");
    return disk >= wanted || disk + inside >= wanted
               ? 0
               : kin_store_fail(cache, ENOSPC, err, "writing");
}

int kin_store_check_owner(const struct kin_cache *cache, struct kin_error *err)
{
    if (getpid() == cache->owner)
        return 0;
    return kin_fail(err, KIN_EINVAL, "the cache was opened by another process: open it after fork");
}

static MDB_txn *take_idle(struct kin_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    while (cache->reopening)
        pthread_cond_wait(&cache->changed, &cache->lock);
    cache->n_active++;
    MDB_txn *txn = cache->n_idle > 0 ? cache->idle[--cache->n_idle] : NULL;
    pthread_mutex_unlock(&cache->lock);
    return txn;
}

/* txn is NULL, or one that may be used again. */
static void give_idle(struct kin_cache *cache, MDB_txn *txn)
{
    pthread_mutex_lock(&cache->lock);
    if (txn && cache->n_idle < KIN_STORE_IDLE) {
        cache->idle[cache->n_idle++] = txn;
        txn = NULL;
    }
    if (txn)
        mdb_txn_abort(txn);
    if (--cache->n_active == 0 && cache->reopening)
        pthread_cond_broadcast(&cache->changed);
    pthread_mutex_unlock(&cache->lock);
}

int kin_store_begin(struct kin_cache *cache, MDB_txn **out, struct kin_error *err)
{
    KIN_TRY(kin_store_check_owner(cache, err));
    MDB_txn *txn = take_idle(cache);
    int rc = MDB_PANIC;
    if (txn)
        rc = mdb_txn_renew(txn);
    else if (cache->env)
        rc = mdb_txn_begin(cache->env, NULL, MDB_RDONLY, &txn);
    if (rc != 0) {
        if (txn)
            mdb_txn_abort(txn);
        give_idle(cache, NULL);
        return kin_store_fail(cache, rc, err, "reading");
    }
    *out = txn;
    return 0;
}

void kin_store_end(struct kin_cache *cache, MDB_txn *txn)
{
    mdb_txn_reset(txn);
    give_idle(cache, txn);
}

static int try_map(struct kin_cache *cache, size_t map_bytes, unsigned flags)
{
    int rc = mdb_env_create(&cache->env);
    if (rc != 0)
        return rc;
    if ((rc = mdb_env_set_mapsize(cache->env, map_bytes)) == 0 &&
        (rc = mdb_env_set_maxdbs(cache->env, KIN_TABLES)) == 0 &&
        (rc = mdb_env_set_maxreaders(cache->env, READERS)) == 0)
        rc = mdb_env_open(cache->env, cache->folder, flags, 0666);
    if (rc != 0) {
        mdb_env_close(cache->env);
        cache->env = NULL;
    }
    return rc;
}

static int map_environment(struct kin_cache *cache, struct kin_error *err)
{
    unsigned flags = MDB_NOTLS | MDB_NOMETASYNC | (cache->read_only ? MDB_RDONLY : 0u);
    KIN_TRY(kin_folder_reserve_lock(cache->folder, cache->read_only, LOCK_BYTES, err));
    size_t bytes = LARGEST_MAP;
    int rc = try_map(cache, bytes, flags);
    while (rc == ENOMEM && bytes > SMALLEST_MAP)
        rc = try_map(cache, bytes /= 2, flags);
    if (cache->read_only && (rc == EACCES || rc == EPERM || rc == EROFS)) {
        /* No lock file may be written here. Without one a writer could reuse pages under us; what
         * is read then does not give its digest, so it is noticed. */
        rc = try_map(cache, bytes, flags | MDB_NOLOCK);
    }
    if (rc == MDB_VERSION_MISMATCH || rc == MDB_INVALID)
        return kin_fail(
            err, KIN_EUNUSABLE,
            "'%s/data.mdb' is not a cache of this LMDB: move it away, or choose another "
            "folder with --cache",
            cache->folder);
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "opening the environment");
    int dead = 0;
    if (mdb_reader_check(cache->env, &dead) == 0 && dead > 0)
        kin_log(KIN_LOG_DEBUG, "cache '%s': cleared %d readers that had died", cache->folder, dead);
    return 0;
}

static int check_format(struct kin_cache *cache, MDB_txn *txn, struct kin_error *err)
{
    MDB_val value;
    int rc = kin_store_get(cache, txn, KIN_TABLE_META, "format", 6, &value);
    if (rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(cache, rc, err, "reading the format");
    char text[16] = "";
    if (rc == 0 && value.mv_size < sizeof text)
        memcpy(text, value.mv_data, value.mv_size);
    long format = strtol(text, NULL, 10);
    if (format > KIN_CACHE_FORMAT)
        return kin_fail(err, KIN_EUNUSABLE,
                        "the cache '%s' has format %ld, this program knows up to %d: use a newer "
                        "Kindred, or another folder with --cache",
                        cache->folder, format, KIN_CACHE_FORMAT);
    if (format < 1)
        return kin_fail(
            err, KIN_EUNUSABLE,
            "'%s/data.mdb' is an LMDB file of another program: choose another folder with "
            "--cache",
            cache->folder);
    return 0;
}

static int open_tables(struct kin_cache *cache, MDB_txn *txn, bool create, struct kin_error *err)
{
    for (size_t i = 0; i < KIN_TABLES; i++) {
        unsigned flags = tables[i].flags | (create ? MDB_CREATE : 0u);
        int rc = mdb_dbi_open(txn, tables[i].name, flags, &cache->dbi[i]);
        if (rc == MDB_NOTFOUND || rc == MDB_INCOMPATIBLE)
            return i == 0 ? kin_fail(err, KIN_EUNUSABLE,
                                     "'%s/data.mdb' is an LMDB file of another program: choose "
                                     "another folder with --cache",
                                     cache->folder)
                          : kin_fail(err, KIN_EUNUSABLE,
                                     "the cache '%s' lacks its table '%s': 'kindred cache verify' "
                                     "says more",
                                     cache->folder, tables[i].name);
        if (rc != 0)
            return kin_store_fail(cache, rc, err, "opening tables");
        if (i == KIN_TABLE_META && !create)
            KIN_TRY(check_format(cache, txn, err));
    }
    return 0;
}

static bool is_empty(MDB_txn *txn)
{
    MDB_dbi main_dbi;
    MDB_stat stat;
    return mdb_dbi_open(txn, NULL, 0, &main_dbi) == 0 && mdb_stat(txn, main_dbi, &stat) == 0 &&
           stat.ms_entries == 0;
}

static int make_tables(struct kin_cache *cache, MDB_txn *txn, struct kin_error *err)
{
    KIN_TRY(open_tables(cache, txn, true, err));
    char format[16];
    int n = snprintf(format, sizeof format, "%d", KIN_CACHE_FORMAT);
    int rc = kin_store_put(cache, txn, KIN_TABLE_META, "format", 6, format, (size_t)n);
    return rc == 0 ? 0 : kin_store_fail(cache, rc, err, "writing the format");
}

static int set_up_tables(struct kin_cache *cache, struct kin_error *err)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(cache->env, NULL, cache->read_only ? MDB_RDONLY : 0, &txn);
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "opening tables");
    int status = 0;
    if (!is_empty(txn))
        status = open_tables(cache, txn, false, err);
    else if (cache->read_only)
        status = kin_fail(err, KIN_ENOTFOUND, "the cache '%s' is empty", cache->folder);
    else
        status = make_tables(cache, txn, err);
    if (status != 0) {
        mdb_txn_abort(txn);
        return status;
    }
    rc = mdb_txn_commit(txn);
    return rc == 0 ? 0 : kin_store_fail(cache, rc, err, "opening tables");
}

static void close_environment(struct kin_cache *cache)
{
    for (size_t i = 0; i < cache->n_idle; i++)
        mdb_txn_abort(cache->idle[i]);
    cache->n_idle = 0;
    if (cache->env)
        mdb_env_close(cache->env);
    cache->env = NULL;
}

/* Waits until nobody reads, with the lock held. Whoever walks a table and writes meanwhile waits
 * for us in turn: then it stays as it is. */
static bool wait_for_readers(struct kin_cache *cache)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += RECOVER_SECONDS;
    int rc = 0;
    while (cache->n_active > 0 && rc == 0)
        rc = pthread_cond_timedwait(&cache->changed, &cache->lock, &until);
    return cache->n_active == 0;
}

void kin_store_recover(struct kin_cache *cache)
{
    MDB_txn *txn;
    int rc = cache->env ? mdb_txn_begin(cache->env, NULL, MDB_RDONLY, &txn) : MDB_PANIC;
    if (rc == 0)
        mdb_txn_abort(txn);
    if (rc != MDB_PANIC)
        return;
    struct kin_error err = {0};
    pthread_mutex_lock(&cache->lock);
    cache->reopening = true;
    if (wait_for_readers(cache)) {
        close_environment(cache);
        if (map_environment(cache, &err) != 0 || set_up_tables(cache, &err) != 0) {
            close_environment(cache);
            kin_log(KIN_LOG_WARN, "%s", err.text);
        }
    }
    cache->reopening = false;
    pthread_cond_broadcast(&cache->changed);
    pthread_mutex_unlock(&cache->lock);
}

int kin_store_open(struct kin_cache *cache, struct kin_error *err)
{
    cache->owner = getpid();
    if (pthread_mutex_init(&cache->lock, NULL) != 0 ||
        pthread_cond_init(&cache->changed, NULL) != 0)
        return kin_fail(err, KIN_ENOMEM, "no memory for a lock");
    cache->has_lock = true;
    if (!cache->locked) {
        KIN_TRY(kin_folder_lock(cache->folder, false, false, &cache->lock_fd, err));
        cache->locked = cache->lock_fd >= 0;
    }
    KIN_TRY(map_environment(cache, err));
    return set_up_tables(cache, err);
}

void kin_store_close(struct kin_cache *cache)
{
    close_environment(cache);
    if (cache->has_lock) {
        pthread_cond_destroy(&cache->changed);
        pthread_mutex_destroy(&cache->lock);
    }
    cache->has_lock = false;
    if (cache->locked)
        close(cache->lock_fd);
    cache->locked = false;
}

/* A healthy file may lack its last few pages, when they were free before they were ever written. So
 * whether one was cut short shows only when everything in it is read. */
static int check_whole(const struct kin_cache *cache, struct kin_error *err)
{
    uint64_t bad = 0;
    KIN_TRY(kin_cache_verify(cache->folder, NULL, NULL, &bad, err));
    if (bad == 0)
        return 0;
    return kin_fail(
        err, KIN_EUNUSABLE,
        "'%s/data.mdb' was cut short, or is damaged: put back a copy, or move it away and "
        "load a snapshot; 'kindred cache verify' lists what is lost",
        cache->folder);
}

static int open_all(struct kin_cache *cache, bool upkeep, struct kin_error *err)
{
    if (upkeep) /* of a folder that is there */
        KIN_TRY(kin_folder_prepare(cache->folder, true, err));
    KIN_TRY(kin_folder_prepare(cache->folder, cache->read_only, err));
    bool exists, cut;
    KIN_TRY(kin_folder_check_data(cache->folder, &exists, &cut, err));
    if (!exists && (cache->read_only || upkeep))
        return kin_fail(err, KIN_ENOTFOUND, "there is no cache in '%s'", cache->folder);
    if (cut)
        KIN_TRY(check_whole(cache, err));
    KIN_TRY(kin_store_open(cache, err));
    if (cache->read_only)
        return 0;
    if (!upkeep)
        KIN_TRY(kin_store_check_space(cache, KIN_EXTENT_BYTES, err));
    return kin_writer_start(cache, err);
}

int kin_cache_open(const struct kin_cache_options *options, struct kin_cache **out,
                   struct kin_error *err)
{
    if (!options->folder || options->folder[0] == '\0')
        return kin_fail(err, KIN_EINVAL, "no folder for the cache");
    struct kin_cache *cache;
    KIN_TRY(kin_alloc_into(&cache, 1, sizeof *cache, err));
    cache->read_only = options->read_only;
    cache->owner = getpid();
    kin_owner_self(&cache->self);
    cache->folder = kin_strdup(options->folder);
    int status = cache->folder ? open_all(cache, options->upkeep, err)
                               : kin_fail(err, KIN_ENOMEM, "no memory for a path");
    if (status != 0) {
        kin_cache_close(cache);
        return status;
    }
    *out = cache;
    return 0;
}

void kin_cache_close(struct kin_cache *cache)
{
    /* After a fork the environment and the thread are the parent's: the child leaves them alone. */
    if (!cache || getpid() != cache->owner)
        return;
    kin_writer_stop(cache->writer);
    kin_store_close(cache);
    kin_free(cache->folder);
    kin_free(cache);
}

const char *kin_cache_library(void)
{
    return mdb_version(NULL, NULL, NULL);
}

const char *kin_cache_folder(const struct kin_cache *cache)
{
    return cache->folder;
}
