/*
 * What a snapshot brings against what the cache has. A digest of XXH3 can be forged, so wherever
 * both sides know the bytes, or what their SHA-256 is, the two must agree.
 */
#include <stdlib.h>

#include "cache/snapshot_parts.h"
#include "cache/writer.h"
#include "kindred/memory.h"

struct meeting {
    struct kin_cache *cache;
    const struct kin_snapshot_object *object;
    bool believed;
};

static int collides(const struct kin_snapshot_object *object, const char *what,
                    struct kin_error *err)
{
    char hex[KIN_DIGEST_TEXT], sha[KIN_SHA256_TEXT];
    kin_digest_text(&object->digest, hex);
    kin_sha256_text(&object->sha, sha);
    return kin_fail(err, KIN_ECOLLISION,
                    "the snapshot's object %s (SHA-256 %.16s…) has the digest of %s with another "
                    "SHA-256: one of the two is forged, or they collide; nothing is loaded",
                    hex, sha, what);
}

/* The bytes that the cache has. Damaged ones are put aside by reading them, and are none. */
static int compare_stored(const struct meeting *m, enum kin_meeting *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length = 0;
    int status = kin_cache_get(m->cache, &m->object->digest, &bytes, &length, err);
    if (status == KIN_ECORRUPT || status == KIN_ENOTFOUND) {
        *out = m->object->state == KIN_OBJECT_HERE ? KIN_MEET_NEW : KIN_MEET_LEFT;
        return 0;
    }
    KIN_TRY(status);
    struct kin_sha256 sha = kin_sha256_of(bytes, length);
    if (m->object->has_sha && !kin_sha256_equal(&sha, &m->object->sha))
        return collides(m->object, "an artifact in the cache", err);
    *out = KIN_MEET_KNOWN;
    return 0;
}

/* The bytes are not in the cache, but what they were may be. */
static int compare_absent(const struct meeting *m, enum kin_presence presence,
                          enum kin_meeting *out, struct kin_error *err)
{
    struct kin_sha256 bound;
    bool is_bound = kin_binding_find(m->cache, &m->object->digest, &bound);
    if (is_bound && m->object->has_sha && !kin_sha256_equal(&bound, &m->object->sha))
        return collides(m->object, "one that the cache or a snapshot it believes has named", err);
    if (m->object->state == KIN_OBJECT_HERE)
        *out = KIN_MEET_NEW;
    else
        *out = presence == KIN_DROPPED ? KIN_MEET_KNOWN : KIN_MEET_LEFT;
    /* Somebody who is not believed could give bytes of their own to a place that is waited for. */
    if (!m->believed && presence == KIN_DROPPED && !is_bound)
        *out = KIN_MEET_REFUSED;
    return 0;
}

static int meet_one(const struct meeting *m, enum kin_meeting *out, struct kin_error *err)
{
    enum kin_presence presence = kin_cache_presence(m->cache, &m->object->digest);
    if (presence == KIN_PRESENT)
        return compare_stored(m, out, err);
    return compare_absent(m, presence, out, err);
}

/* A delta wants what it counts on to be there, or to have been. */
static int check_since(const struct kin_snapshot *snapshot, const enum kin_meeting *meetings,
                       struct kin_error *err)
{
    size_t lacking = 0;
    for (size_t i = 0; i < snapshot->n_objects; i++)
        lacking += snapshot->objects[i].state == KIN_OBJECT_SINCE && meetings[i] == KIN_MEET_LEFT;
    if (lacking == 0)
        return 0;
    char sha[KIN_SHA256_TEXT];
    kin_sha256_text(&snapshot->since, sha);
    return kin_fail(err, KIN_ENOTFOUND,
                    "it is a delta: %zu of the objects it counts on are not in this cache; load "
                    "the snapshot %.12s first ('kindred snapshot show' prints that name)",
                    lacking, sha);
}

int kin_snapshot_meet(struct kin_cache *cache, const struct kin_snapshot *snapshot, bool believed,
                      enum kin_meeting *out, struct kin_error *err)
{
    for (size_t i = 0; i < snapshot->n_objects; i++) {
        const struct meeting m = {
            .cache = cache, .object = &snapshot->objects[i], .believed = believed};
        KIN_TRY(meet_one(&m, &out[i], err));
    }
    return believed ? check_since(snapshot, out, err) : 0;
}
