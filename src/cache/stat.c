/* How much is in the cache. */
#include "cache/writer.h"

static int count_tables(const struct kin_cache *cache, MDB_txn *txn, struct kin_cache_stat *out)
{
    const struct {
        enum kin_store_table table;
        uint64_t *count;
    } counts[] = {{KIN_TABLE_EXTENT, &out->extents},
                  {KIN_TABLE_OUTCOME, &out->actions},
                  {KIN_TABLE_ITEM, &out->items}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        MDB_stat stat;
        int rc = mdb_stat(txn, cache->dbi[counts[i].table], &stat);
        if (rc != 0)
            return rc;
        *counts[i].count = stat.ms_entries;
    }
    return 0;
}

/* Calls count for every entry of a table. */
static int each_entry(MDB_txn *txn, MDB_dbi dbi,
                      void (*count)(struct kin_cache_stat *out, const MDB_val *key,
                                    const MDB_val *value),
                      struct kin_cache_stat *out)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    int rc = mdb_cursor_open(txn, dbi, &cursor);
    if (rc != 0)
        return rc;
    while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0)
        count(out, &key, &value);
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static void count_blob(struct kin_cache_stat *out, const MDB_val *key, const MDB_val *value)
{
    (void)key;
    struct kin_place place;
    if (!kin_blob_decode(value, &place) || (place.flags & KIN_BLOB_BAD))
        return;
    if (place.flags & KIN_BLOB_DROPPED) {
        out->dropped++;
        return;
    }
    out->blobs++;
    out->blob_bytes += place.length;
}

static bool is_of_table(const MDB_val *key, const char *table, size_t length)
{
    return key->mv_size >= length && memcmp(key->mv_data, table, length) == 0;
}

static void count_record(struct kin_cache_stat *out, const MDB_val *key, const MDB_val *value)
{
    (void)value;
    out->files += is_of_table(key, "files", sizeof "files");
    out->runs += is_of_table(key, "runs", sizeof "runs");
}

/* A value of LMDB's free list (table 0) is a count and that many page numbers. */
static void count_free(struct kin_cache_stat *out, const MDB_val *key, const MDB_val *value)
{
    (void)key;
    size_t pages = 0;
    if (value->mv_size >= sizeof pages)
        memcpy(&pages, value->mv_data, sizeof pages);
    out->free_bytes += pages;
}

static int gather(struct kin_cache *cache, MDB_txn *txn, struct kin_cache_stat *out)
{
    int rc = count_tables(cache, txn, out);
    if (rc == 0)
        rc = each_entry(txn, cache->dbi[KIN_TABLE_BLOB], count_blob, out);
    if (rc == 0)
        rc = each_entry(txn, cache->dbi[KIN_TABLE_RECORD], count_record, out);
    if (rc == 0)
        rc = each_entry(txn, 0, count_free, out);
    MDB_envinfo info;
    MDB_stat stat;
    if (rc == 0)
        rc = mdb_env_info(cache->env, &info);
    if (rc == 0)
        rc = mdb_env_stat(cache->env, &stat);
    if (rc == 0) {
        out->file_bytes = (info.me_last_pgno + 1) * (uint64_t)stat.ms_psize;
        out->free_bytes *= stat.ms_psize;
    }
    return rc;
}

int kin_store_free_bytes(struct kin_cache *cache, uint64_t *out, struct kin_error *err)
{
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    struct kin_cache_stat counted = {0};
    MDB_stat stat;
    int rc = each_entry(txn, 0, count_free, &counted);
    kin_store_end(cache, txn);
    if (rc == 0)
        rc = mdb_env_stat(cache->env, &stat);
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "counting free pages");
    *out = counted.free_bytes * stat.ms_psize;
    return 0;
}

int kin_cache_stat(struct kin_cache *cache, struct kin_cache_stat *out, struct kin_error *err)
{
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    struct kin_cache_stat stat = {0};
    int rc = gather(cache, txn, &stat);
    kin_store_end(cache, txn);
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "counting");
    *out = stat;
    return 0;
}
