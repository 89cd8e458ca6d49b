/*
 * Mending: what cannot be right is taken out, so that the next run finds a miss where it was. Where
 * bytes lie is counted anew from what blobs say, not released blob by blob: the entry of a damaged
 * one may name the extents of another.
 */
#include "cache/uses.h"
#include "kindred/memory.h"

#define DIGEST_BYTES 16

struct mend {
    struct kin_writing w;
    enum kin_store_table table; /* that is being walked, and where */
    MDB_cursor *cursor;
    bool last;
    struct kin_mended *mended;
    struct kin_uses uses;
    struct entry { /* what goes: collected first, since deleting moves cursors */
        enum kin_store_table table;
        unsigned char *key, *value; /* value: of one duplicate, or NULL */
        size_t key_length, value_length;
    } * gone;
    size_t n_gone, gone_capacity;
};

static void mend_release(struct mend *mend)
{
    for (size_t i = 0; i < mend->n_gone; i++)
        kin_free(mend->gone[i].key);
    kin_free(mend->gone);
    kin_uses_release(&mend->uses);
}

/* ---- walking and deleting ---- */

static int take_out(struct mend *mend, enum kin_store_table table, const MDB_val *key,
                    const MDB_val *value, struct kin_error *err)
{
    KIN_TRY(kin_grow(&mend->gone, &mend->gone_capacity, mend->n_gone + 1, sizeof *mend->gone, err));
    struct entry *entry = &mend->gone[mend->n_gone];
    size_t length = value ? value->mv_size : 0;
    KIN_TRY(kin_alloc_into(&entry->key, key->mv_size + length, 1, err));
    memcpy(entry->key, key->mv_data, key->mv_size);
    if (value)
        memcpy(entry->key + key->mv_size, value->mv_data, length);
    entry->table = table;
    entry->key_length = key->mv_size;
    entry->value = value ? entry->key + key->mv_size : NULL;
    entry->value_length = length;
    mend->n_gone++;
    return 0;
}

static int delete_all(struct mend *mend, struct kin_error *err)
{
    for (size_t i = 0; i < mend->n_gone; i++) {
        const struct entry *entry = &mend->gone[i];
        MDB_val key = kin_store_val(entry->key, entry->key_length);
        MDB_val value = kin_store_val(entry->value, entry->value_length);
        int rc = mdb_del(mend->w.txn, mend->w.cache->dbi[entry->table], &key,
                         entry->value ? &value : NULL);
        if (rc != 0 && rc != MDB_NOTFOUND)
            return kin_store_fail(mend->w.cache, rc, err, "mending");
        kin_free(mend->gone[i].key);
        mend->gone[i].key = NULL;
    }
    mend->n_gone = 0;
    return 0;
}

typedef int visitor(struct mend *mend, const MDB_val *key, const MDB_val *value,
                    struct kin_error *err);

static int walk(struct mend *mend, enum kin_store_table table, visitor *visit,
                struct kin_error *err)
{
    MDB_val key, value;
    int status = 0;
    int rc = mdb_cursor_open(mend->w.txn, mend->w.cache->dbi[table], &mend->cursor);
    if (rc != 0)
        return kin_store_fail(mend->w.cache, rc, err, "mending");
    mend->table = table;
    while (status == 0 && (rc = mdb_cursor_get(mend->cursor, &key, &value, MDB_NEXT)) == 0)
        status = visit(mend, &key, &value, err);
    mdb_cursor_close(mend->cursor);
    if (status == 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(mend->w.cache, rc, err, "mending");
    return status;
}

/* Visits every entry of a table, then deletes what was taken out. */
static int each(struct mend *mend, enum kin_store_table table, visitor *visit,
                struct kin_error *err)
{
    KIN_TRY(walk(mend, table, visit, err));
    return delete_all(mend, err);
}

/* ---- entries that no search finds ---- */

static int prune_entry(struct mend *mend, const MDB_val *key, const MDB_val *value,
                       struct kin_error *err)
{
    bool reached;
    KIN_TRY(kin_store_reaches(mend->w.cache, mend->w.txn, mend->table, key, value, &reached, err));
    if (reached)
        return 0;
    mend->mended->others++;
    int rc = mdb_cursor_del(mend->cursor, 0);
    return rc == 0 ? 0 : kin_store_fail(mend->w.cache, rc, err, "mending");
}

/* Where the cursor stands, since deleting by key would not find them either; until a walk meets
 * none, since one that is gone changes what the others are compared with. */
static int prune(struct mend *mend, enum kin_store_table table, struct kin_error *err)
{
    uint64_t before;
    do {
        before = mend->mended->others;
        KIN_TRY(walk(mend, table, prune_entry, err));
    } while (mend->mended->others > before);
    return 0;
}

/* ---- artifacts ---- */

static int mend_blob(struct mend *mend, const struct kin_digest *digest, struct kin_error *err)
{
    struct kin_place place;
    struct kin_digest real;
    struct kin_cache *cache = mend->w.cache;
    int status = kin_blob_find(cache, mend->w.txn, digest, &place, NULL);
    if (status == KIN_ENOTFOUND || (status == 0 && (place.flags & KIN_BLOB_DROPPED)))
        return 0;
    if (status == 0 && !(place.flags & KIN_BLOB_BAD))
        status = kin_blob_rehash(cache, mend->w.txn, NULL, &place, &real, NULL);
    if (status == 0 && !(place.flags & KIN_BLOB_BAD) && kin_digest_equal(&real, digest))
        return 0; /* somebody has stored it anew */
    MDB_val key = kin_store_val(digest->bytes, DIGEST_BYTES);
    int rc = mdb_del(mend->w.txn, cache->dbi[KIN_TABLE_BLOB], &key, NULL);
    if (rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(cache, rc, err, "mending");
    mend->mended->artifacts++;
    return 0;
}

static int count_blob(struct mend *mend, const MDB_val *key, const MDB_val *value,
                      struct kin_error *err)
{
    struct kin_place place;
    if (key->mv_size != DIGEST_BYTES || !kin_blob_decode(value, &place)) {
        mend->mended->others++;
        return take_out(mend, KIN_TABLE_BLOB, key, NULL, err);
    }
    return place.flags & KIN_BLOB_DROPPED ? 0 : kin_uses_add(&mend->uses, &place, err);
}

static const struct kin_use *find_use(const struct mend *mend, const MDB_val *key)
{
    uint64_t extent;
    if (key->mv_size != sizeof extent)
        return NULL;
    memcpy(&extent, key->mv_data, sizeof extent);
    return kin_uses_find(&mend->uses, extent);
}

static int mend_extent(struct mend *mend, const MDB_val *key, const MDB_val *value,
                       struct kin_error *err)
{
    (void)value;
    if (find_use(mend, key))
        return 0;
    mend->mended->others++;
    return take_out(mend, KIN_TABLE_EXTENT, key, NULL, err);
}

static int clear_live(struct mend *mend, const MDB_val *key, const MDB_val *value,
                      struct kin_error *err)
{
    const struct kin_use *use = find_use(mend, key);
    if (use && value->mv_size == 8 && kin_store_unpack(value->mv_data, 8) == use->bytes)
        return 0;
    mend->mended->others++;
    return take_out(mend, KIN_TABLE_LIVE, key, NULL, err);
}

static int set_live(struct mend *mend, struct kin_error *err)
{
    struct kin_cache *cache = mend->w.cache;
    for (size_t i = 0; i < mend->uses.n; i++) {
        const struct kin_use *use = &mend->uses.list[i];
        unsigned char count[8];
        MDB_val extent;
        int rc = kin_store_get(cache, mend->w.txn, KIN_TABLE_EXTENT, &use->extent,
                               sizeof use->extent, &extent);
        kin_store_pack(count, use->bytes, sizeof count);
        if (rc == 0)
            rc = kin_store_put(cache, mend->w.txn, KIN_TABLE_LIVE, &use->extent, sizeof use->extent,
                               count, sizeof count);
        if (rc != 0 && rc != MDB_NOTFOUND)
            return kin_store_fail(cache, rc, err, "mending");
    }
    return 0;
}

/* ---- actions and items ---- */

static bool is_whole(const struct mend *mend, const MDB_val *key)
{
    struct kin_digest digest;
    struct kin_action action;
    if (key->mv_size != DIGEST_BYTES)
        return false;
    memcpy(digest.bytes, key->mv_data, DIGEST_BYTES);
    if (kin_action_load(mend->w.cache, mend->w.txn, &digest, &action, NULL) == KIN_ECORRUPT)
        return false;
    for (size_t i = 0; mend->last && i < action.n_outputs; i++)
        if (!kin_blob_known(mend->w.cache, mend->w.txn, &action.outputs[i]))
            return false;
    return true;
}

static int mend_outcome(struct mend *mend, const MDB_val *key, const MDB_val *value,
                        struct kin_error *err)
{
    (void)value;
    if (is_whole(mend, key))
        return 0;
    mend->mended->actions++;
    KIN_TRY(take_out(mend, KIN_TABLE_ORIGIN, key, NULL, err));
    return take_out(mend, KIN_TABLE_OUTCOME, key, NULL, err);
}

static int mend_origin(struct mend *mend, const MDB_val *key, const MDB_val *value,
                       struct kin_error *err)
{
    (void)value;
    MDB_val outcome;
    int rc = kin_store_get(mend->w.cache, mend->w.txn, KIN_TABLE_OUTCOME, key->mv_data,
                           key->mv_size, &outcome);
    if (rc != MDB_NOTFOUND)
        return 0;
    mend->mended->others++;
    return take_out(mend, KIN_TABLE_ORIGIN, key, NULL, err);
}

static int mend_item(struct mend *mend, const MDB_val *key, const MDB_val *value,
                     struct kin_error *err)
{
    struct kin_digest output;
    bool sound = key->mv_size == DIGEST_BYTES && value->mv_size == 2 * DIGEST_BYTES;
    if (sound)
        memcpy(output.bytes, (const unsigned char *)value->mv_data + DIGEST_BYTES, DIGEST_BYTES);
    if (sound && kin_blob_known(mend->w.cache, mend->w.txn, &output))
        return 0;
    mend->mended->items++;
    return take_out(mend, KIN_TABLE_ITEM, key, value, err);
}

static int mend_record(struct mend *mend, const MDB_val *key, const MDB_val *value,
                       struct kin_error *err)
{
    const char *table = key->mv_data;
    bool named = memchr(table, '\0', key->mv_size) != NULL;
    size_t n = named ? strlen(table) + 1 : 0;
    if (named &&
        (strcmp(table, "files") != 0 || kin_file_sound(table + n, key->mv_size - n, value)))
        return 0;
    mend->mended->others++;
    return take_out(mend, KIN_TABLE_RECORD, key, NULL, err);
}

/* ---- all of it ---- */

static int mend_all(struct mend *mend, const struct kin_damage *damage, struct kin_error *err)
{
    for (enum kin_store_table table = 0; table < KIN_TABLES; table++)
        KIN_TRY(prune(mend, table, err));
    for (size_t i = 0; i < damage->n; i++)
        KIN_TRY(mend_blob(mend, &damage->list[i], err));
    KIN_TRY(each(mend, KIN_TABLE_BLOB, count_blob, err));
    kin_uses_sum(&mend->uses);
    KIN_TRY(each(mend, KIN_TABLE_EXTENT, mend_extent, err));
    KIN_TRY(each(mend, KIN_TABLE_LIVE, clear_live, err));
    KIN_TRY(set_live(mend, err));
    KIN_TRY(each(mend, KIN_TABLE_OUTCOME, mend_outcome, err));
    KIN_TRY(each(mend, KIN_TABLE_ORIGIN, mend_origin, err));
    KIN_TRY(each(mend, KIN_TABLE_ITEM, mend_item, err));
    return each(mend, KIN_TABLE_RECORD, mend_record, err);
}

int kin_cache_mend(struct kin_cache *cache, const struct kin_damage *damage, bool last,
                   struct kin_mended *out, struct kin_error *err)
{
    *out = (struct kin_mended){0};
    KIN_TRY(kin_store_check_owner(cache, err));
    if (cache->read_only)
        return kin_fail(err, KIN_EACCESS, "the cache '%s' was opened for reading only",
                        cache->folder);
    KIN_AUTO(mend_release) struct mend mend = {.w = {.cache = cache}, .last = last, .mended = out};
    int rc = mdb_txn_begin(cache->env, NULL, 0, &mend.w.txn);
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "mending");
    int status = mend_all(&mend, damage, err);
    if (status != 0) {
        mdb_txn_abort(mend.w.txn);
        return status;
    }
    rc = mdb_txn_commit(mend.w.txn);
    return rc == 0 ? 0 : kin_store_fail(cache, rc, err, "mending");
}
