#include "feed.h"

#include <pthread.h>

#include "kindred/memory.h"

#define SLOTS 2

/* ---- the plan of an epoch ---- */

size_t feed_training_steps(const struct feed_plan *plan)
{
    size_t n = plan->training->n;
    return n / plan->batch + (n % plan->batch >= 2);
}

static size_t validation_batch(const struct feed_plan *plan)
{
    size_t n = plan->validation->n;
    return n < plan->batch ? n : plan->batch;
}

static size_t validation_steps(const struct feed_plan *plan)
{
    if (plan->validation->n == 0)
        return 0;
    size_t full = plan->validation->n / validation_batch(plan);
    return full < FEED_VALIDATIONS ? full : FEED_VALIDATIONS;
}

size_t feed_steps(const struct feed_plan *plan)
{
    return feed_training_steps(plan) + validation_steps(plan);
}

size_t feed_clips(const struct feed_plan *plan, size_t step)
{
    size_t left = plan->training->n - step * plan->batch;
    if (step >= feed_training_steps(plan))
        return validation_batch(plan);
    return left < plan->batch ? left : plan->batch;
}

/* ---- the thread ---- */

struct slot {
    struct kin_batch batch;
    bool ready;
};

struct feed {
    struct feed_plan plan;
    size_t epoch, step; /* of the batch to be made next */
    size_t *training_order, *validation_order;
    float *mix, *stem;
    struct slot slots[SLOTS];
    size_t make, take; /* slots, counted on */
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool stop, done;
    int status;
    struct kin_error error;
};

static int draw_orders(struct feed *feed, struct kin_error *err)
{
    const struct feed_plan *plan = &feed->plan;
    KIN_TRY(corpus_order(plan->training, plan->seed, feed->epoch, feed->training_order, err));
    return corpus_order(plan->validation, plan->seed, feed->epoch, feed->validation_order, err);
}

static int fill_row(struct feed *feed, struct corpus *corpus, size_t song, size_t row,
                    struct kin_batch *batch, struct kin_error *err)
{
    const struct feed_plan *plan = &feed->plan;
    const struct kin_task_clip clip = {&corpus->songs[song].says, feed->mix, feed->stem};
    KIN_TRY(corpus_cut(corpus, song, plan->seed, feed->epoch, feed->mix, feed->stem, err));
    int status =
        kin_batch_fill(batch, plan->front, plan->classes, &plan->options, row, &clip, err);
    return status != 0 ? kin_error_within(err, "song '%s'", clip.song->id) : 0;
}

static int fill(struct feed *feed, struct kin_batch *batch, struct kin_error *err)
{
    const struct feed_plan *plan = &feed->plan;
    size_t training_steps = feed_training_steps(plan);
    bool validates = feed->step >= training_steps;
    struct corpus *corpus = validates ? plan->validation : plan->training;
    const size_t *order = validates ? feed->validation_order : feed->training_order;
    size_t first = validates ? (feed->step - training_steps) * validation_batch(plan)
                             : feed->step * plan->batch;
    batch->clips = feed_clips(plan, feed->step);
    for (size_t row = 0; row < batch->clips; row++)
        KIN_TRY(fill_row(feed, corpus, order[first + row], row, batch, err));
    return 0;
}

static int make_batch(struct feed *feed, struct kin_batch *batch, struct kin_error *err)
{
    KIN_TRY(fill(feed, batch, err));
    if (++feed->step < feed_steps(&feed->plan))
        return 0;
    feed->step = 0;
    feed->epoch++;
    return feed->epoch < feed->plan.epochs ? draw_orders(feed, err) : 0;
}

/* A free slot, or NULL when the feed is stopped. */
static struct slot *wait_free(struct feed *feed)
{
    struct slot *slot = &feed->slots[feed->make % SLOTS];
    pthread_mutex_lock(&feed->lock);
    while (slot->ready && !feed->stop)
        pthread_cond_wait(&feed->change, &feed->lock);
    bool stop = feed->stop;
    pthread_mutex_unlock(&feed->lock);
    return stop ? NULL : slot;
}

static void hand_over(struct feed *feed, struct slot *slot, int status,
                      const struct kin_error *error)
{
    pthread_mutex_lock(&feed->lock);
    slot->ready = status == 0;
    feed->make++;
    feed->done = status != 0 || feed->epoch == feed->plan.epochs;
    feed->status = status;
    feed->error = *error;
    pthread_cond_broadcast(&feed->change);
    pthread_mutex_unlock(&feed->lock);
}

static void *work(void *arg)
{
    struct feed *feed = arg;
    struct slot *slot;
    while (!feed->done && (slot = wait_free(feed)) != NULL) {
        struct kin_error error = {0};
        int status = make_batch(feed, &slot->batch, &error);
        hand_over(feed, slot, status, &error);
    }
    return NULL;
}

/* ---- life ---- */

static int alloc_feed(struct feed *feed, struct kin_error *err)
{
    const struct feed_plan *plan = &feed->plan;
    size_t samples = kin_front_samples(kin_front_width(plan->front));
    for (size_t i = 0; i < SLOTS; i++)
        KIN_TRY(kin_batch_init(&feed->slots[i].batch, plan->task, plan->front, plan->classes,
                               &plan->options, plan->batch, err));
    KIN_TRY(kin_alloc_into(&feed->training_order, plan->training->n, sizeof(size_t), err));
    KIN_TRY(kin_alloc_into(&feed->validation_order, plan->validation->n, sizeof(size_t), err));
    KIN_TRY(kin_alloc_into(&feed->mix, samples, sizeof(float), err));
    if (plan->task->stem)
        KIN_TRY(kin_alloc_into(&feed->stem, samples, sizeof(float), err));
    feed->done = feed->epoch >= plan->epochs;
    return draw_orders(feed, err);
}

static int start_thread(struct feed *feed, struct kin_error *err)
{
    int failed = pthread_create(&feed->thread, NULL, work, feed);
    if (failed)
        return kin_fail_errno(err, KIN_ENOMEM, failed, "no thread to feed the training");
    feed->running = true;
    return 0;
}

int feed_start(const struct feed_plan *plan, size_t epoch, size_t step, struct feed **out,
               struct kin_error *err)
{
    struct feed *feed;
    KIN_TRY(kin_alloc_into(&feed, 1, sizeof *feed, err));
    feed->plan = *plan;
    feed->epoch = epoch;
    feed->step = step;
    pthread_mutex_init(&feed->lock, NULL);
    pthread_cond_init(&feed->change, NULL);
    int status = alloc_feed(feed, err);
    if (status == 0)
        status = start_thread(feed, err);
    if (status != 0)
        feed_stop(feed);
    else
        *out = feed;
    return status;
}

int feed_next(struct feed *feed, const struct kin_batch **out, struct kin_error *err)
{
    struct slot *slot = &feed->slots[feed->take % SLOTS];
    pthread_mutex_lock(&feed->lock);
    while (!slot->ready && !feed->done)
        pthread_cond_wait(&feed->change, &feed->lock);
    int status = slot->ready ? 0 : feed->status;
    if (status != 0 && err)
        *err = feed->error;
    *out = slot->ready ? &slot->batch : NULL;
    pthread_mutex_unlock(&feed->lock);
    return status;
}

void feed_return(struct feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    feed->slots[feed->take++ % SLOTS].ready = false;
    pthread_cond_broadcast(&feed->change);
    pthread_mutex_unlock(&feed->lock);
}

static void ask_to_stop(struct feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    feed->stop = true;
    pthread_cond_broadcast(&feed->change);
    pthread_mutex_unlock(&feed->lock);
}

void feed_stop(struct feed *feed)
{
    if (!feed)
        return;
    ask_to_stop(feed);
    if (feed->running)
        pthread_join(feed->thread, NULL);
    for (size_t i = 0; i < SLOTS; i++)
        kin_batch_release(&feed->slots[i].batch);
    kin_free(feed->training_order);
    kin_free(feed->validation_order);
    kin_free(feed->mix);
    kin_free(feed->stem);
    pthread_cond_destroy(&feed->change);
    pthread_mutex_destroy(&feed->lock);
    kin_free(feed);
}
