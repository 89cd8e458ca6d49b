/* What the parts of `kindred cache` have in common. */
#ifndef KIN_CLI_CACHE_COMMAND_H
#define KIN_CLI_CACHE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"
#include "kindred/cache.h"

struct cache_arguments {
    const char *folder;
    uint64_t most_bytes, keep_runs, recompute;
    bool dry_run, runs, wait;
    const char **what; /* names */
    size_t n_what;
};

/* Opens it; prints what is wrong and gives an exit code, or 0. */
int cache_open(const struct cache_arguments *arguments, bool read_only, struct kin_cache **out);
/* Bytes and seconds as people read them; the text lives in `out`. */
const char *cache_bytes(uint64_t bytes, char out[32]);
const char *cache_seconds(double seconds, char out[32]);

/* cache_show.c */
int cache_stat(const struct cache_arguments *arguments);
int cache_ls(const struct cache_arguments *arguments);
/* cache_room.c */
int cache_pin(const struct cache_arguments *arguments);
int cache_unpin(const struct cache_arguments *arguments);
int cache_gc(const struct cache_arguments *arguments);
int cache_compact(const struct cache_arguments *arguments);
/* cache_health.c */
int cache_verify(const struct cache_arguments *arguments);
int cache_repair(const struct cache_arguments *arguments);

#endif
