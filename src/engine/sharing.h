/* What a work computes itself, and what it leaves to others; see sharing.c. */
#ifndef KIN_ENGINE_SHARING_H
#define KIN_ENGINE_SHARING_H

#include "schedule.h"

/* A piece of work that was asked for; see sharing.c. */
struct ask;

/* All of these in the coordinator. Those with «locked» in the name want session->lock held. */

/* A work whose todo is to be shared. */
int sharing_open(struct kin_session *session, struct work *work, struct kin_error *err);
/* Whether enough is not claimed, and there is something to claim. */
bool sharing_wants_locked(struct kin_session *session);
/* Claims the next items of the deepest work; gives up the lock meanwhile. */
void sharing_ask_locked(struct kin_session *session);
/* Takes the next answer; gives up the lock meanwhile. */
void sharing_answer_locked(struct kin_session *session);
/* Asks again for what others compute, when it is time; whether it was. */
bool sharing_poll_locked(struct kin_session *session);
/* What a work computes is stored: who waits for items of the same family, or the same action, asks
 * again at once. */
void sharing_wake_locked(struct kin_session *session, const struct work *work);
/* Seconds until it is time; a second when nothing waits. */
double sharing_pause_locked(const struct kin_session *session);

/* Hands out up to work->block of what is claimed, from *start of work->mine on; how many. */
size_t sharing_take_locked(struct kin_session *session, struct work *work, size_t *start);
/* After a block of n, or its failure; the last one puts the work among the finished. */
void sharing_given_locked(struct kin_session *session, struct work *work, size_t n, int status,
                          const struct kin_error *err);

/* Gives up the claims of a work that failed, so that who waits for its items has a turn. */
void sharing_give_up(struct kin_session *session, struct work *work);
/* Remembers that this run needs something: told to the cache with the next claim. */
int sharing_lease(struct kin_session *session, const struct kin_digest *digest,
                  struct kin_error *err);
/* Gives up all claims and leases at the end of a run. */
void sharing_leave(struct kin_session *session);

#endif
