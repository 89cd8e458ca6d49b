/* kindred cache stat, ls, verify */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "kindred/memory.h"
#include "workflow_options.h"

struct cache_arguments {
    const char *folder;
    bool json;
};

static int open_cache(const struct cache_arguments *arguments, struct kin_cache **out)
{
    struct kin_error err = {0};
    const struct kin_cache_options options = {.folder = arguments->folder, .read_only = true};
    if (kin_cache_open(&options, out, &err) == 0)
        return KIN_EXIT_DONE;
    fprintf(stderr, "kindred: %s\n", err.text);
    return KIN_EXIT_CACHE;
}

/* ---- stat ---- */

static double megabytes(uint64_t bytes)
{
    return (double)bytes / 1e6;
}

static int cache_stat(const struct cache_arguments *arguments)
{
    struct kin_error err = {0};
    struct kin_cache *cache = NULL;
    struct kin_cache_stat stat;
    int code = open_cache(arguments, &cache);
    if (code != 0)
        return code;
    int status = kin_cache_stat(cache, &stat, &err);
    kin_cache_close(cache);
    if (status != 0)
        return kin_cli_error(&err);
    printf("folder     %s\n", arguments->folder);
    printf("artifacts  %llu, %.1f MB; %llu more were dropped and can be recomputed\n",
           (unsigned long long)stat.blobs, megabytes(stat.blob_bytes),
           (unsigned long long)stat.dropped);
    printf("actions    %llu, and %llu items of map steps\n", (unsigned long long)stat.actions,
           (unsigned long long)stat.items);
    printf("files      %llu known by digest\n", (unsigned long long)stat.files);
    printf("runs       %llu recorded\n", (unsigned long long)stat.runs);
    printf("on disk    %.1f MB, of which %.1f MB are free inside\n", megabytes(stat.file_bytes),
           megabytes(stat.free_bytes));
    return KIN_EXIT_DONE;
}

/* ---- ls ---- */

/* The second word of the record: «kind transform 3». */
static void print_kind(const char *record)
{
    const char *line = strstr(record, "\nkind ");
    if (line)
        printf("%-20.*s", (int)strcspn(line + 6, " "), line + 6);
}

static int print_action(void *context, const struct kin_action *action)
{
    (void)context;
    char key[KIN_DIGEST_TEXT];
    char when[32];
    time_t made = (time_t)action->made_at;
    struct tm utc;
    kin_digest_text(&action->key, key);
    strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", gmtime_r(&made, &utc));
    printf("%.12s  %s  ", key, when);
    print_kind(action->record);
    printf("%8llu items %10.3f s\n", (unsigned long long)action->items, action->seconds);
    return 0;
}

static int cache_ls(const struct cache_arguments *arguments)
{
    struct kin_error err = {0};
    struct kin_cache *cache = NULL;
    int code = open_cache(arguments, &cache);
    if (code != 0)
        return code;
    int status = kin_cache_each_action(cache, print_action, NULL, &err);
    kin_cache_close(cache);
    return status == 0 ? KIN_EXIT_DONE : kin_cli_error(&err);
}

/* ---- verify ---- */

static void print_finding(void *context, const char *line)
{
    (void)context;
    puts(line);
}

static int cache_verify(const struct cache_arguments *arguments)
{
    struct kin_error err = {0};
    uint64_t bad = 0;
    if (kin_cache_verify(arguments->folder, print_finding, NULL, &bad, &err) != 0) {
        fprintf(stderr, "kindred: %s\n", err.text);
        return KIN_EXIT_CACHE;
    }
    if (bad == 0) {
        printf("%s: everything is as it was stored\n", arguments->folder);
        return KIN_EXIT_DONE;
    }
    printf("%llu findings; the next run computes what is damaged anew\n", (unsigned long long)bad);
    return KIN_EXIT_CACHE;
}

/* ---- the command ---- */

static const struct {
    const char *name;
    int (*run)(const struct cache_arguments *arguments);
} verbs[] = {{"stat", cache_stat}, {"ls", cache_ls}, {"verify", cache_verify}};

static int unknown_verb(const char *name)
{
    const char *names[KIN_COUNT(verbs)];
    for (size_t i = 0; i < KIN_COUNT(verbs); i++)
        names[i] = verbs[i].name;
    const char *near = kin_nearest_name(name, names, KIN_COUNT(verbs));
    fprintf(stderr, "kindred: cache %s? wanted stat, ls or verify%s%s%s\n", name,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return KIN_EXIT_REQUEST;
}

int command_cache(int argc, char **argv)
{
    const char *environment = getenv("KINDRED_CACHE");
    struct cache_arguments arguments = {.folder =
                                            environment && *environment ? environment : "cache"};
    const char *verb = NULL;
    if (argc > 0 && strcmp(argv[0], "trust") == 0)
        return command_cache_trust(argc - 1, argv + 1);
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--cache=", 8) == 0)
            arguments.folder = argv[i] + 8;
        else if (strcmp(argv[i], "--cache") == 0 && i + 1 < argc)
            arguments.folder = argv[++i];
        else if (!verb && argv[i][0] != '-')
            verb = argv[i];
        else
            return unknown_verb(argv[i]);
    }
    for (size_t i = 0; verb && i < KIN_COUNT(verbs); i++)
        if (strcmp(verbs[i].name, verb) == 0)
            return verbs[i].run(&arguments);
    return unknown_verb(verb ? verb : "which");
}
