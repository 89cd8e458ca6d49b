/*
 * What need not be kept. The bytes of a step with keep: false go when nobody in this run needs them
 * any more: when the last consumer of an instance is done, unless another instance, whose consumers
 * are not, has the same.
 */
#include "schedule.h"

/* Whether an instance gives, or will give, what this one has as an output. */
static bool gives_same(struct kin_session *session, struct instance *other,
                       const struct instance *instance, size_t output)
{
    if (other->state == INSTANCE_DONE)
        return kin_digest_equal(&other->outputs[output], &instance->outputs[output]);
    if (other->waiting > 0)
        return false;
    if (!other->keyed && record_key(session, other, RECORD_ACTION, 0, &other->key, NULL) != 0)
        return false;
    other->keyed = true;
    return kin_digest_equal(&other->key, &instance->key);
}

/* Looks for somebody else who needs the bytes of an output, and lets them go in the end. */
static bool hand_over(struct kin_session *session, const struct instance *instance, size_t output)
{
    for (size_t i = 0; i < session->n; i++) {
        struct instance *other = &session->instances[i];
        if (other == instance || other->consumers_left == 0 || is_lost(other) ||
            step_of(session, other)->keep || !gives_same(session, other, instance, output))
            continue;
        drop_in_the_end(session, other);
        return true;
    }
    return false;
}

static int drop_output(struct kin_session *session, const struct instance *instance, size_t output,
                       struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *manifest = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n = 0;
    if (load_value(session, &instance->outputs[output], &manifest, NULL) != 0 ||
        kin_collection_open(manifest, &entries, &n, NULL) != 0)
        return 0;
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    int status = batch ? 0 : kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    for (size_t i = 0; i < n && status == 0; i++)
        status = kin_batch_drop(batch, &entries[i].digest, err);
    if (status == 0)
        return session_write(session, batch, err);
    kin_batch_free(batch);
    return status;
}

static int drop_outputs(struct kin_session *session, const struct instance *instance,
                        struct kin_error *err)
{
    if (kin_cache_other(session->cache) != 0)
        return 0; /* it may need them: the last one drops them, or `gc` */
    for (size_t o = 0; o < kin_kind_outputs(step_of(session, instance)->kind); o++)
        if (!hand_over(session, instance, o))
            KIN_TRY(drop_output(session, instance, o, err));
    return 0;
}

void drop_in_the_end(struct kin_session *session, struct instance *instance)
{
    pthread_mutex_lock(&session->lock);
    instance->touched = true;
    pthread_mutex_unlock(&session->lock);
}

int drop_unneeded(struct kin_session *session, const struct instance *done, struct kin_error *err)
{
    size_t ports = kin_kind_inputs(step_of(session, done)->kind);
    for (size_t p = 0; p < ports; p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, done, p, &n);
        for (size_t f = 0; f < n; f++) {
            struct instance *producer = fed_by(session, &feeds[f]);
            if (--producer->consumers_left == 0 && !step_of(session, producer)->keep &&
                producer->touched && !is_lost(producer))
                KIN_TRY(drop_outputs(session, producer, err));
        }
    }
    return 0;
}
