/* Arguments: what a workflow says about a kind's parameters, checked against their declarations. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/kind.h"
#include "kindred/memory.h"

struct argument {
    bool set;
    double number;     /* numbers, integers, flags */
    char *text;        /* texts, choices, paths */
    char **items;      /* lists: n_items texts */
    size_t n_items;
};

struct kin_args {
    const struct kin_kind *kind;
    size_t n;
    struct argument *list; /* in the order of the declaration */
};

static void argument_release(struct argument *argument)
{
    kin_free(argument->text);
    for (size_t i = 0; i < argument->n_items; i++)
        kin_free(argument->items[i]);
    kin_free(argument->items);
    *argument = (struct argument){0};
}

void kin_args_free(struct kin_args *args)
{
    if (!args)
        return;
    for (size_t i = 0; args->list && i < args->n; i++)
        argument_release(&args->list[i]);
    kin_free(args->list);
    kin_free(args);
}

const struct kin_kind *kin_args_kind(const struct kin_args *args)
{
    return args->kind;
}

const char *kin_args_port_type(const struct kin_args *args, const struct kin_port *port)
{
    const char *narrowed = args->kind->narrow ? args->kind->narrow(args, port) : NULL;
    return narrowed ? narrowed : port->type;
}

/* ---- reading one literal ---- */

static int copy_text(const char *text, char **out, struct kin_error *err)
{
    *out = kin_strdup(text);
    return *out ? 0 : kin_fail(err, KIN_ENOMEM, "no memory for a parameter");
}

static int parse_number(const struct kin_param *param, const char *text, double *out,
                        struct kin_error *err)
{
    const char *unit = param->unit ? param->unit : "";
    const char *space = param->unit ? " " : "";
    if (!kin_number_parse(text, false, out))
        return kin_fail(err, KIN_EINVAL, "parameter '%s' is '%s', wanted a number%s%s",
                        param->name, text, param->unit ? " in " : "", unit);
    if (param->type == KIN_PARAM_INTEGER && (*out != floor(*out) || fabs(*out) > 0x1p53))
        return kin_fail(err, KIN_EINVAL, "parameter '%s' is %s, wanted a whole number",
                        param->name, text);
    if ((param->min != 0 || param->max != 0) && (*out < param->min || *out > param->max)) {
        char low[KIN_NUMBER_TEXT], high[KIN_NUMBER_TEXT];
        kin_number_text(param->min, low);
        kin_number_text(param->max, high);
        if (isinf(param->max))
            return kin_fail(err, KIN_EINVAL, "parameter '%s' is %s, wanted %s%s%s or more",
                            param->name, text, low, space, unit);
        return kin_fail(err, KIN_EINVAL, "parameter '%s' is %s, wanted %s to %s%s%s", param->name,
                        text, low, high, space, unit);
    }
    return 0;
}

static int parse_choice(const struct kin_param *param, const char *text, char **out,
                        struct kin_error *err)
{
    size_t n = 0;
    while (param->choices[n]) {
        if (strcmp(param->choices[n], text) == 0)
            return copy_text(text, out, err);
        n++;
    }
    KIN_AUTO(kin_text_release) struct kin_text all = {0};
    for (size_t i = 0; i < n; i++)
        kin_text_addf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", param->choices[i]);
    const char *near = kin_nearest_name(text, param->choices, n);
    return kin_fail(err, KIN_EINVAL, "parameter '%s' is '%s', wanted %s%s%s%s", param->name, text,
                    kin_text_string(&all), near ? "; did you mean '" : "", near ? near : "",
                    near ? "'?" : "");
}

static int parse_flag(const struct kin_param *param, const char *text, double *out,
                      struct kin_error *err)
{
    bool yes = strcmp(text, "true") == 0;
    if (!yes && strcmp(text, "false") != 0)
        return kin_fail(err, KIN_EINVAL, "parameter '%s' is '%s', wanted true or false",
                        param->name, text);
    *out = yes;
    return 0;
}

static int parse_list(const struct kin_param *param, const struct kin_literal *literal,
                      struct argument *out, struct kin_error *err)
{
    bool scalar = literal->text != NULL;
    size_t n = scalar ? literal->text[0] != '\0' : literal->n_items;
    KIN_TRY(kin_alloc_into(&out->items, n, sizeof *out->items, err));
    for (size_t i = 0; i < n; i++) {
        const char *text = scalar ? literal->text : literal->items[i].text;
        if (!text)
            return kin_fail(err, KIN_EINVAL, "parameter '%s' holds a list in a list", param->name);
        KIN_TRY(copy_text(text, &out->items[i], err));
        out->n_items = i + 1;
    }
    return 0;
}

static int parse(const struct kin_param *param, const struct kin_literal *literal,
                 struct argument *out, struct kin_error *err)
{
    if (param->type == KIN_PARAM_LIST || param->type == KIN_PARAM_PATHS)
        return parse_list(param, literal, out, err);
    if (!literal->text)
        return kin_fail(err, KIN_EINVAL,
                        "parameter '%s' is a list, wanted one value (several go under 'for:')",
                        param->name);
    switch (param->type) {
    case KIN_PARAM_NUMBER:
    case KIN_PARAM_INTEGER:
        return parse_number(param, literal->text, &out->number, err);
    case KIN_PARAM_FLAG:
        return parse_flag(param, literal->text, &out->number, err);
    case KIN_PARAM_CHOICE:
        return parse_choice(param, literal->text, &out->text, err);
    default:
        return copy_text(literal->text, &out->text, err);
    }
}

/* ---- building ---- */

static int unknown_parameter(const struct kin_kind *kind, const char *name, struct kin_error *err)
{
    const char *names[64];
    size_t n = kin_kind_params(kind);
    n = n < KIN_COUNT(names) ? n : KIN_COUNT(names);
    for (size_t i = 0; i < n; i++)
        names[i] = kind->params[i].name;
    const char *near = kin_nearest_name(name, names, n);
    return kin_fail(err, KIN_EINVAL, "unknown parameter '%s' of kind '%s'%s%s%s", name, kind->name,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int kin_args_set(struct kin_args *args, const char *name, const struct kin_literal *literal,
                 struct kin_error *err)
{
    const struct kin_param *param = kin_kind_param(args->kind, name);
    if (!param)
        return unknown_parameter(args->kind, name, err);
    struct argument argument = {.set = true};
    int status = parse(param, literal, &argument, err);
    if (status != 0) {
        argument_release(&argument);
        return status;
    }
    struct argument *slot = &args->list[param - args->kind->params];
    argument_release(slot);
    *slot = argument;
    return 0;
}

static int set_defaults(struct kin_args *args)
{
    for (size_t i = 0; i < args->n; i++) {
        const struct kin_param *param = &args->kind->params[i];
        if (!param->fallback)
            continue;
        struct kin_literal literal = {.text = param->fallback};
        KIN_TRY(parse(param, &literal, &args->list[i], NULL));
        args->list[i].set = true;
    }
    return 0;
}

struct kin_args *kin_args_new(const struct kin_kind *kind)
{
    struct kin_args *args = kin_alloc(1, sizeof *args);
    if (!args)
        return NULL;
    args->kind = kind;
    args->n = kin_kind_params(kind);
    args->list = kin_alloc(args->n, sizeof *args->list);
    if (!args->list || set_defaults(args) != 0) {
        kin_args_free(args);
        return NULL;
    }
    return args;
}

const char *kin_args_missing(const struct kin_args *args)
{
    for (size_t i = 0; i < args->n; i++)
        if (!args->list[i].set)
            return args->kind->params[i].name;
    return NULL;
}

int kin_args_check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    *blame = kin_args_missing(args);
    if (*blame)
        return kin_fail(err, KIN_EINVAL, "kind '%s' needs the parameter '%s'", args->kind->name,
                        *blame);
    return args->kind->check ? args->kind->check(args, blame, err) : 0;
}

/* ---- canonical spelling ---- */

static void add_quoted(struct kin_text *out, const char *text)
{
    kin_text_add(out, "\"");
    for (const char *at = text; *at; at++) {
        if (*at == '\n')
            kin_text_add(out, "\\n");
        else if (*at == '"' || *at == '\\')
            kin_text_addf(out, "\\%c", *at);
        else
            kin_text_add_bytes(out, at, 1);
    }
    kin_text_add(out, "\"");
}

static void add_scalar(struct kin_text *out, const char *text)
{
    double number;
    if (kin_number_parse(text, false, &number))
        kin_text_add_number(out, number);
    else
        add_quoted(out, text);
}

static void add_value(struct kin_text *out, const struct kin_param *param,
                      const struct argument *argument)
{
    switch (param->type) {
    case KIN_PARAM_NUMBER:
    case KIN_PARAM_INTEGER:
        kin_text_add_number(out, argument->number);
        return;
    case KIN_PARAM_FLAG:
        kin_text_add(out, argument->number != 0 ? "true" : "false");
        return;
    case KIN_PARAM_LIST:
        kin_text_add(out, "[");
        for (size_t i = 0; i < argument->n_items; i++) {
            kin_text_add(out, i ? ", " : "");
            if (param->flags & KIN_PARAM_VERBATIM)
                add_quoted(out, argument->items[i]);
            else
                add_scalar(out, argument->items[i]);
        }
        kin_text_add(out, "]");
        return;
    default:
        add_quoted(out, argument->text);
    }
}

static bool is_in_key(const struct kin_param *param)
{
    return param->type != KIN_PARAM_PATH && param->type != KIN_PARAM_PATHS &&
           !(param->flags & KIN_PARAM_OUTSIDE);
}

/* The index of the parameter whose name comes next after `last` (NULL: the first), or n. */
static size_t next_by_name(const struct kin_args *args, const char *last)
{
    size_t best = args->n;
    for (size_t i = 0; i < args->n; i++) {
        const char *name = args->kind->params[i].name;
        if ((!last || strcmp(name, last) > 0) &&
            (best == args->n || strcmp(name, args->kind->params[best].name) < 0))
            best = i;
    }
    return best;
}

void kin_args_canonical_without(const struct kin_args *args, unsigned flags, struct kin_text *out)
{
    for (size_t i = next_by_name(args, NULL); i < args->n;
         i = next_by_name(args, args->kind->params[i].name)) {
        const struct kin_param *param = &args->kind->params[i];
        if (!is_in_key(param) || (param->flags & flags) || !args->list[i].set)
            continue;
        kin_text_addf(out, "param %s ", param->name);
        add_value(out, param, &args->list[i]);
        kin_text_add(out, "\n");
    }
}

void kin_args_canonical(const struct kin_args *args, struct kin_text *out)
{
    kin_args_canonical_without(args, 0, out);
}

/* ---- reading ---- */

static const struct argument *find(const struct kin_args *args, const char *name)
{
    const struct kin_param *param = kin_kind_param(args->kind, name);
    if (!param)
        abort(); /* the kind reads a parameter it does not declare */
    return &args->list[param - args->kind->params];
}

double kin_arg_number(const struct kin_args *args, const char *name)
{
    return find(args, name)->number;
}

int64_t kin_arg_integer(const struct kin_args *args, const char *name)
{
    return (int64_t)find(args, name)->number;
}

const char *kin_arg_text(const struct kin_args *args, const char *name)
{
    const char *text = find(args, name)->text;
    return text ? text : "";
}

bool kin_arg_flag(const struct kin_args *args, const char *name)
{
    return find(args, name)->number != 0;
}

bool kin_arg_is(const struct kin_args *args, const char *name, const char *choice)
{
    return strcmp(kin_arg_text(args, name), choice) == 0;
}

size_t kin_arg_list(const struct kin_args *args, const char *name, const char *const **texts)
{
    const struct argument *argument = find(args, name);
    *texts = (const char *const *)argument->items;
    return argument->n_items;
}
