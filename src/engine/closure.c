/* What belongs into a snapshot: actions, what came out of them, and what that refers to. */
#include <string.h>

#include "session.h"

struct closure {
    struct kin_cache *cache;
    struct kin_snapshot_builder *builder;
};

/* The role of values of a type. Collections, failures and runs say which objects there are. */
static const char *role_of(const char *value_type)
{
    const struct kin_type *type = kin_type_of_value(value_type);
    return type ? type->role : KIN_SNAPSHOT_INDEX;
}

/* ---- objects ---- */

static int add_object(const struct closure *closure, const struct kin_digest *digest,
                      const char *role, struct kin_error *err);

static int add_entries(const struct closure *closure, const struct kin_value *manifest,
                       struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n;
    const char *role = role_of(kin_value_text(manifest, "element", ""));
    KIN_TRY(kin_collection_open(manifest, &entries, &n, err));
    for (size_t i = 0; i < n; i++)
        KIN_TRY(add_object(closure, &entries[i].digest,
                           entries[i].failed ? KIN_SNAPSHOT_INDEX : role, err));
    return 0;
}

/* Digests in other values name stored values, or files outside, which the cache does not have. */
static int add_referred(const struct closure *closure, const struct kin_value *value,
                        const char *role, struct kin_error *err)
{
    for (size_t f = 0; f < kin_value_fields(value); f++) {
        const struct kin_tensor *field = kin_value_field(value, f);
        const struct kin_digest *digests = field->data;
        size_t n = field->dtype == KIN_DIGEST ? kin_tensor_count(field) : 0;
        for (size_t i = 0; i < n; i++)
            if (kin_cache_presence(closure->cache, &digests[i]) != KIN_ABSENT)
                KIN_TRY(add_object(closure, &digests[i], role, err));
    }
    return 0;
}

/* The bytes are the value's afterwards. */
static int add_bytes(const struct closure *closure, const struct kin_digest *digest, void *bytes,
                     size_t length, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    int status = kin_value_decode(bytes, length, &value, err);
    if (status != 0) {
        kin_free(bytes);
        return status;
    }
    const char *role = role_of(kin_value_type(value));
    KIN_TRY(kin_snapshot_add_object(closure->builder, digest, role, bytes, length, err));
    if (strcmp(kin_value_type(value), "collection") == 0)
        return add_entries(closure, value, err);
    return add_referred(closure, value, role, err);
}

/* `role`: when the bytes are not here to say it. */
static int add_object(const struct closure *closure, const struct kin_digest *digest,
                      const char *role, struct kin_error *err)
{
    void *bytes;
    size_t length;
    if (kin_snapshot_has(closure->builder, digest))
        return 0;
    int status = kin_cache_get(closure->cache, digest, &bytes, &length, err);
    if (status == KIN_ENOTFOUND)
        return kin_snapshot_add_object(closure->builder, digest, role, NULL, 0, err);
    KIN_TRY(status);
    return add_bytes(closure, digest, bytes, length, err);
}

/* ---- actions ---- */

/* What a source found: its manifest alone, from which a later listing finds the items that both
 * have. */
static int add_listing(const struct closure *closure, const char *record, struct kin_error *err)
{
    struct kin_digest digest;
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length;
    if (!record_listing(record, &digest) ||
        kin_cache_get(closure->cache, &digest, &bytes, &length, NULL) != 0)
        return 0;
    return kin_snapshot_add_object(closure->builder, &digest, KIN_SNAPSHOT_INDEX, bytes, length,
                                   err);
}

/* The role that an output has by its declaration. */
static const char *role_of_output(const char *record, size_t output)
{
    const struct kin_kind *kind = record_kind(record);
    if (!kind || output >= kin_kind_outputs(kind))
        return KIN_SNAPSHOT_INDEX;
    const char *name = kind->outputs[output].type;
    const struct kin_type *type = kin_type_find(name, strlen(name));
    return type && !type->element ? type->role : KIN_SNAPSHOT_INDEX;
}

static int add_action(const struct closure *closure, const struct kin_digest *key,
                      struct kin_error *err)
{
    bool wanted;
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    KIN_TRY(kin_snapshot_add_claim(closure->builder, key, &wanted, err));
    if (!wanted)
        return 0;
    KIN_TRY(kin_cache_action(closure->cache, key, &action, &backing, err));
    for (size_t o = 0; o < action.n_outputs; o++)
        KIN_TRY(add_object(closure, &action.outputs[o], role_of_output(action.record, o), err));
    return add_listing(closure, action.record, err);
}

static int add_run(const struct closure *closure, const struct kin_digest *run,
                   struct kin_error *err)
{
    KIN_TRY(add_object(closure, run, KIN_SNAPSHOT_INDEX, err));
    return kin_snapshot_add_run(closure->builder, run, err);
}

/* ---- of a session ---- */

static int check_computed(struct kin_session *session, struct kin_error *err)
{
    for (size_t i = 0; i < session->n; i++) {
        const struct instance *instance = &session->instances[i];
        const struct listing *listing = source_listing(session, instance);
        if (instance->state == INSTANCE_UNWANTED || instance->hit)
            continue;
        if (listing && listing->absent.status != 0)
            *err = listing->absent;
        else
            kin_fail(err, KIN_ENOTFOUND,
                     "not computed yet: 'kindred run %s' first, or save a step that is",
                     session->workflow->path);
        return session_blame(session, instance, err);
    }
    return 0;
}

/* Stores the record of the run unless it is there. */
static int store_run(struct kin_session *session, struct kin_digest *out, struct kin_error *err)
{
    void *bytes;
    size_t length;
    KIN_TRY(history_of_hits(session, &bytes, &length, err));
    *out = kin_digest_of(bytes, length);
    if (kin_cache_presence(session->cache, out) == KIN_PRESENT) {
        kin_free(bytes);
        return 0;
    }
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    if (!batch) {
        kin_free(bytes);
        return kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    }
    int status = kin_batch_blob(batch, out, bytes, length, false, err);
    if (status == 0)
        return kin_cache_write(session->cache, batch, err);
    kin_batch_free(batch);
    return status;
}

int kin_session_snapshot(struct kin_session *session, struct kin_snapshot_builder *builder,
                         struct kin_error *err)
{
    const struct closure closure = {.cache = session->cache, .builder = builder};
    struct kin_digest run;
    KIN_TRY(resolve_all(session, err));
    KIN_TRY(check_computed(session, err));
    for (size_t i = 0; i < session->n; i++)
        if (session->instances[i].state != INSTANCE_UNWANTED)
            KIN_TRY(add_action(&closure, &session->instances[i].key, err));
    KIN_TRY(store_run(session, &run, err));
    return add_run(&closure, &run, err);
}

/* ---- of a run ---- */

struct wanted_run {
    const char *start; /* of its name, or NULL: the last one */
    bool found;
    struct kin_digest digest;
};

static int match_run(void *context, const void *key, size_t key_length, const void *value,
                     size_t value_length)
{
    (void)key, (void)key_length;
    struct wanted_run *wanted = context;
    char hex[KIN_DIGEST_TEXT] = "";
    struct kin_digest digest;
    if (value_length < KIN_DIGEST_TEXT - 1)
        return 0;
    memcpy(hex, value, KIN_DIGEST_TEXT - 1);
    if (!kin_digest_parse(hex, &digest) ||
        (wanted->start && strncmp(hex, wanted->start, strlen(wanted->start)) != 0))
        return 0;
    wanted->found = true;
    wanted->digest = digest;
    return 0;
}

static int find_run(struct kin_cache *cache, const char *start, struct kin_digest *out,
                    struct kin_error *err)
{
    struct wanted_run wanted = {.start = start};
    KIN_TRY(kin_cache_walk(cache, "runs", match_run, &wanted, err));
    if (!wanted.found)
        return kin_fail(err, KIN_ENOTFOUND, "the cache '%s' knows no run%s%s",
                        kin_cache_folder(cache), start ? " whose name starts with " : "",
                        start ? start : "");
    *out = wanted.digest;
    return 0;
}

static int add_keys(const struct closure *closure, const struct kin_digest *run,
                    struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    const struct kin_tensor *keys;
    void *bytes;
    size_t length;
    KIN_TRY(kin_cache_get(closure->cache, run, &bytes, &length, err));
    int status = kin_value_decode(bytes, length, &value, err);
    if (status != 0) {
        kin_free(bytes);
        return status;
    }
    KIN_TRY(kin_value_want(value, "keys", KIN_DIGEST, 1, &keys, err));
    for (size_t i = 0; i < keys->shape[0]; i++)
        KIN_TRY(add_action(closure, (const struct kin_digest *)keys->data + i, err));
    return 0;
}

int kin_run_snapshot(struct kin_cache *cache, const char *run, struct kin_snapshot_builder *builder,
                     struct kin_error *err)
{
    const struct closure closure = {.cache = cache, .builder = builder};
    struct kin_digest digest;
    KIN_TRY(find_run(cache, run, &digest, err));
    int status = add_keys(&closure, &digest, err);
    if (status == 0)
        return add_run(&closure, &digest, err);
    return kin_error_within(err, "the run cannot be saved");
}
