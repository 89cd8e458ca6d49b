/*
 * Values of type «state»: all that a training needs to go on to the same bits. Fields:
 *   values, moment, square, largest  float32 [total], steps i64: struct kin_training
 *   epoch, step   i64: epochs done, and batches done of the next one
 *   training, validation  f64 [epoch]: losses of the epochs done; NaN: no validation
 *   sums          f64 [4]: of the epoch begun: loss times clips and clips, in training and
 *                 validation
 */
#ifndef KIN_KIND_TRAINING_STATE_H
#define KIN_KIND_TRAINING_STATE_H

#include "kindred/nn.h"
#include "kindred/value.h"

enum { SUM_TRAINING, CLIPS_TRAINING, SUM_VALIDATION, CLIPS_VALIDATION, SUMS };

struct training_state {
    struct kin_training training; /* owned arrays of `total` numbers */
    size_t total;
    size_t epoch, step;
    size_t epochs; /* room in the losses */
    double *training_loss, *validation_loss;
    double sums[SUMS];
};

int training_state_init(struct training_state *state, size_t total, size_t epochs,
                        struct kin_error *err);
void training_state_release(struct training_state *state);

int training_state_value(const struct training_state *state, struct kin_value **out,
                         struct kin_error *err);
/* KIN_ECORRUPT: a state of another network, or of more epochs than there is room for. */
int training_state_read(struct training_state *state, const struct kin_value *value,
                        struct kin_error *err);

/* Enters the losses of the epoch begun and begins the next. */
void training_state_end_epoch(struct training_state *state);

/* The value of type «table» with the columns epoch, training, validation. */
int training_state_table(const struct training_state *state, struct kin_value **out,
                         struct kin_error *err);

#endif
