/* How many bytes of each extent are in use, counted from where blobs say that they lie. */
#ifndef KINDRED_SRC_CACHE_USES_H
#define KINDRED_SRC_CACHE_USES_H

#include "cache/writer.h"

struct kin_use {
    uint64_t extent, bytes;
};

struct kin_uses {
    struct kin_use *list; /* after kin_uses_sum: one for each extent, ascending */
    size_t n, capacity;
};

/* Adds a blob that has its bytes. Errors: KIN_ENOMEM. */
int kin_uses_add(struct kin_uses *uses, const struct kin_place *place, struct kin_error *err);
void kin_uses_sum(struct kin_uses *uses);
/* NULL: no blob uses it. */
const struct kin_use *kin_uses_find(const struct kin_uses *uses, uint64_t extent);
void kin_uses_release(struct kin_uses *uses);

#endif
