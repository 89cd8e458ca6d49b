/* Steps as written: which property is an input, which a parameter, which a word of the language. */
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

static const char *const reserved_words[] = {"kind",  "for",    "where",   "exclude",
                                             "over",  "rename", "keep",    "file",
                                             "about", "expect", "on_error", "show"};

/* ---- the words of the language ---- */

/* `what`: the word in quotes, for messages. */
static int read_flag(struct kin_compile *c, const struct kin_node *value, const char *what,
                     bool *out, struct kin_error *err)
{
    struct kin_written written;
    KIN_TRY(kin_variables_scalar(c, value, what, &written, err));
    if (!written.node)
        return 0;
    *out = strcmp(written.node->text, "true") == 0;
    if (!*out && strcmp(written.node->text, "false") != 0)
        kin_report_error(&c->reporter, written.mark, "%s is '%s', wanted true or false", what,
                         written.node->text);
    return 0;
}

static int read_on_error(struct kin_compile *c, struct kin_declaration *d,
                         const struct kin_node *value, struct kin_error *err)
{
    static const char *const choices[] = {[KIN_ON_ERROR_REPORT] = "report",
                                          [KIN_ON_ERROR_SKIP] = "skip",
                                          [KIN_ON_ERROR_STOP] = "stop"};
    struct kin_written written;
    char hint[KIN_HINT];
    KIN_TRY(kin_variables_scalar(c, value, "'on_error'", &written, err));
    if (!written.node)
        return 0;
    for (size_t i = 0; i < KIN_COUNT(choices); i++) {
        if (strcmp(written.node->text, choices[i]) == 0) {
            d->step.on_error = (enum kin_on_error)i;
            return 0;
        }
    }
    kin_report_error(&c->reporter, written.mark,
                     "'on_error' is '%s', wanted report, skip or stop%s", written.node->text,
                     kin_hint(&c->reporter, written.node->text, choices, KIN_COUNT(choices), hint));
    return 0;
}

static int read_expect(struct kin_compile *c, struct kin_declaration *d,
                       const struct kin_node *value, struct kin_error *err)
{
    struct kin_written written;
    KIN_TRY(kin_variables_scalar(c, value, "'expect'", &written, err));
    if (written.node &&
        (!kin_number_parse(written.node->text, false, &d->step.expect) || d->step.expect < 0))
        kin_report_error(&c->reporter, written.mark, "'expect' is '%s', wanted a number of items",
                         written.node->text);
    return 0;
}

static int read_file(struct kin_compile *c, struct kin_declaration *d, const struct kin_node *value,
                     struct kin_error *err)
{
    struct kin_written written;
    KIN_TRY(kin_variables_scalar(c, value, "'file'", &written, err));
    if (!written.node)
        return 0;
    d->file_mark = written.mark;
    if (!kin_path_is_inside(written.node->text)) {
        kin_report_error(&c->reporter, written.mark,
                         "'file' is '%s', wanted a path inside the output folder, without . or ..",
                         written.node->text);
        return 0;
    }
    return kin_arena_text(c->kept, written.node->text, strlen(written.node->text), &d->step.file,
                          err);
}

static int read_about(struct kin_compile *c, struct kin_declaration *d,
                      const struct kin_node *value, struct kin_error *err)
{
    struct kin_written written;
    KIN_TRY(kin_variables_scalar(c, value, "'about'", &written, err));
    if (!written.node)
        return 0;
    return kin_arena_text(c->kept, written.node->text, strlen(written.node->text), &d->step.about,
                          err);
}

/* Takes a word of the language; *known false: it is none. */
static int read_reserved(struct kin_compile *c, struct kin_declaration *d,
                         const struct kin_node *key, const struct kin_node *value, bool *known,
                         struct kin_error *err)
{
    const char *name = key->text;
    *known = true;
    if (strcmp(name, "kind") == 0)
        return 0;
    if (strcmp(name, "keep") == 0)
        return read_flag(c, value, "'keep'", &d->step.keep, err);
    if (strcmp(name, "show") == 0)
        return read_flag(c, value, "'show'", &d->step.show, err);
    if (strcmp(name, "on_error") == 0)
        return read_on_error(c, d, value, err);
    if (strcmp(name, "file") == 0)
        return read_file(c, d, value, err);
    if (strcmp(name, "about") == 0)
        return read_about(c, d, value, err);
    if (strcmp(name, "expect") == 0)
        return read_expect(c, d, value, err);
    const struct kin_node **slot = strcmp(name, "for") == 0       ? &d->for_each
                                   : strcmp(name, "where") == 0   ? &d->where
                                   : strcmp(name, "exclude") == 0 ? &d->exclude
                                   : strcmp(name, "over") == 0    ? &d->over
                                   : strcmp(name, "rename") == 0  ? &d->rename
                                                                  : NULL;
    if (slot)
        *slot = value;
    if (slot == &d->over)
        d->over_mark = key->mark;
    *known = slot != NULL;
    return 0;
}

/* ---- the kind's own names ---- */

/* Whether a workflow says what enters a port: not the listing of a source, nor methods. */
static bool is_given(const struct kin_kind *kind, const struct kin_port *port)
{
    bool listing = kin_kind_listing(kind) == port - kind->inputs;
    return !listing && !(port->flags & KIN_PORT_METHODS);
}

static int report_unknown_property(struct kin_compile *c, const struct kin_declaration *d,
                                   const struct kin_node *key, struct kin_error *err)
{
    const struct kin_kind *kind = d->declared;
    size_t n_params = kin_kind_params(kind);
    size_t n_inputs = kin_kind_inputs(kind);
    size_t n_outputs = kin_kind_outputs(kind);
    size_t n = 0;
    char hint[KIN_HINT];
    const char **names;
    KIN_TRY(kin_arena_take(&c->scratch, &names,
                           n_params + n_inputs + n_outputs + KIN_COUNT(reserved_words),
                           sizeof(char *), err));
    for (size_t i = 0; i < n_params; i++) {
        if (!(kind->params[i].flags & KIN_PARAM_APPLY_ONLY))
            names[n++] = kind->params[i].name;
    }
    for (size_t i = 0; i < n_inputs; i++) {
        if (is_given(kind, &kind->inputs[i]))
            names[n++] = kind->inputs[i].name;
    }
    for (size_t i = 0; i < n_outputs; i++) {
        if (kind->outputs[i].flags & KIN_OUTPUT_NAMED)
            names[n++] = kind->outputs[i].name;
    }
    for (size_t i = 0; i < KIN_COUNT(reserved_words); i++)
        names[n++] = reserved_words[i];
    kin_report_error(&c->reporter, key->mark, "unknown parameter '%s' of kind '%s'%s", key->text,
                     kind->name, kin_hint(&c->reporter, key->text, names, n, hint));
    return 0;
}

static int read_parameter(struct kin_compile *c, struct kin_declaration *d,
                          const struct kin_param *param, const struct kin_node *key,
                          const struct kin_node *value)
{
    if (param->flags & KIN_PARAM_APPLY_ONLY) {
        kin_report_error(&c->reporter, key->mark,
                         "parameter '%s' of kind '%s' would make an item depend on its neighbours; "
                         "it is for 'kindred apply' alone",
                         param->name, d->step.kind->name);
        return 0;
    }
    d->assignments[d->n_assignments++] = (struct kin_assignment){
        .param = (size_t)(param - d->step.kind->params), .key = key->mark, .value = value};
    return 0;
}

/* The kind's own names come before the words of the language: dataset.manifest has a parameter
 * 'file', and a table has none. `kind` and `for` are never a kind's. */
static int read_property(struct kin_compile *c, struct kin_declaration *d,
                         const struct kin_node *key, const struct kin_node *value,
                         struct kin_error *err)
{
    const struct kin_kind *kind = d->declared;
    bool ours = strcmp(key->text, "kind") == 0 || strcmp(key->text, "for") == 0;
    const struct kin_param *param = ours ? NULL : kin_kind_param(kind, key->text);
    if (param)
        return read_parameter(c, d, param, key, value);
    long port = ours ? -1 : kin_kind_input(kind, key->text);
    if (port >= 0 && !is_given(kind, &kind->inputs[port])) {
        kin_report_error(&c->reporter, key->mark,
                         "input '%s' of kind '%s' is what %s; leave it out", key->text, kind->name,
                         kind->scan ? "the source itself finds" : "the program itself knows");
        return 0;
    }
    if (port >= 0 && kind->inputs[port].flags & KIN_PORT_NAMED)
        return kin_named_inputs_read(c, d, value, err);
    if (port >= 0)
        return kin_input_read(c, d, (size_t)port, value, err);
    if (!ours && kin_names_outputs(d, key->text))
        return 0; /* the step's kind has them */
    bool known;
    KIN_TRY(read_reserved(c, d, key, value, &known, err));
    if (!known) {
        d->broken = d->bad_property = true;
        return report_unknown_property(c, d, key, err);
    }
    return 0;
}

/* ---- the kind ---- */

static int report_unknown_kind(struct kin_compile *c, const struct kin_node *node,
                               struct kin_error *err)
{
    char hint[KIN_HINT];
    const char **names;
    size_t n = c->registry->kind_count();
    KIN_TRY(kin_arena_take(&c->scratch, &names, n, sizeof(char *), err));
    for (size_t i = 0; i < n; i++)
        names[i] = c->registry->kind_at(i)->name;
    kin_hint(&c->reporter, node->text, names, n, hint);
    kin_report_error(&c->reporter, node->mark, "there is no kind '%s'%s", node->text,
                     hint[0] ? hint : "; 'kindred kinds' lists them");
    return 0;
}

static int read_kind(struct kin_compile *c, struct kin_declaration *d, struct kin_error *err)
{
    const struct kin_node *kind = kin_node_get(d->node, "kind");
    if (!kind) {
        kin_report_error(&c->reporter, d->step.mark, "step '%s' has no kind", d->step.name);
        return 0;
    }
    d->kind_mark = kind->mark;
    if (kind->type != KIN_NODE_SCALAR) {
        kin_report_error(&c->reporter, kind->mark, "'kind' must be the name of a kind");
        return 0;
    }
    d->step.kind = c->registry->kind_find(kind->text);
    return d->step.kind ? 0 : report_unknown_kind(c, kind, err);
}

/* ---- steps ---- */

static int read_properties(struct kin_compile *c, struct kin_declaration *d, struct kin_error *err)
{
    KIN_TRY(kin_ports_name(c, d, err));
    size_t n = d->node->n;
    KIN_TRY(kin_arena_take(&c->arena, &d->inputs, kin_kind_inputs(d->step.kind), sizeof *d->inputs,
                           err));
    KIN_TRY(kin_arena_take(&c->arena, &d->assignments, n, sizeof *d->assignments, err));
    for (size_t i = 0; i < n; i++)
        KIN_TRY(read_property(c, d, d->node->keys[i], d->node->items[i], err));
    return 0;
}

static int read_step(struct kin_compile *c, struct kin_declaration *d, const struct kin_node *key,
                     const struct kin_node *value, struct kin_error *err)
{
    uint32_t word;
    KIN_TRY(kin_words_add(&c->names, key->text, &word, err));
    d->step.name = kin_words_text(&c->names, word);
    d->step.mark = key->mark;
    d->step.keep = true;
    d->node = value;
    if (!kin_name_is_good(key->text))
        kin_report_error(&c->reporter, key->mark,
                         "'%s' is no name for a step: letters, digits, _ and -", key->text);
    if (value->type != KIN_NODE_MAP) {
        kin_report_error(&c->reporter, key->mark, "step '%s' must be a mapping with a kind",
                         key->text);
        return 0;
    }
    KIN_TRY(read_kind(c, d, err));
    return d->step.kind ? read_properties(c, d, err) : 0;
}

size_t kin_declaration_find(const struct kin_compile *c, const char *name)
{
    uint32_t word = kin_words_find(&c->names, name);
    return word == KIN_WORD_NONE ? KIN_NO_STEP : word - 1;
}

int kin_declarations_read(struct kin_compile *c, const struct kin_node *steps,
                          struct kin_error *err)
{
    KIN_TRY(kin_arena_take(&c->arena, &c->steps, steps->n, sizeof *c->steps, err));
    for (size_t i = 0; i < steps->n; i++) {
        struct kin_declaration *d = &c->steps[c->n_steps++];
        kin_arena_clear(&c->scratch);
        KIN_TRY(read_step(c, d, steps->keys[i], steps->items[i], err));
        d->broken |= d->step.kind == NULL;
    }
    for (size_t i = 0; i < c->n_steps; i++) {
        kin_arena_clear(&c->scratch);
        KIN_TRY(kin_references_link(c, &c->steps[i], err));
    }
    return 0;
}
