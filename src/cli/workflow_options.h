/* What the commands about a workflow have in common: options, loading, the cache. */
#ifndef KIN_CLI_WORKFLOW_OPTIONS_H
#define KIN_CLI_WORKFLOW_OPTIONS_H

#include <stdbool.h>

#include "cli.h"
#include "kindred/cache.h"
#include "kindred/engine.h"
#include "kindred/workflow.h"
#include "trust.h"

struct workflow_options {
    const char *workflow;
    const char **steps; /* selectors */
    size_t n_steps;
    struct kin_setting *settings;
    size_t n_settings;
    unsigned threads;
    uint64_t memory; /* 0: not said */
    const char *cache, *out, *stats, *by, *row, *license;
    bool keep_going, log_json, json, exit_code, allow_exec, force;
};

/* Which options a command takes, as letters: j (-j), m (--memory), o (-o, --out),
 * k (--keep-going), l (--log), s (--stats), J (--json), x (--exit-code), e (--allow-exec),
 * f (--force), b (--by), r (--row), c (--license); --set and --cache are everybody's. Prints what
 * is wrong and returns an exit code, or 0. */
int options_parse(int argc, char **argv, const char *takes, struct workflow_options *out);
void options_release(struct workflow_options *options);

/* Loads the workflow and prints its diagnostics. */
int open_workflow(const struct workflow_options *options, struct kin_workflow **out);

/* A workflow, its cache and a session over them. */
struct opened {
    struct kin_workflow *workflow;
    struct kin_cache *cache;
    struct kin_session *session;
    struct trust trust;
};
int open_all(const struct workflow_options *options, bool with_steps, struct opened *out);
void close_all(struct opened *opened);
void close_workflow(struct kin_workflow **workflow); /* for KIN_AUTO */

/* What `kindred run` does with these options; the exit code. run_command.c. */
int run_workflow(const struct workflow_options *options);

#endif
