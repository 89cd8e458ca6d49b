/* kindred cache: which part of it, and its options. */
#include "cache_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "kindred/memory.h"
#include "kindred/text.h"

int cache_open(const struct cache_arguments *arguments, bool read_only, struct kin_cache **out)
{
    struct kin_error err = {0};
    const struct kin_cache_options options = {
        .folder = arguments->folder, .read_only = read_only, .upkeep = true};
    if (kin_cache_open(&options, out, &err) == 0)
        return KIN_EXIT_DONE;
    fprintf(stderr, "kindred: %s\n", err.text);
    return KIN_EXIT_CACHE;
}

const char *cache_bytes(uint64_t bytes, char out[32])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double n = (double)bytes;
    size_t unit = 0;
    for (; n >= 999.95 && unit + 1 < KIN_COUNT(units); unit++)
        n /= 1000;
    snprintf(out, 32, unit == 0 ? "%.0f %s" : "%.1f %s", n, units[unit]);
    return out;
}

const char *cache_seconds(double seconds, char out[32])
{
    if (seconds < 100)
        snprintf(out, 32, "%.1f s", seconds);
    else if (seconds < 100 * 60)
        snprintf(out, 32, "%.0f min", seconds / 60);
    else
        snprintf(out, 32, "%.1f h", seconds / 3600);
    return out;
}

/* ---- options ---- */

static bool parse_count(const char *text, uint64_t *out)
{
    double value;
    if (!kin_number_parse(text, false, &value) || value < 1 || value > 1e15)
        return false;
    *out = (uint64_t)value;
    return (double)*out == value;
}

enum option_type { OPTION_TEXT, OPTION_BYTES, OPTION_COUNT, OPTION_FLAG };

struct option {
    const char *name, *verb; /* verb NULL: all */
    enum option_type type;
    size_t offset; /* in struct cache_arguments */
};

static const struct option options[] = {
    {"--cache", NULL, OPTION_TEXT, offsetof(struct cache_arguments, folder)},
    {"--max-size", "gc", OPTION_BYTES, offsetof(struct cache_arguments, most_bytes)},
    {"--keep-runs", "gc", OPTION_COUNT, offsetof(struct cache_arguments, keep_runs)},
    {"--dry-run", "gc", OPTION_FLAG, offsetof(struct cache_arguments, dry_run)},
    {"--recompute", "verify", OPTION_COUNT, offsetof(struct cache_arguments, recompute)},
    {"--wait", "compact", OPTION_FLAG, offsetof(struct cache_arguments, wait)},
    {"--runs", "ls", OPTION_FLAG, offsetof(struct cache_arguments, runs)},
};

static const struct option *find_option(const char *argument, const char *verb)
{
    size_t n = strcspn(argument, "=");
    for (size_t i = 0; i < KIN_COUNT(options); i++)
        if (strlen(options[i].name) == n && strncmp(options[i].name, argument, n) == 0 &&
            (!options[i].verb || strcmp(options[i].verb, verb) == 0))
            return &options[i];
    return NULL;
}

static bool set_option(const struct option *option, const char *value,
                       struct cache_arguments *arguments)
{
    void *place = (char *)arguments + option->offset;
    switch (option->type) {
    case OPTION_TEXT:
        *(const char **)place = value;
        return *value != '\0';
    case OPTION_BYTES:
        return kin_cli_parse_bytes(value, place);
    case OPTION_COUNT:
        return parse_count(value, place);
    case OPTION_FLAG:
        *(bool *)place = true;
        return true;
    }
    return false;
}

static int take_option(int argc, char **argv, int *at, const char *verb,
                       struct cache_arguments *arguments)
{
    static const char *const wanted[] = {"a folder", "a size (50G, 500M)", "a number above 0", ""};
    const char *argument = argv[*at];
    const struct option *option = find_option(argument, verb);
    const char *equals = strchr(argument, '=');
    if (!option || (equals && option->type == OPTION_FLAG))
        return kin_cli_usage("cache", "cache %s does not know '%s'", verb, argument);
    const char *value = equals ? equals + 1 : NULL;
    if (!equals && option->type != OPTION_FLAG && *at + 1 < argc)
        value = argv[++*at];
    if ((value || option->type == OPTION_FLAG) && set_option(option, value, arguments))
        return 0;
    return kin_cli_usage("cache", "%s wants %s, not '%s'", option->name, wanted[option->type],
                         value ? value : "");
}

/* ---- the command ---- */

static const struct {
    const char *name;
    int (*run)(const struct cache_arguments *arguments);
    bool takes_names;
} verbs[] = {{"stat", cache_stat, false},     {"ls", cache_ls, false},
             {"verify", cache_verify, false}, {"repair", cache_repair, false},
             {"gc", cache_gc, false},         {"compact", cache_compact, false},
             {"pin", cache_pin, true},        {"unpin", cache_unpin, true}};

static int unknown_verb(const char *name)
{
    const char *names[KIN_COUNT(verbs) + 1] = {[KIN_COUNT(verbs)] = "trust"};
    KIN_AUTO(kin_text_release) struct kin_text list = {0};
    for (size_t i = 0; i < KIN_COUNT(verbs); i++) {
        names[i] = verbs[i].name;
        kin_text_addf(&list, "%s, ", names[i]);
    }
    kin_text_add(&list, "or trust");
    const char *near = name ? kin_nearest_name(name, names, KIN_COUNT(names)) : NULL;
    return kin_cli_usage("cache", "cache %s? wanted %s%s%s%s", name ? name : "which",
                         kin_text_string(&list), near ? "; did you mean '" : "", near ? near : "",
                         near ? "'?" : "");
}

static int parse_and_run(int argc, char **argv, size_t verb, struct cache_arguments *arguments)
{
    bool named = false; /* the word after the options may stand before it as well */
    for (int i = 0; i < argc; i++) {
        int code = 0;
        if (argv[i][0] == '-')
            code = take_option(argc, argv, &i, verbs[verb].name, arguments);
        else if (!named)
            named = true;
        else if (verbs[verb].takes_names)
            arguments->what[arguments->n_what++] = argv[i];
        else
            code = kin_cli_usage("cache", "cache %s takes no '%s'", verbs[verb].name, argv[i]);
        if (code != 0)
            return code;
    }
    return verbs[verb].run(arguments);
}

/* The first word that is neither an option nor the value of one. */
static const char *find_verb(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (argv[i][0] != '-')
            return argv[i];
        i += strcmp(argv[i], "--cache") == 0;
    }
    return NULL;
}

int command_cache(int argc, char **argv)
{
    const char *environment = getenv("KINDRED_CACHE");
    struct cache_arguments arguments = {.folder =
                                            environment && *environment ? environment : "cache"};
    if (argc > 0 && strcmp(argv[0], "trust") == 0)
        return command_cache_trust(argc - 1, argv + 1);
    KIN_AUTO(kin_auto_free) const char **what = kin_alloc((size_t)argc + 1, sizeof *what);
    const char *name = find_verb(argc, argv);
    arguments.what = what;
    for (size_t i = 0; what && name && i < KIN_COUNT(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return parse_and_run(argc, argv, i, &arguments);
    return unknown_verb(name);
}
