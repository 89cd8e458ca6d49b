/* Who made a result, when and where, and whether its bytes are there. */
#include <stdlib.h>
#include <string.h>

#include "explain.h"

int explain_copy(const char *text, size_t length, char **out, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(out, length + 1, 1, err));
    memcpy(*out, text, length);
    return 0;
}

void made_count_gone(struct kin_session *session, const struct kin_digest *output,
                     uint64_t *dropped, uint64_t *lost)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n = 0;
    enum kin_presence presence = kin_cache_presence(session->cache, output);
    *dropped += presence == KIN_DROPPED;
    *lost += presence == KIN_ABSENT;
    if (presence != KIN_PRESENT || load_value(session, output, &value, NULL) != 0 ||
        strcmp(kin_value_type(value), "collection") != 0 ||
        kin_collection_open(value, &entries, &n, NULL) != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        presence = kin_cache_presence(session->cache, &entries[i].digest);
        *dropped += presence == KIN_DROPPED;
        *lost += presence == KIN_ABSENT;
    }
}

/* The parts of «PROGRAM on HOST (CPU LEVEL); LIBRARIES»; another form leaves them empty. */
static int take_apart(struct kin_made *made, struct kin_error *err)
{
    const char *on = strstr(made->by, " on ");
    const char *cpu = on ? strstr(on, " (CPU ") : NULL;
    const char *end = cpu ? strchr(cpu, ')') : NULL;
    const char *libraries = end && strncmp(end, "); ", 3) == 0 ? end + 3 : "";
    size_t program = end ? (size_t)(on - made->by) : 0;
    size_t host = end ? (size_t)(cpu - on) - 4 : 0;
    size_t level = end ? (size_t)(end - cpu) - 6 : 0;
    KIN_TRY(explain_copy(made->by, program, &made->program, err));
    KIN_TRY(explain_copy(end ? on + 4 : "", host, &made->host, err));
    KIN_TRY(explain_copy(end ? cpu + 6 : "", level, &made->cpu, err));
    return explain_copy(libraries, strlen(libraries), &made->libraries, err);
}

int made_tell(struct kin_session *session, const struct instance *instance, struct kin_made *made,
              struct kin_error *err)
{
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    KIN_TRY(kin_cache_action(session->cache, &instance->key, &action, &backing, err));
    *made = (struct kin_made){.key = action.key,
                              .at = action.made_at,
                              .seconds = action.seconds,
                              .items = action.items,
                              .failed = action.failed};
    static const char here[] = "this cache";
    KIN_TRY(explain_copy(here, sizeof here - 1, &made->source, err));
    KIN_TRY(explain_copy(action.made_by, strlen(action.made_by), &made->by, err));
    return take_apart(made, err);
}

void made_release(struct kin_made *made)
{
    kin_free(made->by);
    kin_free(made->program);
    kin_free(made->host);
    kin_free(made->cpu);
    kin_free(made->libraries);
    kin_free(made->source);
    kin_free(made->signer);
}

/* ---- what made which bytes ---- */

struct listing_makers {
    struct makers *makers;
    struct kin_error *err;
};

static int add_makers(void *context, const struct kin_action *action)
{
    const struct listing_makers *listing = context;
    struct makers *makers = listing->makers;
    KIN_TRY(kin_grow(&makers->list, &makers->capacity, makers->n + action->n_outputs,
                     sizeof *makers->list, listing->err));
    const char *kind = strstr(action->record, "\nkind ");
    kind = kind ? kind + 6 : "";
    struct kin_digest name = kin_digest_of(kind, strcspn(kind, " \n"));
    for (size_t o = 0; o < action->n_outputs; o++)
        makers->list[makers->n++] = (struct maker){.output = action->outputs[o],
                                                   .kind = name,
                                                   .key = action->key,
                                                   .made_at = action->made_at};
    return 0;
}

static int by_output(const void *a, const void *b)
{
    const struct maker *x = a;
    const struct maker *y = b;
    int order = kin_digest_compare(&x->output, &y->output);
    return order ? order : (x->made_at > y->made_at) - (x->made_at < y->made_at);
}

static int makers_list(struct makers *makers, struct kin_cache *cache, struct kin_error *err)
{
    struct listing_makers listing = {.makers = makers, .err = err};
    if (makers->known)
        return 0;
    makers->known = true;
    KIN_TRY(kin_cache_each_action(cache, add_makers, &listing, err));
    if (makers->n > 0)
        qsort(makers->list, makers->n, sizeof *makers->list, by_output);
    return 0;
}

int makers_find(struct explaining *explaining, const char *kind, const struct kin_digest *output,
                struct kin_digest *key, struct kin_error *err)
{
    struct makers *makers = &explaining->makers;
    KIN_TRY(makers_list(makers, explaining->session->cache, err));
    struct kin_digest name = kin_digest_of(kind, strlen(kind));
    size_t low = 0, high = makers->n; /* the first of the output */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (kin_digest_compare(&makers->list[middle].output, output) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool same_kind = false;
    for (; low < makers->n && kin_digest_equal(&makers->list[low].output, output); low++) {
        bool same = kin_digest_equal(&makers->list[low].kind, &name);
        if (same || !same_kind)
            *key = makers->list[low].key;
        same_kind |= same;
    }
    return 0;
}
