#include "joint.h"

#include <string.h>

#include "kindred/measure.h"
#include "kindred/memory.h"

static const char *const ports[] = {"audio", "latent"};

void kin_joint_release(struct kin_joint *joint)
{
    kin_columns_release(&joint->columns[0]);
    kin_columns_release(&joint->columns[1]);
    kin_free(joint->rows);
    kin_free(joint->shared);
    kin_free(joint->own);
}

/* ---- joining by id: both sides ascend ---- */

static int join_rows(struct kin_joint *joint, struct kin_error *err)
{
    const struct kin_set *a = joint->sets[0], *b = joint->sets[1];
    KIN_TRY(kin_alloc_into(&joint->rows, a->n_items, sizeof *joint->rows, err));
    size_t i = 0, j = 0;
    while (i < a->n_items || j < b->n_items) {
        int order = i == a->n_items   ? 1
                    : j == b->n_items ? -1
                                      : strcmp(a->items[i].id, b->items[j].id);
        if (order == 0 && a->items[i].value && b->items[j].value)
            joint->rows[joint->n_rows++] = (struct kin_pairing){{i, j}, a->items[i].id};
        else
            joint->missing++;
        i += order <= 0;
        j += order >= 0;
    }
    return 0;
}

static int join_columns(const struct kin_call *call, struct kin_joint *joint, struct kin_error *err)
{
    for (size_t side = 0; side < 2 && joint->n_rows > 0; side++) {
        const struct kin_item *first = &joint->sets[side]->items[joint->rows[0].at[side]];
        KIN_TRY(kin_columns_of(call, first->value, &joint->columns[side], err));
    }
    const struct kin_columns *a = &joint->columns[0], *b = &joint->columns[1];
    KIN_TRY(kin_alloc_into(&joint->shared, a->n, sizeof *joint->shared, err));
    for (size_t i = 0; i < a->n; i++) {
        long j = kin_collection_find(b->entries, b->n, a->entries[i].id);
        if (j < 0 || a->entries[i].failed || b->entries[j].failed)
            continue;
        joint->shared[joint->n_columns++] = (struct kin_pairing){{i, (size_t)j}, a->entries[i].id};
    }
    return 0;
}

/* The own original of a row among the common columns. */
static size_t own_column(const struct kin_joint *joint, const char *id)
{
    size_t low = 0, high = joint->n_columns;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(joint->shared[middle].id, id);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return KIN_NO_ORIGINAL;
}

int kin_joint_init(const struct kin_call *call, struct kin_joint *joint, struct kin_error *err)
{
    *joint = (struct kin_joint){
        .sets = {kin_call_input(call, ports[0]), kin_call_input(call, ports[1])}};
    KIN_TRY(join_rows(joint, err));
    KIN_TRY(join_columns(call, joint, err));
    KIN_TRY(kin_alloc_into(&joint->own, joint->n_rows, sizeof *joint->own, err));
    for (size_t r = 0; r < joint->n_rows; r++)
        joint->own[r] = own_column(joint, joint->rows[r].id);
    return 0;
}

/* ---- distances ---- */

/* All rows of one side were made against the same originals. */
static int same_columns(const struct kin_joint *joint, enum kin_side side,
                        const struct kin_value *row, struct kin_error *err)
{
    const struct kin_digest *digest;
    KIN_TRY(kin_row_columns(row, &digest, err));
    if (kin_digest_equal(digest, &joint->columns[side].digest))
        return 0;
    return kin_fail(err, KIN_EDATA, "rows of '%s' are distances to different collections",
                    ports[side]);
}

static int fill(const struct kin_joint *joint, enum kin_side side, size_t r, double *out,
                struct kin_error *err)
{
    const struct kin_value *row = joint->sets[side]->items[joint->rows[r].at[side]].value;
    const struct kin_tensor *distances;
    KIN_TRY(same_columns(joint, side, row, err));
    KIN_TRY(kin_columns_row(&joint->columns[side], row, &distances, err));
    for (size_t j = 0; j < joint->n_columns; j++)
        out[j] = kin_row_distance(distances, joint->shared[j].at[side]);
    return 0;
}

int kin_joint_distances(const struct kin_joint *joint, enum kin_side side, double **out,
                        struct kin_error *err)
{
    size_t bytes;
    KIN_AUTO(kin_auto_free) double *distances = NULL;
    if (kin_mul_size(joint->n_rows, joint->n_columns, &bytes) &&
        kin_mul_size(bytes, sizeof *distances, &bytes))
        distances = kin_alloc_unset(bytes);
    if (!distances)
        return kin_fail(err, KIN_ENOMEM, "no memory for %zu rows of distances", joint->n_rows);
    for (size_t r = 0; r < joint->n_rows; r++)
        KIN_TRY(fill(joint, side, r, distances + r * joint->n_columns, err));
    *out = distances;
    distances = NULL;
    return 0;
}

bool kin_joint_covers(const struct kin_joint *joint, enum kin_side side)
{
    return joint->n_rows == joint->sets[side]->n_items &&
           joint->n_columns == joint->columns[side].n;
}
