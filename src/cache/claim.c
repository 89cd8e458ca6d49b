/*
 * Claims and leases: what the processes that share a cache tell one another, as records.
 *
 *   taken    family, item (an action: zeros, key)   the process that computes it
 *   leases   the process, a counter                 digests that it needs: keys of actions,
 *                                                   families, artifacts
 *
 * Only the writer sets claims, and a write transaction excludes all others: whoever finds neither a
 * result nor a living owner has the claim. It goes in the same transaction that stores the result,
 * so that at no moment both are missing. What a process left that died is nobody's and is taken
 * over, or swept away by the next one that begins to claim.
 */
#include "cache/writer.h"
#include "kindred/memory.h"

#define DIGEST_BYTES 16
#define CLAIM_KEY (2 * DIGEST_BYTES)

static const struct table {
    const char *name;
    bool owner_in_key; /* else in the value */
} claims_table = {"taken", false}, leases_table = {"leases", true};

static const struct kin_digest no_family; /* of an action */

static void claim_key(const struct kin_digest *family, const struct kin_digest *key,
                      unsigned char out[CLAIM_KEY])
{
    memcpy(out, family->bytes, DIGEST_BYTES);
    memcpy(out + DIGEST_BYTES, key->bytes, DIGEST_BYTES);
}

/* ---- walking ---- */

/* Whose a record is. */
static bool owner_of(const struct table *table, const MDB_val *key, const MDB_val *value,
                     struct kin_owner *out)
{
    size_t prefix = strlen(table->name) + 1;
    if (!table->owner_in_key)
        return kin_owner_unpack(value->mv_data, value->mv_size, out);
    return kin_owner_unpack((const unsigned char *)key->mv_data + prefix, key->mv_size - prefix,
                            out);
}

/* Liveness is asked once for runs of records of one process. */
struct asked {
    struct kin_owner process;
    bool known, lives;
};

static bool lives(struct asked *asked, const struct kin_owner *process)
{
    if (!asked->known || !kin_owner_equal(&asked->process, process)) {
        asked->process = *process;
        asked->lives = kin_owner_lives(process);
        asked->known = true;
    }
    return asked->lives;
}

#define DELETED 1 /* no code of LMDB */

/* Calls visit for each record of a table until it returns other than 0 or DELETED, which it
 * returns. After deleting, a cursor may stand anywhere: it is set anew. */
static int each(const struct kin_cache *cache, MDB_txn *txn, const struct table *table,
                int (*visit)(void *context, MDB_cursor *cursor, const MDB_val *key,
                             const MDB_val *value),
                void *context)
{
    unsigned char first[KIN_RECORD_KEY], here[KIN_RECORD_KEY];
    size_t prefix = kin_record_key(table->name, NULL, 0, first);
    MDB_val key = kin_store_val(first, prefix), value;
    MDB_cursor *cursor;
    int rc = mdb_cursor_open(txn, cache->dbi[KIN_TABLE_RECORD], &cursor);
    if (rc != 0)
        return rc;
    rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (rc == 0 && key.mv_size >= prefix && memcmp(key.mv_data, first, prefix) == 0) {
        size_t length = key.mv_size;
        memcpy(here, key.mv_data, length);
        rc = visit(context, cursor, &key, &value);
        if (rc == DELETED)
            key = kin_store_val(here, length);
        if (rc == 0 || rc == DELETED)
            rc = mdb_cursor_get(cursor, &key, &value, rc == 0 ? MDB_NEXT : MDB_SET_RANGE);
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* ---- sweeping ---- */

struct sweep {
    const struct table *table;
    const struct kin_owner *self;
    bool own; /* ours go, instead of those of the dead */
    struct asked asked;
};

static int sweep_record(void *context, MDB_cursor *cursor, const MDB_val *key, const MDB_val *value)
{
    struct sweep *sweep = context;
    struct kin_owner owner;
    bool known = owner_of(sweep->table, key, value, &owner);
    bool ours = known && kin_owner_equal(&owner, sweep->self);
    bool goes = sweep->own ? ours : !known || (!ours && !lives(&sweep->asked, &owner));
    int rc = goes ? mdb_cursor_del(cursor, 0) : 0;
    return rc == 0 && goes ? DELETED : rc;
}

static int sweep(struct kin_writing *w, bool own, struct kin_error *err)
{
    const struct table *const tables[] = {&claims_table, &leases_table};
    for (size_t i = 0; i < KIN_COUNT(tables); i++) {
        struct sweep state = {.table = tables[i], .self = &w->cache->self, .own = own};
        int rc = each(w->cache, w->txn, tables[i], sweep_record, &state);
        if (rc != 0)
            return kin_store_fail(w->cache, rc, err, "clearing claims");
    }
    return 0;
}

int kin_claim_leave(struct kin_writing *w, struct kin_error *err)
{
    w->joined = false;
    return sweep(w, true, err);
}

/* ---- claiming ---- */

static int is_done(struct kin_writing *w, const struct kin_claims *claims,
                   const struct kin_digest *key, bool *done, struct kin_error *err)
{
    *done = false;
    if (claims->anew)
        return 0;
    if (!claims->family)
        return kin_action_exists(w, key, done, err);
    KIN_TRY(kin_item_exists(w, claims->family, key, done, err));
    return *done || !claims->failures ? 0 : kin_item_exists(w, claims->failures, key, done, err);
}

static int claim_one(struct kin_writing *w, const struct kin_claims *claims, size_t i,
                     struct asked *asked, struct kin_error *err)
{
    bool done;
    KIN_TRY(is_done(w, claims, &claims->keys[i], &done, err));
    claims->answers[i] = KIN_CLAIM_DONE;
    if (done)
        return 0;
    unsigned char key[CLAIM_KEY], full[KIN_RECORD_KEY];
    claim_key(claims->family ? claims->family : &no_family, &claims->keys[i], key);
    size_t n = kin_record_key(claims_table.name, key, sizeof key, full);
    MDB_val value;
    struct kin_owner owner;
    int rc = kin_store_get(w->cache, w->txn, KIN_TABLE_RECORD, full, n, &value);
    if (rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(w->cache, rc, err, "claiming");
    bool held = rc == 0 && kin_owner_unpack(value.mv_data, value.mv_size, &owner);
    bool ours = held && kin_owner_equal(&owner, &w->cache->self);
    claims->answers[i] = ours                           ? KIN_CLAIM_OURS
                         : held && lives(asked, &owner) ? KIN_CLAIM_THEIRS
                                                        : KIN_CLAIM_MINE;
    if (claims->answers[i] != KIN_CLAIM_MINE)
        return 0;
    unsigned char self[KIN_OWNER_BYTES];
    kin_owner_pack(&w->cache->self, self);
    return kin_record_put(w, claims_table.name, key, sizeof key, self, sizeof self, err);
}

int kin_claim_apply(struct kin_writing *w, const struct kin_claims *claims, struct kin_error *err)
{
    struct asked asked = {0};
    if (!w->joined)
        KIN_TRY(sweep(w, false, err));
    w->joined = true;
    for (size_t i = 0; i < claims->n; i++)
        KIN_TRY(claim_one(w, claims, i, &asked, err));
    return 0;
}

/* Only a claim of ours: one that was thought dead may find that its work went to somebody else. */
int kin_claim_release(struct kin_writing *w, const struct kin_digest *family,
                      const struct kin_digest *key, struct kin_error *err)
{
    unsigned char bytes[CLAIM_KEY], full[KIN_RECORD_KEY];
    claim_key(family, key, bytes);
    size_t n = kin_record_key(claims_table.name, bytes, sizeof bytes, full);
    MDB_val value;
    struct kin_owner owner;
    int rc = kin_store_get(w->cache, w->txn, KIN_TABLE_RECORD, full, n, &value);
    if (rc != 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(w->cache, rc, err, "giving up a claim");
    if (rc != 0 || !kin_owner_unpack(value.mv_data, value.mv_size, &owner) ||
        !kin_owner_equal(&owner, &w->cache->self))
        return 0;
    return kin_record_put(w, claims_table.name, bytes, sizeof bytes, NULL, 0, err);
}

int kin_claim_lease(struct kin_writing *w, const void *digests, size_t length,
                    struct kin_error *err)
{
    unsigned char key[KIN_OWNER_BYTES + 8];
    kin_owner_pack(&w->cache->self, key);
    kin_store_pack(key + KIN_OWNER_BYTES, ++w->leases, 8);
    return kin_record_put(w, leases_table.name, key, sizeof key, digests, length, err);
}

/* ---- the others ---- */

struct others {
    const struct kin_cache *cache;
    const struct table *table;
    struct asked asked;
    kin_claim_visitor *visit;
    void *context;
    int stopped;
};

static int visit_other(void *context, MDB_cursor *cursor, const MDB_val *key, const MDB_val *value)
{
    (void)cursor;
    struct others *others = context;
    struct kin_owner owner;
    if (!owner_of(others->table, key, value, &owner) ||
        kin_owner_equal(&owner, &others->cache->self))
        return 0;
    bool lease = others->table == &leases_table;
    others->stopped =
        others->visit(others->context, &owner, lives(&others->asked, &owner),
                      lease ? value->mv_data : NULL, lease ? value->mv_size / DIGEST_BYTES : 0);
    return others->stopped != 0 ? MDB_NOTFOUND : 0;
}

int kin_claim_others(const struct kin_cache *cache, MDB_txn *txn, kin_claim_visitor *visit,
                     void *context, struct kin_error *err)
{
    const struct table *const tables[] = {&claims_table, &leases_table};
    struct others others = {.cache = cache, .visit = visit, .context = context};
    for (size_t i = 0; i < KIN_COUNT(tables) && others.stopped == 0; i++) {
        others.table = tables[i];
        int rc = each(cache, txn, tables[i], visit_other, &others);
        if (rc != 0)
            return kin_store_fail(cache, rc, err, "looking for other processes");
    }
    return others.stopped;
}

static int note_one(void *context, const struct kin_owner *process, bool alive, const void *digests,
                    size_t n)
{
    (void)digests, (void)n;
    if (alive)
        *(uint64_t *)context = process->pid;
    return alive;
}

uint64_t kin_cache_other(struct kin_cache *cache)
{
    MDB_txn *txn;
    uint64_t pid = 0;
    if (kin_store_begin(cache, &txn, NULL) != 0)
        return 0;
    kin_claim_others(cache, txn, note_one, &pid, NULL);
    kin_store_end(cache, txn);
    return pid;
}
