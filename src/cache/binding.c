/*
 * What SHA-256 an artifact has, kept when its bytes go and when a snapshot that is believed names
 * one that it left out. So bytes that come back from elsewhere are recognised, and not only by a
 * digest that can be forged.
 */
#include "cache/writer.h"
#include "kindred/memory.h"

#define TABLE "sha256"

int kin_binding_put(struct kin_writing *w, const struct kin_digest *digest,
                    const struct kin_sha256 *sha, struct kin_error *err)
{
    return kin_record_put(w, TABLE, digest->bytes, sizeof digest->bytes, sha->bytes,
                          sizeof sha->bytes, err);
}

struct hashing {
    struct kin_digest_stream *digest;
    struct kin_sha256_stream *sha;
};

static void hashing_release(struct hashing *hashing)
{
    kin_digest_stream_free(hashing->digest);
    kin_sha256_stream_free(hashing->sha);
}

static int hash_pieces(struct kin_writing *w, const struct kin_place *place,
                       const struct hashing *hashing, struct kin_error *err)
{
    size_t n = 0;
    for (uint64_t at = 0; at < place->length; at += n) {
        const void *piece;
        KIN_TRY(kin_extent_piece(w->cache, w->txn, w, place, at, &piece, &n, err));
        kin_digest_stream_add(hashing->digest, piece, n);
        kin_sha256_stream_add(hashing->sha, piece, n);
    }
    return 0;
}

int kin_binding_keep(struct kin_writing *w, const struct kin_digest *digest,
                     const struct kin_place *place, struct kin_error *err)
{
    KIN_AUTO(hashing_release)
    struct hashing hashing = {kin_digest_stream_new(), kin_sha256_stream_new()};
    if (!hashing.digest || !hashing.sha)
        return kin_fail(err, KIN_ENOMEM, "no memory for a digest");
    int status = hash_pieces(w, place, &hashing, err);
    if (status == KIN_ECORRUPT)
        return 0; /* what is damaged binds nothing */
    KIN_TRY(status);
    struct kin_digest real = kin_digest_stream_end(hashing.digest);
    struct kin_sha256 sha = kin_sha256_stream_end(hashing.sha);
    hashing = (struct hashing){0};
    return kin_digest_equal(&real, digest) ? kin_binding_put(w, digest, &sha, err) : 0;
}

bool kin_binding_find(struct kin_cache *cache, const struct kin_digest *digest,
                      struct kin_sha256 *out)
{
    KIN_AUTO(kin_auto_free) void *stored = NULL;
    size_t length = 0;
    if (kin_cache_record(cache, TABLE, digest->bytes, sizeof digest->bytes, &stored, &length,
                         NULL) != 0 ||
        length != sizeof out->bytes)
        return false;
    memcpy(out->bytes, stored, sizeof out->bytes);
    return true;
}
