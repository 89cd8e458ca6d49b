/* Hit or not, and what failed. */
#include <string.h>

#include "session.h"

int resolve(struct kin_session *session, struct instance *instance, bool *hit,
            struct kin_error *err)
{
    KIN_TRY(record_key(session, instance, RECORD_ACTION, 0, &instance->key, err));
    instance->keyed = true;
    struct kin_outcome outcome;
    *hit = kin_cache_find(session->cache, &instance->key, &outcome) &&
           outcome.n_outputs == kin_kind_outputs(step_of(session, instance)->kind);
    instance->hit = *hit;
    if (!*hit)
        return 0;
    memcpy(instance->outputs, outcome.outputs, sizeof instance->outputs);
    instance->items = outcome.items;
    instance->failed = outcome.failed;
    return 0;
}

/* ---- failures, each told once ---- */

struct reported {
    size_t n, capacity;
    struct kin_digest *list;
};

void reported_free(struct reported *reported)
{
    if (!reported)
        return;
    kin_free(reported->list);
    kin_free(reported);
}

/* Whether this failure of this item was not told yet; remembers that it is now. */
static int first_time(struct kin_session *session, const struct kin_entry *entry, bool *first,
                      struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    kin_text_add_bytes(&name, entry->digest.bytes, sizeof entry->digest.bytes);
    kin_text_add(&name, entry->id);
    KIN_TRY(kin_text_check(&name, err));
    struct kin_digest digest = kin_digest_of(name.data, name.length);
    if (!session->reported)
        KIN_TRY(kin_alloc_into(&session->reported, 1, sizeof *session->reported, err));
    struct reported *reported = session->reported;
    *first = false;
    for (size_t i = 0; i < reported->n; i++)
        if (kin_digest_equal(&reported->list[i], &digest))
            return 0;
    KIN_TRY(kin_grow(&reported->list, &reported->capacity, reported->n + 1, sizeof *reported->list,
                     err));
    reported->list[reported->n++] = digest;
    *first = true;
    return 0;
}

/* Why an item failed; the text lives as long as *failure. */
static const char *failure_text(struct kin_session *session, const struct kin_digest *digest,
                                struct kin_value **failure)
{
    static const char lost[] = "(the text of the failure is lost)";
    return load_value(session, digest, failure, NULL) == 0 ? kin_value_text(*failure, "text", lost)
                                                           : lost;
}

static int report_one(struct kin_session *session, struct instance *instance,
                      const struct kin_entry *entry, struct kin_error *err)
{
    bool first;
    KIN_TRY(first_time(session, entry, &first, err));
    if (!first)
        return 0;
    KIN_AUTO(kin_value_auto) struct kin_value *failure = NULL;
    session_tell(session, KIN_LOG_ERROR, instance, "item '%s': %s", entry->id,
                 failure_text(session, &entry->digest, &failure));
    session->failed_items++;
    return 0;
}

void report_skipped(struct kin_session *session, const struct work *work)
{
    if (step_of(session, work->instance)->on_error != KIN_ON_ERROR_SKIP)
        return;
    for (size_t k = 0; k < work->n; k++) {
        KIN_AUTO(kin_value_auto) struct kin_value *failure = NULL;
        if (!work->pieces[k].failed)
            continue;
        session_tell(session, KIN_LOG_WARN, work->instance, "item '%s' is left out: %s",
                     work->pieces[k].id,
                     failure_text(session, &work->pieces[k].outputs[0], &failure));
    }
}

int fail_for_item(struct kin_session *session, const struct instance *instance, const char *id,
                  const struct kin_digest *digest, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *failure = NULL;
    kin_fail(err, KIN_EDATA, "item '%s': %s (on_error: stop)", id,
             failure_text(session, digest, &failure));
    return session_blame(session, instance, err);
}

int report_failures(struct kin_session *session, struct instance *instance, struct kin_error *err)
{
    if (instance->failed == 0)
        return 0;
    if (step_of(session, instance)->on_error == KIN_ON_ERROR_SKIP) {
        if (instance->hit) /* the run that found them named them */
            session_tell(session, KIN_LOG_WARN, instance, "%llu items left out (on_error: skip)",
                         (unsigned long long)instance->failed);
        return 0;
    }
    KIN_AUTO(kin_value_auto) struct kin_value *manifest = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n;
    KIN_TRY(load_output(session, instance, 0, &manifest, err));
    KIN_TRY(kin_collection_open(manifest, &entries, &n, err));
    bool stop = step_of(session, instance)->on_error == KIN_ON_ERROR_STOP;
    for (size_t i = 0; i < n; i++) {
        if (entries[i].failed && stop) /* a run that reports it had computed it before */
            return fail_for_item(session, instance, entries[i].id, &entries[i].digest, err);
        if (entries[i].failed)
            KIN_TRY(report_one(session, instance, &entries[i], err));
    }
    return 0;
}

/* ---- what is known without computing ---- */

/* Whether all that feeds an instance has its outputs. */
static bool inputs_known(const struct kin_session *session, const struct instance *instance)
{
    for (size_t p = 0; p < kin_kind_inputs(step_of(session, instance)->kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        for (size_t f = 0; f < n; f++)
            if (!fed_by(session, &feeds[f])->hit)
                return false;
    }
    return true;
}

int resolve_all(struct kin_session *session, struct kin_error *err)
{
    for (size_t i = 0; i < session->n; i++) {
        struct instance *instance = &session->instances[i];
        struct listing *listing = source_listing(session, instance);
        if (instance->state == INSTANCE_UNWANTED || !inputs_known(session, instance))
            continue;
        if (listing)
            KIN_TRY(source_scan(session, instance, err));
        if (listing && listing->absent.status != 0)
            continue;
        bool hit;
        KIN_TRY(resolve(session, instance, &hit, err));
    }
    return 0;
}
