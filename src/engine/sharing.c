/*
 * Sharing work: nothing is computed twice, by other processes that use the same cache or by this
 * one, where instances have the same key or items in common.
 *
 * Nothing is computed unless it is claimed: the coordinator asks the cache for the next items of
 * the deepest work, as many as should keep the workers busy for a moment (so that claims go in the
 * groups in which results are committed, and nobody waits for them), and not more (so that there
 * is something left for others). An answer is, item by item: mine; done, by somebody else, since it
 * was looked up; theirs; or ours: another work of this run has it. What is theirs or ours waits: it
 * is asked for again, from time to time, until it is done, or its owner has died or given it up and
 * it is mine. Meanwhile the workers have other work.
 *
 * With each claim goes what this run has found or begun since the last one, as leases: what a
 * claimed item is computed from is protected from `gc` in the same transaction.
 */
#include "sharing.h"

#include <stdio.h>
#include <string.h>

#include "kindred/machine.h"

#define AHEAD_NS ((int64_t)200000000) /* of work for each thread */
#define UNKNOWN_BLOCKS 2              /* of a step that nobody has measured make up that much */
#define FIRST_PAUSE 0.02
#define LONGEST_PAUSE 0.5

struct ask {
    struct work *work;
    size_t n;
    size_t *indices; /* into pieces */
    struct kin_digest *keys;
    unsigned char *answers;
    struct kin_claims claims;
    bool again; /* asked before: it was theirs */
    struct ask *next;
};

static void ask_free(struct ask *ask)
{
    if (!ask)
        return;
    kin_free(ask->indices);
    kin_free(ask->keys);
    kin_free(ask->answers);
    kin_free(ask);
}

void sharing_release(struct schedule *schedule)
{
    while (schedule->answered) {
        struct ask *ask = schedule->answered;
        schedule->answered = ask->next;
        ask_free(ask);
    }
    heap_release(&schedule->unasked);
    heap_release(&schedule->waiting);
}

/* ---- works ---- */

int sharing_open(struct kin_session *session, struct work *work, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&work->mine, work->n_todo, sizeof *work->mine, err));
    KIN_TRY(kin_alloc_into(&work->theirs, work->n_todo, sizeof *work->theirs, err));
    for (size_t o = 0; work->map && o < work->n_outputs; o++)
        KIN_TRY(sharing_lease(session, &work->families[o], err));
    if (work->map)
        KIN_TRY(sharing_lease(session, &work->failures, err));
    pthread_mutex_lock(&session->lock);
    int status = heap_push(&session->schedule->unasked, work->instance->number, err);
    pthread_mutex_unlock(&session->lock);
    return status;
}

/* Whether all that a work has claimed is computed, and there is nothing more to claim. */
static bool has_done_its_own(const struct work *work)
{
    return work->asked == work->n_todo && work->asking == 0 && work->next == work->n_mine &&
           work->in_flight == 0;
}

/* Puts a work whose items are all there among the finished. */
static void settle_locked(struct kin_session *session, struct work *work)
{
    if (has_done_its_own(work) && work->n_theirs == 0)
        heap_push(&session->schedule->finished, work->instance->number, NULL);
}

size_t sharing_take_locked(struct kin_session *session, struct work *work, size_t *start)
{
    size_t left = work->n_mine - work->next;
    size_t n = left < work->block ? left : work->block;
    *start = work->next;
    work->next += n;
    work->in_flight++;
    session->schedule->ahead_ns -= (int64_t)n * work->item_ns;
    return n;
}

/* After a failure nothing more of a work is claimed or handed out. */
static void fail_locked(struct kin_session *session, struct work *work, const struct kin_error *err)
{
    if (work->error.status == 0)
        work->error = *err;
    session->schedule->ahead_ns -= (int64_t)(work->n_mine - work->next) * work->item_ns;
    work->next = work->n_mine;
    work->asked = work->n_todo;
    work->n_theirs = 0;
}

void sharing_given_locked(struct kin_session *session, struct work *work, size_t n, int status,
                          const struct kin_error *err)
{
    struct schedule *schedule = session->schedule;
    if (status != 0)
        fail_locked(session, work, err);
    schedule->items_done += n;
    work->in_flight--;
    if (has_done_its_own(work) && work->n_theirs > 0) /* it may be its own: the same item twice */
        work->again = schedule->again = true;
    settle_locked(session, work);
}

/* ---- how much ---- */

/* From the step in this run, from recorded durations, or from other steps of the kind. */
static double item_seconds(struct kin_session *session, const struct work *work)
{
    size_t step = work->instance->step;
    const struct kin_step_stats *stats = &session->stats[step];
    const struct speed *speed = &session->speeds[session->speeds[step].first];
    struct pace recorded;
    if (stats->computed > 0)
        return stats->seconds / (double)stats->computed;
    if (history_pace(session, step_of(session, work->instance), &recorded) && recorded.items > 0)
        return recorded.seconds / recorded.items;
    return speed->items > 0 ? speed->seconds / (double)speed->items : -1;
}

static int64_t item_ns(struct kin_session *session, const struct work *work)
{
    double seconds = item_seconds(session, work);
    if (seconds < 0)
        return AHEAD_NS / (int64_t)(UNKNOWN_BLOCKS * work->block);
    return seconds < 1e5 ? 1 + (int64_t)(seconds * 1e9) : (int64_t)1e14;
}

static int64_t wanted_ns(const struct schedule *schedule)
{
    return AHEAD_NS * schedule->threads - schedule->ahead_ns;
}

bool sharing_wants_locked(struct kin_session *session)
{
    struct schedule *schedule = session->schedule;
    if (schedule->stop || wanted_ns(schedule) <= 0)
        return false;
    while (schedule->unasked.n > 0) {
        const struct work *work = session->instances[heap_top(&schedule->unasked)].work;
        if (work && work->asked < work->n_todo)
            return true;
        heap_pop(&schedule->unasked);
    }
    return false;
}

/* Whole blocks, at least one. */
static size_t ask_size(const struct schedule *schedule, const struct work *work)
{
    size_t left = work->n_todo - work->asked;
    size_t wanted = (size_t)(wanted_ns(schedule) / work->item_ns);
    wanted = (wanted / work->block + 1) * work->block;
    return wanted < left ? wanted : left;
}

/* ---- asking ---- */

static void answered(void *context, int status, const struct kin_error *err)
{
    struct ask *ask = context;
    struct kin_session *session = ask->work->session;
    pthread_mutex_lock(&session->lock);
    ask->next = NULL;
    if (session->schedule->answered)
        session->schedule->last_answered->next = ask;
    else
        session->schedule->answered = ask;
    session->schedule->last_answered = ask;
    pthread_mutex_unlock(&session->lock);
    session_wrote(session, status, err);
}

static int make_ask(struct work *work, const size_t *indices, size_t n, struct ask **out,
                    struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(out, 1, sizeof **out, err));
    struct ask *ask = *out;
    KIN_TRY(kin_alloc_into(&ask->indices, n, sizeof *ask->indices, err));
    KIN_TRY(kin_alloc_into(&ask->keys, n, sizeof *ask->keys, err));
    KIN_TRY(kin_alloc_into(&ask->answers, n, 1, err));
    ask->work = work;
    ask->n = n;
    for (size_t i = 0; i < n; i++) {
        ask->indices[i] = indices[i];
        ask->keys[i] = work->map ? work->pieces[indices[i]].key : work->instance->key;
    }
    ask->claims = (struct kin_claims){.family = work->map ? &work->families[0] : NULL,
                                      .failures = work->map ? &work->failures : NULL,
                                      .anew = work->instance->forced,
                                      .n = n,
                                      .keys = ask->keys,
                                      .answers = ask->answers};
    return 0;
}

static int send_ask(struct kin_session *session, struct ask *ask, struct kin_error *err)
{
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    int status = batch ? 0 : kin_fail(err, KIN_ENOMEM, "no memory for a claim");
    if (status == 0 && session->n_leases > 0)
        status = kin_batch_lease(batch, session->leases, session->n_leases, err);
    if (status == 0)
        status = kin_batch_claim(batch, &ask->claims, err);
    if (status != 0) {
        kin_batch_free(batch);
        return status;
    }
    session->n_leases = 0;
    session_writing(session);
    status = kin_cache_write_later(session->cache, batch, answered, ask, err);
    if (status != 0)
        session_wrote(session, 0, NULL);
    return status;
}

/* Asks for pieces of a work, with the lock given up meanwhile. */
static void ask_locked(struct kin_session *session, struct work *work, const size_t *indices,
                       size_t n, bool again)
{
    struct kin_error err = {0};
    struct ask *ask = NULL;
    work->asking++;
    session->schedule->ahead_ns += (int64_t)n * work->item_ns;
    int status = make_ask(work, indices, n, &ask, &err);
    pthread_mutex_unlock(&session->lock);
    if (status == 0) {
        ask->again = again;
        status = send_ask(session, ask, &err);
    }
    pthread_mutex_lock(&session->lock);
    if (status == 0)
        return;
    ask_free(ask);
    work->asking--;
    session->schedule->ahead_ns -= (int64_t)n * work->item_ns;
    fail_locked(session, work, &err);
    settle_locked(session, work);
}

void sharing_ask_locked(struct kin_session *session)
{
    struct work *work = session->instances[heap_top(&session->schedule->unasked)].work;
    if (work->asked == 0)
        work->item_ns = item_ns(session, work);
    size_t start = work->asked;
    size_t n = ask_size(session->schedule, work);
    work->asked += n;
    ask_locked(session, work, work->todo + start, n, false);
}

/* ---- answers ---- */

/* Takes over what is done. */
static int adopt(struct kin_session *session, const struct ask *ask, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) size_t *done = NULL;
    size_t n = 0;
    KIN_TRY(kin_alloc_into(&done, ask->n, sizeof *done, err));
    for (size_t i = 0; i < ask->n; i++)
        if (ask->answers[i] == KIN_CLAIM_DONE)
            done[n++] = ask->indices[i];
    return n > 0 ? work_adopt(session, ask->work, done, n, err) : 0;
}

/* Sorts the items of an answer; how many are ours. What is said to be done and cannot be read
 * after all is computed here. */
static size_t sort_answer(struct ask *ask)
{
    struct work *work = ask->work;
    size_t before = work->n_mine;
    for (size_t i = 0; i < ask->n; i++) {
        size_t k = ask->indices[i];
        bool done = work->map ? work->pieces[k].ready : work->adopted;
        if (ask->answers[i] == KIN_CLAIM_THEIRS || ask->answers[i] == KIN_CLAIM_OURS)
            work->theirs[work->n_theirs++] = k;
        else if (ask->answers[i] == KIN_CLAIM_MINE || !done)
            work->mine[work->n_mine++] = k;
    }
    return work->n_mine - before;
}

static void hear(struct kin_session *session, struct ask *ask)
{
    struct schedule *schedule = session->schedule;
    struct work *work = ask->work;
    size_t theirs = work->n_theirs;
    size_t mine = sort_answer(ask);
    theirs = work->n_theirs - theirs;
    schedule->ahead_ns -= (int64_t)(ask->n - mine) * work->item_ns;
    schedule->items_done += ask->n - mine - theirs;
    if (mine > 0 && !work->open) {
        work->open = true;
        heap_push(&schedule->open, work->instance->number, NULL);
    }
    if (theirs > 0)
        heap_push(&schedule->waiting, work->instance->number, NULL);
    if (theirs > 0 && !ask->again)
        schedule->next_poll = kin_machine_seconds() + (schedule->pause = FIRST_PAUSE);
    if (ask->again && theirs < ask->n)
        schedule->pause = FIRST_PAUSE;
}

/* The answer comes too late: the work has failed, and another one may want the items. */
static void refuse(struct kin_session *session, struct ask *ask, const struct kin_error *err)
{
    struct work *work = ask->work;
    session->schedule->ahead_ns -= (int64_t)ask->n * work->item_ns;
    fail_locked(session, work, err);
    for (size_t i = 0; i < ask->n; i++)
        if (ask->answers[i] == KIN_CLAIM_MINE)
            work->mine[work->n_mine++] = ask->indices[i]; /* given up with the others */
    work->next = work->n_mine;
}

void sharing_answer_locked(struct kin_session *session)
{
    struct schedule *schedule = session->schedule;
    struct ask *ask = schedule->answered;
    struct work *work = ask->work;
    struct kin_error err = {0};
    schedule->answered = ask->next;
    pthread_mutex_unlock(&session->lock);
    int status = adopt(session, ask, &err);
    pthread_mutex_lock(&session->lock);
    work->asking--;
    if (status == 0 && work->error.status == 0)
        hear(session, ask);
    else
        refuse(session, ask, status ? &err : &work->error);
    settle_locked(session, work);
    ask_free(ask);
    pthread_cond_broadcast(&session->changed);
}

/* ---- waiting ---- */

double sharing_pause_locked(const struct kin_session *session)
{
    const struct schedule *schedule = session->schedule;
    return schedule->waiting.n > 0 ? schedule->next_poll - kin_machine_seconds() : 1;
}

/* So that a person knows what a run does that does nothing. */
static void note_owner(struct kin_session *session)
{
    struct schedule *schedule = session->schedule;
    pthread_mutex_unlock(&session->lock);
    uint64_t pid = kin_cache_other(session->cache);
    pthread_mutex_lock(&session->lock);
    if (pid != 0 && schedule->running == 0)
        snprintf(schedule->note, sizeof schedule->note, "process %llu computes this",
                 (unsigned long long)pid);
}

static bool is_about_the_same(const struct work *a, const struct work *b)
{
    return a->map == b->map && kin_digest_equal(a->map ? &a->families[0] : &a->instance->key,
                                                b->map ? &b->families[0] : &b->instance->key);
}

void sharing_wake_locked(struct kin_session *session, const struct work *work)
{
    struct schedule *schedule = session->schedule;
    for (size_t i = 0; i < schedule->waiting.n; i++) {
        struct work *other = session->instances[schedule->waiting.list[i]].work;
        if (other && is_about_the_same(other, work))
            other->again = schedule->again = true;
    }
}

/* Asks again for what waits: all, or what was woken. */
static void ask_again_locked(struct kin_session *session, bool all)
{
    struct schedule *schedule = session->schedule;
    struct heap waiting = schedule->waiting;
    schedule->waiting = (struct heap){0};
    while (waiting.n > 0) {
        size_t number = heap_pop(&waiting);
        struct work *work = session->instances[number].work;
        if (!work || work->n_theirs == 0)
            continue;
        if (!all && !work->again && heap_push(&schedule->waiting, number, NULL) == 0)
            continue;
        size_t n = work->n_theirs;
        work->n_theirs = 0;
        work->again = false;
        ask_locked(session, work, work->theirs, n, true);
    }
    heap_release(&waiting);
}

bool sharing_poll_locked(struct kin_session *session)
{
    struct schedule *schedule = session->schedule;
    bool due = kin_machine_seconds() >= schedule->next_poll;
    if (schedule->stop || schedule->waiting.n == 0 || !(due || schedule->again))
        return false;
    schedule->again = false;
    ask_again_locked(session, due);
    if (!due)
        return true;
    if (schedule->running == 0)
        note_owner(session);
    schedule->pause = schedule->pause * 2 < LONGEST_PAUSE ? schedule->pause * 2 : LONGEST_PAUSE;
    schedule->next_poll = kin_machine_seconds() + schedule->pause;
    return true;
}

/* ---- the end ---- */

static int write_last(struct kin_session *session, struct kin_cache_batch *batch, int status)
{
    if (status == 0)
        return kin_cache_write_later(session->cache, batch, NULL, NULL, NULL);
    kin_batch_free(batch);
    return status;
}

void sharing_give_up(struct kin_session *session, struct work *work)
{
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    int status = batch ? 0 : KIN_ENOMEM;
    for (size_t i = 0; i < work->n_mine && status == 0; i++)
        status = work->map ? kin_batch_unclaim(batch, &work->families[0],
                                               &work->pieces[work->mine[i]].key, NULL)
                           : kin_batch_unclaim(batch, NULL, &work->instance->key, NULL);
    if (write_last(session, batch, status) == 0)
        return;
    pthread_mutex_lock(&session->lock);
    session->schedule->stop = true; /* or somebody would wait for them for ever */
    pthread_mutex_unlock(&session->lock);
}

int sharing_lease(struct kin_session *session, const struct kin_digest *digest,
                  struct kin_error *err)
{
    KIN_TRY(kin_grow(&session->leases, &session->leases_capacity, session->n_leases + 1,
                     sizeof *session->leases, err));
    session->leases[session->n_leases++] = *digest;
    return 0;
}

void sharing_leave(struct kin_session *session)
{
    session->n_leases = 0;
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    write_last(session, batch, batch ? kin_batch_leave(batch, NULL) : KIN_ENOMEM);
}
