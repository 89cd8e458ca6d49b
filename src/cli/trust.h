/* Which programs a workflow may run. */
#ifndef KIN_CLI_TRUST_H
#define KIN_CLI_TRUST_H

#include <limits.h>

#include "kindred/kind.h"

struct trust {
    struct kin_trust kinds; /* refers to folder: not to be copied */
    char folder[PATH_MAX];  /* of our own scripts */
};

void trust_init(struct trust *trust, bool any);

#endif
