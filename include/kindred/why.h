/*
 * Why an instance runs, or does not: its canonical record beside the one it had in the last run of
 * the workflow, upstream to the first cause, and what all of it costs.
 *
 * Order of calls: kin_session_why; kin_why_text or kin_why_json, or read the struct; kin_why_free.
 */
#ifndef KINDRED_WHY_H
#define KINDRED_WHY_H

#include "kindred/engine.h"

/* The closed list of reasons. */
enum kin_reason {
    KIN_REASON_PARAM,    /* a parameter, or on_error */
    KIN_REASON_CONTENT,  /* an input with other content */
    KIN_REASON_ITEMS,    /* an input with other items */
    KIN_REASON_VERSION,  /* another version of the kind, or another kind */
    KIN_REASON_FORMAT,   /* records are written in another way than then */
    KIN_REASON_MISSING,  /* what it gave, or bytes that it needs, are not in the cache any more */
    KIN_REASON_FORCED,   /* asked for with --force */
    KIN_REASON_NEVER,    /* it never ran in this workflow */
    KIN_REASON_UPSTREAM, /* something before it runs first */
    KIN_REASONS
};

/* «param», «input-content», «input-set», «kind-version», «format», «output-missing», «forced»,
 * «never-run», «upstream». */
const char *kin_reason_name(enum kin_reason reason);

enum kin_item_fate { KIN_ITEM_NEW, KIN_ITEM_GONE, KIN_ITEM_CHANGED };

struct kin_item_change {
    char *id;
    enum kin_item_fate fate;
};

/* One reason. */
struct kin_change {
    enum kin_reason reason;
    char *what;           /* as records name it: «param magnitude», «input of»; or NULL */
    char *was, *is;       /* values; NULL: there was, or is, none */
    struct kin_mark mark; /* where the new value stands; line 0: a default, or given with --set */
    bool fallback;        /* a parameter that has its default */
    struct kin_item_change *items; /* the first of them, by id */
    size_t n_items, all_items;     /* here; all together */
    size_t cause;                  /* the entry that explains it, or SIZE_MAX */
};

/* Who made a result. */
struct kin_made {
    struct kin_digest key;
    int64_t at;     /* seconds since 1970 */
    double seconds; /* of computing */
    char *by;       /* the whole line of the record */
    char *program, *host, *cpu, *libraries; /* parts of it, "" where the line lacks them */
    char *source;   /* where the record came from: «this cache», or the name of a snapshot */
    char *signer;   /* who vouches for it; NULL: nobody but this cache */
    uint64_t items, failed;
    uint64_t dropped, lost; /* items whose bytes are not there: on purpose; or nobody knows why */
};

enum kin_why_state {
    KIN_WHY_HIT,
    KIN_WHY_RUNS,
    KIN_WHY_WAITS, /* for what runs before it: whether it runs is not known yet */
    KIN_WHY_ABSENT /* a source whose files are not here */
};

/* One instance. */
struct kin_why_entry {
    char *name;
    const char *step, *kind;
    size_t step_number;   /* in the workflow */
    struct kin_mark mark; /* of the step */
    enum kin_why_state state;
    bool selected; /* asked about; else it explains one that is */
    char *like;    /* it is new: what it was compared with; or NULL */
    char *absent;  /* why a source is absent, or NULL */
    struct kin_change *changes;
    size_t n_changes, capacity;
    struct kin_made made; /* KIN_WHY_HIT */
};

/* A first cause, the same in so many instances of a step. */
struct kin_cause {
    size_t entry, change;
    size_t instances;
};

struct kin_why {
    const char *file; /* the workflow's, as given */
    struct kin_why_entry *entries; /* what is asked about, then what explains it, sources first */
    size_t n, capacity;
    struct kin_cause *causes;
    size_t n_causes, causes_capacity;
    size_t selected, selected_hits;
    size_t unexamined; /* instances that were too many to look at */
    /* to bring what was asked about up to date */
    uint64_t instances;
    double items, seconds; /* seconds: of one core, recorded; negative: not measured */
    uint64_t downstream;   /* instances of the workflow that depend on the causes, these included */
};

/* Explains the selected instances of a step. Computes nothing. */
int kin_session_why(struct kin_session *session, const char *selector, struct kin_why *out,
                    struct kin_error *err);
/* The causes of everything that the session's targets need and that runs; nothing is selected, and
 * the cost is left to the plan. */
int kin_session_causes(struct kin_session *session, struct kin_why *out, struct kin_error *err);
void kin_why_free(struct kin_why *why);

/* For people. */
void kin_why_text(const struct kin_why *why, struct kin_text *out);
/* For programs: one object, «version» 1. */
void kin_why_json(const struct kin_why *why, struct kin_text *out);
/* The causes alone: a line each; an array. */
void kin_why_text_causes(const struct kin_why *why, struct kin_text *out);
void kin_why_json_causes(const struct kin_why *why, struct kin_text *out);

#endif
