/* Values of type «row»: distances from one item to every item of another collection.
 *   distances  float32 or float64 [n], NaN where the other item failed
 *   columns    digest[1]: the manifest of that collection
 */
#ifndef KIN_KIND_ROW_H
#define KIN_KIND_ROW_H

#include "kindred/collection.h"
#include "kindred/kind.h"

int kin_row_new(struct kin_tensor *takes_distances, const struct kin_digest *columns,
                struct kin_value **out, struct kin_error *err);

/* The digest of a row's columns. KIN_ECORRUPT: no row. */
int kin_row_columns(const struct kin_value *row, const struct kin_digest **out,
                    struct kin_error *err);

/* One distance of a row as double. */
double kin_row_distance(const struct kin_tensor *distances, size_t j);

/* A manifest that rows refer to, and a view of it. Zeroed memory is none. */
struct kin_columns {
    struct kin_digest digest;
    struct kin_value *manifest;
    struct kin_entry *entries;
    size_t n;
};

void kin_columns_release(struct kin_columns *columns);
/* Fetches a row's columns, unless they are the ones at hand. */
int kin_columns_of(const struct kin_call *call, const struct kin_value *row,
                   struct kin_columns *columns, struct kin_error *err);
/* The distances of a row, as many as there are columns. KIN_ECORRUPT. */
int kin_columns_row(const struct kin_columns *columns, const struct kin_value *row,
                    const struct kin_tensor **distances, struct kin_error *err);

#endif
