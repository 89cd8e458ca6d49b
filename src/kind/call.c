/* The kind's side of a call: reading inputs, giving results. */
#include <stdlib.h>
#include <string.h>

#include "kindred/given.h"
#include "kindred/memory.h"

/* ---- inputs ---- */

static size_t port_index(const struct kin_call *call, const char *port)
{
    long i = kin_kind_input(call->kind, port);
    if (i < 0)
        abort(); /* the kind reads a port it does not declare */
    return (size_t)i;
}

const struct kin_set *kin_call_input(const struct kin_call *call, const char *port)
{
    size_t i = port_index(call, port);
    return call->n_sets[i] ? call->sets[i] : NULL;
}

size_t kin_call_gathered(const struct kin_call *call, const char *port, const struct kin_set **out)
{
    size_t i = port_index(call, port);
    *out = call->sets[i];
    return call->n_sets[i];
}

const struct kin_value *kin_call_item(const struct kin_call *call, const char *port, size_t k)
{
    const struct kin_set *set = kin_call_input(call, port);
    return set ? set->items[k].value : NULL;
}

const struct kin_value *kin_call_prior(const struct kin_call *call, size_t k)
{
    return call->priors ? call->priors[k] : NULL;
}

void kin_call_name(const struct kin_call *call, size_t k, struct kin_text *out)
{
    kin_text_addf(out, "kind %s\n", call->kind->name);
    kin_args_canonical(call->args, out);
    for (size_t i = 0; i < kin_kind_inputs(call->kind); i++) {
        if (call->kind->inputs[i].mode != KIN_EACH || call->n_sets[i] == 0)
            continue;
        char digest[KIN_DIGEST_TEXT];
        kin_digest_text(&call->sets[i]->items[k].digest, digest);
        kin_text_addf(out, "item %s\n", digest);
    }
}

/* ---- between calls ---- */

struct kin_digest kin_thing_key(const char *what, const struct kin_digest *made_from)
{
    struct kin_digest parts[] = {kin_digest_of(what, strlen(what)), *made_from};
    return kin_digest_of(parts, sizeof parts);
}

void *kin_call_take(const struct kin_call *call, const struct kin_digest *key)
{
    const struct kin_services *services = call->services;
    return services && services->take ? services->take(services->context, key) : NULL;
}

void kin_call_keep(const struct kin_call *call, const struct kin_digest *key,
                   struct kin_thing thing)
{
    const struct kin_services *services = call->services;
    if (services && services->keep)
        services->keep(services->context, key, thing);
    else
        thing.release(thing.at);
}

/* ---- results ---- */

void kin_given_release(struct kin_given *given)
{
    for (size_t i = 0; i < given->n; i++) {
        kin_value_free(given->list[i].value);
        kin_free(given->list[i].id);
        kin_free(given->list[i].why);
    }
    kin_free(given->list);
    *given = (struct kin_given){0};
}

/* Appends a gift; takes what it holds. */
static int add(struct kin_call *call, const char *output, struct kin_gift gift,
               struct kin_error *err)
{
    struct kin_given *given = call->given;
    long index = kin_kind_output(call->kind, output);
    if (index < 0)
        abort(); /* the kind gives an output it does not declare */
    gift.output = (size_t)index;
    int status = kin_grow(&given->list, &given->capacity, given->n + 1, sizeof *given->list, err);
    if (status != 0) {
        kin_value_free(gift.value);
        kin_free(gift.id);
        kin_free(gift.why);
        return status;
    }
    given->list[given->n++] = gift;
    return 0;
}

int kin_call_give(struct kin_call *call, size_t k, const char *output, struct kin_value *takes,
                  struct kin_error *err)
{
    return add(call, output, (struct kin_gift){.k = k, .value = takes}, err);
}

int kin_call_give_item(struct kin_call *call, const char *output, const char *id,
                       struct kin_value *takes, struct kin_error *err)
{
    char *copy = kin_strdup(id);
    if (!copy) {
        kin_value_free(takes);
        return kin_fail(err, KIN_ENOMEM, "no memory for an id");
    }
    return add(call, output, (struct kin_gift){.id = copy, .value = takes}, err);
}

int kin_call_pass_item(struct kin_call *call, const char *output, const struct kin_item *item,
                       struct kin_error *err)
{
    char *copy = kin_strdup(item->id);
    if (!copy)
        return kin_fail(err, KIN_ENOMEM, "no memory for an id");
    struct kin_gift gift = {
        .id = copy, .digest = item->digest, .passed = true, .failed = item->value == NULL};
    return add(call, output, gift, err);
}

int kin_call_reject(struct kin_call *call, size_t k, const struct kin_error *why)
{
    struct kin_error err = {0};
    char *copy = kin_strdup(why->text);
    if (!copy)
        return KIN_ENOMEM;
    return add(call, NULL, (struct kin_gift){.k = k, .failed = true, .why = copy}, &err);
}

void kin_call_count(struct kin_call *call, const char *unit, uint64_t n)
{
    struct kin_counter *counters = call->given->counters;
    for (size_t i = 0; i < KIN_COUNT(call->given->counters); i++) {
        if (counters[i].unit && strcmp(counters[i].unit, unit) != 0)
            continue;
        counters[i].unit = unit;
        counters[i].n += n;
        return;
    }
}

const struct kin_gift *kin_given_find(const struct kin_given *given, size_t output, size_t k)
{
    for (size_t i = 0; i < given->n; i++) {
        const struct kin_gift *gift = &given->list[i];
        if (gift->k == k && !gift->id && (gift->why || gift->output == output))
            return gift;
    }
    return NULL;
}

static int check_type(const struct kin_call *call, const struct kin_gift *gift,
                      struct kin_error *err)
{
    const struct kin_output *output = &call->kind->outputs[gift->output];
    const struct kin_type *type = kin_type_find(output->type, strlen(output->type));
    const char *wanted = type->element ? type->element : type->name;
    if (gift->value && strcmp(kin_value_type(gift->value), wanted) != 0)
        return kin_fail(err, KIN_EINVAL, "kind '%s' gave a %s as '%s', declared is a %s",
                        call->kind->name, kin_value_type(gift->value), output->name, wanted);
    return 0;
}

int kin_given_check(const struct kin_call *call, struct kin_error *err)
{
    for (size_t i = 0; i < call->given->n; i++)
        KIN_TRY(check_type(call, &call->given->list[i], err));
    size_t n = kin_kind_is_map(call->kind) ? call->n_items : 1;
    for (size_t o = 0; o < kin_kind_outputs(call->kind); o++) {
        const char *name = call->kind->outputs[o].type;
        const struct kin_type *type = kin_type_find(name, strlen(name));
        if (type->element && !kin_kind_is_map(call->kind))
            continue; /* a collection may be empty */
        for (size_t k = 0; k < n; k++)
            if (!kin_given_find(call->given, o, k))
                return kin_fail(err, KIN_EINVAL, "kind '%s' gave no '%s' for item %zu of %zu",
                                call->kind->name, call->kind->outputs[o].name, k + 1, n);
    }
    return 0;
}
