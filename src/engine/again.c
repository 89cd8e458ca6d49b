/*
 * Items that are known but whose bytes are not there (keep: false, eviction, damage): what needs
 * them makes them again, and what those need in turn.
 */
#include <string.h>

#include "forecast.h"

/* Ids of items; borrowed from manifests that live as long. */
struct ids {
    const char **list;
    size_t n, capacity;
};

static void ids_release(struct ids *ids)
{
    kin_free(ids->list);
}

static int add_id(struct ids *ids, const char *id, struct kin_error *err)
{
    KIN_TRY(kin_grow(&ids->list, &ids->capacity, ids->n + 1, sizeof *ids->list, err));
    ids->list[ids->n++] = id;
    return 0;
}

static int need(struct forecast *forecast, const struct kin_feed *feed, const struct ids *ids,
                struct kin_error *err);

/* An item whose bytes are gone, counted once. */
static int note_gone(struct forecast *forecast, struct foreseen *producer,
                     const struct kin_entry *entry, struct ids *gone, struct kin_error *err)
{
    bool fresh;
    if (kin_cache_presence(forecast->session->cache, &entry->digest) == KIN_PRESENT)
        return 0;
    KIN_TRY(amounts_add(&forecast->pieces, &entry->digest, &fresh, err));
    if (!fresh)
        return 0;
    producer->again++;
    return add_id(gone, entry->id, err);
}

static int find_gone(struct forecast *forecast, struct foreseen *producer,
                     const struct kin_entry *entries, size_t n, const struct ids *ids,
                     struct ids *gone, struct kin_error *err)
{
    for (size_t i = 0; !ids && i < n; i++)
        KIN_TRY(note_gone(forecast, producer, &entries[i], gone, err));
    for (size_t i = 0; ids && i < ids->n; i++) {
        long at = kin_collection_find(entries, n, ids->list[i]);
        if (at >= 0)
            KIN_TRY(note_gone(forecast, producer, &entries[at], gone, err));
    }
    return 0;
}

/* What computing items of a producer again needs. */
static int need_inputs(struct forecast *forecast, const struct instance *producer,
                       const struct ids *ids, struct kin_error *err)
{
    const struct kin_kind *kind = step_of(forecast->session, producer)->kind;
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(forecast->session, producer, p, &n);
        for (size_t f = 0; f < n; f++)
            KIN_TRY(need(forecast, &feeds[f], kind->inputs[p].mode == KIN_EACH ? ids : NULL, err));
    }
    return 0;
}

/* Items of an output that is known: these, or (NULL) all. */
static int need(struct forecast *forecast, const struct kin_feed *feed, const struct ids *ids,
                struct kin_error *err)
{
    struct instance *instance = fed_by(forecast->session, feed);
    struct foreseen *producer = &forecast->list[instance->number];
    const struct kin_digest *output = &instance->outputs[feed->output];
    KIN_AUTO(kin_value_auto) struct kin_value *manifest = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    KIN_AUTO(ids_release) struct ids gone = {0};
    size_t n = 0;
    if (!instance->hit || producer->again_all)
        return 0;
    producer->again_all = !ids && feed->output == 0;
    const char *type = step_of(forecast->session, instance)->kind->outputs[feed->output].type;
    if (kin_cache_presence(forecast->session->cache, output) != KIN_PRESENT) {
        producer->again += 1; /* a single artifact, or the list of the items */
        return need_inputs(forecast, instance, NULL, err);
    }
    if (!kin_type_find(type, strlen(type))->element ||
        load_value(forecast->session, output, &manifest, NULL) != 0 ||
        kin_collection_open(manifest, &entries, &n, NULL) != 0)
        return 0;
    KIN_TRY(find_gone(forecast, producer, entries, n, ids, &gone, err));
    return gone.n > 0 ? need_inputs(forecast, instance, &gone, err) : 0;
}

int forecast_again(struct forecast *forecast, const struct instance *instance,
                   const struct work *work, struct kin_error *err)
{
    const struct kin_kind *kind = step_of(forecast->session, instance)->kind;
    KIN_AUTO(ids_release) struct ids ids = {0};
    if (work && work->n_todo == 0)
        return 0;
    for (size_t i = 0; work && i < work->n_todo; i++)
        KIN_TRY(add_id(&ids, work->pieces[work->todo[i]].id, err));
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(forecast->session, instance, p, &n);
        bool each = work && kind->inputs[p].mode == KIN_EACH;
        for (size_t f = 0; f < n; f++)
            KIN_TRY(need(forecast, &feeds[f], each ? &ids : NULL, err));
    }
    return 0;
}
