/*
 * The cache: a content-addressed store of artifacts and of the outcomes of actions, on LMDB.
 *
 * Blobs are the canonical bytes of values, named by their XXH3-128 digest, which is verified on
 * every read. Actions map a key (the digest of a canonical record) to digests of outputs. Item
 * tables map, inside a family of actions that differ in one item only, that item to its output.
 *
 * Reads come from any thread, return bytes of their own and keep no transaction open. Writes are
 * queued to one writer thread that commits them in groups: kin_cache_write returns when its batch
 * is durable (against the death of this process; power loss may undo the last commits, see
 * writer.c). In a batch blobs are written before what refers to them. kill -9 leaves the last
 * committed group.
 *
 * A process opens a folder once at a time (LMDB's locks belong to the process), and not across a
 * fork: in the child every call is KIN_EINVAL, and closing does nothing. Several processes may use
 * one folder.
 *
 * Physical layout (part of no digest): blobs lie in extents of up to 1 MiB; small ones share an
 * extent, big ones take several.
 */
#ifndef KINDRED_CACHE_H
#define KINDRED_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/digest.h"
#include "kindred/status.h"
#include "kindred/text.h"

struct kin_cache; /* opaque */

#define KIN_CACHE_FORMAT 1

struct kin_cache_options {
    const char *folder; /* created when it is not there, unless read_only */
    bool read_only;
    bool upkeep; /* to make room in it: that there is none left is then no error; none is made */
};

/* Opens the cache. KIN_EUNUSABLE: a newer format, foreign or damaged file, network file system
 * (named); KIN_EACCESS; KIN_EFULL (checked before work starts). Each text says what to do. */
int kin_cache_open(const struct kin_cache_options *options, struct kin_cache **out,
                   struct kin_error *err);
/* Waits for queued writes. Accepts NULL. */
void kin_cache_close(struct kin_cache *cache);
const char *kin_cache_folder(const struct kin_cache *cache);
/* Name and version of the library below, for people. */
const char *kin_cache_library(void);

/* ---- blobs ---- */

enum kin_presence {
    KIN_ABSENT,  /* never heard of */
    KIN_PRESENT,
    KIN_DROPPED  /* was here; dropped on purpose */
};

enum kin_presence kin_cache_presence(struct kin_cache *cache, const struct kin_digest *digest);

/* The verified bytes; kin_free them. KIN_ENOTFOUND (absent or dropped). KIN_ECORRUPT: the stored
 * bytes do not give the digest; they have been put aside, so that the next put stores them anew. */
int kin_cache_get(struct kin_cache *cache, const struct kin_digest *digest, void **bytes,
                  size_t *length, struct kin_error *err);

/* ---- actions ---- */

#define KIN_ACTION_OUTPUTS 8

struct kin_action {
    struct kin_digest key; /* digest of record */
    const char *record;    /* the canonical text that was hashed */
    size_t n_outputs;
    struct kin_digest outputs[KIN_ACTION_OUTPUTS]; /* in the kind's order */
    uint64_t items, failed;  /* of the first output; 1, 0 when it is no collection */
    double seconds;          /* of computing; 0 unknown */
    int64_t made_at;         /* seconds since 1970 */
    const char *made_by;     /* host, CPU class, program and library versions: one line of text */
};

/* What an action gave, without the story of it. */
struct kin_outcome {
    size_t n_outputs;
    struct kin_digest outputs[KIN_ACTION_OUTPUTS];
    uint64_t items, failed;
    double seconds; /* that it took */
};

/* Looks up an outcome alone: the hit path, no allocation. False: no such action. */
bool kin_cache_find(struct kin_cache *cache, const struct kin_digest *key,
                    struct kin_outcome *out);
/* The whole record; texts live in *backing, which the caller kin_frees. */
int kin_cache_action(struct kin_cache *cache, const struct kin_digest *key, struct kin_action *out,
                     void **backing, struct kin_error *err);

/* ---- item tables ---- */

/* For n items of a family: out[i] and found[i]. One read transaction. */
int kin_cache_find_items(struct kin_cache *cache, const struct kin_digest *family,
                         const struct kin_digest *items, size_t n, struct kin_digest *out,
                         bool *found, struct kin_error *err);

/* ---- writing ---- */

struct kin_cache_batch; /* what is to be written together */

struct kin_cache_batch *kin_batch_new(struct kin_cache *cache); /* NULL: no memory */
void kin_batch_free(struct kin_cache_batch *batch);
/* Takes the bytes (also on failure). temporary: may be dropped by kin_batch_drop. A blob that is
 * there already with the same bytes is not written again (temporary becomes kept if either is).
 * With other bytes: kin_cache_write fails with KIN_ECOLLISION and nothing of the batch is written.
 */
int kin_batch_blob(struct kin_cache_batch *batch, const struct kin_digest *digest, void *takes,
                   size_t length, bool temporary, struct kin_error *err);
/* Copies. KIN_EINVAL: the key is not the digest of the record, or there are too many outputs. */
int kin_batch_action(struct kin_cache_batch *batch, const struct kin_action *action,
                     struct kin_error *err);
/* item → output in a family; replaces what stood there. */
int kin_batch_item(struct kin_cache_batch *batch, const struct kin_digest *family,
                   const struct kin_digest *item, const struct kin_digest *output,
                   struct kin_error *err);
/* Takes the item out of the family if that is its output. */
int kin_batch_forget_item(struct kin_cache_batch *batch, const struct kin_digest *family,
                          const struct kin_digest *item, const struct kin_digest *output,
                          struct kin_error *err);
/* Drops the bytes of a temporary blob; one that is kept stays. The digest is remembered as dropped.
 */
int kin_batch_drop(struct kin_cache_batch *batch, const struct kin_digest *digest,
                   struct kin_error *err);
/* A small named record: table «files», «runs», «meta» …, any key bytes, any value (NULL: delete).
 */
int kin_batch_record(struct kin_cache_batch *batch, const char *table, const void *key,
                     size_t key_length, const void *value, size_t value_length,
                     struct kin_error *err);
/* Commits the batch, together with what other threads wait to write. Frees it in every case.
 * KIN_EFULL, KIN_EIO, KIN_EACCESS, KIN_ECOLLISION: nothing of it was written. */
int kin_cache_write(struct kin_cache *cache, struct kin_cache_batch *takes, struct kin_error *err);
/* The same without waiting, unless more than 256 MiB are queued. `done` is called from the writer
 * thread with 0 or the error; it must not wait for the cache, but may call write_later. NULL: a
 * failure is logged. */
int kin_cache_write_later(struct kin_cache *cache, struct kin_cache_batch *takes,
                          void (*done)(void *context, int status, const struct kin_error *err),
                          void *context, struct kin_error *err);

/* ---- sharing work, with other processes and within this one ---- */

enum kin_claim_answer {
    KIN_CLAIM_MINE,   /* compute it: nobody else will while this process lives */
    KIN_CLAIM_DONE,   /* the result is in the cache by now */
    KIN_CLAIM_THEIRS, /* another living process computes it: ask again later */
    KIN_CLAIM_OURS    /* this process has claimed it before, and not given it up: the same */
};

/* What a process wants to compute: items of a family, or actions. */
struct kin_claims {
    const struct kin_digest *family;   /* NULL: the keys are those of actions */
    const struct kin_digest *failures; /* the family of items that failed, done as well; or NULL */
    bool anew;                         /* whatever is there: what was done is done again */
    size_t n;
    const struct kin_digest *keys;
    unsigned char *answers;            /* enum kin_claim_answer, filled before the batch is done */
};

/* Claims what is neither done nor claimed by a process that lives (pid, its start, boot). The
 * claims and all they point at are borrowed until the batch is done. */
int kin_batch_claim(struct kin_cache_batch *batch, const struct kin_claims *claims,
                    struct kin_error *err);
/* Gives a claim up: in the batch that stores the result. family NULL: of an action. */
int kin_batch_unclaim(struct kin_cache_batch *batch, const struct kin_digest *family,
                      const struct kin_digest *key, struct kin_error *err);
/* What this process needs from now on, so that nothing of it is removed: keys of actions, families
 * of items, digests of artifacts. */
int kin_batch_lease(struct kin_cache_batch *batch, const struct kin_digest *digests, size_t n,
                    struct kin_error *err);
/* Gives up all claims and leases of this process. */
int kin_batch_leave(struct kin_cache_batch *batch, struct kin_error *err);
/* The pid of another process that computes with this cache, or 0. */
uint64_t kin_cache_other(struct kin_cache *cache);

/* ---- records ---- */

/* Copies the value; kin_free it. KIN_ENOTFOUND. */
int kin_cache_record(struct kin_cache *cache, const char *table, const void *key,
                     size_t key_length, void **value, size_t *value_length, struct kin_error *err);
/* Walks a table in ascending key until visit returns non-zero, which it returns. */
int kin_cache_walk(struct kin_cache *cache, const char *table,
                   int (*visit)(void *context, const void *key, size_t key_length,
                                const void *value, size_t value_length),
                   void *context, struct kin_error *err);

/* Content digest of a file, from the stat cache when device, inode, size, mtime and ctime (ns) are
 * as they were and the file had rested for a tick of its clock when it was read; else read and
 * remembered (queued).
 * KIN_ENOTFOUND, KIN_EACCESS, KIN_EIO. */
int kin_cache_file_digest(struct kin_cache *cache, const char *path, struct kin_digest *out,
                          struct kin_error *err);

/* ---- looking after it ---- */

struct kin_cache_stat {
    uint64_t blobs, blob_bytes;       /* stored, and their lengths added up */
    uint64_t dropped;                 /* remembered without bytes */
    uint64_t extents, actions, items, files, runs;
    uint64_t file_bytes, free_bytes;  /* of data.mdb, and unused inside it */
};
int kin_cache_stat(struct kin_cache *cache, struct kin_cache_stat *out, struct kin_error *err);

/* Walks blobs in ascending digest: presence and length. */
int kin_cache_each_blob(struct kin_cache *cache,
                        int (*visit)(void *context, const struct kin_digest *digest,
                                     enum kin_presence presence, uint64_t length),
                        void *context, struct kin_error *err);
/* Walks actions in ascending key. */
int kin_cache_each_action(struct kin_cache *cache,
                          int (*visit)(void *context, const struct kin_action *action),
                          void *context, struct kin_error *err);

/* What is worth keeping: whoever knows about runs and pins names the roots. Called inside of
 * kin_cache_gc and kin_cache_space, may read the cache, and calls kin_root_… as often as needed. */
struct kin_roots; /* opaque */
typedef int kin_root_finder(void *context, struct kin_roots *roots, struct kin_error *err);
/* An action, all it gave and all that refers to; step: under which name it is reported. One that
 * is pinned is not dropped to save space either. */
int kin_root_action(struct kin_roots *roots, const struct kin_digest *key, const char *step,
                    bool pinned, struct kin_error *err);
/* An artifact. */
int kin_root_value(struct kin_roots *roots, const struct kin_digest *digest, struct kin_error *err);
/* A record that goes with what is removed. */
int kin_root_forget(struct kin_roots *roots, const char *table, const void *key, size_t key_length,
                    struct kin_error *err);

/* How much is of what: of a step, or of a kind that no root reaches (step NULL). */
struct kin_space {
    char *step, *kind; /* kind "": neither of an action */
    uint64_t artifacts, bytes, dropped;
    double seconds; /* to compute them again, as far as durations are recorded */
};
struct kin_spaces {
    struct kin_space *list; /* most bytes first */
    size_t n;
    struct kin_space all; /* added up */
};
void kin_spaces_release(struct kin_spaces *spaces);
int kin_cache_space(struct kin_cache *cache, kin_root_finder *find, void *context,
                    struct kin_spaces *out, struct kin_error *err);

struct kin_gc_options {
    kin_root_finder *roots;
    void *context;
    uint64_t most_bytes; /* of artifacts; 0: any number */
    bool dry_run;        /* changes nothing */
};
struct kin_gc_result {
    struct kin_spaces freed;
    uint64_t actions;    /* forgotten */
    uint64_t left_bytes; /* of artifacts that stay */
    uint64_t in_use;     /* processes whose work was spared */
};
void kin_gc_result_release(struct kin_gc_result *result);
/* Removes what no root and no running process needs; then, while there is more than most_bytes,
 * drops artifacts, those first that are cheapest to compute again per byte. One transaction: other
 * processes' writes wait, and kill -9 leaves all or nothing of it done. */
int kin_cache_gc(struct kin_cache *cache, const struct kin_gc_options *options,
                 struct kin_gc_result *out, struct kin_error *err);

/* Writes data.mdb anew without the space that is free inside, and puts it in place of the old one:
 * whole or not at all. Nobody else may have the cache open: waits for that, or is KIN_EUNUSABLE.
 * Verifies first, since damage would be copied: KIN_ECORRUPT. KIN_EFULL: both files have to fit.
 * Bytes of the file before and after. */
int kin_cache_compact(const char *folder, bool wait, uint64_t *before, uint64_t *after,
                      struct kin_error *err);

/* Re-hashes every blob and every action's record, checks that outputs of actions and items are
 * present or dropped, and that extents are whole. Each finding is one line to `report`. *bad counts
 * them. The walk happens in a child process, since damage to LMDB's own pages can crash its reader.
 */
int kin_cache_verify(const char *folder, void (*report)(void *context, const char *line),
                     void *context, uint64_t *bad, struct kin_error *err);

/* The same, with the artifacts that are damaged or lost. */
struct kin_damage {
    uint64_t findings;
    bool structural; /* LMDB's own pages: nothing in this file can be relied on */
    struct kin_digest *list;
    size_t n;
};
int kin_cache_examine(const char *folder, void (*report)(void *context, const char *line),
                      void *context, struct kin_damage *out, struct kin_error *err);
void kin_damage_release(struct kin_damage *damage);

/* Takes out what verify complains about, in one transaction: damaged artifacts and records, entries
 * that a damaged key hides, items without output, counts that are wrong. With last: also actions
 * whose outputs are not there and could not be computed again, so that they are computed like new
 * ones. What is taken out is a miss for the next run. */
struct kin_mended {
    uint64_t artifacts, actions, items, others;
};
int kin_cache_mend(struct kin_cache *cache, const struct kin_damage *damage, bool last,
                   struct kin_mended *out, struct kin_error *err);

#endif
