/*
 * The training loop: batches from a feed, steps of the network, checkpoints, and word of how far it
 * is. Order of calls: learner_init, learner_resume, learner_run, read the state; learner_release.
 */
#ifndef KIN_KIND_LEARNER_H
#define KIN_KIND_LEARNER_H

#include "feed.h"
#include "training_state.h"

#define LEARNER_NETWORKS 3 /* sizes of a batch: whole, the last of an epoch, validation */

struct learner_params {
    struct feed_plan plan; /* borrowed pointers */
    struct kin_network_spec spec;
    struct kin_adam adam;
    double checkpoint_s;
};

struct learner {
    struct learner_params params;
    const struct kin_services *services;
    struct kin_team *team;
    struct kin_network *networks[LEARNER_NETWORKS];
    size_t clips[LEARNER_NETWORKS]; /* the batch of each */
    struct training_state state;
    double started_s, saved_s; /* clock */
    size_t seen;               /* training clips since started_s */
    size_t epochs_done;        /* by this call */
};

int learner_init(struct learner *learner, const struct learner_params *params,
                 const struct kin_services *services, struct kin_error *err);
void learner_release(struct learner *learner);

/* Continues from the newest checkpoint of this call, else from `prior` (the state of a shorter
 * training, or NULL), else from starting values. */
int learner_resume(struct learner *learner, const struct kin_value *prior, struct kin_error *err);

/* Up to the last epoch. KIN_ECANCELLED after a checkpoint, KIN_EDATA when the loss is no number. */
int learner_run(struct learner *learner, struct kin_error *err);

#endif
