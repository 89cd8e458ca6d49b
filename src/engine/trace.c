/* The chain behind a row of a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explain.h"
#include "kindred/provenance.h"

#define MOST_ITEMS 6
#define MOST_GATHERED 8

struct tracing {
    struct kin_session *session;
    struct kin_text *out;
    bool *told; /* per instance */
};

static void add_indent(struct tracing *tracing, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        kin_text_add(tracing->out, "  ");
}

/* ---- one instance ---- */

/* The lines of a record that say how: kind and parameters. */
static void add_record(struct tracing *tracing, const char *record, size_t depth)
{
    for (const char *line = record; *line;) {
        size_t length = strcspn(line, "\n");
        if (strncmp(line, "param ", 6) == 0 || strncmp(line, "on_error ", 9) == 0) {
            add_indent(tracing, depth);
            kin_text_add_bytes(tracing->out, line, length);
            kin_text_add(tracing->out, "\n");
        }
        line += length + (line[length] == '\n');
    }
}

static int add_action(struct tracing *tracing, const struct instance *instance, size_t depth,
                      struct kin_error *err)
{
    struct kin_session *session = tracing->session;
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    char when[64], key[KIN_DIGEST_TEXT];
    struct tm utc;
    KIN_TRY(kin_cache_action(session->cache, &instance->key, &action, &backing, err));
    time_t at = (time_t)action.made_at;
    strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", gmtime_r(&at, &utc));
    kin_digest_text(&action.key, key);
    const struct kin_kind *kind = step_of(session, instance)->kind;
    kin_text_addf(tracing->out, "  [%s, version %u]\n", kind->name, kind->version);
    add_indent(tracing, depth);
    kin_text_addf(tracing->out, "action %s, made %s in %.2f s by %.*s\n", key, when, action.seconds,
                  (int)strcspn(action.made_by, ";"), action.made_by);
    add_record(tracing, action.record, depth);
    return 0;
}

static int add_outputs(struct tracing *tracing, const struct instance *instance, size_t depth)
{
    const struct kin_kind *kind = step_of(tracing->session, instance)->kind;
    for (size_t o = 0; o < kin_kind_outputs(kind); o++) {
        char hex[KIN_DIGEST_TEXT];
        kin_digest_text(&instance->outputs[o], hex);
        add_indent(tracing, depth);
        kin_text_addf(tracing->out, "output %s %s", kind->outputs[o].name, hex);
        if (o == 0 && (instance->items > 1 || instance->failed > 0))
            kin_text_addf(tracing->out, " (%llu items, %llu failed)",
                          (unsigned long long)instance->items,
                          (unsigned long long)instance->failed);
        kin_text_add(tracing->out, "\n");
    }
    return 0;
}

/* The items of a source, where the chain ends. */
static int add_items(struct tracing *tracing, const struct instance *instance, size_t depth,
                     struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *manifest = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n = 0;
    if (!source_listing(tracing->session, instance) ||
        load_value(tracing->session, &instance->outputs[0], &manifest, NULL) != 0)
        return 0;
    KIN_TRY(kin_collection_open(manifest, &entries, &n, err));
    for (size_t i = 0; i < n && i < MOST_ITEMS; i++) {
        char hex[KIN_DIGEST_TEXT];
        kin_digest_text(&entries[i].digest, hex);
        add_indent(tracing, depth);
        kin_text_addf(tracing->out, "item '%s' %s%s\n", entries[i].id, hex,
                      entries[i].failed ? " (failed)" : "");
    }
    if (n > MOST_ITEMS) {
        add_indent(tracing, depth);
        kin_text_addf(tracing->out, "… %zu items more\n", n - MOST_ITEMS);
    }
    return 0;
}

/* ---- the chain ---- */

static int add_instance(struct tracing *tracing, struct instance *instance, const char *port,
                        size_t depth, struct kin_error *err);

/* What feeds an instance; of gathered ones those that `from` flags (NULL: all). */
static int add_inputs(struct tracing *tracing, const struct instance *instance, const bool *from,
                      size_t depth, struct kin_error *err)
{
    struct kin_session *session = tracing->session;
    const struct kin_kind *kind = step_of(session, instance)->kind;
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        size_t n, told = 0, all = 0;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        bool gathers = kind->inputs[p].mode == KIN_GATHER;
        for (size_t f = 0; f < n; f++) {
            if (gathers && from && !from[f])
                continue;
            if (all++ >= MOST_GATHERED)
                continue;
            told++;
            KIN_TRY(add_instance(tracing, fed_by(session, &feeds[f]), kind->inputs[p].name, depth,
                                 err));
        }
        if (all > told) {
            add_indent(tracing, depth);
            kin_text_addf(tracing->out, "… %zu more behind '%s'\n", all - told,
                          kind->inputs[p].name);
        }
    }
    return 0;
}

static int add_instance(struct tracing *tracing, struct instance *instance, const char *port,
                        size_t depth, struct kin_error *err)
{
    add_indent(tracing, depth);
    kin_text_addf(tracing->out, "%s: ", port);
    kin_instance_name(step_of(tracing->session, instance), instance->point, tracing->out);
    if (tracing->told[instance->number]) {
        kin_text_add(tracing->out, " (see above)\n");
        return 0;
    }
    tracing->told[instance->number] = true;
    KIN_TRY(add_action(tracing, instance, depth + 1, err));
    KIN_TRY(add_outputs(tracing, instance, depth + 1));
    KIN_TRY(add_items(tracing, instance, depth + 1, err));
    return add_inputs(tracing, instance, NULL, depth + 1, err);
}

/* ---- the row ---- */

/* Labels of what a step gathers, for the kind to compare with the row; kin_free both. */
static int list_sets(struct kin_session *session, const struct instance *instance, size_t port,
                     struct kin_set **sets, struct kin_label **labels, size_t *n,
                     struct kin_error *err)
{
    const struct kin_feed *feeds = feeds_of(session, instance, port, n);
    size_t total = 0;
    for (size_t f = 0; f < *n; f++)
        total += step_of(session, fed_by(session, &feeds[f]))->n_axes;
    KIN_TRY(kin_alloc_into(sets, *n, sizeof **sets, err));
    KIN_TRY(kin_alloc_into(labels, total, sizeof **labels, err));
    struct kin_label *next = *labels;
    for (size_t f = 0; f < *n; f++) {
        const struct kin_step *step = step_of(session, fed_by(session, &feeds[f]));
        (*sets)[f].labels = next;
        for (size_t a = 0; a < step->n_axes; a++) {
            const struct kin_label *label = &step->points[feeds[f].point * step->n_axes + a];
            if (!label->text)
                continue;
            *next = *label;
            next->axis = step->axes[a];
            next++;
            (*sets)[f].n_labels++;
        }
    }
    return 0;
}

static size_t gathering_port(const struct kin_kind *kind)
{
    size_t p = 0;
    while (p < kin_kind_inputs(kind) && kind->inputs[p].mode != KIN_GATHER)
        p++;
    return p;
}

static int trace_inputs(struct tracing *tracing, const struct instance *instance,
                        const struct kin_value *table, size_t row, struct kin_error *err)
{
    struct kin_session *session = tracing->session;
    const struct kin_kind *kind = step_of(session, instance)->kind;
    KIN_AUTO(kin_auto_free) struct kin_set *sets = NULL;
    KIN_AUTO(kin_auto_free) struct kin_label *labels = NULL;
    KIN_AUTO(kin_auto_free) bool *from = NULL;
    size_t n, port = gathering_port(kind);
    if (!kind->trace || port == kin_kind_inputs(kind))
        return add_inputs(tracing, instance, NULL, 1, err);
    KIN_TRY(list_sets(session, instance, port, &sets, &labels, &n, err));
    KIN_TRY(kin_alloc_into(&from, n, sizeof *from, err));
    KIN_TRY(kind->trace(args_of(session, instance), table, row, sets, n, from, err));
    return add_inputs(tracing, instance, from, 1, err);
}

static int add_cells(struct tracing *tracing, const struct kin_value *table, const char *file,
                     size_t row, struct kin_error *err)
{
    const struct kin_tensor *columns, *cells;
    KIN_TRY(kin_value_want(table, "columns", KIN_TEXT, 1, &columns, err));
    KIN_TRY(kin_value_want(table, "cells", KIN_TEXT, 1, &cells, err));
    size_t width = columns->shape[0], rows = width ? cells->shape[0] / width : 0;
    if (row >= rows)
        return kin_fail(err, KIN_EINVAL, "%s has lines 2 to %zu below the names of the columns",
                        file, rows + 1);
    kin_text_addf(tracing->out, "%s:%zu", file, row + 2);
    for (size_t c = 0; c < width; c++)
        kin_text_addf(tracing->out, "%s%s=%s", c ? ", " : "  ", kin_tensor_text(columns, c),
                      kin_tensor_text(cells, row * width + c));
    kin_text_add(tracing->out, "\n");
    return 0;
}

/* ---- finding it ---- */

static bool is_file(const struct kin_step *step, const char *name, size_t length)
{
    const char *slash = step->file ? strrchr(step->file, '/') : NULL;
    const char *const names[] = {step->name, step->file, slash ? slash + 1 : NULL};
    for (size_t i = 0; i < KIN_COUNT(names); i++)
        if (names[i] && strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
            return true;
    return false;
}

/* The last part of a path, as people copy them from a terminal. */
static const char *last_part(const char *row)
{
    const char *slash = strrchr(row, '/');
    return slash ? slash + 1 : row;
}

static int find_step(struct kin_session *session, const char *row, size_t length, size_t *out,
                     struct kin_error *err)
{
    const struct kin_workflow *workflow = session->workflow;
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    size_t n = 0;
    for (size_t s = 0; s < workflow->n_steps; s++)
        if (is_file(&workflow->steps[s], row, length)) {
            *out = s;
            return 0;
        }
    if (last_part(row) != row && last_part(row) < row + length)
        return find_step(session, last_part(row), length - (size_t)(last_part(row) - row), out,
                         err);
    KIN_TRY(kin_alloc_into(&names, workflow->n_steps, sizeof *names, err));
    for (size_t s = 0; s < workflow->n_steps; s++)
        if (workflow->steps[s].file)
            names[n++] = workflow->steps[s].file;
    char name[256];
    snprintf(name, sizeof name, "%.*s", (int)length, row);
    const char *near = kin_nearest_name(name, names, n);
    return kin_fail(err, KIN_EINVAL, "no step writes '%s'%s%s%s", name,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* «within.csv:118»: the step, and the row from 0. */
static int read_row(struct kin_session *session, const char *row, size_t *step, size_t *out,
                    struct kin_error *err)
{
    const char *colon = strrchr(row, ':');
    double line;
    if (!colon || !kin_number_parse(colon + 1, false, &line) || line < 2 || line > 1e9 ||
        line != (double)(size_t)line)
        return kin_fail(err, KIN_EINVAL,
                        "--row wants FILE:LINE, not '%s'; line 1 are the names of the columns",
                        row);
    *out = (size_t)line - 2;
    KIN_TRY(find_step(session, row, (size_t)(colon - row), step, err));
    if (session->workflow->steps[*step].n_points != 1)
        return kin_fail(err, KIN_EINVAL, "step '%s' has several tables, wanted one",
                        session->workflow->steps[*step].name);
    return 0;
}

static int trace(struct tracing *tracing, struct instance *instance, size_t row,
                 struct kin_error *err)
{
    struct kin_session *session = tracing->session;
    const struct kin_step *step = step_of(session, instance);
    KIN_AUTO(kin_value_auto) struct kin_value *table = NULL;
    if (!instance->hit)
        return kin_fail(err, KIN_ENOTFOUND, "not computed yet; run it first");
    KIN_TRY(load_output(session, instance, 0, &table, err));
    if (strcmp(kin_value_type(table), "table") != 0)
        return kin_fail(err, KIN_EINVAL, "a %s has no rows", kin_value_type(table));
    KIN_TRY(add_cells(tracing, table, step->file ? step->file : step->name, row, err));
    kin_instance_name(step, instance->point, tracing->out);
    KIN_TRY(add_action(tracing, instance, 1, err));
    KIN_TRY(add_outputs(tracing, instance, 1));
    return trace_inputs(tracing, instance, table, row, err);
}

int kin_session_trace(struct kin_session *session, const char *row, struct kin_text *out,
                      struct kin_error *err)
{
    struct tracing tracing = {.session = session, .out = out};
    KIN_AUTO(kin_auto_free) bool *told = NULL;
    size_t step = 0, at = 0;
    KIN_TRY(read_row(session, row, &step, &at, err));
    KIN_TRY(resolve_all(session, err));
    KIN_TRY(kin_alloc_into(&told, session->n, sizeof *told, err));
    tracing.told = told;
    struct instance *instance = &session->instances[session->first[step]];
    if (trace(&tracing, instance, at, err) != 0)
        return session_blame(session, instance, err);
    return kin_text_check(out, err);
}
