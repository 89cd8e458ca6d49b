/* Tables as reports read them. */
#ifndef KIN_KIND_TABLE_FRAME_H
#define KIN_KIND_TABLE_FRAME_H

#include "kindred/kind.h"
#include "kindred/report.h"

/* A frame over the texts of a table, which has to outlive it. */
struct table_frame {
    struct kin_frame frame;
    const char **columns, **cells;
};

void table_frame_release(struct table_frame *frame);
/* KIN_ECORRUPT: no table. */
int table_frame_init(struct table_frame *frame, const struct kin_value *table,
                     struct kin_error *err);
/* The table of an input of a call; *given stays NULL when there is none. */
int table_frame_of_input(struct table_frame *frame, const struct kin_call *call, const char *port,
                         const struct kin_frame **given, struct kin_error *err);

#endif
