/*
 * Putting back what the cache has lost. Bytes are absent that an action gave: they are computed
 * anew from its inputs. An action itself is absent: its key is known from the last run, and an
 * instance that has this key now is computed like any other. What lies inside of items (stems of a
 * song) is looked for where an item names it.
 */
#include <string.h>

#include "session.h"

struct restoring {
    struct kin_session *session;
    const struct kin_damage *damage;
    bool inner; /* looks inside of items */
    uint64_t restored, lost;
};

static void tell_lost(struct restoring *restoring, const struct instance *instance,
                      const struct kin_error *err)
{
    restoring->lost++;
    session_tell(restoring->session, KIN_LOG_ERROR, instance, "cannot be computed again: %s",
                 err->text);
}

static bool is_absent(const struct restoring *restoring, const struct kin_digest *digest)
{
    return kin_cache_presence(restoring->session->cache, digest) == KIN_ABSENT;
}

static bool is_missing(const struct restoring *restoring, const struct kin_digest *digest)
{
    for (size_t i = 0; i < restoring->damage->n; i++)
        if (kin_digest_equal(&restoring->damage->list[i], digest))
            return is_absent(restoring, digest);
    return false;
}

/* Whether the item names something that is damaged and not back yet. */
static bool lacks_inner(const struct restoring *restoring, const struct kin_value *value)
{
    for (size_t f = 0; f < kin_value_fields(value); f++) {
        const struct kin_tensor *field = kin_value_field(value, f);
        const struct kin_digest *digests = field->data;
        for (size_t i = 0; field->dtype == KIN_DIGEST && i < kin_tensor_count(field); i++)
            if (is_missing(restoring, &digests[i]))
                return true;
    }
    return false;
}

static void restore_item(struct restoring *restoring, struct instance *instance, size_t output,
                         const struct kin_entry *entry)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    if (!is_absent(restoring, &entry->digest))
        return;
    if (load_item(restoring->session, instance, output, entry->id, &entry->digest, &value, &err) ==
        0)
        restoring->restored++;
    else
        tell_lost(restoring, instance, &err);
}

static void restore_inner(struct restoring *restoring, struct instance *instance, size_t output,
                          const struct kin_entry *entry)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_AUTO(kin_value_auto) struct kin_value *made = NULL;
    if (kin_cache_presence(restoring->session->cache, &entry->digest) != KIN_PRESENT ||
        load_value(restoring->session, &entry->digest, &value, NULL) != 0 ||
        !lacks_inner(restoring, value))
        return;
    if (load_anew(restoring->session, instance, output, entry->id, &entry->digest, &made, &err) ==
        0)
        restoring->restored++;
    else
        tell_lost(restoring, instance, &err);
}

static void restore_output(struct restoring *restoring, struct instance *instance, size_t output)
{
    struct kin_session *session = restoring->session;
    struct kin_error err = {0};
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n = 0;
    enum kin_presence presence = kin_cache_presence(session->cache, &instance->outputs[output]);
    if (presence == KIN_DROPPED)
        return;
    if (load_output(session, instance, output, &value, &err) != 0) {
        tell_lost(restoring, instance, &err);
        return;
    }
    restoring->restored += presence == KIN_ABSENT;
    if (strcmp(kin_value_type(value), "collection") != 0 ||
        kin_collection_open(value, &entries, &n, NULL) != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        restore_item(restoring, instance, output, &entries[i]);
        if (restoring->inner && !entries[i].failed)
            restore_inner(restoring, instance, output, &entries[i]);
    }
}

/* Whether the last run had an action for this instance that is gone. */
static bool is_gone(const struct kin_session *session, const struct history *last,
                    const struct instance *instance)
{
    if (instance->hit || !instance->keyed)
        return false;
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    kin_instance_name(step_of(session, instance), instance->point, &name);
    const struct kin_digest *key = history_find(last, kin_text_string(&name));
    return key && kin_digest_equal(key, &instance->key);
}

/* Computes an instance whose inputs are there. */
static int compute_here(struct kin_session *session, struct instance *instance,
                        struct kin_error *err)
{
    struct work *work = NULL;
    int status = source_store(session, instance, err);
    if (status == 0)
        status = work_open(session, instance, true, &work, err);
    if (status == 0 && work->n_todo > 0)
        status = work_compute(session, work, work->todo, work->n_todo, true, err);
    if (status == 0)
        status = work_finish(session, work, NULL, NULL, err);
    work_free(session, work);
    instance->hit = status == 0;
    return status;
}

static int restore_instance(struct restoring *restoring, const struct history *last,
                            struct instance *instance, struct kin_error *err)
{
    struct kin_session *session = restoring->session;
    struct kin_error why = {0};
    bool hit;
    KIN_TRY(resolve(session, instance, &hit, err));
    if (!hit && is_gone(session, last, instance)) {
        if (compute_here(session, instance, &why) != 0)
            tell_lost(restoring, instance, &why);
        else
            restoring->restored++;
    }
    for (size_t o = 0; instance->hit && o < kin_kind_outputs(step_of(session, instance)->kind); o++)
        restore_output(restoring, instance, o);
    return 0;
}

static int restore_all(struct restoring *restoring, const struct history *last,
                       struct kin_error *err)
{
    struct kin_session *session = restoring->session;
    for (size_t i = 0; i < session->n; i++) {
        struct instance *instance = &session->instances[i];
        struct listing *listing = source_listing(session, instance);
        if (instance->state == INSTANCE_UNWANTED || !inputs_known(session, instance))
            continue;
        if (listing)
            KIN_TRY(source_scan(session, instance, err));
        if (!listing || listing->absent.status == 0)
            KIN_TRY(restore_instance(restoring, last, instance, err));
    }
    return 0;
}

static bool any_missing(const struct restoring *restoring)
{
    for (size_t i = 0; i < restoring->damage->n; i++)
        if (is_absent(restoring, &restoring->damage->list[i]))
            return true;
    return false;
}

int kin_session_restore(struct kin_session *session, const struct kin_damage *damage,
                        const struct kin_observer *observer, uint64_t *restored, uint64_t *lost,
                        struct kin_error *err)
{
    struct restoring restoring = {.session = session, .damage = damage};
    struct history last;
    session->observer = *observer;
    KIN_TRY(history_load(session, &last, err));
    int status = restore_all(&restoring, &last, err);
    restoring.inner = true;
    if (status == 0 && any_missing(&restoring))
        status = restore_all(&restoring, &last, err);
    history_release(&last);
    *restored = restoring.restored;
    *lost = restoring.lost;
    return status;
}
