/* The state of a run; see schedule.c. */
#ifndef KIN_ENGINE_SCHEDULE_H
#define KIN_ENGINE_SCHEDULE_H

#include "heap.h"
#include "session.h"

#define MOST_THREADS 256

/* Things for the calls to come, the oldest first. */
struct shelf {
    struct kept {
        struct kin_digest key;
        struct kin_thing thing;
    } *list;
    size_t n, capacity;
};

struct schedule {
    const struct kin_run_options *options;
    unsigned threads;
    pthread_t workers[MOST_THREADS];
    struct heap ready;    /* instances whose inputs are done */
    struct heap unasked;  /* instances with items to claim */
    struct heap open;     /* instances with blocks to take */
    struct heap waiting;  /* instances with items that others compute */
    struct heap finished; /* instances whose blocks are all computed */
    struct heap done;     /* instances whose action is committed */
    struct shelf shelf;
    struct ask *answered, *last_answered; /* claims that were answered */
    int64_t ahead_ns;        /* of work that is claimed, or asked for, and not begun */
    double next_poll, pause; /* when to ask again for what waits */
    bool asked;              /* something was claimed */
    bool again;              /* something waits for what may be done by now */
    size_t wanted, unfinished, hits;
    size_t running; /* blocks in the hands of workers */
    size_t memory;  /* bytes to stay within */
    bool crowded;   /* more than that, when last looked */
    size_t writes;  /* batches on their way to disk */
    bool stop, quit;
    bool wide;      /* a call that uses all threads is running */
    char note[160]; /* what a long call says about itself */
    int status;     /* the first failure */
    struct kin_error error;
    uint64_t items_known, items_done;
    const char *last_step;
    double started, next_progress, next_look;
};

/* ---- room.c: memory ---- */

/* Bytes that a run is to stay within; options NULL: the usual. */
size_t room_wanted(const struct kin_run_options *options);
/* Whether the process has more than that, as of a moment ago. */
bool room_is_short(struct schedule *schedule, double now);

/* ---- drop.c: what need not be kept ---- */

/* An instance is done: drops the bytes that it was the last to need. */
int drop_unneeded(struct kin_session *session, const struct instance *done, struct kin_error *err);
/* Bytes of an instance were made anew, or left to it: they go when its consumers are done. */
void drop_in_the_end(struct kin_session *session, struct instance *instance);

/* Releases what is on it; see shelf.c and session.h. */
void shelf_release(struct shelf *shelf);

/* Frees what sharing.c keeps there. */
void sharing_release(struct schedule *schedule);

#endif
