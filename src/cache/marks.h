/* What is reachable: a set of digests with what each of them is worth, for gc and stat. */
#ifndef KINDRED_SRC_CACHE_MARKS_H
#define KINDRED_SRC_CACHE_MARKS_H

#include "cache/writer.h"

enum kin_mark_flags {
    KIN_MARK_ACTION = 1, /* a key of an action, not an artifact */
    KIN_MARK_STAYS = 2,  /* nothing but the artifact's own bytes could give it back, or it says
                            what else there is */
    KIN_MARK_USED = 4,   /* by a running process, or pinned */
    KIN_MARK_PRESENT = 8,
    KIN_MARK_DOOMED = 16, /* found from what no root reaches, or a victim */
    KIN_MARK_VICTIM = 32  /* its bytes alone go */
};

struct kin_mark {
    struct kin_digest digest;
    uint64_t bytes;
    double seconds; /* to compute it again */
    uint32_t group; /* index into groups */
    uint32_t flags;
};

/* Steps, or, for what belongs to no run, kinds. */
struct kin_mark_group {
    char *step; /* NULL: of no run */
    char *kind;
};

struct kin_marks {
    struct kin_cache *cache;
    MDB_txn *txn;
    struct kin_mark *list;
    size_t n, capacity;
    size_t *table; /* index + 1, by digest; n_table a power of two */
    size_t n_table;
    struct kin_mark_group *groups;
    size_t n_groups, groups_capacity;
};

void kin_marks_release(struct kin_marks *marks);
struct kin_mark *kin_marks_find(const struct kin_marks *marks, const struct kin_digest *digest);
/* Marks an action of a step (NULL: of no run), its outputs, their items, and all they refer to.
 * One that is not in the cache is passed over. */
int kin_marks_action(struct kin_marks *marks, const struct kin_digest *key, const char *step,
                     uint32_t flags, struct kin_error *err);
/* Marks an artifact and all it refers to; all of it stays. */
int kin_marks_value(struct kin_marks *marks, const struct kin_digest *digest, uint32_t flags,
                    struct kin_error *err);
/* What a lease names: an action, an artifact, or a family and all its items. */
int kin_marks_leased(struct kin_marks *marks, const struct kin_digest *digest,
                     struct kin_error *err);
#endif
