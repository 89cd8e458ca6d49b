/* How artifacts look as files. Readers call `add` for every element they find. */
#ifndef KIN_KIND_FILES_H
#define KIN_KIND_FILES_H

#include "kindred/value.h"

typedef int kin_file_add(void *context, struct kin_value *takes, struct kin_error *err);

/* Any audio file; an .npy of shape (samples) or (clips, samples) at 22 050 Hz. */
int kin_file_read_clip(const char *path, kin_file_add *add, void *context, struct kin_error *err);
int kin_file_write_clip(const struct kin_value *clip, const char *path, struct kin_error *err);
/* An .npy with one element of `ndim` dimensions, or n of them along one dimension more: each
 * becomes a value of `type` with the array as `field`. float32 and float64 are kept, others become
 * float64. */
int kin_file_read_parts(const char *path, int ndim, const char *type, const char *field,
                        kin_file_add *add, void *context, struct kin_error *err);
/* .npy: [T][D], or [n][T][D] for n sequences; float32 or float64 is kept as it is. */
int kin_file_read_sequence(const char *path, kin_file_add *add, void *context,
                           struct kin_error *err);
int kin_file_write_sequence(const struct kin_value *sequence, const char *path,
                            struct kin_error *err);
int kin_file_write_spectrum(const struct kin_value *spectrum, const char *path,
                            struct kin_error *err);
/* .npy: [D], or [n][D] for n vectors. */
int kin_file_read_vector(const char *path, kin_file_add *add, void *context, struct kin_error *err);
int kin_file_write_vector(const struct kin_value *vector, const char *path, struct kin_error *err);
int kin_file_write_row(const struct kin_value *row, const char *path, struct kin_error *err);
/* Any CSV; KIN_EDATA says where it is none. */
int kin_file_read_table(const char *path, kin_file_add *add, void *context, struct kin_error *err);
int kin_file_write_table(const struct kin_value *table, const char *path, struct kin_error *err);
/* A table of the columns name and value; an empty value is NaN. Arrays beside the numbers are left
 * out. */
int kin_file_read_number(const char *path, kin_file_add *add, void *context, struct kin_error *err);
int kin_file_write_number(const struct kin_value *number, const char *path, struct kin_error *err);

/* A figure as .svg; beside it its data and its script, .dat and .gp. */
int kin_file_write_figure(const struct kin_value *figure, const char *path, struct kin_error *err);
int kin_file_beside_figure(const struct kin_value *figure, const char *path, struct kin_error *err);
/* A page as .html; beside it what it refers to. */
int kin_file_write_page(const struct kin_value *page, const char *path, struct kin_error *err);
int kin_file_beside_page(const struct kin_value *page, const char *path, struct kin_error *err);

/* Any value by its canonical bytes (kindred/value.h): models, scalers, training states. Reading
 * refuses a value of another type. */
int kin_file_write_value(const struct kin_value *value, const char *path, struct kin_error *err);
int kin_file_read_scaler(const char *path, kin_file_add *add, void *context, struct kin_error *err);
int kin_file_read_model(const char *path, kin_file_add *add, void *context, struct kin_error *err);
int kin_file_read_state(const char *path, kin_file_add *add, void *context, struct kin_error *err);

#endif
