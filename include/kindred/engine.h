/*
 * The engine: computes what a workflow needs and nothing else.
 *
 * Every instance (a point of a step) has a canonical record: kind, version, parameters, digests of
 * inputs. The record's digest is its key. A key that the cache knows is a hit; otherwise a map kind
 * is looked up item by item, and what is left is computed in blocks by worker threads, committed in
 * groups, and gathered into a manifest whose digest goes on to the consumers: equal bytes stop the
 * wave there. Results never depend on the number of threads.
 *
 * Order of calls: kin_session_new, then one of kin_session_run, _plan, _why (kindred/why.h),
 * _export; _free.
 */
#ifndef KINDRED_ENGINE_H
#define KINDRED_ENGINE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/cache.h"
#include "kindred/log.h"
#include "kindred/snapshot.h"
#include "kindred/text.h"
#include "kindred/workflow.h"

struct kin_session; /* opaque: a workflow, a cache, and what is known about every instance */

/* How far a run is. */
struct kin_progress {
    size_t instances, instances_done, hits;
    uint64_t items_known, items_done; /* of what has to be computed, as far as known by now */
    double seconds;
    const char *step; /* the step whose items were begun last, or NULL */
    const char *note; /* what a long call says about itself, or "" */
    bool finished;
};

struct kin_observer {
    void *context;
    void (*progress)(void *context, const struct kin_progress *progress); /* a few times a second */
    /* Something a person should know: a failed item, a failed step. One line without newline. */
    void (*message)(void *context, enum kin_log_level level, const char *text);
};

struct kin_run_options {
    unsigned threads;                    /* 0: as many as there are processors */
    size_t memory; /* bytes to stay within, as far as that goes; 0: half of the machine's */
    bool keep_going;                     /* a failed step does not stop the others */
    const volatile sig_atomic_t *cancel; /* becomes non-zero: stop cleanly; or NULL */
    const char *libraries; /* what the program is linked with, one line for the records; or NULL */
    struct kin_observer observer;
};

/* What happened in one step. */
struct kin_step_stats {
    const char *step, *kind;
    uint64_t instances, hits;         /* hits: instances found whole in the cache */
    uint64_t items, computed, failed; /* computed: by this run; failed: have no result */
    uint64_t bytes;                   /* canonical bytes of what was computed */
    double seconds;                   /* of computing, added up over threads */
    struct {
        const char *unit;
        uint64_t n;
    } counters[4]; /* what the kind counted («pairs») */
};

/* Makes the graph of a workflow. Both are borrowed. `targets`: instances wanted, by selectors
 * («within[task=AT]», see kin_workflow_select); n_targets 0: all steps. */
int kin_session_new(const struct kin_workflow *workflow, struct kin_cache *cache,
                    const char *const *targets, size_t n_targets, struct kin_session **out,
                    struct kin_error *err);
void kin_session_free(struct kin_session *session); /* accepts NULL */
/* Which programs kinds may start; borrowed. Without it: none. */
void kin_session_trust(struct kin_session *session, const struct kin_trust *trust);

/* The targets run although the cache knows what they gave; what they need does not. A result of the
 * same bytes stops there. */
void kin_session_force(struct kin_session *session);

/* Computes the targets and what they need. Returns 0 when all is done, also when single items
 * failed (see kin_session_failed); KIN_ECANCELLED; or the first step's failure, named in err. */
int kin_session_run(struct kin_session *session, const struct kin_run_options *options,
                    struct kin_error *err);
/* After a run: items without a result, each reported once through the observer. */
uint64_t kin_session_failed(const struct kin_session *session);
size_t kin_session_steps(const struct kin_session *session, const struct kin_step_stats **out);

/* Writes the artifact of every step with `file:` into a folder (created), unless the file has these
 * bytes already. `wrote` is called for each with its path and whether it changed. */
int kin_session_export(struct kin_session *session, const char *folder,
                       void (*wrote)(void *context, const struct kin_step *step, const char *path,
                                     bool changed),
                       void *context, struct kin_error *err);

/* What a run would do. */
enum kin_plan_state {
    KIN_PLAN_HIT,    /* in the cache */
    KIN_PLAN_RUN,    /* inputs known, result not */
    KIN_PLAN_AFTER,  /* depends on something that has to run first */
    KIN_PLAN_ABSENT, /* a source whose files are not here */
    KIN_PLAN_BLOCKED /* depends on an absent source */
};

struct kin_plan_step {
    const char *step, *kind;
    uint64_t instances[KIN_PLAN_BLOCKED + 1]; /* by state */
    uint64_t shared;   /* of those to run: the same computation as another instance of the plan */
    uint64_t rows;     /* gathered instances: a table has a row for each; 0: gathers nothing */
    double size;       /* items of the step, in the cache or not, as far as known */
    double items;      /* to compute; expected ones counted in */
    double again;      /* in the cache, but with bytes that are gone and that others need */
    double seconds;    /* expected, from recorded durations; negative: not measured */
    double bytes;      /* that computing the items adds to the cache; negative: not measured */
    double bytes_all;  /* of all its items, before packing; negative: not measured */
    bool keep;         /* false: the bytes go when nobody needs them any more */
    char *absent;      /* why a source is absent, or NULL */
    char *notes;       /* what the kind remarks on its arguments, one line each, or NULL */
};

/* Fills one entry per step of the workflow in its order; kin_plan_free. Computes nothing. */
int kin_session_plan(struct kin_session *session, struct kin_plan_step **steps, size_t *n,
                     struct kin_error *err);
void kin_plan_free(struct kin_plan_step *steps, size_t n);

/* Writes the artifacts of selected instances below a folder, one file an item, as NAME/ID.ext.
 * KIN_ENOTFOUND: not computed yet. */
int kin_session_get(struct kin_session *session, const char *selector, const char *folder,
                    void (*wrote)(void *context, const char *path), void *context,
                    struct kin_error *err);

/* Computes again what should be in the cache and is not, of all that the last run of the workflow
 * knew: artifacts (not such as were dropped), also those of the damage that items name, and actions
 * that are gone. *restored counts artifacts and actions; *lost what could not be had, each told
 * through the observer. */
int kin_session_restore(struct kin_session *session, const struct kin_damage *damage,
                        const struct kin_observer *observer, uint64_t *restored, uint64_t *lost,
                        struct kin_error *err);

/* Computes n of the targets' actions again, chosen by seed, one item of those that go item by item,
 * and compares digests; nothing is stored. `differs` is called for each that is not the same. */
struct kin_recheck {
    uint64_t checked, different, skipped; /* skipped: what it needs is not here */
};
int kin_session_recheck(struct kin_session *session, uint64_t n, uint64_t seed,
                        void (*differs)(void *context, const struct kin_step *step,
                                        const char *instance, const char *item),
                        void *context, struct kin_recheck *out, struct kin_error *err);

/* ---- snapshots: what this module knows and the cache does not ---- */

/* Adds all that the targets of a session need: actions, their outputs, what those refer to, and
 * which instance has which key. KIN_ENOTFOUND names a step that is not computed yet. */
int kin_session_snapshot(struct kin_session *session, struct kin_snapshot_builder *builder,
                         struct kin_error *err);
/* The same for a run: the start of its name («runs» of the cache), or NULL for the last one. */
int kin_run_snapshot(struct kin_cache *cache, const char *run, struct kin_snapshot_builder *builder,
                     struct kin_error *err);
/* For kin_snapshot_load and kin_trust_revoke: a claim about a collection is one about every item of
 * it, and from one about a training a longer training continues. Adds what follows to the batch, or
 * takes it back. The context is the cache. */
int kin_follow_claim(void *cache, struct kin_cache_batch *batch, const struct kin_action *action,
                    struct kin_error *err);
int kin_unfollow_claim(void *cache, struct kin_cache_batch *batch, const struct kin_action *action,
                       struct kin_error *err);

#endif
