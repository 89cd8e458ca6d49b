/*
 * What the last run of a workflow knew: for every instance its name and key, as one value of type
 * «run», so that equal runs cost nothing; and what each step took.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "session.h"

static struct kin_digest workflow_id(const struct kin_session *session)
{
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    const char *slash = strrchr(session->workflow->path, '/');
    kin_text_addf(&name, "%s/%s", session->workflow->folder,
                  slash ? slash + 1 : session->workflow->path);
    return kin_digest_of(kin_text_string(&name), name.length);
}

/* ---- reading ---- */

static int open_value(struct history *history, struct kin_error *err)
{
    const struct kin_tensor *keys;
    KIN_TRY(kin_value_want(history->value, "names", KIN_TEXT, 1, &history->names, err));
    KIN_TRY(kin_value_want(history->value, "keys", KIN_DIGEST, 1, &keys, err));
    history->n = history->names->shape[0];
    history->keys = keys->data;
    return keys->shape[0] == history->n ? 0 : kin_fail(err, KIN_ECORRUPT, "a run without its keys");
}

int history_open(struct kin_session *session, const struct kin_digest *digest, struct history *out,
                 struct kin_error *err)
{
    *out = (struct history){.digest = *digest};
    if (load_value(session, digest, &out->value, NULL) != 0)
        return 0; /* gone: the same as no run */
    int status = open_value(out, err);
    if (status != 0)
        history_release(out);
    return status;
}

int history_load(struct kin_session *session, struct history *out, struct kin_error *err)
{
    *out = (struct history){0};
    struct kin_digest id = workflow_id(session);
    KIN_AUTO(kin_auto_free) void *stored = NULL;
    size_t length;
    int status = kin_cache_record(session->cache, "history", id.bytes, sizeof id.bytes, &stored,
                                  &length, err);
    if (status == KIN_ENOTFOUND)
        return 0;
    KIN_TRY(status);
    if (length != sizeof out->digest.bytes)
        return kin_fail(err, KIN_ECORRUPT, "the record of the last run is damaged");
    struct kin_digest digest;
    memcpy(digest.bytes, stored, sizeof digest.bytes);
    return history_open(session, &digest, out, err);
}

void history_release(struct history *history)
{
    kin_value_free(history->value);
    *history = (struct history){0};
}

const struct kin_digest *history_find(const struct history *history, const char *name)
{
    size_t low = 0;
    size_t high = history->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(kin_tensor_text(history->names, middle), name);
        if (order == 0)
            return &history->keys[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- writing ---- */

struct named_key {
    const char *name;
    size_t step;
    struct kin_digest key;
};

/* The names lie one after the other in one text: a warm run makes all of them again. */
struct known {
    struct named_key *list; /* ascending name */
    size_t n;
    struct kin_text names;
};

static void known_release(struct known *known)
{
    kin_free(known->list);
    kin_text_release(&known->names);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct named_key *)a)->name, ((const struct named_key *)b)->name);
}

/* Adds the name of an instance when its key is known: now, or, if this run did not reach it, from
 * the last. */
static int gather_one(const struct kin_session *session, const struct instance *instance,
                      const struct history *last, struct known *known, struct kin_error *err)
{
    size_t start = known->names.length;
    kin_instance_name(step_of(session, instance), instance->point, &known->names);
    kin_text_add_bytes(&known->names, "", 1);
    KIN_TRY(kin_text_check(&known->names, err));
    const struct kin_digest *key = &instance->key;
    if (instance->state != INSTANCE_DONE)
        key = history_find(last, known->names.data + start);
    if (key)
        known->list[known->n++] = (struct named_key){.step = instance->step, .key = *key};
    else
        known->names.length = start;
    return 0;
}

/* Sorts; from here on the names stay where they are. */
static void sort_known(struct known *known)
{
    const char *name = kin_text_string(&known->names);
    for (size_t i = 0; i < known->n; i++, name += strlen(name) + 1)
        known->list[i].name = name;
    if (known->n > 0)
        qsort(known->list, known->n, sizeof *known->list, by_name);
}

/* Whether this run left something of the step out. */
static bool is_partial(const struct kin_session *session, size_t step)
{
    for (size_t i = session->first[step]; i < session->first[step + 1]; i++)
        if (session->instances[i].state != INSTANCE_DONE)
            return true;
    return false;
}

/* The step of an instance of the last run, if the workflow still has it: or -1. */
static long step_of_name(const struct kin_session *session, const char *name)
{
    char step[256];
    size_t length = strcspn(name, "[");
    if (length >= sizeof step)
        return -1;
    memcpy(step, name, length);
    step[length] = '\0';
    return kin_workflow_step(session->workflow, step);
}

/* Instances that the workflow has no more are what new ones are compared with (why.c): they are
 * kept until their step has run whole. */
static int keep_gone(const struct kin_session *session, const struct history *last,
                     struct known *known, struct kin_error *err)
{
    size_t now = known->n;
    KIN_AUTO(kin_auto_free) bool *partial = NULL;
    KIN_TRY(kin_alloc_into(&partial, session->workflow->n_steps, sizeof *partial, err));
    bool any = false;
    for (size_t s = 0; s < session->workflow->n_steps; s++)
        any |= partial[s] = is_partial(session, s);
    for (size_t i = 0; any && i < last->n; i++) {
        struct named_key gone = {.name = kin_tensor_text(last->names, i), .key = last->keys[i]};
        if (now > 0 && bsearch(&gone, known->list, now, sizeof *known->list, by_name))
            continue;
        long step = step_of_name(session, gone.name);
        if (step < 0 || !partial[step])
            continue;
        gone.step = (size_t)step;
        known->list[known->n++] = gone;
    }
    if (known->n > now)
        qsort(known->list, known->n, sizeof *known->list, by_name);
    return 0;
}

static int gather(const struct kin_session *session, const struct history *last,
                  struct known *known, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&known->list, session->n + last->n, sizeof *known->list, err));
    for (size_t i = 0; i < session->n; i++)
        KIN_TRY(gather_one(session, &session->instances[i], last, known, err));
    sort_known(known);
    return keep_gone(session, last, known, err);
}

static int make_value(const struct kin_session *session, const struct known *known,
                      struct kin_value **out, struct kin_error *err)
{
    size_t n = known->n;
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    KIN_AUTO(kin_auto_free) const char **files = NULL;
    KIN_AUTO(kin_auto_free) struct kin_digest *keys = NULL;
    KIN_TRY(kin_alloc_into(&names, n, sizeof *names, err));
    KIN_TRY(kin_alloc_into(&files, n, sizeof *files, err));
    KIN_TRY(kin_alloc_into(&keys, n, sizeof *keys, err));
    for (size_t i = 0; i < n; i++) {
        names[i] = known->list[i].name;
        /* the result file that it is written to: "" most of the time */
        const char *file = session->workflow->steps[known->list[i].step].file;
        files[i] = file ? file : "";
        keys[i] = known->list[i].key;
    }
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("run");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for the record of a run");
    KIN_TRY(kin_value_set_texts(value, "names", names, n, err));
    KIN_TRY(kin_value_set_texts(value, "files", files, n, err));
    KIN_TRY(kin_value_set_digests(value, "keys", keys, n, err));
    *out = value;
    value = NULL;
    return 0;
}

int history_of_hits(struct kin_session *session, void **bytes, size_t *length,
                    struct kin_error *err)
{
    KIN_AUTO(known_release) struct known known = {0};
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_TRY(kin_alloc_into(&known.list, session->n, sizeof *known.list, err));
    for (size_t i = 0; i < session->n; i++) {
        const struct instance *instance = &session->instances[i];
        if (instance->state == INSTANCE_UNWANTED || !instance->hit)
            continue;
        kin_instance_name(step_of(session, instance), instance->point, &known.names);
        kin_text_add_bytes(&known.names, "", 1);
        known.list[known.n++] = (struct named_key){.step = instance->step, .key = instance->key};
    }
    KIN_TRY(kin_text_check(&known.names, err));
    sort_known(&known);
    KIN_TRY(make_value(session, &known, &value, err));
    return kin_value_encode(value, bytes, length, err);
}

/* Results that are extended take time by what they are extended with («pairs»), which the kind
 * counts; others by the item. */
static bool has_units(const struct kin_kind *kind)
{
    for (size_t p = 0; p < kin_kind_inputs(kind); p++)
        if (kind->inputs[p].flags & KIN_PORT_EXTENDS)
            return true;
    return false;
}

static int batch_numbers(struct kin_cache_batch *batch, const char *table,
                         const struct kin_step_stats *stats, double x, double y,
                         struct kin_error *err)
{
    const double numbers[2] = {x, y};
    KIN_TRY(kin_batch_record(batch, table, stats->step, strlen(stats->step), numbers,
                             sizeof numbers, err));
    return kin_batch_record(batch, table, stats->kind, strlen(stats->kind), numbers, sizeof numbers,
                            err);
}

/* What the last run that computed something took, by step and by kind: «rates» are seconds and
 * items, «paces» the units that seconds grow with and bytes. */
static int batch_paces(struct kin_session *session, struct kin_cache_batch *batch,
                       struct kin_error *err)
{
    for (size_t s = 0; s < session->workflow->n_steps; s++) {
        const struct kin_step_stats *stats = &session->stats[s];
        if (stats->computed == 0)
            continue;
        bool counted = has_units(session->workflow->steps[s].kind);
        double units = (double)(counted ? stats->counters[0].n : stats->computed);
        KIN_TRY(batch_numbers(batch, "rates", stats, stats->seconds, (double)stats->computed, err));
        KIN_TRY(batch_numbers(batch, "paces", stats, units, (double)stats->bytes, err));
    }
    return 0;
}

static int batch_run(struct kin_session *session, struct kin_cache_batch *batch,
                     const struct kin_digest *digest, struct kin_error *err)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    uint64_t stamp =
        __builtin_bswap64((uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000);
    KIN_AUTO(kin_text_release) struct kin_text line = {0};
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(digest, hex);
    kin_text_addf(&line, "%s %s", hex, session->workflow->path);
    KIN_TRY(kin_text_check(&line, err));
    KIN_TRY(kin_batch_record(batch, "runs", &stamp, sizeof stamp, line.data, line.length, err));
    struct kin_digest id = workflow_id(session);
    KIN_TRY(kin_batch_record(batch, "history", id.bytes, sizeof id.bytes, digest->bytes,
                             sizeof digest->bytes, err));
    return batch_paces(session, batch, err);
}

static int save(struct kin_session *session, const struct history *last, const struct known *known,
                struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_TRY(make_value(session, known, &value, err));
    void *bytes = NULL;
    size_t length = 0;
    KIN_TRY(kin_value_encode(value, &bytes, &length, err));
    struct kin_digest digest = kin_digest_of(bytes, length);
    if (last->value && kin_digest_equal(&last->digest, &digest)) {
        kin_free(bytes);
        return 0;
    }
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    int status = batch ? kin_batch_blob(batch, &digest, bytes, length, false, err)
                       : kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    if (status == 0)
        status = batch_run(session, batch, &digest, err);
    if (status != 0) {
        kin_batch_free(batch);
        return status;
    }
    return kin_cache_write(session->cache, batch, err);
}

int history_save(struct kin_session *session, struct kin_error *err)
{
    struct history last;
    KIN_AUTO(known_release) struct known known = {0};
    KIN_TRY(history_load(session, &last, err));
    int status = gather(session, &last, &known, err);
    if (status == 0)
        status = save(session, &last, &known, err);
    history_release(&last);
    return status;
}

static bool numbers_of(struct kin_session *session, const char *table, const char *name,
                       double out[2])
{
    KIN_AUTO(kin_auto_free) void *stored = NULL;
    size_t length;
    if (kin_cache_record(session->cache, table, name, strlen(name), &stored, &length, NULL) != 0 ||
        length != 2 * sizeof *out)
        return false;
    memcpy(out, stored, length);
    return true;
}

static bool pace_of(struct kin_session *session, const char *name, struct pace *out)
{
    double rate[2], pace[2];
    if (!numbers_of(session, "rates", name, rate) || !numbers_of(session, "paces", name, pace))
        return false;
    *out = (struct pace){.seconds = rate[0], .items = rate[1], .units = pace[0], .bytes = pace[1]};
    return true;
}

bool history_pace(struct kin_session *session, const struct kin_step *step, struct pace *out)
{
    return pace_of(session, step->name, out) || pace_of(session, step->kind->name, out);
}

/* Less than a second is not worth the wait for the disk: a warm run writes nothing. */
void history_note_saved(struct kin_session *session)
{
    if (session->saved.seconds < 1)
        return;
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    if (batch && kin_saved_add(session->cache, batch, &session->saved, NULL) == 0)
        kin_cache_write_later(session->cache, batch, NULL, NULL, NULL);
    else
        kin_batch_free(batch);
}
