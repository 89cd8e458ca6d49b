/*
 * Extents: where the bytes of blobs lie.
 *
 * LMDB gives every value above half a page whole pages of its own, which must lie together in the
 * file. So small values share an extent, and big ones take several of the same size, which a freed
 * extent can always hold again. An extent is written once and never changed; how many of its bytes
 * are still in use is counted in a table of its own, and at none the extent is deleted.
 */
#include "cache/writer.h"
#include "kindred/memory.h"

static bool is_small(const struct kin_place *place)
{
    return place->length <= KIN_EXTENT_SMALL;
}

uint64_t kin_extent_count(const struct kin_place *place)
{
    if (place->length == 0)
        return 0;
    return is_small(place) ? 1 : (place->length - 1) / KIN_EXTENT_BYTES + 1;
}

static const struct kin_pack *open_pack(const struct kin_writing *w, uint64_t id)
{
    for (size_t i = 0; w && i < KIN_COUNT(w->packs); i++) {
        if (id != 0 && w->packs[i].id == id)
            return &w->packs[i];
    }
    return NULL;
}

int kin_extent_piece(const struct kin_cache *cache, MDB_txn *txn, const struct kin_writing *writing,
                     const struct kin_place *place, uint64_t at, const void **piece, size_t *length,
                     struct kin_error *err)
{
    uint64_t id = place->extent + at / KIN_EXTENT_BYTES;
    size_t start = is_small(place) ? place->offset + (size_t)at : (size_t)(at % KIN_EXTENT_BYTES);
    uint64_t rest = place->length - at;
    size_t want = rest < KIN_EXTENT_BYTES ? (size_t)rest : KIN_EXTENT_BYTES;
    const struct kin_pack *pack = open_pack(writing, id);
    MDB_val value = {0};
    if (pack) {
        value = kin_store_val(pack->bytes, pack->used);
    } else {
        int rc = kin_store_get(cache, txn, KIN_TABLE_EXTENT, &id, sizeof id, &value);
        if (rc != 0 && rc != MDB_NOTFOUND)
            return kin_store_fail(cache, rc, err, "reading bytes");
    }
    if (value.mv_size < start || value.mv_size - start < want)
        return kin_fail(err, KIN_ECORRUPT, "extent %llu has %zu bytes, wanted %zu from byte %zu on",
                        (unsigned long long)id, value.mv_size, want, start);
    *piece = (const unsigned char *)value.mv_data + start;
    *length = want;
    return 0;
}

int kin_extent_check(const struct kin_cache *cache, MDB_txn *txn, const struct kin_writing *writing,
                     const struct kin_place *place, struct kin_error *err)
{
    if (place->length == 0)
        return 0;
    const void *piece;
    size_t length;
    uint64_t last = is_small(place) ? 0 : (kin_extent_count(place) - 1) * KIN_EXTENT_BYTES;
    return kin_extent_piece(cache, txn, writing, place, last, &piece, &length, err);
}

static int put_extent(struct kin_writing *w, uint64_t id, const void *bytes, size_t length,
                      uint64_t live, struct kin_error *err)
{
    unsigned char count[8];
    kin_store_pack(count, live, sizeof count);
    int rc = kin_store_put(w->cache, w->txn, KIN_TABLE_EXTENT, &id, sizeof id, bytes, length);
    if (rc == 0)
        rc = kin_store_put(w->cache, w->txn, KIN_TABLE_LIVE, &id, sizeof id, count, sizeof count);
    return rc == 0 ? 0 : kin_store_fail(w->cache, rc, err, "writing bytes");
}

static int flush_pack(struct kin_writing *w, struct kin_pack *pack, struct kin_error *err)
{
    int status = 0;
    if (pack->id != 0 && pack->live > 0)
        status = put_extent(w, pack->id, pack->bytes, pack->used, pack->live, err);
    pack->id = 0;
    pack->used = 0;
    pack->live = 0;
    return status;
}

int kin_extent_flush(struct kin_writing *w, struct kin_error *err)
{
    for (size_t i = 0; i < KIN_COUNT(w->packs); i++)
        KIN_TRY(flush_pack(w, &w->packs[i], err));
    return 0;
}

/* New ids follow the highest one in use, whoever wrote it: asked anew in every transaction. */
int kin_extent_begin(struct kin_writing *w, struct kin_error *err)
{
    for (size_t i = 0; i < KIN_COUNT(w->packs); i++)
        w->packs[i].id = w->packs[i].used = w->packs[i].live = 0;
    MDB_cursor *cursor;
    int rc = mdb_cursor_open(w->txn, w->cache->dbi[KIN_TABLE_EXTENT], &cursor);
    if (rc != 0)
        return kin_store_fail(w->cache, rc, err, "writing bytes");
    MDB_val key, value;
    rc = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    w->next_extent = 1;
    if (rc == 0) {
        memcpy(&w->next_extent, key.mv_data, sizeof w->next_extent);
        w->next_extent++;
    }
    mdb_cursor_close(cursor);
    return rc == 0 || rc == MDB_NOTFOUND ? 0 : kin_store_fail(w->cache, rc, err, "writing bytes");
}

static int store_small(struct kin_writing *w, const void *bytes, size_t length, bool temporary,
                       struct kin_place *out, struct kin_error *err)
{
    struct kin_pack *pack = &w->packs[temporary];
    if (!pack->bytes)
        KIN_TRY(kin_alloc_into(&pack->bytes, KIN_EXTENT_BYTES, 1, err));
    if (pack->id != 0 && KIN_EXTENT_BYTES - pack->used < length)
        KIN_TRY(flush_pack(w, pack, err));
    if (pack->id == 0)
        pack->id = w->next_extent++;
    memcpy(pack->bytes + pack->used, bytes, length);
    out->extent = pack->id;
    out->offset = (uint32_t)pack->used;
    pack->used += length;
    pack->live += length;
    return 0;
}

int kin_extent_store(struct kin_writing *w, const void *bytes, size_t length, bool temporary,
                     struct kin_place *out, struct kin_error *err)
{
    *out = (struct kin_place){.length = length};
    if (length == 0)
        return 0;
    if (is_small(out))
        return store_small(w, bytes, length, temporary, out, err);
    out->extent = w->next_extent;
    for (size_t at = 0; at < length; at += KIN_EXTENT_BYTES) {
        size_t n = length - at < KIN_EXTENT_BYTES ? length - at : KIN_EXTENT_BYTES;
        KIN_TRY(put_extent(w, w->next_extent++, (const unsigned char *)bytes + at, n, n, err));
    }
    return 0;
}

static int delete_extent(struct kin_writing *w, uint64_t id, struct kin_error *err)
{
    static const enum kin_store_table tables[] = {KIN_TABLE_EXTENT, KIN_TABLE_LIVE};
    MDB_val key = kin_store_val(&id, sizeof id);
    for (size_t i = 0; i < KIN_COUNT(tables); i++) {
        int rc = mdb_del(w->txn, w->cache->dbi[tables[i]], &key, NULL);
        if (rc != 0 && rc != MDB_NOTFOUND)
            return kin_store_fail(w->cache, rc, err, "dropping bytes");
    }
    return 0;
}

/* A count that is missing or too small is damage; the extent then stays, for verify to report. */
static int release_small(struct kin_writing *w, const struct kin_place *place,
                         struct kin_error *err)
{
    for (size_t i = 0; i < KIN_COUNT(w->packs); i++) {
        if (w->packs[i].id == place->extent) {
            if (w->packs[i].live >= place->length)
                w->packs[i].live -= (size_t)place->length;
            return 0;
        }
    }
    uint64_t id = place->extent;
    MDB_val value;
    int rc = kin_store_get(w->cache, w->txn, KIN_TABLE_LIVE, &id, sizeof id, &value);
    if (rc == MDB_NOTFOUND || (rc == 0 && value.mv_size != 8))
        return 0;
    if (rc != 0)
        return kin_store_fail(w->cache, rc, err, "dropping bytes");
    uint64_t live = kin_store_unpack(value.mv_data, 8);
    if (live == place->length)
        return delete_extent(w, id, err);
    if (live < place->length)
        return 0;
    unsigned char count[8];
    kin_store_pack(count, live - place->length, sizeof count);
    rc = kin_store_put(w->cache, w->txn, KIN_TABLE_LIVE, &id, sizeof id, count, sizeof count);
    return rc == 0 ? 0 : kin_store_fail(w->cache, rc, err, "dropping bytes");
}

int kin_extent_release(struct kin_writing *w, const struct kin_place *place, struct kin_error *err)
{
    if (place->length == 0)
        return 0;
    if (is_small(place))
        return release_small(w, place, err);
    for (uint64_t i = 0; i < kin_extent_count(place); i++)
        KIN_TRY(delete_extent(w, place->extent + i, err));
    return 0;
}
