/*
 * The schedule of a run. One coordinator (the caller's thread) resolves instances, opens and
 * finishes work; workers compute blocks of items; the cache's writer commits. Instances of later
 * steps come first, so that what is begun is carried through before more is begun.
 *
 * An instance passes: ready → (hit) done; or ready → open, blocks computed → finish queued → done
 * when its action is committed. Everything in struct schedule is guarded by session->lock.
 */
#include "sharing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kindred/machine.h"

#define DEFAULT_BLOCK 8
#define BLOCKS_A_THREAD 2
#define OPEN_WORK_A_THREAD 16
#define PROGRESS_SECONDS 0.1
#define STOPPED "stopped; finished work is kept"

/* ---- what computations ask and tell ---- */

bool session_cancelled(struct kin_session *session)
{
    const struct schedule *schedule = session->schedule;
    return schedule && schedule->options->cancel && *schedule->options->cancel;
}

static void note_error(struct schedule *schedule, int status, const struct kin_error *err)
{
    if (schedule->status == 0) {
        schedule->status = status;
        schedule->error = *err;
    }
}

void session_note(struct kin_session *session, const char *text)
{
    if (!session->schedule)
        return;
    pthread_mutex_lock(&session->lock);
    snprintf(session->schedule->note, sizeof session->schedule->note, "%s", text);
    pthread_mutex_unlock(&session->lock);
}

unsigned session_threads(const struct kin_session *session, const struct kin_kind *kind)
{
    return kind->wide && session->schedule ? session->schedule->threads : 1;
}

/* A write that failed ends the run: what comes after could not be kept either. */
static void note_write(struct schedule *schedule, int status, const struct kin_error *err)
{
    schedule->writes--;
    if (status == 0)
        return;
    note_error(schedule, status, err);
    schedule->stop = true;
}

void session_writing(struct kin_session *session)
{
    if (!session->schedule)
        return;
    pthread_mutex_lock(&session->lock);
    session->schedule->writes++;
    pthread_mutex_unlock(&session->lock);
}

void session_wrote(void *context, int status, const struct kin_error *err)
{
    struct kin_session *session = context;
    if (!session->schedule)
        return;
    pthread_mutex_lock(&session->lock);
    note_write(session->schedule, status, err);
    pthread_cond_broadcast(&session->changed);
    pthread_mutex_unlock(&session->lock);
}

int session_write(struct kin_session *session, struct kin_cache_batch *takes, struct kin_error *err)
{
    session_writing(session);
    int status = kin_cache_write_later(session->cache, takes, session_wrote, session, err);
    if (status != 0)
        session_wrote(session, 0, NULL);
    return status;
}

/* The action of an instance is committed, or could not be. */
static void action_wrote(void *context, int status, const struct kin_error *err)
{
    struct work *work = context;
    struct kin_session *session = work->session;
    pthread_mutex_lock(&session->lock);
    note_write(session->schedule, status, err);
    if (status == 0)
        heap_push(&session->schedule->done, work->instance->number, NULL);
    pthread_cond_broadcast(&session->changed);
    pthread_mutex_unlock(&session->lock);
}

/* ---- workers ---- */

/* Whether nothing is left to take of an open work; its work may be gone by then. */
static bool is_handed_out(const struct kin_session *session, size_t number)
{
    const struct work *work = session->instances[number].work;
    return !work || work->next == work->n_mine;
}

/* What is claimed later opens it again. */
static void close_handed_out(struct kin_session *session)
{
    struct heap *open = &session->schedule->open;
    while (open->n > 0 && is_handed_out(session, heap_top(open))) {
        struct work *work = session->instances[heap_pop(open)].work;
        if (work)
            work->open = false;
    }
}

/* Takes the next block of the deepest work; false: nothing to take. One block always runs, others
 * beside it while there is room. */
static bool take_block(struct kin_session *session, struct work **work, size_t *start, size_t *n)
{
    struct schedule *schedule = session->schedule;
    close_handed_out(session);
    if (schedule->stop || schedule->open.n == 0 || session_cancelled(session))
        return false;
    if (schedule->running > 0 && room_is_short(schedule, kin_machine_seconds()))
        return false;
    struct instance *instance = &session->instances[heap_top(&schedule->open)];
    bool wide = step_of(session, instance)->kind->wide;
    if (schedule->wide || (wide && schedule->running > 0))
        return false; /* what uses all threads runs alone */
    schedule->wide = wide;
    *work = instance->work;
    *n = sharing_take_locked(session, *work, start);
    schedule->last_step = step_of(session, instance)->name;
    return true;
}

static void *worker(void *context)
{
    struct kin_session *session = context;
    struct schedule *schedule = session->schedule;
    pthread_mutex_lock(&session->lock);
    while (!schedule->quit) {
        struct work *work;
        size_t start, n;
        if (!take_block(session, &work, &start, &n)) {
            pthread_cond_wait(&session->changed, &session->lock);
            continue;
        }
        schedule->running++;
        bool failed = work->error.status != 0;
        pthread_mutex_unlock(&session->lock);
        struct kin_error err = {0};
        int status = failed ? 0 : work_compute(session, work, work->mine + start, n, false, &err);
        pthread_mutex_lock(&session->lock);
        schedule->running--;
        schedule->wide = false;
        schedule->note[0] = '\0';
        sharing_given_locked(session, work, n, status, &err);
        pthread_cond_broadcast(&session->changed);
    }
    pthread_mutex_unlock(&session->lock);
    return NULL;
}

/* ---- the coordinator ---- */

/* Whether an instance takes what another gives only where it may be lacking. */
static bool can_lack(const struct kin_session *session, const struct instance *consumer,
                     size_t number)
{
    const struct kin_kind *kind = step_of(session, consumer)->kind;
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, consumer, p, &n);
        for (size_t f = 0; f < n && !(kind->inputs[p].flags & KIN_PORT_LACKING); f++)
            if (fed_by(session, &feeds[f])->number == number)
                return false;
    }
    return true;
}

/* It waits for one less; ready when that was the last, unless there is no memory. */
static bool go_on_without(struct kin_session *session, struct instance *consumer)
{
    if (--consumer->waiting > 0)
        return true;
    return heap_push(&session->schedule->ready, consumer->number, NULL) == 0;
}

/* Marks all that needs an instance as out of reach. */
static void block_consumers(struct kin_session *session, size_t number)
{
    const size_t *start = session->consumer_start;
    for (size_t c = start[number]; c < start[number + 1]; c++) {
        struct instance *consumer = &session->instances[session->consumers[c]];
        if (consumer->state != INSTANCE_WAITING)
            continue;
        if (can_lack(session, consumer, number) && go_on_without(session, consumer))
            continue;
        consumer->state = INSTANCE_BLOCKED;
        session->schedule->unfinished--;
        block_consumers(session, session->consumers[c]);
    }
}

static void fail_instance(struct kin_session *session, struct instance *instance,
                          const struct kin_error *err)
{
    struct schedule *schedule = session->schedule;
    /* the first one is the caller's to print */
    if (schedule->status != 0 && err->status != KIN_ECANCELLED)
        session_tell(session, KIN_LOG_ERROR, NULL, "%s", err->text);
    if (instance->work)
        sharing_give_up(session, instance->work);
    pthread_mutex_lock(&session->lock);
    note_error(schedule, err->status, err);
    instance->state = INSTANCE_FAILED;
    schedule->unfinished--;
    block_consumers(session, instance->number);
    if (!schedule->options->keep_going)
        schedule->stop = true;
    pthread_mutex_unlock(&session->lock);
}

/* An instance has its outputs: whoever waited for it alone is ready. */
static int complete(struct kin_session *session, struct instance *instance, struct kin_error *err)
{
    struct schedule *schedule = session->schedule;
    size_t number = instance->number;
    struct kin_step_stats *stats = &session->stats[instance->step];
    struct work *work = instance->work;
    if (work)
        report_skipped(session, work);
    pthread_mutex_lock(&session->lock); /* workers look for it in their heaps */
    if (work)
        sharing_wake_locked(session, work);
    instance->work = NULL;
    pthread_mutex_unlock(&session->lock);
    work_free(session, work);
    if (instance->hit)
        KIN_TRY(sharing_lease(session, &instance->key, err));
    KIN_TRY(report_failures(session, instance, err));
    KIN_TRY(drop_unneeded(session, instance, err));
    pthread_mutex_lock(&session->lock);
    instance->state = INSTANCE_DONE;
    instance->remade |= instance->forced;
    instance->forced = false;
    schedule->unfinished--;
    schedule->hits += instance->hit;
    stats->instances++;
    stats->hits += instance->hit;
    stats->items += instance->items;
    stats->failed += instance->failed;
    int status = 0;
    const size_t *start = session->consumer_start;
    for (size_t c = start[number]; c < start[number + 1] && status == 0; c++) {
        struct instance *consumer = &session->instances[session->consumers[c]];
        if (consumer->state == INSTANCE_WAITING && --consumer->waiting == 0)
            status = heap_push(&schedule->ready, session->consumers[c], err);
    }
    pthread_mutex_unlock(&session->lock);
    return status;
}

static int finish(struct kin_session *session, struct instance *instance, struct kin_error *err)
{
    struct work *work = instance->work;
    if (work->error.status != 0) {
        *err = work->error;
        return session_blame(session, instance, err);
    }
    if (work->adopted)
        return complete(session, instance, err);
    session_writing(session);
    int status = work_finish(session, work, action_wrote, work, err);
    if (status != 0)
        session_wrote(session, 0, NULL);
    return status;
}

static size_t block_size(const struct kin_session *session, const struct kin_kind *kind, size_t n)
{
    size_t wanted = kind->block ? kind->block : DEFAULT_BLOCK;
    size_t shares = BLOCKS_A_THREAD * session->schedule->threads;
    size_t fair = (n + shares - 1) / shares;
    return fair < 1 ? 1 : fair < wanted ? fair : wanted;
}

/* A result that does without what failed says so, also when it is found. */
static void tell_lacking(struct kin_session *session, const struct instance *instance)
{
    size_t lacking = 0, all = 0;
    for (size_t p = 0; p < kin_kind_inputs(step_of(session, instance)->kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        for (size_t f = 0; f < n; f++)
            lacking += is_lost(fed_by(session, &feeds[f]));
        all += n;
    }
    if (lacking > 0)
        session_tell(session, KIN_LOG_WARN, instance, "%zu of the %zu results it gathers failed",
                     lacking, all);
}

/* Finds out whether an instance is a hit; else opens its work for the workers. */
static int start(struct kin_session *session, struct instance *instance, struct kin_error *err)
{
    bool hit;
    if (session->schedule->status != 0)
        tell_lacking(session, instance);
    KIN_TRY(resolve(session, instance, &hit, err));
    if (hit)
        return complete(session, instance, err);
    KIN_TRY(source_store(session, instance, err));
    KIN_TRY(work_open(session, instance, !instance->forced, &instance->work, err));
    struct work *work = instance->work;
    instance->touched = true;
    work->session = session;
    work->block = block_size(session, step_of(session, instance)->kind, work->n_todo);
    if (work->n_todo == 0)
        return finish(session, instance, err);
    instance->state = INSTANCE_RUNNING;
    session->schedule->items_known += work->n_todo;
    session->schedule->asked = true;
    return sharing_open(session, work, err);
}

typedef int advance(struct kin_session *session, struct instance *instance, struct kin_error *err);

/* Pops one instance and moves it on, without the lock; a failure is the instance's. */
static void step_on(struct kin_session *session, struct heap *heap, advance *how)
{
    struct instance *instance = &session->instances[heap_pop(heap)];
    struct kin_error err = {0};
    pthread_mutex_unlock(&session->lock);
    if (how(session, instance, &err) != 0) {
        if (strncmp(err.text, session->workflow->path, strlen(session->workflow->path)) != 0)
            session_blame(session, instance, &err);
        fail_instance(session, instance, &err);
    }
    pthread_mutex_lock(&session->lock);
}

static void show_progress(struct kin_session *session, bool finished)
{
    struct schedule *schedule = session->schedule;
    double time = kin_machine_seconds();
    if (!session->observer.progress || (!finished && time < schedule->next_progress))
        return;
    schedule->next_progress = time + PROGRESS_SECONDS;
    const struct kin_progress progress = {.instances = schedule->wanted,
                                          .instances_done = schedule->wanted - schedule->unfinished,
                                          .hits = schedule->hits,
                                          .items_known = schedule->items_known,
                                          .items_done = schedule->items_done,
                                          .seconds = time - schedule->started,
                                          .step = schedule->last_step,
                                          .note = schedule->note,
                                          .finished = finished};
    session->observer.progress(session->observer.context, &progress);
}

static void wait_for_change(struct kin_session *session)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    double pause = sharing_pause_locked(session);
    pause = pause < 0 ? 0 : pause < PROGRESS_SECONDS ? pause : PROGRESS_SECONDS;
    until.tv_nsec += (long)(pause * 1e9);
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&session->changed, &session->lock, &until);
}

static bool may_open(const struct schedule *schedule)
{
    return schedule->ready.n > 0 && !schedule->stop &&
           schedule->open.n + schedule->unasked.n < OPEN_WORK_A_THREAD * (size_t)schedule->threads;
}

/* With the lock held: until everything wanted is done, or nothing more can be. */
static void coordinate(struct kin_session *session)
{
    struct schedule *schedule = session->schedule;
    while (schedule->unfinished > 0) {
        if (!schedule->stop && session_cancelled(session)) {
            kin_fail(&schedule->error, KIN_ECANCELLED, STOPPED);
            schedule->status = KIN_ECANCELLED;
            schedule->stop = true;
        }
        if (schedule->done.n > 0)
            step_on(session, &schedule->done, complete);
        else if (schedule->finished.n > 0)
            step_on(session, &schedule->finished, finish);
        else if (schedule->answered)
            sharing_answer_locked(session);
        else if (sharing_wants_locked(session))
            sharing_ask_locked(session);
        else if (may_open(schedule))
            step_on(session, &schedule->ready, start);
        else if (schedule->stop && schedule->running == 0 && schedule->writes == 0)
            break;
        else if (!sharing_poll_locked(session))
            wait_for_change(session);
        show_progress(session, false);
    }
    while (schedule->writes > 0)
        wait_for_change(session);
}

/* ---- beginning and end ---- */

static int scan_sources(struct kin_session *session, struct kin_error *err)
{
    for (size_t i = 0; i < session->n; i++) {
        struct instance *instance = &session->instances[i];
        struct listing *listing = source_listing(session, instance);
        if (!listing || instance->state != INSTANCE_WAITING)
            continue;
        KIN_TRY(source_scan(session, instance, err));
        if (listing->absent.status == 0)
            continue;
        *err = listing->absent;
        return session_blame(session, instance, err);
    }
    return 0;
}

static int push_ready(struct kin_session *session, struct kin_error *err)
{
    for (size_t i = 0; i < session->n; i++) {
        if (session->instances[i].state != INSTANCE_WAITING)
            continue;
        session->schedule->wanted++;
        if (session->instances[i].waiting == 0)
            KIN_TRY(heap_push(&session->schedule->ready, i, err));
    }
    session->schedule->unfinished = session->schedule->wanted;
    return 0;
}

static unsigned thread_count(const struct kin_run_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned wanted =
        options->threads ? options->threads : (unsigned)(processors < 1 ? 1 : processors);
    return wanted < MOST_THREADS ? wanted : MOST_THREADS;
}

static int run_workers(struct kin_session *session, struct kin_error *err)
{
    struct schedule *schedule = session->schedule;
    unsigned started = 0;
    int failed = 0;
    while (started < schedule->threads && !failed) {
        failed = pthread_create(&schedule->workers[started], NULL, worker, session);
        started += !failed;
    }
    pthread_mutex_lock(&session->lock);
    if (!failed)
        coordinate(session);
    schedule->quit = true;
    pthread_cond_broadcast(&session->changed);
    pthread_mutex_unlock(&session->lock);
    for (unsigned i = 0; i < started; i++)
        pthread_join(schedule->workers[i], NULL);
    if (failed)
        return kin_fail_errno(err, KIN_ENOMEM, failed, "starting a thread");
    show_progress(session, true);
    return 0;
}

static void release(struct schedule *schedule)
{
    heap_release(&schedule->ready);
    heap_release(&schedule->open);
    heap_release(&schedule->finished);
    heap_release(&schedule->done);
    shelf_release(&schedule->shelf);
    sharing_release(schedule);
}

/* One pass over the graph; the first failure is in *failure. */
static int run_once(struct kin_session *session, const struct kin_run_options *options, bool *asked,
                    struct kin_error *failure, struct kin_error *err)
{
    struct schedule schedule = {
        .options = options,
        .threads = thread_count(options),
        .memory = room_wanted(options),
        .started = kin_machine_seconds(),
    };
    session->schedule = &schedule;
    session_name_maker(session, options->libraries);
    int status = scan_sources(session, err);
    if (status == 0)
        status = push_ready(session, err);
    if (status == 0)
        status = run_workers(session, err);
    session->schedule = NULL;
    release(&schedule);
    *asked |= schedule.asked;
    *failure = schedule.error;
    failure->status = schedule.status;
    return status;
}

static bool is_asked_to_stop(const struct kin_run_options *options)
{
    return options->cancel && *options->cancel;
}

int kin_session_run(struct kin_session *session, const struct kin_run_options *options,
                    struct kin_error *err)
{
    struct kin_error failure, history_error = {0};
    bool asked = false;
    session->observer = options->observer;
    int status = run_once(session, options, &asked, &failure, err);
    while (status == 0 && session->diverged && !is_asked_to_stop(options)) {
        sharing_leave(session); /* nobody computes what the stopped pass has claimed */
        session_reset(session);
        status = run_once(session, options, &asked, &failure, err);
    }
    if (session->diverged && failure.status != 0)
        kin_fail(&failure, KIN_ECANCELLED, STOPPED);
    if (status == 0 && history_save(session, &history_error) != 0)
        session_tell(session, KIN_LOG_WARN, NULL, "the run could not be recorded: %s",
                     history_error.text);
    history_note_saved(session);
    if (asked) /* after the record of the run, which keeps what it made */
        sharing_leave(session);
    if (status == 0 && failure.status != 0) {
        *err = failure;
        status = failure.status;
    }
    return status;
}
