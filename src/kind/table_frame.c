#include "table_frame.h"

#include "kindred/memory.h"

void table_frame_release(struct table_frame *frame)
{
    kin_free(frame->columns);
    kin_free(frame->cells);
    *frame = (struct table_frame){0};
}

static int texts_of(const struct kin_tensor *tensor, const char ***out, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(out, tensor->shape[0], sizeof **out, err));
    for (size_t i = 0; i < tensor->shape[0]; i++)
        (*out)[i] = kin_tensor_text(tensor, i);
    return 0;
}

int table_frame_init(struct table_frame *frame, const struct kin_value *table,
                     struct kin_error *err)
{
    const struct kin_tensor *columns, *cells;
    KIN_TRY(kin_value_want(table, "columns", KIN_TEXT, 1, &columns, err));
    KIN_TRY(kin_value_want(table, "cells", KIN_TEXT, 1, &cells, err));
    size_t width = columns->shape[0];
    if (width ? cells->shape[0] % width : cells->shape[0])
        return kin_fail(err, KIN_ECORRUPT, "a table of %zu columns with %zu cells", width,
                        cells->shape[0]);
    KIN_TRY(texts_of(columns, &frame->columns, err));
    KIN_TRY(texts_of(cells, &frame->cells, err));
    frame->frame = (struct kin_frame){.n_columns = width,
                                      .n_rows = width ? cells->shape[0] / width : 0,
                                      .columns = frame->columns,
                                      .cells = frame->cells};
    return 0;
}

int table_frame_of_input(struct table_frame *frame, const struct kin_call *call, const char *port,
                         const struct kin_frame **given, struct kin_error *err)
{
    const struct kin_set *set = kin_call_input(call, port);
    if (!set || !set->value)
        return 0;
    if (table_frame_init(frame, set->value, err) != 0)
        return kin_error_within(err, "input '%s'", port);
    *given = &frame->frame;
    return 0;
}
