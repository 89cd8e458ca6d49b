/*
 * Why instances run: those asked about, and upstream of them everything that runs first, back to
 * differences that are no consequence of another.
 */
#include <string.h>

#include "explain.h"

#define MOST_ENTRIES 3000
#define MOST_SELECTED (MOST_ENTRIES / 2)
#define MOST_WAITING (MOST_ENTRIES - 500) /* leaves room for what comes up while looking */
#define MOST_THOROUGH 12

const char *kin_reason_name(enum kin_reason reason)
{
    static const char *const names[KIN_REASONS] = {
        [KIN_REASON_PARAM] = "param",       [KIN_REASON_CONTENT] = "input-content",
        [KIN_REASON_ITEMS] = "input-set",   [KIN_REASON_VERSION] = "kind-version",
        [KIN_REASON_FORMAT] = "format",     [KIN_REASON_MISSING] = "output-missing",
        [KIN_REASON_FORCED] = "forced",     [KIN_REASON_NEVER] = "never-run",
        [KIN_REASON_UPSTREAM] = "upstream",
    };
    return names[reason];
}

/* ---- which instances ---- */

/* All that runs before what is wanted; producers have smaller numbers. */
static void want_upstream(struct explaining *explaining)
{
    struct kin_session *session = explaining->session;
    for (size_t i = session->n; i-- > 0;) {
        const struct instance *instance = &session->instances[i];
        if (!explaining->wanted[i] || instance->hit)
            continue;
        for (size_t p = 0; p < kin_kind_inputs(step_of(session, instance)->kind); p++) {
            size_t n;
            const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
            for (size_t f = 0; f < n; f++) {
                const struct instance *producer = fed_by(session, &feeds[f]);
                explaining->wanted[producer->number] |= !producer->hit;
            }
        }
    }
}

static int examine(struct explaining *explaining, struct instance *instance, bool selected,
                   struct kin_error *err)
{
    struct kin_why *why = explaining->why;
    if (explaining->entry_of[instance->number] > 0 || why->n == MOST_ENTRIES)
        return 0;
    KIN_TRY(kin_grow(&why->entries, &why->capacity, why->n + 1, sizeof *why->entries, err));
    struct kin_why_entry *entry = &why->entries[why->n++];
    *entry = (struct kin_why_entry){.selected = selected};
    explaining->entry_of[instance->number] = why->n;
    return reason_examine(explaining, instance, selected && why->n <= MOST_THOROUGH, entry, err);
}

/* Hits are explained when nothing that was asked about runs. */
static int examine_selected(struct explaining *explaining, const char *selector,
                            struct kin_error *err)
{
    struct kin_session *session = explaining->session;
    struct kin_why *why = explaining->why;
    KIN_AUTO(kin_auto_free) bool *points = NULL;
    size_t step;
    KIN_TRY(kin_workflow_select(session->workflow, selector, &step, &points, err));
    struct instance *first = &session->instances[session->first[step]];
    for (size_t p = 0; p < session->workflow->steps[step].n_points; p++) {
        why->selected += points[p];
        why->selected_hits += points[p] && first[p].hit;
        explaining->wanted[first[p].number] = points[p] && !first[p].hit;
    }
    want_upstream(explaining);
    for (size_t p = 0; p < session->workflow->steps[step].n_points; p++) {
        bool asked = points[p] && (!first[p].hit || why->selected_hits == why->selected);
        if (asked && why->n < MOST_SELECTED)
            KIN_TRY(examine(explaining, &first[p], true, err));
        else
            explaining->wanted[first[p].number] = false;
        why->unexamined += asked && explaining->entry_of[first[p].number] == 0;
    }
    return 0;
}

/* Sources first, so that the causes are looked at when there is too much; then what came up while
 * looking: hits that gave other bytes than in the last run. */
static int examine_upstream(struct explaining *explaining, struct kin_error *err)
{
    struct kin_session *session = explaining->session;
    for (size_t i = 0; i < session->n; i++)
        if (explaining->wanted[i] && explaining->why->n < MOST_WAITING)
            KIN_TRY(examine(explaining, &session->instances[i], false, err));
    for (size_t i = session->n; i-- > 0;)
        if (explaining->wanted[i] && session->instances[i].hit)
            KIN_TRY(examine(explaining, &session->instances[i], false, err));
    for (size_t i = 0; i < session->n; i++)
        explaining->why->unexamined += explaining->wanted[i] && explaining->entry_of[i] == 0;
    return 0;
}

/* Numbers of instances become places of entries. */
static void settle_causes(struct explaining *explaining)
{
    struct kin_why *why = explaining->why;
    for (size_t e = 0; e < why->n; e++)
        for (size_t c = 0; c < why->entries[e].n_changes; c++) {
            size_t *cause = &why->entries[e].changes[c].cause;
            if (*cause != SIZE_MAX)
                *cause = explaining->entry_of[*cause] - 1; /* 0 - 1: not looked at */
        }
}

/* ---- first causes ---- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_cause(const struct kin_why *why, const struct kin_cause *cause, size_t e, size_t c)
{
    const struct kin_why_entry *entry = &why->entries[cause->entry];
    const struct kin_change *a = &entry->changes[cause->change];
    const struct kin_change *b = &why->entries[e].changes[c];
    return entry->step == why->entries[e].step && a->reason == b->reason &&
           same_text(a->what, b->what) && same_text(a->was, b->was) && same_text(a->is, b->is);
}

static int add_cause(struct kin_why *why, size_t e, size_t c, struct kin_error *err)
{
    for (size_t i = 0; i < why->n_causes; i++)
        if (same_cause(why, &why->causes[i], e, c)) {
            why->causes[i].instances++;
            return 0;
        }
    KIN_TRY(
        kin_grow(&why->causes, &why->causes_capacity, why->n_causes + 1, sizeof *why->causes, err));
    why->causes[why->n_causes++] = (struct kin_cause){.entry = e, .change = c, .instances = 1};
    return 0;
}

/* A difference that nothing before it explains. That something never ran is a cause only when
 * nothing before it runs. */
static bool is_first(const struct kin_why_entry *entry, const struct kin_change *change)
{
    bool later = change->reason == KIN_REASON_NEVER && entry->state == KIN_WHY_WAITS;
    return change->cause == SIZE_MAX && change->reason != KIN_REASON_UPSTREAM && !later;
}

static int find_causes(struct kin_why *why, struct kin_error *err)
{
    for (size_t e = 0; e < why->n; e++)
        for (size_t c = 0; c < why->entries[e].n_changes; c++)
            if (is_first(&why->entries[e], &why->entries[e].changes[c]))
                KIN_TRY(add_cause(why, e, c, err));
    return 0;
}

static bool has_cause(const struct kin_why_entry *entry)
{
    for (size_t c = 0; c < entry->n_changes; c++)
        if (is_first(entry, &entry->changes[c]))
            return true;
    return false;
}

/* ---- what it costs ---- */

static int add_up_cost(struct explaining *explaining, struct kin_error *err)
{
    struct kin_why *why = explaining->why;
    struct kin_plan_step *steps;
    size_t n;
    KIN_TRY(plan_forecast(explaining->session, &steps, &n, err));
    for (size_t s = 0; s < n; s++) {
        for (size_t state = KIN_PLAN_RUN; state <= KIN_PLAN_BLOCKED; state++)
            why->instances += steps[s].instances[state];
        why->items += steps[s].items;
        if (steps[s].seconds < 0 || why->seconds < 0)
            why->seconds = -1;
        else
            why->seconds += steps[s].seconds;
    }
    kin_plan_free(steps, n);
    return 0;
}

/* All instances, wanted or not, that a first cause reaches. */
static int count_downstream(struct explaining *explaining, struct kin_error *err)
{
    struct kin_session *session = explaining->session;
    struct kin_why *why = explaining->why;
    KIN_AUTO(kin_auto_free) bool *reached = NULL;
    KIN_TRY(kin_alloc_into(&reached, session->n, sizeof *reached, err));
    for (size_t i = 0; i < session->n; i++) {
        size_t entry = explaining->entry_of[i];
        reached[i] |= entry > 0 && has_cause(&why->entries[entry - 1]);
        why->downstream += reached[i];
        for (size_t k = session->consumer_start[i];
             reached[i] && k < session->consumer_start[i + 1]; k++)
            reached[session->consumers[k]] = true;
    }
    return 0;
}

/* ---- all ---- */

static int prepare(struct explaining *explaining, struct kin_error *err)
{
    struct kin_session *session = explaining->session;
    size_t n_steps = session->workflow->n_steps;
    KIN_TRY(resolve_all(session, err));
    KIN_TRY(kin_alloc_into(&explaining->wanted, session->n, sizeof *explaining->wanted, err));
    KIN_TRY(kin_alloc_into(&explaining->entry_of, session->n, sizeof *explaining->entry_of, err));
    KIN_TRY(kin_alloc_into(&explaining->then, session->n, sizeof *explaining->then, err));
    KIN_TRY(kin_alloc_into(&explaining->gone, n_steps, sizeof *explaining->gone, err));
    return history_load(session, &explaining->last, err);
}

static int find_reasons(struct explaining *explaining, struct kin_error *err)
{
    KIN_TRY(examine_upstream(explaining, err));
    settle_causes(explaining);
    KIN_TRY(find_causes(explaining->why, err));
    return count_downstream(explaining, err);
}

static int explain_step(struct explaining *explaining, const char *selector, struct kin_error *err)
{
    KIN_TRY(prepare(explaining, err));
    KIN_TRY(examine_selected(explaining, selector, err));
    KIN_TRY(find_reasons(explaining, err));
    return add_up_cost(explaining, err);
}

static int explain_all(struct explaining *explaining, struct kin_error *err)
{
    struct kin_session *session = explaining->session;
    KIN_TRY(prepare(explaining, err));
    for (size_t i = 0; i < session->n; i++)
        explaining->wanted[i] =
            session->instances[i].state != INSTANCE_UNWANTED && !session->instances[i].hit;
    return find_reasons(explaining, err);
}

static int finish(struct explaining *explaining, int status)
{
    reason_release(explaining);
    history_release(&explaining->last);
    kin_free(explaining->wanted);
    kin_free(explaining->entry_of);
    kin_free(explaining->then);
    kin_free(explaining->makers.list);
    if (status != 0)
        kin_why_free(explaining->why);
    return status;
}

int kin_session_why(struct kin_session *session, const char *selector, struct kin_why *out,
                    struct kin_error *err)
{
    *out = (struct kin_why){.file = session->workflow->path};
    struct explaining explaining = {.session = session, .why = out};
    return finish(&explaining, explain_step(&explaining, selector, err));
}

int kin_session_causes(struct kin_session *session, struct kin_why *out, struct kin_error *err)
{
    *out = (struct kin_why){.file = session->workflow->path};
    struct explaining explaining = {.session = session, .why = out};
    return finish(&explaining, explain_all(&explaining, err));
}

static void free_change(struct kin_change *change)
{
    for (size_t i = 0; i < change->n_items; i++)
        kin_free(change->items[i].id);
    kin_free(change->items);
    kin_free(change->what);
    kin_free(change->was);
    kin_free(change->is);
}

void kin_why_free(struct kin_why *why)
{
    for (size_t e = 0; e < why->n; e++) {
        struct kin_why_entry *entry = &why->entries[e];
        for (size_t c = 0; c < entry->n_changes; c++)
            free_change(&entry->changes[c]);
        kin_free(entry->changes);
        kin_free(entry->name);
        kin_free(entry->like);
        kin_free(entry->absent);
        made_release(&entry->made);
    }
    kin_free(why->entries);
    kin_free(why->causes);
    *why = (struct kin_why){0};
}
