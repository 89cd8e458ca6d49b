/* What the files of the engine share: the graph and the state of every instance. */
#ifndef KIN_ENGINE_SESSION_H
#define KIN_ENGINE_SESSION_H

#include <pthread.h>

#include "kindred/collection.h"
#include "kindred/engine.h"
#include "kindred/given.h"
#include "kindred/memory.h"
#include "kindred/upkeep.h"

enum instance_state {
    INSTANCE_UNWANTED, /* no target needs it */
    INSTANCE_WAITING,  /* for its inputs */
    INSTANCE_RUNNING,
    INSTANCE_DONE,
    INSTANCE_FAILED,
    INSTANCE_BLOCKED /* something upstream failed or is absent */
};

struct instance {
    size_t number; /* its place in session->instances, also in a copy of it */
    size_t step, point;
    enum instance_state state;
    bool hit;
    bool target;
    bool forced;           /* runs whole although the cache knows it: asked for, or see load.c */
    bool keyed;            /* key is valid */
    bool touched;          /* computed, at least in part, by this run */
    bool remade;           /* ran although the cache knew it */
    size_t waiting;        /* producers that are not done */
    size_t consumers_left; /* wanted consumers that are not done */
    struct kin_digest key;
    struct kin_digest outputs[KIN_ACTION_OUTPUTS];
    uint64_t items, failed;
    struct work *work; /* while it is being computed */
};

/* What a source found: the manifest of its listing, and the values until they are stored. */
struct listing {
    bool scanned;
    struct kin_digest digest;
    struct kin_value *manifest;
    size_t n, capacity;
    struct listed {
        char *id;
        struct kin_digest digest;
        void *bytes; /* canonical, until stored */
        size_t length;
        bool failed;
    } * list;
    struct kin_error absent; /* status: why the source could not be scanned, 0 if it was */
    bool recalled; /* it could not, but a snapshot says what it held; absent.text is still why */
};

/* Where the bytes of a source file lie on this disk. */
struct located {
    struct kin_digest digest;
    char *path;
};

struct kin_session {
    const struct kin_workflow *workflow;
    struct kin_cache *cache;
    size_t n;
    struct instance *instances;
    size_t *first;            /* of a step's instances; n_steps + 1 */
    size_t *consumer_start;   /* n + 1 */
    size_t *consumers;        /* instance numbers */
    struct listing *listings; /* per instance number of sources; NULL elsewhere: see source.c */
    size_t n_listings;
    size_t *listing_of; /* per instance: index into listings, or SIZE_MAX */
    struct records *records;

    struct located *located;
    size_t n_located, located_capacity;

    const struct kin_trust *trust; /* borrowed, or NULL */
    struct remembered {
        char *name, *text;
    } * remembered; /* by scans */
    size_t n_remembered, remembered_capacity;

    char made_by[400]; /* program, host, processor class; libraries */
    struct kin_step_stats *stats;
    struct speed {
        size_t first; /* the first step of the same kind, whose entry counts for all of them */
        uint64_t items;
        double seconds;
    } *speeds; /* per step: how fast this run is */
    uint64_t failed_items;
    struct kin_saved saved; /* by hits, in this run */
    bool diverged;          /* something has to be made anew: the run starts over */

    struct kin_digest *leases; /* what this run needs, not yet told to the cache */
    size_t n_leases, leases_capacity;

    pthread_mutex_t lock; /* guards everything below, stats, speeds and located while running */
    pthread_cond_t changed;
    struct schedule *schedule; /* during kin_session_run */
    struct kin_observer observer;
};

static inline const struct kin_step *step_of(const struct kin_session *session,
                                             const struct instance *instance)
{
    return &session->workflow->steps[instance->step];
}

static inline const struct kin_args *args_of(const struct kin_session *session,
                                             const struct instance *instance)
{
    return step_of(session, instance)->args[instance->point];
}

/* The feeds of a port. */
static inline const struct kin_feed *
feeds_of(const struct kin_session *session, const struct instance *instance, size_t port, size_t *n)
{
    const struct kin_step *step = step_of(session, instance);
    const size_t *start = step->feed_start + instance->point * kin_kind_inputs(step->kind) + port;
    *n = start[1] - start[0];
    return step->feeds + start[0];
}

static inline struct instance *fed_by(const struct kin_session *session,
                                      const struct kin_feed *feed)
{
    return &session->instances[session->first[feed->step] + feed->point];
}

/* Whether an instance will have no outputs in this run. */
static inline bool is_lost(const struct instance *instance)
{
    return instance->state == INSTANCE_FAILED || instance->state == INSTANCE_BLOCKED;
}

/* Says something to the person, prefixed with file, line and instance. */
void session_tell(struct kin_session *session, enum kin_log_level level,
                  const struct instance *instance, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Puts «file:line: step 'x[a=b]'» before an error; returns its status. */
int session_blame(const struct kin_session *session, const struct instance *instance,
                  struct kin_error *err);

/* What the records of this session say of their maker. */
void session_name_maker(struct kin_session *session, const char *libraries);
/* As before a run; what was computed remains counted. */
void session_reset(struct kin_session *session);

/* ---- schedule.c: what a computation asks of the run it is part of ---- */

bool session_cancelled(struct kin_session *session);
/* What a long call says about itself, shown with the progress. */
void session_note(struct kin_session *session, const char *text);
/* Threads that a call of a kind may use. */
unsigned session_threads(const struct kin_session *session, const struct kin_kind *kind);
/* Bytes of memory to stay within. */
size_t session_memory(const struct kin_session *session);
/* Before and after a batch goes to the writer without waiting. */
void session_writing(struct kin_session *session);
void session_wrote(void *session, int status, const struct kin_error *err);
/* Both around a batch that nobody else wants to hear of. */
int session_write(struct kin_session *session, struct kin_cache_batch *takes,
                  struct kin_error *err);

/* ---- key.c: canonical records and keys ---- */

struct records *records_new(void);
void records_free(struct records *records);

enum record_form {
    RECORD_ACTION,   /* the whole: names the outputs of the instance */
    RECORD_FAMILY,   /* without the KIN_EACH inputs: one family of items per output */
    RECORD_FAILURES, /* the family of items that were rejected */
    RECORD_PRIOR,    /* a family without the port that extends */
    RECORD_HORIZON   /* an action without its horizon */
};

/* The record as text; inputs must be done. `output` names a family's output. */
int record_text(struct kin_session *session, const struct instance *instance, enum record_form form,
                size_t output, struct kin_text *out, struct kin_error *err);
int record_key(struct kin_session *session, const struct instance *instance, enum record_form form,
               size_t output, struct kin_digest *out, struct kin_error *err);

/* ---- claimed.c: what a stored record says ---- */

/* The kind, if it is one of this program and of the same version; else NULL. */
const struct kin_kind *record_kind(const char *record);
/* The digest of the listing that a source's record names. */
bool record_listing(const char *record, struct kin_digest *out);

/* ---- methods.c: how everything upstream was made ---- */

int methods_new(struct kin_session *session, const struct instance *instance,
                struct kin_value **out, struct kin_error *err);
int methods_digest(struct kin_session *session, const struct instance *instance,
                   struct kin_digest *out, struct kin_error *err);

/* ---- source.c: listings ---- */

/* Scans the source once. A source that is absent leaves listing->absent set and returns 0. */
int source_scan(struct kin_session *session, struct instance *instance, struct kin_error *err);
struct listing *source_listing(struct kin_session *session, const struct instance *instance);
/* Stores the listing in the cache (before its items are loaded from there). */
int source_store(struct kin_session *session, struct instance *instance, struct kin_error *err);
/* Finds what a source that is absent held when a snapshot that was loaded here was made: its digest
 * in listing->digest, *found. recall.c */
int source_recall(struct kin_session *session, struct instance *instance, struct listing *listing,
                  bool *found, struct kin_error *err);
/* The verified bytes of a file that a scan found. */
int source_bytes(struct kin_session *session, const struct kin_digest *digest, void **bytes,
                 size_t *length, struct kin_error *err);
void sources_free(struct kin_session *session);

/* ---- work.c: one instance being computed ---- */

/* An item of the joined KIN_EACH ports. */
struct piece {
    const char *id;
    struct kin_digest inputs[KIN_ACTION_OUTPUTS];  /* per KIN_EACH port, in order */
    struct kin_digest key;                         /* in the families */
    struct kin_digest outputs[KIN_ACTION_OUTPUTS]; /* or, when failed, outputs[0] is the failure */
    bool ready, failed;
};

/* A collection or artifact loaded for a port. */
struct loaded {
    struct kin_value *value;   /* single artifact, or the manifest */
    struct kin_value **values; /* of items */
    struct kin_item *items;
    size_t n_items;
    struct kin_label *labels;
};

struct work {
    struct instance *instance;
    bool map;
    bool dry; /* from nothing, and nothing of it is stored: to compare */
    const struct kin_digest *wanted; /* of a single item's output; with another nothing is stored */
    size_t wanted_output;
    struct kin_value *got; /* the value that was wanted */
    size_t n_outputs;
    size_t n_each;
    size_t each[KIN_ACTION_OUTPUTS]; /* ports */
    struct kin_value *manifests[KIN_ACTION_OUTPUTS];
    size_t n;
    struct piece *pieces; /* map kinds */
    size_t n_todo;
    size_t *todo;
    struct kin_digest families[KIN_ACTION_OUTPUTS];
    struct kin_digest failures, prior;
    bool has_prior;

    pthread_mutex_t lock; /* guards loading of shared inputs */
    bool shared_loaded;
    struct kin_set **sets; /* per port: sets for KIN_WHOLE and KIN_GATHER */
    size_t *n_sets;
    struct loaded **loaded;

    /* of a scheduled work, see sharing.c; guarded by session->lock */
    struct kin_session *session;
    size_t asked, asking; /* how far todo is claimed; claims on their way */
    size_t *mine, n_mine; /* what this process computes of todo, handed out up to `next` */
    size_t *theirs, n_theirs; /* what another process, or another work of this one, computes */
    size_t next, in_flight, block;
    bool open;               /* in schedule->open */
    bool again;              /* theirs may be done: to be asked for at once */
    bool adopted;            /* (whole) somebody else computed it: the instance has its outputs */
    int64_t item_ns;         /* what an item should take */
    struct kin_error error;  /* of the first block that failed */
    double seconds;
    /* whole kinds: what the run gave */
    struct kin_entry *entries[KIN_ACTION_OUTPUTS];
    size_t n_entries[KIN_ACTION_OUTPUTS], entries_capacity[KIN_ACTION_OUTPUTS];
    struct kin_digest singles[KIN_ACTION_OUTPUTS];
    struct kin_cache_batch *results; /* written together with the action, see work_compute */
    uint64_t failed;
};

/* Opens the work of an instance whose inputs are done: joins items, finds the families, and (when
 * look_up) marks the items that the cache has. */
int work_open(struct kin_session *session, struct instance *instance, bool look_up,
              struct work **out, struct kin_error *err);
void work_free(struct kin_session *session, struct work *work);

/* Takes over what another process has computed of these pieces by now. */
int work_adopt(struct kin_session *session, struct work *work, const size_t *indices, size_t n,
               struct kin_error *err);
/* Computes pieces indices[0..n) (map) or all (whole), and marks them ready. Pieces are stored at
 * once, and what a whole kind gives is stored by work_finish in one transaction with the action:
 * before it nothing would keep it from `gc`. With wait, everything can be read when it returns. */
int work_compute(struct kin_session *session, struct work *work, const size_t *indices, size_t n,
                 bool wait, struct kin_error *err);
/* Only fills in the outputs of the instance, of a dry work. */
int work_outputs(struct kin_session *session, struct work *work, struct kin_error *err);
/* Builds manifests and outputs of the instance, and queues the action. done is called when it can
 * be read. */
int work_finish(struct kin_session *session, struct work *work,
                void (*done)(void *context, int status, const struct kin_error *err), void *context,
                struct kin_error *err);

/* ---- shelf.c: what kin_call_take and kin_call_keep do; outside a run nothing is kept ---- */

void *shelf_take(struct kin_session *session, const struct kin_digest *key);
void shelf_keep(struct kin_session *session, const struct kin_digest *key, struct kin_thing thing);

/* ---- load.c: values, from the cache or computed anew ---- */

/* The artifact or manifest of an output of a done instance; recomputed when its bytes are not
 * there. */
int load_output(struct kin_session *session, struct instance *producer, size_t output,
                struct kin_value **out, struct kin_error *err);
/* One item of a collection. */
int load_item(struct kin_session *session, struct instance *producer, size_t output, const char *id,
              const struct kin_digest *digest, struct kin_value **out, struct kin_error *err);
/* Computes one item anew, though it is there: something inside of it is not. *out NULL: it is to be
 * read from the cache. */
int load_anew(struct kin_session *session, struct instance *producer, size_t output, const char *id,
              const struct kin_digest *digest, struct kin_value **out, struct kin_error *err);
/* All items of a collection that have not failed: values [n], NULL at first, the caller's. Those
 * whose bytes are not there are computed anew together. */
int load_items(struct kin_session *session, struct instance *producer, size_t output,
               const struct kin_entry *entries, size_t n, struct kin_value **values,
               struct kin_error *err);
/* A stored value by digest alone. KIN_ENOTFOUND, KIN_ECORRUPT. */
int load_value(struct kin_session *session, const struct kin_digest *digest, struct kin_value **out,
               struct kin_error *err);

/* ---- lookup.c: what is known about an instance ---- */

/* Finds key and outputs of an instance whose inputs are done: *hit. */
int resolve(struct kin_session *session, struct instance *instance, bool *hit,
            struct kin_error *err);
/* Whether all that feeds an instance has its outputs. */
bool inputs_known(const struct kin_session *session, const struct instance *instance);
/* Finds keys and outputs of all wanted instances as far as the cache knows them; scans sources. */
int resolve_all(struct kin_session *session, struct kin_error *err);
/* The error of a step with on_error: stop, for its first failed item; `digest` is the failure's. */
int fail_for_item(struct kin_session *session, const struct instance *instance, const char *id,
                  const struct kin_digest *digest, struct kin_error *err);
/* Reports the items that failed in a done instance and not before it; with on_error: stop the first
 * is an error. */
int report_failures(struct kin_session *session, struct instance *instance, struct kin_error *err);
/* Names the items that a step with on_error: skip leaves out. */
void report_skipped(struct kin_session *session, const struct work *work);

/* ---- export.c ---- */

/* Makes every folder on the way to a file; the path is changed meanwhile. */
int export_parents(char *path, struct kin_error *err);

/* ---- plan.c ---- */

/* kin_session_plan of a session whose instances are resolved. */
int plan_forecast(struct kin_session *session, struct kin_plan_step **steps, size_t *n,
                  struct kin_error *err);

/* ---- history.c: the last run of the same workflow ---- */

struct history {
    struct kin_value *value;
    struct kin_digest digest; /* of the value */
    size_t n;
    const struct kin_tensor *names; /* instance names, ascending */
    const struct kin_digest *keys;
};
/* The record of a run by its digest. out->value is NULL when it is gone. */
int history_open(struct kin_session *session, const struct kin_digest *digest, struct history *out,
                 struct kin_error *err);
/* The record of a run that found every wanted instance in the cache, as canonical bytes. */
int history_of_hits(struct kin_session *session, void **bytes, size_t *length,
                    struct kin_error *err);
int history_load(struct kin_session *session, struct history *out, struct kin_error *err);
void history_release(struct history *history);
const struct kin_digest *history_find(const struct history *history, const char *name);
/* Records the keys known now over those of the last run, when anything is new. */
int history_save(struct kin_session *session, struct kin_error *err);
/* Adds what hits have saved in this run to the cache's account. */
void history_note_saved(struct kin_session *session);
/* What the last run that computed something of a step took. */
struct pace {
    double seconds;
    double items, bytes;
    double units; /* what seconds grow with: items, or pairs where rows are extended */
};
/* Of the step, else of its kind; false: not measured. */
bool history_pace(struct kin_session *session, const struct kin_step *step, struct pace *out);

#endif
