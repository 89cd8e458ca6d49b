/*
 * Workflows: YAML to a typed, validated graph in which every value knows its line.
 *
 * kin_workflow_load parses, resolves variables, expands axes, aligns inputs and checks types and
 * parameters. It reports every mistake it finds, not the first alone, each with its position. What
 * it returns is ready to run: for every point of every step the arguments, and for every port the
 * instances that feed it. The language is described in docs/workflows.md.
 */
#ifndef KINDRED_WORKFLOW_H
#define KINDRED_WORKFLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "kindred/kind.h"
#include "kindred/status.h"

/* A place in a workflow file; line and column count from 1, line 0: a default, or --set. */
struct kin_mark {
    size_t line, column, length;
};

enum kin_on_error {
    KIN_ON_ERROR_REPORT, /* a failed item is reported, the others go on, the run ends with 1 */
    KIN_ON_ERROR_SKIP,   /* a failed item is left out with a warning */
    KIN_ON_ERROR_STOP    /* a failed item fails the step */
};

/* One instance that feeds a port. */
struct kin_feed {
    size_t step, point;
    size_t output;
};

struct kin_step {
    const char *name;
    const struct kin_kind *kind;
    struct kin_mark mark; /* of the name */

    size_t n_axes;
    const char *const *axes; /* ascending */
    size_t n_points;         /* at least 1 */
    /* points[p * n_axes + a]: the label, or one whose text is NULL where the point lacks the axis
     */
    const struct kin_label *points; /* ascending: axis by axis; none, numbers, texts */

    struct kin_args *const *args; /* per point; equal ones are shared */
    /* param_marks[p][i]: where the value of parameter i stands; shared as args are */
    const struct kin_mark *const *param_marks;

    /* feeds of port i at point p: feeds[feed_start[p * n_inputs + i]] up to the next start. For
     * KIN_GATHER ports in ascending label; other ports have 0 or 1. */
    const size_t *feed_start; /* n_points * n_inputs + 1 */
    const struct kin_feed *feeds;

    bool keep; /* false: the bytes may be dropped when nobody needs them */
    enum kin_on_error on_error;
    const char *file; /* write the result there, inside the --out folder; or NULL */
    const char *about; /* what that file says, a sentence for people; or NULL */
    bool show; /* print that file, a table, at the end of a run */
    double expect;    /* expected items when the source is absent; 0: not said */
};

struct kin_workflow {
    const char *path;   /* as given */
    const char *folder; /* of the file, absolute: paths are relative to it */
    const char *title;
    size_t n_steps;
    const struct kin_step *steps; /* inputs before those they feed, else in the file's order */
    void *backing;
};

/* NAME=VALUE pairs given with --set. */
struct kin_setting {
    const char *name, *value;
};

/* One mistake, or warning, ready to print. */
struct kin_diagnostic {
    struct kin_mark mark; /* line 0: no place in the file */
    bool warning;
    char *text; /* «unknown parameter 'magnitud' of kind 'transform'; did you mean 'magnitude'?» */
    char *shown; /* the same as people see it: file:line:column: error: text, the line, a caret */
};

struct kin_diagnostics {
    size_t n, capacity, errors;
    struct kin_diagnostic *list; /* in the order of the file */
};

void kin_diagnostics_release(struct kin_diagnostics *diagnostics);

/* Loads a workflow file. KIN_EINVAL: there are errors, all in *diagnostics (which may hold warnings
 * on success too). KIN_ENOTFOUND and the like: the file could not be read. */
int kin_workflow_load(const char *path, const struct kin_setting *settings, size_t n_settings,
                      struct kin_workflow **out, struct kin_diagnostics *diagnostics,
                      struct kin_error *err);
/* The same from text in memory; `path` is used for messages and as base of relative paths. */
int kin_workflow_parse(const char *text, size_t length, const char *path,
                       const struct kin_setting *settings, size_t n_settings,
                       struct kin_workflow **out, struct kin_diagnostics *diagnostics,
                       struct kin_error *err);
void kin_workflow_free(struct kin_workflow *workflow);
/* Version of the library that reads YAML, for people. */
const char *kin_workflow_library(void);

long kin_workflow_step(const struct kin_workflow *workflow, const char *name); /* index or -1 */
/* «within[task=AT,magnitude=1|2]»: which points of which step; an axis that is not named may have
 * any value. *points has one flag for each point of the step; the caller releases it with kin_free.
 * KIN_EINVAL names the unknown step, axis or value, with the nearest one. */
int kin_workflow_select(const struct kin_workflow *workflow, const char *selector, size_t *step,
                        bool **points, struct kin_error *err);
/* Appends the name of an instance: «within[task=AT,transformation=PS]», axes ascending. */
void kin_instance_name(const struct kin_step *step, size_t point, struct kin_text *out);

/* How many instances a step gathers, by the values of some axes: for a table the rows. */
struct kin_row_count {
    const struct kin_label **labels; /* one an axis; NULL where the gathered instances lack it */
    size_t rows;
};

/* Ascending by the labels: none, numbers, texts. No axes: one count of all; a step that gathers
 * nothing: n 0. KIN_EINVAL: an axis that no step has, with the nearest one. */
int kin_workflow_rows(const struct kin_workflow *workflow, size_t step, const char *const *axes,
                      size_t n_axes, struct kin_row_count **out, size_t *n, struct kin_error *err);
void kin_row_counts_free(struct kin_row_count *counts); /* accepts NULL */

#endif
