/*
 * Removing what nothing needs. First everything is marked that roots and running processes reach;
 * what is left is doomed. Then, under a limit, victims are taken from what stays: artifacts that
 * are computed from others again, the cheapest second per byte first. Their digests remain, as
 * those of dropped bytes, so that nothing downstream is touched.
 *
 * All of it is one write transaction of the caller's thread, which the writer thread (and other
 * processes) wait for. Reading through kin_cache_… meanwhile shows the state before it.
 */
#include <stdlib.h>

#include "cache/marks.h"
#include "kindred/memory.h"

#define DIGEST_BYTES 16
#define PAIR_BYTES (2 * DIGEST_BYTES)
#define SIGNED "claims"

struct kin_roots {
    struct kin_marks marks;
    const struct kin_gc_options *options;
    struct kin_gc_result *result;
    struct kin_writing *w;
    struct forgotten {
        char *key; /* table, NUL, key */
        size_t length;
    } * forget;
    size_t n_forget, forget_capacity;
};

static void roots_release(struct kin_roots *roots)
{
    for (size_t i = 0; i < roots->n_forget; i++)
        kin_free(roots->forget[i].key);
    kin_free(roots->forget);
    kin_marks_release(&roots->marks);
}

int kin_root_action(struct kin_roots *roots, const struct kin_digest *key, const char *step,
                    bool pinned, struct kin_error *err)
{
    return kin_marks_action(&roots->marks, key, step, pinned ? KIN_MARK_USED : 0, err);
}

int kin_root_value(struct kin_roots *roots, const struct kin_digest *digest, struct kin_error *err)
{
    return kin_marks_value(&roots->marks, digest, 0, err);
}

int kin_root_forget(struct kin_roots *roots, const char *table, const void *key, size_t key_length,
                    struct kin_error *err)
{
    unsigned char full[KIN_RECORD_KEY];
    size_t n = kin_record_key(table, key, key_length, full);
    KIN_TRY(kin_grow(&roots->forget, &roots->forget_capacity, roots->n_forget + 1,
                     sizeof *roots->forget, err));
    struct forgotten *forgotten = &roots->forget[roots->n_forget];
    KIN_TRY(kin_alloc_into(&forgotten->key, n, 1, err));
    memcpy(forgotten->key, full, n);
    forgotten->length = n;
    roots->n_forget++;
    return 0;
}

/* ---- marking ---- */

/* Calls visit for every entry of a table. */
static int each(struct kin_roots *roots, enum kin_store_table table,
                int (*visit)(struct kin_roots *roots, const MDB_val *key, const MDB_val *value,
                             struct kin_error *err),
                struct kin_error *err)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    int status = 0;
    int rc = mdb_cursor_open(roots->marks.txn, roots->marks.cache->dbi[table], &cursor);
    if (rc != 0)
        return kin_store_fail(roots->marks.cache, rc, err, "looking for what may go");
    while (status == 0 && (rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0)
        status = visit(roots, &key, &value, err);
    mdb_cursor_close(cursor);
    if (status == 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(roots->marks.cache, rc, err, "looking for what may go");
    return status;
}

static bool take_digest(const MDB_val *value, size_t at, struct kin_digest *out)
{
    if (value->mv_size < at + DIGEST_BYTES)
        return false;
    memcpy(out->bytes, (const unsigned char *)value->mv_data + at, DIGEST_BYTES);
    return true;
}

struct users {
    struct kin_roots *roots;
    struct kin_error *err;
    uint64_t last, n;
};

/* What a process leased that was killed is all that is left of its run: it stays, until another
 * run that claims something sweeps the leases of the dead away. */
static int mark_user(void *context, const struct kin_owner *process, bool alive,
                     const void *digests, size_t n)
{
    struct users *users = context;
    users->n += alive && n > 0 && process->pid != users->last;
    users->last = n > 0 ? process->pid : users->last;
    for (size_t i = 0; i < n; i++) {
        struct kin_digest digest;
        memcpy(digest.bytes, (const unsigned char *)digests + i * DIGEST_BYTES, DIGEST_BYTES);
        KIN_TRY(kin_marks_leased(&users->roots->marks, &digest, users->err));
    }
    return 0;
}

static bool is_record_of(const MDB_val *key, const char *table)
{
    size_t n = strlen(table) + 1;
    return key->mv_size >= n && memcmp(key->mv_data, table, n) == 0;
}

/* The state of a training that was killed is worth its time; one of an action that is done is not.
 */
static int mark_checkpoint(struct kin_roots *roots, const MDB_val *key, const MDB_val *value,
                           struct kin_error *err)
{
    struct kin_digest action, state;
    MDB_val outcome;
    if (!is_record_of(key, "checkpoints") || !take_digest(key, sizeof "checkpoints", &action) ||
        !take_digest(value, 0, &state))
        return 0;
    int rc = kin_store_get(roots->marks.cache, roots->marks.txn, KIN_TABLE_OUTCOME, action.bytes,
                           DIGEST_BYTES, &outcome);
    return rc == MDB_NOTFOUND ? kin_marks_value(&roots->marks, &state, 0, err) : 0;
}

static int doom_action(struct kin_roots *roots, const MDB_val *key, const MDB_val *value,
                       struct kin_error *err)
{
    (void)value;
    struct kin_digest digest;
    if (!take_digest(key, 0, &digest) || kin_marks_find(&roots->marks, &digest))
        return 0;
    return kin_marks_action(&roots->marks, &digest, NULL, KIN_MARK_DOOMED, err);
}

static int doom_blob(struct kin_roots *roots, const MDB_val *key, const MDB_val *value,
                     struct kin_error *err)
{
    (void)value;
    struct kin_digest digest;
    if (!take_digest(key, 0, &digest) || kin_marks_find(&roots->marks, &digest))
        return 0;
    return kin_marks_value(&roots->marks, &digest, KIN_MARK_DOOMED, err);
}

/* What is used before what is pinned or was run is no matter: flags add up. */
static int mark_all(struct kin_roots *roots, kin_root_finder *find, void *context,
                    struct kin_error *err)
{
    struct users users = {.roots = roots, .err = err};
    KIN_TRY(find(context, roots, err));
    KIN_TRY(kin_claim_others(roots->marks.cache, roots->marks.txn, mark_user, &users, err));
    roots->result->in_use = users.n;
    KIN_TRY(each(roots, KIN_TABLE_RECORD, mark_checkpoint, err));
    KIN_TRY(each(roots, KIN_TABLE_OUTCOME, doom_action, err));
    return each(roots, KIN_TABLE_BLOB, doom_blob, err);
}

/* ---- adding up ---- */

static void add_space(struct kin_space *space, const struct kin_mark *mark)
{
    bool present = mark->flags & KIN_MARK_PRESENT;
    space->artifacts += present;
    space->bytes += present ? mark->bytes : 0;
    space->dropped += !present;
    space->seconds += present ? mark->seconds : 0;
}

static int by_bytes(const void *a, const void *b)
{
    const struct kin_space *x = a, *y = b;
    return (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

void kin_spaces_release(struct kin_spaces *spaces)
{
    for (size_t i = 0; i < spaces->n; i++) {
        kin_free(spaces->list[i].step);
        kin_free(spaces->list[i].kind);
    }
    kin_free(spaces->list);
    *spaces = (struct kin_spaces){0};
}

/* The artifacts that `counts` takes, by group. Takes the groups' names. */
static int add_up(struct kin_marks *marks, bool (*counts)(const struct kin_mark *mark),
                  struct kin_spaces *out, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&out->list, marks->n_groups, sizeof *out->list, err));
    for (size_t i = 0; i < marks->n; i++) {
        const struct kin_mark *mark = &marks->list[i];
        if ((mark->flags & KIN_MARK_ACTION) || !counts(mark))
            continue;
        add_space(&out->list[mark->group], mark);
        add_space(&out->all, mark);
    }
    for (size_t g = 0; g < marks->n_groups; g++) {
        struct kin_space *space = &out->list[g];
        if (space->artifacts + space->dropped == 0)
            continue;
        space->step = marks->groups[g].step;
        space->kind = marks->groups[g].kind;
        marks->groups[g] = (struct kin_mark_group){0};
        struct kin_space found = *space;
        *space = (struct kin_space){0};
        out->list[out->n++] = found;
    }
    if (out->n > 0)
        qsort(out->list, out->n, sizeof *out->list, by_bytes);
    return 0;
}

static bool any(const struct kin_mark *mark)
{
    (void)mark;
    return true;
}

static bool goes(const struct kin_mark *mark)
{
    return mark->flags & KIN_MARK_DOOMED;
}

int kin_cache_space(struct kin_cache *cache, kin_root_finder *find, void *context,
                    struct kin_spaces *out, struct kin_error *err)
{
    struct kin_gc_result result = {0};
    KIN_AUTO(roots_release) struct kin_roots roots = {.marks = {.cache = cache}, .result = &result};
    *out = (struct kin_spaces){0};
    KIN_TRY(kin_store_begin(cache, &roots.marks.txn, err));
    int status = mark_all(&roots, find, context, err);
    kin_store_end(cache, roots.marks.txn);
    if (status == 0)
        status = add_up(&roots.marks, any, out, err);
    if (status != 0)
        kin_spaces_release(out);
    return status;
}

/* ---- victims ---- */

struct victim {
    size_t mark;
    double price; /* seconds per byte */
};

static int by_price(const void *a, const void *b)
{
    const struct victim *x = a, *y = b;
    if (x->price != y->price)
        return (x->price > y->price) - (x->price < y->price);
    return (x->mark > y->mark) - (x->mark < y->mark);
}

/* Dooms what is cheapest until the rest is small enough. Those stay known, as dropped. */
static int choose_victims(struct kin_roots *roots, uint64_t *left, struct kin_error *err)
{
    struct kin_marks *marks = &roots->marks;
    KIN_AUTO(kin_auto_free) struct victim *victims = NULL;
    size_t n = 0;
    KIN_TRY(kin_alloc_into(&victims, marks->n, sizeof *victims, err));
    *left = 0;
    for (size_t i = 0; i < marks->n; i++) {
        const struct kin_mark *mark = &marks->list[i];
        if ((mark->flags & (KIN_MARK_ACTION | KIN_MARK_DOOMED)) ||
            !(mark->flags & KIN_MARK_PRESENT))
            continue;
        *left += mark->bytes;
        if (mark->bytes > 0 && !(mark->flags & (KIN_MARK_STAYS | KIN_MARK_USED)))
            victims[n++] = (struct victim){i, mark->seconds / (double)mark->bytes};
    }
    if (n > 0)
        qsort(victims, n, sizeof *victims, by_price);
    uint64_t most = roots->options->most_bytes ? roots->options->most_bytes : UINT64_MAX;
    for (size_t i = 0; i<n && * left> most; i++) {
        struct kin_mark *mark = &marks->list[victims[i].mark];
        mark->flags |= KIN_MARK_DOOMED | KIN_MARK_VICTIM;
        *left -= mark->bytes;
    }
    return 0;
}

/* ---- sweeping ---- */

static int sweep_marks(struct kin_roots *roots, struct kin_error *err)
{
    for (size_t i = 0; i < roots->marks.n; i++) {
        const struct kin_mark *mark = &roots->marks.list[i];
        if (!(mark->flags & KIN_MARK_DOOMED))
            continue;
        if (mark->flags & KIN_MARK_ACTION)
            KIN_TRY(kin_action_forget(roots->w, &mark->digest, err));
        else if (mark->flags & KIN_MARK_VICTIM)
            KIN_TRY(kin_blob_evict(roots->w, &mark->digest, err));
        else
            KIN_TRY(kin_blob_remove(roots->w, &mark->digest, err));
    }
    return 0;
}

static bool stays(const struct kin_roots *roots, const struct kin_digest *digest)
{
    const struct kin_mark *mark = kin_marks_find(&roots->marks, digest);
    return mark && (!(mark->flags & KIN_MARK_DOOMED) || (mark->flags & KIN_MARK_VICTIM));
}

/* Items whose output is gone. A family of many duplicates is walked once; what goes is collected
 * first, since a cursor does not like to be cut off its branch. */
struct pair {
    unsigned char family[DIGEST_BYTES], value[PAIR_BYTES];
};

static int sweep_items(struct kin_roots *roots, struct kin_error *err)
{
    struct kin_cache *cache = roots->marks.cache;
    KIN_AUTO(kin_auto_free) struct pair *gone = NULL;
    size_t n = 0, capacity = 0;
    MDB_cursor *cursor;
    MDB_val key, value;
    struct kin_digest output;
    int status = 0;
    int rc = mdb_cursor_open(roots->w->txn, cache->dbi[KIN_TABLE_ITEM], &cursor);
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "removing items");
    while (status == 0 && (rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        if (key.mv_size != DIGEST_BYTES || value.mv_size != PAIR_BYTES ||
            !take_digest(&value, DIGEST_BYTES, &output) || stays(roots, &output))
            continue;
        status = kin_grow(&gone, &capacity, n + 1, sizeof *gone, err);
        if (status == 0) {
            memcpy(gone[n].family, key.mv_data, DIGEST_BYTES);
            memcpy(gone[n++].value, value.mv_data, PAIR_BYTES);
        }
    }
    mdb_cursor_close(cursor);
    for (size_t i = 0; status == 0 && i < n; i++) {
        key = kin_store_val(gone[i].family, DIGEST_BYTES);
        value = kin_store_val(gone[i].value, PAIR_BYTES);
        rc = mdb_del(roots->w->txn, cache->dbi[KIN_TABLE_ITEM], &key, &value);
        if (rc != 0)
            status = kin_store_fail(cache, rc, err, "removing items");
    }
    return status;
}

/* Checkpoints and horizons of what is gone, and what gone actions gave elsewhere. */
static int forget_dangling(struct kin_roots *roots, const MDB_val *key, const MDB_val *value,
                           struct kin_error *err)
{
    static const char *const tables[] = {"checkpoints", "horizons"};
    struct kin_digest state, action;
    size_t prefix = sizeof KIN_OTHER_OUTCOMES;
    /* whose word there is for it (snapshot_trust.c): the signer, then the action's key */
    if (is_record_of(key, SIGNED) && take_digest(key, sizeof SIGNED + DIGEST_BYTES, &action) &&
        !stays(roots, &action))
        return kin_root_forget(roots, SIGNED, (const char *)key->mv_data + sizeof SIGNED,
                               key->mv_size - sizeof SIGNED, err);
    if (is_record_of(key, KIN_OTHER_OUTCOMES) && take_digest(key, prefix, &action) &&
        !stays(roots, &action))
        return kin_root_forget(roots, KIN_OTHER_OUTCOMES, (const char *)key->mv_data + prefix,
                               key->mv_size - prefix, err);
    for (size_t i = 0; i < KIN_COUNT(tables); i++) {
        size_t n = strlen(tables[i]) + 1;
        if (is_record_of(key, tables[i]) && take_digest(value, 0, &state) && !stays(roots, &state))
            return kin_root_forget(roots, tables[i], (const char *)key->mv_data + n,
                                   key->mv_size - n, err);
    }
    return 0;
}

static int sweep_records(struct kin_roots *roots, struct kin_error *err)
{
    KIN_TRY(each(roots, KIN_TABLE_RECORD, forget_dangling, err));
    for (size_t i = 0; i < roots->n_forget; i++) {
        const char *table = roots->forget[i].key;
        size_t n = strlen(table) + 1;
        KIN_TRY(
            kin_record_put(roots->w, table, table + n, roots->forget[i].length - n, NULL, 0, err));
    }
    return 0;
}

static int sweep(struct kin_roots *roots, struct kin_error *err)
{
    KIN_TRY(sweep_items(roots, err));
    KIN_TRY(sweep_records(roots, err));
    return sweep_marks(roots, err);
}

/* ---- gc ---- */

static void count_actions(struct kin_roots *roots)
{
    for (size_t i = 0; i < roots->marks.n; i++) {
        uint32_t flags = roots->marks.list[i].flags;
        roots->result->actions += (flags & KIN_MARK_ACTION) && (flags & KIN_MARK_DOOMED);
    }
}

static int plan(struct kin_roots *roots, struct kin_error *err)
{
    KIN_TRY(mark_all(roots, roots->options->roots, roots->options->context, err));
    KIN_TRY(choose_victims(roots, &roots->result->left_bytes, err));
    count_actions(roots);
    return add_up(&roots->marks, goes, &roots->result->freed, err);
}

static int plan_only(struct kin_roots *roots, struct kin_error *err)
{
    KIN_TRY(kin_store_begin(roots->marks.cache, &roots->marks.txn, err));
    int status = plan(roots, err);
    kin_store_end(roots->marks.cache, roots->marks.txn);
    return status;
}

static int plan_and_sweep(struct kin_roots *roots, struct kin_error *err)
{
    struct kin_cache *cache = roots->marks.cache;
    struct kin_writing w = {.cache = cache};
    int rc = mdb_txn_begin(cache->env, NULL, 0, &w.txn);
    if (rc != 0)
        return kin_store_fail(cache, rc, err, "making room");
    roots->w = &w;
    roots->marks.txn = w.txn;
    int status = plan(roots, err);
    if (status == 0)
        status = sweep(roots, err);
    if (status != 0) {
        mdb_txn_abort(w.txn);
        return status;
    }
    rc = mdb_txn_commit(w.txn);
    return rc == 0 ? 0 : kin_store_fail(cache, rc, err, "making room");
}

void kin_gc_result_release(struct kin_gc_result *result)
{
    kin_spaces_release(&result->freed);
}

int kin_cache_gc(struct kin_cache *cache, const struct kin_gc_options *options,
                 struct kin_gc_result *out, struct kin_error *err)
{
    *out = (struct kin_gc_result){0};
    KIN_TRY(kin_store_check_owner(cache, err));
    if (cache->read_only && !options->dry_run)
        return kin_fail(err, KIN_EACCESS, "the cache '%s' was opened for reading only",
                        cache->folder);
    KIN_AUTO(roots_release)
    struct kin_roots roots = {.marks = {.cache = cache}, .options = options, .result = out};
    int status = options->dry_run ? plan_only(&roots, err) : plan_and_sweep(&roots, err);
    if (status != 0)
        kin_gc_result_release(out);
    return status;
}
