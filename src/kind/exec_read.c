/* What a program has written. */
#include <errno.h>
#include <fts.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "exec_files.h"
#include "kindred/memory.h"
#include "kindred/npy.h"

struct reading {
    struct kin_call *call;
    const struct kin_output *output;
    const struct kin_type *type;
    const char *id; /* of the item that is being read, or NULL */
    size_t taken;   /* values in the file at hand */
};

/* ---- tables ---- */

static void add_names(const char *const *names, size_t n, struct kin_text *out)
{
    for (size_t i = 0; i < n; i++)
        kin_text_addf(out, "%s%s", i ? ", " : "", names[i]);
}

static int check_columns(const struct kin_output *output, const struct kin_value *table,
                         struct kin_error *err)
{
    const struct kin_tensor *columns;
    KIN_TRY(kin_value_want(table, "columns", KIN_TEXT, 1, &columns, err));
    size_t n = columns->shape[0];
    bool same = n == output->n_columns;
    for (size_t i = 0; same && i < n; i++)
        same = strcmp(kin_tensor_text(columns, i), output->columns[i]) == 0;
    if (same || output->n_columns == 0)
        return 0;
    KIN_AUTO(kin_text_release) struct kin_text found = {0};
    KIN_AUTO(kin_text_release) struct kin_text wanted = {0};
    for (size_t i = 0; i < n; i++)
        kin_text_addf(&found, "%s%s", i ? ", " : "", kin_tensor_text(columns, i));
    add_names(output->columns, output->n_columns, &wanted);
    return kin_fail(err, KIN_EDATA, "its columns are %s; wanted %s", kin_text_string(&found),
                    kin_text_string(&wanted));
}

/* ---- one file ---- */

static int take(void *context, struct kin_value *takes, struct kin_error *err)
{
    struct reading *reading = context;
    KIN_AUTO(kin_value_auto) struct kin_value *value = takes;
    if (reading->taken++ > 0)
        return kin_fail(err, KIN_EDATA, "it holds several, wanted one");
    if (strcmp(kin_value_type(value), "table") == 0)
        KIN_TRY(check_columns(reading->output, value, err));
    takes = value;
    value = NULL;
    if (reading->id)
        return kin_call_give_item(reading->call, reading->output->name, reading->id, takes, err);
    return kin_call_give(reading->call, 0, reading->output->name, takes, err);
}

/* The text of an error without the folder that is gone when it is read. */
static void shorten(const struct kin_scratch *scratch, struct kin_error *err)
{
    size_t length = strlen(scratch->path);
    for (char *at; (at = strstr(err->text, scratch->path)) != NULL;) {
        char *rest = at + length + (at[length] == '/');
        memmove(at, rest, strlen(rest) + 1);
    }
}

static int read_file(struct reading *reading, const struct kin_scratch *scratch, const char *path,
                     struct kin_error *err)
{
    reading->taken = 0;
    int status = reading->type->read(path, take, reading, err);
    if (status == 0 && reading->taken == 0)
        status = kin_fail(err, KIN_EDATA, "it holds nothing");
    if (status == 0)
        return 0;
    shorten(scratch, err);
    const char *inside = path + strlen(scratch->path) + 1;
    return strstr(err->text, inside) ? status : kin_error_within(err, "%s", inside);
}

static int no_file(const struct reading *reading, const char *inside, struct kin_error *err)
{
    return kin_fail(err, KIN_EDATA, "the program wrote no %s; wanted %s of type %s", inside,
                    reading->type->element ? "those" : "one", reading->type->name);
}

static int read_single(struct reading *reading, const struct kin_scratch *scratch,
                       struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/out/%s%s", scratch->path, reading->output->name,
                  reading->type->extension);
    KIN_TRY(kin_text_check(&path, err));
    if (access(path.data, F_OK) != 0)
        return no_file(reading, path.data + strlen(scratch->path) + 1, err);
    return read_file(reading, scratch, path.data, err);
}

/* ---- vectors ---- */

static int give_vector(struct reading *reading, const char *id, const float *x, size_t dims,
                       struct kin_error *err)
{
    for (size_t d = 0; d < dims; d++)
        if (!isfinite(x[d]))
            return kin_fail(err, KIN_EDATA, "element %zu of '%s' is %f, wanted a number", d + 1, id,
                            (double)x[d]);
    struct kin_value *vector;
    KIN_TRY(kin_array_new(x, dims, &vector, err));
    return kin_call_give_item(reading->call, reading->output->name, id, vector, err);
}

/* Cuts the next line off; NULL at the end. */
static char *next_line(char **rest)
{
    char *line = **rest ? strsep(rest, "\n") : NULL;
    if (line && !*rest)
        *rest = line + strlen(line);
    return line;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
        n++;
    return n;
}

static int give_vectors(struct reading *reading, const struct kin_tensor *rows, char *ids,
                        struct kin_error *err)
{
    size_t dims = rows->shape[1];
    size_t n = count_lines(ids);
    if (n != rows->shape[0])
        return kin_fail(err, KIN_EDATA, "%zu vectors and %zu ids", rows->shape[0], n);
    const float *x = rows->data;
    char *rest = ids;
    for (char *id; (id = next_line(&rest)) != NULL; x += dims) {
        if (*id && id[strlen(id) - 1] == '\r')
            id[strlen(id) - 1] = '\0';
        if (*id == '\0')
            return kin_fail(err, KIN_EDATA, "an empty line among the ids");
        KIN_TRY(give_vector(reading, id, x, dims, err));
    }
    return 0;
}

static int read_vectors(struct reading *reading, const struct kin_scratch *scratch,
                        struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text array = {0};
    KIN_AUTO(kin_text_release) struct kin_text names = {0};
    KIN_AUTO(kin_tensor_release) struct kin_tensor stored = {0};
    KIN_AUTO(kin_tensor_release) struct kin_tensor rows = {0};
    KIN_AUTO(kin_auto_free) char *ids = NULL;
    size_t length;
    size_t inside = strlen(scratch->path) + 1;
    kin_text_addf(&array, "%s/out/%s.npy", scratch->path, reading->output->name);
    kin_text_addf(&names, "%s/out/%s.ids.txt", scratch->path, reading->output->name);
    KIN_TRY(kin_text_check(&array, err));
    KIN_TRY(kin_text_check(&names, err));
    if (access(array.data, F_OK) != 0)
        return no_file(reading, array.data + inside, err);
    if (access(names.data, F_OK) != 0)
        return kin_fail(err, KIN_EDATA,
                        "the program wrote no %s; wanted an id a line, in the order of the rows",
                        names.data + inside);
    KIN_TRY(kin_npy_read(array.data, &stored, err));
    if (stored.ndim != 2)
        return kin_fail(err, KIN_EDATA, "%s has %d dimension%s, wanted 2: vectors, elements",
                        array.data + inside, stored.ndim, stored.ndim == 1 ? "" : "s");
    KIN_TRY(kin_tensor_convert(&stored, KIN_F32, &rows, err));
    KIN_TRY(kin_read_file(names.data, &ids, &length, err));
    return give_vectors(reading, &rows, ids, err);
}

/* ---- other collections ---- */

/* The id of a file below the folder: its path without the extension; NULL: another extension. */
static char *id_of(const char *path, const char *extension)
{
    size_t n = strlen(path), m = strlen(extension);
    char *id = n > m && strcmp(path + n - m, extension) == 0 ? kin_strdup(path) : NULL;
    if (id)
        id[n - m] = '\0';
    return id;
}

static int read_entry(struct reading *reading, const struct kin_scratch *scratch,
                      const FTSENT *entry, size_t folder_length, struct kin_error *err)
{
    if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP)
        return 0;
    KIN_AUTO(kin_auto_free)
    char *id = id_of(entry->fts_path + folder_length + 1, reading->type->extension);
    if (!id || entry->fts_info != FTS_F)
        return kin_fail(err, KIN_EDATA, "%s is no %s file",
                        entry->fts_path + strlen(scratch->path) + 1, reading->type->extension);
    reading->id = id;
    int status = read_file(reading, scratch, entry->fts_path, err);
    reading->id = NULL;
    return status;
}

static int read_folder(struct reading *reading, const struct kin_scratch *scratch,
                       struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text folder = {0};
    kin_text_addf(&folder, "%s/out/%s", scratch->path, reading->output->name);
    KIN_TRY(kin_text_check(&folder, err));
    if (access(folder.data, F_OK) != 0) {
        kin_text_add(&folder, "/");
        return no_file(reading, kin_text_string(&folder) + strlen(scratch->path) + 1, err);
    }
    char *paths[] = {folder.data, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return kin_fail_errno(err, KIN_EIO, errno, "reading '%s'", folder.data);
    int status = 0;
    for (FTSENT *entry; status == 0 && (entry = fts_read(walk)) != NULL;)
        status = read_entry(reading, scratch, entry, folder.length, err);
    fts_close(walk);
    return status;
}

/* ---- outputs ---- */

static int read_output(struct reading *reading, const struct kin_scratch *scratch,
                       struct kin_error *err)
{
    if (!reading->type->element)
        return read_single(reading, scratch, err);
    return strcmp(reading->type->name, "vectors") == 0 ? read_vectors(reading, scratch, err)
                                                       : read_folder(reading, scratch, err);
}

int kin_exec_read(struct kin_call *call, const struct kin_scratch *scratch, struct kin_error *err)
{
    for (size_t o = 0; o < kin_kind_outputs(call->kind); o++) {
        const struct kin_output *output = &call->kind->outputs[o];
        struct reading reading = {.call = call,
                                  .output = output,
                                  .type = kin_type_find(output->type, strlen(output->type))};
        if (read_output(&reading, scratch, err) != 0) {
            shorten(scratch, err);
            return kin_error_within(err, "output '%s'", output->name);
        }
    }
    return 0;
}
