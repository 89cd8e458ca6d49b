#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "apply.h"
#include "kindred/memory.h"
#include "kindred/npy.h"

/* More than this is no reading matter. */
#define MOST_PRINTED 100000

static const struct kin_type *output_type(const struct kin_solo *solo)
{
    const char *name = solo->kind->outputs[0].type;
    return kin_type_find(name, strlen(name));
}

/* Results of the first output: one for each item, or one. */
static size_t result_count(const struct kin_solo *solo)
{
    return kin_kind_is_map(solo->kind) ? solo->n_items : 1;
}

static const struct kin_value *result_at(const struct kin_solo *solo, size_t k)
{
    const struct kin_gift *gift = kin_given_find(&solo->given, 0, k);
    return gift ? gift->value : NULL;
}

/* ---- what a value holds ---- */

/* The array that a value is about; borrowed. NULL: it has none. */
static const struct kin_tensor *main_array(const struct kin_value *value)
{
    static const char *const names[] = {"distances", "db",      "frames", "coefficients",
                                        "vector",    "samples", "code"};
    for (size_t i = 0; i < KIN_COUNT(names); i++)
        if (kin_value_get(value, names[i]))
            return kin_value_get(value, names[i]);
    const struct kin_tensor *array = NULL;
    for (size_t i = 0; i < kin_value_fields(value); i++) {
        const struct kin_tensor *field = kin_value_field(value, i);
        if (field->dtype != KIN_F64)
            continue;
        if (field->ndim == 0)
            return field;
        array = array ? array : field;
    }
    return array;
}

static double element(const struct kin_tensor *tensor, size_t i)
{
    switch (tensor->dtype) {
    case KIN_F32:
        return (double)((const float *)tensor->data)[i];
    case KIN_F64:
        return ((const double *)tensor->data)[i];
    default:
        return 0;
    }
}

/* ---- text ---- */

static size_t count_scalars(const struct kin_value *value)
{
    size_t n = 0;
    for (size_t i = 0; i < kin_value_fields(value); i++) {
        const struct kin_tensor *field = kin_value_field(value, i);
        n += field->dtype == KIN_F64 && field->ndim == 0;
    }
    return n;
}

/* One scalar alone, several with their names, or the elements of the array. */
static void print_number(const struct kin_value *value, struct kin_text *out)
{
    size_t scalars = count_scalars(value);
    for (size_t i = 0; i < kin_value_fields(value); i++) {
        const struct kin_tensor *field = kin_value_field(value, i);
        if (field->dtype != KIN_F64 || (field->ndim == 0) != (scalars > 0))
            continue;
        for (size_t e = 0; e < kin_tensor_count(field); e++) {
            if (scalars > 1)
                kin_text_addf(out, "%s ", kin_value_field_name(value, i));
            kin_text_add_number(out, element(field, e));
            kin_text_add(out, "\n");
        }
    }
}

/* The last dimension goes along a line. */
static int print_array(const struct kin_tensor *array, struct kin_text *out, struct kin_error *err)
{
    size_t n = kin_tensor_count(array);
    size_t width = array->ndim ? array->shape[array->ndim - 1] : 1;
    if (n > MOST_PRINTED)
        return kin_fail(err, KIN_EINVAL, "the result has %zu numbers: write it to a file (-o FILE)",
                        n);
    for (size_t i = 0; i < n; i++) {
        kin_text_add_number(out, element(array, i));
        kin_text_add(out, (i + 1) % width == 0 ? "\n" : ",");
    }
    return 0;
}

static int print_value(const struct kin_value *value, struct kin_text *out, struct kin_error *err)
{
    const char *type = kin_value_type(value);
    if (strcmp(type, "number") == 0) {
        print_number(value, out);
        return 0;
    }
    if (strcmp(type, "table") == 0)
        return kin_table_text(value, out, err);
    const struct kin_tensor *array = main_array(value);
    if (!array || strcmp(type, "clip") == 0)
        return kin_fail(err, KIN_EINVAL, "a %s is not for the terminal: write it to a file (-o %s)",
                        type, strcmp(type, "clip") == 0 ? "FILE.wav" : "FILE");
    return print_array(array, out, err);
}

int kin_apply_print(const struct kin_solo *solo, struct kin_text *out, struct kin_error *err)
{
    for (size_t k = 0; k < result_count(solo); k++) {
        const struct kin_value *value = result_at(solo, k);
        if (!value)
            return kin_fail(err, KIN_EINVAL, "kind '%s' gives a collection: use it in a workflow",
                            solo->kind->name);
        KIN_TRY(print_value(value, out, err));
    }
    return kin_text_check(out, err);
}

/* ---- files ---- */

static bool ends_with(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && strcasecmp(path + n - m, end) == 0;
}

static bool same_shape(const struct kin_tensor *a, const struct kin_tensor *b)
{
    return a->dtype == b->dtype && a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape) == 0;
}

/* The arrays of all results as one with a dimension more. */
static int stack(const struct kin_solo *solo, struct kin_tensor *out, struct kin_error *err)
{
    size_t n = result_count(solo);
    const struct kin_tensor *first = main_array(result_at(solo, 0));
    if (!first || first->ndim >= KIN_MAX_DIMS)
        return kin_fail(err, KIN_EINVAL, "these results are no arrays: give no .npy");
    size_t shape[KIN_MAX_DIMS] = {n};
    memcpy(shape + 1, first->shape, (size_t)first->ndim * sizeof *shape);
    KIN_TRY(kin_tensor_alloc(out, first->dtype, first->ndim + 1, shape, err));
    size_t bytes = kin_tensor_count(first) * kin_dtype_size(first->dtype);
    for (size_t k = 0; k < n; k++) {
        const struct kin_tensor *array = main_array(result_at(solo, k));
        if (!array || !same_shape(array, first))
            return kin_fail(err, KIN_EINVAL,
                            "results 1 and %zu have different shapes: give a folder (-o DIR/)",
                            k + 1);
        if (bytes > 0)
            memcpy((char *)out->data + k * bytes, array->data, bytes);
    }
    return 0;
}

/* Rows of distances make a matrix even when there is one; other single results stand alone. Of a
 * table or number it is the array beside the text. */
static int write_npy(const struct kin_solo *solo, const char *path, struct kin_error *err)
{
    const struct kin_value *first = result_at(solo, 0);
    const struct kin_type *type = output_type(solo);
    bool matrix = strcmp(type->name, "distances") == 0;
    bool text = !type->write || ends_with(type->extension, ".csv");
    if (result_count(solo) == 1 && !matrix && !text)
        return type->write(first, path, err);
    const struct kin_tensor *only = main_array(first);
    if (result_count(solo) == 1 && !matrix && only)
        return kin_npy_write(path, only, err);
    KIN_AUTO(kin_tensor_release) struct kin_tensor all = {0};
    KIN_TRY(stack(solo, &all, err));
    return kin_npy_write(path, &all, err);
}

/* «DIR/» and an input's file name with the type's extension. */
static int path_in(const char *folder, const char *input, const char *extension,
                   struct kin_text *out, struct kin_error *err)
{
    const char *slash = strrchr(input, '/');
    const char *name = slash ? slash + 1 : input;
    const char *dot = strrchr(name, '.');
    const char *bracket = strrchr(name, '[');
    kin_text_addf(out, "%s%s%.*s%s%s", folder, ends_with(folder, "/") ? "" : "/",
                  dot ? (int)(dot - name) : (int)strlen(name), name, bracket ? bracket : "",
                  extension);
    return kin_text_check(out, err);
}

static int write_folder(const struct kin_solo *solo, const struct kin_apply_inputs *inputs,
                        const char *folder, struct kin_error *err)
{
    const struct kin_type *type = output_type(solo);
    if (!type->write)
        return kin_fail(err, KIN_EINVAL, "%s are no files: leave out -o", type->name);
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return kin_fail_errno(err, KIN_EIO, errno, "making the folder '%s'", folder);
    for (size_t k = 0; k < result_count(solo); k++) {
        KIN_AUTO(kin_text_release) struct kin_text path = {0};
        const char *input = k < inputs->n ? inputs->names[k] : solo->kind->outputs[0].name;
        KIN_TRY(path_in(folder, input, type->extension, &path, err));
        KIN_TRY(type->write(result_at(solo, k), path.data, err));
    }
    return 0;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return ends_with(path, "/") || (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
}

int kin_apply_write(const struct kin_solo *solo, const struct kin_apply_inputs *inputs,
                    const char *path, struct kin_error *err)
{
    const struct kin_type *type = output_type(solo);
    if (result_count(solo) == 0 || !result_at(solo, 0))
        return kin_fail(err, KIN_EINVAL, "kind '%s' gave nothing to write", solo->kind->name);
    if (is_folder(path))
        return write_folder(solo, inputs, path, err);
    if (ends_with(path, ".npy"))
        return write_npy(solo, path, err);
    bool audio = strcmp(type->name, "clips") == 0;
    if (audio && result_count(solo) > 1)
        return kin_fail(err, KIN_EINVAL, "%zu clips do not fit in '%s': give a folder (-o DIR/)",
                        result_count(solo), path);
    if (audio)
        return type->write(result_at(solo, 0), path, err);
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    KIN_TRY(kin_apply_print(solo, &text, err));
    return kin_write_file(path, kin_text_string(&text), text.length, err);
}
