/* A small laboratory: a scratch folder with vectors.npy, a workflow over it, a cache, and runs. */
#ifndef KINDRED_TESTS_ENGINE_LAB_H
#define KINDRED_TESTS_ENGINE_LAB_H

#include "kindred/cache.h"
#include "kindred/collection.h"
#include "kindred/engine.h"
#include "kindred/memory.h"
#include "kindred/text.h"
#include "kindred/workflow.h"
#include "support.h"

struct lab {
    char folder[64];
    struct kin_cache *cache;
    struct kin_workflow *workflow;
    struct kin_session *session;
    struct kin_text messages; /* what the run told, one a line */
};

/* The vectors are n rows of `first`, first + 1, …; every workflow begins with the step `v` of them.
 */
void lab_open(struct lab *lab, size_t n, double first);
void lab_vectors(struct lab *lab, size_t n, double first);
/* Loads the steps (YAML after «steps:»), makes a session for the targets (NULL: all). */
void lab_load(struct lab *lab, const char *steps, const char *target);
/* Runs the session; gives the status. */
int lab_run(struct lab *lab, unsigned threads, struct kin_error *err);
/* Loads and runs, which has to succeed. */
void lab_do(struct lab *lab, const char *steps, unsigned threads);
const struct kin_step_stats *lab_stats(const struct lab *lab, const char *step);
/* Saves what the targets of the session need; roles NULL: all, else one role and the catalogs. */
void lab_save(struct lab *lab, const char *role);
/* Goes on with another cache, «cache-NAME» in the folder, and loads what was saved. */
void lab_move(struct lab *lab, const char *name);
/* Key and first output of an instance, by its name in the last run. */
struct kin_digest lab_key(struct lab *lab, const char *name);
struct kin_digest lab_output(struct lab *lab, const char *name);
/* Flips a bit of the stored bytes of an artifact. */
void lab_damage(struct lab *lab, const struct kin_digest *digest);
/* Makes the cache forget an action, by the name of an instance in the last run. */
void lab_forget(struct lab *lab, const char *name);
void lab_close(struct lab *lab); /* removes everything */

#endif
