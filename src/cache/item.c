/* Item tables: under each family the sorted pairs item digest + output digest. */
#include "cache/writer.h"

#define DIGEST_BYTES 16
#define PAIR_BYTES (2 * DIGEST_BYTES)

/* Sets the cursor on the item's pair: 0, MDB_NOTFOUND, or another code of LMDB. */
static int seek(MDB_cursor *cursor, const struct kin_digest *family, const struct kin_digest *item,
                MDB_val *pair)
{
    unsigned char least[PAIR_BYTES] = {0};
    memcpy(least, item->bytes, DIGEST_BYTES);
    MDB_val key = kin_store_val(family->bytes, DIGEST_BYTES);
    *pair = kin_store_val(least, PAIR_BYTES);
    int rc = mdb_cursor_get(cursor, &key, pair, MDB_GET_BOTH_RANGE);
    if (rc != 0)
        return rc;
    bool same =
        pair->mv_size == PAIR_BYTES && memcmp(pair->mv_data, item->bytes, DIGEST_BYTES) == 0;
    return same ? 0 : MDB_NOTFOUND;
}

static int find_all(MDB_cursor *cursor, const struct kin_digest *family,
                    const struct kin_digest *items, size_t n, struct kin_digest *out, bool *found)
{
    for (size_t i = 0; i < n; i++) {
        MDB_val pair;
        int rc = seek(cursor, family, &items[i], &pair);
        if (rc != 0 && rc != MDB_NOTFOUND)
            return rc;
        found[i] = rc == 0;
        if (found[i])
            memcpy(out[i].bytes, (const unsigned char *)pair.mv_data + DIGEST_BYTES, DIGEST_BYTES);
    }
    return 0;
}

int kin_cache_find_items(struct kin_cache *cache, const struct kin_digest *family,
                         const struct kin_digest *items, size_t n, struct kin_digest *out,
                         bool *found, struct kin_error *err)
{
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    MDB_cursor *cursor = NULL;
    int rc = mdb_cursor_open(txn, cache->dbi[KIN_TABLE_ITEM], &cursor);
    if (rc == 0) {
        rc = find_all(cursor, family, items, n, out, found);
        mdb_cursor_close(cursor);
    }
    kin_store_end(cache, txn);
    return rc == 0 ? 0 : kin_store_fail(cache, rc, err, "looking up items");
}

int kin_item_exists(struct kin_writing *w, const struct kin_digest *family,
                    const struct kin_digest *item, bool *out, struct kin_error *err)
{
    MDB_cursor *cursor;
    MDB_val pair;
    int rc = mdb_cursor_open(w->txn, w->cache->dbi[KIN_TABLE_ITEM], &cursor);
    if (rc != 0)
        return kin_store_fail(w->cache, rc, err, "looking up an item");
    rc = seek(cursor, family, item, &pair);
    mdb_cursor_close(cursor);
    *out = rc == 0;
    return rc == 0 || rc == MDB_NOTFOUND ? 0
                                         : kin_store_fail(w->cache, rc, err, "looking up an item");
}

/* Deletes the item's pair unless it is the wanted one already. */
static int clear_pair(MDB_cursor *cursor, const struct kin_digest *family,
                      const struct kin_digest *item, const struct kin_digest *output, bool *there)
{
    MDB_val pair;
    int rc = seek(cursor, family, item, &pair);
    *there = rc == 0 && memcmp((const unsigned char *)pair.mv_data + DIGEST_BYTES, output->bytes,
                               DIGEST_BYTES) == 0;
    if (rc == MDB_NOTFOUND)
        return 0;
    return rc != 0 || *there ? rc : mdb_cursor_del(cursor, 0);
}

int kin_item_put(struct kin_writing *w, const struct kin_digest *family,
                 const struct kin_digest *item, const struct kin_digest *output,
                 struct kin_error *err)
{
    MDB_cursor *cursor;
    bool there = false;
    int rc = mdb_cursor_open(w->txn, w->cache->dbi[KIN_TABLE_ITEM], &cursor);
    if (rc == 0) {
        rc = clear_pair(cursor, family, item, output, &there);
        mdb_cursor_close(cursor);
    }
    if (rc == 0 && !there) {
        unsigned char pair[PAIR_BYTES];
        memcpy(pair, item->bytes, DIGEST_BYTES);
        memcpy(pair + DIGEST_BYTES, output->bytes, DIGEST_BYTES);
        rc = kin_store_put(w->cache, w->txn, KIN_TABLE_ITEM, family->bytes, DIGEST_BYTES, pair,
                           sizeof pair);
    }
    return rc == 0 ? 0 : kin_store_fail(w->cache, rc, err, "writing an item");
}

int kin_item_forget(struct kin_writing *w, const struct kin_digest *family,
                    const struct kin_digest *item, const struct kin_digest *output,
                    struct kin_error *err)
{
    unsigned char pair[PAIR_BYTES];
    memcpy(pair, item->bytes, DIGEST_BYTES);
    memcpy(pair + DIGEST_BYTES, output->bytes, DIGEST_BYTES);
    MDB_val key = kin_store_val(family->bytes, DIGEST_BYTES);
    MDB_val value = kin_store_val(pair, sizeof pair);
    int rc = mdb_del(w->txn, w->cache->dbi[KIN_TABLE_ITEM], &key, &value);
    if (rc == 0 || rc == MDB_NOTFOUND)
        return 0;
    return kin_store_fail(w->cache, rc, err, "forgetting an item");
}
