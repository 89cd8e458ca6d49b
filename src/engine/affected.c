/*
 * From a damaged artifact down to the results: an action is tainted when an input or an output of
 * it is, or an item of one; then all its outputs are. Records say which digests went into what.
 */
#include <string.h>

#include "kindred/upkeep.h"
#include "session.h"

struct tainted { /* what is damaged, and what came of it */
    struct kin_cache *cache;
    struct kin_digest *table; /* zero: free; n_table a power of two */
    size_t n, n_table;
};

static struct kin_digest *slot_of(const struct tainted *tainted, const struct kin_digest *digest)
{
    uint64_t hash;
    memcpy(&hash, digest->bytes, sizeof hash);
    size_t i = hash & (tainted->n_table - 1);
    while (!kin_digest_is_zero(&tainted->table[i]) && !kin_digest_equal(&tainted->table[i], digest))
        i = (i + 1) & (tainted->n_table - 1);
    return &tainted->table[i];
}

static bool is_tainted(const struct tainted *tainted, const struct kin_digest *digest)
{
    return tainted->n > 0 && !kin_digest_is_zero(slot_of(tainted, digest));
}

static int make_room(struct tainted *tainted, struct kin_error *err)
{
    if (2 * (tainted->n + 1) <= tainted->n_table)
        return 0;
    struct tainted larger = {.n_table = tainted->n_table ? 2 * tainted->n_table : 256};
    KIN_TRY(kin_alloc_into(&larger.table, larger.n_table, sizeof *larger.table, err));
    for (size_t i = 0; i < tainted->n_table; i++)
        if (!kin_digest_is_zero(&tainted->table[i]))
            *slot_of(&larger, &tainted->table[i]) = tainted->table[i];
    kin_free(tainted->table);
    tainted->table = larger.table;
    tainted->n_table = larger.n_table;
    return 0;
}

static int taint(struct tainted *tainted, const struct kin_digest *digest, struct kin_error *err)
{
    if (kin_digest_is_zero(digest) || is_tainted(tainted, digest))
        return 0;
    KIN_TRY(make_room(tainted, err));
    *slot_of(tainted, digest) = *digest;
    tainted->n++;
    return 0;
}

/* Whether a collection has a tainted item, or an item that names something tainted. */
static bool has_tainted_item(const struct tainted *tainted, const struct kin_digest *output)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    void *bytes;
    size_t length;
    if (kin_cache_get(tainted->cache, output, &bytes, &length, NULL) != 0)
        return false;
    if (kin_value_decode(bytes, length, &value, NULL) != 0) {
        kin_free(bytes);
        return false;
    }
    for (size_t f = 0; f < kin_value_fields(value); f++) {
        const struct kin_tensor *field = kin_value_field(value, f);
        const struct kin_digest *digests = field->data;
        for (size_t i = 0; field->dtype == KIN_DIGEST && i < kin_tensor_count(field); i++)
            if (is_tainted(tainted, &digests[i]))
                return true;
    }
    return false;
}

/* Whether a line of the record names a tainted input: «input of 5f3c…». */
static bool has_tainted_input(const struct tainted *tainted, const char *record)
{
    for (const char *line = strstr(record, "\ninput "); line; line = strstr(line, "\ninput ")) {
        size_t n = strcspn(++line, "\n");
        char hex[KIN_DIGEST_TEXT] = "";
        struct kin_digest digest;
        if (n >= KIN_DIGEST_TEXT)
            memcpy(hex, line + n - (KIN_DIGEST_TEXT - 1), KIN_DIGEST_TEXT - 1);
        if (kin_digest_parse(hex, &digest) && is_tainted(tainted, &digest))
            return true;
    }
    return false;
}

/* Whether anything became tainted. */
static int spread(struct tainted *tainted, const struct kin_digest *key, bool *more,
                  struct kin_error *err)
{
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    if (kin_cache_action(tainted->cache, key, &action, &backing, NULL) != 0)
        return 0;
    bool all = has_tainted_input(tainted, action.record);
    size_t before = tainted->n;
    for (size_t o = 0; o < action.n_outputs && !all; o++)
        all = is_tainted(tainted, &action.outputs[o]) ||
              has_tainted_item(tainted, &action.outputs[o]);
    for (size_t o = 0; o < action.n_outputs && all; o++)
        KIN_TRY(taint(tainted, &action.outputs[o], err));
    *more |= tainted->n > before;
    return 0;
}

static bool is_affected(struct tainted *tainted, const struct kin_digest *key)
{
    struct kin_outcome outcome;
    if (!kin_cache_find(tainted->cache, key, &outcome))
        return true; /* its record is damaged itself */
    for (size_t o = 0; o < outcome.n_outputs; o++)
        if (is_tainted(tainted, &outcome.outputs[o]))
            return true;
    return false;
}

struct affecting {
    struct kin_cache *cache;
    const struct kin_damage *damage;
    void (*visit)(void *context, const char *workflow, const char *file);
    void *context;
};

/* A few rounds, since names do not come in the order of the steps. */
static int spread_all(struct tainted *tainted, const struct kin_run_keys *keys,
                      struct kin_error *err)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < keys->n; i++)
            KIN_TRY(spread(tainted, &keys->keys[i], &more, err));
    }
    return 0;
}

static void release_tainted(struct tainted *tainted)
{
    kin_free(tainted->table);
}

static int affect_run(const struct affecting *affecting, const struct kin_run *run,
                      struct kin_error *err)
{
    KIN_AUTO(release_tainted) struct tainted tainted = {.cache = affecting->cache};
    KIN_AUTO(kin_run_release) struct kin_run_keys keys;
    if (kin_run_open(affecting->cache, &run->digest, &keys, NULL) != 0 || !keys.files)
        return 0;
    for (size_t i = 0; i < affecting->damage->n; i++)
        KIN_TRY(taint(&tainted, &affecting->damage->list[i], err));
    KIN_TRY(spread_all(&tainted, &keys, err));
    for (size_t i = 0; i < keys.n; i++) {
        const char *file = kin_tensor_text(keys.files, i);
        if (*file && is_affected(&tainted, &keys.keys[i]))
            affecting->visit(affecting->context, run->workflow, file);
    }
    return 0;
}

static int affect_last_run(void *context, const struct kin_run *run, struct kin_error *err)
{
    return run->last ? affect_run(context, run, err) : 0;
}

int kin_upkeep_affected(struct kin_cache *cache, const struct kin_damage *damage,
                        void (*visit)(void *context, const char *workflow, const char *file),
                        void *context, struct kin_error *err)
{
    struct affecting affecting = {
        .cache = cache, .damage = damage, .visit = visit, .context = context};
    return kin_runs_each(cache, affect_last_run, &affecting, err);
}
