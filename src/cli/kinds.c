/* kindred kinds [KIND]: everything here is read from the kinds' declarations. */
#include <math.h>
#include <string.h>

#include "cli.h"
#include "kindred/kind.h"
#include "kindred/memory.h"
#include "kindred/text.h"

/* ---- the list ---- */

static size_t longest_name(void)
{
    size_t longest = 0;
    for (size_t i = 0; i < kin_kind_count(); i++) {
        size_t width = kin_cli_width(kin_kind_at(i)->name);
        longest = width > longest ? width : longest;
    }
    return longest;
}

static void print_list(void)
{
    size_t width = longest_name();
    for (size_t i = 0; i < kin_kind_count(); i++) {
        const struct kin_kind *kind = kin_kind_at(i);
        printf("%-*s  ", (int)width, kind->name);
        kin_cli_wrap(stdout, kind->doc, width + 2, width + 2);
    }
}

/* ---- one kind ---- */

static const char *type_name(const struct kin_param *param)
{
    switch (param->type) {
    case KIN_PARAM_NUMBER:
        return "number";
    case KIN_PARAM_INTEGER:
        return "whole number";
    case KIN_PARAM_CHOICE:
        return "choice";
    case KIN_PARAM_FLAG:
        return "true or false";
    case KIN_PARAM_PATH:
        return "path";
    case KIN_PARAM_LIST:
        return "list";
    case KIN_PARAM_PATHS:
        return "list of paths";
    default:
        return "text";
    }
}

static void describe_range(const struct kin_param *param, struct kin_text *out)
{
    if (param->min == 0 && param->max == 0)
        return;
    kin_text_add(out, ", ");
    kin_text_add_number(out, param->min);
    if (isinf(param->max)) {
        kin_text_add(out, " or more");
        return;
    }
    kin_text_add(out, " to ");
    kin_text_add_number(out, param->max);
}

static void describe_choices(const struct kin_param *param, struct kin_text *out)
{
    for (size_t i = 0; param->choices[i]; i++)
        kin_text_addf(out, "%s%s",
                      i == 0                  ? ""
                      : param->choices[i + 1] ? ", "
                                              : " or ",
                      param->choices[i]);
}

/* «number in Hz, 1 to 48000; default 22050» */
static void describe_param(const struct kin_param *param, struct kin_text *out)
{
    if (param->type == KIN_PARAM_CHOICE)
        describe_choices(param, out);
    else
        kin_text_add(out, type_name(param));
    if (param->unit)
        kin_text_addf(out, " in %s", param->unit);
    describe_range(param, out);
    if (!param->fallback)
        kin_text_add(out, "; required");
    else if (*param->fallback)
        kin_text_addf(out, "; default %s", param->fallback);
    if (param->flags & KIN_PARAM_APPLY_ONLY)
        kin_text_add(out, "; for 'kindred apply' only");
    if (param->flags & KIN_PARAM_HORIZON)
        kin_text_add(out, "; a longer run continues a shorter one");
}

static void print_params(const struct kin_kind *kind)
{
    size_t n = kin_kind_params(kind);
    if (n > 0)
        puts("\nparameters");
    for (size_t i = 0; i < n; i++) {
        const struct kin_param *param = &kind->params[i];
        KIN_AUTO(kin_text_release) struct kin_text text = {0};
        describe_param(param, &text);
        printf("  %s: ", param->name);
        kin_cli_wrap(stdout, kin_text_string(&text), kin_cli_width(param->name) + 4, 6);
        fputs("      ", stdout);
        kin_cli_wrap(stdout, param->doc, 6, 6);
    }
}

static void describe_types(const char *types, struct kin_text *out)
{
    for (const char *at = types; *at; at++)
        if (*at == '|')
            kin_text_add(out, " or ");
        else
            kin_text_add_bytes(out, at, 1);
}

static void print_inputs(const struct kin_kind *kind)
{
    static const char *const modes[] = {", item by item", "", ", gathered by 'over:'"};
    size_t n = kin_kind_inputs(kind);
    if (n > 0)
        puts("\ninputs");
    for (size_t i = 0; i < n; i++) {
        const struct kin_port *port = &kind->inputs[i];
        KIN_AUTO(kin_text_release) struct kin_text text = {0};
        if (port->flags & KIN_PORT_NAMED)
            kin_text_add(&text, "{NAME: STEP, …}, of type ");
        describe_types(port->type, &text);
        kin_text_addf(&text, "%s%s: %s", modes[port->mode],
                      port->flags & KIN_PORT_METHODS    ? ", filled by the program"
                      : port->flags & KIN_PORT_OPTIONAL ? ", optional"
                                                        : "",
                      port->doc);
        printf("  %s: ", port->name);
        kin_cli_wrap(stdout, kin_text_string(&text), kin_cli_width(port->name) + 4, 6);
    }
}

static void print_outputs(const struct kin_kind *kind)
{
    puts("\noutputs");
    for (size_t i = 0; i < kin_kind_outputs(kind); i++) {
        const struct kin_output *output = &kind->outputs[i];
        KIN_AUTO(kin_text_release) struct kin_text text = {0};
        if (output->flags & KIN_OUTPUT_NAMED)
            kin_text_add(&text, "{NAME: TYPE, …}, of type ");
        describe_types(output->type, &text);
        kin_text_addf(&text, ": %s", output->doc);
        printf("  %s: ", output->name);
        kin_cli_wrap(stdout, kin_text_string(&text), kin_cli_width(output->name) + 4, 6);
    }
}

static void print_kind(const struct kin_kind *kind)
{
    printf("%s, version %u\n  ", kind->name, kind->version);
    kin_cli_wrap(stdout, kind->doc, 2, 2);
    if (kind->source) {
        fputs("  Source: ", stdout);
        kin_cli_wrap(stdout, kind->source, 10, 2);
    }
    print_params(kind);
    print_inputs(kind);
    print_outputs(kind);
}

static int run(int argc, char **argv)
{
    if (argc > 1)
        return kin_cli_usage("kinds", "one kind at a time");
    if (argc < 1) {
        print_list();
        return KIN_EXIT_DONE;
    }
    struct kin_error err = {0};
    const struct kin_kind *kind;
    if (kin_cli_find_kind(argv[0], &kind, &err) != 0)
        return kin_cli_error(&err);
    print_kind(kind);
    return KIN_EXIT_DONE;
}

const struct kin_command kin_command_kinds = {
    .name = "kinds",
    .doc = "lists the kinds of steps, or one kind's parameters, inputs and outputs",
    .usage = "kinds [KIND]",
    .run = run,
};
