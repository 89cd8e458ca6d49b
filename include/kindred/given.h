/*
 * The receiving side of a call, for those who run kinds: the engine and `kindred apply`.
 * Order of calls: kin_given_init, kind->run(call), kin_given_check, read the list,
 * kin_given_release.
 */
#ifndef KINDRED_GIVEN_H
#define KINDRED_GIVEN_H

#include "kindred/kind.h"

/* One result. */
struct kin_gift {
    size_t output;
    size_t k;                  /* map kinds: which item */
    char *id;                  /* whole kinds, item of a collection; else NULL */
    struct kin_value *value;   /* NULL when passed on by digest, or rejected */
    struct kin_digest digest;  /* of a passed item */
    bool passed, failed;
    char *why;                 /* rejected: the text */
};

struct kin_counter {
    const char *unit;
    uint64_t n;
};

struct kin_given {
    size_t n, capacity;
    struct kin_gift *list;
    struct kin_counter counters[4];
};

void kin_given_release(struct kin_given *given);
/* Whether the run kept its declaration: every item and output given once, values of the declared
 * type. KIN_EINVAL says what is wrong: a mistake of the kind. */
int kin_given_check(const struct kin_call *call, struct kin_error *err);
/* The gift for item k (whole: 0) and an output, or NULL. Rejected items: the same gift for each. */
const struct kin_gift *kin_given_find(const struct kin_given *given, size_t output, size_t k);

#endif
