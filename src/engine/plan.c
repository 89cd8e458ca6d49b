/* What a run would do, step by step. */
#include <string.h>

#include "forecast.h"

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

static int add_instance(struct kin_session *session, const struct instance *instance,
                        const struct foreseen *foreseen, struct kin_plan_step *out,
                        struct kin_error *err)
{
    out->instances[foreseen->state]++;
    out->shared += foreseen->shared;
    out->size += foreseen->size;
    out->items += foreseen->todo;
    out->again += foreseen->again;
    if (foreseen->state != KIN_PLAN_ABSENT || out->absent)
        return 0;
    out->absent = kin_strdup(source_listing(session, instance)->absent.text);
    return out->absent ? 0 : kin_fail(err, KIN_ENOMEM, "no memory for a plan");
}

/* Gathered instances: a table has a row for each. */
static uint64_t count_rows(const struct kin_step *step)
{
    size_t ports = kin_kind_inputs(step->kind);
    uint64_t n = 0;
    for (size_t p = 0; p < step->n_points; p++)
        for (size_t i = 0; i < ports; i++)
            if (step->kind->inputs[i].mode == KIN_GATHER)
                n += step->feed_start[p * ports + i + 1] - step->feed_start[p * ports + i];
    return n;
}

/* Prices a step by what was recorded of it, or of its kind. */
static void price(struct kin_session *session, const struct kin_step *step, double units,
                  struct kin_plan_step *out)
{
    struct pace pace;
    bool known = history_pace(session, step, &pace);
    double work = units + out->again * (out->items > 0 ? units / out->items : 1);
    out->seconds = work == 0 ? 0 : known && pace.units > 0 ? work * pace.seconds / pace.units : -1;
    bool sized = known && pace.items > 0;
    out->bytes = out->items == 0 ? 0 : sized ? out->items * pace.bytes / pace.items : -1;
    out->bytes_all = sized ? out->size * pace.bytes / pace.items : -1;
}

static int plan_step(const struct forecast *forecast, size_t s, struct kin_plan_step *out,
                     struct kin_error *err)
{
    struct kin_session *session = forecast->session;
    const struct kin_step *step = &session->workflow->steps[s];
    double units = 0;
    *out = (struct kin_plan_step){
        .step = step->name, .kind = step->kind->name, .keep = step->keep, .rows = count_rows(step)};
    for (size_t i = session->first[s]; i < session->first[s + 1]; i++) {
        if (session->instances[i].state == INSTANCE_UNWANTED)
            continue;
        KIN_TRY(add_instance(session, &session->instances[i], &forecast->list[i], out, err));
        units += forecast->list[i].units;
    }
    price(session, step, units, out);
    return take_notes(session, s, out, err);
}

int plan_forecast(struct kin_session *session, struct kin_plan_step **steps, size_t *n,
                  struct kin_error *err)
{
    KIN_AUTO(forecast_release) struct forecast forecast = {0};
    struct kin_plan_step *list;
    *n = session->workflow->n_steps;
    KIN_TRY(forecast_init(&forecast, session, err));
    KIN_TRY(kin_alloc_into(&list, *n, sizeof *list, err));
    int status = 0;
    for (size_t s = 0; s < *n && status == 0; s++)
        status = plan_step(&forecast, s, &list[s], err);
    if (status != 0)
        kin_plan_free(list, *n);
    else
        *steps = list;
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
