/* Blobs: from a digest to verified bytes, and back. */
#include "cache/writer.h"
#include "kindred/log.h"
#include "kindred/memory.h"

#define COPY_STEP ((size_t)1 << 15)

bool kin_blob_decode(const MDB_val *value, struct kin_place *out)
{
    if (value->mv_size != KIN_PLACE_BYTES)
        return false;
    const unsigned char *b = value->mv_data;
    out->length = kin_store_unpack(b, 8);
    out->extent = kin_store_unpack(b + 8, 8);
    out->offset = (uint32_t)kin_store_unpack(b + 16, 4);
    out->flags = (uint32_t)kin_store_unpack(b + 20, 4);
    return out->length <= KIN_BLOB_LONGEST && out->offset < KIN_EXTENT_BYTES;
}

int kin_blob_find(const struct kin_cache *cache, MDB_txn *txn, const struct kin_digest *digest,
                  struct kin_place *out, struct kin_error *err)
{
    MDB_val value;
    int rc = kin_store_get(cache, txn, KIN_TABLE_BLOB, digest->bytes, sizeof digest->bytes, &value);
    if (rc == MDB_NOTFOUND)
        return KIN_ENOTFOUND;
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "looking up an artifact");
    if (!kin_blob_decode(&value, out))
        return kin_fail(err, KIN_ECORRUPT, "its index entry (%zu bytes) makes no sense",
                        value.mv_size);
    return 0;
}

bool kin_blob_known(const struct kin_cache *cache, MDB_txn *txn, const struct kin_digest *digest)
{
    struct kin_place place;
    return kin_blob_find(cache, txn, digest, &place, NULL) != KIN_ENOTFOUND;
}

static int write_place(struct kin_writing *w, const struct kin_digest *digest,
                       const struct kin_place *place, struct kin_error *err)
{
    unsigned char b[KIN_PLACE_BYTES];
    kin_store_pack(b, place->length, 8);
    kin_store_pack(b + 8, place->extent, 8);
    kin_store_pack(b + 16, place->offset, 4);
    kin_store_pack(b + 20, place->flags, 4);
    int rc = kin_store_put(w->cache, w->txn, KIN_TABLE_BLOB, digest->bytes, sizeof digest->bytes, b,
                           sizeof b);
    return rc == 0 ? 0 : kin_store_fail(w->cache, rc, err, "writing an artifact");
}

static enum kin_presence presence_of(const struct kin_place *place)
{
    if (place->flags & KIN_BLOB_DROPPED)
        return KIN_DROPPED;
    return place->flags & KIN_BLOB_BAD ? KIN_ABSENT : KIN_PRESENT;
}

enum kin_presence kin_cache_presence(struct kin_cache *cache, const struct kin_digest *digest)
{
    MDB_txn *txn;
    if (kin_store_begin(cache, &txn, NULL) != 0)
        return KIN_ABSENT;
    struct kin_place place;
    int status = kin_blob_find(cache, txn, digest, &place, NULL);
    kin_store_end(cache, txn);
    return status == 0 ? presence_of(&place) : KIN_ABSENT;
}

int kin_blob_rehash(const struct kin_cache *cache, MDB_txn *txn, const struct kin_writing *writing,
                    const struct kin_place *place, struct kin_digest *out, struct kin_error *err)
{
    struct kin_digest_stream *stream = kin_digest_stream_new();
    if (!stream)
        return kin_fail(err, KIN_ENOMEM, "no memory for a digest");
    size_t n = 0;
    for (uint64_t at = 0; at < place->length; at += n) {
        const void *piece;
        int status = kin_extent_piece(cache, txn, writing, place, at, &piece, &n, err);
        if (status != 0) {
            kin_digest_stream_free(stream);
            return status;
        }
        kin_digest_stream_add(stream, piece, n);
    }
    *out = kin_digest_stream_end(stream);
    return 0;
}

/* ---- reading ---- */

/* Copies a piece and adds the copy to the digest, in steps that stay in the processor's cache. */
static void copy_and_add(unsigned char *out, const unsigned char *piece, size_t length,
                         struct kin_digest_stream *stream)
{
    for (size_t at = 0; at < length; at += COPY_STEP) {
        size_t n = length - at < COPY_STEP ? length - at : COPY_STEP;
        memcpy(out + at, piece + at, n);
        kin_digest_stream_add(stream, out + at, n);
    }
}

static int copy_pieces(struct kin_cache *cache, MDB_txn *txn, const struct kin_place *place,
                       unsigned char *out, struct kin_digest_stream *stream, struct kin_error *err)
{
    size_t n = 0;
    for (uint64_t at = 0; at < place->length; at += n) {
        const void *piece;
        KIN_TRY(kin_extent_piece(cache, txn, NULL, place, at, &piece, &n, err));
        copy_and_add(out + at, piece, n, stream);
    }
    return 0;
}

/* Copies the bytes and gives the digest of the copy. */
static int copy_bytes(struct kin_cache *cache, MDB_txn *txn, const struct kin_place *place,
                      unsigned char *out, struct kin_digest *digest, struct kin_error *err)
{
    if (place->length == 0) {
        *digest = kin_digest_of("", 0);
        return 0;
    }
    if (place->length <= COPY_STEP) {
        const void *piece;
        size_t n;
        KIN_TRY(kin_extent_piece(cache, txn, NULL, place, 0, &piece, &n, err));
        memcpy(out, piece, n);
        *digest = kin_digest_of(out, n);
        return 0;
    }
    struct kin_digest_stream *stream = kin_digest_stream_new();
    if (!stream)
        return kin_fail(err, KIN_ENOMEM, "no memory for a digest");
    int status = copy_pieces(cache, txn, place, out, stream, err);
    if (status == 0)
        *digest = kin_digest_stream_end(stream);
    else
        kin_digest_stream_free(stream);
    return status;
}

/* Copies first and verifies the copy: what was verified is then what the caller has. */
static int read_blob(struct kin_cache *cache, MDB_txn *txn, const struct kin_digest *digest,
                     void **bytes, size_t *length, struct kin_error *err)
{
    struct kin_place place;
    char name[KIN_DIGEST_TEXT];
    kin_digest_text(digest, name);
    int status = kin_blob_find(cache, txn, digest, &place, err);
    if (status == KIN_ENOTFOUND)
        return kin_fail(err, status, "artifact %s is not in the cache", name);
    KIN_TRY(status);
    if (place.flags & KIN_BLOB_DROPPED)
        return kin_fail(err, KIN_ENOTFOUND, "the bytes of artifact %s were dropped", name);
    if (place.flags & KIN_BLOB_BAD)
        return kin_fail(err, KIN_ENOTFOUND, "the bytes of artifact %s were found damaged", name);
    KIN_TRY(kin_extent_check(cache, txn, NULL, &place, err));
    unsigned char *copy = kin_alloc_unset((size_t)place.length);
    if (!copy)
        return kin_fail(err, KIN_ENOMEM, "no memory for %llu bytes",
                        (unsigned long long)place.length);
    struct kin_digest real;
    status = copy_bytes(cache, txn, &place, copy, &real, err);
    if (status == 0 && !kin_digest_equal(&real, digest))
        status = kin_fail(err, KIN_ECORRUPT, "its bytes give another digest");
    if (status != 0) {
        kin_free(copy);
        return status;
    }
    *bytes = copy;
    *length = (size_t)place.length;
    return 0;
}

/* Puts a damaged blob aside, so that it is a miss from now on. When that cannot be written the next
 * get finds the damage again. */
static void condemn(struct kin_cache *cache, const struct kin_digest *digest)
{
    struct kin_cache_batch *batch = cache->read_only ? NULL : kin_batch_new(cache);
    if (!batch)
        return;
    if (kin_batch_condemn(batch, digest, NULL) != 0) {
        kin_batch_free(batch);
        return;
    }
    if (kin_writer_is_me(cache->writer))
        (void)kin_cache_write_later(cache, batch, NULL, NULL, NULL);
    else
        (void)kin_cache_write(cache, batch, NULL);
}

int kin_cache_get(struct kin_cache *cache, const struct kin_digest *digest, void **bytes,
                  size_t *length, struct kin_error *err)
{
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    int status = read_blob(cache, txn, digest, bytes, length, err);
    kin_store_end(cache, txn);
    if (status == KIN_ECORRUPT) {
        char name[KIN_DIGEST_TEXT];
        kin_digest_text(digest, name);
        kin_error_within(err, "artifact %s is damaged in the cache", name);
        kin_log(KIN_LOG_WARN, "cache '%s': artifact %s is damaged and is put aside", cache->folder,
                name);
        condemn(cache, digest);
    }
    return status;
}

int kin_cache_each_blob(struct kin_cache *cache,
                        int (*visit)(void *context, const struct kin_digest *digest,
                                     enum kin_presence presence, uint64_t length),
                        void *context, struct kin_error *err)
{
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    int status = 0;
    int rc = mdb_cursor_open(txn, cache->dbi[KIN_TABLE_BLOB], &cursor);
    while (status == 0 && rc == 0 && (rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        struct kin_digest digest;
        struct kin_place place;
        if (key.mv_size != sizeof digest.bytes || !kin_blob_decode(&value, &place))
            continue; /* verify reports it */
        memcpy(digest.bytes, key.mv_data, sizeof digest.bytes);
        status = visit(context, &digest, presence_of(&place), place.length);
    }
    if (cursor)
        mdb_cursor_close(cursor);
    kin_store_end(cache, txn);
    if (status == 0 && rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(cache, rc, err, "walking artifacts");
    return status;
}

/* ---- writing ---- */

/* Whether stored bytes equal new ones; missing bytes are different ones. */
static int compare_bytes(struct kin_writing *w, const struct kin_place *place, const void *bytes,
                         size_t length, bool *same, struct kin_error *err)
{
    *same = place->length == length;
    size_t n = 0;
    for (uint64_t at = 0; *same && at < length; at += n) {
        const void *piece;
        int status = kin_extent_piece(w->cache, w->txn, w, place, at, &piece, &n, err);
        if (status != 0 && status != KIN_ECORRUPT)
            return status;
        *same = status == 0 && memcmp(piece, (const unsigned char *)bytes + at, n) == 0;
    }
    return 0;
}

/* The digest is there with other bytes: either those are damaged, or this is a collision. */
static int settle_difference(struct kin_writing *w, const struct kin_digest *digest,
                             const struct kin_place *place, size_t length, struct kin_error *err)
{
    struct kin_digest real;
    int status = kin_blob_rehash(w->cache, w->txn, w, place, &real, err);
    if (status == KIN_ECORRUPT || (status == 0 && !kin_digest_equal(&real, digest)))
        return 0;
    KIN_TRY(status);
    char name[KIN_DIGEST_TEXT];
    kin_digest_text(digest, name);
    return kin_fail(err, KIN_ECOLLISION,
                    "two different artifacts, of %llu and %zu bytes, have the digest %s: the "
                    "second one is not stored",
                    (unsigned long long)place->length, length, name);
}

/* Stores over what is there; *stored is false when new bytes must be written. */
static int keep_stored(struct kin_writing *w, const struct kin_digest *digest,
                       struct kin_place *place, const void *bytes, size_t length, bool temporary,
                       bool *stored, struct kin_error *err)
{
    *stored = false;
    if (place->flags & KIN_BLOB_DROPPED)
        return 0;
    bool same = false;
    if (!(place->flags & KIN_BLOB_BAD))
        KIN_TRY(compare_bytes(w, place, bytes, length, &same, err));
    if (!same) {
        if (!(place->flags & KIN_BLOB_BAD))
            KIN_TRY(settle_difference(w, digest, place, length, err));
        return kin_extent_release(w, place, err);
    }
    *stored = true;
    if (temporary || !(place->flags & KIN_BLOB_TEMPORARY))
        return 0;
    place->flags &= ~(uint32_t)KIN_BLOB_TEMPORARY;
    return write_place(w, digest, place, err);
}

int kin_blob_put(struct kin_writing *w, const struct kin_digest *digest, const void *bytes,
                 size_t length, bool temporary, struct kin_error *err)
{
    struct kin_place place;
    int status = kin_blob_find(w->cache, w->txn, digest, &place, err);
    if (status != 0 && status != KIN_ENOTFOUND && status != KIN_ECORRUPT)
        return status;
    if (status == 0) {
        bool stored;
        KIN_TRY(keep_stored(w, digest, &place, bytes, length, temporary, &stored, err));
        if (stored)
            return 0;
    }
    KIN_TRY(kin_extent_store(w, bytes, length, temporary, &place, err));
    place.flags = KIN_BLOB_PRESENT | (temporary ? KIN_BLOB_TEMPORARY : 0);
    return write_place(w, digest, &place, err);
}

static int drop_place(struct kin_writing *w, const struct kin_digest *digest,
                      const struct kin_place *place, struct kin_error *err)
{
    if (!(place->flags & KIN_BLOB_BAD))
        KIN_TRY(kin_binding_keep(w, digest, place, err));
    KIN_TRY(kin_extent_release(w, place, err));
    struct kin_place dropped = {.length = place->length,
                                .flags = KIN_BLOB_TEMPORARY | KIN_BLOB_DROPPED};
    return write_place(w, digest, &dropped, err);
}

int kin_blob_drop(struct kin_writing *w, const struct kin_digest *digest, struct kin_error *err)
{
    struct kin_place place;
    int status = kin_blob_find(w->cache, w->txn, digest, &place, err);
    if (status == KIN_ENOTFOUND)
        return 0;
    KIN_TRY(status);
    if (!(place.flags & KIN_BLOB_TEMPORARY) || (place.flags & KIN_BLOB_DROPPED))
        return 0;
    return drop_place(w, digest, &place, err);
}

int kin_blob_evict(struct kin_writing *w, const struct kin_digest *digest, struct kin_error *err)
{
    struct kin_place place;
    KIN_TRY(kin_blob_find(w->cache, w->txn, digest, &place, err));
    return place.flags & KIN_BLOB_DROPPED ? 0 : drop_place(w, digest, &place, err);
}

int kin_blob_remove(struct kin_writing *w, const struct kin_digest *digest, struct kin_error *err)
{
    struct kin_place place;
    int status = kin_blob_find(w->cache, w->txn, digest, &place, NULL);
    if (status == 0 && !(place.flags & KIN_BLOB_DROPPED) && place.length <= KIN_BLOB_LONGEST)
        KIN_TRY(kin_extent_release(w, &place, err));
    MDB_val key = kin_store_val(digest->bytes, sizeof digest->bytes);
    int rc = mdb_del(w->txn, w->cache->dbi[KIN_TABLE_BLOB], &key, NULL);
    if (rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(w->cache, rc, err, "removing an artifact");
    return 0;
}

int kin_blob_leave_out(struct kin_writing *w, const struct kin_digest *digest, uint64_t length,
                       struct kin_error *err)
{
    struct kin_place place;
    int status = kin_blob_find(w->cache, w->txn, digest, &place, err);
    if (status != KIN_ENOTFOUND)
        return status == KIN_ECORRUPT ? 0 : status;
    place = (struct kin_place){.length = length, .flags = KIN_BLOB_TEMPORARY | KIN_BLOB_DROPPED};
    return write_place(w, digest, &place, err);
}

int kin_blob_condemn(struct kin_writing *w, const struct kin_digest *digest, struct kin_error *err)
{
    struct kin_place place;
    int status = kin_blob_find(w->cache, w->txn, digest, &place, err);
    if (status == KIN_ENOTFOUND)
        return 0;
    KIN_TRY(status);
    if (place.flags & (KIN_BLOB_DROPPED | KIN_BLOB_BAD))
        return 0;
    struct kin_digest real;
    status = kin_blob_rehash(w->cache, w->txn, w, &place, &real, err);
    if (status == 0 && kin_digest_equal(&real, digest))
        return 0; /* somebody has stored it anew */
    if (status != 0 && status != KIN_ECORRUPT)
        return status;
    place.flags |= KIN_BLOB_BAD;
    return write_place(w, digest, &place, err);
}
