/* kindred cache stat, ls: what there is. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cache_command.h"
#include "kindred/upkeep.h"

/* ---- stat ---- */

static void print_counts(const char *folder, const struct kin_cache_stat *stat)
{
    char bytes[32], file[32], inside[32];
    printf("folder     %s\n", folder);
    printf("artifacts  %llu, %s; %llu more were dropped and can be recomputed\n",
           (unsigned long long)stat->blobs, cache_bytes(stat->blob_bytes, bytes),
           (unsigned long long)stat->dropped);
    printf("actions    %llu, and %llu items of map steps\n", (unsigned long long)stat->actions,
           (unsigned long long)stat->items);
    printf("files      %llu known by digest\n", (unsigned long long)stat->files);
    printf("runs       %llu recorded\n", (unsigned long long)stat->runs);
    printf("on disk    %s, of which %s are free inside\n", cache_bytes(stat->file_bytes, file),
           cache_bytes(stat->free_bytes, inside));
}

static int print_spaces(struct kin_cache *cache, struct kin_error *err)
{
    struct kin_upkeep upkeep = {.cache = cache};
    struct kin_spaces spaces;
    char bytes[32], seconds[32];
    KIN_TRY(kin_cache_space(cache, kin_upkeep_roots, &upkeep, &spaces, err));
    if (spaces.n > 0)
        printf("\n%-20s %-20s %10s %10s %12s\n", "step", "kind", "artifacts", "size",
               "to recompute");
    for (size_t i = 0; i < spaces.n; i++) {
        const struct kin_space *space = &spaces.list[i];
        printf("%-20s %-20s %10llu %10s %12s\n", space->step ? space->step : "(of no run)",
               *space->kind ? space->kind : "(records)", (unsigned long long)space->artifacts,
               cache_bytes(space->bytes, bytes), cache_seconds(space->seconds, seconds));
    }
    kin_spaces_release(&spaces);
    return 0;
}

static int print_stat(const struct cache_arguments *arguments, struct kin_cache *cache,
                      struct kin_error *err)
{
    struct kin_cache_stat stat;
    struct kin_saved saved;
    char seconds[32];
    KIN_TRY(kin_cache_stat(cache, &stat, err));
    print_counts(arguments->folder, &stat);
    KIN_TRY(kin_saved_read(cache, &saved, err));
    printf("saved      at least %s of computing by %llu hits\n",
           cache_seconds(saved.seconds, seconds), (unsigned long long)saved.hits);
    return print_spaces(cache, err);
}

int cache_stat(const struct cache_arguments *arguments)
{
    struct kin_error err = {0};
    struct kin_cache *cache = NULL;
    int code = cache_open(arguments, true, &cache);
    if (code != 0)
        return code;
    int status = print_stat(arguments, cache, &err);
    kin_cache_close(cache);
    return status == 0 ? KIN_EXIT_DONE : kin_cli_error(&err);
}

/* ---- ls ---- */

static void print_time(int64_t seconds)
{
    char text[32];
    time_t time = (time_t)seconds;
    struct tm utc;
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime_r(&time, &utc));
    printf("  %s  ", text);
}

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
    kin_digest_text(&action->key, key);
    printf("%.12s", key);
    print_time(action->made_at);
    print_kind(action->record);
    printf("%8llu items %10.3f s\n", (unsigned long long)action->items, action->seconds);
    return 0;
}

static int print_run(void *context, const struct kin_run *run, struct kin_error *err)
{
    (void)err;
    struct kin_cache *cache = context;
    struct kin_run_keys keys;
    char name[KIN_DIGEST_TEXT];
    kin_digest_text(&run->digest, name);
    printf("%.12s", name);
    print_time((int64_t)(run->stamp / 1000000));
    bool there = kin_run_open(cache, &run->digest, &keys, NULL) == 0;
    printf("%8zu instances  %s%s\n", keys.n, run->workflow,
           !there        ? "  (its record is gone)"
           : run->pinned ? "  (pinned)"
                         : "");
    kin_run_release(&keys);
    return 0;
}

int cache_ls(const struct cache_arguments *arguments)
{
    struct kin_error err = {0};
    struct kin_cache *cache = NULL;
    int code = cache_open(arguments, true, &cache);
    if (code != 0)
        return code;
    int status = arguments->runs ? kin_runs_each(cache, print_run, cache, &err)
                                 : kin_cache_each_action(cache, print_action, NULL, &err);
    kin_cache_close(cache);
    return status == 0 ? KIN_EXIT_DONE : kin_cli_error(&err);
}
