/* Explaining: what why.c and reason.c share. */
#ifndef KIN_ENGINE_EXPLAIN_H
#define KIN_ENGINE_EXPLAIN_H

#include "kindred/why.h"
#include "record_lines.h"
#include "session.h"

/* An instance of the last run that the workflow has no more. */
struct gone {
    const char *name;
    char *record;
    struct record_lines lines;
};

struct gone_list {
    bool known;
    struct gone *list;
    size_t n, capacity;
};

/* Which actions gave which outputs; read from the cache when it is first asked. */
struct makers {
    bool known;
    struct maker {
        struct kin_digest output, kind, key; /* kind: of its name */
        int64_t made_at;
    } * list; /* ascending output, then time */
    size_t n, capacity;
};

struct explaining {
    struct kin_session *session;
    struct history last;
    struct kin_why *why;
    bool *wanted;            /* per instance: to be explained */
    size_t *entry_of;        /* per instance: 1 + its entry; 0: none yet */
    struct kin_digest *then; /* per instance: the key to compare with; zero: that of the last run */
    struct gone_list *gone;  /* per step */
    struct makers makers;
};

/* Fills the entry of an instance (its flags are set) and marks what explains it as wanted. A
 * change's cause is left as the number of an instance. `thorough`: counts items whose bytes are
 * gone, too. */
int reason_examine(struct explaining *explaining, struct instance *instance, bool thorough,
                   struct kin_why_entry *entry, struct kin_error *err);
void reason_release(struct explaining *explaining);

/* ---- made.c ---- */

/* The maker of a hit. */
int made_tell(struct kin_session *session, const struct instance *instance, struct kin_made *out,
              struct kin_error *err);
void made_release(struct kin_made *made);
/* The key of the last action that gave an output, one of this kind if there is any; left alone when
 * there is none. */
int makers_find(struct explaining *explaining, const char *kind, const struct kin_digest *output,
                struct kin_digest *key, struct kin_error *err);
/* Adds up the items of an output whose bytes are not there. */
void made_count_gone(struct kin_session *session, const struct kin_digest *output,
                     uint64_t *dropped, uint64_t *lost);
int explain_copy(const char *text, size_t length, char **out, struct kin_error *err);

#endif
