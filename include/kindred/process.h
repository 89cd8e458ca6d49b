/*
 * Other programs: a folder to run them in, running one, and what it said.
 *
 * No shell is involved. A program gets a fixed environment (LC_ALL=C, TZ=UTC, PATH, HOME and TMPDIR
 * in its folder, one thread for OpenMP and OpenBLAS; LD_LIBRARY_PATH, R_LIBS and R_LIBS_USER where
 * they are set), no open file but its own three, an empty standard input, and a process group of
 * its own, so that it ends with everything it started.
 *
 * Order of calls: kin_scratch_make, fill the folder, kin_process_run, read the folder and
 * kin_process_end, kin_scratch_remove.
 */
#ifndef KINDRED_PROCESS_H
#define KINDRED_PROCESS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "kindred/status.h"
#include "kindred/text.h"

/* A folder that goes again with all it holds. Zeroed memory is none. */
struct kin_scratch {
    char path[PATH_MAX]; /* absolute */
};

/* Makes an empty folder in TMPDIR, or /tmp. */
int kin_scratch_make(struct kin_scratch *out, struct kin_error *err);
/* Makes a folder inside, and those on the way to it; one that is there is fine. */
int kin_scratch_folder(const struct kin_scratch *scratch, const char *inside,
                       struct kin_error *err);
/* Removes what can be removed; for KIN_AUTO. Follows no link. */
void kin_scratch_remove(struct kin_scratch *scratch);

struct kin_process {
    const char *const *argv; /* NULL-terminated; a program without '/' is looked for in PATH */
    const char *folder;      /* where it runs */
    double limit_s;          /* 0: none */
    bool (*cancelled)(void *context); /* whether to stop; NULL: never */
    void *context;
};

/* How a program ended. */
struct kin_process_end {
    int code;             /* exit code; 128 + signal when it was killed */
    int signal;           /* that killed it, or 0 */
    bool expired;         /* killed after limit_s */
    struct kin_text said; /* standard output and error as they came, of a long text the end */
};

void kin_process_end_release(struct kin_process_end *end);

/* Runs a program to its end, whatever that is; *out zeroed before. One that has to stop gets
 * SIGTERM, two seconds later SIGKILL, with its whole process group.
 * KIN_ENOTFOUND: no such program, or what its first line asks for is not there; KIN_EACCESS;
 * KIN_ECANCELLED; KIN_EIO. */
int kin_process_run(const struct kin_process *process, struct kin_process_end *out,
                    struct kin_error *err);

/* Appends «exit code 3», «killed by signal 9 (Killed)» or «stopped after 60 s», and behind it the
 * last lines that were said, joined by « | ». */
void kin_process_end_text(const struct kin_process_end *end, double limit_s, struct kin_text *out);

/* Appends the absolute path of a program in PATH; false: there is none. */
bool kin_program_find(const char *name, struct kin_text *out);

#endif
