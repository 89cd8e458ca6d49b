/*
 * Threads that share the tasks of one call after the other. Which thread runs a task, and when, is
 * open: a result that is to be the same for every number of threads is made of tasks that write
 * each to a place of its own, and put together in the order of their numbers.
 */
#ifndef KINDRED_TEAM_H
#define KINDRED_TEAM_H

#include <stddef.h>

#include "kindred/status.h"

/* NULL is a team of the caller alone. */
struct kin_team;

/* Task i of a call, 0 ≤ i < n; tasks of one call run at the same time. */
typedef int kin_team_task(void *arg, size_t i, struct kin_error *err);

/* threads - 1 threads are started; the caller of kin_team_run is the last one. threads ≥ 1. */
int kin_team_new(size_t threads, struct kin_team **out, struct kin_error *err);
void kin_team_free(struct kin_team *team);  /* accepts NULL */
void kin_team_auto(struct kin_team **team); /* for KIN_AUTO */
/* Runs task 0 … n-1 and returns when all are done: 0, or the failure with the lowest number. */
int kin_team_run(struct kin_team *team, kin_team_task *task, void *arg, size_t n,
                 struct kin_error *err);

#endif
