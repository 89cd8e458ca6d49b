#include "kindred/solo.h"

#include <stdlib.h>
#include <string.h>

#include "kindred/collection.h"
#include "kindred/machine.h"
#include "kindred/memory.h"

struct element {
    char *id;
    struct kin_value *value;
    struct kin_digest digest;
};

/* What one port has been given. */
struct port {
    struct element *elements; /* a collection's, in ascending id once run; or the gathered values */
    size_t n, capacity;
    bool collection;
    struct kin_set *sets;
    size_t n_sets, sets_capacity;
    struct kin_item *items;
};

struct prior {
    char *id;
    struct kin_value *value;
};

struct stored {
    struct kin_digest digest;
    struct kin_value *value;
};

struct kin_solo_backing {
    struct port *ports;
    size_t n_ports;
    struct prior *priors;
    size_t n_priors, priors_capacity;
    struct stored *store;
    size_t n_store, store_capacity;
};

/* ---- life ---- */

int kin_solo_new(const struct kin_kind *kind, struct kin_solo **out, struct kin_error *err)
{
    KIN_AUTO(kin_solo_auto) struct kin_solo *solo = NULL;
    KIN_TRY(kin_alloc_into(&solo, 1, sizeof *solo, err));
    solo->kind = kind;
    KIN_TRY(kin_alloc_into(&solo->backing, 1, sizeof *solo->backing, err));
    size_t n = kin_kind_inputs(kind);
    KIN_TRY(kin_alloc_into(&solo->backing->ports, n, sizeof *solo->backing->ports, err));
    solo->backing->n_ports = n;
    solo->args = kin_args_new(kind);
    if (!solo->args)
        return kin_fail(err, KIN_ENOMEM, "no memory for arguments");
    *out = solo;
    solo = NULL;
    return 0;
}

static void port_release(struct port *port)
{
    for (size_t i = 0; i < port->n; i++) {
        kin_free(port->elements[i].id);
        kin_value_free(port->elements[i].value);
    }
    kin_free(port->elements);
    kin_free(port->sets);
    kin_free(port->items);
}

static void backing_free(struct kin_solo_backing *backing)
{
    if (!backing)
        return;
    for (size_t i = 0; i < backing->n_ports; i++)
        port_release(&backing->ports[i]);
    for (size_t i = 0; i < backing->n_priors; i++) {
        kin_free(backing->priors[i].id);
        kin_value_free(backing->priors[i].value);
    }
    for (size_t i = 0; i < backing->n_store; i++)
        kin_value_free(backing->store[i].value);
    kin_free(backing->ports);
    kin_free(backing->priors);
    kin_free(backing->store);
    kin_free(backing);
}

void kin_solo_free(struct kin_solo *solo)
{
    if (!solo)
        return;
    kin_given_release(&solo->given);
    kin_args_free(solo->args);
    backing_free(solo->backing);
    kin_free(solo);
}

void kin_solo_auto(struct kin_solo **solo)
{
    kin_solo_free(*solo);
}

/* ---- a store in memory ---- */

static const struct stored *find_stored(const struct kin_solo_backing *backing,
                                        const struct kin_digest *digest)
{
    for (size_t i = 0; i < backing->n_store; i++)
        if (kin_digest_equal(&backing->store[i].digest, digest))
            return &backing->store[i];
    return NULL;
}

int kin_solo_store(struct kin_solo *solo, struct kin_value *takes, struct kin_digest *out,
                   struct kin_error *err)
{
    struct kin_solo_backing *backing = solo->backing;
    KIN_AUTO(kin_value_auto) struct kin_value *value = takes;
    KIN_TRY(kin_value_digest(value, out, err));
    if (find_stored(backing, out))
        return 0;
    KIN_TRY(kin_grow(&backing->store, &backing->store_capacity, backing->n_store + 1,
                     sizeof *backing->store, err));
    backing->store[backing->n_store++] = (struct stored){.digest = *out, .value = value};
    value = NULL;
    return 0;
}

const struct kin_value *kin_solo_stored(const struct kin_solo *solo,
                                        const struct kin_digest *digest)
{
    const struct stored *stored = find_stored(solo->backing, digest);
    return stored ? stored->value : NULL;
}

static int store(void *context, struct kin_value *takes, struct kin_digest *out,
                 struct kin_error *err)
{
    return kin_solo_store(context, takes, out, err);
}

static int fetch(void *context, const struct kin_digest *digest, struct kin_value **out,
                 struct kin_error *err)
{
    const struct kin_value *stored = kin_solo_stored(context, digest);
    char text[KIN_DIGEST_TEXT];
    kin_digest_text(digest, text);
    if (!stored)
        return kin_fail(err, KIN_ENOTFOUND, "nothing is stored as %s", text);
    void *bytes;
    size_t length;
    KIN_TRY(kin_value_encode(stored, &bytes, &length, err));
    int status = kin_value_decode(bytes, length, out, err);
    if (status != 0)
        kin_free(bytes);
    return status;
}

static int no_source(void *context, const struct kin_digest *digest, void **bytes, size_t *length,
                     struct kin_error *err)
{
    (void)context;
    (void)digest;
    (void)bytes;
    (void)length;
    return kin_fail(err, KIN_EUNAVAILABLE, "files of a dataset are read in a workflow only");
}

/* A call that is killed begins anew. */
static int forget_checkpoint(void *context, struct kin_value *takes, struct kin_error *err)
{
    (void)context;
    (void)err;
    kin_value_free(takes);
    return 0;
}

static int no_checkpoint(void *context, struct kin_value **out, struct kin_error *err)
{
    (void)context;
    (void)err;
    *out = NULL;
    return 0;
}

static void say_nothing(void *context, const char *text)
{
    (void)context;
    (void)text;
}

static bool never_cancelled(void *context)
{
    (void)context;
    return false;
}

/* ---- inputs ---- */

static int find_port(const struct kin_solo *solo, const char *name, struct port **out,
                     struct kin_error *err)
{
    long i = kin_kind_input(solo->kind, name);
    if (i < 0)
        return kin_fail(err, KIN_EINVAL, "kind '%s' has no input '%s'", solo->kind->name, name);
    *out = &solo->backing->ports[i];
    return 0;
}

static int failure(struct kin_value **out, struct kin_error *err)
{
    return kin_failure_new("failed before", out, err);
}

static int digest_of(const struct kin_value *value, struct kin_digest *out, struct kin_error *err)
{
    if (value)
        return kin_value_digest(value, out, err);
    KIN_AUTO(kin_value_auto) struct kin_value *failed = NULL;
    KIN_TRY(failure(&failed, err));
    return kin_value_digest(failed, out, err);
}

static int add_element(struct port *port, const char *id, struct kin_value *takes,
                       struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = takes;
    KIN_TRY(kin_grow(&port->elements, &port->capacity, port->n + 1, sizeof *port->elements, err));
    struct element element = {.id = kin_strdup(id), .value = value};
    if (!element.id)
        return kin_fail(err, KIN_ENOMEM, "no memory for an item");
    int status = digest_of(value, &element.digest, err);
    if (status != 0) {
        kin_free(element.id);
        return status;
    }
    port->elements[port->n++] = element;
    value = NULL;
    return 0;
}

int kin_solo_add(struct kin_solo *solo, const char *port_name, const char *id,
                 struct kin_value *takes, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = takes;
    struct port *port = NULL;
    KIN_TRY(find_port(solo, port_name, &port, err));
    port->collection = true;
    takes = value;
    value = NULL;
    return add_element(port, id, takes, err);
}

size_t kin_solo_count(const struct kin_solo *solo, const char *port)
{
    long i = kin_kind_input(solo->kind, port);
    return i < 0 ? 0 : solo->backing->ports[i].n;
}

int kin_solo_put(struct kin_solo *solo, const char *port_name, struct kin_value *takes,
                 struct kin_error *err)
{
    return kin_solo_gather(solo, port_name, NULL, 0, takes, err);
}

int kin_solo_gather(struct kin_solo *solo, const char *port_name, const struct kin_label *labels,
                    size_t n_labels, struct kin_value *takes, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = takes;
    struct port *port = NULL;
    KIN_TRY(find_port(solo, port_name, &port, err));
    KIN_TRY(kin_grow(&port->sets, &port->sets_capacity, port->n_sets + 1, sizeof *port->sets, err));
    takes = value;
    value = NULL;
    KIN_TRY(add_element(port, "", takes, err));
    port->sets[port->n_sets++] = (struct kin_set){
        .labels = labels,
        .n_labels = n_labels,
        .digest = port->elements[port->n - 1].digest,
        .value = port->elements[port->n - 1].value,
    };
    return 0;
}

int kin_solo_prior(struct kin_solo *solo, const char *id, struct kin_value *takes,
                   struct kin_error *err)
{
    struct kin_solo_backing *backing = solo->backing;
    KIN_AUTO(kin_value_auto) struct kin_value *value = takes;
    KIN_TRY(kin_grow(&backing->priors, &backing->priors_capacity, backing->n_priors + 1,
                     sizeof *backing->priors, err));
    char *copy = kin_strdup(id);
    if (!copy)
        return kin_fail(err, KIN_ENOMEM, "no memory for an item");
    backing->priors[backing->n_priors++] = (struct prior){.id = copy, .value = value};
    value = NULL;
    return 0;
}

const struct kin_digest *kin_solo_digest(const struct kin_solo *solo, const char *port)
{
    long i = kin_kind_input(solo->kind, port);
    return i < 0 || solo->backing->ports[i].n_sets == 0 ? NULL
                                                        : &solo->backing->ports[i].sets[0].digest;
}

/* ---- the run ---- */

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct element *)a)->id, ((const struct element *)b)->id);
}

/* The collection's manifest goes into the store, as rows of distances refer to it. */
static int store_manifest(struct kin_solo *solo, const struct port *port,
                          const struct kin_port *declared, struct kin_digest *out,
                          struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    KIN_TRY(kin_alloc_into(&entries, port->n, sizeof *entries, err));
    const char *element = NULL;
    for (size_t i = 0; i < port->n; i++) {
        const struct element *found = &port->elements[i];
        entries[i] =
            (struct kin_entry){.id = found->id, .digest = found->digest, .failed = !found->value};
        if (found->value)
            element = kin_value_type(found->value);
    }
    if (!element) {
        size_t length = strcspn(declared->type, "|");
        element = kin_type_find(declared->type, length)->element;
    }
    struct kin_value *manifest;
    KIN_TRY(kin_collection_new(element ? element : "", entries, port->n, &manifest, err));
    return kin_solo_store(solo, manifest, out, err);
}

static int make_set(struct kin_solo *solo, struct port *port, const struct kin_port *declared,
                    struct kin_error *err)
{
    struct kin_set set = {.n_items = port->n};
    qsort(port->elements, port->n, sizeof *port->elements, by_id);
    KIN_TRY(store_manifest(solo, port, declared, &set.digest, err));
    KIN_TRY(kin_alloc_into(&port->items, port->n, sizeof *port->items, err));
    for (size_t i = 0; i < port->n; i++)
        port->items[i] = (struct kin_item){.id = port->elements[i].id,
                                           .digest = port->elements[i].digest,
                                           .value = port->elements[i].value};
    set.items = port->items;
    KIN_TRY(kin_grow(&port->sets, &port->sets_capacity, 1, sizeof *port->sets, err));
    port->sets[0] = set;
    port->n_sets = 1;
    return 0;
}

static int check_port(const struct kin_solo *solo, size_t i, struct kin_error *err)
{
    const struct kin_port *declared = &solo->kind->inputs[i];
    const struct port *port = &solo->backing->ports[i];
    if (port->n == 0 && !(declared->flags & KIN_PORT_OPTIONAL) && declared->mode != KIN_GATHER)
        return kin_fail(err, KIN_EINVAL, "kind '%s' needs the input '%s' (%s)", solo->kind->name,
                        declared->name, declared->type);
    if (declared->mode != KIN_EACH)
        return 0;
    if (solo->n_items != 0 && port->n != 0 && port->n != solo->n_items)
        return kin_fail(err, KIN_EINVAL, "input '%s' has %zu items, another has %zu",
                        declared->name, port->n, solo->n_items);
    return 0;
}

/* Items of all KIN_EACH ports have to carry the same ids: the engine would have joined them. */
static int check_join(const struct kin_solo *solo, struct kin_error *err)
{
    const struct port *first = NULL;
    for (size_t i = 0; i < solo->backing->n_ports; i++) {
        const struct port *port = &solo->backing->ports[i];
        if (solo->kind->inputs[i].mode != KIN_EACH || port->n == 0)
            continue;
        if (!first)
            first = port;
        for (size_t k = 0; k < port->n; k++) {
            if (strcmp(first->elements[k].id, port->elements[k].id) != 0)
                return kin_fail(err, KIN_EINVAL, "item '%s' of one input is '%s' of input '%s'",
                                first->elements[k].id, port->elements[k].id,
                                solo->kind->inputs[i].name);
            if (!port->elements[k].value)
                return kin_fail(err, KIN_EINVAL, "item '%s' has failed", port->elements[k].id);
        }
    }
    return 0;
}

static int prepare(struct kin_solo *solo, struct kin_error *err)
{
    for (size_t i = 0; i < solo->backing->n_ports; i++) {
        struct port *port = &solo->backing->ports[i];
        const struct kin_port *declared = &solo->kind->inputs[i];
        KIN_TRY(check_port(solo, i, err));
        if (declared->mode == KIN_EACH && port->n > 0)
            solo->n_items = port->n;
        if (port->collection)
            KIN_TRY(make_set(solo, port, declared, err));
    }
    return check_join(solo, err);
}

/* The priors in the order of the call's items. */
static void place_priors(const struct kin_solo *solo, const struct kin_value **out)
{
    const struct kin_solo_backing *backing = solo->backing;
    for (size_t i = 0; i < backing->n_ports; i++) {
        if (solo->kind->inputs[i].mode != KIN_EACH)
            continue;
        for (size_t k = 0; k < backing->ports[i].n; k++)
            for (size_t p = 0; p < backing->n_priors; p++)
                if (strcmp(backing->priors[p].id, backing->ports[i].elements[k].id) == 0)
                    out[k] = backing->priors[p].value;
    }
}

static int call_kind(struct kin_solo *solo, struct kin_error *err)
{
    const struct kin_services services = {.context = solo,
                                          .fetch = fetch,
                                          .store = store,
                                          .source = no_source,
                                          .checkpoint = forget_checkpoint,
                                          .resume = no_checkpoint,
                                          .progress = say_nothing,
                                          .cancelled = never_cancelled,
                                          .threads = 1,
                                          .memory = kin_machine_memory() / 2};
    size_t n = solo->backing->n_ports;
    KIN_AUTO(kin_auto_free) const struct kin_set **sets = NULL;
    KIN_AUTO(kin_auto_free) size_t *n_sets = NULL;
    KIN_AUTO(kin_auto_free) const struct kin_value **priors = NULL;
    KIN_TRY(kin_alloc_into(&sets, n, sizeof *sets, err));
    KIN_TRY(kin_alloc_into(&n_sets, n, sizeof *n_sets, err));
    KIN_TRY(kin_alloc_into(&priors, solo->n_items, sizeof *priors, err));
    for (size_t i = 0; i < n; i++) {
        sets[i] = solo->backing->ports[i].sets;
        n_sets[i] = solo->backing->ports[i].n_sets;
    }
    place_priors(solo, priors);
    struct kin_call call = {
        .kind = solo->kind,
        .args = solo->args,
        .sets = sets,
        .n_sets = n_sets,
        .n_items = solo->n_items,
        .priors = priors,
        .services = &services,
        .given = &solo->given,
    };
    KIN_TRY(solo->kind->run(&call, err));
    return kin_given_check(&call, err);
}

int kin_solo_run(struct kin_solo *solo, struct kin_error *err)
{
    const char *blame = NULL;
    KIN_TRY(kin_args_check(solo->args, &blame, err));
    KIN_TRY(prepare(solo, err));
    return call_kind(solo, err);
}
