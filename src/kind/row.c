#include "row.h"

#include "kindred/memory.h"

int kin_row_new(struct kin_tensor *takes_distances, const struct kin_digest *columns,
                struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *row = kin_value_new("row");
    if (!row) {
        kin_tensor_release(takes_distances);
        return kin_fail(err, KIN_ENOMEM, "no memory for a row");
    }
    KIN_TRY(kin_value_set(row, "distances", takes_distances, err));
    KIN_TRY(kin_value_set_digests(row, "columns", columns, 1, err));
    *out = row;
    row = NULL;
    return 0;
}

int kin_row_columns(const struct kin_value *row, const struct kin_digest **out,
                    struct kin_error *err)
{
    const struct kin_tensor *columns;
    KIN_TRY(kin_value_want(row, "columns", KIN_DIGEST, 1, &columns, err));
    if (columns->shape[0] != 1)
        return kin_fail(err, KIN_ECORRUPT, "a row of distances with %zu digests of columns",
                        columns->shape[0]);
    *out = columns->data;
    return 0;
}

double kin_row_distance(const struct kin_tensor *distances, size_t j)
{
    return distances->dtype == KIN_F64 ? ((const double *)distances->data)[j]
                                       : (double)((const float *)distances->data)[j];
}

void kin_columns_release(struct kin_columns *columns)
{
    kin_free(columns->entries);
    kin_value_free(columns->manifest);
    *columns = (struct kin_columns){0};
}

int kin_columns_of(const struct kin_call *call, const struct kin_value *row,
                   struct kin_columns *columns, struct kin_error *err)
{
    const struct kin_digest *digest;
    KIN_TRY(kin_row_columns(row, &digest, err));
    if (columns->manifest && kin_digest_equal(&columns->digest, digest))
        return 0;
    kin_columns_release(columns);
    KIN_TRY(call->services->fetch(call->services->context, digest, &columns->manifest, err));
    columns->digest = *digest;
    int status = kin_collection_open(columns->manifest, &columns->entries, &columns->n, err);
    if (status != 0)
        kin_columns_release(columns);
    return status;
}

int kin_columns_row(const struct kin_columns *columns, const struct kin_value *row,
                    const struct kin_tensor **distances, struct kin_error *err)
{
    const struct kin_tensor *found = kin_value_get(row, "distances");
    if (!found || found->ndim != 1 || (found->dtype != KIN_F32 && found->dtype != KIN_F64) ||
        found->shape[0] != columns->n)
        return kin_fail(err, KIN_ECORRUPT, "a row of distances that does not fit its %zu columns",
                        columns->n);
    *distances = found;
    return 0;
}
