/*
 * The parts of a snapshot's file, for those who write and read it.
 *
 *   manifest.json  claims.txt  objects.txt  packs/000000 …  objects/<digest> …  observations.json
 *
 * followed by the seal, which lies outside of the tar: see docs/snapshots.md.
 */
#ifndef KINDRED_SRC_CACHE_SNAPSHOT_PARTS_H
#define KINDRED_SRC_CACHE_SNAPSHOT_PARTS_H

#include "kindred/snapshot.h"
#include "kindred/text.h"

#define KIN_MANIFEST "manifest.json"
#define KIN_CLAIMS "claims.txt"
#define KIN_OBJECTS "objects.txt"
#define KIN_OBSERVATIONS "observations.json"

#define KIN_MANIFEST_MOST ((uint64_t)1 << 20)
#define KIN_TABLE_MOST ((uint64_t)1 << 31) /* bytes of a table, and of the observations */

/* ---- snapshot_tables.c: claims.txt and objects.txt ---- */

void kin_snapshot_claims_print(const struct kin_snapshot *snapshot, struct kin_text *out);
void kin_snapshot_objects_print(const struct kin_snapshot *snapshot, struct kin_text *out);
/* From claims_text and objects_text. Records lie in claims_text, which is changed for that. */
int kin_snapshot_claims_parse(struct kin_snapshot *snapshot, struct kin_error *err);
int kin_snapshot_objects_parse(struct kin_snapshot *snapshot, struct kin_error *err);
bool kin_snapshot_is_role(const char *text);

/* ---- snapshot_manifest.c ---- */

/* What manifest.json says of a table. */
struct kin_table_head {
    uint64_t count, bytes;
    struct kin_sha256 sha;
};

struct kin_manifest_heads {
    struct kin_table_head claims, objects;
};

/* Fills manifest and id from everything else. */
int kin_snapshot_manifest_print(struct kin_snapshot *snapshot, struct kin_error *err);
/* Fills everything but the tables from `manifest`. */
int kin_snapshot_manifest_parse(struct kin_snapshot *snapshot, struct kin_manifest_heads *heads,
                                struct kin_error *err);
/* Parses the tables after checking them against the heads, and one against the other. */
int kin_snapshot_manifest_fill(struct kin_snapshot *snapshot,
                               const struct kin_manifest_heads *heads, struct kin_error *err);

/* ---- snapshot_members.c: which members hold the objects ---- */

#define KIN_PACK_BYTES ((uint64_t)1 << 20) /* a pack holds at most so much */
#define KIN_PACK_SMALL ((uint64_t)1 << 16) /* up to this length objects share packs */

struct kin_member {
    char name[48];
    uint64_t size;
    size_t first, n; /* of order */
};

struct kin_members {
    struct kin_member *list;
    size_t n, capacity;
    size_t *order; /* indices of objects, as they lie in the members */
};

int kin_snapshot_members_plan(const struct kin_snapshot *snapshot, struct kin_members *out,
                              struct kin_error *err);
void kin_snapshot_members_release(struct kin_members *members);

/* ---- snapshot_file.c: reading the archive ---- */

#define KIN_SEAL_BYTES 32
/* The seal of a file whose other bytes have this digest. */
void kin_snapshot_seal_make(const struct kin_digest *digest, unsigned char out[KIN_SEAL_BYTES]);

struct kin_snapshot_file; /* opaque */

int kin_snapshot_file_open(const char *path, struct kin_snapshot_file **out, struct kin_error *err);
void kin_snapshot_file_close(struct kin_snapshot_file *file); /* accepts NULL */
/* The next member; *name NULL: there is none. KIN_EDATA: not a plain file, or a path that leads
 * outside. */
int kin_snapshot_file_next(struct kin_snapshot_file *file, const char **name, uint64_t *size,
                           struct kin_error *err);
/* Exactly n bytes of the member. KIN_ECORRUPT: there are fewer. */
int kin_snapshot_file_get(struct kin_snapshot_file *file, void *out, size_t n,
                          struct kin_error *err);
/* The head of a file: manifest and tables, checked. The file stands behind them. */
int kin_snapshot_file_head(struct kin_snapshot_file *file, struct kin_snapshot **out,
                           struct kin_error *err);
/* The rest of a member as text. */
int kin_snapshot_file_text(struct kin_snapshot_file *file, const char *name, uint64_t size,
                           uint64_t most, char **out, struct kin_error *err);
/* Reads to the end and compares the seal. KIN_ECORRUPT. */
int kin_snapshot_file_seal(struct kin_snapshot_file *file, struct kin_error *err);
/* Takes control characters out of a message that quotes what somebody else wrote. */
void kin_snapshot_tame(struct kin_error *err);
const char *kin_snapshot_file_path(const struct kin_snapshot_file *file);

/* ---- snapshot_archive.c: writing the archive ---- */

/* Writes all of it to `path`, whole or not at all; the bytes of objects come from the cache. */
int kin_snapshot_archive(struct kin_cache *cache, const struct kin_snapshot *snapshot,
                         const char *observations, size_t observations_length, const char *path,
                         struct kin_error *err);

/* ---- snapshot_sign.c: what ssh-keygen does for us ---- */

/* Signs the manifest; *out is the text of the signature. */
int kin_snapshot_sign(const struct kin_snapshot *snapshot, const char *key_path,
                      struct kin_text *out, struct kin_error *err);
/* Who signed, by PATH.sig. */
int kin_snapshot_judge(const struct kin_snapshot *snapshot, const char *path,
                       const char *allowed_signers, enum kin_snapshot_trust *trust,
                       struct kin_signer *signer, struct kin_error *err);

/* ---- snapshot_observations.c: who computed what, when, how long ---- */

struct kin_observation {
    struct kin_digest key;
    double seconds;
    int64_t made_at;
    char *made_by;
};

struct kin_observations {
    struct kin_observation *list; /* ascending key */
    size_t n, capacity;
};

void kin_snapshot_observations_release(struct kin_observations *observations);
int kin_snapshot_observations_print(const struct kin_observations *observations,
                                    struct kin_text *out, struct kin_error *err);
int kin_snapshot_observations_parse(const char *text, size_t length, struct kin_observations *out,
                                    struct kin_error *err);
const struct kin_observation *kin_snapshot_observation(const struct kin_observations *observations,
                                                       const struct kin_digest *key);

/* ---- snapshot_check.c: the first pass of a load ---- */

/* Verifies the bytes of one object as they come; keep: *out has them then (kin_free). */
int kin_snapshot_check_object(struct kin_snapshot_file *file,
                              const struct kin_snapshot_object *object, bool keep, void **out,
                              struct kin_error *err);
/* Whether a member stands where it should. */
int kin_snapshot_check_member(const struct kin_snapshot_file *file,
                              const struct kin_members *members, size_t at, const char *name,
                              uint64_t size, struct kin_error *err);
/* The whole file, to the seal. Reads observations when there are some. */
int kin_snapshot_check_file(struct kin_snapshot_file *file, const struct kin_snapshot *snapshot,
                            const struct kin_members *members,
                            struct kin_observations *observations, struct kin_error *err);

/* ---- snapshot_meet.c: what the cache has of it ---- */

enum kin_meeting {
    KIN_MEET_NEW,    /* to be stored */
    KIN_MEET_KNOWN,  /* the cache has these bytes, or knows them as dropped */
    KIN_MEET_LEFT,   /* to be remembered as dropped */
    KIN_MEET_REFUSED /* from somebody who is not believed, in a place whose bytes nobody bound */
};

/* Compares every object with what the cache has under its digest; out: one of each. */
int kin_snapshot_meet(struct kin_cache *cache, const struct kin_snapshot *snapshot, bool believed,
                      enum kin_meeting *out, struct kin_error *err);

/* ---- snapshot_trust.c ---- */

/* The start of what an action of a snapshot says of its maker. */
#define KIN_FROM_SNAPSHOT "snapshot "
/* Adds that a signer made these claims. */
int kin_trust_batch(struct kin_cache_batch *batch, const struct kin_signer *signer,
                    const struct kin_digest *key, struct kin_error *err);
int kin_trust_batch_signer(struct kin_cache *cache, struct kin_cache_batch *batch,
                           const struct kin_signer *signer, struct kin_error *err);

#endif
