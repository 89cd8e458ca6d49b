/*
 * What follows from claims. One about a collection is one about every item of it: families of items
 * are the record of an action without the inputs whose items an item is made of. And from a
 * training a longer one continues: the family of its horizons is the record without the horizon. So
 * a snapshot carries no tables of these, and still spares the work that a later run shares with it.
 */
#include <stdlib.h>
#include <string.h>

#include "work.h"

/* ---- what a record says ---- */

const struct kin_kind *record_kind(const char *record)
{
    static const char head[] = "kindred-action 1\nkind ";
    char name[64];
    if (strncmp(record, head, sizeof head - 1) != 0)
        return NULL;
    const char *at = record + sizeof head - 1;
    size_t n = strcspn(at, " \n");
    if (n >= sizeof name)
        return NULL;
    memcpy(name, at, n);
    name[n] = '\0';
    const struct kin_kind *kind = kin_kind_find(name);
    unsigned version = kind && at[n] == ' ' ? (unsigned)strtoul(at + n + 1, NULL, 10) : 0;
    return kind && kind->version == version ? kind : NULL;
}

/* The digest that ends a line. */
static bool line_digest(const char *line, size_t length, struct kin_digest *out)
{
    const size_t digits = KIN_DIGEST_TEXT - 1;
    char hex[KIN_DIGEST_TEXT];
    if (length < digits)
        return false;
    memcpy(hex, line + length - digits, digits);
    hex[digits] = '\0';
    return kin_digest_parse(hex, out);
}

bool record_listing(const char *record, struct kin_digest *out)
{
    static const char mark[] = "\ninput listing ";
    const char *line = strstr(record, mark);
    return line && line_digest(line + 1, strcspn(line + 1, "\n"), out);
}

/* A record taken apart: the lines that its families have, and the inputs they lack. */
struct parts {
    const struct kin_kind *kind;
    struct kin_text params, whole, prior; /* lines; prior: whole without the port that extends */
    bool has_prior, has_horizon;
    double horizon; /* of a whole kind; its line is not in params */
    size_t n_each;
    struct kin_digest each[KIN_ACTION_OUTPUTS];
};

static void parts_release(struct parts *parts)
{
    kin_text_release(&parts->params);
    kin_text_release(&parts->whole);
    kin_text_release(&parts->prior);
}

/* A line «input PORT[labels] DIGEST»; false: none that this program writes. */
static bool take_input(struct parts *parts, const char *line, size_t length)
{
    char name[64];
    const char *port_name = line + strlen("input ");
    size_t n = strcspn(port_name, "[ \n");
    if (n >= sizeof name)
        return false;
    memcpy(name, port_name, n);
    name[n] = '\0';
    long at = kin_kind_input(parts->kind, name);
    if (at < 0)
        return false;
    const struct kin_port *port = &parts->kind->inputs[at];
    if (port->mode == KIN_EACH)
        return parts->n_each < KIN_ACTION_OUTPUTS &&
               line_digest(line, length, &parts->each[parts->n_each++]);
    kin_text_add_bytes(&parts->whole, line, length + 1);
    if (!(port->flags & KIN_PORT_EXTENDS))
        kin_text_add_bytes(&parts->prior, line, length + 1);
    return true;
}

/* A line «param NAME VALUE». */
static void take_param(struct parts *parts, const char *line, size_t length)
{
    char name[64];
    const char *start = line + strlen("param ");
    size_t n = strcspn(start, " \n");
    if (n < sizeof name && !kin_kind_is_map(parts->kind)) {
        memcpy(name, start, n);
        name[n] = '\0';
        const struct kin_param *param = kin_kind_param(parts->kind, name);
        if (param && (param->flags & KIN_PARAM_HORIZON)) {
            parts->has_horizon = true;
            parts->horizon = strtod(start + n, NULL);
            return;
        }
    }
    kin_text_add_bytes(&parts->params, line, length + 1);
}

static bool take_apart(const char *record, struct parts *parts)
{
    parts->kind = record_kind(record);
    if (!parts->kind)
        return false;
    for (const char *line = record, *end; (end = strchr(line, '\n')); line = end + 1) {
        size_t length = (size_t)(end - line);
        if (strncmp(line, "param ", 6) == 0)
            take_param(parts, line, length);
        else if (strncmp(line, "gives ", 6) == 0)
            kin_text_add_bytes(&parts->params, line, length + 1);
        else if (strncmp(line, "input ", 6) == 0 && !take_input(parts, line, length))
            return false;
    }
    for (size_t p = 0; p < kin_kind_inputs(parts->kind); p++)
        parts->has_prior |= (parts->kind->inputs[p].flags & KIN_PORT_EXTENDS) != 0;
    return parts->n_each > 0 || !kin_kind_is_map(parts->kind);
}

/* The digest of a family's record, as key.c writes it. */
static int family_of(const struct parts *parts, const char *head, const struct kin_text *inputs,
                     const char *output, struct kin_digest *out, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    kin_text_addf(&text, "%s 1\nkind %s %u\n", head, parts->kind->name, parts->kind->version);
    kin_text_add(&text, kin_text_string(&parts->params));
    kin_text_add(&text, kin_text_string(inputs));
    if (output)
        kin_text_addf(&text, "output %s\n", output);
    KIN_TRY(kin_text_check(&text, err));
    *out = kin_digest_of(text.data, text.length);
    return 0;
}

/* ---- the collections ---- */

struct collections {
    struct kin_value *values[2 * KIN_ACTION_OUTPUTS]; /* inputs, then outputs */
    struct kin_entry *entries[2 * KIN_ACTION_OUTPUTS];
    size_t counts[2 * KIN_ACTION_OUTPUTS];
    struct kin_entry **outputs;
    size_t *output_counts;
};

static void collections_release(struct collections *all)
{
    for (size_t i = 0; i < KIN_COUNT(all->values); i++) {
        kin_free(all->entries[i]);
        kin_value_free(all->values[i]);
    }
}

static bool open_one(struct kin_cache *cache, const struct kin_digest *digest,
                     struct collections *all, size_t i)
{
    void *bytes;
    size_t length;
    if (kin_cache_get(cache, digest, &bytes, &length, NULL) != 0)
        return false;
    if (kin_value_decode(bytes, length, &all->values[i], NULL) != 0) {
        kin_free(bytes);
        return false;
    }
    return kin_collection_open(all->values[i], &all->entries[i], &all->counts[i], NULL) == 0;
}

/* False: something is not here, and then nothing follows. */
static bool open_collections(struct kin_cache *cache, const struct parts *parts,
                             const struct kin_action *action, struct collections *all)
{
    all->outputs = all->entries + KIN_ACTION_OUTPUTS;
    all->output_counts = all->counts + KIN_ACTION_OUTPUTS;
    bool open = action->n_outputs == kin_kind_outputs(parts->kind);
    for (size_t e = 0; e < parts->n_each && open; e++)
        open = open_one(cache, &parts->each[e], all, e);
    for (size_t o = 0; o < action->n_outputs && open; o++)
        open = open_one(cache, &action->outputs[o], all, KIN_ACTION_OUTPUTS + o);
    return open;
}

/* ---- items ---- */

typedef int settle(struct kin_cache_batch *batch, const struct kin_digest *family,
                   const struct kin_digest *item, const struct kin_digest *output,
                   struct kin_error *err);

struct settling {
    const struct parts *parts;
    const struct kin_action *action;
    const struct collections *all;
    struct kin_cache_batch *batch;
    settle *settle;
    struct kin_digest families[KIN_ACTION_OUTPUTS], failures, prior;
};

static int find_families(struct settling *s, struct kin_error *err)
{
    const struct parts *parts = s->parts;
    const struct kin_output *outputs = parts->kind->outputs;
    for (size_t o = 0; o < s->action->n_outputs; o++)
        KIN_TRY(family_of(parts, "kindred-items", &parts->whole, outputs[o].name, &s->families[o],
                          err));
    KIN_TRY(family_of(parts, "kindred-failures", &parts->whole, NULL, &s->failures, err));
    return family_of(parts, "kindred-priors", &parts->prior, outputs[0].name, &s->prior, err);
}

/* What names the item in its families; false: it failed before it came here, or has no inputs. */
static bool item_key(const struct settling *s, const char *id, struct kin_digest *out)
{
    struct kin_digest inputs[KIN_ACTION_OUTPUTS];
    size_t n = s->parts->n_each;
    for (size_t e = 0; e < n; e++) {
        long at = kin_collection_find(s->all->entries[e], s->all->counts[e], id);
        if (at < 0 || s->all->entries[e][at].failed)
            return false;
        inputs[e] = s->all->entries[e][at].digest;
    }
    *out = n == 1 ? inputs[0] : kin_digest_of(inputs, n * sizeof *inputs);
    return true;
}

static int settle_item(const struct settling *s, size_t i, struct kin_error *err)
{
    const struct kin_entry *first = &s->all->outputs[0][i];
    struct kin_digest key;
    if (!item_key(s, first->id, &key))
        return 0;
    if (first->failed)
        return s->settle(s->batch, &s->failures, &key, &first->digest, err);
    for (size_t o = 0; o < s->action->n_outputs; o++) {
        long at = kin_collection_find(s->all->outputs[o], s->all->output_counts[o], first->id);
        if (at >= 0)
            KIN_TRY(
                s->settle(s->batch, &s->families[o], &key, &s->all->outputs[o][at].digest, err));
    }
    return s->parts->has_prior ? s->settle(s->batch, &s->prior, &key, &first->digest, err) : 0;
}

static int settle_items(struct kin_cache *cache, struct kin_cache_batch *batch,
                        const struct kin_action *action, const struct parts *parts, settle *how,
                        struct kin_error *err)
{
    KIN_AUTO(collections_release) struct collections all = {0};
    struct settling s = {
        .parts = parts, .action = action, .all = &all, .batch = batch, .settle = how};
    if (!open_collections(cache, parts, action, &all))
        return 0;
    KIN_TRY(find_families(&s, err));
    for (size_t i = 0; i < all.output_counts[0]; i++)
        KIN_TRY(settle_item(&s, i, err));
    return 0;
}

/* ---- horizons ---- */

static int settle_horizon(struct kin_cache_batch *batch, const struct kin_action *action,
                          const struct parts *parts, bool believed, struct kin_error *err)
{
    struct kin_digest family;
    if (!parts->has_horizon || action->n_outputs != kin_kind_outputs(parts->kind))
        return 0;
    KIN_TRY(family_of(parts, "kindred-horizon", &parts->whole, NULL, &family, err));
    for (size_t o = 0; o < action->n_outputs; o++)
        if (parts->kind->outputs[o].flags & KIN_OUTPUT_STATE)
            KIN_TRY(longrun_batch_state(batch, &family, parts->horizon,
                                        believed ? &action->outputs[o] : NULL, err));
    return 0;
}

/* ---- both ---- */

static int settle_claim(struct kin_cache *cache, struct kin_cache_batch *batch,
                        const struct kin_action *action, bool believed, struct kin_error *err)
{
    KIN_AUTO(parts_release) struct parts parts = {0};
    if (!take_apart(action->record, &parts))
        return 0;
    if (!kin_kind_is_map(parts.kind))
        return settle_horizon(batch, action, &parts, believed, err);
    return settle_items(cache, batch, action, &parts,
                        believed ? kin_batch_item : kin_batch_forget_item, err);
}

int kin_follow_claim(void *cache, struct kin_cache_batch *batch, const struct kin_action *action,
                     struct kin_error *err)
{
    return settle_claim(cache, batch, action, true, err);
}

int kin_unfollow_claim(void *cache, struct kin_cache_batch *batch, const struct kin_action *action,
                       struct kin_error *err)
{
    return settle_claim(cache, batch, action, false, err);
}
