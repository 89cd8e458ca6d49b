/*
 * Writing, inside the cache: batches, the state of one write transaction, what each file of the
 * cache does with it. All kin_writing functions run in the writer thread.
 */
#ifndef KINDRED_SRC_CACHE_WRITER_H
#define KINDRED_SRC_CACHE_WRITER_H

#include "cache/store.h"
#include "kindred/sha256.h"

/* One page header less than 1 MiB, so that an extent fills its pages. */
#define KIN_EXTENT_BYTES (((size_t)1 << 20) - 16)
/* Up to this length values share extents: alone each would waste half a page on average. */
#define KIN_EXTENT_SMALL ((size_t)1 << 16)

enum {
    KIN_BLOB_PRESENT = 1,
    KIN_BLOB_DROPPED = 2,
    KIN_BLOB_TEMPORARY = 4,
    KIN_BLOB_BAD = 8 /* put aside: the bytes did not give the digest */
};

/* Where the bytes of a blob lie: in one extent from `offset` on, or, when length is above
 * KIN_EXTENT_SMALL, in consecutive extents from the first one's beginning. */
struct kin_place {
    uint64_t length, extent;
    uint32_t offset, flags;
};

/* An extent that is being filled. Values that may be dropped have one of their own. */
struct kin_pack {
    unsigned char *bytes;
    size_t used, live;
    uint64_t id; /* 0: none open */
};

struct kin_writing {
    struct kin_cache *cache;
    MDB_txn *txn;
    uint64_t next_extent;
    struct kin_pack packs[2]; /* kept, temporary */
    bool joined;     /* claims of the dead are swept away */
    uint64_t leases; /* of this process, so far */
};

/* ---- extent.c ---- */

/* The bytes of a blob from position `at` on, as far as they lie together. `writing` is NULL in a
 * read transaction. KIN_ECORRUPT: not there, or too short. */
int kin_extent_piece(const struct kin_cache *cache, MDB_txn *txn, const struct kin_writing *writing,
                     const struct kin_place *place, uint64_t at, const void **piece, size_t *length,
                     struct kin_error *err);
/* KIN_ECORRUPT when the last piece is not there: to be known before memory is asked for. */
int kin_extent_check(const struct kin_cache *cache, MDB_txn *txn, const struct kin_writing *writing,
                     const struct kin_place *place, struct kin_error *err);
uint64_t kin_extent_count(const struct kin_place *place);
int kin_extent_store(struct kin_writing *w, const void *bytes, size_t length, bool temporary,
                     struct kin_place *out, struct kin_error *err);
int kin_extent_release(struct kin_writing *w, const struct kin_place *place, struct kin_error *err);
int kin_extent_begin(struct kin_writing *w, struct kin_error *err);
int kin_extent_flush(struct kin_writing *w, struct kin_error *err);

/* ---- blob.c ---- */

#define KIN_PLACE_BYTES 24
#define KIN_BLOB_LONGEST ((uint64_t)1 << 40) /* the map */
bool kin_blob_decode(const MDB_val *value, struct kin_place *out);
/* KIN_ENOTFOUND when the digest was never heard of; no text is set for that. */
int kin_blob_find(const struct kin_cache *cache, MDB_txn *txn, const struct kin_digest *digest,
                  struct kin_place *out, struct kin_error *err);
/* Whether it was ever heard of; also when its entry is damaged. */
bool kin_blob_known(const struct kin_cache *cache, MDB_txn *txn, const struct kin_digest *digest);
/* Digest of the stored bytes. */
int kin_blob_rehash(const struct kin_cache *cache, MDB_txn *txn, const struct kin_writing *writing,
                    const struct kin_place *place, struct kin_digest *out, struct kin_error *err);
int kin_blob_put(struct kin_writing *w, const struct kin_digest *digest, const void *bytes,
                 size_t length, bool temporary, struct kin_error *err);
int kin_blob_drop(struct kin_writing *w, const struct kin_digest *digest, struct kin_error *err);
/* Remembers a blob that is not there as dropped, so that it counts as healthy. */
int kin_blob_leave_out(struct kin_writing *w, const struct kin_digest *digest, uint64_t length,
                       struct kin_error *err);
/* Drops a blob whether temporary or not, and forgets one altogether. */
int kin_blob_evict(struct kin_writing *w, const struct kin_digest *digest, struct kin_error *err);
int kin_blob_remove(struct kin_writing *w, const struct kin_digest *digest, struct kin_error *err);
/* Puts a blob aside, unless its bytes give the digest after all. */
int kin_blob_condemn(struct kin_writing *w, const struct kin_digest *digest, struct kin_error *err);

/* ---- binding.c: the SHA-256 of artifacts whose bytes are not here ---- */

int kin_binding_put(struct kin_writing *w, const struct kin_digest *digest,
                    const struct kin_sha256 *sha, struct kin_error *err);
/* Remembers the SHA-256 of a blob whose bytes are about to go. */
int kin_binding_keep(struct kin_writing *w, const struct kin_digest *digest,
                     const struct kin_place *place, struct kin_error *err);
/* Whether it is known. */
bool kin_binding_find(struct kin_cache *cache, const struct kin_digest *digest,
                      struct kin_sha256 *out);

/* ---- action.c, item.c, record.c ---- */

#define KIN_OTHER_OUTCOMES "outcomes" /* records: what an action gave elsewhere */
int kin_action_put(struct kin_writing *w, const struct kin_action *action, struct kin_error *err);
/* Fills `out` from the tables; its texts lie in the map. KIN_ENOTFOUND, KIN_ECORRUPT. */
int kin_action_load(struct kin_cache *cache, MDB_txn *txn, const struct kin_digest *key,
                    struct kin_action *out, struct kin_error *err);
int kin_action_forget(struct kin_writing *w, const struct kin_digest *key, struct kin_error *err);
int kin_item_forget(struct kin_writing *w, const struct kin_digest *family,
                    const struct kin_digest *item, const struct kin_digest *output,
                    struct kin_error *err);
/* Whether it is there, for those who claim. */
int kin_action_exists(struct kin_writing *w, const struct kin_digest *key, bool *out,
                      struct kin_error *err);
int kin_item_exists(struct kin_writing *w, const struct kin_digest *family,
                    const struct kin_digest *item, bool *out, struct kin_error *err);
int kin_item_put(struct kin_writing *w, const struct kin_digest *family,
                 const struct kin_digest *item, const struct kin_digest *output,
                 struct kin_error *err);

#define KIN_RECORD_KEY 511 /* LMDB's limit, for table, NUL and key together */
/* Writes table, NUL, key; returns the length, 0 when it is too long. */
size_t kin_record_key(const char *table, const void *key, size_t key_length,
                      unsigned char out[KIN_RECORD_KEY]);
int kin_record_put(struct kin_writing *w, const char *table, const void *key, size_t key_length,
                   const void *value, size_t length, struct kin_error *err); /* NULL: delete */

/* ---- stat_files.c ---- */

/* Whether what the stat cache remembers of a file is what it wrote. */
bool kin_file_sound(const void *key, size_t key_length, const MDB_val *value);

/* ---- claim.c ---- */

int kin_claim_apply(struct kin_writing *w, const struct kin_claims *claims, struct kin_error *err);
int kin_claim_release(struct kin_writing *w, const struct kin_digest *family,
                      const struct kin_digest *key, struct kin_error *err);
int kin_claim_lease(struct kin_writing *w, const void *digests, size_t length,
                    struct kin_error *err);
int kin_claim_leave(struct kin_writing *w, struct kin_error *err);
/* Every claim and lease of other processes, also of such as have died since, until visit returns
 * other than 0, which it returns. Digests, in the map, for a lease alone. */
typedef int kin_claim_visitor(void *context, const struct kin_owner *process, bool alive,
                              const void *digests, size_t n);
int kin_claim_others(const struct kin_cache *cache, MDB_txn *txn, kin_claim_visitor *visit,
                     void *context, struct kin_error *err);

/* ---- batch.c ---- */

enum kin_op_kind {
    KIN_OP_BLOB,
    KIN_OP_ACTION,
    KIN_OP_ITEM,
    KIN_OP_DROP,
    KIN_OP_RECORD,
    KIN_OP_CONDEMN,
    KIN_OP_LEAVE_OUT,
    KIN_OP_BIND,
    KIN_OP_FORGET_ACTION,
    KIN_OP_FORGET_ITEM,
    KIN_OP_CLAIM,
    KIN_OP_RELEASE,
    KIN_OP_LEASE,
    KIN_OP_LEAVE
};

struct kin_op {
    enum kin_op_kind kind;
    bool temporary, has_value;
    struct kin_digest digest, item, output; /* blob, drop: the first; item: family, item, output */
    void *bytes;                            /* owned: blob; struct kin_action and its texts; table,
                                               key and value of a record; digests of a lease */
    const struct kin_claims *claims;        /* borrowed */
    size_t length, key_length, table_length; /* leave out: key_length is the artifact's length */
};

struct kin_cache_batch {
    struct kin_cache *cache;
    struct kin_op *ops;
    size_t n_ops, capacity;
    size_t bytes; /* memory it holds, about */
    void (*done)(void *context, int status, const struct kin_error *err);
    void *context;
    struct kin_cache_batch *next; /* in the queue */
};

int kin_batch_condemn(struct kin_cache_batch *batch, const struct kin_digest *digest,
                      struct kin_error *err);
/* The blob is not in the cache, and counts as dropped. */
int kin_batch_leave_out(struct kin_cache_batch *batch, const struct kin_digest *digest,
                        uint64_t length, struct kin_error *err);
int kin_batch_bind(struct kin_cache_batch *batch, const struct kin_digest *digest,
                   const struct kin_sha256 *sha, struct kin_error *err);
int kin_batch_forget_action(struct kin_cache_batch *batch, const struct kin_digest *key,
                            struct kin_error *err);
int kin_batch_apply(const struct kin_cache_batch *batch, struct kin_writing *w,
                    struct kin_error *err);

/* ---- writer.c ---- */

int kin_writer_start(struct kin_cache *cache, struct kin_error *err);
/* Writes what is queued, syncs, ends the thread. Accepts NULL. */
void kin_writer_stop(struct kin_writer *writer);
bool kin_writer_is_me(const struct kin_writer *writer);

#endif
