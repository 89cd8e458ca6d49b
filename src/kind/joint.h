/*
 * Two sets of rows of distances («audio» and «latent») over the rows and columns that both have.
 */
#ifndef KIN_KIND_JOINT_H
#define KIN_KIND_JOINT_H

#include "row.h"

enum kin_side { KIN_SIDE_AUDIO, KIN_SIDE_LATENT };

struct kin_joint {
    const struct kin_set *sets[2]; /* per side */
    struct kin_columns columns[2];
    struct kin_pairing {
        size_t at[2]; /* per side: which row, or column */
        const char *id;
    } *rows, *shared; /* rows; columns that both have */
    size_t n_rows, n_columns;
    size_t missing; /* rows that one side lacks */
    size_t *own;    /* per row, the column of its original or KIN_NO_ORIGINAL */
};

/* Joins the inputs «audio» and «latent» of a call by id; borrows from them. */
int kin_joint_init(const struct kin_call *call, struct kin_joint *out, struct kin_error *err);
void kin_joint_release(struct kin_joint *joint);

/* The distances of one side; *out [n_rows][n_columns] is the caller's. KIN_EDATA: its rows are
 * distances to different collections. */
int kin_joint_distances(const struct kin_joint *joint, enum kin_side side, double **out,
                        struct kin_error *err);

/* Whether all rows and columns of a side are among the common ones: then what is computed from them
 * follows from this side alone. */
bool kin_joint_covers(const struct kin_joint *joint, enum kin_side side);

#endif
