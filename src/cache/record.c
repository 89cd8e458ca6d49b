/* Records: small named values, all tables in one, since LMDB opens tables only one at a time. */
#include "cache/writer.h"
#include "kindred/memory.h"

size_t kin_record_key(const char *table, const void *key, size_t key_length,
                      unsigned char out[KIN_RECORD_KEY])
{
    size_t name = strlen(table) + 1;
    if (name > KIN_RECORD_KEY || key_length > KIN_RECORD_KEY - name)
        return 0;
    memcpy(out, table, name);
    if (key_length > 0)
        memcpy(out + name, key, key_length);
    return name + key_length;
}

int kin_cache_record(struct kin_cache *cache, const char *table, const void *key, size_t key_length,
                     void **value, size_t *value_length, struct kin_error *err)
{
    unsigned char full[KIN_RECORD_KEY];
    size_t n = kin_record_key(table, key, key_length, full);
    if (n == 0)
        return kin_fail(err, KIN_EINVAL, "a key of %zu bytes in table '%s', at most %zu fit",
                        key_length, table, KIN_RECORD_KEY - strlen(table) - 1);
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    MDB_val found;
    void *copy = NULL;
    int status = 0;
    int rc = kin_store_get(cache, txn, KIN_TABLE_RECORD, full, n, &found);
    if (rc == MDB_NOTFOUND)
        status = kin_fail(err, KIN_ENOTFOUND, "no such record in table '%s'", table);
    else if (rc != 0)
        status = kin_store_fail(cache, rc, err, "looking up a record");
    else
        status = kin_alloc_into(&copy, found.mv_size, 1, err);
    if (status == 0) {
        memcpy(copy, found.mv_data, found.mv_size);
        *value = copy;
        *value_length = found.mv_size;
    }
    kin_store_end(cache, txn);
    return status;
}

int kin_cache_walk(struct kin_cache *cache, const char *table,
                   int (*visit)(void *context, const void *key, size_t key_length,
                                const void *value, size_t value_length),
                   void *context, struct kin_error *err)
{
    unsigned char first[KIN_RECORD_KEY];
    size_t prefix = kin_record_key(table, NULL, 0, first);
    if (prefix == 0)
        return kin_fail(err, KIN_EINVAL, "the name of a table is too long");
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    MDB_cursor *cursor = NULL;
    MDB_val key = kin_store_val(first, prefix), value;
    int status = 0;
    int rc = mdb_cursor_open(txn, cache->dbi[KIN_TABLE_RECORD], &cursor);
    if (rc == 0)
        rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (rc == 0 && key.mv_size >= prefix && memcmp(key.mv_data, first, prefix) == 0) {
        status = visit(context, (const unsigned char *)key.mv_data + prefix, key.mv_size - prefix,
                       value.mv_data, value.mv_size);
        if (status != 0)
            break;
        rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    if (cursor)
        mdb_cursor_close(cursor);
    kin_store_end(cache, txn);
    if (status == 0 && rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(cache, rc, err, "walking records");
    return status;
}

int kin_record_put(struct kin_writing *w, const char *table, const void *key, size_t key_length,
                   const void *value, size_t length, struct kin_error *err)
{
    unsigned char full[KIN_RECORD_KEY];
    size_t n = kin_record_key(table, key, key_length, full);
    MDB_val k = kin_store_val(full, n);
    int rc;
    if (value)
        rc = kin_store_put(w->cache, w->txn, KIN_TABLE_RECORD, full, n, value, length);
    else
        rc = mdb_del(w->txn, w->cache->dbi[KIN_TABLE_RECORD], &k, NULL);
    if (rc == 0 || (!value && rc == MDB_NOTFOUND))
        return 0;
    return kin_store_fail(w->cache, rc, err, "writing a record");
}
