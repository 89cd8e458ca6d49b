/* Inside the computing of one instance. */
#ifndef KIN_ENGINE_WORK_H
#define KIN_ENGINE_WORK_H

#include "session.h"

/* Loads the KIN_WHOLE and KIN_GATHER inputs, once; several threads may ask. */
int shared_load(struct kin_session *session, struct work *work, struct kin_error *err);
void shared_free(struct kin_session *session, struct work *work);

/* ---- longrun.c ---- */

/* Keeps a state of the action with this key; the newest two stay. Durable when it returns. */
int longrun_checkpoint(struct kin_session *session, const struct kin_digest *key,
                       struct kin_value *takes, struct kin_error *err);
/* The newest state that can be read, or NULL. */
int longrun_resume(struct kin_session *session, const struct kin_digest *key,
                   struct kin_value **out, struct kin_error *err);
/* Forgets the checkpoints of an action that is done. */
int longrun_batch_done(struct kin_session *session, struct kin_cache_batch *batch,
                       const struct kin_digest *key, struct kin_error *err);
/* The state of the longest shorter run of the same, or NULL. */
int longrun_prior(struct kin_session *session, struct instance *instance, struct kin_value **out,
                  struct kin_error *err);
/* Remembers the state of a run that is done, for longer ones. */
int longrun_batch_horizon(struct kin_session *session, struct kin_cache_batch *batch,
                          struct instance *instance, struct kin_error *err);
/* The same for a family that is known otherwise; state NULL: no more. */
int longrun_batch_state(struct kin_cache_batch *batch, const struct kin_digest *family,
                        double horizon, const struct kin_digest *state, struct kin_error *err);

#endif
