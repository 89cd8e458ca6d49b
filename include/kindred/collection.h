/*
 * A collection's manifest: a value of type «collection» with the fields
 *   element  text       the type of its items
 *   ids      text[n]    ascending, no two alike
 *   digests  digest[n]  of the item, or of a «failure» value when the item failed
 *   failed   uint8[n]   1: the item failed
 * Its digest is the collection's. A failed item keeps its place, so that nothing shifts, and is
 * counted as missing by every measure.
 */
#ifndef KINDRED_COLLECTION_H
#define KINDRED_COLLECTION_H

#include "kindred/value.h"

struct kin_entry {
    const char *id; /* borrowed */
    struct kin_digest digest;
    bool failed;
};

/* Builds the manifest; entries are sorted in place. KIN_EINVAL names an id that stands twice. */
int kin_collection_new(const char *element, struct kin_entry *entries, size_t n,
                       struct kin_value **out, struct kin_error *err);
/* A view of a manifest, after checking it; entries borrow from the value; kin_free the array. */
int kin_collection_open(const struct kin_value *manifest, struct kin_entry **entries, size_t *n,
                        struct kin_error *err);
/* The place of an id in ascending entries, or -1. */
long kin_collection_find(const struct kin_entry *entries, size_t n, const char *id);

/* A failure: type «failure», field text. */
int kin_failure_new(const char *text, struct kin_value **out, struct kin_error *err);

#endif
