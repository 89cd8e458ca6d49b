/* Checks every table against every other, in one read transaction. */
#include "cache/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "cache/uses.h"

#define DIGEST_BYTES 16

struct check {
    struct kin_cache *cache;
    MDB_txn *txn;
    const struct kin_check_report *report;
    struct kin_uses uses;
};

__attribute__((format(printf, 2, 3))) static void find(const struct check *check,
                                                       const char *format, ...)
{
    char text[KIN_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    check->report->finding(check->report->context, text);
}

static void damaged(const struct check *check, const struct kin_digest *digest)
{
    check->report->damaged(check->report->context, digest);
}

typedef int visitor(struct check *check, const MDB_val *key, const MDB_val *value,
                    struct kin_error *err);

static int check_entry(struct check *check, enum kin_store_table table, const MDB_val *key,
                       const MDB_val *value, visitor *visit, struct kin_error *err)
{
    bool reached;
    check->report->progress(check->report->context);
    KIN_TRY(kin_store_reaches(check->cache, check->txn, table, key, value, &reached, err));
    if (!reached)
        find(check, "an entry of the table '%s' is not where its key belongs",
             kin_store_table_name(table));
    return visit(check, key, value, err);
}

/* Calls visit for every entry of a table. */
static int each(struct check *check, enum kin_store_table table, visitor *visit,
                struct kin_error *err)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    int status = 0;
    int rc = mdb_cursor_open(check->txn, check->cache->dbi[table], &cursor);
    if (rc != 0)
        return kin_store_fail(check->cache, rc, err, "verifying");
    while (status == 0 && (rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0)
        status = check_entry(check, table, &key, &value, visit, err);
    mdb_cursor_close(cursor);
    if (status == 0 && rc != MDB_NOTFOUND)
        return kin_store_fail(check->cache, rc, err, "verifying");
    return status;
}

/* ---- blobs and extents ---- */

static int check_bytes(struct check *check, const struct kin_digest *digest,
                       const struct kin_place *place, struct kin_error *err)
{
    char name[KIN_DIGEST_TEXT];
    kin_digest_text(digest, name);
    struct kin_digest real;
    struct kin_error why = {0};
    int status = kin_extent_check(check->cache, check->txn, NULL, place, &why);
    if (status == 0)
        status = kin_blob_rehash(check->cache, check->txn, NULL, place, &real, &why);
    if (status == KIN_ECORRUPT)
        find(check, "blob %s: %s", name, why.text);
    else if (status != 0)
        return kin_fail(err, status, "%s", why.text);
    else if (!kin_digest_equal(&real, digest))
        find(check, "blob %s: its %llu bytes give another digest", name,
             (unsigned long long)place->length);
    if (status != 0 || !kin_digest_equal(&real, digest))
        damaged(check, digest);
    /* A length that makes no sense must not make us count its extents. */
    return status == 0 ? kin_uses_add(&check->uses, place, err) : 0;
}

static int check_blob(struct check *check, const MDB_val *key, const MDB_val *value,
                      struct kin_error *err)
{
    struct kin_digest digest;
    struct kin_place place;
    if (key->mv_size != DIGEST_BYTES || !kin_blob_decode(value, &place)) {
        find(check, "an index entry of %zu and %zu bytes makes no sense", key->mv_size,
             value->mv_size);
        return 0;
    }
    memcpy(digest.bytes, key->mv_data, DIGEST_BYTES);
    if (place.flags & KIN_BLOB_DROPPED)
        return 0;
    if (!(place.flags & KIN_BLOB_BAD))
        return check_bytes(check, &digest, &place, err);
    char name[KIN_DIGEST_TEXT];
    kin_digest_text(&digest, name);
    find(check, "blob %s: found damaged earlier, waits to be computed again", name);
    damaged(check, &digest);
    return place.length <= KIN_BLOB_LONGEST ? kin_uses_add(&check->uses, &place, err) : 0;
}

static int check_extent(struct check *check, const MDB_val *key, const MDB_val *value,
                        struct kin_error *err)
{
    (void)err;
    uint64_t id;
    if (key->mv_size != sizeof id) {
        find(check, "an extent's id of %zu bytes", key->mv_size);
        return 0;
    }
    memcpy(&id, key->mv_data, sizeof id);
    MDB_val count;
    int rc = kin_store_get(check->cache, check->txn, KIN_TABLE_LIVE, &id, sizeof id, &count);
    uint64_t live = rc == 0 && count.mv_size == 8 ? kin_store_unpack(count.mv_data, 8) : 0;
    const struct kin_use *use = kin_uses_find(&check->uses, id);
    uint64_t used = use ? use->bytes : 0;
    if (rc != 0 || live != used || used > value->mv_size || used == 0)
        find(check, "extent %llu: %zu bytes, counted as %llu in use, of which blobs use %llu",
             (unsigned long long)id, value->mv_size, (unsigned long long)live,
             (unsigned long long)used);
    return 0;
}

static int check_live(struct check *check, const MDB_val *key, const MDB_val *value,
                      struct kin_error *err)
{
    (void)err, (void)value;
    MDB_val extent;
    int rc = kin_store_get(check->cache, check->txn, KIN_TABLE_EXTENT, key->mv_data, key->mv_size,
                           &extent);
    if (rc == MDB_NOTFOUND)
        find(check, "a count for an extent that is not there");
    return 0;
}

/* ---- actions and items ---- */

static int check_outcome(struct check *check, const MDB_val *key, const MDB_val *value,
                         struct kin_error *err)
{
    (void)value;
    struct kin_digest digest;
    struct kin_action action;
    struct kin_error why = {0};
    if (key->mv_size != DIGEST_BYTES) {
        find(check, "an action's key of %zu bytes", key->mv_size);
        return 0;
    }
    memcpy(digest.bytes, key->mv_data, DIGEST_BYTES);
    int status = kin_action_load(check->cache, check->txn, &digest, &action, &why);
    if (status == KIN_ECORRUPT)
        find(check, "%s", why.text);
    else if (status != 0 && status != KIN_ENOTFOUND) /* not where its key belongs */
        return kin_fail(err, status, "%s", why.text);
    for (size_t i = 0; status == 0 && i < action.n_outputs; i++) {
        char name[KIN_DIGEST_TEXT], output[KIN_DIGEST_TEXT];
        kin_digest_text(&digest, name);
        kin_digest_text(&action.outputs[i], output);
        if (kin_blob_known(check->cache, check->txn, &action.outputs[i]))
            continue;
        find(check, "action %s: its output %s is lost", name, output);
        damaged(check, &action.outputs[i]);
    }
    return 0;
}

static int check_origin(struct check *check, const MDB_val *key, const MDB_val *value,
                        struct kin_error *err)
{
    (void)err, (void)value;
    MDB_val outcome;
    int rc = kin_store_get(check->cache, check->txn, KIN_TABLE_OUTCOME, key->mv_data, key->mv_size,
                           &outcome);
    if (rc == MDB_NOTFOUND)
        find(check, "the record of an action without its outcome");
    return 0;
}

static int check_item(struct check *check, const MDB_val *key, const MDB_val *value,
                      struct kin_error *err)
{
    (void)err;
    struct kin_digest item, output;
    if (key->mv_size != DIGEST_BYTES || value->mv_size != 2 * DIGEST_BYTES) {
        find(check, "an item of %zu and %zu bytes", key->mv_size, value->mv_size);
        return 0;
    }
    memcpy(item.bytes, value->mv_data, DIGEST_BYTES);
    memcpy(output.bytes, (const unsigned char *)value->mv_data + DIGEST_BYTES, DIGEST_BYTES);
    if (!kin_blob_known(check->cache, check->txn, &output)) {
        char name[KIN_DIGEST_TEXT], lost[KIN_DIGEST_TEXT];
        kin_digest_text(&item, name);
        kin_digest_text(&output, lost);
        find(check, "item %s: its output %s is lost", name, lost);
        damaged(check, &output);
    }
    return 0;
}

static int check_record(struct check *check, const MDB_val *key, const MDB_val *value,
                        struct kin_error *err)
{
    (void)err;
    const char *table = key->mv_data;
    if (!memchr(table, '\0', key->mv_size)) {
        find(check, "a record without a table");
        return 0;
    }
    size_t n = strlen(table) + 1;
    if (strcmp(table, "files") == 0 && !kin_file_sound(table + n, key->mv_size - n, value))
        find(check, "what is known about a file is damaged");
    return 0;
}

/* LMDB's list of free pages (table 0): a count and that many page numbers, descending. From a
 * damaged one it would hand out pages that are in use. */
static bool is_free_list(const MDB_val *value, uint64_t last_page)
{
    uint64_t n, page, before = last_page + 1;
    const unsigned char *bytes = value->mv_data;
    if (value->mv_size < sizeof n)
        return false;
    memcpy(&n, bytes, sizeof n);
    if (n > last_page || value->mv_size < (n + 1) * sizeof page)
        return false;
    for (uint64_t i = 0; i < n; i++, before = page) {
        memcpy(&page, bytes + (i + 1) * sizeof page, sizeof page);
        if (page >= before || page < 2)
            return false;
    }
    return true;
}

static int check_free_pages(struct check *check, struct kin_error *err)
{
    MDB_envinfo info;
    MDB_cursor *cursor;
    MDB_val key, value;
    bool sound = true;
    mdb_env_info(check->cache->env, &info);
    int rc = mdb_cursor_open(check->txn, 0, &cursor);
    if (rc != 0)
        return kin_store_fail(check->cache, rc, err, "verifying");
    while (sound && (rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0)
        sound = is_free_list(&value, info.me_last_pgno);
    mdb_cursor_close(cursor);
    if (!sound)
        check->report->structural(check->report->context, "LMDB's own pages are damaged: its list "
                                                          "of free pages makes no sense");
    else if (rc != MDB_NOTFOUND)
        return kin_store_fail(check->cache, rc, err, "verifying");
    return 0;
}

static int check_tables(struct check *check, struct kin_error *err)
{
    KIN_TRY(check_free_pages(check, err));
    KIN_TRY(each(check, KIN_TABLE_BLOB, check_blob, err));
    kin_uses_sum(&check->uses);
    KIN_TRY(each(check, KIN_TABLE_EXTENT, check_extent, err));
    KIN_TRY(each(check, KIN_TABLE_LIVE, check_live, err));
    KIN_TRY(each(check, KIN_TABLE_OUTCOME, check_outcome, err));
    KIN_TRY(each(check, KIN_TABLE_ORIGIN, check_origin, err));
    KIN_TRY(each(check, KIN_TABLE_ITEM, check_item, err));
    return each(check, KIN_TABLE_RECORD, check_record, err);
}

int kin_check_all(struct kin_cache *cache, const struct kin_check_report *report,
                  struct kin_error *err)
{
    struct check check = {.cache = cache, .report = report};
    KIN_TRY(kin_store_begin(cache, &check.txn, err));
    int status = check_tables(&check, err);
    kin_store_end(cache, check.txn);
    kin_uses_release(&check.uses);
    return status;
}
