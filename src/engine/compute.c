/* Calling a kind: a block of items in, results stored and remembered. */
#include "kindred/machine.h"
#include "work.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(KIN_MOST_OUTPUTS <= KIN_ACTION_OUTPUTS, "an action has room for every output");

/* One call while it lasts. */
struct block {
    struct kin_session *session;
    struct work *work;
    const size_t *indices;
    size_t n;
    struct kin_cache_batch *batch;              /* everything the call makes */
    struct kin_item *items[KIN_ACTION_OUTPUTS]; /* per KIN_EACH port */
    struct kin_value **values[KIN_ACTION_OUTPUTS];
    struct kin_set each_sets[KIN_ACTION_OUTPUTS];
    const struct kin_set **sets; /* per port */
    size_t *n_sets;
    struct kin_value **priors;
    struct kin_given given;
    uint64_t bytes;
    double seconds;
};

static void block_release(struct block *block)
{
    for (size_t e = 0; e < KIN_ACTION_OUTPUTS; e++) {
        for (size_t k = 0; block->values[e] && k < block->n; k++)
            kin_value_free(block->values[e][k]);
        kin_free(block->values[e]);
        kin_free(block->items[e]);
    }
    size_t n_priors = block->work->map ? block->n : 1;
    for (size_t k = 0; block->priors && k < n_priors; k++)
        kin_value_free(block->priors[k]);
    kin_free(block->priors);
    kin_free(block->sets);
    kin_free(block->n_sets);
    kin_given_release(&block->given);
    kin_batch_free(block->batch);
}

/* ---- inputs ---- */

static int load_piece(struct block *block, size_t e, size_t k, struct kin_error *err)
{
    struct kin_session *session = block->session;
    struct work *work = block->work;
    const struct piece *piece = &work->pieces[block->indices[k]];
    size_t n;
    const struct kin_feed *feeds = feeds_of(session, work->instance, work->each[e], &n);
    if (n == 0) /* a listing: stored before the work began */
        KIN_TRY(load_value(session, &piece->inputs[e], &block->values[e][k], err));
    else
        KIN_TRY(load_item(session, fed_by(session, feeds), feeds->output, piece->id,
                          &piece->inputs[e], &block->values[e][k], err));
    block->items[e][k] = (struct kin_item){
        .id = piece->id, .digest = piece->inputs[e], .value = block->values[e][k]};
    return 0;
}

static int load_each(struct block *block, size_t e, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&block->items[e], block->n, sizeof *block->items[e], err));
    KIN_TRY(kin_alloc_into(&block->values[e], block->n, sizeof *block->values[e], err));
    for (size_t k = 0; k < block->n; k++)
        KIN_TRY(load_piece(block, e, k, err));
    block->each_sets[e] = (struct kin_set){.items = block->items[e], .n_items = block->n};
    return 0;
}

static int load_priors(struct block *block, struct kin_error *err)
{
    struct work *work = block->work;
    KIN_AUTO(kin_auto_free) struct kin_digest *keys = NULL;
    KIN_AUTO(kin_auto_free) struct kin_digest *outputs = NULL;
    KIN_AUTO(kin_auto_free) bool *found = NULL;
    KIN_TRY(kin_alloc_into(&keys, block->n, sizeof *keys, err));
    KIN_TRY(kin_alloc_into(&outputs, block->n, sizeof *outputs, err));
    KIN_TRY(kin_alloc_into(&found, block->n, sizeof *found, err));
    KIN_TRY(kin_alloc_into(&block->priors, block->n, sizeof *block->priors, err));
    for (size_t k = 0; k < block->n; k++)
        keys[k] = work->pieces[block->indices[k]].key;
    KIN_TRY(kin_cache_find_items(block->session->cache, &work->prior, keys, block->n, outputs,
                                 found, err));
    for (size_t k = 0; k < block->n; k++)
        if (found[k]) /* one that is gone is no loss */
            load_value(block->session, &outputs[k], &block->priors[k], NULL);
    return 0;
}

static int load_inputs(struct block *block, struct kin_error *err)
{
    struct work *work = block->work;
    size_t ports = kin_kind_inputs(step_of(block->session, work->instance)->kind);
    KIN_TRY(shared_load(block->session, work, err));
    KIN_TRY(kin_alloc_into(&block->sets, ports, sizeof *block->sets, err));
    KIN_TRY(kin_alloc_into(&block->n_sets, ports, sizeof *block->n_sets, err));
    for (size_t p = 0; p < ports; p++) {
        block->sets[p] = work->sets[p];
        block->n_sets[p] = work->n_sets[p];
    }
    for (size_t e = 0; e < work->n_each; e++) {
        KIN_TRY(load_each(block, e, err));
        block->sets[work->each[e]] = &block->each_sets[e];
        block->n_sets[work->each[e]] = 1;
    }
    if (work->dry || work->instance->forced) /* anew means from nothing */
        return 0;
    if (work->map)
        return work->has_prior ? load_priors(block, err) : 0;
    KIN_TRY(kin_alloc_into(&block->priors, 1, sizeof *block->priors, err));
    return longrun_prior(block->session, work->instance, &block->priors[0], err);
}

/* ---- services ---- */

static int serve_fetch(void *context, const struct kin_digest *digest, struct kin_value **out,
                       struct kin_error *err)
{
    return load_value(((struct block *)context)->session, digest, out, err);
}

/* Encodes into the batch; the digest of what went in. */
static int put_value(struct block *block, const struct kin_value *value, bool keep,
                     struct kin_digest *out, struct kin_error *err)
{
    void *bytes;
    size_t length;
    KIN_TRY(kin_value_encode(value, &bytes, &length, err));
    *out = kin_digest_of(bytes, length);
    block->bytes += length;
    return kin_batch_blob(block->batch, out, bytes, length, !keep, err);
}

static int serve_store(void *context, struct kin_value *takes, struct kin_digest *out,
                       struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = takes;
    return put_value(context, value, true, out, err);
}

static int serve_source(void *context, const struct kin_digest *digest, void **bytes,
                        size_t *length, struct kin_error *err)
{
    return source_bytes(((struct block *)context)->session, digest, bytes, length, err);
}

static int serve_checkpoint(void *context, struct kin_value *takes, struct kin_error *err)
{
    const struct block *block = context;
    if (block->work->dry) {
        kin_value_free(takes);
        return 0;
    }
    return longrun_checkpoint(block->session, &block->work->instance->key, takes, err);
}

static int serve_resume(void *context, struct kin_value **out, struct kin_error *err)
{
    const struct block *block = context;
    *out = NULL;
    if (block->work->dry)
        return 0;
    return longrun_resume(block->session, &block->work->instance->key, out, err);
}

/* To compute anew, in order to compare, is to begin with nothing. */
static void *serve_take(void *context, const struct kin_digest *key)
{
    const struct block *block = context;
    return block->work->dry ? NULL : shelf_take(block->session, key);
}

static void serve_keep(void *context, const struct kin_digest *key, struct kin_thing thing)
{
    shelf_keep(((struct block *)context)->session, key, thing);
}

static void serve_progress(void *context, const char *text)
{
    session_note(((struct block *)context)->session, text);
}

static bool serve_cancelled(void *context)
{
    return session_cancelled(((struct block *)context)->session);
}

/* ---- results ---- */

static int keep_failure(struct block *block, struct piece *piece, const char *why,
                        struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *failure = NULL;
    KIN_TRY(kin_failure_new(why, &failure, err));
    KIN_TRY(put_value(block, failure, true, &piece->outputs[0], err));
    piece->failed = piece->ready = true;
    return kin_batch_item(block->batch, &block->work->failures, &piece->key, &piece->outputs[0],
                          err);
}

static int keep_piece(struct block *block, size_t k, struct kin_error *err)
{
    struct work *work = block->work;
    struct piece *piece = &work->pieces[block->indices[k]];
    bool keep = step_of(block->session, work->instance)->keep;
    KIN_TRY(kin_batch_unclaim(block->batch, &work->families[0], &piece->key, err));
    for (size_t o = 0; o < work->n_outputs; o++) {
        const struct kin_gift *gift = kin_given_find(&block->given, o, k);
        if (gift->why)
            return keep_failure(block, piece, gift->why, err);
        KIN_TRY(put_value(block, gift->value, keep, &piece->outputs[o], err));
        KIN_TRY(
            kin_batch_item(block->batch, &work->families[o], &piece->key, &piece->outputs[o], err));
    }
    if (work->has_prior)
        KIN_TRY(kin_batch_item(block->batch, &work->prior, &piece->key, &piece->outputs[0], err));
    piece->ready = true;
    return 0;
}

/* A whole kind's gift: a single artifact, or one more item of a collection. */
static int keep_gift(struct block *block, struct kin_gift *gift, struct kin_error *err)
{
    struct work *work = block->work;
    size_t o = gift->output;
    bool keep = step_of(block->session, work->instance)->keep;
    if (!gift->passed)
        KIN_TRY(put_value(block, gift->value, keep, &gift->digest, err));
    if (!gift->id) {
        work->singles[o] = gift->digest;
        return 0;
    }
    KIN_TRY(kin_grow(&work->entries[o], &work->entries_capacity[o], work->n_entries[o] + 1,
                     sizeof *work->entries[o], err));
    work->entries[o][work->n_entries[o]++] =
        (struct kin_entry){.id = gift->id, .digest = gift->digest, .failed = gift->failed};
    gift->id = NULL; /* the work owns it now */
    return 0;
}

static int keep_results(struct block *block, struct kin_error *err)
{
    if (block->work->map) {
        for (size_t k = 0; k < block->n; k++)
            KIN_TRY(keep_piece(block, k, err));
        return 0;
    }
    for (size_t i = 0; i < block->given.n; i++)
        KIN_TRY(keep_gift(block, &block->given.list[i], err));
    return 0;
}

/* ---- the call ---- */

static int run(struct block *block, struct kin_error *err)
{
    const struct kin_kind *kind = step_of(block->session, block->work->instance)->kind;
    const struct kin_services services = {.context = block,
                                          .fetch = serve_fetch,
                                          .store = serve_store,
                                          .source = serve_source,
                                          .checkpoint = serve_checkpoint,
                                          .resume = serve_resume,
                                          .take = serve_take,
                                          .keep = serve_keep,
                                          .progress = serve_progress,
                                          .cancelled = serve_cancelled,
                                          .threads = session_threads(block->session, kind),
                                          .memory = session_memory(block->session),
                                          .trust = block->session->trust};
    struct kin_call call = {.kind = kind,
                            .args = args_of(block->session, block->work->instance),
                            .sets = block->sets,
                            .n_sets = block->n_sets,
                            .n_items = block->work->map ? block->n : 0,
                            .priors = (const struct kin_value *const *)block->priors,
                            .services = &services,
                            .given = &block->given};
    double start = kin_machine_seconds();
    int status = kind->run(&call, err);
    block->seconds = kin_machine_seconds() - start;
    if (status == KIN_EDATA && block->work->map && block->n == 1) {
        kin_given_release(&block->given);
        status = kin_call_reject(&call, 0, err);
    }
    return status != 0 ? status : kin_given_check(&call, err);
}

static void count(struct block *block)
{
    struct kin_session *session = block->session;
    struct kin_step_stats *stats = &session->stats[block->work->instance->step];
    pthread_mutex_lock(&session->lock);
    stats->computed += block->work->map ? block->n : 1;
    stats->bytes += block->bytes;
    stats->seconds += block->seconds;
    struct speed *speed = &session->speeds[session->speeds[block->work->instance->step].first];
    speed->items += block->work->map ? block->n : 1;
    speed->seconds += block->seconds;
    block->work->seconds += block->seconds;
    for (size_t c = 0; c < KIN_COUNT(stats->counters); c++) {
        if (!block->given.counters[c].unit)
            continue;
        stats->counters[c].unit = block->given.counters[c].unit;
        stats->counters[c].n += block->given.counters[c].n;
    }
    pthread_mutex_unlock(&session->lock);
}

static int commit(struct block *block, bool wait, struct kin_error *err)
{
    struct kin_cache_batch *batch = block->batch;
    block->batch = NULL;
    if (!block->work->map && !wait) {
        block->work->results = batch;
        return 0;
    }
    if (wait)
        return kin_cache_write(block->session->cache, batch, err);
    return session_write(block->session, batch, err);
}

/* Whether an item came out otherwise than the cache remembers: kept, it would stand among others
 * that it does not belong to. */
static bool is_unwanted(const struct block *block)
{
    const struct work *work = block->work;
    if (!work->wanted || !work->map)
        return false;
    const struct piece *piece = &work->pieces[block->indices[0]];
    return !kin_digest_equal(&piece->outputs[piece->failed ? 0 : work->wanted_output],
                             work->wanted);
}

/* Takes the value that was wanted out of what was given; NULL: it was passed on, or has failed. */
static struct kin_value *take_wanted(struct block *block)
{
    const struct work *work = block->work;
    struct kin_value *value = NULL;
    for (size_t i = 0; i < block->given.n && !value; i++) {
        struct kin_gift *gift = &block->given.list[i];
        if (work->map ? gift->output != work->wanted_output
                      : !kin_digest_equal(&gift->digest, work->wanted))
            continue;
        value = gift->value;
        gift->value = NULL;
    }
    return value;
}

static int compute(struct block *block, bool wait, struct kin_error *err)
{
    block->batch = kin_batch_new(block->session->cache);
    if (!block->batch)
        return kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    KIN_TRY(load_inputs(block, err));
    KIN_TRY(run(block, err));
    KIN_TRY(keep_results(block, err));
    if (block->work->dry || is_unwanted(block))
        return 0;
    count(block);
    if (block->work->wanted)
        block->work->got = take_wanted(block);
    return commit(block, wait, err);
}

int work_compute(struct kin_session *session, struct work *work, const size_t *indices, size_t n,
                 bool wait, struct kin_error *err)
{
    struct block block = {.session = session, .work = work, .indices = indices, .n = n};
    kin_memory_keep_freed();
    int status = compute(&block, wait, err);
    block_release(&block);
    if (status == KIN_EDATA && work->map && n > 1) { /* find the item, keep the others */
        status = 0;
        for (size_t k = 0; k < n && status == 0; k++)
            status = work_compute(session, work, indices + k, 1, wait, err);
    }
    return status;
}
