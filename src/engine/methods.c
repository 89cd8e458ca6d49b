/*
 * Methods: how everything upstream of an instance was made, as a table for reports. It says what
 * the workflow says and what was found (items, failures), and nothing that differs between two
 * people who computed the same: no path, host, time or cache state. Its digest is part of the key
 * of whoever asks for it (KIN_PORT_METHODS).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

static const char *const columns[] = {"step", "kind", "what", "name", "value", "unit", "doc"};
#define WIDTH KIN_COUNT(columns)

/* ---- rows under construction ---- */

struct rows {
    char **cells;
    size_t n, capacity;
};

static void rows_release(struct rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        kin_free(rows->cells[i]);
    kin_free(rows->cells);
}

static int add_row(struct rows *rows, const struct kin_step *step, const char *const cells[5],
                   struct kin_error *err)
{
    const char *const all[] = {step ? step->name : "",
                               step ? step->kind->name : "",
                               cells[0],
                               cells[1],
                               cells[2],
                               cells[3],
                               cells[4]};
    KIN_TRY(kin_grow(&rows->cells, &rows->capacity, rows->n + WIDTH, sizeof *rows->cells, err));
    for (size_t c = 0; c < WIDTH; c++) {
        rows->cells[rows->n] = kin_strdup(all[c] ? all[c] : "");
        if (!rows->cells[rows->n++])
            return kin_fail(err, KIN_ENOMEM, "no memory for methods");
    }
    return 0;
}

#define ADD_ROW(rows, step, ...) \
    KIN_TRY(add_row(rows, step, (const char *const[5]){__VA_ARGS__}, err))

/* ---- different texts, in the order in which they come ---- */

struct texts {
    char **list;
    size_t n, capacity;
};

static void texts_release(struct texts *texts)
{
    for (size_t i = 0; i < texts->n; i++)
        kin_free(texts->list[i]);
    kin_free(texts->list);
}

static int add_text(struct texts *texts, const char *text, size_t length, struct kin_error *err)
{
    for (size_t i = 0; i < texts->n; i++)
        if (strlen(texts->list[i]) == length && memcmp(texts->list[i], text, length) == 0)
            return 0;
    KIN_AUTO(kin_text_release) struct kin_text copy = {0};
    kin_text_add_bytes(&copy, text, length);
    KIN_TRY(kin_text_check(&copy, err));
    KIN_TRY(kin_grow(&texts->list, &texts->capacity, texts->n + 1, sizeof *texts->list, err));
    texts->list[texts->n] = kin_strdup(kin_text_string(&copy));
    return texts->list[texts->n++] ? 0 : kin_fail(err, KIN_ENOMEM, "no memory for methods");
}

static int join(const struct texts *texts, struct kin_text *out, struct kin_error *err)
{
    for (size_t i = 0; i < texts->n; i++)
        kin_text_addf(out, "%s%s", i ? ", " : "", texts->list[i]);
    return kin_text_check(out, err);
}

/* ---- one step ---- */

static int add_axes(struct rows *rows, const struct kin_step *step, struct kin_error *err)
{
    for (size_t a = 0; a < step->n_axes; a++) {
        KIN_AUTO(texts_release) struct texts labels = {0};
        KIN_AUTO(kin_text_release) struct kin_text all = {0};
        for (size_t p = 0; p < step->n_points; p++) {
            const char *label = step->points[p * step->n_axes + a].text;
            if (label)
                KIN_TRY(add_text(&labels, label, strlen(label), err));
        }
        KIN_TRY(join(&labels, &all, err));
        ADD_ROW(rows, step, "axis", step->axes[a], kin_text_string(&all), "", "");
    }
    return 0;
}

static int add_inputs(struct rows *rows, const struct kin_workflow *workflow,
                      const struct kin_step *step, struct kin_error *err)
{
    size_t ports = kin_kind_inputs(step->kind);
    for (size_t i = 0; i < ports; i++) {
        KIN_AUTO(texts_release) struct texts names = {0};
        KIN_AUTO(kin_text_release) struct kin_text all = {0};
        for (size_t p = 0; p < step->n_points; p++)
            for (size_t f = step->feed_start[p * ports + i];
                 f < step->feed_start[p * ports + i + 1]; f++) {
                const struct kin_step *from = &workflow->steps[step->feeds[f].step];
                size_t output = step->feeds[f].output;
                KIN_AUTO(kin_text_release) struct kin_text name = {0};
                kin_text_addf(&name, "%s%s%s", from->name, output ? "." : "",
                              output ? from->kind->outputs[output].name : "");
                KIN_TRY(kin_text_check(&name, err));
                KIN_TRY(add_text(&names, name.data, name.length, err));
            }
        KIN_TRY(join(&names, &all, err));
        if (names.n > 0)
            ADD_ROW(rows, step, "input", step->kind->inputs[i].name, kin_text_string(&all), "",
                    step->kind->inputs[i].doc);
    }
    return 0;
}

/* The value of a parameter in a canonical text: after «param NAME », without quotes. */
static const char *value_of(const char *canonical, const char *name, size_t *length)
{
    size_t n = strlen(name);
    for (const char *line = canonical; *line; line += strcspn(line, "\n") + 1) {
        if (strncmp(line, "param ", 6) != 0 || strncmp(line + 6, name, n) != 0 ||
            line[6 + n] != ' ')
            continue;
        const char *value = line + 7 + n;
        *length = strcspn(value, "\n");
        bool quoted = *length >= 2 && value[0] == '"' && value[*length - 1] == '"';
        *length -= quoted ? 2 : 0;
        return value + quoted;
    }
    return NULL;
}

/* The arguments of a step, each object once as text. */
static int canonical_texts(const struct kin_step *step, struct texts *out, struct kin_error *err)
{
    const struct kin_args *last = NULL;
    for (size_t p = 0; p < step->n_points; p++) {
        KIN_AUTO(kin_text_release) struct kin_text text = {0};
        if (step->args[p] == last)
            continue;
        last = step->args[p];
        kin_args_canonical(last, &text);
        KIN_TRY(kin_text_check(&text, err));
        KIN_TRY(add_text(out, kin_text_string(&text), text.length, err));
    }
    return 0;
}

static int add_params(struct rows *rows, const struct kin_step *step, struct kin_error *err)
{
    KIN_AUTO(texts_release) struct texts canonical = {0};
    KIN_TRY(canonical_texts(step, &canonical, err));
    for (size_t i = 0; i < kin_kind_params(step->kind); i++) {
        const struct kin_param *param = &step->kind->params[i];
        KIN_AUTO(texts_release) struct texts values = {0};
        KIN_AUTO(kin_text_release) struct kin_text all = {0};
        for (size_t c = 0; c < canonical.n; c++) {
            size_t length;
            const char *value = value_of(canonical.list[c], param->name, &length);
            if (value)
                KIN_TRY(add_text(&values, value, length, err));
        }
        KIN_TRY(join(&values, &all, err));
        if (values.n > 0)
            ADD_ROW(rows, step, "parameter", param->name, kin_text_string(&all), param->unit,
                    param->doc);
    }
    return 0;
}

/* Everything that an instance comes from. All of it is computed before the instance, so that what
 * is said of it does not depend on when it is said; other points of its steps may still run. */
struct upstream {
    bool *instances, *steps; /* by number */
};

static void upstream_release(struct upstream *up)
{
    kin_free(up->instances);
    kin_free(up->steps);
}

/* How many items its collections have: «24», «20 to 24»; and how many failed. */
static int add_items(struct rows *rows, struct kin_session *session, const struct upstream *up,
                     size_t s, struct kin_error *err)
{
    const struct kin_step *step = &session->workflow->steps[s];
    const char *type_name = step->kind->outputs[0].type;
    const struct kin_type *type = kin_type_find(type_name, strlen(type_name));
    uint64_t least = UINT64_MAX, most = 0, failed = 0;
    char text[64];
    for (size_t i = session->first[s]; i < session->first[s + 1]; i++) {
        const struct instance *instance = &session->instances[i];
        if (!up->instances[i])
            continue;
        least = instance->items < least ? instance->items : least;
        most = instance->items > most ? instance->items : most;
        failed += instance->failed;
    }
    snprintf(text, sizeof text, "%zu", step->n_points);
    ADD_ROW(rows, step, "points", "", text, "", "");
    if (!type || !type->element || least > most)
        return 0;
    snprintf(text, sizeof text, least == most ? "%llu" : "%llu to %llu", (unsigned long long)least,
             (unsigned long long)most);
    ADD_ROW(rows, step, "items", type->element, text, "", "");
    snprintf(text, sizeof text, "%llu", (unsigned long long)failed);
    if (failed > 0)
        ADD_ROW(rows, step, "failed", type->element, text, "", "");
    return 0;
}

static int add_step(struct rows *rows, struct kin_session *session, const struct upstream *up,
                    size_t s, struct kin_error *err)
{
    const struct kin_step *step = &session->workflow->steps[s];
    char version[24];
    snprintf(version, sizeof version, "%u", step->kind->version);
    ADD_ROW(rows, step, "kind", step->kind->name, version, "", step->kind->doc);
    if (step->kind->source)
        ADD_ROW(rows, step, "source", "", step->kind->source, "", "");
    KIN_TRY(add_inputs(rows, session->workflow, step, err));
    KIN_TRY(add_axes(rows, step, err));
    KIN_TRY(add_params(rows, step, err));
    return add_items(rows, session, up, s, err);
}

/* ---- all ---- */

/* Marks what feeds an instance. */
static void mark_feeders(struct kin_session *session, const struct instance *instance,
                         const struct upstream *up)
{
    for (size_t p = 0; p < kin_kind_inputs(step_of(session, instance)->kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        for (size_t f = 0; f < n; f++) {
            up->instances[fed_by(session, &feeds[f])->number] = true;
            up->steps[feeds[f].step] = true;
        }
    }
}

/* Inputs come before those they feed. */
static int find_upstream(struct kin_session *session, const struct instance *instance,
                         struct upstream *up, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&up->instances, session->n, sizeof *up->instances, err));
    KIN_TRY(kin_alloc_into(&up->steps, session->workflow->n_steps, sizeof *up->steps, err));
    mark_feeders(session, instance, up);
    for (size_t i = instance->number; i-- > 0;)
        if (up->instances[i])
            mark_feeders(session, &session->instances[i], up);
    return 0;
}

/* How many steps lie one behind the other up to each: an order that no rearranged file changes. */
static int find_depths(const struct kin_workflow *workflow, size_t **out, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(out, workflow->n_steps, sizeof **out, err));
    for (size_t s = 0; s < workflow->n_steps; s++) {
        const struct kin_step *step = &workflow->steps[s];
        size_t n = step->feed_start[step->n_points * kin_kind_inputs(step->kind)];
        for (size_t f = 0; f < n; f++)
            if ((*out)[step->feeds[f].step] >= (*out)[s])
                (*out)[s] = (*out)[step->feeds[f].step] + 1;
    }
    return 0;
}

struct reading {
    const struct kin_workflow *workflow;
    const size_t *depths;
};

static int by_depth(const void *a, const void *b, void *context)
{
    const struct reading *reading = context;
    size_t p = *(const size_t *)a, q = *(const size_t *)b;
    if (reading->depths[p] != reading->depths[q])
        return reading->depths[p] < reading->depths[q] ? -1 : 1;
    return strcmp(reading->workflow->steps[p].name, reading->workflow->steps[q].name);
}

static int add_steps(struct rows *rows, struct kin_session *session, const struct upstream *up,
                     struct kin_error *err)
{
    const struct kin_workflow *workflow = session->workflow;
    KIN_AUTO(kin_auto_free) size_t *depths = NULL;
    KIN_AUTO(kin_auto_free) size_t *order = NULL;
    KIN_TRY(find_depths(workflow, &depths, err));
    KIN_TRY(kin_alloc_into(&order, workflow->n_steps, sizeof *order, err));
    for (size_t s = 0; s < workflow->n_steps; s++)
        order[s] = s;
    struct reading reading = {workflow, depths};
    qsort_r(order, workflow->n_steps, sizeof *order, by_depth, &reading);
    for (size_t i = 0; i < workflow->n_steps; i++)
        if (up->steps[order[i]])
            KIN_TRY(add_step(rows, session, up, order[i], err));
    return 0;
}

int methods_new(struct kin_session *session, const struct instance *instance,
                struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(rows_release) struct rows rows = {0};
    KIN_AUTO(upstream_release) struct upstream up = {0};
    KIN_TRY(find_upstream(session, instance, &up, err));
    ADD_ROW(&rows, NULL, "title", "", session->workflow->title, "", "");
    ADD_ROW(&rows, NULL, "program", "kindred", KIN_VERSION, "", "");
    KIN_TRY(add_steps(&rows, session, &up, err));
    KIN_AUTO(kin_value_auto) struct kin_value *table = kin_value_new("table");
    if (!table)
        return kin_fail(err, KIN_ENOMEM, "no memory for methods");
    KIN_TRY(kin_value_set_texts(table, "columns", columns, WIDTH, err));
    KIN_TRY(kin_value_set_texts(table, "cells", (const char *const *)rows.cells, rows.n, err));
    *out = table;
    table = NULL;
    return 0;
}

int methods_digest(struct kin_session *session, const struct instance *instance,
                   struct kin_digest *out, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *table = NULL;
    KIN_TRY(methods_new(session, instance, &table, err));
    return kin_value_digest(table, out, err);
}
