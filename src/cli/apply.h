/* The parts of `kindred apply`: what comes in from files, what goes out. */
#ifndef KIN_CLI_APPLY_H
#define KIN_CLI_APPLY_H

#include "kindred/solo.h"
#include "kindred/text.h"

/* The files' elements in the order in which they were named; an element's id is its place. */
struct kin_apply_inputs {
    char **names; /* of the elements of the first KIN_EACH port, for messages and file names */
    size_t n, capacity;
};

void kin_apply_inputs_release(struct kin_apply_inputs *inputs);

/* Reads [NAME=]FILE into the port NAME, or «of», or the first one. Parameters have to be set
 * before: they may narrow what a port takes.
 * Errors: KIN_EINVAL (no such input, nothing reads its type), those of the reader. */
int kin_apply_read(struct kin_solo *solo, const char *argument, struct kin_apply_inputs *inputs,
                   struct kin_error *err);

/* The first output as text: numbers one a line, tables and arrays as CSV. KIN_EINVAL: too large,
 * or audio: it wants a file. */
int kin_apply_print(const struct kin_solo *solo, struct kin_text *out, struct kin_error *err);

/* The first output into a file: .npy (several results of one shape are stacked), .wav, .csv …, or
 * into a folder (PATH/): one file each, named like the inputs. */
int kin_apply_write(const struct kin_solo *solo, const struct kin_apply_inputs *inputs,
                    const char *path, struct kin_error *err);

#endif
