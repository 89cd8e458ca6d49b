/*
 * Looking after a cache with what only the engine knows: which runs there were and what belongs to
 * them, what computes what.
 */
#ifndef KINDRED_UPKEEP_H
#define KINDRED_UPKEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/cache.h"
#include "kindred/value.h"

/* ---- runs ---- */

struct kin_run {
    uint64_t stamp;           /* microseconds since 1970 by the clock of then */
    struct kin_digest digest; /* of the record of what it knew: its name */
    const char *workflow;     /* path, as it was given */
    bool pinned;
    bool last; /* of its workflow */
};
/* Walks the recorded runs in ascending stamp until visit returns other than 0. */
int kin_runs_each(struct kin_cache *cache,
                  int (*visit)(void *context, const struct kin_run *run, struct kin_error *err),
                  void *context, struct kin_error *err);

/* What a run knew: the key of every instance, by name. */
struct kin_run_keys {
    struct kin_value *value;
    size_t n;
    const struct kin_tensor *names; /* ascending */
    const struct kin_tensor *files; /* where a result of it was written, or ""; NULL: not known */
    const struct kin_digest *keys;
};
int kin_run_open(struct kin_cache *cache, const struct kin_digest *digest, struct kin_run_keys *out,
                 struct kin_error *err);
void kin_run_release(struct kin_run_keys *keys);

/* What hits have saved, added up over runs in which that was a second or more. */
struct kin_saved {
    uint64_t hits;
    double seconds; /* that the actions took when they were computed */
};
int kin_saved_read(struct kin_cache *cache, struct kin_saved *out, struct kin_error *err);
/* Adds a run's share to the batch. */
int kin_saved_add(struct kin_cache *cache, struct kin_cache_batch *batch,
                  const struct kin_saved *saved, struct kin_error *err);

/* ---- pins: runs and actions that stay whatever happens ---- */

/* What somebody means: the path of a workflow (its last run), or the beginning of the name of a run
 * or an action. KIN_EINVAL: nothing, or more than one thing. */
int kin_pin_find(struct kin_cache *cache, const char *what, struct kin_digest *out, bool *is_run,
                 struct kin_error *err);
int kin_pin_set(struct kin_cache *cache, const struct kin_digest *digest, bool is_run, bool pinned,
                struct kin_error *err);
int kin_pins_each(struct kin_cache *cache,
                  int (*visit)(void *context, const struct kin_digest *digest, bool is_run),
                  void *context, struct kin_error *err);

/* ---- what damage means ---- */

/* Calls visit for each result file of the last run of each workflow that a damaged artifact has
 * gone into. */
int kin_upkeep_affected(struct kin_cache *cache, const struct kin_damage *damage,
                        void (*visit)(void *context, const char *workflow, const char *file),
                        void *context, struct kin_error *err);

/* ---- roots ---- */

struct kin_upkeep {
    struct kin_cache *cache;
    uint64_t keep_runs; /* of each workflow, the last ones; 0: all */
};
/* A kin_root_finder; context: a struct kin_upkeep. */
int kin_upkeep_roots(void *context, struct kin_roots *roots, struct kin_error *err);

#endif
