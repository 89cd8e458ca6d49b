/*
 * Values for a computation: from the cache, or, when their bytes were dropped, lost or damaged,
 * computed anew from what made them, as far up as needed.
 *
 * On another class of CPU, or with other libraries, they may come out with other bytes than the
 * cache remembers. Neither may then stand in for the other: the instance is made anew as a whole,
 * which gives its action a second claim, and the run starts over, so that all that follows from it
 * follows from the new bytes. What comes out differently even so is not deterministic: an error.
 */
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

/* In one line: what, where it was made, and what happens now. */
static void tell_divergence(struct kin_session *session, struct instance *producer)
{
    struct kin_action action = {.made_by = "somebody"};
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    kin_cache_action(session->cache, &producer->key, &action, &backing, NULL);
    session_tell(session, KIN_LOG_WARN, producer,
                 "its dropped bytes come out differently here (%s) than where they were made (%s): "
                 "a second claim; it and what follows from it is computed anew",
                 session->made_by, action.made_by);
}

/* Asks the run to start over with this instance made anew. */
static int differs(struct kin_session *session, struct instance *producer, const char *id,
                   struct kin_error *err)
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
        tell_divergence(session, producer);
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

/* What is made anew for a step with keep: false goes again when its consumers are done. */
static void touch(struct kin_session *session, struct instance *instance)
{
    pthread_mutex_lock(&session->lock);
    instance->touched = true;
    pthread_mutex_unlock(&session->lock);
}

/* Computes what is missing of an instance here and now, and its outputs. */
static int recompute(struct kin_session *session, struct instance *producer, struct kin_error *err)
{
    struct work *work = NULL;
    touch(session, producer);
    struct instance copy = copy_of(producer);
    int status = source_store(session, producer, err);
    if (status == 0)
        status = work_open(session, &copy, true, &work, err);
    if (status == 0 && work->n_todo > 0)
        status = work_compute(session, work, work->todo, work->n_todo, true, err);
    if (status == 0)
        status = work_finish(session, work, NULL, NULL, err);
    for (size_t o = 0; status == 0 && o < work->n_outputs; o++)
        if (!kin_digest_equal(&copy.outputs[o], &producer->outputs[o]))
            status = differs(session, producer, NULL, err);
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

/* Computes one item anew. */
static int recompute_item(struct kin_session *session, struct instance *producer, size_t output,
                          const char *id, const struct kin_digest *digest, struct kin_error *err)
{
    struct work *work = NULL;
    touch(session, producer);
    struct instance copy = copy_of(producer);
    int status = work_open(session, &copy, false, &work, err);
    size_t k = 0;
    if (status == 0) {
        work->wanted = digest;
        work->wanted_output = output;
    }
    while (status == 0 && work->map && k < work->n && strcmp(work->pieces[k].id, id) != 0)
        k++;
    if (status == 0 && work->map && k == work->n)
        status = differs(session, producer, id, err);
    if (status == 0)
        status = work_compute(session, work, &k, 1, true, err);
    const struct piece *piece = status == 0 && work->map ? &work->pieces[k] : NULL;
    if (piece && !kin_digest_equal(&piece->outputs[piece->failed ? 0 : output], digest))
        status = differs(session, producer, id, err);
    work_free(session, work);
    return status;
}

int load_anew(struct kin_session *session, struct instance *producer, size_t output, const char *id,
              const struct kin_digest *digest, struct kin_error *err)
{
    KIN_TRY(source_store(session, producer, err));
    return recompute_item(session, producer, output, id, digest, err);
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
    status = load_anew(session, producer, output, id, digest, err);
    if (status == KIN_ENOTFOUND)
        return kin_error_within(err, "item '%s'", id);
    KIN_TRY(status);
    return load_value(session, digest, out, err);
}
