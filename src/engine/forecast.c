/*
 * Foreseeing a run without running it. What an instance that has not run will give is stood for by
 * a digest made of its key, so that consumers get keys too: equal ones are one computation. Items
 * are counted, not named: a map kind whose parameters are those of the last run computes what is
 * new in its inputs; one with other parameters all. Draws from one pool under one treatment
 * together never need more than the pool.
 */
#include "forecast.h"

#include <string.h>

/* ---- inputs ---- */

static const struct kin_kind *kind_of(const struct forecast *forecast,
                                      const struct instance *instance)
{
    return step_of(forecast->session, instance)->kind;
}

/* The first feed of the first port that has one: whose items an instance works on. */
static const struct foreseen *first_input(const struct forecast *forecast,
                                          const struct instance *instance)
{
    for (size_t p = 0; p < kin_kind_inputs(kind_of(forecast, instance)); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(forecast->session, instance, p, &n);
        if (n > 0)
            return &forecast->list[fed_by(forecast->session, feeds)->number];
    }
    return NULL;
}

static enum kin_plan_state state_of(struct forecast *forecast, const struct instance *instance)
{
    struct kin_session *session = forecast->session;
    const struct listing *listing = source_listing(session, instance);
    if (listing && listing->absent.status != 0)
        return KIN_PLAN_ABSENT;
    enum kin_plan_state state = instance->hit ? KIN_PLAN_HIT : KIN_PLAN_RUN;
    for (size_t p = 0; p < kin_kind_inputs(kind_of(forecast, instance)); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        for (size_t f = 0; f < n; f++) {
            enum kin_plan_state above = forecast->list[fed_by(session, &feeds[f])->number].state;
            if (above == KIN_PLAN_ABSENT || above == KIN_PLAN_BLOCKED)
                return KIN_PLAN_BLOCKED;
            if (above != KIN_PLAN_HIT)
                state = KIN_PLAN_AFTER;
        }
    }
    return state;
}

/* ---- the last run ---- */

/* The record that an instance had in the last run; NULL: none. */
static int last_record(const struct forecast *forecast, const struct instance *instance, char **out,
                       struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    struct kin_action action;
    *out = NULL;
    if (forecast->last.n == 0)
        return 0;
    kin_instance_name(step_of(forecast->session, instance), instance->point, &name);
    KIN_TRY(kin_text_check(&name, err));
    const struct kin_digest *key = history_find(&forecast->last, name.data);
    if (key && kin_cache_action(forecast->session->cache, key, &action, &backing, NULL) == 0)
        *out = kin_strdup(action.record);
    return 0;
}

static bool is_port(const struct record_line *line, const struct kin_port *port)
{
    size_t length = strlen(port->name);
    return record_is_input(line) && line->name_length == 6 + length &&
           memcmp(line->name + 6, port->name, length) == 0;
}

/* Items of a producer that an earlier manifest of it did not have. */
static double count_new(const struct forecast *forecast, const struct instance *producer,
                        size_t output, const struct record_line *was)
{
    char hex[KIN_DIGEST_TEXT] = "";
    struct kin_digest digest;
    KIN_AUTO(kin_value_auto) struct kin_value *then = NULL;
    KIN_AUTO(kin_value_auto) struct kin_value *now = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *old = NULL;
    KIN_AUTO(kin_auto_free) struct kin_entry *new = NULL;
    size_t n_old = 0, n_new = 0, count = 0;
    double all = forecast->list[producer->number].size;
    if (!was || was->value_length != KIN_DIGEST_TEXT - 1)
        return all;
    memcpy(hex, was->value, KIN_DIGEST_TEXT - 1);
    if (kin_digest_parse(hex, &digest) && kin_digest_equal(&digest, &producer->outputs[output]))
        return 0;
    if (load_value(forecast->session, &digest, &then, NULL) != 0 ||
        load_value(forecast->session, &producer->outputs[output], &now, NULL) != 0 ||
        kin_collection_open(then, &old, &n_old, NULL) != 0 ||
        kin_collection_open(now, &new, &n_new, NULL) != 0)
        return all;
    for (size_t i = 0; i < n_new; i++) {
        long at = kin_collection_find(old, n_old, new[i].id);
        count += at < 0 || !kin_digest_equal(&old[at].digest, &new[i].digest);
    }
    return (double)count;
}

/* What the last run says of an instance. */
struct since {
    bool same;    /* nothing but its items differs */
    bool extends; /* nothing but those and what its results can be extended by */
    double fresh; /* new items in its first input */
    double wider; /* new items in the port that extends */
    double width; /* all items there */
};

/* New items of a port, against the line of then. */
static double fresh_in(const struct forecast *forecast, const struct instance *instance, size_t p,
                       const struct record_lines *was)
{
    struct kin_session *session = forecast->session;
    const struct kin_port *port = &kind_of(forecast, instance)->inputs[p];
    size_t n;
    double fresh = 0;
    const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
    for (size_t f = 0; f < n; f++) {
        const struct instance *producer = fed_by(session, &feeds[f]);
        const struct record_line *line = NULL;
        for (size_t i = 0; i < was->n && !line; i++)
            line = is_port(&was->list[i], port) ? &was->list[i] : NULL;
        fresh += producer->hit ? count_new(forecast, producer, feeds[f].output, line)
                               : forecast->list[producer->number].fresh;
    }
    return fresh;
}

/* Whether a line may differ: an input whose items are compared one by one. */
static void compare_line(const struct kin_kind *kind, const struct record_line *line,
                         struct since *since)
{
    bool each = false, extends = false;
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        bool whole = !kin_kind_is_map(kind) && kind->inputs[p].mode == KIN_WHOLE;
        if (!is_port(line, &kind->inputs[p]))
            continue;
        each |= kind->inputs[p].mode == KIN_EACH || whole;
        extends |= (kind->inputs[p].flags & KIN_PORT_EXTENDS) != 0;
    }
    since->same &= each;
    since->extends &= each || extends;
}

static int compare_since(const struct forecast *forecast, const struct instance *instance,
                         struct since *out, struct kin_error *err)
{
    const struct kin_kind *kind = kind_of(forecast, instance);
    KIN_AUTO(kin_auto_free) char *then = NULL;
    KIN_AUTO(kin_text_release) struct kin_text now = {0};
    KIN_AUTO(record_release) struct record_lines was = {0};
    KIN_AUTO(record_release) struct record_lines is = {0};
    KIN_TRY(last_record(forecast, instance, &then, err));
    *out = (struct since){.same = then != NULL, .extends = then != NULL};
    if (!then)
        return 0;
    KIN_TRY(record_text(forecast->session, instance, RECORD_ACTION, 0, &now, err));
    KIN_TRY(record_split(then, &was, err));
    KIN_TRY(record_split(kin_text_string(&now), &is, err));
    out->same = out->extends = was.n == is.n;
    for (size_t i = 0; i < is.n && out->extends; i++) {
        const struct record_line *old = record_find(&was, &is.list[i]);
        if (!old)
            out->same = out->extends = false;
        else if (!record_same_value(old, &is.list[i]))
            compare_line(kind, &is.list[i], out);
    }
    for (size_t p = 0; p < kin_kind_inputs(kind) && out->extends; p++) {
        double fresh = fresh_in(forecast, instance, p, &was);
        if (kind->inputs[p].flags & KIN_PORT_EXTENDS)
            out->wider = fresh;
        else if (fresh > out->fresh)
            out->fresh = fresh;
    }
    return 0;
}

static bool extends(const struct kin_kind *kind)
{
    for (size_t p = 0; p < kin_kind_inputs(kind); p++)
        if (kind->inputs[p].flags & KIN_PORT_EXTENDS)
            return true;
    return false;
}

/* Items of the port that results are extended by. */
static double width_of(const struct forecast *forecast, const struct instance *instance)
{
    const struct kin_kind *kind = kind_of(forecast, instance);
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(forecast->session, instance, p, &n);
        if ((kind->inputs[p].flags & KIN_PORT_EXTENDS) && n > 0)
            return forecast->list[fed_by(forecast->session, feeds)->number].size;
    }
    return 0;
}

/* ---- sizes ---- */

static double size_of(const struct forecast *forecast, const struct instance *instance)
{
    const struct kin_step *step = step_of(forecast->session, instance);
    const struct foreseen *input = first_input(forecast, instance);
    const char *type = step->kind->outputs[0].type;
    bool drawn = false;
    if (step->expect > 0)
        return step->expect;
    if (!kin_kind_is_map(step->kind) && !kin_type_find(type, strlen(type))->element)
        return 1;
    if (!input)
        return 0;
    return step->kind->foresee
               ? step->kind->foresee(args_of(forecast->session, instance), input->size, &drawn)
               : input->size;
}

/* The pools that the items of an instance are among. */
static int find_pools(const struct forecast *forecast, const struct instance *instance,
                      struct foreseen *out, struct kin_error *err)
{
    const struct kin_kind *kind = kind_of(forecast, instance);
    const struct foreseen *input = first_input(forecast, instance);
    size_t n = input ? input->n_pools : 0;
    bool drawn = false;
    if (kind->foresee)
        kind->foresee(args_of(forecast->session, instance), out->size, &drawn);
    out->n_pools = 0;
    if (n == 0 || !kin_kind_is_map(kind))
        out->pools[out->n_pools++] = (struct pool){.id = instance->key, .size = out->size};
    for (size_t i = 0; drawn && i < n && out->n_pools < KIN_COUNT(out->pools); i++)
        out->pools[out->n_pools++] = input->pools[i];
    if (out->n_pools > 0)
        return 0;
    struct kin_digest both[2];
    KIN_TRY(record_key(forecast->session, instance, RECORD_FAMILY, 0, &both[0], err));
    for (size_t i = 0; i < n; i++) {
        both[1] = input->pools[i].id;
        out->pools[out->n_pools++] =
            (struct pool){.id = kin_digest_of(both, sizeof both), .size = input->pools[i].size};
    }
    return 0;
}

/* How many of so many items the pools have left. */
static int take_from_pools(struct forecast *forecast, const struct foreseen *instance,
                           double *items, struct kin_error *err)
{
    double *used;
    for (size_t i = 0; i < instance->n_pools; i++) {
        KIN_TRY(amounts_at(&forecast->pools, &instance->pools[i].id, &used, err));
        double left = instance->pools[i].size > *used ? instance->pools[i].size - *used : 0;
        *items = *items < left ? *items : left;
    }
    for (size_t i = 0; i < instance->n_pools; i++) {
        KIN_TRY(amounts_at(&forecast->pools, &instance->pools[i].id, &used, err));
        *used += *items;
    }
    return 0;
}

/* ---- what is left to compute ---- */

/* Of the pieces left, those that no instance before this one computes. */
static int count_pieces(struct forecast *forecast, const struct work *work, double *todo,
                        struct kin_error *err)
{
    *todo = 0;
    for (size_t i = 0; i < work->n_todo; i++) {
        struct kin_digest both[2] = {work->families[0], work->pieces[work->todo[i]].key};
        struct kin_digest piece = kin_digest_of(both, sizeof both);
        bool fresh;
        KIN_TRY(amounts_add(&forecast->pieces, &piece, &fresh, err));
        *todo += fresh;
    }
    return 0;
}

/* Pieces left that have an earlier result to extend. */
static int count_priors(const struct forecast *forecast, const struct work *work, double *out,
                        struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct kin_digest *keys = NULL;
    KIN_AUTO(kin_auto_free) struct kin_digest *outputs = NULL;
    KIN_AUTO(kin_auto_free) bool *found = NULL;
    *out = 0;
    if (!work->has_prior || work->instance->forced)
        return 0;
    KIN_TRY(kin_alloc_into(&keys, work->n_todo, sizeof *keys, err));
    KIN_TRY(kin_alloc_into(&outputs, work->n_todo, sizeof *outputs, err));
    KIN_TRY(kin_alloc_into(&found, work->n_todo, sizeof *found, err));
    for (size_t i = 0; i < work->n_todo; i++)
        keys[i] = work->pieces[work->todo[i]].key;
    KIN_TRY(kin_cache_find_items(forecast->session->cache, &work->prior, keys, work->n_todo,
                                 outputs, found, err));
    for (size_t i = 0; i < work->n_todo; i++)
        *out += found[i];
    return 0;
}

/* A map kind whose inputs are known: the cache is asked, as a run would. */
static int foresee_known(struct forecast *forecast, struct instance *instance,
                         const struct since *since, struct foreseen *out, struct kin_error *err)
{
    struct work *work = NULL;
    double priors = 0, all;
    KIN_TRY(work_open(forecast->session, instance, true, &work, err));
    out->size = (double)work->n;
    all = out->fresh = (double)work->n_todo;
    int status = count_pieces(forecast, work, &out->todo, err);
    if (status == 0)
        status = count_priors(forecast, work, &priors, err);
    if (status == 0)
        status = forecast_again(forecast, instance, work, err);
    work_free(forecast->session, work);
    double wider = since->extends ? since->wider : since->width;
    double share = all > 0 ? out->todo / all : 0;
    if (since->width > 0)
        out->units = share * ((all - priors) * since->width + priors * wider);
    else
        out->units = out->todo;
    return status;
}

/* One that waits: by counting. */
static int foresee_counted(struct forecast *forecast, const struct instance *instance,
                           const struct since *since, struct foreseen *out, struct kin_error *err)
{
    double fresh = since->fresh < out->size ? since->fresh : out->size;
    out->todo = out->fresh = since->same ? fresh : out->size;
    KIN_TRY(find_pools(forecast, instance, out, err));
    KIN_TRY(take_from_pools(forecast, out, &out->todo, err));
    out->units = out->todo;
    if (since->width > 0)
        out->units *= since->width;
    if (since->width > 0 && since->extends && !since->same)
        out->units = fresh * since->width + (out->size - fresh) * since->wider;
    return out->todo < out->size ? 0 : forecast_again(forecast, instance, NULL, err);
}

static int foresee_map(struct forecast *forecast, struct instance *instance, struct foreseen *out,
                       struct kin_error *err)
{
    struct since since;
    KIN_TRY(compare_since(forecast, instance, &since, err));
    if (extends(kind_of(forecast, instance)))
        since.width = width_of(forecast, instance);
    if (out->state != KIN_PLAN_RUN)
        return foresee_counted(forecast, instance, &since, out, err);
    KIN_TRY(foresee_known(forecast, instance, &since, out, err));
    double todo = out->todo; /* counted one by one already */
    KIN_TRY(find_pools(forecast, instance, out, err));
    return take_from_pools(forecast, out, &todo, err);
}

static int foresee_whole(struct forecast *forecast, const struct instance *instance,
                         struct foreseen *out, struct kin_error *err)
{
    struct since since;
    KIN_TRY(compare_since(forecast, instance, &since, err));
    const char *type = kind_of(forecast, instance)->outputs[0].type;
    bool items = kin_type_find(type, strlen(type))->element != NULL;
    bool fewer = items && since.same && since.fresh < out->size;
    out->fresh = fewer ? since.fresh : out->size;
    out->todo = out->units = 1;
    KIN_TRY(find_pools(forecast, instance, out, err));
    return forecast_again(forecast, instance, NULL, err);
}

/* The key of what is not known yet, and what stands for its outputs. Of two absent sources it is
 * not known whether they are the same. */
static int stand_in(struct forecast *forecast, struct instance *instance, bool absent, bool *fresh,
                    struct kin_error *err)
{
    KIN_TRY(record_key(forecast->session, instance, RECORD_ACTION, 0, &instance->key, err));
    if (absent)
        instance->key = kin_digest_of(&instance->number, sizeof instance->number);
    for (uint64_t o = 0; o < kin_kind_outputs(kind_of(forecast, instance)); o++) {
        struct {
            char word[8];
            struct kin_digest key;
            uint64_t output;
        } named = {.word = "foresee", .key = instance->key, .output = o};
        instance->outputs[o] = kin_digest_of(&named, sizeof named);
    }
    return amounts_add(&forecast->keys, &instance->key, fresh, err);
}

static int foresee(struct forecast *forecast, struct instance *instance, struct kin_error *err)
{
    struct foreseen *out = &forecast->list[instance->number];
    bool fresh;
    out->state = state_of(forecast, instance);
    if (out->state == KIN_PLAN_HIT) {
        out->size = (double)instance->items;
        return forecast->idle ? 0 : find_pools(forecast, instance, out, err);
    }
    KIN_TRY(stand_in(forecast, instance, out->state == KIN_PLAN_ABSENT, &fresh, err));
    out->size = out->fresh = size_of(forecast, instance);
    out->shared = !fresh;
    if (out->state == KIN_PLAN_ABSENT || out->shared) {
        out->todo = out->units = out->shared ? 0 : out->size;
        return find_pools(forecast, instance, out, err);
    }
    return kin_kind_is_map(kind_of(forecast, instance))
               ? foresee_map(forecast, instance, out, err)
               : foresee_whole(forecast, instance, out, err);
}

int forecast_init(struct forecast *forecast, struct kin_session *session, struct kin_error *err)
{
    *forecast = (struct forecast){.session = session};
    KIN_TRY(kin_alloc_into(&forecast->list, session->n, sizeof *forecast->list, err));
    KIN_TRY(history_load(session, &forecast->last, err));
    forecast->idle = true;
    for (size_t i = 0; i < session->n; i++)
        if (session->instances[i].state != INSTANCE_UNWANTED && !session->instances[i].hit)
            forecast->idle = false;
    for (size_t i = 0; i < session->n; i++)
        if (session->instances[i].state != INSTANCE_UNWANTED)
            KIN_TRY(foresee(forecast, &session->instances[i], err));
    return 0;
}

void forecast_release(struct forecast *forecast)
{
    history_release(&forecast->last);
    amounts_release(&forecast->keys);
    amounts_release(&forecast->pieces);
    amounts_release(&forecast->pools);
    kin_free(forecast->list);
}
