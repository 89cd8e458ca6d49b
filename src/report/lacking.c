/*
 * What a table of observations lacks. The design is what the table itself shows: every combination
 * of columns that name a curve (encoder, distances…) should have every pair of transformation and
 * magnitude, in every trial that others with trials have.
 */
#include <stdlib.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/memory.h"
#include "kindred/report.h"

enum role { ROLE_CURVE, ROLE_CONDITION, ROLE_TRIAL, ROLE_VALUE };

static enum role role_of(const char *column, const char *value)
{
    static const char *const values[] = {"magnitude01", "performance", "standardised",
                                         "consistency"};
    if (strcmp(column, "transformation") == 0 || strcmp(column, "magnitude") == 0)
        return ROLE_CONDITION;
    if (strcmp(column, "trial") == 0)
        return ROLE_TRIAL;
    for (size_t i = 0; i < KIN_COUNT(values); i++)
        if (strcmp(column, values[i]) == 0)
            return ROLE_VALUE;
    return strcmp(column, value) == 0 ? ROLE_VALUE : ROLE_CURVE;
}

/* Rows told apart by the columns of some roles, each kind once. */
struct kinds {
    const struct kin_frame *frame;
    bool *uses;   /* per column */
    size_t *rows; /* the first of each kind */
    size_t n;
};

static void kinds_release(struct kinds *kinds)
{
    kin_free(kinds->uses);
    kin_free(kinds->rows);
}

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct kinds *kinds = context;
    const struct kin_frame *frame = kinds->frame;
    for (size_t c = 0; c < frame->n_columns; c++) {
        int order = !kinds->uses[c]
                        ? 0
                        : strcmp(frame->cells[*(const size_t *)a * frame->n_columns + c],
                                 frame->cells[*(const size_t *)b * frame->n_columns + c]);
        if (order != 0)
            return order;
    }
    return 0;
}

static int kinds_init(struct kinds *kinds, const struct kin_frame *frame, const char *value,
                      unsigned roles, bool with_value, struct kin_error *err)
{
    kinds->frame = frame;
    KIN_TRY(kin_alloc_into(&kinds->uses, frame->n_columns, sizeof *kinds->uses, err));
    KIN_TRY(kin_alloc_into(&kinds->rows, frame->n_rows, sizeof *kinds->rows, err));
    for (size_t c = 0; c < frame->n_columns; c++)
        kinds->uses[c] = roles >> role_of(frame->columns[c], value) & 1;
    size_t n = 0;
    for (size_t r = 0; r < frame->n_rows; r++)
        if (!with_value || *kin_frame_text(frame, r, value))
            kinds->rows[n++] = r;
    qsort_r(kinds->rows, n, sizeof *kinds->rows, compare_rows, kinds);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || compare_rows(&kinds->rows[kinds->n - 1], &kinds->rows[i], kinds) != 0)
            kinds->rows[kinds->n++] = kinds->rows[i];
    return 0;
}

/* A cell of the design: curve, condition and trial from three rows. */
struct cell {
    size_t curve, condition;
    const char *trial;
};

static const char *cell_text(const struct kin_frame *frame, const struct cell *cell, size_t column,
                             const char *value)
{
    enum role role = role_of(frame->columns[column], value);
    if (role == ROLE_TRIAL)
        return cell->trial;
    size_t row = role == ROLE_CURVE ? cell->curve : cell->condition;
    return frame->cells[row * frame->n_columns + column];
}

static bool is_there(const struct kinds *there, const struct cell *cell, const char *value)
{
    size_t low = 0, high = there->n;
    const struct kin_frame *frame = there->frame;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = 0;
        for (size_t c = 0; c < frame->n_columns && order == 0; c++)
            if (there->uses[c])
                order = strcmp(cell_text(frame, cell, c, value),
                               frame->cells[there->rows[middle] * frame->n_columns + c]);
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static void add_cell(const struct kin_frame *frame, const struct cell *cell, const char *value,
                     struct kin_text *out)
{
    int first = 1;
    for (size_t c = 0; c < frame->n_columns; c++) {
        if (role_of(frame->columns[c], value) == ROLE_VALUE)
            continue;
        kin_csv_add(out, cell_text(frame, cell, c, value), first);
        first = 0;
    }
    kin_text_add(out, "\n");
}

/* A curve without trials (an encoder that is not trained) has one nameless trial. */
static bool has_trials(const struct kinds *curves, size_t curve)
{
    const struct kin_frame *frame = curves->frame;
    for (size_t r = 0; r < frame->n_rows; r++)
        if (compare_rows(&r, &curves->rows[curve], (void *)curves) == 0 &&
            *kin_frame_text(frame, r, "trial"))
            return true;
    return false;
}

static void check_curve(const struct kinds *curves, size_t curve, const struct kinds *conditions,
                        const struct kinds *there, const struct kin_names *trials,
                        const char *value, struct kin_text *out, size_t *n)
{
    static const char *const nameless[] = {""};
    bool many = has_trials(curves, curve);
    const char *const *names = many ? trials->list : nameless;
    for (size_t c = 0; c < conditions->n; c++)
        for (size_t t = 0; t < (many ? trials->n : 1); t++) {
            const struct cell cell = {curves->rows[curve], conditions->rows[c], names[t]};
            if (is_there(there, &cell, value))
                continue;
            add_cell(curves->frame, &cell, value, out);
            ++*n;
        }
}

static void names_release(struct kin_names *names)
{
    kin_names_release(names);
}

int kin_missing_cells(const struct kin_frame *frame, const char *value, struct kin_text *out,
                      size_t *n, struct kin_error *err)
{
    KIN_AUTO(kinds_release) struct kinds curves = {0};
    KIN_AUTO(kinds_release) struct kinds conditions = {0};
    KIN_AUTO(kinds_release) struct kinds there = {0};
    KIN_AUTO(names_release) struct kin_names trials = {0};
    KIN_TRY(kinds_init(&curves, frame, value, 1 << ROLE_CURVE, false, err));
    KIN_TRY(kinds_init(&conditions, frame, value, 1 << ROLE_CONDITION, false, err));
    KIN_TRY(kinds_init(&there, frame, value,
                       1 << ROLE_CURVE | 1 << ROLE_CONDITION | 1 << ROLE_TRIAL, true, err));
    KIN_TRY(kin_frame_names(frame, "trial", NULL, &trials, err));
    for (size_t c = 0; c < curves.n; c++)
        check_curve(&curves, c, &conditions, &there, &trials, value, out, n);
    return kin_text_check(out, err);
}
