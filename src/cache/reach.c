/* Whether an entry is where a search for its key ends. Walking a table finds entries that no search
 * does, when a key in a leaf or a branch of LMDB's tree is damaged. */
#include "cache/store.h"

/* A cursor of its own each time: one that has been used looks at its own page first. */
static int find_duplicate(const struct kin_cache *cache, MDB_txn *txn, enum kin_store_table table,
                          MDB_val *key, MDB_val *value)
{
    MDB_cursor *cursor;
    int rc = mdb_cursor_open(txn, cache->dbi[table], &cursor);
    if (rc != 0)
        return rc;
    rc = mdb_cursor_get(cursor, key, value, MDB_GET_BOTH_RANGE);
    mdb_cursor_close(cursor);
    return rc;
}

int kin_store_reaches(const struct kin_cache *cache, MDB_txn *txn, enum kin_store_table table,
                      const MDB_val *key, const MDB_val *value, bool *out, struct kin_error *err)
{
    MDB_val wanted = *key, found = *value;
    int rc = table == KIN_TABLE_ITEM ? find_duplicate(cache, txn, table, &wanted, &found)
                                     : mdb_get(txn, cache->dbi[table], &wanted, &found);
    if (rc != 0 && rc != MDB_NOTFOUND && rc != MDB_BAD_VALSIZE)
        return kin_store_fail(cache, rc, err, "looking up a key");
    *out = rc == 0 && found.mv_data == value->mv_data;
    return 0;
}
