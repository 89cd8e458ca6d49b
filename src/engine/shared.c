/* Inputs that every call of an instance sees whole: loaded once, freed with the work. */
#include "work.h"

#include <string.h>

static bool is_shared(const struct kin_port *port)
{
    return port->mode != KIN_EACH;
}

static void loaded_release(struct loaded *loaded)
{
    for (size_t i = 0; loaded->values && i < loaded->n_items; i++)
        kin_value_free(loaded->values[i]);
    kin_free(loaded->values);
    kin_free(loaded->items);
    kin_free(loaded->labels);
    kin_value_free(loaded->value);
}

void shared_free(struct kin_session *session, struct work *work)
{
    size_t ports = kin_kind_inputs(step_of(session, work->instance)->kind);
    for (size_t p = 0; work->loaded && p < ports; p++) {
        for (size_t f = 0; work->loaded[p] && f < work->n_sets[p]; f++)
            loaded_release(&work->loaded[p][f]);
        kin_free(work->loaded[p]);
        kin_free(work->sets[p]);
    }
    kin_free(work->loaded);
    kin_free(work->sets);
    kin_free(work->n_sets);
}

static int load_collection(struct kin_session *session, const struct kin_feed *feed,
                           struct loaded *loaded, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n = 0;
    KIN_TRY(kin_collection_open(loaded->value, &entries, &n, err));
    KIN_TRY(kin_alloc_into(&loaded->values, n, sizeof *loaded->values, err));
    KIN_TRY(kin_alloc_into(&loaded->items, n, sizeof *loaded->items, err));
    loaded->n_items = n;
    KIN_TRY(
        load_items(session, fed_by(session, feed), feed->output, entries, n, loaded->values, err));
    for (size_t i = 0; i < n; i++)
        loaded->items[i] = (struct kin_item){
            .id = entries[i].id, .digest = entries[i].digest, .value = loaded->values[i]};
    return 0;
}

/* The labels that the producer's point has. */
static int copy_labels(const struct kin_step *step, size_t point, struct loaded *loaded, size_t *n,
                       struct kin_error *err)
{
    *n = 0;
    KIN_TRY(kin_alloc_into(&loaded->labels, step->n_axes, sizeof *loaded->labels, err));
    for (size_t a = 0; a < step->n_axes; a++) {
        const struct kin_label *label = &step->points[point * step->n_axes + a];
        if (!label->text)
            continue;
        loaded->labels[*n] = *label;
        loaded->labels[(*n)++].axis = step->axes[a];
    }
    return 0;
}

static int load_feed(struct kin_session *session, const struct kin_feed *feed,
                     struct loaded *loaded, struct kin_set *set, struct kin_error *err)
{
    struct instance *producer = fed_by(session, feed);
    const struct kin_step *step = step_of(session, producer);
    KIN_TRY(copy_labels(step, producer->point, loaded, &set->n_labels, err));
    set->labels = loaded->labels;
    if (is_lost(producer))
        return 0;
    KIN_TRY(load_output(session, producer, feed->output, &loaded->value, err));
    set->digest = producer->outputs[feed->output];
    if (strcmp(kin_value_type(loaded->value), "collection") != 0) {
        set->value = loaded->value;
        return 0;
    }
    KIN_TRY(load_collection(session, feed, loaded, err));
    set->items = loaded->items;
    set->n_items = loaded->n_items;
    return 0;
}

/* What a source found, where a kind has it as a whole; it was stored before the work began. */
static int load_listing(struct kin_session *session, const struct listing *listing,
                        struct loaded *loaded, struct kin_set *set, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&loaded->values, listing->n, sizeof *loaded->values, err));
    KIN_TRY(kin_alloc_into(&loaded->items, listing->n, sizeof *loaded->items, err));
    loaded->n_items = listing->n;
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n;
    KIN_TRY(kin_collection_open(listing->manifest, &entries, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (!entries[i].failed)
            KIN_TRY(load_value(session, &entries[i].digest, &loaded->values[i], err));
        loaded->items[i] = (struct kin_item){
            .id = entries[i].id, .digest = entries[i].digest, .value = loaded->values[i]};
    }
    *set =
        (struct kin_set){.digest = listing->digest, .items = loaded->items, .n_items = listing->n};
    return 0;
}

static int load_port(struct kin_session *session, struct work *work, size_t port,
                     struct kin_error *err)
{
    bool is_listing = kin_kind_listing(step_of(session, work->instance)->kind) == (long)port;
    size_t n;
    const struct kin_feed *feeds = feeds_of(session, work->instance, port, &n);
    KIN_TRY(kin_alloc_into(&work->loaded[port], n + is_listing, sizeof *work->loaded[port], err));
    KIN_TRY(kin_alloc_into(&work->sets[port], n + is_listing, sizeof *work->sets[port], err));
    work->n_sets[port] = n + is_listing;
    if (is_listing)
        return load_listing(session, source_listing(session, work->instance), work->loaded[port],
                            work->sets[port], err);
    for (size_t f = 0; f < n; f++)
        KIN_TRY(load_feed(session, &feeds[f], &work->loaded[port][f], &work->sets[port][f], err));
    return 0;
}

static int load_methods(struct kin_session *session, struct work *work, size_t port,
                        struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&work->loaded[port], 1, sizeof *work->loaded[port], err));
    KIN_TRY(kin_alloc_into(&work->sets[port], 1, sizeof *work->sets[port], err));
    work->n_sets[port] = 1;
    struct kin_value **value = &work->loaded[port]->value;
    KIN_TRY(methods_new(session, work->instance, value, err));
    work->sets[port]->value = *value;
    return kin_value_digest(*value, &work->sets[port]->digest, err);
}

static int load_all(struct kin_session *session, struct work *work, struct kin_error *err)
{
    const struct kin_kind *kind = step_of(session, work->instance)->kind;
    size_t ports = kin_kind_inputs(kind);
    KIN_TRY(kin_alloc_into(&work->n_sets, ports, sizeof *work->n_sets, err));
    KIN_TRY(kin_alloc_into(&work->sets, ports, sizeof *work->sets, err));
    KIN_TRY(kin_alloc_into(&work->loaded, ports, sizeof *work->loaded, err));
    for (size_t p = 0; p < ports; p++)
        if (kind->inputs[p].flags & KIN_PORT_METHODS)
            KIN_TRY(load_methods(session, work, p, err));
        else if (is_shared(&kind->inputs[p]))
            KIN_TRY(load_port(session, work, p, err));
    return 0;
}

int shared_load(struct kin_session *session, struct work *work, struct kin_error *err)
{
    pthread_mutex_lock(&work->lock);
    int status = 0;
    if (!work->shared_loaded) {
        shared_free(session, work);
        work->n_sets = NULL;
        work->sets = NULL;
        work->loaded = NULL;
        status = load_all(session, work, err);
        work->shared_loaded = status == 0;
    }
    pthread_mutex_unlock(&work->lock);
    return status;
}
