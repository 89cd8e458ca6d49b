/* What every instance would do: states, sizes, and what is left to compute (for plan.c). */
#ifndef KIN_ENGINE_FORECAST_H
#define KIN_ENGINE_FORECAST_H

#include "record_lines.h"
#include "session.h"

/* Digests that were seen, each with an amount. */
struct amounts {
    size_t capacity, n; /* capacity: a power of two, or 0 */
    struct amount {
        struct kin_digest digest;
        double amount;
        bool used;
    } * table;
};

/* The amount of a digest, 0 when it is new; valid until the next call. */
int amounts_at(struct amounts *amounts, const struct kin_digest *digest, double **amount,
               struct kin_error *err);
/* The same, as a set: *fresh when it was not in it. */
int amounts_add(struct amounts *amounts, const struct kin_digest *digest, bool *fresh,
                struct kin_error *err);
void amounts_release(struct amounts *amounts);

/* What is foreseen of one instance. */
struct foreseen {
    enum kin_plan_state state;
    double size;            /* items of the first output */
    double fresh;           /* of these: not what the last run had */
    double todo;            /* items to compute */
    double units;           /* what the time of these grows with */
    double again;           /* items that are known, but whose bytes have to be made again */
    bool shared;            /* another instance does the same */
    bool again_all;         /* all of it was asked for again */
    /* What its items are among: itself, what it was drawn from, what that was drawn from, … Items
     * of one pool under one treatment are computed once. */
    struct pool {
        struct kin_digest id;
        double size;
    } pools[4];
    size_t n_pools;
};

struct forecast {
    struct kin_session *session;
    struct foreseen *list; /* per instance */
    struct history last;
    bool idle; /* nothing would run */
    struct amounts keys, pieces, pools;
};

/* Foresees all wanted instances of a resolved session. Computes nothing. Gives instances that are
 * no hits outputs that stand for what is not known yet. */
int forecast_init(struct forecast *forecast, struct kin_session *session, struct kin_error *err);
void forecast_release(struct forecast *forecast);

/* ---- again.c ---- */

/* Counts the items that have to be made again because an instance needs their bytes: of its inputs
 * that are known all, or, with a work, those of the pieces left. */
int forecast_again(struct forecast *forecast, const struct instance *instance,
                   const struct work *work, struct kin_error *err);

#endif
