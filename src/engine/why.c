/*
 * Why an instance would run: its record against the one it had in the last run, line by line, and
 * upstream until a difference is no consequence of another.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "session.h"

#define MOST_DEPTH 64
#define MOST_INSTANCES 12
#define MOST_ITEMS 8

struct telling {
    struct kin_session *session;
    struct history last;
    struct kin_text *out;
    bool *told; /* per instance */
};

/* ---- records, line by line ---- */

struct line {
    const char *text;
    size_t length, name; /* name: bytes up to the value */
};

struct lines {
    struct line *list;
    size_t n, capacity;
};

static int split(const char *record, struct lines *out, struct kin_error *err)
{
    while (*record) {
        size_t length = strcspn(record, "\n");
        size_t name = strcspn(record, " ");
        if (name < length)
            name += 1 + strcspn(record + name + 1, " ");
        KIN_TRY(kin_grow(&out->list, &out->capacity, out->n + 1, sizeof *out->list, err));
        out->list[out->n++] =
            (struct line){.text = record, .length = length, .name = name < length ? name : length};
        record += length + (record[length] == '\n');
    }
    return 0;
}

static const struct line *find_line(const struct lines *lines, const struct line *like)
{
    for (size_t i = 0; i < lines->n; i++)
        if (lines->list[i].name == like->name &&
            memcmp(lines->list[i].text, like->text, like->name) == 0)
            return &lines->list[i];
    return NULL;
}

static bool same_line(const struct line *a, const struct line *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static size_t common_lines(const struct lines *a, const struct lines *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct line *other = find_line(b, &a->list[i]);
        n += other && same_line(&a->list[i], other);
    }
    return n;
}

static void release_lines(struct lines *lines)
{
    kin_free(lines->list);
}

/* ---- the record of the last run ---- */

static char *old_record(struct telling *telling, const struct kin_digest *key)
{
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    if (kin_cache_action(telling->session->cache, key, &action, &backing, NULL) != 0)
        return NULL;
    return kin_strdup(action.record);
}

/* Whether the workflow still has an instance of that name. */
static bool is_current(struct telling *telling, size_t step, const char *name)
{
    const struct kin_step *s = &telling->session->workflow->steps[step];
    for (size_t p = 0; p < s->n_points; p++) {
        KIN_AUTO(kin_text_release) struct kin_text text = {0};
        kin_instance_name(s, p, &text);
        if (strcmp(kin_text_string(&text), name) == 0)
            return true;
    }
    return false;
}

/* An instance that never ran: the most alike of those that are gone from its step. */
static char *nearest_record(struct telling *telling, const struct instance *instance,
                            const struct lines *now, struct kin_text *name)
{
    const char *step = step_of(telling->session, instance)->name;
    size_t length = strlen(step);
    size_t best = 0;
    char *found = NULL;
    for (size_t i = 0; i < telling->last.n; i++) {
        const char *old = kin_tensor_text(telling->last.names, i);
        if (strncmp(old, step, length) != 0 || (old[length] != '[' && old[length] != '\0') ||
            is_current(telling, instance->step, old))
            continue;
        char *record = old_record(telling, &telling->last.keys[i]);
        struct lines lines = {0};
        size_t alike = record && split(record, &lines, NULL) == 0 ? common_lines(now, &lines) : 0;
        release_lines(&lines);
        if (alike > best) {
            best = alike;
            kin_free(found);
            found = record;
            kin_text_clear(name);
            kin_text_add(name, old);
        } else {
            kin_free(record);
        }
    }
    return found;
}

/* ---- telling ---- */

static void add_indent(struct telling *telling, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        kin_text_add(telling->out, "  ");
}

static void add_value(struct kin_text *out, const struct line *line)
{
    size_t from = line->name < line->length ? line->name + 1 : line->length;
    kin_text_add_bytes(out, line->text + from, line->length - from);
}

/* «paper.yaml:41:18» of the parameter a line is about, if the workflow sets it. */
static void add_mark(struct telling *telling, const struct instance *instance,
                     const struct line *line)
{
    const struct kin_step *step = step_of(telling->session, instance);
    size_t n = kin_kind_params(step->kind);
    for (size_t i = 0; i < n; i++) {
        const struct kin_mark *mark = &step->param_marks[instance->point][i];
        const char *name = step->kind->params[i].name;
        if (strncmp(line->text, "param ", 6) != 0 || line->name != 6 + strlen(name) ||
            memcmp(line->text + 6, name, strlen(name)) != 0)
            continue;
        if (mark->line > 0)
            kin_text_addf(telling->out, "   (%s:%zu:%zu)", telling->session->workflow->path,
                          mark->line, mark->column);
        else
            kin_text_add(telling->out, "   (default)");
    }
}

static void tell_difference(struct telling *telling, const struct instance *instance,
                            const struct line *was, const struct line *is, size_t depth)
{
    const struct line *any = is ? is : was;
    add_indent(telling, depth);
    kin_text_add_bytes(telling->out, any->text, any->name);
    kin_text_add(telling->out, ": ");
    if (was)
        add_value(telling->out, was);
    else
        kin_text_add(telling->out, "(nothing)");
    kin_text_add(telling->out, " → ");
    if (is)
        add_value(telling->out, is);
    else
        kin_text_add(telling->out, "(nothing)");
    if (is)
        add_mark(telling, instance, is);
    kin_text_add(telling->out, "\n");
}

/* Items that came, went or changed between two listings. */
static void tell_items(struct telling *telling, const struct line *was,
                       const struct listing *listing, size_t depth)
{
    char hex[KIN_DIGEST_TEXT] = "";
    struct kin_digest digest;
    KIN_AUTO(kin_value_auto) struct kin_value *manifest = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *old = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *new = NULL;
    size_t n_old = 0, n_new = 0, told = 0;
    if (was->length < KIN_DIGEST_TEXT)
        return;
    memcpy(hex, was->text + was->length - (KIN_DIGEST_TEXT - 1), KIN_DIGEST_TEXT - 1);
    if (!kin_digest_parse(hex, &digest) ||
        load_value(telling->session, &digest, &manifest, NULL) != 0 ||
        kin_collection_open(manifest, &old, &n_old, NULL) != 0 ||
        kin_collection_open(listing->manifest, &new, &n_new, NULL) != 0)
        return;
    for (size_t i = 0; i < n_new; i++) {
        long at = kin_collection_find(old, n_old, new[i].id);
        if (at >= 0 && kin_digest_equal(&old[at].digest, &new[i].digest))
            continue;
        if (told++ < MOST_ITEMS) {
            add_indent(telling, depth);
            kin_text_addf(telling->out, "item '%s' %s\n", new[i].id, at < 0 ? "is new" : "changed");
        }
    }
    for (size_t i = 0; i < n_old; i++)
        if (kin_collection_find(new, n_new, old[i].id) < 0 && told++ < MOST_ITEMS) {
            add_indent(telling, depth);
            kin_text_addf(telling->out, "item '%s' is gone\n", old[i].id);
        }
    if (told > MOST_ITEMS) {
        add_indent(telling, depth);
        kin_text_addf(telling->out, "… %zu items more\n", told - MOST_ITEMS);
    }
}

static void tell_lines(struct telling *telling, const struct instance *instance,
                       const struct lines *was, const struct lines *is, size_t depth)
{
    struct listing *listing = source_listing(telling->session, instance);
    for (size_t i = 0; i < is->n; i++) {
        const struct line *old = find_line(was, &is->list[i]);
        if (old && same_line(old, &is->list[i]))
            continue;
        tell_difference(telling, instance, old, &is->list[i], depth);
        if (old && listing && strncmp(is->list[i].text, "input listing", 13) == 0)
            tell_items(telling, old, listing, depth + 1);
    }
    for (size_t i = 0; i < was->n; i++)
        if (!find_line(is, &was->list[i]))
            tell_difference(telling, instance, &was->list[i], NULL, depth);
}

static int tell_hit(struct telling *telling, const struct instance *instance, struct kin_error *err)
{
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    KIN_TRY(kin_cache_action(telling->session->cache, &instance->key, &action, &backing, err));
    char when[64];
    time_t made = (time_t)action.made_at;
    struct tm utc;
    strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", gmtime_r(&made, &utc));
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(&instance->key, hex);
    kin_text_addf(telling->out, "is up to date: made %s in %.2f s by %s (key %.12s…)", when,
                  action.seconds, action.made_by, hex);
    if (action.failed > 0)
        kin_text_addf(telling->out, "; %llu item%s failed in it or before it",
                      (unsigned long long)action.failed, action.failed == 1 ? "" : "s");
    kin_text_add(telling->out, "\n");
    return 0;
}

static int tell(struct telling *telling, struct instance *instance, size_t depth,
                struct kin_error *err);

/* An instance that waits: the first of its inputs that has to run is the cause. */
static int tell_upstream(struct telling *telling, struct instance *instance, size_t depth,
                         struct kin_error *err)
{
    struct kin_session *session = telling->session;
    bool any = false;
    for (size_t p = 0; p < kin_kind_inputs(step_of(session, instance)->kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        for (size_t f = 0; f < n; f++) {
            struct instance *producer = fed_by(session, &feeds[f]);
            if (producer->hit || (any && telling->told[producer->number]))
                continue;
            if (any) /* one chain is enough to see the cause */
                return 0;
            any = true;
            KIN_TRY(tell(telling, producer, depth + 1, err));
        }
    }
    return 0;
}

static int tell_record(struct telling *telling, struct instance *instance, const char *name,
                       size_t depth, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text now = {0};
    KIN_AUTO(kin_text_release) struct kin_text other = {0};
    KIN_AUTO(release_lines) struct lines is = {0};
    KIN_AUTO(release_lines) struct lines was = {0};
    KIN_AUTO(kin_auto_free) char *record = NULL;
    KIN_TRY(record_text(telling->session, instance, RECORD_ACTION, 0, &now, err));
    KIN_TRY(split(now.data, &is, err));
    const struct kin_digest *key = history_find(&telling->last, name);
    if (key && kin_digest_equal(key, &instance->key)) {
        kin_text_add(telling->out, "runs again: its result is not in the cache any more\n");
        return 0;
    }
    record = key ? old_record(telling, key) : nearest_record(telling, instance, &is, &other);
    if (!record) {
        kin_text_add(telling->out, "never ran in this workflow\n");
        return 0;
    }
    KIN_TRY(split(record, &was, err));
    if (key)
        kin_text_add(telling->out, "would run; against the last run:\n");
    else
        kin_text_addf(telling->out, "would run; it is new, most like '%s' of the last run:\n",
                      kin_text_string(&other));
    tell_lines(telling, instance, &was, &is, depth + 1);
    return 0;
}

static int tell(struct telling *telling, struct instance *instance, size_t depth,
                struct kin_error *err)
{
    struct kin_session *session = telling->session;
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    kin_instance_name(step_of(session, instance), instance->point, &name);
    KIN_TRY(kin_text_check(&name, err));
    telling->told[instance->number] = true;
    add_indent(telling, depth);
    kin_text_addf(telling->out, "%s ", name.data);
    const struct listing *listing = source_listing(session, instance);
    if (listing && listing->absent.status != 0) {
        kin_text_addf(telling->out, "is absent: %s\n", listing->absent.text);
        return 0;
    }
    if (instance->hit)
        return tell_hit(telling, instance, err);
    if (instance->keyed)
        return tell_record(telling, instance, name.data, depth, err);
    kin_text_add(telling->out, "waits for what has to run first:\n");
    return depth < MOST_DEPTH ? tell_upstream(telling, instance, depth, err) : 0;
}

static int tell_selected(struct telling *telling, const char *selector, struct kin_error *err)
{
    struct kin_session *session = telling->session;
    size_t step, told = 0, more = 0;
    KIN_AUTO(kin_auto_free) bool *points = NULL;
    KIN_TRY(kin_workflow_select(session->workflow, selector, &step, &points, err));
    size_t n = session->workflow->steps[step].n_points;
    bool some_run = false;
    for (size_t p = 0; p < n; p++)
        some_run |= points[p] && !session->instances[session->first[step] + p].hit;
    for (size_t p = 0; p < n; p++) {
        struct instance *instance = &session->instances[session->first[step] + p];
        if (!points[p] || (some_run && instance->hit))
            continue;
        if (told++ < MOST_INSTANCES)
            KIN_TRY(tell(telling, instance, 0, err));
        else
            more++;
    }
    if (more > 0)
        kin_text_addf(telling->out, "… %zu instances more\n", more);
    return kin_text_check(telling->out, err);
}

int kin_session_why(struct kin_session *session, const char *selector, struct kin_text *out,
                    struct kin_error *err)
{
    struct telling telling = {.session = session, .out = out};
    KIN_TRY(resolve_all(session, err));
    KIN_TRY(kin_alloc_into(&telling.told, session->n, sizeof *telling.told, err));
    int status = history_load(session, &telling.last, err);
    if (status == 0)
        status = tell_selected(&telling, selector, err);
    history_release(&telling.last);
    kin_free(telling.told);
    return status;
}
