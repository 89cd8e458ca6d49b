/* What a person reads about snapshots. */
#ifndef KIN_CLI_SNAPSHOT_VIEW_H
#define KIN_CLI_SNAPSHOT_VIEW_H

#include <stdbool.h>

#include "kindred/snapshot.h"

void view_snapshot(const char *path, const struct kin_snapshot *snapshot);
/* Whether they differ. */
bool view_difference(const char *const *paths, struct kin_snapshot *const *both);
/* What was loaded to standard output, what was not, and why, to standard error. */
void view_loaded(const char *path, const struct kin_snapshot_loaded *loaded);

#endif
