/* kindred cache pin, unpin, gc, compact: what stays, and making room. */
#include <stdio.h>

#include "cache_command.h"
#include "kindred/upkeep.h"

/* ---- pins ---- */

static int print_pin(void *context, const struct kin_digest *digest, bool is_run)
{
    (void)context;
    char name[KIN_DIGEST_TEXT];
    kin_digest_text(digest, name);
    printf("%.12s  %s\n", name, is_run ? "run" : "action");
    return 0;
}

static int set_pins(const struct cache_arguments *arguments, struct kin_cache *cache, bool pinned,
                    struct kin_error *err)
{
    for (size_t i = 0; i < arguments->n_what; i++) {
        struct kin_digest digest;
        bool is_run;
        char name[KIN_DIGEST_TEXT];
        KIN_TRY(kin_pin_find(cache, arguments->what[i], &digest, &is_run, err));
        KIN_TRY(kin_pin_set(cache, &digest, is_run, pinned, err));
        kin_digest_text(&digest, name);
        printf("%.12s  %s %s\n", name, is_run ? "run" : "action",
               pinned ? "pinned" : "is not pinned any more");
    }
    return arguments->n_what > 0 ? 0 : kin_pins_each(cache, print_pin, NULL, err);
}

static int change_pins(const struct cache_arguments *arguments, bool pinned)
{
    struct kin_error err = {0};
    struct kin_cache *cache = NULL;
    int code = cache_open(arguments, arguments->n_what == 0, &cache);
    if (code != 0)
        return code;
    int status = set_pins(arguments, cache, pinned, &err);
    kin_cache_close(cache);
    return status == 0 ? KIN_EXIT_DONE : kin_cli_error(&err);
}

int cache_pin(const struct cache_arguments *arguments)
{
    return change_pins(arguments, true);
}

int cache_unpin(const struct cache_arguments *arguments)
{
    if (arguments->n_what == 0)
        return kin_cli_usage("cache", "unpin what? 'kindred cache pin' lists what is pinned");
    return change_pins(arguments, false);
}

/* ---- gc ---- */

static void print_freed(const struct kin_spaces *freed)
{
    char bytes[32], seconds[32];
    for (size_t i = 0; i < freed->n; i++) {
        const struct kin_space *space = &freed->list[i];
        printf("  %-20s %-20s %8llu %10s %10s\n", space->step ? space->step : "(of no run)",
               *space->kind ? space->kind : "(records)", (unsigned long long)space->artifacts,
               cache_bytes(space->bytes, bytes), cache_seconds(space->seconds, seconds));
    }
}

static void print_gc(const struct cache_arguments *arguments, const struct kin_gc_result *result)
{
    const struct kin_space *all = &result->freed.all;
    char bytes[32], seconds[32], left[32];
    printf("%s %llu artifacts and %llu actions, %s; %s to compute them again\n",
           arguments->dry_run ? "would remove" : "removed", (unsigned long long)all->artifacts,
           (unsigned long long)result->actions, cache_bytes(all->bytes, bytes),
           cache_seconds(all->seconds, seconds));
    print_freed(&result->freed);
    printf("%s %s of artifacts\n", arguments->dry_run ? "would leave" : "left",
           cache_bytes(result->left_bytes, left));
    if (arguments->most_bytes > 0 && result->left_bytes > arguments->most_bytes)
        printf("more than %s: what is left is pinned, in use, or cannot be computed again\n",
               cache_bytes(arguments->most_bytes, bytes));
    if (result->in_use > 0)
        printf("what %llu running process%s use%s was spared\n", (unsigned long long)result->in_use,
               result->in_use == 1 ? "" : "es", result->in_use == 1 ? "s" : "");
    if (!arguments->dry_run && all->bytes > 0)
        printf("the file keeps its size, for what comes; 'kindred cache compact' shrinks it\n");
}

int cache_gc(const struct cache_arguments *arguments)
{
    struct kin_error err = {0};
    struct kin_cache *cache = NULL;
    struct kin_gc_result result;
    int code = cache_open(arguments, arguments->dry_run, &cache);
    if (code != 0)
        return code;
    struct kin_upkeep upkeep = {.cache = cache, .keep_runs = arguments->keep_runs};
    const struct kin_gc_options options = {.roots = kin_upkeep_roots,
                                           .context = &upkeep,
                                           .most_bytes = arguments->most_bytes,
                                           .dry_run = arguments->dry_run};
    int status = kin_cache_gc(cache, &options, &result, &err);
    kin_cache_close(cache);
    if (status != 0)
        return kin_cli_error(&err);
    print_gc(arguments, &result);
    kin_gc_result_release(&result);
    return KIN_EXIT_DONE;
}

/* ---- compact ---- */

int cache_compact(const struct cache_arguments *arguments)
{
    struct kin_error err = {0};
    uint64_t before, after;
    char was[32], is[32];
    if (kin_cache_compact(arguments->folder, arguments->wait, &before, &after, &err) != 0) {
        fprintf(stderr, "kindred: %s\n", err.text);
        return KIN_EXIT_CACHE;
    }
    printf("%s: %s, was %s\n", arguments->folder, cache_bytes(after, is), cache_bytes(before, was));
    return KIN_EXIT_DONE;
}
