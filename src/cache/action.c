/*
 * Actions: the outcome under the key, small and fixed so that a warm run reads little, and beside
 * it the canonical record that was hashed. Who made it is the same line for thousands of actions
 * and is kept once, in the record table «made-by» under its digest.
 *
 *   0  checksum: the first 8 bytes of the digest of key and all that follows
 *   8  number of outputs     16 items     24 failed     32 seconds (bits of a double)
 *  40  made at              48 digest of made_by        64 digests of the outputs
 */
#include <stdio.h>

#include "cache/writer.h"
#include "kindred/log.h"
#include "kindred/memory.h"

#define HEAD_BYTES 64
#define DIGEST_BYTES 16
#define LONGEST (HEAD_BYTES + KIN_ACTION_OUTPUTS * DIGEST_BYTES)
#define MADE_BY "made-by"

struct outcome {
    struct kin_action action;
    struct kin_digest made_by;
};

static void checksum(const struct kin_digest *key, const unsigned char *value, size_t length,
                     unsigned char out[8])
{
    unsigned char all[DIGEST_BYTES + LONGEST];
    memcpy(all, key->bytes, DIGEST_BYTES);
    memcpy(all + DIGEST_BYTES, value + 8, length - 8);
    struct kin_digest digest = kin_digest_of(all, DIGEST_BYTES + length - 8);
    memcpy(out, digest.bytes, 8);
}

static size_t encode(const struct kin_action *action, const struct kin_digest *made_by,
                     unsigned char out[LONGEST])
{
    uint64_t seconds;
    memcpy(&seconds, &action->seconds, sizeof seconds);
    kin_store_pack(out + 8, action->n_outputs, 8);
    kin_store_pack(out + 16, action->items, 8);
    kin_store_pack(out + 24, action->failed, 8);
    kin_store_pack(out + 32, seconds, 8);
    kin_store_pack(out + 40, (uint64_t)action->made_at, 8);
    memcpy(out + 48, made_by->bytes, DIGEST_BYTES);
    memcpy(out + HEAD_BYTES, action->outputs, action->n_outputs * DIGEST_BYTES);
    size_t length = HEAD_BYTES + action->n_outputs * DIGEST_BYTES;
    checksum(&action->key, out, length, out);
    return length;
}

static bool decode(const struct kin_digest *key, const MDB_val *value, struct outcome *out)
{
    const unsigned char *b = value->mv_data;
    if (value->mv_size < HEAD_BYTES || value->mv_size > LONGEST)
        return false;
    uint64_t n = kin_store_unpack(b + 8, 8);
    unsigned char sum[8];
    if (n > KIN_ACTION_OUTPUTS || value->mv_size != HEAD_BYTES + n * DIGEST_BYTES)
        return false;
    checksum(key, b, value->mv_size, sum);
    if (memcmp(sum, b, sizeof sum) != 0)
        return false;
    uint64_t seconds = kin_store_unpack(b + 32, 8);
    out->action = (struct kin_action){.key = *key,
                                      .n_outputs = (size_t)n,
                                      .items = kin_store_unpack(b + 16, 8),
                                      .failed = kin_store_unpack(b + 24, 8),
                                      .made_at = (int64_t)kin_store_unpack(b + 40, 8)};
    memcpy(&out->action.seconds, &seconds, sizeof seconds);
    memcpy(out->made_by.bytes, b + 48, DIGEST_BYTES);
    memcpy(out->action.outputs, b + HEAD_BYTES, (size_t)n * DIGEST_BYTES);
    return true;
}

/* ---- reading ---- */

static void warn_damaged(const struct kin_cache *cache, const struct kin_digest *key)
{
    char name[KIN_DIGEST_TEXT];
    kin_digest_text(key, name);
    kin_log(KIN_LOG_WARN, "cache '%s': the record of action %s is damaged and counts as missing",
            cache->folder, name);
}

bool kin_cache_find(struct kin_cache *cache, const struct kin_digest *key, struct kin_outcome *out)
{
    MDB_txn *txn;
    if (kin_store_begin(cache, &txn, NULL) != 0)
        return false;
    MDB_val value;
    struct outcome outcome;
    int rc = kin_store_get(cache, txn, KIN_TABLE_OUTCOME, key->bytes, DIGEST_BYTES, &value);
    bool found = rc == 0 && decode(key, &value, &outcome);
    kin_store_end(cache, txn);
    if (rc == 0 && !found)
        warn_damaged(cache, key);
    if (!found)
        return false;
    *out = (struct kin_outcome){.n_outputs = outcome.action.n_outputs,
                                .items = outcome.action.items,
                                .failed = outcome.action.failed,
                                .seconds = outcome.action.seconds};
    memcpy(out->outputs, outcome.action.outputs, out->n_outputs * sizeof *out->outputs);
    return true;
}

int kin_action_exists(struct kin_writing *w, const struct kin_digest *key, bool *out,
                      struct kin_error *err)
{
    MDB_val value;
    struct outcome outcome;
    int rc = kin_store_get(w->cache, w->txn, KIN_TABLE_OUTCOME, key->bytes, DIGEST_BYTES, &value);
    if (rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(w->cache, rc, err, "looking up an action");
    *out = rc == 0 && decode(key, &value, &outcome);
    return 0;
}

/* A text that is stored with its NUL and verified by its digest; NULL when it is damaged. */
static const char *verified_text(const MDB_val *value, const struct kin_digest *digest)
{
    const char *text = value->mv_data;
    if (value->mv_size == 0 || text[value->mv_size - 1] != '\0')
        return NULL;
    struct kin_digest real = kin_digest_of(text, value->mv_size - 1);
    return kin_digest_equal(&real, digest) ? text : NULL;
}

static const char *load_made_by(struct kin_cache *cache, MDB_txn *txn,
                                const struct kin_digest *digest)
{
    unsigned char key[KIN_RECORD_KEY];
    size_t n = kin_record_key(MADE_BY, digest->bytes, DIGEST_BYTES, key);
    MDB_val value;
    if (kin_store_get(cache, txn, KIN_TABLE_RECORD, key, n, &value) != 0)
        return NULL;
    return verified_text(&value, digest);
}

int kin_action_load(struct kin_cache *cache, MDB_txn *txn, const struct kin_digest *key,
                    struct kin_action *out, struct kin_error *err)
{
    MDB_val value;
    struct outcome outcome;
    int rc = kin_store_get(cache, txn, KIN_TABLE_OUTCOME, key->bytes, DIGEST_BYTES, &value);
    char name[KIN_DIGEST_TEXT];
    kin_digest_text(key, name);
    if (rc == MDB_NOTFOUND)
        return kin_fail(err, KIN_ENOTFOUND, "action %s is not in the cache", name);
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "looking up an action");
    if (!decode(key, &value, &outcome))
        return kin_fail(err, KIN_ECORRUPT, "the outcome of action %s is damaged", name);
    rc = kin_store_get(cache, txn, KIN_TABLE_ORIGIN, key->bytes, DIGEST_BYTES, &value);
    if (rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(cache, rc, err, "looking up an action");
    outcome.action.record = rc == 0 ? verified_text(&value, key) : NULL;
    if (!outcome.action.record)
        return kin_fail(err, KIN_ECORRUPT, "the record of action %s is damaged", name);
    outcome.action.made_by = load_made_by(cache, txn, &outcome.made_by);
    if (!outcome.action.made_by)
        return kin_fail(err, KIN_ECORRUPT, "what made action %s is damaged", name);
    *out = outcome.action;
    return 0;
}

/* Copies the texts out of the map, so that they outlive the transaction. */
static int copy_texts(struct kin_action *action, void **backing, struct kin_error *err)
{
    size_t record = strlen(action->record) + 1;
    size_t made_by = strlen(action->made_by) + 1;
    char *copy;
    KIN_TRY(kin_alloc_into(&copy, record + made_by, 1, err));
    action->record = memcpy(copy, action->record, record);
    action->made_by = memcpy(copy + record, action->made_by, made_by);
    *backing = copy;
    return 0;
}

int kin_cache_action(struct kin_cache *cache, const struct kin_digest *key, struct kin_action *out,
                     void **backing, struct kin_error *err)
{
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    struct kin_action action;
    int status = kin_action_load(cache, txn, key, &action, err);
    if (status == 0)
        status = copy_texts(&action, backing, err);
    kin_store_end(cache, txn);
    if (status == 0)
        *out = action;
    return status;
}

int kin_cache_each_action(struct kin_cache *cache,
                          int (*visit)(void *context, const struct kin_action *action),
                          void *context, struct kin_error *err)
{
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    int status = 0;
    int rc = mdb_cursor_open(txn, cache->dbi[KIN_TABLE_OUTCOME], &cursor);
    while (status == 0 && rc == 0 && (rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        struct kin_digest digest;
        struct kin_action action;
        if (key.mv_size != DIGEST_BYTES)
            continue; /* verify reports it */
        memcpy(digest.bytes, key.mv_data, DIGEST_BYTES);
        if (kin_action_load(cache, txn, &digest, &action, NULL) == 0)
            status = visit(context, &action);
        else
            warn_damaged(cache, &digest);
    }
    if (cursor)
        mdb_cursor_close(cursor);
    kin_store_end(cache, txn);
    if (status == 0 && rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(cache, rc, err, "walking actions");
    return status;
}

/* ---- writing ---- */

static int put_made_by(struct kin_writing *w, const char *text, const struct kin_digest *digest,
                       struct kin_error *err)
{
    if (load_made_by(w->cache, w->txn, digest))
        return 0;
    return kin_record_put(w, MADE_BY, digest->bytes, DIGEST_BYTES, text, strlen(text) + 1, err);
}

int kin_action_forget(struct kin_writing *w, const struct kin_digest *key, struct kin_error *err)
{
    static const enum kin_store_table tables[] = {KIN_TABLE_OUTCOME, KIN_TABLE_ORIGIN};
    for (size_t i = 0; i < KIN_COUNT(tables); i++) {
        MDB_val k = kin_store_val(key->bytes, DIGEST_BYTES);
        int rc = mdb_del(w->txn, w->cache->dbi[tables[i]], &k, NULL);
        if (rc != 0 && rc != MDB_NOTFOUND)
            return kin_store_fail(w->cache, rc, err, "forgetting an action");
    }
    return 0;
}

static bool same_outputs(const struct kin_action *a, const struct kin_action *b)
{
    return a->n_outputs == b->n_outputs &&
           memcmp(a->outputs, b->outputs, a->n_outputs * DIGEST_BYTES) == 0;
}

/* What stood there with other outputs, made elsewhere, is kept beside what now counts. */
static int keep_other(struct kin_writing *w, const struct kin_digest *key,
                      const struct outcome *other, const MDB_val *value, struct kin_error *err)
{
    unsigned char name[2 * DIGEST_BYTES], copy[LONGEST];
    memcpy(name, key->bytes, DIGEST_BYTES);
    memcpy(name + DIGEST_BYTES, other->made_by.bytes, DIGEST_BYTES);
    memcpy(copy, value->mv_data, value->mv_size);
    return kin_record_put(w, KIN_OTHER_OUTCOMES, name, sizeof name, copy, value->mv_size, err);
}

/* Of an action that several runs or processes computed in parts each knows its own share of the
 * time: the longest stays. */
static int heed_old(struct kin_writing *w, struct kin_action *action, struct kin_error *err)
{
    MDB_val value;
    struct outcome old;
    int rc =
        kin_store_get(w->cache, w->txn, KIN_TABLE_OUTCOME, action->key.bytes, DIGEST_BYTES, &value);
    if (rc != 0 || !decode(&action->key, &value, &old))
        return 0;
    if (!same_outputs(&old.action, action))
        return keep_other(w, &action->key, &old, &value, err);
    if (old.action.seconds > action->seconds)
        action->seconds = old.action.seconds;
    return 0;
}

int kin_action_put(struct kin_writing *w, const struct kin_action *given, struct kin_error *err)
{
    struct kin_action heeding = *given, *action = &heeding;
    KIN_TRY(heed_old(w, action, err));
    struct kin_digest made_by = kin_digest_of(action->made_by, strlen(action->made_by));
    KIN_TRY(put_made_by(w, action->made_by, &made_by, err));
    unsigned char value[LONGEST];
    size_t length = encode(action, &made_by, value);
    int rc = kin_store_put(w->cache, w->txn, KIN_TABLE_ORIGIN, action->key.bytes, DIGEST_BYTES,
                           action->record, strlen(action->record) + 1);
    if (rc == 0)
        rc = kin_store_put(w->cache, w->txn, KIN_TABLE_OUTCOME, action->key.bytes, DIGEST_BYTES,
                           value, length);
    return rc == 0 ? 0 : kin_store_fail(w->cache, rc, err, "writing an action");
}
