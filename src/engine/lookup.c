/* Hit or not, and what failed. */
#include <string.h>

#include "session.h"

int resolve(struct kin_session *session, struct instance *instance, bool *hit,
            struct kin_error *err)
{
    KIN_TRY(record_key(session, instance, RECORD_ACTION, 0, &instance->key, err));
    instance->keyed = true;
    struct kin_outcome outcome;
    *hit = !instance->forced && kin_cache_find(session->cache, &instance->key, &outcome) &&
           outcome.n_outputs == kin_kind_outputs(step_of(session, instance)->kind);
    instance->hit = *hit;
    if (!*hit)
        return 0;
    memcpy(instance->outputs, outcome.outputs, sizeof instance->outputs);
    instance->items = outcome.items;
    instance->failed = outcome.failed;
    session->saved.hits++;
    session->saved.seconds += outcome.seconds;
    return 0;
}

/* ---- failures, told where they happened ---- */

/* Why an item failed; the text lives as long as *failure. */
static const char *failure_text(struct kin_session *session, const struct kin_digest *digest,
                                struct kin_value **failure)
{
    static const char lost[] = "(the text of the failure is lost)";
    return load_value(session, digest, failure, NULL) == 0 ? kin_value_text(*failure, "text", lost)
                                                           : lost;
}

/* The inputs whose items an instance works on one by one. */
struct origins {
    struct kin_value *manifests[KIN_ACTION_OUTPUTS];
    struct kin_entry *entries[KIN_ACTION_OUTPUTS];
    size_t counts[KIN_ACTION_OUTPUTS], n;
};

static void origins_release(struct origins *origins)
{
    for (size_t i = 0; i < KIN_ACTION_OUTPUTS; i++) {
        kin_free(origins->entries[i]);
        kin_value_free(origins->manifests[i]);
    }
}

static int origins_open(struct kin_session *session, const struct instance *instance,
                        struct origins *out, struct kin_error *err)
{
    const struct kin_kind *kind = step_of(session, instance)->kind;
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        if (kind->inputs[p].mode != KIN_EACH || n == 0)
            continue;
        size_t i = out->n++;
        KIN_TRY(
            load_output(session, fed_by(session, feeds), feeds->output, &out->manifests[i], err));
        KIN_TRY(kin_collection_open(out->manifests[i], &out->entries[i], &out->counts[i], err));
    }
    return 0;
}

/* Whether an item had failed before it came here: then that was told already. */
static bool failed_before(const struct origins *origins, const char *id)
{
    for (size_t i = 0; i < origins->n; i++) {
        long at = kin_collection_find(origins->entries[i], origins->counts[i], id);
        if (at >= 0 && origins->entries[i][at].failed)
            return true;
    }
    return false;
}

static int report_own(struct kin_session *session, const struct instance *instance,
                      const struct kin_entry *entries, size_t n, struct kin_error *err)
{
    KIN_AUTO(origins_release) struct origins origins = {0};
    KIN_TRY(origins_open(session, instance, &origins, err));
    for (size_t i = 0; i < n; i++) {
        KIN_AUTO(kin_value_auto) struct kin_value *failure = NULL;
        if (!entries[i].failed || failed_before(&origins, entries[i].id))
            continue;
        session_tell(session, KIN_LOG_ERROR, instance, "item '%s': %s", entries[i].id,
                     failure_text(session, &entries[i].digest, &failure));
        session->failed_items++;
    }
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
    if (step_of(session, instance)->on_error != KIN_ON_ERROR_STOP)
        return report_own(session, instance, entries, n, err);
    for (size_t i = 0; i < n; i++)
        if (entries[i].failed) /* computed before, by a step that reports */
            return fail_for_item(session, instance, entries[i].id, &entries[i].digest, err);
    return 0;
}

/* ---- what is known without computing ---- */

bool inputs_known(const struct kin_session *session, const struct instance *instance)
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
