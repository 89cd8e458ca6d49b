/* Gathering what a snapshot will hold, from the cache. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/snapshot_parts.h"
#include "cache/writer.h"
#include "kindred/memory.h"

/* ---- a set of digests ---- */

struct seen {
    struct kin_digest *slots; /* zero: free */
    size_t n, capacity;       /* a power of two */
};

static struct kin_digest *slot_of(const struct seen *seen, const struct kin_digest *digest)
{
    uint64_t hash;
    memcpy(&hash, digest->bytes, sizeof hash);
    size_t i = (size_t)hash & (seen->capacity - 1);
    while (!kin_digest_is_zero(&seen->slots[i]) && !kin_digest_equal(&seen->slots[i], digest))
        i = (i + 1) & (seen->capacity - 1);
    return &seen->slots[i];
}

static bool seen_has(const struct seen *seen, const struct kin_digest *digest)
{
    return seen->n > 0 && !kin_digest_is_zero(slot_of(seen, digest));
}

static int seen_grow(struct seen *seen, struct kin_error *err)
{
    if (2 * (seen->n + 1) < seen->capacity)
        return 0;
    struct seen larger = {.capacity = seen->capacity ? 2 * seen->capacity : 64, .n = seen->n};
    KIN_TRY(kin_alloc_into(&larger.slots, larger.capacity, sizeof *larger.slots, err));
    for (size_t i = 0; i < seen->capacity; i++)
        if (!kin_digest_is_zero(&seen->slots[i]))
            *slot_of(&larger, &seen->slots[i]) = seen->slots[i];
    kin_free(seen->slots);
    *seen = larger;
    return 0;
}

static int seen_add(struct seen *seen, const struct kin_digest *digest, struct kin_error *err)
{
    KIN_TRY(seen_grow(seen, err));
    *slot_of(seen, digest) = *digest;
    seen->n++;
    return 0;
}

/* ---- the builder ---- */

struct kin_snapshot_builder {
    struct kin_cache *cache;
    struct kin_snapshot *since, *made;
    size_t claims_capacity, objects_capacity, runs_capacity;
    struct seen claims, objects;
    struct kin_observations observations;
    void **backings; /* of the claims' records */
    size_t n_backings, backings_capacity;
};

static int by_role(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int take_roles(struct kin_snapshot *made, const struct kin_snapshot_options *options,
                      struct kin_error *err)
{
    for (size_t i = 0; i < options->n_roles; i++) {
        const char *role = options->roles[i];
        if (!kin_snapshot_is_role(role) || made->n_roles == KIN_SNAPSHOT_ROLES)
            return kin_fail(err, KIN_EINVAL, "'%s' is no role of a snapshot", role);
        size_t k = 0;
        while (k < made->n_roles && strcmp(made->roles[k], role) != 0)
            k++;
        if (k == made->n_roles)
            memcpy(made->roles[made->n_roles++], role, strlen(role) + 1);
    }
    qsort(made->roles, made->n_roles, sizeof *made->roles, by_role);
    return 0;
}

static int open_since(struct kin_snapshot_builder *builder, const char *path, struct kin_error *err)
{
    if (!path)
        return 0;
    KIN_TRY(kin_snapshot_read(path, &builder->since, err));
    builder->made->is_delta = true;
    builder->made->since = builder->since->id;
    return 0;
}

int kin_snapshot_begin(struct kin_cache *cache, const struct kin_snapshot_options *options,
                       struct kin_snapshot_builder **out, struct kin_error *err)
{
    struct kin_snapshot_builder *builder;
    KIN_TRY(kin_alloc_into(&builder, 1, sizeof *builder, err));
    builder->cache = cache;
    int status = kin_alloc_into(&builder->made, 1, sizeof *builder->made, err);
    if (status == 0)
        status = take_roles(builder->made, options, err);
    if (status == 0)
        status = open_since(builder, options->since, err);
    if (status != 0)
        kin_snapshot_end(builder);
    else
        *out = builder;
    return status;
}

void kin_snapshot_end(struct kin_snapshot_builder *builder)
{
    if (!builder)
        return;
    for (size_t i = 0; i < builder->n_backings; i++)
        kin_free(builder->backings[i]);
    kin_free(builder->backings);
    kin_free(builder->claims.slots);
    kin_free(builder->objects.slots);
    kin_snapshot_observations_release(&builder->observations);
    kin_snapshot_free(builder->since);
    kin_snapshot_free(builder->made);
    kin_free(builder);
}

/* ---- claims ---- */

static bool is_claimed_since(const struct kin_snapshot_builder *builder,
                             const struct kin_action *action)
{
    const struct kin_snapshot_claim *old =
        builder->since ? kin_snapshot_claim(builder->since, &action->key) : NULL;
    return old && old->n_outputs == action->n_outputs &&
           memcmp(old->outputs, action->outputs, old->n_outputs * sizeof *old->outputs) == 0;
}

/* Who made it, without the snapshot it may have come in. */
static int observe(struct kin_snapshot_builder *builder, const struct kin_action *action,
                   struct kin_error *err)
{
    struct kin_observations *all = &builder->observations;
    const char *made_by = action->made_by;
    if (strncmp(made_by, KIN_FROM_SNAPSHOT, strlen(KIN_FROM_SNAPSHOT)) == 0) {
        const char *colon = strstr(made_by, ": ");
        made_by = colon ? colon + 2 : "";
    }
    KIN_TRY(kin_grow(&all->list, &all->capacity, all->n + 1, sizeof *all->list, err));
    struct kin_observation *observation = &all->list[all->n];
    *observation = (struct kin_observation){.key = action->key,
                                            .seconds = action->seconds,
                                            .made_at = action->made_at,
                                            .made_by = kin_strdup(made_by)};
    if (!observation->made_by)
        return kin_fail(err, KIN_ENOMEM, "no memory for a snapshot");
    all->n++;
    return 0;
}

/* Takes the backing of the action's texts. */
static int keep_claim(struct kin_snapshot_builder *builder, const struct kin_action *action,
                      void *backing, struct kin_error *err)
{
    struct kin_snapshot *made = builder->made;
    int status = kin_grow(&builder->backings, &builder->backings_capacity, builder->n_backings + 1,
                          sizeof *builder->backings, err);
    if (status != 0) {
        kin_free(backing);
        return status;
    }
    builder->backings[builder->n_backings++] = backing;
    KIN_TRY(kin_grow(&made->claims, &builder->claims_capacity, made->n_claims + 1,
                     sizeof *made->claims, err));
    struct kin_snapshot_claim claim = {.key = action->key,
                                       .record = action->record,
                                       .items = action->items,
                                       .failed = action->failed,
                                       .n_outputs = action->n_outputs};
    memcpy(claim.outputs, action->outputs, sizeof claim.outputs);
    made->claims[made->n_claims++] = claim;
    return observe(builder, action, err);
}

int kin_snapshot_add_claim(struct kin_snapshot_builder *builder, const struct kin_digest *key,
                           bool *wanted, struct kin_error *err)
{
    *wanted = false;
    if (seen_has(&builder->claims, key))
        return 0;
    struct kin_action action;
    void *backing;
    KIN_TRY(kin_cache_action(builder->cache, key, &action, &backing, err));
    *wanted = !is_claimed_since(builder, &action);
    if (*wanted)
        KIN_TRY(keep_claim(builder, &action, backing, err));
    else
        kin_free(backing);
    return seen_add(&builder->claims, key, err);
}

/* ---- objects ---- */

static bool is_wanted_role(const struct kin_snapshot *made, const char *role)
{
    bool wanted = made->n_roles == 0 || strcmp(role, KIN_SNAPSHOT_INDEX) == 0;
    for (size_t i = 0; i < made->n_roles && !wanted; i++)
        wanted = strcmp(made->roles[i], role) == 0;
    return wanted;
}

/* What the cache says of its place: whether it may be dropped, how long it was. */
static int find_place(struct kin_cache *cache, const struct kin_digest *digest,
                      struct kin_place *out, struct kin_error *err)
{
    MDB_txn *txn;
    KIN_TRY(kin_store_begin(cache, &txn, err));
    int status = kin_blob_find(cache, txn, digest, out, err);
    kin_store_end(cache, txn);
    if (status != 0 || (out->flags & KIN_BLOB_BAD)) {
        char hex[KIN_DIGEST_TEXT];
        kin_digest_text(digest, hex);
        return kin_fail(err, KIN_ECORRUPT,
                        "artifact %s is lost or damaged: run the workflow, which computes it "
                        "anew, then save",
                        hex);
    }
    return 0;
}

static int collides(const struct kin_digest *digest, struct kin_error *err)
{
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(digest, hex);
    return kin_fail(err, KIN_ECOLLISION,
                    "artifact %s has another SHA-256 here than in the snapshot that the delta is "
                    "to: two different artifacts have that digest",
                    hex);
}

/* Its SHA-256: of the bytes; or as the other snapshot, or the cache, remembers it. */
static int find_sha(const struct kin_snapshot_builder *builder,
                    const struct kin_snapshot_object *old, const void *bytes,
                    struct kin_snapshot_object *object, struct kin_error *err)
{
    object->has_sha = true;
    if (bytes)
        object->sha = kin_sha256_of(bytes, (size_t)object->length);
    else
        object->has_sha = kin_binding_find(builder->cache, &object->digest, &object->sha);
    if (!old || !old->has_sha)
        return 0;
    if (object->has_sha && !kin_sha256_equal(&object->sha, &old->sha))
        return collides(&object->digest, err);
    object->sha = old->sha;
    object->has_sha = true;
    return 0;
}

bool kin_snapshot_has(const struct kin_snapshot_builder *builder, const struct kin_digest *digest)
{
    return seen_has(&builder->objects, digest);
}

int kin_snapshot_add_object(struct kin_snapshot_builder *builder, const struct kin_digest *digest,
                            const char *role, const void *bytes, size_t length,
                            struct kin_error *err)
{
    struct kin_snapshot *made = builder->made;
    struct kin_place place;
    if (!kin_snapshot_is_role(role))
        return kin_fail(err, KIN_EINVAL, "'%s' is no role of a snapshot", role);
    if (seen_has(&builder->objects, digest))
        return 0;
    KIN_TRY(find_place(builder->cache, digest, &place, err));
    const struct kin_snapshot_object *old =
        builder->since ? kin_snapshot_object(builder->since, digest) : NULL;
    struct kin_snapshot_object object = {.digest = *digest, .state = KIN_OBJECT_HERE};
    object.length = bytes ? length : place.length;
    memcpy(object.role, role, strlen(role) + 1);
    KIN_TRY(find_sha(builder, old, bytes, &object, err));
    if (!is_wanted_role(made, role) || (place.flags & KIN_BLOB_TEMPORARY))
        object.state = KIN_OBJECT_LEFT;
    else if (old && old->state != KIN_OBJECT_LEFT)
        object.state = KIN_OBJECT_SINCE;
    else if (!bytes)
        object.state = KIN_OBJECT_LEFT;
    KIN_TRY(kin_grow(&made->objects, &builder->objects_capacity, made->n_objects + 1,
                     sizeof *made->objects, err));
    made->objects[made->n_objects++] = object;
    return seen_add(&builder->objects, digest, err);
}

int kin_snapshot_add_run(struct kin_snapshot_builder *builder, const struct kin_digest *digest,
                         struct kin_error *err)
{
    struct kin_snapshot *made = builder->made;
    for (size_t i = 0; i < made->n_runs; i++)
        if (kin_digest_equal(&made->runs[i], digest))
            return 0;
    KIN_TRY(
        kin_grow(&made->runs, &builder->runs_capacity, made->n_runs + 1, sizeof *made->runs, err));
    made->runs[made->n_runs++] = *digest;
    return 0;
}

/* ---- writing ---- */

static int by_key(const void *a, const void *b)
{
    return kin_digest_compare(&((const struct kin_snapshot_claim *)a)->key,
                              &((const struct kin_snapshot_claim *)b)->key);
}

static int by_digest(const void *a, const void *b)
{
    return kin_digest_compare(&((const struct kin_snapshot_object *)a)->digest,
                              &((const struct kin_snapshot_object *)b)->digest);
}

static int by_run(const void *a, const void *b)
{
    return kin_digest_compare(a, b);
}

static void sort(struct kin_snapshot *made)
{
    if (made->n_claims > 0)
        qsort(made->claims, made->n_claims, sizeof *made->claims, by_key);
    if (made->n_objects > 0)
        qsort(made->objects, made->n_objects, sizeof *made->objects, by_digest);
    if (made->n_runs > 0)
        qsort(made->runs, made->n_runs, sizeof *made->runs, by_run);
}

static void count(const struct kin_snapshot *made, struct kin_snapshot_saved *out)
{
    *out = (struct kin_snapshot_saved){.id = made->id, .claims = made->n_claims};
    for (size_t i = 0; i < made->n_objects; i++) {
        bool here = made->objects[i].state == KIN_OBJECT_HERE;
        out->objects += here;
        out->left_out += !here;
        out->bytes += here ? made->objects[i].length : 0;
    }
}

/* A signature of what stood there before would speak of another file. */
static int write_signature(const char *path, const struct kin_text *signature,
                           struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text sig_path = {0};
    kin_text_addf(&sig_path, "%s.sig", path);
    KIN_TRY(kin_text_check(&sig_path, err));
    if (signature->length > 0)
        return kin_write_file(sig_path.data, signature->data, signature->length, err);
    unlink(sig_path.data);
    return 0;
}

int kin_snapshot_write(struct kin_snapshot_builder *builder, const char *path, bool plain,
                       const char *key_path, struct kin_snapshot_saved *out, struct kin_error *err)
{
    struct kin_snapshot *made = builder->made;
    KIN_AUTO(kin_text_release) struct kin_text observations = {0};
    KIN_AUTO(kin_text_release) struct kin_text signature = {0};
    sort(made);
    KIN_TRY(kin_snapshot_manifest_print(made, err));
    if (key_path)
        KIN_TRY(kin_snapshot_sign(made, key_path, &signature, err));
    if (!plain)
        KIN_TRY(kin_snapshot_observations_print(&builder->observations, &observations, err));
    KIN_TRY(kin_snapshot_archive(builder->cache, made, observations.data, observations.length, path,
                                 err));
    count(made, out);
    return write_signature(path, &signature, err);
}
