/* Embeddings that were computed elsewhere: how an encoder that is not ours is tested. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "each.h"
#include "kindred/csv.h"
#include "kindred/memory.h"
#include "kindred/npy.h"
#include "song.h"

static const struct kin_param params[] = {
    {.name = "file",
     .type = KIN_PARAM_PATH,
     .doc = "an .npy of float32 or float64, a vector a row"},
    {.name = "ids",
     .type = KIN_PARAM_PATH,
     .fallback = "",
     .doc = "whose vector a row is: a text with one id a line, or a CSV; default: 000000, 000001"},
    {.name = "column",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "ids is a CSV, and this its column with the ids"},
    {.name = "how",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "how to get the data, shown when it is not there"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "listing", .type = "listing", .mode = KIN_EACH, .doc = "the rows of the file"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "vectors", .type = "vectors", .doc = "float32 [D], one a row"},
    {0},
};

static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    if (!kin_arg_text(args, "column")[0] || kin_arg_text(args, "ids")[0])
        return 0;
    *blame = "column";
    return kin_fail(err, KIN_EINVAL, "a column without a table; name the CSV with 'ids'");
}

/* ---- the ids ---- */

struct ids {
    char **list;
    size_t n, capacity;
};

static void ids_release(struct ids *ids)
{
    for (size_t i = 0; i < ids->n; i++)
        kin_free(ids->list[i]);
    kin_free(ids->list);
}

static int add_id(struct ids *ids, const char *bytes, size_t length, size_t line,
                  struct kin_error *err)
{
    if (length == 0 || memchr(bytes, '\0', length))
        return kin_fail(err, KIN_EDATA, "line %zu: %s, wanted an id", line,
                        length == 0 ? "nothing" : "a NUL byte");
    KIN_TRY(kin_grow(&ids->list, &ids->capacity, ids->n + 1, sizeof *ids->list, err));
    char *copy;
    KIN_TRY(kin_alloc_into(&copy, length + 1, 1, err));
    memcpy(copy, bytes, length);
    ids->list[ids->n++] = copy;
    return 0;
}

static int parse_lines(const char *text, size_t length, struct ids *out, struct kin_error *err)
{
    const char *end = text + length;
    for (size_t line = 1; text < end; line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        bool carriage = stop > text && stop[-1] == '\r';
        KIN_TRY(add_id(out, text, (size_t)(stop - text) - carriage, line, err));
        text = newline ? newline + 1 : end;
    }
    return 0;
}

static int parse_column(const char *text, size_t length, const char *column, struct ids *out,
                        struct kin_error *err)
{
    KIN_AUTO(kin_csv_release) struct kin_csv csv = {0};
    KIN_TRY(kin_csv_parse(text, length, &csv, err));
    long at = kin_csv_column(&csv, column);
    if (at < 0) {
        const char *near = kin_nearest_name(column, (const char *const *)csv.cells, csv.columns);
        return kin_fail(err, KIN_EDATA, "no column '%s'%s%s%s", column,
                        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    for (size_t row = 0; row < csv.rows; row++) {
        const char *cell = kin_csv_cell(&csv, row, (size_t)at);
        KIN_TRY(add_id(out, cell, strlen(cell), csv.lines[1 + row], err));
    }
    return 0;
}

/* Rows without names are numbered. */
static int number_rows(size_t n, struct ids *out, struct kin_error *err)
{
    for (size_t i = 0; i < n; i++) {
        char name[24];
        int length = snprintf(name, sizeof name, "%06zu", i);
        KIN_TRY(add_id(out, name, (size_t)length, i + 1, err));
    }
    return 0;
}

static int read_ids(const struct kin_args *args, size_t rows, struct ids *out,
                    struct kin_error *err)
{
    const char *path = kin_arg_text(args, "ids");
    const char *column = kin_arg_text(args, "column");
    KIN_AUTO(kin_auto_free) char *text = NULL;
    size_t length;
    if (!path[0])
        return number_rows(rows, out, err);
    if (kin_read_file(path, &text, &length, err) != 0)
        return kin_song_absent(args, err);
    if ((column[0] ? parse_column(text, length, column, out, err)
                   : parse_lines(text, length, out, err)) != 0)
        return kin_error_within(err, "'%s'", path);
    if (out->n != rows)
        return kin_fail(err, KIN_EDATA, "'%s' has %zu ids, '%s' has %zu vectors", path, out->n,
                        kin_arg_text(args, "file"), rows);
    return 0;
}

/* ---- the vectors ---- */

/* float32 [n][D] */
static int read_rows(const struct kin_args *args, struct kin_tensor *out, struct kin_error *err)
{
    const char *path = kin_arg_text(args, "file");
    KIN_AUTO(kin_tensor_release) struct kin_tensor stored = {0};
    if (kin_npy_read(path, &stored, err) != 0)
        return kin_song_absent(args, err);
    if (stored.ndim != 2)
        return kin_fail(err, KIN_EDATA, "'%s' has %d dimension%s, wanted 2: vectors, elements",
                        path, stored.ndim, stored.ndim == 1 ? "" : "s");
    if (stored.dtype != KIN_F32 && stored.dtype != KIN_F64)
        return kin_fail(err, KIN_EDATA, "'%s' holds %s, wanted float32 or float64", path,
                        kin_dtype_name(stored.dtype));
    if (stored.shape[0] == 0 || stored.shape[1] == 0)
        return kin_fail(err, KIN_EDATA, "'%s' holds %zu vectors of %zu elements", path,
                        stored.shape[0], stored.shape[1]);
    return kin_tensor_convert(&stored, KIN_F32, out, err);
}

static int add_row(struct kin_scan *scan, const char *id, const float *x, size_t dims,
                   struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("source");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a vector");
    KIN_TRY(kin_value_set_f32(value, "vector", x, dims, 0, err));
    struct kin_value *listed = value;
    value = NULL;
    return scan->add(scan->context, id, listed, err);
}

/* The listing holds the vectors themselves: a row that changed is one item's work. */
static int scan(struct kin_scan *scan, struct kin_error *err)
{
    KIN_AUTO(kin_tensor_release) struct kin_tensor rows = {0};
    KIN_AUTO(ids_release) struct ids ids = {0};
    KIN_TRY(read_rows(scan->args, &rows, err));
    KIN_TRY(read_ids(scan->args, rows.shape[0], &ids, err));
    const float *x = rows.data;
    for (size_t i = 0; i < ids.n; i++)
        KIN_TRY(add_row(scan, ids.list[i], x + i * rows.shape[1], rows.shape[1], err));
    return 0;
}

static int take(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                struct kin_error *err)
{
    const struct kin_tensor *row;
    (void)context;
    KIN_TRY(kin_value_want(kin_call_item(call, "listing", k), "vector", KIN_F32, 1, &row, err));
    const float *x = row->data;
    for (size_t i = 0; i < row->shape[0]; i++)
        if (!isfinite(x[i]))
            return kin_fail(err, KIN_EDATA, "element %zu of %zu is %f in float32, wanted a number",
                            i + 1, row->shape[0], (double)x[i]);
    return kin_array_new(x, row->shape[0], out, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    return kin_each(call, take, NULL, err);
}

const struct kin_kind kin_kind_vectors_npy = {
    .name = "vectors.npy",
    .version = 1,
    .doc = "embeddings computed elsewhere: a row of a NumPy file for every clip",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .block = 256,
    .check = check,
    .scan = scan,
    .run = run,
};
