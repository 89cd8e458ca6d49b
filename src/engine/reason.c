/* Why one instance runs: its record against the one it had in the last run, line by line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"

#define MOST_ITEMS 50
#define MOST_GONE 256 /* instances of one step that are compared with a new one */

/* ---- changes ---- */

static int add_change(struct kin_why_entry *entry, enum kin_reason reason, struct kin_change **out,
                      struct kin_error *err)
{
    KIN_TRY(kin_grow(&entry->changes, &entry->capacity, entry->n_changes + 1,
                     sizeof *entry->changes, err));
    *out = &entry->changes[entry->n_changes++];
    **out = (struct kin_change){.reason = reason, .cause = SIZE_MAX};
    return 0;
}

static int add_plain(struct kin_why_entry *entry, enum kin_reason reason, const char *is,
                     struct kin_error *err)
{
    struct kin_change *change;
    KIN_TRY(add_change(entry, reason, &change, err));
    return is ? explain_copy(is, strlen(is), &change->is, err) : 0;
}

/* The index of the parameter that a line is about, or -1. */
static long param_of(const struct kin_step *step, const struct record_line *line)
{
    for (size_t i = 0; i < kin_kind_params(step->kind); i++) {
        const char *name = step->kind->params[i].name;
        if (line->name_length == 6 + strlen(name) &&
            memcmp(line->name + 6, name, strlen(name)) == 0)
            return (long)i;
    }
    return -1;
}

static void free_args(struct kin_args **args)
{
    kin_args_free(*args);
}

/* Whether a step has the value because nobody said another: what no file says may come from --set.
 */
static int is_default(const struct kin_step *step, const struct record_line *line, bool *out,
                      struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text defaults = {0};
    KIN_AUTO(record_release) struct record_lines lines = {0};
    KIN_AUTO(free_args) struct kin_args *args = kin_args_new(step->kind);
    if (!args)
        return kin_fail(err, KIN_ENOMEM, "no memory for arguments");
    kin_args_canonical(args, &defaults);
    KIN_TRY(kin_text_check(&defaults, err));
    KIN_TRY(record_split(kin_text_string(&defaults), &lines, err));
    const struct record_line *fallback = record_find(&lines, line);
    *out = fallback && record_same_value(fallback, line);
    return 0;
}

/* Where a parameter's value stands. */
static int mark_param(const struct kin_step *step, size_t point, const struct record_line *line,
                      struct kin_change *change, struct kin_error *err)
{
    long i = param_of(step, line);
    if (i >= 0)
        change->mark = step->param_marks[point][i];
    return change->mark.line > 0 ? 0 : is_default(step, line, &change->fallback, err);
}

static enum kin_reason reason_of(const struct record_line *line)
{
    if (record_is_input(line))
        return KIN_REASON_CONTENT;
    if (line->name_length == 4 && memcmp(line->name, "kind", 4) == 0)
        return KIN_REASON_VERSION;
    if (memcmp(line->name, "kindred-", line->name_length < 8 ? line->name_length : 8) == 0)
        return KIN_REASON_FORMAT;
    return KIN_REASON_PARAM;
}

/* A line that was, is, or was another. */
static int add_difference(struct kin_why_entry *entry, const struct kin_step *step, size_t point,
                          const struct record_line *was, const struct record_line *is,
                          struct kin_change **out, struct kin_error *err)
{
    const struct record_line *any = is ? is : was;
    struct kin_change *change;
    KIN_TRY(add_change(entry, reason_of(any), &change, err));
    KIN_TRY(explain_copy(any->name, any->name_length, &change->what, err));
    if (was)
        KIN_TRY(explain_copy(was->value, was->value_length, &change->was, err));
    if (is)
        KIN_TRY(explain_copy(is->value, is->value_length, &change->is, err));
    if (is && record_is_param(is))
        KIN_TRY(mark_param(step, point, is, change, err));
    else if (change->reason != KIN_REASON_FORMAT)
        change->mark = step->mark;
    *out = change;
    return 0;
}

/* ---- items ---- */

struct manifest {
    struct kin_value *value;
    const struct kin_entry *entries;
    struct kin_entry *owned;
    size_t n;
};

static void manifest_release(struct manifest *manifest)
{
    kin_free(manifest->owned);
    kin_value_free(manifest->value);
}

/* False when there is no collection of that digest. */
static bool open_manifest(struct kin_session *session, const char *hex, struct manifest *out)
{
    struct kin_digest digest;
    if (!hex || !kin_digest_parse(hex, &digest) ||
        load_value(session, &digest, &out->value, NULL) != 0 ||
        kin_collection_open(out->value, &out->owned, &out->n, NULL) != 0)
        return false;
    out->entries = out->owned;
    return true;
}

static int add_item(struct kin_change *change, const char *id, enum kin_item_fate fate,
                    struct kin_error *err)
{
    change->all_items++;
    if (change->n_items == MOST_ITEMS)
        return 0;
    if (!change->items)
        KIN_TRY(kin_alloc_into(&change->items, MOST_ITEMS, sizeof *change->items, err));
    struct kin_item_change *item = &change->items[change->n_items];
    item->fate = fate;
    KIN_TRY(explain_copy(id, strlen(id), &item->id, err));
    change->n_items++;
    return 0;
}

/* Both ascend by id. An item that came or went makes it another set of items. */
static int compare_items(struct kin_change *change, const struct manifest *was,
                         const struct manifest *is, struct kin_error *err)
{
    size_t i = 0, k = 0;
    while (i < was->n || k < is->n) {
        int order = i == was->n  ? 1
                    : k == is->n ? -1
                                 : strcmp(was->entries[i].id, is->entries[k].id);
        if (order != 0)
            change->reason = KIN_REASON_ITEMS;
        if (order < 0)
            KIN_TRY(add_item(change, was->entries[i].id, KIN_ITEM_GONE, err));
        else if (order > 0)
            KIN_TRY(add_item(change, is->entries[k].id, KIN_ITEM_NEW, err));
        else if (!kin_digest_equal(&was->entries[i].digest, &is->entries[k].digest))
            KIN_TRY(add_item(change, is->entries[k].id, KIN_ITEM_CHANGED, err));
        i += order <= 0;
        k += order >= 0;
    }
    return 0;
}

/* Names the items that differ; a single artifact has none. */
static int tell_items(struct kin_session *session, const struct instance *instance,
                      struct kin_change *change, struct kin_error *err)
{
    KIN_AUTO(manifest_release) struct manifest was = {0};
    KIN_AUTO(manifest_release) struct manifest is = {0};
    const struct listing *listing = source_listing(session, instance);
    if (!open_manifest(session, change->was, &was))
        return 0;
    if (listing && strcmp(change->what, "input listing") == 0) {
        KIN_TRY(kin_collection_open(listing->manifest, &is.owned, &is.n, err));
        is.entries = is.owned;
    } else if (!open_manifest(session, change->is, &is)) {
        return 0;
    }
    return compare_items(change, &was, &is, err);
}

/* ---- the record of the last run ---- */

static char *old_record(struct explaining *explaining, const struct kin_digest *key)
{
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    if (kin_cache_action(explaining->session->cache, key, &action, &backing, NULL) != 0)
        return NULL;
    return kin_strdup(action.record);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of a step's instances, ascending; they lie one after the other in *text. */
static int current_names(const struct kin_step *step, struct kin_text *text, const char ***out,
                         struct kin_error *err)
{
    for (size_t p = 0; p < step->n_points; p++) {
        kin_instance_name(step, p, text);
        kin_text_add_bytes(text, "", 1);
    }
    KIN_TRY(kin_text_check(text, err));
    KIN_TRY(kin_alloc_into(out, step->n_points, sizeof **out, err));
    const char *name = text->data;
    for (size_t p = 0; p < step->n_points; p++, name += strlen(name) + 1)
        (*out)[p] = name;
    qsort(*out, step->n_points, sizeof **out, by_text);
    return 0;
}

static bool is_of_step(const char *name, const char *step)
{
    size_t length = strlen(step);
    return strncmp(name, step, length) == 0 && (name[length] == '[' || name[length] == '\0');
}

static int add_gone(struct explaining *explaining, struct gone_list *gone, size_t at,
                    struct kin_error *err)
{
    char *record = old_record(explaining, &explaining->last.keys[at]);
    if (!record)
        return 0;
    if (kin_grow(&gone->list, &gone->capacity, gone->n + 1, sizeof *gone->list, err) != 0) {
        kin_free(record);
        return KIN_ENOMEM;
    }
    struct gone *one = &gone->list[gone->n++];
    *one = (struct gone){.name = kin_tensor_text(explaining->last.names, at), .record = record};
    return record_split(record, &one->lines, err);
}

/* What the last run had of a step and the workflow has no more. */
static int find_gone(struct explaining *explaining, size_t step, struct kin_error *err)
{
    struct gone_list *gone = &explaining->gone[step];
    const struct kin_step *s = &explaining->session->workflow->steps[step];
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    if (gone->known)
        return 0;
    gone->known = true;
    KIN_TRY(current_names(s, &text, &names, err));
    for (size_t i = 0; i < explaining->last.n && gone->n < MOST_GONE; i++) {
        const char *name = kin_tensor_text(explaining->last.names, i);
        if (is_of_step(name, s->name) &&
            !bsearch(&name, names, s->n_points, sizeof *names, by_text))
            KIN_TRY(add_gone(explaining, gone, i, err));
    }
    return 0;
}

/* The most alike of those, for an instance that never ran; or NULL. */
static const struct gone *nearest(struct explaining *explaining, size_t step,
                                  const struct record_lines *now)
{
    const struct gone_list *gone = &explaining->gone[step];
    const struct gone *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < gone->n; i++) {
        size_t alike = record_common(now, &gone->list[i].lines);
        if (alike > most) {
            most = alike;
            best = &gone->list[i];
        }
    }
    return best;
}

void reason_release(struct explaining *explaining)
{
    for (size_t s = 0; explaining->gone && s < explaining->session->workflow->n_steps; s++) {
        struct gone_list *gone = &explaining->gone[s];
        for (size_t i = 0; i < gone->n; i++) {
            record_release(&gone->list[i].lines);
            kin_free(gone->list[i].record);
        }
        kin_free(gone->list);
    }
    kin_free(explaining->gone);
}

/* ---- comparing ---- */

/* The instances behind the input lines of a record, in their order; NULL for a listing. */
static int list_producers(struct explaining *explaining, const struct instance *instance,
                          struct instance ***out, size_t *n, struct kin_error *err)
{
    struct kin_session *session = explaining->session;
    const struct kin_kind *kind = step_of(session, instance)->kind;
    size_t capacity = 0;
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        size_t count;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &count);
        KIN_TRY(kin_grow(out, &capacity, *n + count + 1, sizeof **out, err));
        for (size_t f = 0; f < count; f++)
            (*out)[(*n)++] = fed_by(session, &feeds[f]);
        if (source_listing(session, instance) && kind->inputs[p].mode == KIN_EACH)
            (*out)[(*n)++] = NULL;
    }
    return 0;
}

static int add_upstream(struct kin_why_entry *entry, const struct record_line *line,
                        const struct instance *producer, struct kin_error *err)
{
    struct kin_change *change;
    KIN_TRY(add_change(entry, KIN_REASON_UPSTREAM, &change, err));
    change->cause = producer->number;
    return explain_copy(line->name, line->name_length, &change->what, err);
}

/* «input of» of «input of[magnitude=1,…]». */
static size_t port_length(const struct record_line *line)
{
    const char *bracket = memchr(line->name, '[', line->name_length);
    return bracket ? (size_t)(bracket - line->name) : line->name_length;
}

static bool same_port(const struct record_line *a, const struct record_line *b)
{
    return a && port_length(a) == port_length(b) && memcmp(a->name, b->name, port_length(a)) == 0;
}

/* The key that the producer had in the last run, if it gave those bytes. */
static int take_last_run(struct explaining *explaining, const struct instance *producer,
                         const struct kin_digest *bytes, struct kin_digest *then,
                         struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    struct kin_outcome outcome;
    kin_instance_name(step_of(explaining->session, producer), producer->point, &name);
    KIN_TRY(kin_text_check(&name, err));
    const struct kin_digest *key = history_find(&explaining->last, name.data);
    if (!key || !kin_cache_find(explaining->session->cache, key, &outcome))
        return 0;
    for (size_t o = 0; o < outcome.n_outputs; o++)
        if (kin_digest_equal(&outcome.outputs[o], bytes))
            *then = *key;
    return 0;
}

/* A producer that is there already gave other bytes than then: it is compared with what made those.
 */
static int blame_producer(struct explaining *explaining, const struct instance *producer,
                          struct kin_change *change, struct kin_error *err)
{
    struct kin_digest *then = &explaining->then[producer->number];
    struct kin_digest digest;
    if (!change->was || !kin_digest_parse(change->was, &digest))
        return 0;
    KIN_TRY(take_last_run(explaining, producer, &digest, then, err));
    if (kin_digest_is_zero(then))
        KIN_TRY(makers_find(explaining, step_of(explaining->session, producer)->kind->name, &digest,
                            then, err));
    if (kin_digest_is_zero(then) || kin_digest_equal(then, &producer->key))
        return 0;
    change->cause = producer->number;
    explaining->wanted[producer->number] = true;
    return 0;
}

/* A gathered instance more or less, named by its labels: the set of a port is one change. */
static int add_gathered(struct kin_why_entry *entry, const struct kin_step *step,
                        const struct record_line *line, enum kin_item_fate fate,
                        struct kin_error *err)
{
    size_t port = port_length(line);
    struct kin_change *change = NULL;
    for (size_t c = 0; c < entry->n_changes && !change; c++)
        if (entry->changes[c].reason == KIN_REASON_ITEMS &&
            strlen(entry->changes[c].what) == port &&
            memcmp(entry->changes[c].what, line->name, port) == 0)
            change = &entry->changes[c];
    if (!change) {
        KIN_TRY(add_change(entry, KIN_REASON_ITEMS, &change, err));
        KIN_TRY(explain_copy(line->name, port, &change->what, err));
        change->mark = step->mark;
    }
    KIN_AUTO(kin_auto_free) char *labels = NULL;
    KIN_TRY(explain_copy(line->name + port, line->name_length - port, &labels, err));
    return add_item(change, labels, fate, err);
}

/* The set of a port changed because something before it did, when that runs first. */
static void settle_gathered(struct kin_why_entry *entry)
{
    for (size_t c = 0; c < entry->n_changes; c++) {
        struct kin_change *set = &entry->changes[c];
        for (size_t u = 0; u < entry->n_changes && set->reason == KIN_REASON_ITEMS; u++) {
            const struct kin_change *upstream = &entry->changes[u];
            size_t port = strlen(set->what);
            if (upstream->reason == KIN_REASON_UPSTREAM && set->cause == SIZE_MAX &&
                strncmp(upstream->what, set->what, port) == 0 && upstream->what[port] == '[')
                set->cause = upstream->cause;
        }
    }
}

static bool is_gathered(const struct record_line *line)
{
    return record_is_input(line) && port_length(line) < line->name_length;
}

static int compare_line(struct explaining *explaining, const struct instance *instance,
                        const struct record_lines *was, const struct record_line *line,
                        const struct instance *producer, struct kin_why_entry *entry,
                        struct kin_error *err)
{
    const struct record_line *old = record_find(was, line);
    struct kin_change *change;
    if (old && record_same_value(old, line))
        return 0;
    if (!old && is_gathered(line))
        return add_gathered(entry, step_of(explaining->session, instance), line, KIN_ITEM_NEW, err);
    KIN_TRY(add_difference(entry, step_of(explaining->session, instance), instance->point, old,
                           line, &change, err));
    if (change->reason == KIN_REASON_CONTENT)
        KIN_TRY(tell_items(explaining->session, instance, change, err));
    return producer ? blame_producer(explaining, producer, change, err) : 0;
}

/* Lines of then that there are no more. */
static int compare_lost(const struct kin_step *step, size_t point, const struct record_lines *was,
                        const struct record_lines *is, struct kin_why_entry *entry,
                        struct kin_error *err)
{
    for (size_t i = 0; i < was->n; i++) {
        const struct record_line *line = &was->list[i];
        struct kin_change *change;
        if (record_find(is, line))
            continue;
        if (is_gathered(line))
            KIN_TRY(add_gathered(entry, step, line, KIN_ITEM_GONE, err));
        else
            KIN_TRY(add_difference(entry, step, point, line, NULL, &change, err));
    }
    return 0;
}

/* Lines of now against lines of then; `was` NULL: there is nothing to compare with, and only what
 * runs before it is told. */
static int compare_lines(struct explaining *explaining, const struct instance *instance,
                         const struct record_lines *was, const struct record_lines *is,
                         struct kin_why_entry *entry, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct instance **producers = NULL;
    const struct record_line *told = NULL; /* the last line of something that runs first */
    size_t n = 0, input = 0;
    KIN_TRY(list_producers(explaining, instance, &producers, &n, err));
    for (size_t i = 0; i < is->n; i++) {
        const struct record_line *line = &is->list[i];
        struct instance *producer = record_is_input(line) && input < n ? producers[input++] : NULL;
        if (producer && !producer->hit) {
            explaining->wanted[producer->number] = true;
            if (!same_port(told, line))
                KIN_TRY(add_upstream(entry, line, producer, err));
            told = line;
            if (was && is_gathered(line) && !record_find(was, line))
                KIN_TRY(add_gathered(entry, step_of(explaining->session, instance), line,
                                     KIN_ITEM_NEW, err));
        } else if (was) {
            KIN_TRY(compare_line(explaining, instance, was, line, producer, entry, err));
        }
    }
    if (was)
        KIN_TRY(compare_lost(step_of(explaining->session, instance), instance->point, was, is,
                             entry, err));
    settle_gathered(entry);
    return 0;
}

static int compare_with_gone(struct explaining *explaining, struct instance *instance,
                             const struct record_lines *is, struct kin_why_entry *entry,
                             struct kin_error *err)
{
    KIN_TRY(find_gone(explaining, instance->step, err));
    const struct gone *like = nearest(explaining, instance->step, is);
    if (!like) {
        KIN_TRY(add_plain(entry, KIN_REASON_NEVER, NULL, err));
        return compare_lines(explaining, instance, NULL, is, entry, err);
    }
    KIN_TRY(explain_copy(like->name, strlen(like->name), &entry->like, err));
    return compare_lines(explaining, instance, &like->lines, is, entry, err);
}

static int compare_with_then(struct explaining *explaining, struct instance *instance,
                             const struct kin_digest *then, const struct record_lines *is,
                             struct kin_why_entry *entry, struct kin_error *err)
{
    KIN_AUTO(record_release) struct record_lines was = {0};
    KIN_AUTO(kin_auto_free) char *record = NULL;
    if (instance->keyed && kin_digest_equal(then, &instance->key))
        return instance->hit ? 0
                             : add_plain(entry, KIN_REASON_MISSING,
                                         "its result is not in the cache any more", err);
    record = old_record(explaining, then);
    if (!record) {
        KIN_TRY(add_plain(entry, KIN_REASON_MISSING,
                          "the record of its last run is not in the cache any more", err));
        return compare_lines(explaining, instance, NULL, is, entry, err);
    }
    KIN_TRY(record_split(record, &was, err));
    return compare_lines(explaining, instance, &was, is, entry, err);
}

static int compare(struct explaining *explaining, struct instance *instance,
                   struct kin_why_entry *entry, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text record = {0};
    KIN_AUTO(record_release) struct record_lines is = {0};
    KIN_TRY(record_text(explaining->session, instance, RECORD_ACTION, 0, &record, err));
    KIN_TRY(record_split(kin_text_string(&record), &is, err));
    if (instance->forced) {
        KIN_TRY(add_plain(entry, KIN_REASON_FORCED, NULL, err));
        return compare_lines(explaining, instance, NULL, &is, entry, err);
    }
    const struct kin_digest *then = &explaining->then[instance->number];
    if (kin_digest_is_zero(then))
        then = history_find(&explaining->last, entry->name);
    return then ? compare_with_then(explaining, instance, then, &is, entry, err)
                : compare_with_gone(explaining, instance, &is, entry, err);
}

/* ---- one instance ---- */

/* What an instance that runs needs of results whose bytes are gone: they are made again with it. */
static int tell_gone_inputs(struct explaining *explaining, const struct instance *instance,
                            struct kin_why_entry *entry, struct kin_error *err)
{
    struct kin_session *session = explaining->session;
    for (size_t p = 0; p < kin_kind_inputs(step_of(session, instance)->kind); p++) {
        size_t n;
        uint64_t dropped = 0, lost = 0;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        if (n != 1 || !fed_by(session, feeds)->hit)
            continue;
        const struct instance *producer = fed_by(session, feeds);
        made_count_gone(session, &producer->outputs[feeds->output], &dropped, &lost);
        if (dropped + lost == 0)
            continue;
        char text[120];
        snprintf(text, sizeof text, "%llu of its items were dropped, %llu are lost",
                 (unsigned long long)dropped, (unsigned long long)lost);
        KIN_TRY(add_plain(entry, KIN_REASON_MISSING, text, err));
        struct kin_change *change = &entry->changes[entry->n_changes - 1];
        change->cause = producer->number;
        explaining->wanted[producer->number] = true;
        const char *port = step_of(session, instance)->kind->inputs[p].name;
        KIN_TRY(explain_copy(port, strlen(port), &change->what, err));
    }
    return 0;
}

int reason_examine(struct explaining *explaining, struct instance *instance, bool thorough,
                   struct kin_why_entry *entry, struct kin_error *err)
{
    struct kin_session *session = explaining->session;
    const struct kin_step *step = step_of(session, instance);
    const struct listing *listing = source_listing(session, instance);
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    kin_instance_name(step, instance->point, &name);
    KIN_TRY(kin_text_check(&name, err));
    entry->step = step->name;
    entry->step_number = instance->step;
    entry->kind = step->kind->name;
    entry->mark = step->mark;
    entry->state = instance->hit ? KIN_WHY_HIT : instance->keyed ? KIN_WHY_RUNS : KIN_WHY_WAITS;
    KIN_TRY(explain_copy(name.data, name.length, &entry->name, err));
    if (listing && listing->absent.status != 0) {
        entry->state = KIN_WHY_ABSENT;
        return explain_copy(listing->absent.text, strlen(listing->absent.text), &entry->absent,
                            err);
    }
    if (instance->hit)
        KIN_TRY(made_tell(session, instance, &entry->made, err));
    if (!instance->hit || !entry->selected)
        KIN_TRY(compare(explaining, instance, entry, err));
    if (instance->hit && thorough)
        for (size_t o = 0; o < kin_kind_outputs(step->kind); o++)
            made_count_gone(session, &instance->outputs[o], &entry->made.dropped,
                            &entry->made.lost);
    return !instance->hit && thorough ? tell_gone_inputs(explaining, instance, entry, err) : 0;
}
