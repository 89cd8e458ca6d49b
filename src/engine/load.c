/*
 * Values for a computation: from the cache, or, when their bytes were dropped, lost or damaged,
 * computed anew from what made them, as far up as needed.
 *
 * On another class of CPU, or with other libraries, they may come out with other bytes than the
 * cache remembers. Neither may then stand in for the other: the instance is made anew as a whole,
 * which gives its action a second claim, and the run starts over, so that all that follows from it
 * follows from the new bytes. What comes out differently even so is not deterministic: an error.
 */
#include <stdio.h>
#include <string.h>

#include "schedule.h"

int load_value(struct kin_session *session, const struct kin_digest *digest, struct kin_value **out,
               struct kin_error *err)
{
    void *bytes;
    size_t length;
    KIN_TRY(kin_cache_get(session->cache, digest, &bytes, &length, err));
    int status = kin_value_decode(bytes, length, out, err);
    if (status != 0)
        kin_free(bytes);
    return status;
}

static bool is_gone(int status)
{
    return status == KIN_ENOTFOUND || status == KIN_ECORRUPT;
}

static int fail_differing(struct kin_session *session, struct instance *producer, const char *id,
                          struct kin_error *err)
{
    kin_fail(err, KIN_ECORRUPT,
             "%s%s%scomputing it anew gave other bytes than the cache remembers: kind '%s' is not "
             "deterministic on this machine, or the record came from another one",
             id ? "item '" : "", id ? id : "", id ? "': " : "",
             step_of(session, producer)->kind->name);
    return session_blame(session, producer, err);
}

/* Who made what the cache has of an instance. */
struct maker {
    char text[sizeof((struct kin_session *)0)->made_by];
};

static struct maker maker_of(struct kin_session *session, const struct instance *producer)
{
    struct maker maker;
    struct kin_action action = {.made_by = "somebody"};
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    kin_cache_action(session->cache, &producer->key, &action, &backing, NULL);
    snprintf(maker.text, sizeof maker.text, "%s", action.made_by);
    return maker;
}

/* In one line: what, where it was made, and what happens now. */
static void tell_divergence(struct kin_session *session, struct instance *producer,
                            const struct maker *maker)
{
    session_tell(session, KIN_LOG_WARN, producer,
                 "its dropped bytes come out differently here (%s) than where they were made (%s): "
                 "a second claim; it and what follows from it is computed anew",
                 session->made_by, maker->text);
}

/* Asks the run to start over with this instance made anew. */
static int differs(struct kin_session *session, struct instance *producer, const char *id,
                   const struct maker *maker, struct kin_error *err)
{
    if (!session->schedule || producer->remade)
        return fail_differing(session, producer, id, err);
    pthread_mutex_lock(&session->lock);
    bool first = !producer->forced;
    producer->forced = true;
    session->diverged = true;
    session->schedule->stop = true;
    pthread_cond_broadcast(&session->changed);
    pthread_mutex_unlock(&session->lock);
    if (first)
        tell_divergence(session, producer, maker);
    return kin_fail(err, KIN_ECANCELLED, "starting over");
}

/* What of an instance does not change once it is done; the rest is the coordinator's. */
static struct instance copy_of(const struct instance *instance)
{
    struct instance copy = {.number = instance->number,
                            .step = instance->step,
                            .point = instance->point,
                            .key = instance->key};
    memcpy(copy.outputs, instance->outputs, sizeof copy.outputs);
    return copy;
}

/* Computes what is missing of an instance here and now, and its outputs. */
static int recompute(struct kin_session *session, struct instance *producer, struct kin_error *err)
{
    struct work *work = NULL;
    drop_in_the_end(session, producer);
    struct instance copy = copy_of(producer);
    const struct maker maker = maker_of(session, producer); /* before ours is stored */
    int status = source_store(session, producer, err);
    if (status == 0)
        status = work_open(session, &copy, true, &work, err);
    if (status == 0 && work->n_todo > 0)
        status = work_compute(session, work, work->todo, work->n_todo, true, err);
    if (status == 0)
        status = work_finish(session, work, NULL, NULL, err);
    for (size_t o = 0; status == 0 && o < work->n_outputs; o++)
        if (!kin_digest_equal(&copy.outputs[o], &producer->outputs[o]))
            status = differs(session, producer, NULL, &maker, err);
    work_free(session, work);
    return status;
}

int load_output(struct kin_session *session, struct instance *producer, size_t output,
                struct kin_value **out, struct kin_error *err)
{
    int status = load_value(session, &producer->outputs[output], out, err);
    if (!is_gone(status))
        return status;
    if (status == KIN_ECORRUPT)
        session_tell(session, KIN_LOG_WARN, producer, "%s; computing it anew", err->text);
    KIN_TRY(recompute(session, producer, err));
    return load_value(session, &producer->outputs[output], out, err);
}

/* The piece with an id, sought from the one after the last found: ids come in their order. */
static size_t piece_after(const struct work *work, size_t last, const char *id)
{
    for (size_t d = 1; d <= work->n; d++) {
        size_t k = (last + d) % work->n;
        if (strcmp(work->pieces[k].id, id) == 0)
            return k;
    }
    return work->n;
}

/* The item is taken from the computation: from the cache it could be gone again, where another
 * instance has the same bytes and lets them go. */
int load_anew(struct kin_session *session, struct instance *producer, size_t output, const char *id,
              const struct kin_digest *digest, struct kin_value **out, struct kin_error *err)
{
    struct work *work = NULL;
    drop_in_the_end(session, producer);
    struct instance copy = copy_of(producer);
    const struct maker maker = maker_of(session, producer);
    int status = source_store(session, producer, err);
    if (status == 0)
        status = work_open(session, &copy, false, &work, err);
    if (status == 0) {
        work->wanted = digest;
        work->wanted_output = output;
    }
    size_t k = status == 0 && work->map ? piece_after(work, work->n - 1, id) : 0;
    if (status == 0 && work->map && k == work->n)
        status = differs(session, producer, id, &maker, err);
    if (status == 0)
        status = work_compute(session, work, &k, 1, true, err);
    const struct piece *piece = status == 0 && work->map ? &work->pieces[k] : NULL;
    if (piece && !kin_digest_equal(&piece->outputs[piece->failed ? 0 : output], digest))
        status = differs(session, producer, id, &maker, err);
    if (status == 0) {
        *out = work->got;
        work->got = NULL;
    }
    work_free(session, work);
    return status;
}

int load_item(struct kin_session *session, struct instance *producer, size_t output, const char *id,
              const struct kin_digest *digest, struct kin_value **out, struct kin_error *err)
{
    int status = load_value(session, digest, out, err);
    if (!is_gone(status))
        return status;
    if (status == KIN_ECORRUPT)
        session_tell(session, KIN_LOG_WARN, producer, "item '%s': %s; computing it anew", id,
                     err->text);
    status = load_anew(session, producer, output, id, digest, out, err);
    if (status == KIN_ENOTFOUND)
        return kin_error_within(err, "item '%s'", id);
    KIN_TRY(status);
    return *out ? 0 : load_value(session, digest, out, err);
}

/* ---- whole collections ---- */

#define REFILL 64 /* items of a call, unless the kind wants fewer */

/* The pieces of a work whose items have no value; how many. */
static size_t list_gone(const struct work *work, const struct kin_entry *entries,
                        struct kin_value *const *values, size_t n, size_t *out)
{
    size_t found = 0, last = work->n - 1;
    for (size_t i = 0; i < n; i++) {
        size_t k =
            values[i] || entries[i].failed ? work->n : piece_after(work, last, entries[i].id);
        if (k < work->n)
            out[found++] = last = k;
    }
    return found;
}

/* Computes together what is gone of a collection: a call for each item would load what all of them
 * share every time. */
static int refill(struct kin_session *session, struct instance *producer,
                  const struct kin_entry *entries, struct kin_value *const *values, size_t n,
                  struct kin_error *err)
{
    const struct kin_kind *kind = step_of(session, producer)->kind;
    size_t most = kind->block > 0 && kind->block < REFILL ? kind->block : REFILL, left = 0;
    struct instance copy = copy_of(producer);
    KIN_AUTO(kin_auto_free) size_t *gone = NULL;
    struct work *work = NULL;
    KIN_TRY(kin_alloc_into(&gone, n, sizeof *gone, err));
    KIN_TRY(work_open(session, &copy, false, &work, err));
    if (work->map && work->n > 0)
        left = list_gone(work, entries, values, n, gone);
    int status = 0;
    for (size_t at = 0; at < left && status == 0; at += most)
        status =
            work_compute(session, work, gone + at, left - at < most ? left - at : most, true, err);
    work_free(session, work);
    return status;
}

int load_items(struct kin_session *session, struct instance *producer, size_t output,
               const struct kin_entry *entries, size_t n, struct kin_value **values,
               struct kin_error *err)
{
    bool refilled = false;
    for (size_t i = 0; i < n; i++) {
        if (entries[i].failed)
            continue;
        int status = load_value(session, &entries[i].digest, &values[i], err);
        if (status == KIN_ECORRUPT)
            session_tell(session, KIN_LOG_WARN, producer, "item '%s': %s; computing it anew",
                         entries[i].id, err->text);
        else if (status != KIN_ENOTFOUND)
            KIN_TRY(status);
    }
    for (size_t i = 0; i < n; i++) {
        if (values[i] || entries[i].failed)
            continue;
        KIN_TRY(load_item(session, producer, output, entries[i].id, &entries[i].digest, &values[i],
                          err));
        if (!refilled) /* the first came out as it was: so will the others */
            KIN_TRY(refill(session, producer, entries, values, n, err));
        refilled = true;
    }
    return 0;
}
