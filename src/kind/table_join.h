/* Gathered tables as one frame: one below the other, with the axes they were gathered over. */
#ifndef KIN_KIND_TABLE_JOIN_H
#define KIN_KIND_TABLE_JOIN_H

#include "table_frame.h"

struct table_join {
    struct table_frame *parts;
    const struct kin_set **sets; /* of the parts */
    size_t n_parts;
    const char **columns, **cells;
    struct kin_frame frame;
    const char *unavailable; /* why one or more of them could not be had; NULL: all are there */
};

void table_join_release(struct table_join *join);
/* The tables of a port: every axis and every column once, cells empty where a table lacks one. A
 * table that stands for one that cannot be had is left out. *given stays NULL when there is none.
 */
int table_join_init(struct table_join *join, const struct kin_call *call, const char *port,
                    const struct kin_frame **given, struct kin_error *err);

#endif
