/* Who a process is, so that another one can tell whether it still lives. */
#ifndef KINDRED_SRC_CACHE_OWNER_H
#define KINDRED_SRC_CACHE_OWNER_H

#include <stdbool.h>
#include <stddef.h>

#include "kindred/digest.h"
#include "kindred/status.h"

#include <stdint.h>

/* A pid is used again, so that alone it names nobody: its start time tells two apart, and the boot
 * id two machines or two starts of one. */
struct kin_owner {
    uint64_t pid;
    uint64_t start;         /* in clock ticks since boot; 0: unknown */
    struct kin_digest boot; /* of the boot id and the pid namespace */
};

#define KIN_OWNER_BYTES 32 /* stored */

void kin_owner_self(struct kin_owner *out);
/* A zombie is dead. So is a process of another boot or another container, of which nothing is
 * known here: at worst something is then computed twice. */
bool kin_owner_lives(const struct kin_owner *process);
bool kin_owner_equal(const struct kin_owner *a, const struct kin_owner *b);

void kin_owner_pack(const struct kin_owner *process, unsigned char out[KIN_OWNER_BYTES]);
bool kin_owner_unpack(const void *bytes, size_t length, struct kin_owner *out);

#endif
