/*
 * Batches in the order of a training, prepared by a thread of their own while the network works on
 * the one before.
 *
 * An epoch is one random clip of every training song, in the epoch's random order, `batch` of them
 * at a time; the last batch is what is left, except that a single clip is left out, as it cannot be
 * normalised by its own statistics. Then come at most FEED_VALIDATIONS full batches of validation
 * songs, likewise drawn for each epoch (the authors' trainers do both; fewer songs than a batch
 * make one batch).
 *
 * Order of calls: feed_start at an (epoch, step); feed_next and feed_return by turns; feed_stop.
 */
#ifndef KIN_KIND_FEED_H
#define KIN_KIND_FEED_H

#include "corpus.h"
#include "kindred/task.h"

#define FEED_VALIDATIONS 2

struct feed_plan {
    struct corpus *training, *validation; /* validation without songs: none */
    const struct kin_task *task;
    struct kin_front *front; /* used by the thread alone, from feed_start to feed_stop */
    const struct kin_classes *classes;
    struct kin_task_options options;
    size_t batch;
    size_t epochs;
    uint64_t seed;
};

/* Batches of an epoch, and those of them that train. */
size_t feed_steps(const struct feed_plan *plan);
size_t feed_training_steps(const struct feed_plan *plan);
/* Clips of a step. */
size_t feed_clips(const struct feed_plan *plan, size_t step);

struct feed;

int feed_start(const struct feed_plan *plan, size_t epoch, size_t step, struct feed **out,
               struct kin_error *err);
/* The next batch, borrowed until feed_return; NULL after the last epoch. */
int feed_next(struct feed *feed, const struct kin_batch **out, struct kin_error *err);
void feed_return(struct feed *feed);
void feed_stop(struct feed *feed); /* accepts NULL; gives up what was not taken */

#endif
