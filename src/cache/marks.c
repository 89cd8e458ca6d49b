/*
 * From an action to its outputs, from a collection to its items, from any value to what its fields
 * of digests name. Only heads of values are read, not their bytes: what is damaged refers to
 * nothing, and stays itself.
 */
#include "cache/marks.h"

#include <stdlib.h>

#include "kindred/memory.h"
#include "kindred/value.h"

#define DIGEST_BYTES 16
#define LISTING "input listing "

void kin_marks_release(struct kin_marks *marks)
{
    for (size_t i = 0; i < marks->n_groups; i++) {
        kin_free(marks->groups[i].step);
        kin_free(marks->groups[i].kind);
    }
    kin_free(marks->groups);
    kin_free(marks->table);
    kin_free(marks->list);
}

/* ---- the set ---- */

static size_t *slot_of(const struct kin_marks *marks, const struct kin_digest *digest)
{
    uint64_t hash;
    memcpy(&hash, digest->bytes, sizeof hash); /* a digest is as good a hash as any */
    size_t i = hash & (marks->n_table - 1);
    while (marks->table[i] != 0 &&
           !kin_digest_equal(&marks->list[marks->table[i] - 1].digest, digest))
        i = (i + 1) & (marks->n_table - 1);
    return &marks->table[i];
}

struct kin_mark *kin_marks_find(const struct kin_marks *marks, const struct kin_digest *digest)
{
    if (marks->n_table == 0)
        return NULL;
    size_t at = *slot_of(marks, digest);
    return at ? &marks->list[at - 1] : NULL;
}

static int make_room(struct kin_marks *marks, struct kin_error *err)
{
    if (2 * (marks->n + 1) <= marks->n_table)
        return 0;
    size_t larger = marks->n_table ? 2 * marks->n_table : 1024;
    size_t *table;
    KIN_TRY(kin_alloc_into(&table, larger, sizeof *table, err));
    kin_free(marks->table);
    marks->table = table;
    marks->n_table = larger;
    for (size_t i = 0; i < marks->n; i++)
        *slot_of(marks, &marks->list[i].digest) = i + 1;
    return 0;
}

/* The mark of a digest, and whether it is new. */
static int add(struct kin_marks *marks, const struct kin_digest *digest, struct kin_mark **out,
               bool *fresh, struct kin_error *err)
{
    KIN_TRY(make_room(marks, err));
    size_t *slot = slot_of(marks, digest);
    *fresh = *slot == 0;
    if (*fresh) {
        KIN_TRY(kin_grow(&marks->list, &marks->capacity, marks->n + 1, sizeof *marks->list, err));
        marks->list[marks->n++].digest = *digest;
        *slot = marks->n;
    }
    *out = &marks->list[*slot - 1];
    return 0;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static int find_group(struct kin_marks *marks, const char *step, const char *kind, uint32_t *out,
                      struct kin_error *err)
{
    for (size_t i = marks->n_groups; i-- > 0;) { /* the last one is the likeliest */
        *out = (uint32_t)i;
        if (same_text(marks->groups[i].step, step) && same_text(marks->groups[i].kind, kind))
            return 0;
    }
    KIN_TRY(kin_grow(&marks->groups, &marks->groups_capacity, marks->n_groups + 1,
                     sizeof *marks->groups, err));
    *out = (uint32_t)marks->n_groups;
    struct kin_mark_group *group = &marks->groups[marks->n_groups++];
    *group = (struct kin_mark_group){.step = kin_strdup(step), .kind = kin_strdup(kind)};
    return (step && !group->step) || !group->kind
               ? kin_fail(err, KIN_ENOMEM, "no memory for the name of a step")
               : 0;
}

/* ---- values ---- */

/* Visits the digests in the fields of a value. */
static int each_link(struct kin_marks *marks, const struct kin_place *place,
                     const struct kin_value_links *links,
                     int (*visit)(struct kin_marks *marks, const struct kin_digest *digest,
                                  const struct kin_mark *like, struct kin_error *err),
                     const struct kin_mark *like, struct kin_error *err)
{
    for (size_t s = 0; s < links->n; s++) {
        uint64_t at = links->spans[s].offset;
        uint64_t end = at + links->spans[s].count * DIGEST_BYTES;
        size_t n = 0;
        for (; at < end && end <= place->length; at += n) {
            const void *piece;
            if (kin_extent_piece(marks->cache, marks->txn, NULL, place, at, &piece, &n, NULL) != 0)
                return 0;
            n = n < end - at ? n : (size_t)(end - at);
            n -= n % DIGEST_BYTES;
            if (n == 0)
                return 0;
            for (size_t i = 0; i < n; i += DIGEST_BYTES) {
                struct kin_digest digest;
                memcpy(digest.bytes, (const unsigned char *)piece + i, DIGEST_BYTES);
                KIN_TRY(visit(marks, &digest, like, err));
            }
        }
    }
    return 0;
}

static void read_links(struct kin_marks *marks, const struct kin_place *place,
                       struct kin_value_links *out)
{
    const void *piece;
    size_t n;
    *out = (struct kin_value_links){0};
    if (place->length > 0 && !(place->flags & (KIN_BLOB_DROPPED | KIN_BLOB_BAD)) &&
        kin_extent_piece(marks->cache, marks->txn, NULL, place, 0, &piece, &n, NULL) == 0)
        kin_value_links(piece, n, out);
}

static int mark_value(struct kin_marks *marks, const struct kin_digest *digest,
                      const struct kin_mark *like, struct kin_error *err);

/* The items of a collection can be computed one by one; all else that a value names cannot. */
static int mark_links(struct kin_marks *marks, const struct kin_place *place,
                      const struct kin_value_links *links, const struct kin_mark *like,
                      struct kin_error *err)
{
    bool collection = strcmp(links->type, "collection") == 0;
    struct kin_mark inner = *like;
    if (!collection)
        inner.flags |= KIN_MARK_STAYS;
    return each_link(marks, place, links, mark_value, &inner, err);
}

/* Flags, group and price are those of `like`; of several prices the highest. */
static int mark_value(struct kin_marks *marks, const struct kin_digest *digest,
                      const struct kin_mark *like, struct kin_error *err)
{
    struct kin_place place;
    struct kin_mark *mark;
    bool fresh;
    int status = kin_blob_find(marks->cache, marks->txn, digest, &place, NULL);
    if (status == KIN_ENOTFOUND || status == KIN_ECORRUPT)
        return 0; /* a digest of something outside, or lost */
    if (status != 0)
        return kin_fail(err, status, "the cache '%s' cannot be read", marks->cache->folder);
    KIN_TRY(add(marks, digest, &mark, &fresh, err));
    if (!fresh && (like->flags & KIN_MARK_DOOMED))
        return 0; /* something else keeps it */
    uint32_t flags = mark->flags | like->flags;
    bool more = fresh || flags != mark->flags;
    if (fresh) {
        mark->group = like->group;
        mark->bytes = place.length;
        flags |= place.flags & (KIN_BLOB_DROPPED | KIN_BLOB_BAD) ? 0 : KIN_MARK_PRESENT;
    }
    mark->flags = flags;
    mark->seconds = like->seconds > mark->seconds ? like->seconds : mark->seconds;
    if (!more)
        return 0;
    struct kin_value_links links;
    read_links(marks, &place, &links);
    bool index = strcmp(links.type, "collection") == 0 || strcmp(links.type, "failure") == 0 ||
                 strcmp(links.type, "run") == 0;
    mark->flags |= index ? KIN_MARK_STAYS : 0;
    return links.n > 0 ? mark_links(marks, &place, &links, like, err) : 0;
}

int kin_marks_value(struct kin_marks *marks, const struct kin_digest *digest, uint32_t flags,
                    struct kin_error *err)
{
    struct kin_mark like = {.flags = flags | KIN_MARK_STAYS};
    KIN_TRY(find_group(marks, NULL, "", &like.group, err));
    return mark_value(marks, digest, &like, err);
}

/* ---- actions ---- */

/* Seconds that an item of a kind takes, from recorded durations; 0: not measured. */
static double rate_of(struct kin_marks *marks, const char *kind)
{
    unsigned char key[KIN_RECORD_KEY];
    MDB_val value;
    double rate[2];
    size_t n = kin_record_key("rates", kind, strlen(kind), key);
    if (n == 0 || kin_store_get(marks->cache, marks->txn, KIN_TABLE_RECORD, key, n, &value) != 0 ||
        value.mv_size != sizeof rate)
        return 0;
    memcpy(rate, value.mv_data, sizeof rate);
    return rate[1] > 0 ? rate[0] / rate[1] : 0;
}

/* The second word of the record's second line: «kind transform 3». */
static void kind_of(const char *record, char *out, size_t capacity)
{
    const char *line = strstr(record, "\nkind ");
    size_t n = line ? strcspn(line + 6, " \n") : 0;
    n = n < capacity ? n : capacity - 1;
    memcpy(out, line ? line + 6 : "", n);
    out[n] = '\0';
}

/* A listing is the output of no action: the record alone names it. */
static int mark_listing(struct kin_marks *marks, const char *record, const struct kin_mark *like,
                        struct kin_error *err)
{
    const char *line = strstr(record, "\n" LISTING);
    char hex[KIN_DIGEST_TEXT] = "";
    struct kin_digest digest;
    if (line)
        memcpy(hex, line + 1 + strlen(LISTING), strnlen(line + 1 + strlen(LISTING), 32));
    if (!kin_digest_parse(hex, &digest))
        return 0;
    struct kin_mark stays = *like;
    stays.flags |= KIN_MARK_STAYS;
    return mark_value(marks, &digest, &stays, err);
}

static int mark_outputs(struct kin_marks *marks, const struct kin_action *action, const char *step,
                        uint32_t flags, struct kin_error *err)
{
    char kind[64];
    struct kin_mark like = {.flags = flags};
    kind_of(action->record, kind, sizeof kind);
    double each = action->items > 0 ? action->seconds / (double)action->items : action->seconds;
    double rate = rate_of(marks, kind);
    like.seconds = each > rate ? each : rate;
    KIN_TRY(find_group(marks, step, kind, &like.group, err));
    KIN_TRY(mark_listing(marks, action->record, &like, err));
    for (size_t o = 0; o < action->n_outputs; o++)
        KIN_TRY(mark_value(marks, &action->outputs[o], &like, err));
    return 0;
}

int kin_marks_action(struct kin_marks *marks, const struct kin_digest *key, const char *step,
                     uint32_t flags, struct kin_error *err)
{
    struct kin_mark *mark;
    struct kin_action action;
    bool fresh;
    int status = kin_action_load(marks->cache, marks->txn, key, &action, err);
    if (status == KIN_ENOTFOUND || status == KIN_ECORRUPT)
        return 0;
    KIN_TRY(status);
    KIN_TRY(add(marks, key, &mark, &fresh, err));
    if (!fresh && ((flags & KIN_MARK_DOOMED) || (mark->flags | flags) == mark->flags))
        return 0;
    mark->flags |= KIN_MARK_ACTION | flags;
    return mark_outputs(marks, &action, step, flags, err);
}

/* ---- leases ---- */

static int mark_family(struct kin_marks *marks, const struct kin_digest *family,
                       struct kin_error *err)
{
    struct kin_mark like = {.flags = KIN_MARK_USED};
    MDB_cursor *cursor;
    MDB_val key = kin_store_val(family->bytes, DIGEST_BYTES), pair;
    KIN_TRY(find_group(marks, NULL, "", &like.group, err));
    int rc = mdb_cursor_open(marks->txn, marks->cache->dbi[KIN_TABLE_ITEM], &cursor);
    if (rc != 0)
        return kin_store_fail(marks->cache, rc, err, "looking for what is in use");
    int status = 0;
    rc = mdb_cursor_get(cursor, &key, &pair, MDB_SET_KEY);
    for (; rc == 0 && status == 0; rc = mdb_cursor_get(cursor, &key, &pair, MDB_NEXT_DUP)) {
        struct kin_digest output;
        memcpy(output.bytes, (const unsigned char *)pair.mv_data + DIGEST_BYTES, DIGEST_BYTES);
        status = mark_value(marks, &output, &like, err);
    }
    mdb_cursor_close(cursor);
    return status;
}

int kin_marks_leased(struct kin_marks *marks, const struct kin_digest *digest,
                     struct kin_error *err)
{
    KIN_TRY(kin_marks_action(marks, digest, NULL, KIN_MARK_USED, err));
    KIN_TRY(kin_marks_value(marks, digest, KIN_MARK_USED, err));
    return mark_family(marks, digest, err);
}
