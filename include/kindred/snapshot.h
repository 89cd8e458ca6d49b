/*
 * Snapshots: a closed set of actions and artifacts in one file, to share. docs/snapshots.md has the
 * format and whom to trust.
 *
 * A snapshot says two sorts of things. Objects are bytes: anyone can check them. Claims («this
 * action gave these outputs») can only be trusted: they count when the manifest is signed by
 * somebody the reader lists, or when the reader says so.
 *
 * Saving: kin_snapshot_begin; then, for everything that belongs to it, kin_snapshot_add_claim and,
 * for what is wanted of it, kin_snapshot_add_object; kin_snapshot_write; kin_snapshot_end. Who adds
 * knows what artifacts refer to and which role they play; this module knows neither.
 * Loading: kin_snapshot_load. Looking: kin_snapshot_read.
 */
#ifndef KINDRED_SNAPSHOT_H
#define KINDRED_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/cache.h"
#include "kindred/sha256.h"

#define KIN_SNAPSHOT_FORMAT 1
#define KIN_SNAPSHOT_NAMESPACE "kindred-snapshot-v1" /* of signatures */
#define KIN_SNAPSHOT_ROLE 16                         /* bytes of a role's name, NUL included */
#define KIN_SNAPSHOT_OBJECT_MOST ((uint64_t)1 << 36) /* bytes of one object */
#define KIN_SNAPSHOT_INDEX "index" /* the role of what says what there is: never left out */

/* ---- what a snapshot says ---- */

enum kin_object_state {
    KIN_OBJECT_HERE,  /* its bytes are in the file */
    KIN_OBJECT_SINCE, /* in the snapshot that this one is a delta to */
    KIN_OBJECT_LEFT   /* left out: by role, or because it was dropped */
};

struct kin_snapshot_object {
    struct kin_digest digest;
    struct kin_sha256 sha; /* zero when !has_sha: left out, and nobody knows */
    uint64_t length;
    char role[KIN_SNAPSHOT_ROLE];
    enum kin_object_state state;
    bool has_sha;
};

struct kin_snapshot_claim {
    struct kin_digest key;
    const char *record; /* the canonical text that was hashed */
    uint64_t items, failed;
    size_t n_outputs;
    struct kin_digest outputs[KIN_ACTION_OUTPUTS];
};

#define KIN_SNAPSHOT_ROLES 16

struct kin_snapshot {
    char *manifest; /* manifest.json as stored: what is signed */
    size_t manifest_length;
    struct kin_sha256 id; /* of it */
    bool is_delta;
    struct kin_sha256 since; /* the id of the snapshot that a delta needs */
    size_t n_roles;          /* left out: everything else; 0: nothing was left out by role */
    char roles[KIN_SNAPSHOT_ROLES][KIN_SNAPSHOT_ROLE];
    size_t n_runs, n_claims, n_objects; /* all in ascending digest or key */
    struct kin_digest *runs;            /* objects that say which instance has which key */
    struct kin_snapshot_claim *claims;
    struct kin_snapshot_object *objects;
    char *claims_text, *objects_text; /* as stored */
    size_t claims_length, objects_length;
};

/* Reads what a file says, checks that it hangs together, and does not look at the objects' bytes.
 * KIN_ENOTFOUND, KIN_ECORRUPT: what is wrong with it. */
int kin_snapshot_read(const char *path, struct kin_snapshot **out, struct kin_error *err);
void kin_snapshot_free(struct kin_snapshot *snapshot); /* accepts NULL */
/* By digest or key; NULL: it has none. */
const struct kin_snapshot_object *kin_snapshot_object(const struct kin_snapshot *snapshot,
                                                      const struct kin_digest *digest);
const struct kin_snapshot_claim *kin_snapshot_claim(const struct kin_snapshot *snapshot,
                                                    const struct kin_digest *key);

/* ---- saving ---- */

struct kin_snapshot_options {
    const char *since;        /* a snapshot whose contents are left out, or NULL */
    const char *const *roles; /* n_roles 0: all */
    size_t n_roles;
};

struct kin_snapshot_builder; /* opaque */

/* KIN_EINVAL: a role that is no word; what kin_snapshot_read says of `since`. */
int kin_snapshot_begin(struct kin_cache *cache, const struct kin_snapshot_options *options,
                       struct kin_snapshot_builder **out, struct kin_error *err);
void kin_snapshot_end(struct kin_snapshot_builder *builder); /* accepts NULL */
/* Adds an action of the cache. *wanted: its outputs have to be added; false when the claim is there
 * already, or in `since` in the same words. KIN_ENOTFOUND. */
int kin_snapshot_add_claim(struct kin_snapshot_builder *builder, const struct kin_digest *key,
                           bool *wanted, struct kin_error *err);
/* Whether an object is added already. */
bool kin_snapshot_has(const struct kin_snapshot_builder *builder, const struct kin_digest *digest);
/* Adds an object. bytes NULL: they are not in the cache any more (dropped). */
int kin_snapshot_add_object(struct kin_snapshot_builder *builder, const struct kin_digest *digest,
                            const char *role, const void *bytes, size_t length,
                            struct kin_error *err);
/* Says that an object that was added is the record of a run. */
int kin_snapshot_add_run(struct kin_snapshot_builder *builder, const struct kin_digest *digest,
                         struct kin_error *err);

struct kin_snapshot_saved {
    struct kin_sha256 id;
    uint64_t claims, objects, bytes; /* in the file, before compression */
    uint64_t left_out;               /* objects */
};

/* Writes the file, whole or not at all; the builder is at its end. plain: without observations, so
 * that equal contents are equal files. key_path: the private or public half of an SSH key;
 * its signature goes to PATH.sig. KIN_EINVAL: a delta that lacks something (bytes that are neither
 * here nor in `since`); KIN_EACCESS: a key that is locked or is none. */
int kin_snapshot_write(struct kin_snapshot_builder *builder, const char *path, bool plain,
                       const char *key_path, struct kin_snapshot_saved *out, struct kin_error *err);

/* ---- loading ---- */

enum kin_snapshot_trust {
    KIN_TRUST_NOBODY,  /* no signature, and not told to trust: objects alone */
    KIN_TRUST_STRANGER, /* a good signature by somebody who is not listed: objects alone */
    KIN_TRUST_TOLD,    /* not signed by anybody listed, but told to trust */
    KIN_TRUST_SIGNER   /* signed by somebody listed */
};

#define KIN_SIGNER_TEXT 256

struct kin_signer {
    char name[KIN_SIGNER_TEXT];        /* the principal of the allowed_signers file; or «nobody» */
    char fingerprint[KIN_SIGNER_TEXT]; /* «SHA256:…» of the key, or "" */
};

struct kin_snapshot_load_options {
    const char *allowed_signers; /* as ssh-keygen reads it, or NULL */
    bool trust_unsigned;
    /* Called for every claim that is believed, once its outputs are there: what else follows from
     * it. May add to the batch. NULL: nothing follows. */
    int (*believed)(void *context, struct kin_cache_batch *batch, const struct kin_action *action,
                    struct kin_error *err);
    void *context;
};

struct kin_snapshot_loaded {
    enum kin_snapshot_trust trust;
    struct kin_signer signer;
    struct kin_sha256 id;
    uint64_t objects_new, objects_known, objects_left, bytes_new;
    uint64_t objects_refused; /* a stranger's, for a digest whose own bytes were dropped */
    uint64_t claims_new, claims_known, claims_refused;
    uint64_t claims_other; /* the cache has another outcome for the key, and keeps it */
};

/* Reads the file twice: first to check every byte of it against the manifest, and the manifest
 * against its signature, then to store. Nothing is written before the whole file is checked; claims
 * are written last, in one transaction. Memory: the tables, and one object at a time.
 *
 * KIN_ENOTFOUND: no such file, or a delta to a snapshot that is not loaded. KIN_ECORRUPT: cut
 * short, damaged, or not what its manifest says. KIN_EDATA: hostile (paths, lengths, members that
 * stand twice), or a signature that does not belong to it. KIN_ECOLLISION: an object has the digest
 * of another one. KIN_EFULL. Each text says which. */
int kin_snapshot_load(struct kin_cache *cache, const char *path,
                      const struct kin_snapshot_load_options *options,
                      struct kin_snapshot_loaded *out, struct kin_error *err);

/* ---- whom the cache believes ---- */

struct kin_trusted {
    struct kin_signer signer;
    uint64_t claims;
    int64_t since; /* seconds since 1970: the first load */
};

/* Walks the signers whose claims the cache keeps. */
int kin_trust_each(struct kin_cache *cache,
                   int (*visit)(void *context, const struct kin_trusted *trusted), void *context,
                   struct kin_error *err);
/* Takes back every claim that only this signer made: by name or fingerprint. `forgotten` is called
 * for each before it goes, to take back what followed from it; NULL: nothing did. Objects stay; gc
 * removes what nothing refers to. KIN_ENOTFOUND: no such signer. */
int kin_trust_revoke(struct kin_cache *cache, const char *signer,
                     int (*forgotten)(void *context, struct kin_cache_batch *batch,
                                      const struct kin_action *action, struct kin_error *err),
                     void *context, uint64_t *claims, struct kin_error *err);

#endif
