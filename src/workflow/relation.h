/*
 * The algebra of axes: relations over labels. A step's points are the rows of a relation whose
 * columns are its axes. Everything here is integers; nothing knows of steps or kinds.
 */
#ifndef KINDRED_WORKFLOW_RELATION_H
#define KINDRED_WORKFLOW_RELATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workflow/words.h"

#define KIN_NO_AXIS SIZE_MAX

struct kin_relation {
    size_t n_axes;
    const uint32_t *axes; /* words, ascending by text */
    size_t n_rows;
    uint32_t
        *cells; /* [row * n_axes + axis]: a label, or KIN_WORD_NONE where the row lacks the axis */
};

/* The position of an axis, or KIN_NO_AXIS. */
size_t kin_relation_axis(const struct kin_relation *relation, uint32_t axis);
/* The axes of both, ascending by text. */
int kin_relation_unite_axes(const struct kin_words *words, const uint32_t *a, size_t n_a,
                            const uint32_t *b, size_t n_b, struct kin_arena *arena,
                            const uint32_t **out, size_t *n_out, struct kin_error *err);

/* The order of rows by label: first the columns in `first` (may be NULL), then all. order[i] is the
 * row that belongs at i. */
int kin_relation_order(const struct kin_words *words, const struct kin_relation *relation,
                       const bool *first, struct kin_arena *arena, uint32_t **order,
                       struct kin_error *err);

/* Gives equal rows of a table of numbers one group: group[row], numbered by first appearance;
 * first[group] is the group's first row. */
struct kin_groups {
    size_t n;
    uint32_t *of_row, *first;
};
int kin_rows_group(const uint32_t *cells, size_t width, size_t n_rows, struct kin_arena *arena,
                   struct kin_groups *out, struct kin_error *err);

/* The natural join. Rows that find no partner are listed, not an error here. */
struct kin_join {
    struct kin_relation result; /* rows in the order of left, then right */
    uint32_t *left, *right;     /* per row of the result: the rows it was made of */
    size_t n_shared;
    const uint32_t *shared;             /* the axes of both */
    size_t n_left_alone, n_right_alone; /* rows without a partner */
    uint32_t *left_alone, *right_alone;
    bool too_many; /* more rows than `most`: nothing else is set but shared */
};
int kin_relation_join(const struct kin_words *words, const struct kin_relation *left,
                      const struct kin_relation *right, size_t most, struct kin_arena *arena,
                      struct kin_join *out, struct kin_error *err);

#endif
