/* One instance being computed: its items joined by id, what the cache has of them, its outputs. */
#include "work.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- joining the KIN_EACH ports by id ---- */

/* A failure value in the cache; its digest. */
static int store_failure(struct kin_session *session, const char *text, struct kin_digest *out,
                         struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *failure = NULL;
    void *bytes;
    size_t length;
    KIN_TRY(kin_failure_new(text, &failure, err));
    KIN_TRY(kin_value_encode(failure, &bytes, &length, err));
    *out = kin_digest_of(bytes, length);
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    if (!batch) {
        kin_free(bytes);
        return kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    }
    int status = kin_batch_blob(batch, out, bytes, length, false, err);
    if (status != 0) {
        kin_batch_free(batch);
        return status;
    }
    return kin_cache_write(session->cache, batch, err);
}

/* Gives a piece its input from each port; one that a port lacks or that failed upstream fails. */
static int join_piece(struct kin_session *session, struct work *work,
                      struct kin_entry *const *entries, const size_t *counts, const char *id,
                      struct kin_error *err)
{
    const struct kin_port *ports = step_of(session, work->instance)->kind->inputs;
    struct piece *piece = &work->pieces[work->n++];
    piece->id = id;
    for (size_t e = 0; e < work->n_each; e++) {
        long at = kin_collection_find(entries[e], counts[e], id);
        if (at >= 0 && !entries[e][at].failed) {
            piece->inputs[e] = entries[e][at].digest;
            continue;
        }
        piece->ready = piece->failed = true;
        if (at >= 0) {
            piece->outputs[0] = entries[e][at].digest;
            return 0;
        }
        KIN_AUTO(kin_text_release) struct kin_text text = {0};
        kin_text_addf(&text, "input '%s' has no such item", ports[work->each[e]].name);
        return store_failure(session, kin_text_string(&text), &piece->outputs[0], err);
    }
    piece->key = work->n_each == 1
                     ? piece->inputs[0]
                     : kin_digest_of(piece->inputs, work->n_each * sizeof piece->inputs[0]);
    return 0;
}

/* Whether an earlier port has the id, so that its piece is there already. */
static bool is_joined(struct kin_entry *const *entries, const size_t *counts, size_t before,
                      const char *id)
{
    for (size_t e = 0; e < before; e++)
        if (kin_collection_find(entries[e], counts[e], id) >= 0)
            return true;
    return false;
}

static int join(struct kin_session *session, struct work *work, struct kin_entry *const *entries,
                const size_t *counts, struct kin_error *err)
{
    size_t most = 0;
    for (size_t e = 0; e < work->n_each; e++)
        most += counts[e];
    KIN_TRY(kin_alloc_into(&work->pieces, most, sizeof *work->pieces, err));
    for (size_t e = 0; e < work->n_each; e++)
        for (size_t i = 0; i < counts[e]; i++)
            if (!is_joined(entries, counts, e, entries[e][i].id))
                KIN_TRY(join_piece(session, work, entries, counts, entries[e][i].id, err));
    return 0;
}

/* The manifest that feeds the e-th KIN_EACH port; the work owns it unless a listing does. */
static int open_manifest(struct kin_session *session, struct work *work, size_t e,
                         const struct kin_value **out, struct kin_error *err)
{
    struct listing *listing = source_listing(session, work->instance);
    size_t n;
    const struct kin_feed *feeds = feeds_of(session, work->instance, work->each[e], &n);
    if (listing && listing->recalled)
        return kin_fail(err, KIN_ENOTFOUND, "its files are needed, and are not here: %s",
                        listing->absent.text);
    if (listing) {
        *out = listing->manifest;
        return 0;
    }
    KIN_TRY(load_output(session, fed_by(session, feeds), feeds->output, &work->manifests[e], err));
    *out = work->manifests[e];
    return 0;
}

static int join_ports(struct kin_session *session, struct work *work, struct kin_error *err)
{
    struct kin_entry *entries[KIN_ACTION_OUTPUTS] = {0};
    size_t counts[KIN_ACTION_OUTPUTS] = {0};
    int status = 0;
    for (size_t e = 0; e < work->n_each && status == 0; e++) {
        const struct kin_value *manifest = NULL;
        status = open_manifest(session, work, e, &manifest, err);
        if (status == 0)
            status = kin_collection_open(manifest, &entries[e], &counts[e], err);
    }
    if (status == 0)
        status = join(session, work, entries, counts, err);
    for (size_t e = 0; e < work->n_each; e++)
        kin_free(entries[e]);
    return status;
}

/* ---- what the cache has ---- */

static int find_families(struct kin_session *session, struct work *work, struct kin_error *err)
{
    const struct kin_kind *kind = step_of(session, work->instance)->kind;
    for (size_t o = 0; o < work->n_outputs; o++)
        KIN_TRY(record_key(session, work->instance, RECORD_FAMILY, o, &work->families[o], err));
    KIN_TRY(record_key(session, work->instance, RECORD_FAILURES, 0, &work->failures, err));
    for (size_t p = 0; p < kin_kind_inputs(kind); p++)
        work->has_prior |= (kind->inputs[p].flags & KIN_PORT_EXTENDS) != 0;
    return work->has_prior ? record_key(session, work->instance, RECORD_PRIOR, 0, &work->prior, err)
                           : 0;
}

/* Pieces that are looked up together. */
struct lookup {
    struct work *work;
    const size_t *indices;
    size_t n;
    struct kin_digest *keys, *outputs;
    bool *found;
    unsigned char *places; /* in how many families */
};

static void lookup_release(struct lookup *lookup)
{
    kin_free(lookup->keys);
    kin_free(lookup->outputs);
    kin_free(lookup->found);
    kin_free(lookup->places);
}

static int look_in(struct kin_session *session, struct lookup *lookup,
                   const struct kin_digest *family, size_t output, struct kin_error *err)
{
    KIN_TRY(kin_cache_find_items(session->cache, family, lookup->keys, lookup->n, lookup->outputs,
                                 lookup->found, err));
    for (size_t k = 0; k < lookup->n; k++) {
        struct piece *piece = &lookup->work->pieces[lookup->indices[k]];
        if (!lookup->found[k] || piece->ready)
            continue;
        piece->outputs[output] = lookup->outputs[k];
        lookup->places[k]++;
    }
    return 0;
}

/* After all families: those that failed, and what is ready. */
static int look_in_failures(struct kin_session *session, struct lookup *lookup,
                            struct kin_error *err)
{
    struct work *work = lookup->work;
    KIN_TRY(kin_cache_find_items(session->cache, &work->failures, lookup->keys, lookup->n,
                                 lookup->outputs, lookup->found, err));
    for (size_t k = 0; k < lookup->n; k++) {
        struct piece *piece = &work->pieces[lookup->indices[k]];
        if (piece->ready)
            continue;
        piece->ready = lookup->places[k] == work->n_outputs || lookup->found[k];
        piece->failed = lookup->found[k];
        if (lookup->found[k])
            piece->outputs[0] = lookup->outputs[k];
    }
    return 0;
}

static int look_up(struct kin_session *session, struct work *work, const size_t *indices, size_t n,
                   struct kin_error *err)
{
    KIN_AUTO(lookup_release) struct lookup lookup = {.work = work, .indices = indices, .n = n};
    KIN_TRY(kin_alloc_into(&lookup.keys, n, sizeof *lookup.keys, err));
    KIN_TRY(kin_alloc_into(&lookup.outputs, n, sizeof *lookup.outputs, err));
    KIN_TRY(kin_alloc_into(&lookup.found, n, sizeof *lookup.found, err));
    KIN_TRY(kin_alloc_into(&lookup.places, n, 1, err));
    for (size_t k = 0; k < n; k++)
        lookup.keys[k] = work->pieces[indices[k]].key;
    for (size_t o = 0; o < work->n_outputs; o++)
        KIN_TRY(look_in(session, &lookup, &work->families[o], o, err));
    return look_in_failures(session, &lookup, err);
}

static int look_up_items(struct kin_session *session, struct work *work, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) size_t *all = NULL;
    KIN_TRY(kin_alloc_into(&all, work->n, sizeof *all, err));
    for (size_t k = 0; k < work->n; k++)
        all[k] = k;
    return look_up(session, work, all, work->n, err);
}

int work_adopt(struct kin_session *session, struct work *work, const size_t *indices, size_t n,
               struct kin_error *err)
{
    if (work->map)
        return look_up(session, work, indices, n, err);
    return resolve(session, work->instance, &work->adopted, err);
}

static int list_todo(struct work *work, struct kin_error *err)
{
    if (!work->map) {
        KIN_TRY(kin_alloc_into(&work->todo, 1, sizeof *work->todo, err));
        work->n_todo = 1;
        return 0;
    }
    KIN_TRY(kin_alloc_into(&work->todo, work->n, sizeof *work->todo, err));
    for (size_t k = 0; k < work->n; k++)
        if (!work->pieces[k].ready)
            work->todo[work->n_todo++] = k;
    return 0;
}

static int open_map(struct kin_session *session, struct work *work, bool look_up,
                    struct kin_error *err)
{
    const struct kin_kind *kind = step_of(session, work->instance)->kind;
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        size_t n;
        feeds_of(session, work->instance, p, &n);
        if (kind->inputs[p].mode == KIN_EACH && (n > 0 || kin_kind_listing(kind) == (long)p))
            work->each[work->n_each++] = p;
    }
    KIN_TRY(join_ports(session, work, err));
    KIN_TRY(find_families(session, work, err));
    return look_up && !work->instance->forced ? look_up_items(session, work, err) : 0;
}

int work_open(struct kin_session *session, struct instance *instance, bool look_up,
              struct work **out, struct kin_error *err)
{
    const struct kin_kind *kind = step_of(session, instance)->kind;
    struct work *work;
    KIN_TRY(kin_alloc_into(&work, 1, sizeof *work, err));
    pthread_mutex_init(&work->lock, NULL);
    work->instance = instance;
    work->map = kin_kind_is_map(kind);
    work->n_outputs = kin_kind_outputs(kind);
    int status = work->map ? open_map(session, work, look_up, err) : 0;
    if (status == 0)
        status = list_todo(work, err);
    if (status != 0)
        work_free(session, work);
    else
        *out = work;
    return status;
}

void work_free(struct kin_session *session, struct work *work)
{
    if (!work)
        return;
    shared_free(session, work);
    for (size_t i = 0; i < KIN_ACTION_OUTPUTS; i++) {
        kin_value_free(work->manifests[i]);
        for (size_t k = 0; k < work->n_entries[i]; k++)
            kin_free((char *)work->entries[i][k].id);
        kin_free(work->entries[i]);
    }
    kin_free(work->pieces);
    kin_free(work->todo);
    kin_free(work->mine);
    kin_free(work->theirs);
    kin_batch_free(work->results);
    kin_value_free(work->got);
    pthread_mutex_destroy(&work->lock);
    kin_free(work);
}

/* ---- outputs ---- */

static int batch_value(struct kin_cache_batch *batch, const struct kin_value *value,
                       struct kin_digest *out, struct kin_error *err)
{
    void *bytes;
    size_t length;
    KIN_TRY(kin_value_encode(value, &bytes, &length, err));
    *out = kin_digest_of(bytes, length);
    return kin_batch_blob(batch, out, bytes, length, false, err);
}

/* The entries of a map kind's output, failed ones left out if the step says so. */
static int map_entries(struct kin_session *session, const struct work *work, size_t output,
                       struct kin_entry **out, size_t *n, struct kin_error *err)
{
    bool skip = step_of(session, work->instance)->on_error == KIN_ON_ERROR_SKIP;
    KIN_TRY(kin_alloc_into(out, work->n, sizeof **out, err));
    *n = 0;
    for (size_t k = 0; k < work->n; k++) {
        const struct piece *piece = &work->pieces[k];
        if (!piece->failed || !skip)
            (*out)[(*n)++] =
                (struct kin_entry){.id = piece->id,
                                   .digest = piece->outputs[piece->failed ? 0 : output],
                                   .failed = piece->failed};
    }
    return 0;
}

static int finish_collection(struct kin_session *session, struct work *work, size_t output,
                             const char *element, struct kin_cache_batch *batch,
                             struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct kin_entry *mapped = NULL;
    KIN_AUTO(kin_value_auto) struct kin_value *manifest = NULL;
    struct kin_entry *entries = work->entries[output];
    size_t n = work->n_entries[output];
    if (work->map) {
        KIN_TRY(map_entries(session, work, output, &mapped, &n, err));
        entries = mapped;
    }
    KIN_TRY(kin_collection_new(element, entries, n, &manifest, err));
    if (output == 0)
        work->instance->items = n;
    return batch_value(batch, manifest, &work->instance->outputs[output], err);
}

static uint64_t count_failed(const struct work *work)
{
    uint64_t n = 0;
    for (size_t k = 0; k < work->n; k++)
        n += work->pieces[k].failed;
    return n;
}

/* The items of earlier batches may still be on their way to the disk; the writer keeps their order,
 * so that one more batch, awaited, finds them there. */
static int await_items(struct kin_session *session, struct kin_error *err)
{
    struct kin_cache_batch *empty = kin_batch_new(session->cache);
    if (!empty)
        return kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    return kin_cache_write(session->cache, empty, err);
}

static int stop_on_failure(struct kin_session *session, const struct work *work,
                           struct kin_error *err)
{
    if (step_of(session, work->instance)->on_error != KIN_ON_ERROR_STOP)
        return 0;
    size_t k = 0;
    while (k < work->n && !work->pieces[k].failed)
        k++;
    if (k == work->n)
        return 0;
    KIN_TRY(await_items(session, err));
    return fail_for_item(session, work->instance, work->pieces[k].id, &work->pieces[k].outputs[0],
                         err);
}

static int batch_action(struct kin_session *session, const struct work *work,
                        struct kin_cache_batch *batch, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text record = {0};
    const struct instance *instance = work->instance;
    KIN_TRY(record_text(session, instance, RECORD_ACTION, 0, &record, err));
    struct kin_action action = {.key = kin_digest_of(record.data, record.length),
                                .record = record.data,
                                .n_outputs = work->n_outputs,
                                .items = instance->items,
                                .failed = instance->failed,
                                .seconds = work->seconds,
                                .made_at = time(NULL),
                                .made_by = session->made_by};
    memcpy(action.outputs, instance->outputs, sizeof action.outputs);
    return kin_batch_action(batch, &action, err);
}

static int fill_outputs(struct kin_session *session, struct work *work,
                        struct kin_cache_batch *batch, struct kin_error *err)
{
    const struct kin_kind *kind = step_of(session, work->instance)->kind;
    work->instance->items = 1;
    work->instance->failed = count_failed(work);
    for (size_t o = 0; o < work->n_outputs; o++) {
        const char *name = kind->outputs[o].type;
        const struct kin_type *type = kin_type_find(name, strlen(name));
        if (type->element)
            KIN_TRY(finish_collection(session, work, o, type->element, batch, err));
        else
            work->instance->outputs[o] = work->singles[o];
    }
    if (!work->map) {
        KIN_TRY(kin_batch_unclaim(batch, NULL, &work->instance->key, err));
        KIN_TRY(longrun_batch_done(session, batch, &work->instance->key, err));
        KIN_TRY(longrun_batch_horizon(session, batch, work->instance, err));
    }
    /* from the moment it is there somebody needs it */
    KIN_TRY(kin_batch_lease(batch, &work->instance->key, 1, err));
    return batch_action(session, work, batch, err);
}

int work_outputs(struct kin_session *session, struct work *work, struct kin_error *err)
{
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    if (!batch)
        return kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    int status = fill_outputs(session, work, batch, err);
    kin_batch_free(batch);
    return status;
}

int work_finish(struct kin_session *session, struct work *work,
                void (*done)(void *context, int status, const struct kin_error *err), void *context,
                struct kin_error *err)
{
    KIN_TRY(stop_on_failure(session, work, err));
    struct kin_cache_batch *batch = work->results ? work->results : kin_batch_new(session->cache);
    work->results = NULL;
    if (!batch)
        return kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    int status = fill_outputs(session, work, batch, err);
    if (status != 0) {
        kin_batch_free(batch);
        return status;
    }
    if (!done)
        return kin_cache_write(session->cache, batch, err);
    return kin_cache_write_later(session->cache, batch, done, context, err);
}
