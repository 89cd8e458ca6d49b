#include "files.h"

#include <math.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/kind.h"
#include "kindred/memory.h"
#include "kindred/npy.h"
#include "kindred/text.h"

/* ---- .npy ---- */

/* Makes a value of `type` whose field is the i-th of the tensor's parts of `ndim` dimensions. */
static int add_part(const struct kin_tensor *all, size_t i, int ndim, const char *type,
                    const char *field, kin_file_add *add, void *context, struct kin_error *err)
{
    struct kin_tensor part;
    KIN_TRY(kin_tensor_alloc(&part, all->dtype, ndim, all->shape + (all->ndim - ndim), err));
    size_t length = kin_tensor_count(&part) * kin_dtype_size(all->dtype);
    if (length > 0)
        memcpy(part.data, (const char *)all->data + i * length, length);
    struct kin_value *value = kin_value_new(type);
    if (!value) {
        kin_tensor_release(&part);
        return kin_fail(err, KIN_ENOMEM, "no memory for a %s", type);
    }
    int status = kin_value_set(value, field, &part, err);
    if (status != 0) {
        kin_value_free(value);
        return status;
    }
    return add(context, value, err);
}

int kin_file_read_parts(const char *path, int ndim, const char *type, const char *field,
                        kin_file_add *add, void *context, struct kin_error *err)
{
    KIN_AUTO(kin_tensor_release) struct kin_tensor raw = {0};
    KIN_AUTO(kin_tensor_release) struct kin_tensor converted = {0};
    KIN_TRY(kin_npy_read(path, &raw, err));
    struct kin_tensor *all = &raw;
    if (raw.dtype != KIN_F32 && raw.dtype != KIN_F64) {
        KIN_TRY(kin_tensor_convert(&raw, KIN_F64, &converted, err));
        all = &converted;
    }
    if (all->ndim != ndim && all->ndim != ndim + 1)
        return kin_fail(err, KIN_EDATA,
                        "'%s' has %d dimensions, wanted %d for one %s or %d for many", path,
                        all->ndim, ndim, type, ndim + 1);
    size_t n = all->ndim == ndim ? 1 : all->shape[0];
    for (size_t i = 0; i < n; i++)
        KIN_TRY(add_part(all, i, ndim, type, field, add, context, err));
    return 0;
}

int kin_file_read_sequence(const char *path, kin_file_add *add, void *context,
                           struct kin_error *err)
{
    return kin_file_read_parts(path, 2, "sequence", "frames", add, context, err);
}

int kin_file_read_vector(const char *path, kin_file_add *add, void *context, struct kin_error *err)
{
    return kin_file_read_parts(path, 1, "vector", "vector", add, context, err);
}

/* Writes the first of the named fields that the value has. */
static int write_field(const struct kin_value *value, const char *const *names, const char *path,
                       struct kin_error *err)
{
    for (size_t i = 0; names[i]; i++) {
        const struct kin_tensor *tensor = kin_value_get(value, names[i]);
        if (tensor)
            return kin_npy_write(path, tensor, err);
    }
    return kin_fail(err, KIN_ECORRUPT, "a %s without the field '%s'", kin_value_type(value),
                    names[0]);
}

int kin_file_write_sequence(const struct kin_value *sequence, const char *path,
                            struct kin_error *err)
{
    static const char *const names[] = {"frames", "coefficients", NULL};
    return write_field(sequence, names, path, err);
}

int kin_file_write_spectrum(const struct kin_value *spectrum, const char *path,
                            struct kin_error *err)
{
    static const char *const names[] = {"db", NULL};
    return write_field(spectrum, names, path, err);
}

int kin_file_write_vector(const struct kin_value *vector, const char *path, struct kin_error *err)
{
    static const char *const names[] = {"vector", NULL};
    return write_field(vector, names, path, err);
}

int kin_file_write_row(const struct kin_value *row, const char *path, struct kin_error *err)
{
    static const char *const names[] = {"distances", NULL};
    return write_field(row, names, path, err);
}

/* ---- tables ---- */

int kin_table_text(const struct kin_value *table, struct kin_text *out, struct kin_error *err)
{
    const struct kin_tensor *columns, *cells;
    KIN_TRY(kin_value_want(table, "columns", KIN_TEXT, 1, &columns, err));
    KIN_TRY(kin_value_want(table, "cells", KIN_TEXT, 1, &cells, err));
    size_t width = columns->shape[0];
    for (size_t c = 0; c < width; c++)
        kin_csv_add(out, kin_tensor_text(columns, c), c == 0);
    for (size_t i = 0; i < cells->shape[0]; i++) {
        if (i % width == 0)
            kin_text_add(out, "\n");
        kin_csv_add(out, kin_tensor_text(cells, i), i % width == 0);
    }
    kin_text_add(out, "\n");
    return kin_text_check(out, err);
}

int kin_file_write_table(const struct kin_value *table, const char *path, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    KIN_TRY(kin_table_text(table, &out, err));
    return kin_write_file(path, out.data, out.length, err);
}

int kin_file_read_table(const char *path, kin_file_add *add, void *context, struct kin_error *err)
{
    KIN_AUTO(kin_csv_release) struct kin_csv csv = {0};
    KIN_TRY(kin_csv_read(path, &csv, err));
    KIN_AUTO(kin_value_auto) struct kin_value *table = kin_value_new("table");
    if (!table)
        return kin_fail(err, KIN_ENOMEM, "no memory for a table");
    const char *const *cells = (const char *const *)csv.cells;
    KIN_TRY(kin_value_set_texts(table, "columns", cells, csv.columns, err));
    KIN_TRY(kin_value_set_texts(table, "cells", cells + csv.columns, csv.rows * csv.columns, err));
    struct kin_value *given = table;
    table = NULL;
    return add(context, given, err);
}

/* ---- numbers ---- */

int kin_file_write_number(const struct kin_value *number, const char *path, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    kin_text_add(&out, "name,value\n");
    if (kin_unavailable(number)) {
        kin_text_add(&out, "not available");
        kin_csv_add(&out, kin_unavailable(number), 0);
        kin_text_add(&out, "\n");
    }
    for (size_t i = 0; i < kin_value_fields(number); i++) {
        const struct kin_tensor *field = kin_value_field(number, i);
        if (field->dtype != KIN_F64 || field->ndim != 0)
            continue;
        double x = *(const double *)field->data;
        kin_text_addf(&out, "%s,", kin_value_field_name(number, i));
        if (!isnan(x))
            kin_text_add_number(&out, x);
        kin_text_add(&out, "\n");
    }
    KIN_TRY(kin_text_check(&out, err));
    return kin_write_file(path, out.data, out.length, err);
}

static int set_number(struct kin_value *number, const char *name, const char *text,
                      struct kin_error *err)
{
    double x = NAN;
    if (*text && !kin_number_parse(text, true, &x))
        return kin_fail(err, KIN_EDATA, "'%s' is '%s', wanted a number", name, text);
    return kin_value_set_f64(number, name, x, err);
}

int kin_file_read_number(const char *path, kin_file_add *add, void *context, struct kin_error *err)
{
    KIN_AUTO(kin_csv_release) struct kin_csv csv = {0};
    KIN_TRY(kin_csv_read(path, &csv, err));
    if (csv.columns != 2 || kin_csv_column(&csv, "name") != 0 || kin_csv_column(&csv, "value") != 1)
        return kin_fail(err, KIN_EDATA, "'%s' has other columns than name, value", path);
    KIN_AUTO(kin_value_auto) struct kin_value *number = kin_value_new("number");
    if (!number)
        return kin_fail(err, KIN_ENOMEM, "no memory for numbers");
    for (size_t r = 0; r < csv.rows; r++)
        if (set_number(number, kin_csv_cell(&csv, r, 0), kin_csv_cell(&csv, r, 1), err) != 0)
            return kin_error_within(err, "'%s'", path);
    struct kin_value *given = number;
    number = NULL;
    return add(context, given, err);
}

/* ---- canonical bytes ---- */

int kin_file_write_value(const struct kin_value *value, const char *path, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length;
    KIN_TRY(kin_value_encode(value, &bytes, &length, err));
    return kin_write_file(path, bytes, length, err);
}

static int read_value(const char *path, const char *type, kin_file_add *add, void *context,
                      struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *read = NULL;
    KIN_AUTO(kin_auto_free) void *bytes = NULL; /* aligned, as values are read in place */
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    size_t length;
    KIN_TRY(kin_read_file(path, &read, &length, err));
    KIN_TRY(kin_alloc_into(&bytes, length, 1, err));
    memcpy(bytes, read, length);
    if (kin_value_decode(bytes, length, &value, NULL) != 0)
        return kin_fail(err, KIN_EDATA, "'%s' is no %s, or a damaged one", path, type);
    bytes = NULL;
    if (strcmp(kin_value_type(value), type) != 0)
        return kin_fail(err, KIN_EDATA, "'%s' is a %s, wanted a %s", path, kin_value_type(value),
                        type);
    struct kin_value *given = value;
    value = NULL;
    return add(context, given, err);
}

int kin_file_read_scaler(const char *path, kin_file_add *add, void *context, struct kin_error *err)
{
    return read_value(path, "scaler", add, context, err);
}

int kin_file_read_model(const char *path, kin_file_add *add, void *context, struct kin_error *err)
{
    return read_value(path, "model", add, context, err);
}

int kin_file_read_state(const char *path, kin_file_add *add, void *context, struct kin_error *err)
{
    return read_value(path, "state", add, context, err);
}
