/* Computing again what is there already, to see whether it comes out the same. */
#include <string.h>

#include "kindred/random.h"
#include "session.h"

struct rechecking {
    struct kin_session *session;
    struct kin_random random;
    void (*differs)(void *context, const struct kin_step *step, const char *instance,
                    const char *item);
    void *context;
    struct kin_recheck *result;
};

static void tell(struct rechecking *rechecking, const struct instance *instance, const char *item)
{
    const struct kin_step *step = step_of(rechecking->session, instance);
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    kin_instance_name(step, instance->point, &name);
    rechecking->result->different++;
    rechecking->differs(rechecking->context, step, kin_text_string(&name), item);
}

/* What the cache says that the item gave. */
static int stored_item(struct rechecking *rechecking, struct instance *instance, size_t output,
                       const struct piece *piece, struct kin_digest *out, bool *failed,
                       struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *manifest = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n = 0;
    KIN_TRY(load_output(rechecking->session, instance, output, &manifest, err));
    KIN_TRY(kin_collection_open(manifest, &entries, &n, err));
    long at = kin_collection_find(entries, n, piece->id);
    if (at < 0)
        return KIN_ENOTFOUND;
    *out = entries[at].digest;
    *failed = entries[at].failed;
    return 0;
}

/* One item, chosen among those that get here. */
static int recheck_item(struct rechecking *rechecking, struct instance *instance, struct work *work,
                        struct kin_error *err)
{
    size_t k = work->todo[kin_random_below(&rechecking->random, work->n_todo)];
    const struct piece *piece = &work->pieces[k];
    KIN_TRY(work_compute(rechecking->session, work, &k, 1, true, err));
    for (size_t o = 0; o < work->n_outputs; o++) {
        struct kin_digest stored;
        bool failed = false;
        if (stored_item(rechecking, instance, o, piece, &stored, &failed, err) != 0)
            continue; /* left out, as on_error says */
        const struct kin_digest *now = &piece->outputs[piece->failed ? 0 : o];
        if (failed == piece->failed && kin_digest_equal(now, &stored))
            continue;
        tell(rechecking, instance, piece->id);
        break;
    }
    return 0;
}

static int recheck_whole(struct rechecking *rechecking, struct instance *instance,
                         struct work *work, struct kin_error *err)
{
    size_t k = 0;
    KIN_TRY(work_compute(rechecking->session, work, &k, 1, true, err));
    KIN_TRY(work_outputs(rechecking->session, work, err));
    for (size_t o = 0; o < work->n_outputs; o++) {
        if (kin_digest_equal(&work->instance->outputs[o], &instance->outputs[o]))
            continue;
        tell(rechecking, instance, NULL);
        break;
    }
    return 0;
}

static int recheck_instance(struct rechecking *rechecking, struct instance *instance,
                            struct kin_error *err)
{
    struct kin_session *session = rechecking->session;
    struct work *work = NULL;
    struct instance copy = *instance;
    copy.work = NULL;
    KIN_TRY(source_store(session, instance, err));
    int status = work_open(session, &copy, false, &work, err);
    if (status == 0) {
        work->dry = true;
        if (!work->map)
            status = recheck_whole(rechecking, instance, work, err);
        else if (work->n_todo > 0)
            status = recheck_item(rechecking, instance, work, err);
    }
    work_free(session, work);
    return status;
}

static void recheck_one(struct rechecking *rechecking, struct instance *instance)
{
    struct kin_error err = {0};
    if (recheck_instance(rechecking, instance, &err) == 0) {
        rechecking->result->checked++;
        return;
    }
    rechecking->result->skipped++;
    session_tell(rechecking->session, KIN_LOG_WARN, instance, "is not checked: %s", err.text);
}

int kin_session_recheck(struct kin_session *session, uint64_t n, uint64_t seed,
                        void (*differs)(void *context, const struct kin_step *step,
                                        const char *instance, const char *item),
                        void *context, struct kin_recheck *out, struct kin_error *err)
{
    struct rechecking rechecking = {.session = session,
                                    .random = kin_random_stream(seed, "recheck", 7),
                                    .differs = differs,
                                    .context = context,
                                    .result = out};
    KIN_AUTO(kin_auto_free) size_t *hits = NULL;
    size_t left = 0;
    *out = (struct kin_recheck){0};
    KIN_TRY(resolve_all(session, err));
    KIN_TRY(kin_alloc_into(&hits, session->n, sizeof *hits, err));
    for (size_t i = 0; i < session->n; i++)
        if (session->instances[i].hit)
            hits[left++] = i;
    for (uint64_t k = 0; k < n && left > 0; k++) {
        size_t at = (size_t)kin_random_below(&rechecking.random, left);
        size_t chosen = hits[at];
        hits[at] = hits[--left];
        recheck_one(&rechecking, &session->instances[chosen]);
    }
    return 0;
}
