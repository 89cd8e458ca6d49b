/* kindred apply KIND [-p NAME=VALUE]… [NAME=]FILE… [-o FILE]: one kind on plain files. */
#include "apply.h"

#include <string.h>

#include "cli.h"
#include "kindred/memory.h"

/* ---- parameters ---- */

/* A list is written with commas. */
static int set_list(struct kin_args *args, const char *name, const char *value,
                    struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *copy = kin_strdup(value);
    KIN_AUTO(kin_auto_free) struct kin_literal *items = NULL;
    if (!copy)
        return kin_fail(err, KIN_ENOMEM, "no memory for a parameter");
    KIN_TRY(kin_alloc_into(&items, strlen(value) + 1, sizeof *items, err));
    size_t n = 0;
    for (char *rest = copy, *item; (item = strsep(&rest, ",")) != NULL;)
        if (*item)
            items[n++].text = item;
    struct kin_literal literal = {.items = items, .n_items = n};
    return kin_args_set(args, name, &literal, err);
}

static int set_parameter(struct kin_args *args, const char *argument, struct kin_error *err)
{
    const char *sign = strchr(argument, '=');
    if (!sign)
        return kin_fail(err, KIN_EINVAL, "'-p %s' has no value, wanted -p NAME=VALUE", argument);
    KIN_AUTO(kin_auto_free) char *name = kin_strdup(argument);
    if (!name)
        return kin_fail(err, KIN_ENOMEM, "no memory for a parameter");
    name[sign - argument] = '\0';
    const struct kin_param *param = kin_kind_param(kin_args_kind(args), name);
    if (param && (param->type == KIN_PARAM_LIST || param->type == KIN_PARAM_PATHS))
        return set_list(args, name, sign + 1, err);
    struct kin_literal literal = {.text = sign + 1};
    return kin_args_set(args, name, &literal, err);
}

/* ---- the command line ---- */

/* Options may stand anywhere; `files` gets the rest. */
static int parse(int argc, char **argv, struct kin_solo *solo, const char **files, size_t *n_files,
                 const char **output, struct kin_error *err)
{
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        bool parameter = strncmp(argument, "-p", 2) == 0;
        bool out = strncmp(argument, "-o", 2) == 0;
        if (!parameter && !out) {
            if (argument[0] == '-' && argument[1])
                return kin_fail(err, KIN_EINVAL, "unknown option '%s'; see 'kindred help apply'",
                                argument);
            files[(*n_files)++] = argument;
            continue;
        }
        const char *value = argument + 2;
        if (!*value && ++i == argc)
            return kin_fail(err, KIN_EINVAL, "'%s' at the end, wanted something after it",
                            argument);
        value = *value ? value : argv[i];
        if (out)
            *output = value;
        else
            KIN_TRY(set_parameter(solo->args, value, err));
    }
    return 0;
}

/* ---- results ---- */

/* Says which items failed, and why. */
static size_t report_failures(const struct kin_solo *solo, const struct kin_apply_inputs *inputs)
{
    size_t failed = 0;
    for (size_t k = 0; k < solo->n_items; k++) {
        const struct kin_gift *gift = kin_given_find(&solo->given, 0, k);
        if (!gift || !gift->failed)
            continue;
        failed++;
        fprintf(stderr, "kindred: %s: %s\n", k < inputs->n ? inputs->names[k] : "?", gift->why);
    }
    return failed;
}

static int deliver(const struct kin_solo *solo, const struct kin_apply_inputs *inputs,
                   const char *output, struct kin_error *err)
{
    if (output)
        return kin_apply_write(solo, inputs, output, err);
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    KIN_TRY(kin_apply_print(solo, &text, err));
    fwrite(kin_text_string(&text), 1, text.length, stdout);
    return 0;
}

static int apply(int argc, char **argv, size_t *failed, struct kin_error *err)
{
    const struct kin_kind *kind;
    KIN_TRY(kin_cli_find_kind(argv[0], &kind, err));
    KIN_AUTO(kin_solo_auto) struct kin_solo *solo = NULL;
    KIN_AUTO(kin_apply_inputs_release) struct kin_apply_inputs inputs = {0};
    KIN_AUTO(kin_auto_free) const char **files = NULL;
    size_t n_files = 0;
    const char *output = NULL, *blame = NULL;
    KIN_TRY(kin_solo_new(kind, &solo, err));
    KIN_TRY(kin_alloc_into(&files, (size_t)argc, sizeof *files, err));
    KIN_TRY(parse(argc, argv, solo, files, &n_files, &output, err));
    KIN_TRY(kin_args_check(solo->args, &blame, err));
    for (size_t i = 0; i < n_files; i++)
        if (kin_apply_read(solo, files[i], &inputs, err) != 0)
            return err->status == KIN_EDATA ? (err->status = KIN_EINVAL) : err->status;
    KIN_TRY(kin_solo_run(solo, err));
    *failed = report_failures(solo, &inputs);
    if (*failed > 0)
        return 0;
    return deliver(solo, &inputs, output, err);
}

static int run(int argc, char **argv)
{
    struct kin_error err = {0};
    size_t failed = 0;
    if (argc < 1)
        return kin_cli_usage("apply", "which kind?");
    if (apply(argc, argv, &failed, &err) != 0)
        return kin_cli_error(&err);
    return failed > 0 ? KIN_EXIT_FAILED : KIN_EXIT_DONE;
}

const struct kin_command kin_command_apply = {
    .name = "apply",
    .doc = "runs any kind on plain files, outside a workflow: several files, or an .npy with one "
           "dimension more, are several items; numbers and small arrays go to standard output",
    .usage = "apply KIND [-p NAME=VALUE]… [NAME=]FILE… [-o FILE]\n"
             "  -p NAME=VALUE  a parameter; a list is written with commas\n"
             "  NAME=FILE      a file for the input NAME; without it, 'of' or the first\n"
             "  -o FILE        .npy (several results are stacked), .wav, .csv, or a folder DIR/",
    .run = run,
};
