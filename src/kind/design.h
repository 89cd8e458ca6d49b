/*
 * The design of a table of observations, read from the table itself.
 *
 * Rows that differ in nothing but the unit of observation (the trial) and the values are one cell.
 * A cell is a condition (what the columns `across` say: transformation and magnitude) of a subject
 * (what all other columns say: space, distance, encoder). There should be every condition of every
 * subject, observed in every unit that occurs anywhere, or, where a subject names no unit, once.
 */
#ifndef KIN_KIND_DESIGN_H
#define KIN_KIND_DESIGN_H

#include "kindred/kind.h"
#include "table_value.h"

/* The parameters of a kind that reads a design. */
#define KIN_DESIGN_PARAMS                                                                        \
    {.name = "value",                                                                            \
     .type = KIN_PARAM_LIST,                                                                     \
     .fallback = "",                                                                             \
     .doc = "the columns with what was observed; none: the last one"},                           \
        {.name = "unit",                                                                         \
         .type = KIN_PARAM_TEXT,                                                                 \
         .fallback = "trial",                                                                    \
         .doc = "the column that tells observations of a cell apart; empty: there is none"},     \
    {                                                                                            \
        .name = "across", .type = KIN_PARAM_LIST, .fallback = "",                                \
        .doc = "the columns of a condition, in which everything else should be observed; none: " \
               "transformation, magnitude and magnitude01"                                       \
    }

/* Numbers of columns. */
struct kin_design_columns {
    size_t *list;
    size_t n;
};

/* The different combinations of some columns' cells, in ascending order. */
struct kin_design_levels {
    size_t *of;    /* per row: which */
    size_t *first; /* per combination: a row that has it */
    size_t n;
};

struct kin_design {
    struct kin_table table;
    struct kin_design_columns values, unit, condition, subject;
    struct kin_design_columns group; /* subject and condition, in the table's order */
    struct kin_design_levels subjects, conditions, units;
    size_t *row; /* [subject][condition][unit]: the table's row, or none */
    bool *has;   /* [subject][unit]: whether the subject should have it */
};

/* value      a table; borrowed as long as the design lives
 * Errors: KIN_EINVAL (a column that is not there, or plays two parts; a design too large),
 * KIN_EDATA (an observation that is there twice). */
int kin_design_init(struct kin_design *design, const struct kin_value *value,
                    const struct kin_args *args, struct kin_error *err);
void kin_design_release(struct kin_design *design);

/* A cell's text in a column of the group. */
const char *kin_design_text(const struct kin_design *design, size_t subject, size_t condition,
                            size_t column);
/* Adds the texts of the whole group; then, where several columns are values, the name of one. */
void kin_design_add_cell(const struct kin_design *design, size_t subject, size_t condition,
                         struct kin_cells *out);
void kin_design_add_value(const struct kin_design *design, size_t value, struct kin_cells *out);

enum kin_observation {
    KIN_OBSERVATION_NONE,   /* the design has none there */
    KIN_OBSERVATION_ABSENT, /* it has one, the table has no such row */
    KIN_OBSERVATION_EMPTY,  /* a row without a number */
    KIN_OBSERVATION_THERE
};

/* What became of an observation; *out is NaN unless it is there. value: a column.
 * KIN_EDATA: a cell that is no number. */
int kin_design_observe(const struct kin_design *design, size_t subject, size_t condition,
                       size_t unit, size_t value, enum kin_observation *what, double *out,
                       struct kin_error *err);

/* The names of columns for a result: the group's, the unit's if it is wanted, «value» where there
 * are several, then those of `more` up to a NULL. No column of the group may be called like one of
 * them (KIN_EINVAL). Texts as kin_cells_table. */
int kin_design_table(const struct kin_design *design, const struct kin_cells *cells, bool unit,
                     const char *const *more, struct kin_value **out, struct kin_error *err);

#endif
