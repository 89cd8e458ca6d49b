/*
 * The writer: one thread that commits what other threads queue, in groups.
 *
 * A batch is written whole or not at all. A group is one LMDB transaction; when something in it
 * fails, the transaction is given up and each batch is tried in one of its own, so that only those
 * fail that have a reason.
 *
 * Death of the process (kill -9, a crash): LMDB writes pages of a transaction to fresh places and
 * its root last, with write(2), and dirty pages live in the kernel. A batch is safe once
 * kin_cache_write has returned; a transaction that was cut short is not seen.
 *
 * Loss of power: each commit waits until its pages are on the disk, before its root is written
 * (MDB_NOMETASYNC): the file is always whole, and at most the last commits are undone. The writer
 * also flushes the root when it has had nothing to do for a moment, and at close. Grouping is what
 * keeps this cheap: while one group waits for the disk, the next one gathers.
 */
#include "cache/writer.h"

#include <errno.h>
#include <time.h>

#include "kindred/log.h"
#include "kindred/memory.h"

#define QUEUE_BYTES ((size_t)256 << 20) /* more than this waits at kin_cache_write_later */
#define GROUP_BYTES ((size_t)64 << 20)  /* and LMDB keeps dirty pages in memory */
#define SYNC_IDLE_MS 50

struct kin_writer {
    struct kin_cache *cache;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows, up to the blank line */
    pthread_cond_t work, room;
    struct kin_cache_batch *first, *last;
    size_t queued_bytes;
    bool stopping;

    struct kin_writing writing; /* the writer thread's own */
    bool unsynced; /* the last root may still be in the kernel's hands alone */
};

bool kin_writer_is_me(const struct kin_writer *writer)
{
    return writer && pthread_equal(pthread_self(), writer->thread);
}

/* ---- committing ---- */

static int apply_group(struct kin_writing *w, struct kin_cache_batch *first,
                       const struct kin_cache_batch *end, struct kin_error *err)
{
    KIN_TRY(kin_extent_begin(w, err));
    for (struct kin_cache_batch *batch = first; batch != end; batch = batch->next)
        KIN_TRY(kin_batch_apply(batch, w, err));
    return kin_extent_flush(w, err);
}

/* One transaction for the batches from `first` up to `end`. */
static int commit(struct kin_writer *writer, struct kin_cache_batch *first,
                  const struct kin_cache_batch *end, struct kin_error *err)
{
    struct kin_writing *w = &writer->writing;
    size_t bytes = 0;
    if (!w->cache->env)
        return kin_store_fail(w->cache, MDB_PANIC, err, "writing");
    for (struct kin_cache_batch *batch = first; batch != end; batch = batch->next)
        bytes += batch->bytes;
    if (bytes >= KIN_EXTENT_SMALL)
        KIN_TRY(kin_store_check_space(w->cache, bytes, err));
    int rc = mdb_txn_begin(w->cache->env, NULL, 0, &w->txn);
    if (rc != 0)
        return kin_store_fail(w->cache, rc, err, "writing");
    int status = apply_group(w, first, end, err);
    if (status != 0) {
        mdb_txn_abort(w->txn);
        return status;
    }
    rc = mdb_txn_commit(w->txn);
    if (rc != 0) {
        status = kin_store_fail(w->cache, rc, err, "writing");
        kin_store_recover(w->cache);
        return status;
    }
    writer->unsynced = true;
    return 0;
}

static void finish(struct kin_cache_batch *batch, int status, const struct kin_error *err)
{
    if (batch->done)
        batch->done(batch->context, status, err);
    else if (status != 0)
        kin_log(KIN_LOG_WARN, "%s", err->text);
    kin_batch_free(batch);
}

static void write_group(struct kin_writer *writer, struct kin_cache_batch *group)
{
    struct kin_error err = {0};
    int all = commit(writer, group, NULL, &err);
    bool alone = group->next == NULL;
    while (group) {
        struct kin_cache_batch *next = group->next;
        int status = all;
        if (all != 0 && !alone)
            status = commit(writer, group, next, &err);
        finish(group, status, status == 0 ? NULL : &err);
        group = next;
    }
}

static void sync_now(struct kin_writer *writer)
{
    if (!writer->unsynced || !writer->cache->env)
        return;
    struct kin_error err = {0};
    int rc = mdb_env_sync(writer->cache->env, 1);
    if (rc != 0) {
        kin_store_fail(writer->cache, rc, &err, "syncing");
        kin_log(KIN_LOG_WARN, "%s", err.text);
    }
    writer->unsynced = false;
    /* A process that died while it read would keep freed pages from being used again. */
    int dead;
    mdb_reader_check(writer->cache->env, &dead);
}

/* ---- the thread ---- */

static void wait_for_work(struct kin_writer *writer, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)timeout_ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&writer->work, &writer->lock, &until);
}

/* Takes batches up to GROUP_BYTES out of the queue; at least one when there is one. */
static struct kin_cache_batch *take_group(struct kin_writer *writer)
{
    struct kin_cache_batch *group = writer->first;
    struct kin_cache_batch *last = group;
    if (!group)
        return NULL;
    size_t bytes = group->bytes;
    while (last->next && bytes + last->next->bytes <= GROUP_BYTES) {
        last = last->next;
        bytes += last->bytes;
    }
    writer->first = last->next;
    if (!writer->first)
        writer->last = NULL;
    last->next = NULL;
    writer->queued_bytes -= bytes;
    pthread_cond_broadcast(&writer->room);
    return group;
}

/* The next group, or NULL: time to sync (also before the end, when *end is set). */
static struct kin_cache_batch *next_group(struct kin_writer *writer, bool *end)
{
    pthread_mutex_lock(&writer->lock);
    while (!writer->first && !writer->stopping && !writer->unsynced)
        pthread_cond_wait(&writer->work, &writer->lock);
    if (!writer->first && !writer->stopping)
        wait_for_work(writer, SYNC_IDLE_MS);
    *end = writer->stopping && !writer->first;
    struct kin_cache_batch *group = take_group(writer);
    pthread_mutex_unlock(&writer->lock);
    return group;
}

static void *writer_main(void *context)
{
    struct kin_writer *writer = context;
    for (bool end = false; !end;) {
        struct kin_cache_batch *group = next_group(writer, &end);
        if (group)
            write_group(writer, group);
        if (!group)
            sync_now(writer);
    }
    return NULL;
}

static void init_sync(struct kin_writer *writer)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->work, &monotonic);
    pthread_cond_init(&writer->room, NULL);
    pthread_condattr_destroy(&monotonic);
}

static void free_writer(struct kin_writer *writer)
{
    for (size_t i = 0; i < KIN_COUNT(writer->writing.packs); i++)
        kin_free(writer->writing.packs[i].bytes);
    pthread_cond_destroy(&writer->room);
    pthread_cond_destroy(&writer->work);
    pthread_mutex_destroy(&writer->lock);
    kin_free(writer);
}

int kin_writer_start(struct kin_cache *cache, struct kin_error *err)
{
    struct kin_writer *writer;
    KIN_TRY(kin_alloc_into(&writer, 1, sizeof *writer, err));
    writer->cache = cache;
    writer->writing.cache = cache;
    init_sync(writer);
    int rc = pthread_create(&writer->thread, NULL, writer_main, writer);
    if (rc != 0) {
        free_writer(writer);
        return kin_fail_errno(err, KIN_ENOMEM, rc, "starting the thread that writes the cache");
    }
    cache->writer = writer;
    return 0;
}

void kin_writer_stop(struct kin_writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->work);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    free_writer(writer);
}

/* ---- queueing ---- */

static int check_batch(struct kin_cache *cache, const struct kin_cache_batch *batch,
                       struct kin_error *err)
{
    KIN_TRY(kin_store_check_owner(cache, err));
    if (cache->read_only)
        return kin_fail(err, KIN_EACCESS, "the cache '%s' was opened for reading only",
                        cache->folder);
    if (batch->cache != cache)
        return kin_fail(err, KIN_EINVAL, "a batch of another cache");
    return 0;
}

int kin_cache_write_later(struct kin_cache *cache, struct kin_cache_batch *takes,
                          void (*done)(void *context, int status, const struct kin_error *err),
                          void *context, struct kin_error *err)
{
    int status = check_batch(cache, takes, err);
    if (status != 0) {
        kin_batch_free(takes);
        return status;
    }
    struct kin_writer *writer = cache->writer;
    takes->done = done;
    takes->context = context;
    takes->next = NULL;
    pthread_mutex_lock(&writer->lock);
    /* The writer itself must not wait for the room that only it can make. */
    while (writer->first && writer->queued_bytes + takes->bytes > QUEUE_BYTES &&
           !kin_writer_is_me(writer))
        pthread_cond_wait(&writer->room, &writer->lock);
    if (writer->last)
        writer->last->next = takes;
    else
        writer->first = takes;
    writer->last = takes;
    writer->queued_bytes += takes->bytes;
    pthread_cond_signal(&writer->work);
    pthread_mutex_unlock(&writer->lock);
    return 0;
}

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    int status;
    struct kin_error *err;
};

static void wake(void *context, int status, const struct kin_error *err)
{
    struct waiting *waiting = context;
    pthread_mutex_lock(&waiting->lock);
    waiting->done = true;
    waiting->status = status;
    if (status != 0 && waiting->err)
        *waiting->err = *err;
    pthread_cond_signal(&waiting->changed);
    pthread_mutex_unlock(&waiting->lock);
}

int kin_cache_write(struct kin_cache *cache, struct kin_cache_batch *takes, struct kin_error *err)
{
    struct waiting waiting = {
        .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .err = err};
    if (kin_writer_is_me(cache->writer)) {
        kin_batch_free(takes);
        return kin_fail(err, KIN_EINVAL, "the writer cannot wait for itself: use write_later");
    }
    KIN_TRY(kin_cache_write_later(cache, takes, wake, &waiting, err));
    pthread_mutex_lock(&waiting.lock);
    while (!waiting.done)
        pthread_cond_wait(&waiting.changed, &waiting.lock);
    pthread_mutex_unlock(&waiting.lock);
    pthread_mutex_destroy(&waiting.lock);
    pthread_cond_destroy(&waiting.changed);
    return waiting.status;
}
