/* An explanation for people. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kindred/memory.h"
#include "kindred/why.h"

#define MOST_INSTANCES 12
#define MOST_LINES 8
#define MOST_DEPTH 64
#define MOST_CAUSES 12
#define DIGEST_SHOWN 12

struct telling {
    const struct kin_why *why;
    struct kin_text *out;
    bool *told; /* per entry */
};

static void add_indent(struct kin_text *out, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        kin_text_add(out, "  ");
}

/* ---- changes ---- */

/* Of a digest the beginning is enough. */
static void add_value(struct kin_text *out, const struct kin_change *change, const char *value)
{
    bool digest = change->reason == KIN_REASON_CONTENT || change->reason == KIN_REASON_ITEMS;
    if (!value)
        kin_text_add(out, "(nothing)");
    else if (digest && strlen(value) == KIN_DIGEST_TEXT - 1)
        kin_text_addf(out, "%.*s…", DIGEST_SHOWN, value);
    else
        kin_text_add(out, value);
}

static void add_place(struct kin_text *out, const struct kin_why *why,
                      const struct kin_change *change)
{
    if (change->mark.line > 0 && change->mark.column > 0)
        kin_text_addf(out, "   (%s:%zu:%zu)", why->file, change->mark.line, change->mark.column);
    else if (change->reason == KIN_REASON_PARAM && change->is)
        kin_text_add(out, change->fallback ? "   (default)" : "   (--set)");
}

/* «param magnitude: 1.1 → 1.25   (w.yaml:12:40)» */
static void add_change(struct kin_text *out, const struct kin_why *why,
                       const struct kin_change *change)
{
    if (change->reason == KIN_REASON_NEVER || change->reason == KIN_REASON_FORCED) {
        kin_text_add(out, change->reason == KIN_REASON_NEVER ? "never ran in this workflow"
                                                             : "asked for with --force");
        return;
    }
    if (change->reason == KIN_REASON_MISSING) {
        kin_text_addf(out, "%s%s%s", change->what ? change->what : "", change->what ? ": " : "",
                      change->is);
        return;
    }
    if (!change->was && !change->is) { /* the set of what is gathered */
        kin_text_addf(out, "%s: other instances", change->what);
        add_place(out, why, change);
        return;
    }
    kin_text_addf(out, "%s: ", change->what);
    add_value(out, change, change->was);
    kin_text_add(out, " → ");
    add_value(out, change, change->is);
    add_place(out, why, change);
}

static void add_items(struct kin_text *out, const struct kin_change *change, size_t depth)
{
    static const char *const fates[] = {
        [KIN_ITEM_NEW] = "is new", [KIN_ITEM_GONE] = "is gone", [KIN_ITEM_CHANGED] = "changed"};
    size_t shown = change->n_items < MOST_LINES ? change->n_items : MOST_LINES;
    for (size_t i = 0; i < shown; i++) {
        add_indent(out, depth);
        bool gathered = !change->was && !change->is;
        kin_text_addf(out, gathered ? "%s %s\n" : "item '%s' %s\n", change->items[i].id,
                      fates[change->items[i].fate]);
    }
    if (change->all_items > shown) {
        add_indent(out, depth);
        kin_text_addf(out, "… %zu items more\n", change->all_items - shown);
    }
}

/* The head of an entry says some reasons by itself. */
static bool is_in_head(const struct kin_why_entry *entry, const struct kin_change *change)
{
    if (change->reason == KIN_REASON_UPSTREAM || change->reason == KIN_REASON_NEVER)
        return true;
    bool alone = change->reason == KIN_REASON_MISSING || change->reason == KIN_REASON_FORCED;
    return alone && !change->what && entry->state == KIN_WHY_RUNS && change == entry->changes;
}

static void add_changes(struct telling *telling, const struct kin_why_entry *entry, size_t depth)
{
    size_t shown = 0, all = 0;
    for (size_t c = 0; c < entry->n_changes; c++) {
        const struct kin_change *change = &entry->changes[c];
        if (is_in_head(entry, change))
            continue;
        if (all++ >= MOST_LINES)
            continue;
        shown++;
        add_indent(telling->out, depth);
        add_change(telling->out, telling->why, change);
        kin_text_add(telling->out, "\n");
        add_items(telling->out, change, depth + 1);
    }
    if (all > shown) {
        add_indent(telling->out, depth);
        kin_text_addf(telling->out, "… %zu differences more\n", all - shown);
    }
}

/* ---- entries ---- */

static void add_made(struct kin_text *out, const struct kin_made *made)
{
    char when[64], key[KIN_DIGEST_TEXT];
    time_t at = (time_t)made->at;
    struct tm utc;
    strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", gmtime_r(&at, &utc));
    kin_digest_text(&made->key, key);
    kin_text_addf(out, "made %s in %.2f s by ", when, made->seconds);
    if (*made->program)
        kin_text_addf(out, "%s on %s (CPU %s)", made->program, made->host, made->cpu);
    else
        kin_text_add(out, made->by);
    kin_text_addf(out, " (key %.*s…), from %s", DIGEST_SHOWN, key, made->source);
    if (made->signer)
        kin_text_addf(out, " signed by %s", made->signer);
    if (made->failed > 0)
        kin_text_addf(out, "; %llu item%s failed in it or before it",
                      (unsigned long long)made->failed, made->failed == 1 ? "" : "s");
    if (made->dropped > 0)
        kin_text_addf(out,
                      "; the bytes of %llu item%s were dropped, and are made again when needed",
                      (unsigned long long)made->dropped, made->dropped == 1 ? "" : "s");
    if (made->lost > 0)
        kin_text_addf(out, "; the bytes of %llu item%s are lost, and are made again when needed",
                      (unsigned long long)made->lost, made->lost == 1 ? "" : "s");
    kin_text_add(out, "\n");
}

static void add_runs(struct kin_text *out, const struct kin_why_entry *entry)
{
    const struct kin_change *first = entry->n_changes ? entry->changes : NULL;
    if (first && first->reason == KIN_REASON_FORCED)
        kin_text_add(out, "runs again: asked for with --force\n");
    else if (first && first->reason == KIN_REASON_MISSING && !first->what)
        kin_text_addf(out, "runs again: %s\n", first->is);
    else if (first && first->reason == KIN_REASON_NEVER)
        kin_text_add(out, "never ran in this workflow\n");
    else if (entry->like)
        kin_text_addf(out, "would run; it is new, most like '%s' of the last run:\n", entry->like);
    else
        kin_text_add(out, "would run; against the last run:\n");
}

static void add_head(struct telling *telling, const struct kin_why_entry *entry, size_t depth)
{
    struct kin_text *out = telling->out;
    add_indent(out, depth);
    kin_text_addf(out, "%s ", entry->name);
    switch (entry->state) {
    case KIN_WHY_HIT:
        kin_text_add(out, entry->selected ? "is up to date: " : "ran since then: ");
        add_made(out, &entry->made);
        break;
    case KIN_WHY_RUNS:
        add_runs(out, entry);
        break;
    case KIN_WHY_WAITS:
        kin_text_add(out, "waits for what has to run first:\n");
        break;
    case KIN_WHY_ABSENT:
        kin_text_addf(out, "is absent: %s\n", entry->absent);
        break;
    }
}

/* An entry and, below it, the first thing that explains it: one chain is enough to see a cause. */
static void add_entry(struct telling *telling, size_t e, size_t depth)
{
    const struct kin_why_entry *entry = &telling->why->entries[e];
    telling->told[e] = true;
    add_head(telling, entry, depth);
    if (entry->state == KIN_WHY_ABSENT || (entry->state == KIN_WHY_HIT && entry->selected))
        return;
    add_changes(telling, entry, depth + 1);
    for (size_t c = 0; c < entry->n_changes && depth < MOST_DEPTH; c++) {
        size_t cause = entry->changes[c].cause;
        if (cause == SIZE_MAX || entry->changes[c].reason == KIN_REASON_MISSING)
            continue;
        if (!telling->told[cause] || telling->why->entries[cause].n_changes == 0) {
            add_entry(telling, cause, depth + 1);
        } else {
            add_indent(telling->out, depth + 1);
            kin_text_addf(telling->out, "%s (see above)\n", telling->why->entries[cause].name);
        }
        return;
    }
}

/* ---- the end ---- */

void kin_why_text_causes(const struct kin_why *why, struct kin_text *out)
{
    for (size_t i = 0; i < why->n_causes && i < MOST_CAUSES; i++) {
        const struct kin_cause *cause = &why->causes[i];
        const struct kin_why_entry *entry = &why->entries[cause->entry];
        kin_text_addf(out, "first cause: %s: ", entry->name);
        add_change(out, why, &entry->changes[cause->change]);
        if (cause->instances > 1)
            kin_text_addf(out, " (and %zu more of '%s')", cause->instances - 1, entry->step);
        kin_text_add(out, "\n");
    }
    if (why->n_causes > MOST_CAUSES)
        kin_text_addf(out, "… %zu causes more\n", why->n_causes - MOST_CAUSES);
}

static void add_seconds(struct kin_text *out, double seconds)
{
    if (seconds < 0)
        kin_text_add(out, "not measured yet");
    else if (seconds < 120)
        kin_text_addf(out, "about %.3g s of one core", seconds);
    else if (seconds < 7200)
        kin_text_addf(out, "about %.0f min of one core", seconds / 60);
    else
        kin_text_addf(out, "about %.1f h of one core", seconds / 3600);
}

static void add_cost(struct kin_text *out, const struct kin_why *why)
{
    kin_text_addf(out, "to bring it up to date: %llu instance%s, %.0f item%s, ",
                  (unsigned long long)why->instances, why->instances == 1 ? "" : "s", why->items,
                  why->items == 1 ? "" : "s");
    add_seconds(out, why->seconds);
    kin_text_addf(out, "\nof the whole workflow %llu instance%s depend%s on what changed\n",
                  (unsigned long long)why->downstream, why->downstream == 1 ? "" : "s",
                  why->downstream == 1 ? "s" : "");
}

void kin_why_text(const struct kin_why *why, struct kin_text *out)
{
    struct telling telling = {.why = why, .out = out};
    KIN_AUTO(kin_auto_free) bool *told = kin_alloc(why->n, sizeof *told);
    size_t shown = 0, all = why->selected_hits == why->selected
                                ? why->selected
                                : why->selected - why->selected_hits;
    if (!told) {
        out->failed = true;
        return;
    }
    telling.told = told;
    for (size_t e = 0; e < why->n && shown < MOST_INSTANCES; e++)
        if (why->entries[e].selected) {
            add_entry(&telling, e, 0);
            shown++;
        }
    if (all > shown)
        kin_text_addf(out, "… %zu instances more\n", all - shown);
    if (why->selected_hits == why->selected)
        return;
    kin_why_text_causes(why, out);
    if (why->unexamined > 0)
        kin_text_addf(out, "… %zu instances were not looked at\n", why->unexamined);
    add_cost(out, why);
}
