/*
 * The files of a program that is a step (exec.c), in its scratch folder:
 *
 *   in/NAME.csv, .npy, …     an input that is one artifact
 *   in/NAME/ID.wav, …        one that is a collection: a file for every item, failed ones left out
 *   in/NAME.npy              vectors: a row for every item, ids in the same order, one a line, in
 *   in/NAME.ids.txt
 *   in/NAME/labels.csv       gathered instances: the column `file`, and one for each axis; the
 *   in/NAME/0001.csv, …      files are as above, with the instance's number for NAME
 *   out/                     likewise, what the program has to write
 */
#ifndef KIN_KIND_EXEC_FILES_H
#define KIN_KIND_EXEC_FILES_H

#include "kindred/kind.h"
#include "kindred/process.h"

/* Makes in/ and out/, and writes every input that the step names. KIN_EDATA: an id that is no name
 * of a file, vectors of several lengths. */
int kin_exec_write(const struct kin_call *call, const struct kin_scratch *scratch,
                   struct kin_error *err);
/* Gives every output that the step names. KIN_EDATA names the output, the file, and what was
 * wanted. */
int kin_exec_read(struct kin_call *call, const struct kin_scratch *scratch, struct kin_error *err);

#endif
