/* An explanation for programs. */
#include <time.h>

#include "kindred/json.h"
#include "kindred/why.h"

static void add_flag(struct kin_text *out, const char *name, bool flag)
{
    kin_text_addf(out, ",\"%s\":%s", name, flag ? "true" : "false");
}

static void add_string(struct kin_text *out, const char *name, const char *text)
{
    kin_text_addf(out, ",\"%s\":", name);
    kin_json_string(out, text);
}

static void add_count(struct kin_text *out, const char *name, uint64_t n)
{
    kin_text_addf(out, ",\"%s\":%llu", name, (unsigned long long)n);
}

static void add_number(struct kin_text *out, const char *name, double number, bool known)
{
    kin_text_addf(out, ",\"%s\":", name);
    if (known)
        kin_json_number(out, number);
    else
        kin_text_add(out, "null");
}

static void add_mark(struct kin_text *out, const struct kin_why *why, const struct kin_mark *mark)
{
    if (mark->line == 0 || mark->column == 0)
        return;
    kin_text_add(out, ",\"at\":{\"file\":");
    kin_json_string(out, why->file);
    kin_text_addf(out, ",\"line\":%zu,\"column\":%zu}", mark->line, mark->column);
}

static void add_items(struct kin_text *out, const struct kin_change *change)
{
    static const char *const fates[] = {
        [KIN_ITEM_NEW] = "new", [KIN_ITEM_GONE] = "gone", [KIN_ITEM_CHANGED] = "changed"};
    if (change->all_items == 0)
        return;
    add_count(out, "items_changed", change->all_items);
    kin_text_add(out, ",\"items\":[");
    for (size_t i = 0; i < change->n_items; i++) {
        kin_text_add(out, i ? ",{\"id\":" : "{\"id\":");
        kin_json_string(out, change->items[i].id);
        add_string(out, "fate", fates[change->items[i].fate]);
        kin_text_add(out, "}");
    }
    kin_text_add(out, "]");
}

static void add_change(struct kin_text *out, const struct kin_why *why,
                       const struct kin_change *change)
{
    kin_text_add(out, "{\"reason\":");
    kin_json_string(out, kin_reason_name(change->reason));
    if (change->what)
        add_string(out, "what", change->what);
    if (change->was || change->is) {
        add_string(out, "was", change->was);
        add_string(out, "is", change->is);
    }
    add_mark(out, why, &change->mark);
    if (change->fallback)
        add_flag(out, "default", true);
    add_items(out, change);
    if (change->cause != SIZE_MAX)
        add_string(out, "cause", why->entries[change->cause].name);
    kin_text_add(out, "}");
}

static void add_made(struct kin_text *out, const struct kin_made *made)
{
    char when[64], key[KIN_DIGEST_TEXT];
    time_t at = (time_t)made->at;
    struct tm utc;
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
    kin_digest_text(&made->key, key);
    kin_text_addf(out, ",\"made\":{\"key\":\"%s\",\"at\":\"%s\"", key, when);
    add_number(out, "seconds", made->seconds, true);
    add_string(out, "by", made->by);
    add_string(out, "program", made->program);
    add_string(out, "host", made->host);
    add_string(out, "cpu", made->cpu);
    add_string(out, "libraries", made->libraries);
    add_string(out, "source", made->source);
    add_string(out, "signer", made->signer);
    add_count(out, "items", made->items);
    add_count(out, "failed", made->failed);
    add_count(out, "dropped", made->dropped);
    add_count(out, "lost", made->lost);
    kin_text_add(out, "}");
}

static void add_entry(struct kin_text *out, const struct kin_why *why,
                      const struct kin_why_entry *entry)
{
    static const char *const states[] = {[KIN_WHY_HIT] = "hit",
                                         [KIN_WHY_RUNS] = "run",
                                         [KIN_WHY_WAITS] = "after",
                                         [KIN_WHY_ABSENT] = "absent"};
    kin_text_add(out, "{\"name\":");
    kin_json_string(out, entry->name);
    add_string(out, "step", entry->step);
    add_string(out, "kind", entry->kind);
    add_mark(out, why, &entry->mark);
    add_string(out, "state", states[entry->state]);
    add_flag(out, "selected", entry->selected);
    if (entry->like)
        add_string(out, "like", entry->like);
    if (entry->absent)
        add_string(out, "absent", entry->absent);
    kin_text_add(out, ",\"reasons\":[");
    for (size_t c = 0; c < entry->n_changes; c++) {
        kin_text_add(out, c ? "," : "");
        add_change(out, why, &entry->changes[c]);
    }
    kin_text_add(out, "]");
    if (entry->state == KIN_WHY_HIT)
        add_made(out, &entry->made);
    kin_text_add(out, "}");
}

void kin_why_json_causes(const struct kin_why *why, struct kin_text *out)
{
    kin_text_add(out, "[");
    for (size_t i = 0; i < why->n_causes; i++) {
        const struct kin_why_entry *entry = &why->entries[why->causes[i].entry];
        kin_text_add(out, i ? ",\n{\"instance\":" : "\n{\"instance\":");
        kin_json_string(out, entry->name);
        add_string(out, "step", entry->step);
        add_count(out, "instances", why->causes[i].instances);
        kin_text_add(out, ",\"because\":");
        add_change(out, why, &entry->changes[why->causes[i].change]);
        kin_text_add(out, "}");
    }
    kin_text_add(out, "]");
}

void kin_why_json(const struct kin_why *why, struct kin_text *out)
{
    kin_text_add(out, "{\"version\":1,\"workflow\":");
    kin_json_string(out, why->file);
    add_count(out, "selected", why->selected);
    add_count(out, "hits", why->selected_hits);
    kin_text_add(out, ",\"instances\":[");
    for (size_t e = 0; e < why->n; e++) {
        kin_text_add(out, e ? ",\n" : "\n");
        add_entry(out, why, &why->entries[e]);
    }
    kin_text_add(out, "],\"causes\":");
    kin_why_json_causes(why, out);
    kin_text_add(out, ",\"cost\":{\"instances\":");
    kin_text_addf(out, "%llu", (unsigned long long)why->instances);
    add_number(out, "items", why->items, true);
    add_number(out, "seconds", why->seconds, why->seconds >= 0);
    kin_text_add(out, "}");
    add_count(out, "downstream", why->downstream);
    add_count(out, "not_examined", why->unexamined);
    kin_text_add(out, "}\n");
}
