/* The graph of instances: who feeds whom, and which of them a target needs. */
#include "session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kindred/cpu.h"

/* ---- messages ---- */

static void add_place(const struct kin_session *session, const struct instance *instance,
                      struct kin_text *out)
{
    const struct kin_step *step = step_of(session, instance);
    kin_text_addf(out, "%s:%zu: step '", session->workflow->path, step->mark.line);
    kin_instance_name(step, instance->point, out);
    kin_text_add(out, "'");
}

void session_tell(struct kin_session *session, enum kin_log_level level,
                  const struct instance *instance, const char *format, ...)
{
    if (!session->observer.message)
        return;
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    char message[KIN_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (instance) {
        add_place(session, instance, &text);
        kin_text_add(&text, ": ");
    }
    kin_text_add(&text, message);
    session->observer.message(session->observer.context, level, kin_text_string(&text));
}

int session_blame(const struct kin_session *session, const struct instance *instance,
                  struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    add_place(session, instance, &text);
    return kin_error_within(err, "%s", kin_text_string(&text));
}

/* ---- the graph ---- */

static int place_instances(struct kin_session *session, struct kin_error *err)
{
    const struct kin_workflow *workflow = session->workflow;
    KIN_TRY(kin_alloc_into(&session->first, workflow->n_steps + 1, sizeof *session->first, err));
    for (size_t s = 0; s < workflow->n_steps; s++)
        session->first[s + 1] = session->first[s] + workflow->steps[s].n_points;
    session->n = session->first[workflow->n_steps];
    KIN_TRY(kin_alloc_into(&session->instances, session->n, sizeof *session->instances, err));
    for (size_t s = 0; s < workflow->n_steps; s++)
        for (size_t p = 0; p < workflow->steps[s].n_points; p++)
            session->instances[session->first[s] + p] =
                (struct instance){.number = session->first[s] + p, .step = s, .point = p};
    return 0;
}

/* All feeds of an instance, of every port: they lie side by side. */
static const struct kin_feed *all_feeds(const struct kin_session *session,
                                        const struct instance *instance, size_t *n)
{
    const struct kin_step *step = step_of(session, instance);
    size_t ports = kin_kind_inputs(step->kind);
    const size_t *start = step->feed_start + instance->point * ports;
    *n = start[ports] - start[0];
    return step->feeds + start[0];
}

static int link_consumers(struct kin_session *session, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&session->consumer_start, session->n + 2,
                           sizeof *session->consumer_start, err));
    size_t *start = session->consumer_start;
    size_t total = 0;
    for (size_t i = 0; i < session->n; i++) {
        size_t n;
        const struct kin_feed *feeds = all_feeds(session, &session->instances[i], &n);
        for (size_t f = 0; f < n; f++)
            start[fed_by(session, &feeds[f])->number + 2]++;
        total += n;
    }
    for (size_t i = 2; i < session->n + 2; i++)
        start[i] += start[i - 1];
    KIN_TRY(kin_alloc_into(&session->consumers, total, sizeof *session->consumers, err));
    for (size_t i = 0; i < session->n; i++) {
        size_t n;
        const struct kin_feed *feeds = all_feeds(session, &session->instances[i], &n);
        for (size_t f = 0; f < n; f++) {
            size_t producer = fed_by(session, &feeds[f])->number;
            session->consumers[start[producer + 1]++] = i;
        }
    }
    return 0;
}

static int mark_targets(struct kin_session *session, const char *const *targets, size_t n,
                        struct kin_error *err)
{
    for (size_t i = 0; n == 0 && i < session->n; i++)
        session->instances[i].target = true;
    for (size_t t = 0; t < n; t++) {
        size_t step;
        KIN_AUTO(kin_auto_free) bool *points = NULL;
        KIN_TRY(kin_workflow_select(session->workflow, targets[t], &step, &points, err));
        for (size_t p = 0; p < session->workflow->steps[step].n_points; p++)
            if (points[p])
                session->instances[session->first[step] + p].target = true;
    }
    return 0;
}

/* Targets and all they need wait for their inputs; steps are in order, so one sweep back does. */
static void mark_wanted(struct kin_session *session)
{
    for (size_t i = session->n; i-- > 0;) {
        struct instance *instance = &session->instances[i];
        if (instance->target)
            instance->state = INSTANCE_WAITING;
        if (instance->state != INSTANCE_WAITING)
            continue;
        size_t n;
        const struct kin_feed *feeds = all_feeds(session, instance, &n);
        instance->waiting = n;
        for (size_t f = 0; f < n; f++) {
            struct instance *producer = fed_by(session, &feeds[f]);
            producer->state = INSTANCE_WAITING;
            producer->consumers_left++;
        }
    }
}

void session_reset(struct kin_session *session)
{
    for (size_t i = 0; i < session->n; i++) {
        struct instance *instance = &session->instances[i];
        work_free(session, instance->work);
        instance->work = NULL;
        instance->hit = instance->keyed = false;
        instance->consumers_left = 0;
        if (instance->state != INSTANCE_UNWANTED)
            instance->state = INSTANCE_WAITING;
    }
    mark_wanted(session);
    for (size_t s = 0; s < session->workflow->n_steps; s++) {
        struct kin_step_stats *stats = &session->stats[s];
        stats->instances = stats->hits = stats->items = stats->failed = 0;
    }
    session->failed_items = 0;
    session->saved = (struct kin_saved){0};
    session->diverged = false;
}

static int list_sources(struct kin_session *session, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&session->listing_of, session->n, sizeof *session->listing_of, err));
    for (size_t i = 0; i < session->n; i++) {
        bool source = step_of(session, &session->instances[i])->kind->scan != NULL;
        session->listing_of[i] = source ? session->n_listings++ : SIZE_MAX;
    }
    return kin_alloc_into(&session->listings, session->n_listings, sizeof *session->listings, err);
}

static int name_stats(struct kin_session *session, struct kin_error *err)
{
    const struct kin_workflow *workflow = session->workflow;
    KIN_TRY(kin_alloc_into(&session->stats, workflow->n_steps, sizeof *session->stats, err));
    for (size_t s = 0; s < workflow->n_steps; s++) {
        session->stats[s].step = workflow->steps[s].name;
        session->stats[s].kind = workflow->steps[s].kind->name;
    }
    return 0;
}

static int by_kind(const void *a, const void *b)
{
    const struct kin_step *x = *(const struct kin_step *const *)a;
    const struct kin_step *y = *(const struct kin_step *const *)b;
    return x->kind != y->kind ? (x->kind > y->kind) - (x->kind < y->kind) : (x > y) - (x < y);
}

/* Steps of one kind side by side share the entry of the first. */
static int pair_speeds(struct kin_session *session, struct kin_error *err)
{
    const struct kin_workflow *workflow = session->workflow;
    KIN_AUTO(kin_auto_free) const struct kin_step **sorted = NULL;
    KIN_TRY(kin_alloc_into(&session->speeds, workflow->n_steps, sizeof *session->speeds, err));
    KIN_TRY(kin_alloc_into(&sorted, workflow->n_steps, sizeof *sorted, err));
    for (size_t s = 0; s < workflow->n_steps; s++)
        sorted[s] = &workflow->steps[s];
    qsort(sorted, workflow->n_steps, sizeof *sorted, by_kind);
    for (size_t i = 0; i < workflow->n_steps; i++) {
        bool same = i > 0 && sorted[i]->kind == sorted[i - 1]->kind;
        size_t s = (size_t)(sorted[i] - workflow->steps);
        session->speeds[s].first =
            same ? session->speeds[sorted[i - 1] - workflow->steps].first : s;
    }
    return 0;
}

void session_name_maker(struct kin_session *session, const char *libraries)
{
    char host[65] = "";
    gethostname(host, sizeof host - 1);
    snprintf(session->made_by, sizeof session->made_by, "kindred %s on %s (CPU %s)%s%s",
             KIN_VERSION, host, kin_cpu_level_name(kin_cpu_level()), libraries ? "; " : "",
             libraries ? libraries : "");
}

static int build(struct kin_session *session, const char *const *targets, size_t n_targets,
                 struct kin_error *err)
{
    KIN_TRY(place_instances(session, err));
    KIN_TRY(link_consumers(session, err));
    KIN_TRY(mark_targets(session, targets, n_targets, err));
    mark_wanted(session);
    KIN_TRY(list_sources(session, err));
    KIN_TRY(name_stats(session, err));
    KIN_TRY(pair_speeds(session, err));
    session_name_maker(session, NULL);
    session->records = records_new();
    return session->records ? 0 : kin_fail(err, KIN_ENOMEM, "no memory for a run");
}

int kin_session_new(const struct kin_workflow *workflow, struct kin_cache *cache,
                    const char *const *targets, size_t n_targets, struct kin_session **out,
                    struct kin_error *err)
{
    struct kin_session *session;
    KIN_TRY(kin_alloc_into(&session, 1, sizeof *session, err));
    session->workflow = workflow;
    session->cache = cache;
    pthread_mutex_init(&session->lock, NULL);
    pthread_cond_init(&session->changed, NULL);
    int status = build(session, targets, n_targets, err);
    if (status != 0)
        kin_session_free(session);
    else
        *out = session;
    return status;
}

void kin_session_free(struct kin_session *session)
{
    if (!session)
        return;
    for (size_t i = 0; session->instances && i < session->n; i++)
        work_free(session, session->instances[i].work);
    sources_free(session);
    records_free(session->records);
    pthread_cond_destroy(&session->changed);
    pthread_mutex_destroy(&session->lock);
    kin_free(session->leases);
    kin_free(session->speeds);
    kin_free(session->stats);
    kin_free(session->listing_of);
    kin_free(session->consumers);
    kin_free(session->consumer_start);
    kin_free(session->first);
    kin_free(session->instances);
    kin_free(session);
}

void kin_session_trust(struct kin_session *session, const struct kin_trust *trust)
{
    session->trust = trust;
}

void kin_session_force(struct kin_session *session)
{
    for (size_t i = 0; i < session->n; i++)
        session->instances[i].forced = session->instances[i].target;
}

uint64_t kin_session_failed(const struct kin_session *session)
{
    return session->failed_items;
}

size_t kin_session_steps(const struct kin_session *session, const struct kin_step_stats **out)
{
    *out = session->stats;
    return session->workflow->n_steps;
}
