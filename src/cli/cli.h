/* The commands: one file each, one line each in commands.def. */
#ifndef KIN_CLI_CLI_H
#define KIN_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kindred/kind.h"
#include "kindred/log.h"
#include "kindred/status.h"

enum kin_exit {
    KIN_EXIT_DONE = 0,
    KIN_EXIT_FAILED = 1,   /* a step failed */
    KIN_EXIT_REQUEST = 2,  /* the request is wrong: workflow, parameter, file */
    KIN_EXIT_CACHE = 3,    /* the cache is unusable */
    KIN_EXIT_TODO = 4,     /* `plan --exit-code`: something would run */
    KIN_EXIT_STOPPED = 130 /* Ctrl-C */
};

struct kin_command {
    const char *name;
    const char *doc;   /* one line */
    const char *usage; /* what follows «usage: kindred », lines of options included */
    int (*run)(int argc, char **argv); /* what follows the name; gives an exit code */
    bool guarded; /* in a process of its own, so that a damaged cache can bring down no more */
};

size_t kin_command_count(void);
const struct kin_command *kin_command_at(size_t i);
/* By name, or NULL. */
const struct kin_command *kin_command_find(const char *name);

/* What the program ends with after a failure of this status. */
int kin_cli_exit_code(int status);
/* Prints «kindred: TEXT» to standard error; gives the exit code of the error's status. */
int kin_cli_error(const struct kin_error *err);
/* The same for a request that is wrong: kin_cli_usage("plan", "unknown option '%s'", …); names the
 * command's help. Gives KIN_EXIT_REQUEST. */
int kin_cli_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A kind by name. KIN_EINVAL with the nearest name. */
int kin_cli_find_kind(const char *name, const struct kin_kind **out, struct kin_error *err);

/* Libraries whose versions may change the bits of results: «FFTW 3.3.10, soxr 0.1.3, …». */
void kin_cli_libraries(char *out, size_t size);

/* «50G», in powers of 1000 as everything that is printed; «50Gi» in powers of 1024. False: no size,
 * or not above 0. */
bool kin_cli_parse_bytes(const char *text, uint64_t *out);

/* Whether a stream is a terminal that wants colours (NO_COLOR, TERM=dumb). */
bool kin_cli_colour(FILE *stream);
/* What KINDRED_LOG asks for: error, warn (also when it is not set), info, debug. */
enum kin_log_level kin_cli_log_level(void);

#define KIN_CLI_COLUMNS 80

/* Prints words, broken before column 80; the following lines are indented. `column` is where the
 * text starts on the first line. Ends the line. */
void kin_cli_wrap(FILE *stream, const char *text, size_t column, size_t indent);
/* Columns that a text takes: characters, not bytes. */
size_t kin_cli_width(const char *text);

#endif
