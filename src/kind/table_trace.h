/* Which gathered instance a row of a table came from. */
#ifndef KIN_KIND_TABLE_TRACE_H
#define KIN_KIND_TABLE_TRACE_H

#include "kindred/kind.h"

/* kin_kind.trace of tables whose columns are axes and numbers: the labels of the instance stand in
 * the row. */
int kin_table_trace(const struct kin_args *args, const struct kin_value *table, size_t row,
                    const struct kin_set *sets, size_t n, bool *from, struct kin_error *err);

#endif
