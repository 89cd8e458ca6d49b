#include "workflow_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "progress.h"

/* ---- options ---- */

struct reader {
    int argc, at;
    char **argv;
    const char *takes;
};

/* The value of an option: «--name=VALUE» or the next argument; NULL when there is none. */
static const char *value_of(struct reader *reader, const char *name)
{
    const char *argument = reader->argv[reader->at];
    size_t length = strlen(name);
    if (argument[length] == '=')
        return argument + length + 1;
    if (reader->at + 1 < reader->argc)
        return reader->argv[++reader->at];
    return NULL;
}

static bool is_option(const struct reader *reader, const char *name, const char *letter)
{
    const char *argument = reader->argv[reader->at];
    size_t length = strlen(name);
    return (letter == NULL || strstr(reader->takes, letter)) &&
           strncmp(argument, name, length) == 0 &&
           (argument[length] == '\0' || (length > 2 && argument[length] == '='));
}

static int usage_error(const char *text, const char *what)
{
    fprintf(stderr, "kindred: %s%s; see kindred help\n", text, what);
    return KIN_EXIT_REQUEST;
}

static int take_setting(const char *text, struct workflow_options *options)
{
    const char *equals = text ? strchr(text, '=') : NULL;
    if (!equals || equals == text)
        return usage_error("--set wants NAME=VALUE, not ", text ? text : "nothing");
    char *name = kin_strdup(text);
    if (!name)
        return usage_error("no memory for ", text);
    name[equals - text] = '\0';
    options->settings[options->n_settings++] =
        (struct kin_setting){.name = name, .value = name + (equals - text) + 1};
    return 0;
}

static int take_threads(const char *text, struct workflow_options *options)
{
    double n;
    if (!text || !kin_number_parse(text, false, &n) || n < 1 || n > 256)
        return usage_error("-j wants a number of threads from 1 to 256, not ",
                           text ? text : "nothing");
    options->threads = (unsigned)n;
    return 0;
}

static int take_memory(const char *text, struct workflow_options *options)
{
    if (!text || !kin_cli_parse_bytes(text, &options->memory))
        return usage_error("--memory wants a size (4G, 500M), not ", text ? text : "nothing");
    return 0;
}

static int take_text(const char *text, const char *name, const char **out)
{
    if (!text)
        return usage_error(name, " wants a value");
    *out = text;
    return 0;
}

static int take_log(const char *text, struct workflow_options *options)
{
    if (!text || strcmp(text, "json") != 0)
        return usage_error("--log wants json, not ", text ? text : "nothing");
    options->log_json = true;
    return 0;
}

/* One that this command does not take, with the nearest one that it does. */
static int unknown_option(const struct reader *reader)
{
    static const struct {
        const char *name, *letter; /* in reader->takes; NULL: every command */
    } known[] = {
        {"--set", NULL},       {"--cache", NULL},    {"-j", "j"},           {"--out", "o"},
        {"-o", "o"},           {"--stats", "s"},     {"--log", "l"},        {"--json", "J"},
        {"--keep-going", "k"}, {"--exit-code", "x"}, {"--allow-exec", "e"}, {"--force", "f"},
        {"--by", "b"},         {"--row", "r"},       {"--license", "c"},    {"--memory", "m"},
    };
    const char *names[KIN_COUNT(known)], *given = reader->argv[reader->at];
    size_t n = 0;
    for (size_t i = 0; i < KIN_COUNT(known); i++)
        if (!known[i].letter || strstr(reader->takes, known[i].letter))
            names[n++] = known[i].name;
    const char *near = kin_nearest_name(given, names, n);
    return kin_cli_usage(NULL, "unknown option '%s'%s%s%s", given, near ? "; did you mean '" : "",
                         near ? near : "", near ? "'?" : "");
}

static int take_option(struct reader *reader, struct workflow_options *options)
{
    const char *argument = reader->argv[reader->at];
    if (is_option(reader, "--set", NULL))
        return take_setting(value_of(reader, "--set"), options);
    if (is_option(reader, "--cache", NULL))
        return take_text(value_of(reader, "--cache"), "--cache", &options->cache);
    if (is_option(reader, "-j", "j"))
        return take_threads(value_of(reader, "-j"), options);
    if (strncmp(argument, "-j", 2) == 0 && strstr(reader->takes, "j"))
        return take_threads(argument + 2, options);
    if (is_option(reader, "--memory", "m"))
        return take_memory(value_of(reader, "--memory"), options);
    if (is_option(reader, "--out", "o"))
        return take_text(value_of(reader, "--out"), "--out", &options->out);
    if (is_option(reader, "-o", "o"))
        return take_text(value_of(reader, "-o"), "-o", &options->out);
    if (is_option(reader, "--stats", "s"))
        return take_text(value_of(reader, "--stats"), "--stats", &options->stats);
    if (is_option(reader, "--by", "b"))
        return take_text(value_of(reader, "--by"), "--by", &options->by);
    if (is_option(reader, "--row", "r"))
        return take_text(value_of(reader, "--row"), "--row", &options->row);
    if (is_option(reader, "--license", "c"))
        return take_text(value_of(reader, "--license"), "--license", &options->license);
    if (is_option(reader, "--log", "l"))
        return take_log(value_of(reader, "--log"), options);
    if (is_option(reader, "--keep-going", "k"))
        options->keep_going = true;
    else if (is_option(reader, "--json", "J"))
        options->json = true;
    else if (is_option(reader, "--exit-code", "x"))
        options->exit_code = true;
    else if (is_option(reader, "--allow-exec", "e"))
        options->allow_exec = true;
    else if (is_option(reader, "--force", "f"))
        options->force = true;
    else
        return unknown_option(reader);
    return 0;
}

int options_parse(int argc, char **argv, const char *takes, struct workflow_options *out)
{
    struct reader reader = {.argc = argc, .argv = argv, .takes = takes};
    const char *cache = getenv("KINDRED_CACHE");
    *out = (struct workflow_options){.cache = cache && *cache ? cache : "cache", .out = "results"};
    out->steps = kin_alloc((size_t)argc + 1, sizeof *out->steps);
    out->settings = kin_alloc((size_t)argc + 1, sizeof *out->settings);
    if (!out->steps || !out->settings)
        return usage_error("no memory", "");
    for (; reader.at < argc; reader.at++) {
        const char *argument = argv[reader.at];
        int code = 0;
        if (argument[0] == '-' && argument[1] != '\0')
            code = take_option(&reader, out);
        else if (!out->workflow)
            out->workflow = argument;
        else
            out->steps[out->n_steps++] = argument;
        if (code != 0)
            return code;
    }
    return out->workflow ? 0 : usage_error("which workflow?", "");
}

void options_release(struct workflow_options *options)
{
    for (size_t i = 0; i < options->n_settings; i++)
        kin_free((char *)options->settings[i].name);
    kin_free(options->settings);
    kin_free(options->steps);
}

/* ---- opening ---- */

/* With --log json everything on standard error is an object. */
static int fail_to_open(const struct workflow_options *options, const struct kin_error *err)
{
    if (!options->log_json)
        return kin_cli_error(err);
    print_json_message("error", err->text);
    return kin_cli_exit_code(err->status);
}

static void show_diagnostic(const struct workflow_options *options,
                            const struct kin_diagnostic *diagnostic)
{
    if (options->log_json)
        print_json_message(diagnostic->warning ? "warning" : "error", diagnostic->shown);
    else
        fprintf(stderr, "%s\n", diagnostic->shown);
}

int open_workflow(const struct workflow_options *options, struct kin_workflow **out)
{
    struct kin_error err = {0};
    struct kin_diagnostics diagnostics = {0};
    int status = kin_workflow_load(options->workflow, options->settings, options->n_settings, out,
                                   &diagnostics, &err);
    for (size_t i = 0; i < diagnostics.n; i++)
        show_diagnostic(options, &diagnostics.list[i]);
    size_t errors = diagnostics.errors;
    kin_diagnostics_release(&diagnostics);
    if (status == 0)
        return 0;
    if (errors == 0)
        fail_to_open(options, &err);
    else if (!options->log_json)
        fprintf(stderr, "%zu error%s, nothing was run\n", errors, errors == 1 ? "" : "s");
    return KIN_EXIT_REQUEST;
}

/* Whether every STEP names something, asked before the cache is touched: a mistyped one leaves no
 * folder behind. */
static int check_steps(const struct workflow_options *options, const struct kin_workflow *workflow,
                       struct kin_error *err)
{
    for (size_t i = 0; i < options->n_steps; i++) {
        KIN_AUTO(kin_auto_free) bool *points = NULL;
        size_t step;
        KIN_TRY(kin_workflow_select(workflow, options->steps[i], &step, &points, err));
    }
    return 0;
}

int open_all(const struct workflow_options *options, bool with_steps, struct opened *out)
{
    struct kin_error err = {0};
    *out = (struct opened){0};
    int code = open_workflow(options, &out->workflow);
    if (code != 0)
        return code;
    if (check_steps(options, out->workflow, &err) != 0)
        return fail_to_open(options, &err);
    const struct kin_cache_options cache = {.folder = options->cache};
    if (kin_cache_open(&cache, &out->cache, &err) != 0) {
        fail_to_open(options, &err);
        return KIN_EXIT_CACHE;
    }
    size_t n = with_steps ? options->n_steps : 0;
    if (kin_session_new(out->workflow, out->cache, options->steps, n, &out->session, &err) != 0)
        return fail_to_open(options, &err);
    trust_init(&out->trust, options->allow_exec);
    kin_session_trust(out->session, &out->trust.kinds);
    if (options->force)
        kin_session_force(out->session);
    return 0;
}

void close_all(struct opened *opened)
{
    kin_session_free(opened->session);
    kin_cache_close(opened->cache);
    kin_workflow_free(opened->workflow);
}

void close_workflow(struct kin_workflow **workflow)
{
    kin_workflow_free(*workflow);
}
