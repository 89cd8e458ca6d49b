/* Inside the computing of one instance. */
#ifndef KIN_ENGINE_WORK_H
#define KIN_ENGINE_WORK_H

#include "session.h"

/* Loads the KIN_WHOLE and KIN_GATHER inputs, once; several threads may ask. */
int shared_load(struct kin_session *session, struct work *work, struct kin_error *err);
void shared_free(struct kin_session *session, struct work *work);

#endif
