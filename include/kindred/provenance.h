/*
 * Provenance: where results come from, for other programs (a Workflow Run RO-Crate) and for people
 * (the chain behind one row of a table).
 */
#ifndef KINDRED_PROVENANCE_H
#define KINDRED_PROVENANCE_H

#include "kindred/engine.h"

/*
 * Writes the run of a session's targets into a folder (created): the results, the workflow, and
 * ro-crate-metadata.json, in the Provenance Run Crate profile 0.5 on RO-Crate 1.1. There is one
 * CreateAction for each action, with its record, parameters, and digests of what went in and came
 * out; a collection is one entity. Files carry SHA-256, everything else the XXH3-128 digest that
 * names it here (property xxh3_128). No host, no user, no absolute path is in it: those in the
 * workflow's text are cut to their last part. Two crates of the same results are the same bytes.
 * license     an SPDX name or a URL, or NULL: not stated
 * KIN_ENOTFOUND: something is not computed yet.
 */
int kin_session_crate(struct kin_session *session, const char *folder, const char *license,
                      void (*wrote)(void *context, const char *path), void *context,
                      struct kin_error *err);

/* Appends the chain behind a row, «within.csv:118», with line 1 the names of the columns: instances
 * with their keys, parameters and makers, up to the items of the sources. The file is that of a
 * step's `file:`, by its whole name or the last part; a step's name does as well.
 * KIN_EINVAL: no such file or line; KIN_ENOTFOUND: not computed yet. */
int kin_session_trace(struct kin_session *session, const char *row, struct kin_text *out,
                      struct kin_error *err);

#endif
