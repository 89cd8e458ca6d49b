#include "training_state.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"

#define ARRAYS 4

/* The four arrays by name. */
struct array {
    const char *name;
    float **numbers;
};

static void arrays_of(struct kin_training *training, struct array out[ARRAYS])
{
    out[0] = (struct array){"values", &training->values};
    out[1] = (struct array){"moment", &training->moment};
    out[2] = (struct array){"square", &training->square};
    out[3] = (struct array){"largest", &training->largest};
}

static int alloc_arrays(struct training_state *state, struct kin_error *err)
{
    struct array arrays[ARRAYS];
    arrays_of(&state->training, arrays);
    for (size_t i = 0; i < ARRAYS; i++)
        KIN_TRY(kin_alloc_into(arrays[i].numbers, state->total, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&state->training_loss, state->epochs, sizeof(double), err));
    return kin_alloc_into(&state->validation_loss, state->epochs, sizeof(double), err);
}

int training_state_init(struct training_state *state, size_t total, size_t epochs,
                        struct kin_error *err)
{
    *state = (struct training_state){.total = total, .epochs = epochs};
    int status = alloc_arrays(state, err);
    if (status != 0)
        training_state_release(state);
    return status;
}

void training_state_release(struct training_state *state)
{
    struct array arrays[ARRAYS];
    arrays_of(&state->training, arrays);
    for (size_t i = 0; i < ARRAYS; i++)
        kin_free(*arrays[i].numbers);
    kin_free(state->training_loss);
    kin_free(state->validation_loss);
    *state = (struct training_state){0};
}

/* ---- to and from a value ---- */

static int set_doubles(struct kin_value *value, const char *name, const double *x, size_t n,
                       struct kin_error *err)
{
    struct kin_tensor tensor;
    KIN_TRY(kin_tensor_alloc(&tensor, KIN_F64, 1, &n, err));
    if (n > 0)
        memcpy(tensor.data, x, n * sizeof *x);
    return kin_value_set(value, name, &tensor, err);
}

static int set_fields(struct kin_value *value, const struct training_state *state,
                      struct kin_error *err)
{
    struct kin_training training = state->training;
    struct array arrays[ARRAYS];
    arrays_of(&training, arrays);
    for (size_t i = 0; i < ARRAYS; i++)
        KIN_TRY(kin_value_set_f32(value, arrays[i].name, *arrays[i].numbers, state->total, 0, err));
    KIN_TRY(kin_value_set_i64(value, "steps", (int64_t)state->training.steps, err));
    KIN_TRY(kin_value_set_i64(value, "epoch", (int64_t)state->epoch, err));
    KIN_TRY(kin_value_set_i64(value, "step", (int64_t)state->step, err));
    KIN_TRY(set_doubles(value, "training", state->training_loss, state->epoch, err));
    KIN_TRY(set_doubles(value, "validation", state->validation_loss, state->epoch, err));
    return set_doubles(value, "sums", state->sums, SUMS, err);
}

int training_state_value(const struct training_state *state, struct kin_value **out,
                         struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("state");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a state");
    KIN_TRY(set_fields(value, state, err));
    *out = value;
    value = NULL;
    return 0;
}

static int get_numbers(const struct kin_value *value, const char *name, enum kin_dtype dtype,
                       size_t n, void *out, struct kin_error *err)
{
    const struct kin_tensor *tensor;
    KIN_TRY(kin_value_want(value, name, dtype, 1, &tensor, err));
    if (tensor->shape[0] != n)
        return kin_fail(err, KIN_ECORRUPT, "a training state with %zu numbers as '%s', wanted %zu",
                        tensor->shape[0], name, n);
    if (n > 0)
        memcpy(out, tensor->data, n * kin_dtype_size(dtype));
    return 0;
}

int training_state_read(struct training_state *state, const struct kin_value *value,
                        struct kin_error *err)
{
    struct array arrays[ARRAYS];
    int64_t steps = kin_value_i64(value, "steps", -1);
    int64_t epoch = kin_value_i64(value, "epoch", -1);
    int64_t step = kin_value_i64(value, "step", -1);
    if (steps < 0 || epoch < 0 || step < 0 || (uint64_t)epoch > state->epochs)
        return kin_fail(err, KIN_ECORRUPT, "a training state after %lld of %zu epochs",
                        (long long)epoch, state->epochs);
    arrays_of(&state->training, arrays);
    for (size_t i = 0; i < ARRAYS; i++)
        KIN_TRY(get_numbers(value, arrays[i].name, KIN_F32, state->total, *arrays[i].numbers, err));
    state->training.steps = (uint64_t)steps;
    state->epoch = (size_t)epoch;
    state->step = (size_t)step;
    KIN_TRY(get_numbers(value, "training", KIN_F64, state->epoch, state->training_loss, err));
    KIN_TRY(get_numbers(value, "validation", KIN_F64, state->epoch, state->validation_loss, err));
    return get_numbers(value, "sums", KIN_F64, SUMS, state->sums, err);
}

/* ---- epochs ---- */

void training_state_end_epoch(struct training_state *state)
{
    const double *sums = state->sums;
    state->training_loss[state->epoch] = sums[SUM_TRAINING] / sums[CLIPS_TRAINING];
    state->validation_loss[state->epoch] =
        sums[CLIPS_VALIDATION] > 0 ? sums[SUM_VALIDATION] / sums[CLIPS_VALIDATION] : NAN;
    memset(state->sums, 0, sizeof state->sums);
    state->epoch++;
    state->step = 0;
}

#define COLUMNS 3

static void cell_texts(const struct training_state *state, size_t epoch,
                       char cells[COLUMNS][KIN_NUMBER_TEXT])
{
    kin_number_text((double)epoch + 1, cells[0]);
    kin_number_text(state->training_loss[epoch], cells[1]);
    kin_number_text(state->validation_loss[epoch], cells[2]);
    if (isnan(state->validation_loss[epoch]))
        cells[2][0] = '\0';
}

int training_state_table(const struct training_state *state, struct kin_value **out,
                         struct kin_error *err)
{
    static const char *const columns[COLUMNS] = {"epoch", "training", "validation"};
    KIN_AUTO(kin_auto_free) char(*cells)[KIN_NUMBER_TEXT] = NULL;
    KIN_AUTO(kin_auto_free) const char **texts = NULL;
    size_t n = state->epoch * COLUMNS;
    KIN_TRY(kin_alloc_into(&cells, n, sizeof *cells, err));
    KIN_TRY(kin_alloc_into(&texts, n, sizeof *texts, err));
    for (size_t epoch = 0; epoch < state->epoch; epoch++)
        cell_texts(state, epoch, cells + epoch * COLUMNS);
    for (size_t i = 0; i < n; i++)
        texts[i] = cells[i];
    KIN_AUTO(kin_value_auto) struct kin_value *table = kin_value_new("table");
    if (!table)
        return kin_fail(err, KIN_ENOMEM, "no memory for a table");
    KIN_TRY(kin_value_set_texts(table, "columns", columns, COLUMNS, err));
    KIN_TRY(kin_value_set_texts(table, "cells", texts, n, err));
    *out = table;
    table = NULL;
    return 0;
}
