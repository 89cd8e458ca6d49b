/*
 * Canonical records: the text whose digest is an action's key. Line by line:
 *
 *   kindred-action 1
 *   kind transform 3
 *   param magnitude -12
 *   param transformation "PS"
 *   outside gnuplot found                  what a kind depends on beside these
 *   on_error skip                          only where it changes the outputs
 *   gives fit table n,r_squared            an output that the step names, with its columns
 *   input of 5f3c…                         digest of the artifact or manifest
 *   input of[magnitude=-12,…] 77e1…        gathered: with the labels
 *   input of[magnitude=12,…] lacking       gathered: it failed, and the result says so
 *
 * No path, time, host or thread count, and no order of the workflow file, is in it.
 */
#include <string.h>

#include "session.h"

/* Canonical parameters by arguments object: instances share those, so few are rendered. */
struct rendered {
    const struct kin_args *args;
    char *text;
};

struct records {
    size_t capacity, n; /* capacity: a power of two */
    struct rendered *table;
    struct kin_text spare; /* a record's memory between two keys, so that few are allocated */
    pthread_mutex_t lock;
};

struct records *records_new(void)
{
    struct records *records = kin_alloc(1, sizeof *records);
    if (!records)
        return NULL;
    records->capacity = 64;
    records->table = kin_alloc(records->capacity, sizeof *records->table);
    pthread_mutex_init(&records->lock, NULL);
    if (!records->table) {
        records_free(records);
        return NULL;
    }
    return records;
}

void records_free(struct records *records)
{
    if (!records)
        return;
    for (size_t i = 0; records->table && i < records->capacity; i++)
        kin_free(records->table[i].text);
    kin_free(records->table);
    kin_text_release(&records->spare);
    pthread_mutex_destroy(&records->lock);
    kin_free(records);
}

static struct rendered *slot_of(struct rendered *table, size_t capacity,
                                const struct kin_args *args)
{
    size_t i = ((uintptr_t)args >> 6) * 0x9E3779B97F4A7C15u & (capacity - 1);
    while (table[i].args && table[i].args != args)
        i = (i + 1) & (capacity - 1);
    return &table[i];
}

static int grow(struct records *records, struct kin_error *err)
{
    if (2 * records->n < records->capacity)
        return 0;
    struct rendered *larger;
    KIN_TRY(kin_alloc_into(&larger, 2 * records->capacity, sizeof *larger, err));
    for (size_t i = 0; i < records->capacity; i++)
        if (records->table[i].args)
            *slot_of(larger, 2 * records->capacity, records->table[i].args) = records->table[i];
    kin_free(records->table);
    records->table = larger;
    records->capacity *= 2;
    return 0;
}

/* «outside gnuplot found»: what a kind depends on beside parameters and inputs. */
static void add_outside(const struct kin_args *args, struct kin_text *out)
{
    const struct kin_kind *kind = kin_args_kind(args);
    KIN_AUTO(kin_text_release) struct kin_text lines = {0};
    if (kind->outside)
        kind->outside(args, &lines);
    for (const char *line = kin_text_string(&lines); *line; line += *line == '\n') {
        size_t length = strcspn(line, "\n");
        kin_text_add(out, "outside ");
        kin_text_add_bytes(out, line, length);
        kin_text_add(out, "\n");
        line += length;
    }
    out->failed = out->failed || lines.failed;
}

/* Renders outside the table's life: the text stays where it is until records_free. */
static int find_params(struct records *records, const struct kin_args *args, const char **out,
                       struct kin_error *err)
{
    KIN_TRY(grow(records, err));
    struct rendered *slot = slot_of(records->table, records->capacity, args);
    if (!slot->args) {
        struct kin_text text = {0};
        kin_args_canonical(args, &text);
        add_outside(args, &text);
        kin_text_add(&text, "");
        if (kin_text_check(&text, err) != 0) {
            kin_text_release(&text);
            return KIN_ENOMEM;
        }
        *slot = (struct rendered){.args = args, .text = text.data};
        records->n++;
    }
    *out = slot->text;
    return 0;
}

static int params_text(struct kin_session *session, const struct instance *instance,
                       const char **out, struct kin_error *err)
{
    struct records *records = session->records;
    pthread_mutex_lock(&records->lock);
    int status = find_params(records, args_of(session, instance), out, err);
    pthread_mutex_unlock(&records->lock);
    return status;
}

static void add_digest(struct kin_text *out, const struct kin_digest *digest)
{
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(digest, hex);
    kin_text_add(out, " ");
    kin_text_add_bytes(out, hex, KIN_DIGEST_TEXT - 1);
    kin_text_add(out, "\n");
}

/* The labels of a gathered instance: «[axis=value,…]», missing ones left out. */
static void add_labels(struct kin_text *out, const struct kin_step *step, size_t point)
{
    const char *before = "[";
    for (size_t a = 0; a < step->n_axes; a++) {
        const struct kin_label *label = &step->points[point * step->n_axes + a];
        if (!label->text)
            continue;
        kin_text_add(out, before);
        kin_text_add(out, step->axes[a]);
        kin_text_add(out, "=");
        kin_text_add(out, label->text);
        before = ",";
    }
    kin_text_add(out, *before == ',' ? "]" : "");
}

static int add_methods(struct kin_session *session, const struct instance *instance,
                       const struct kin_port *port, struct kin_text *out, struct kin_error *err)
{
    struct kin_digest digest;
    KIN_TRY(methods_digest(session, instance, &digest, err));
    kin_text_addf(out, "input %s", port->name);
    add_digest(out, &digest);
    return 0;
}

static void add_port(struct kin_session *session, const struct instance *instance, size_t port,
                     struct kin_text *out)
{
    const struct kin_kind *kind = step_of(session, instance)->kind;
    size_t n;
    const struct kin_feed *feeds = feeds_of(session, instance, port, &n);
    for (size_t f = 0; f < n; f++) {
        const struct instance *producer = fed_by(session, &feeds[f]);
        kin_text_add(out, "input ");
        kin_text_add(out, kind->inputs[port].name);
        if (kind->inputs[port].mode == KIN_GATHER)
            add_labels(out, step_of(session, producer), producer->point);
        if (is_lost(producer))
            kin_text_add(out, " lacking\n");
        else
            add_digest(out, &producer->outputs[feeds[f].output]);
    }
    const struct listing *listing = source_listing(session, instance);
    if (listing && kin_kind_listing(kind) == (long)port) {
        kin_text_add(out, "input listing");
        add_digest(out, &listing->digest);
    }
}

/* What a step says of the outputs it names. */
static void add_named_outputs(const struct kin_kind *kind, struct kin_text *out)
{
    for (size_t o = 0; o < kin_kind_outputs(kind); o++) {
        const struct kin_output *output = &kind->outputs[o];
        if (!(output->flags & KIN_OUTPUT_NAMED))
            continue;
        kin_text_addf(out, "gives %s %s", output->name, output->type);
        for (size_t c = 0; c < output->n_columns; c++)
            kin_text_addf(out, "%s%s", c ? "," : " ", output->columns[c]);
        kin_text_add(out, "\n");
    }
}

static bool has_port(const struct kin_port *port, enum record_form form)
{
    if (form == RECORD_ACTION || form == RECORD_HORIZON)
        return true;
    if (port->mode == KIN_EACH)
        return false;
    return form != RECORD_PRIOR || !(port->flags & KIN_PORT_EXTENDS);
}

int record_text(struct kin_session *session, const struct instance *instance, enum record_form form,
                size_t output, struct kin_text *out, struct kin_error *err)
{
    static const char *const heads[] = {"kindred-action 1\nkind ", "kindred-items 1\nkind ",
                                        "kindred-failures 1\nkind ", "kindred-priors 1\nkind ",
                                        "kindred-horizon 1\nkind "};
    const struct kin_step *step = step_of(session, instance);
    const char *params = "";
    if (form != RECORD_HORIZON)
        KIN_TRY(params_text(session, instance, &params, err));
    kin_text_add(out, heads[form]);
    kin_text_addf(out, "%s %u\n", step->kind->name, step->kind->version);
    kin_text_add(out, params);
    if (form == RECORD_HORIZON)
        kin_args_canonical_without(args_of(session, instance), KIN_PARAM_HORIZON, out);
    if (form == RECORD_ACTION && step->on_error == KIN_ON_ERROR_SKIP)
        kin_text_add(out, "on_error skip\n");
    add_named_outputs(step->kind, out);
    for (size_t p = 0; p < kin_kind_inputs(step->kind); p++) {
        const struct kin_port *port = &step->kind->inputs[p];
        if (port->flags & KIN_PORT_METHODS)
            KIN_TRY(add_methods(session, instance, port, out, err));
        else if (has_port(port, form))
            add_port(session, instance, p, out);
    }
    if (form == RECORD_FAMILY || form == RECORD_PRIOR)
        kin_text_addf(out, "output %s\n", step->kind->outputs[output].name);
    return kin_text_check(out, err);
}

/* Exchanges a text with the spare one, which is empty while somebody uses it. */
static void swap_spare(struct records *records, struct kin_text *text)
{
    pthread_mutex_lock(&records->lock);
    struct kin_text mine = *text;
    *text = records->spare;
    records->spare = mine;
    pthread_mutex_unlock(&records->lock);
}

int record_key(struct kin_session *session, const struct instance *instance, enum record_form form,
               size_t output, struct kin_digest *out, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    swap_spare(session->records, &text);
    kin_text_clear(&text);
    int status = record_text(session, instance, form, output, &text, err);
    if (status == 0)
        *out = kin_digest_of(text.data, text.length);
    swap_spare(session->records, &text);
    return status;
}
