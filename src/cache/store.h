/*
 * What the files of the cache share: the environment, its tables, read transactions, errors.
 *
 *   table    key                      value
 *   meta     name                     text («format» → «1»)
 *   blob     digest of a value        where its bytes lie (struct kin_place)
 *   extent   id, ascending            up to KIN_EXTENT_BYTES bytes: part of one blob, or several
 *   live     id of an extent          how many of its bytes a blob still uses
 *   outcome  key of an action         outputs, counts, times; own checksum (action.c)
 *   origin   key of an action         the canonical record that was hashed, NUL included
 *   item     family                   item digest + output digest, sorted duplicates
 *   record   table, NUL, key          anything; made-by texts, the stat cache, runs, pins, claims
 *
 * Numbers in values are little-endian. Extents and live counts have LMDB's integer keys.
 */
#ifndef KINDRED_SRC_CACHE_STORE_H
#define KINDRED_SRC_CACHE_STORE_H

#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "cache/owner.h"
#include "kindred/cache.h"

enum kin_store_table {
    KIN_TABLE_META,
    KIN_TABLE_BLOB,
    KIN_TABLE_EXTENT,
    KIN_TABLE_LIVE,
    KIN_TABLE_OUTCOME,
    KIN_TABLE_ORIGIN,
    KIN_TABLE_ITEM,
    KIN_TABLE_RECORD,
    KIN_TABLES
};

#define KIN_STORE_IDLE 32 /* read transactions kept for reuse */

struct kin_writer;

struct kin_cache {
    char *folder;
    bool read_only;
    pid_t owner; /* LMDB must not be used across a fork */
    struct kin_owner self;
    bool locked; /* the folder, by lock_fd */
    int lock_fd;
    MDB_env *env;
    MDB_dbi dbi[KIN_TABLES];
    pthread_mutex_t lock; /* guards what follows, up to the blank line */
    pthread_cond_t changed;
    bool has_lock;
    MDB_txn *idle[KIN_STORE_IDLE];
    size_t n_idle, n_active; /* read transactions */
    bool reopening;          /* none may begin */

    struct kin_writer *writer; /* NULL when read-only */
};

/* ---- store.c ---- */

/* A read transaction, from the idle ones when there is one; give it back with kin_store_end. */
int kin_store_begin(struct kin_cache *cache, MDB_txn **out, struct kin_error *err);
void kin_store_end(struct kin_cache *cache, MDB_txn *txn);
/* KIN_EINVAL in a forked child. */
int kin_store_check_owner(const struct kin_cache *cache, struct kin_error *err);
/* KIN_EFULL when so many bytes more do not fit into disk and map with a reserve left. Dropping and
 * records may use the reserve: a cache that is full to the last page could not even drop anything,
 * since LMDB writes changed pages anew. */
int kin_store_check_space(struct kin_cache *cache, size_t bytes, struct kin_error *err);
/* Turns what LMDB returned into an error that says what to do. */
int kin_store_fail(const struct kin_cache *cache, int rc, struct kin_error *err, const char *doing);

/* Bytes of data.mdb in pages that are free. Walks LMDB's list of them. */
int kin_store_free_bytes(struct kin_cache *cache, uint64_t *out, struct kin_error *err);

/* After a commit that failed: opens the environment again when LMDB has given it up (it does so
 * when its head page could not be written; then it does not even read any more). In the writer
 * thread. */
void kin_store_recover(struct kin_cache *cache);

const char *kin_store_table_name(enum kin_store_table table);

/* Opens environment and tables; no writer thread. Starts nothing, so a forked child may use it. */
int kin_store_open(struct kin_cache *cache, struct kin_error *err);
void kin_store_close(struct kin_cache *cache);

static inline MDB_val kin_store_val(const void *bytes, size_t length)
{
    return (MDB_val){.mv_size = length, .mv_data = (void *)(uintptr_t)bytes};
}

static inline int kin_store_get(const struct kin_cache *cache, MDB_txn *txn,
                                enum kin_store_table table, const void *key, size_t key_length,
                                MDB_val *out)
{
    MDB_val k = kin_store_val(key, key_length);
    return mdb_get(txn, cache->dbi[table], &k, out);
}

static inline int kin_store_put(const struct kin_cache *cache, MDB_txn *txn,
                                enum kin_store_table table, const void *key, size_t key_length,
                                const void *value, size_t length)
{
    MDB_val k = kin_store_val(key, key_length);
    MDB_val v = kin_store_val(value, length);
    return mdb_put(txn, cache->dbi[table], &k, &v, 0);
}

static inline void kin_store_pack(unsigned char *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (unsigned char)(value >> (8 * i));
}

static inline uint64_t kin_store_unpack(const unsigned char *in, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

/* ---- reach.c ---- */

/* Whether the entry that a cursor stands on, in the same transaction, is the one that a search for
 * its key finds. When all entries of a table are, the table is in order. */
int kin_store_reaches(const struct kin_cache *cache, MDB_txn *txn, enum kin_store_table table,
                      const MDB_val *key, const MDB_val *value, bool *out, struct kin_error *err);

/* ---- folder.c ---- */

/* Bytes left free on the disk, so that dropping works. */
#define KIN_STORE_RESERVE ((uint64_t)8 << 20)

/* The name of a network file system by its statfs magic, NULL for any other. */
const char *kin_folder_network_name(uint64_t magic);
/* Makes the folder, and refuses what cannot work: see kin_cache_open. */
int kin_folder_prepare(const char *folder, bool read_only, struct kin_error *err);
/* Whether data.mdb, if it is there, is a whole LMDB file; *exists and *cut (shorter than the pages
 * in use, which also happens to a healthy file by a few pages). */
int kin_folder_check_data(const char *folder, bool *exists, bool *cut, struct kin_error *err);
/* Gets the disk to set blocks aside for LMDB's lock file, which is mapped: on a full disk its first
 * use would end the process. Must not be called while this process has the environment open, since
 * closing any descriptor of the file gives up the locks on it. */
int kin_folder_reserve_lock(const char *folder, bool read_only, size_t bytes,
                            struct kin_error *err);
/* Every program that has the cache open holds a lock on its folder that it shares with the others;
 * one that puts another data.mdb in its place must be alone. Waits; with try: KIN_EUNUSABLE.
 * *fd is -1 where folders cannot be locked. The lock goes when it is closed. */
int kin_folder_lock(const char *folder, bool alone, bool try, int *fd, struct kin_error *err);
/* Bytes an unprivileged user may still write in the folder; UINT64_MAX when unknown. */
uint64_t kin_folder_space(const char *folder);

#endif
