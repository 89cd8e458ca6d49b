/* Values that stand for results which cannot be had here. */
#include <string.h>

#include "kindred/kind.h"
#include "kindred/memory.h"

static int set_columns(struct kin_value *table, const struct kin_output *output, const char *why,
                       struct kin_error *err)
{
    static const char *const column = "not available";
    bool any = output->n_columns == 0;
    KIN_TRY(kin_value_set_texts(table, "columns", any ? &column : output->columns,
                                any ? 1 : output->n_columns, err));
    return kin_value_set_texts(table, "cells", &why, any, err);
}

int kin_unavailable_new(const struct kin_output *output, const char *why, struct kin_value **out,
                        struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new(output->type);
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a %s", output->type);
    KIN_TRY(kin_value_set_text(value, "unavailable", why, err));
    if (strcmp(output->type, "table") == 0)
        KIN_TRY(set_columns(value, output, why, err));
    *out = value;
    value = NULL;
    return 0;
}

const char *kin_unavailable(const struct kin_value *value)
{
    return kin_value_text(value, "unavailable", NULL);
}
