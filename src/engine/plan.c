/* What a run would do: the state of every instance, items left, and what that should take. */
#include <string.h>

#include "session.h"

struct forecast {
    enum kin_plan_state *states; /* per instance */
    double *sizes;               /* items of the first output, as far as known */
    struct kin_plan_step *steps;
};

/* The first feed of the first port that has one: whose items an instance works on. */
static const struct kin_feed *first_feed(const struct kin_session *session,
                                         const struct instance *instance)
{
    for (size_t p = 0; p < kin_kind_inputs(step_of(session, instance)->kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        if (n > 0)
            return feeds;
    }
    return NULL;
}

static enum kin_plan_state state_of(struct kin_session *session, const struct forecast *forecast,
                                    const struct instance *instance)
{
    const struct listing *listing = source_listing(session, instance);
    if (listing && listing->absent.status != 0)
        return KIN_PLAN_ABSENT;
    enum kin_plan_state state = instance->hit ? KIN_PLAN_HIT : KIN_PLAN_RUN;
    for (size_t p = 0; p < kin_kind_inputs(step_of(session, instance)->kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        for (size_t f = 0; f < n; f++) {
            enum kin_plan_state above = forecast->states[fed_by(session, &feeds[f])->number];
            if (above == KIN_PLAN_ABSENT || above == KIN_PLAN_BLOCKED)
                return KIN_PLAN_BLOCKED;
            if (above != KIN_PLAN_HIT)
                state = KIN_PLAN_AFTER;
        }
    }
    return state;
}

/* Size, and items still to compute, of one instance. */
static int forecast_items(struct kin_session *session, struct forecast *forecast,
                          struct instance *instance, enum kin_plan_state state, double *todo,
                          struct kin_error *err)
{
    const struct kin_step *step = step_of(session, instance);
    const struct kin_feed *feed = first_feed(session, instance);
    double size = step->expect > 0 ? step->expect
                  : feed           ? forecast->sizes[fed_by(session, feed)->number]
                                   : 0;
    *todo = kin_kind_is_map(step->kind) ? size : 1;
    if (state == KIN_PLAN_HIT) {
        size = (double)instance->items;
        *todo = 0;
    } else if (state == KIN_PLAN_RUN && kin_kind_is_map(step->kind)) {
        struct work *work = NULL;
        KIN_TRY(work_open(session, instance, true, &work, err));
        size = (double)work->n;
        *todo = (double)work->n_todo;
        work_free(session, work);
    }
    forecast->sizes[instance->number] = size;
    return 0;
}

static int forecast_instance(struct kin_session *session, struct forecast *forecast,
                             struct instance *instance, struct kin_error *err)
{
    struct kin_plan_step *step = &forecast->steps[instance->step];
    enum kin_plan_state state = state_of(session, forecast, instance);
    double todo = 0;
    forecast->states[instance->number] = state;
    KIN_TRY(forecast_items(session, forecast, instance, state, &todo, err));
    step->instances[state]++;
    step->items += todo;
    if (state == KIN_PLAN_ABSENT && !step->absent) {
        step->absent = kin_strdup(source_listing(session, instance)->absent.text);
        if (!step->absent)
            return kin_fail(err, KIN_ENOMEM, "no memory for a plan");
    }
    return 0;
}

/* What the kind remarks on the arguments of its instances, each remark once. */
static int take_notes(struct kin_session *session, size_t step, struct kin_plan_step *out,
                      struct kin_error *err)
{
    const struct kin_step *s = &session->workflow->steps[step];
    KIN_AUTO(kin_text_release) struct kin_text notes = {0};
    for (size_t p = 0; s->kind->note && p < s->n_points; p++) {
        KIN_AUTO(kin_text_release) struct kin_text note = {0};
        if (p > 0 && s->args[p] == s->args[p - 1])
            continue;
        s->kind->note(s->args[p], &note);
        if (note.length > 0 && !strstr(kin_text_string(&notes), note.data))
            kin_text_add(&notes, note.data);
    }
    KIN_TRY(kin_text_check(&notes, err));
    out->notes = notes.data;
    notes = (struct kin_text){0};
    return 0;
}

static int forecast_all(struct kin_session *session, struct forecast *forecast,
                        struct kin_error *err)
{
    for (size_t i = 0; i < session->n; i++)
        if (session->instances[i].state != INSTANCE_UNWANTED)
            KIN_TRY(forecast_instance(session, forecast, &session->instances[i], err));
    for (size_t s = 0; s < session->workflow->n_steps; s++) {
        struct kin_plan_step *step = &forecast->steps[s];
        step->step = session->workflow->steps[s].name;
        step->kind = session->workflow->steps[s].kind->name;
        KIN_TRY(take_notes(session, s, step, err));
        double rate = step->items > 0 ? history_rate(session, &session->workflow->steps[s]) : 0;
        step->seconds = rate < 0 ? -1 : rate * step->items;
    }
    return 0;
}

int plan_forecast(struct kin_session *session, struct kin_plan_step **steps, size_t *n,
                  struct kin_error *err)
{
    struct forecast forecast = {0};
    KIN_AUTO(kin_auto_free) enum kin_plan_state *states = NULL;
    KIN_AUTO(kin_auto_free) double *sizes = NULL;
    *n = session->workflow->n_steps;
    KIN_TRY(kin_alloc_into(&states, session->n, sizeof *states, err));
    KIN_TRY(kin_alloc_into(&sizes, session->n, sizeof *sizes, err));
    KIN_TRY(kin_alloc_into(&forecast.steps, *n, sizeof *forecast.steps, err));
    forecast.states = states;
    forecast.sizes = sizes;
    int status = forecast_all(session, &forecast, err);
    if (status != 0)
        kin_plan_free(forecast.steps, *n);
    else
        *steps = forecast.steps;
    return status;
}

int kin_session_plan(struct kin_session *session, struct kin_plan_step **steps, size_t *n,
                     struct kin_error *err)
{
    KIN_TRY(resolve_all(session, err));
    return plan_forecast(session, steps, n, err);
}

void kin_plan_free(struct kin_plan_step *steps, size_t n)
{
    for (size_t i = 0; steps && i < n; i++) {
        kin_free(steps[i].absent);
        kin_free(steps[i].notes);
    }
    kin_free(steps);
}
