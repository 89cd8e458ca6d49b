/* What a program finds in its folder. */
#include <stdio.h>
#include <string.h>

#include "exec_files.h"
#include "kindred/csv.h"
#include "kindred/memory.h"
#include "kindred/npy.h"

/* Appends the absolute path of a file inside. */
static int path_of(const struct kin_scratch *scratch, const char *inside, const char *extension,
                   struct kin_text *out, struct kin_error *err)
{
    kin_text_addf(out, "%s/%s%s", scratch->path, inside, extension);
    return kin_text_check(out, err);
}

/* ---- one artifact, or one item ---- */

static int write_value(const struct kin_type *type, const struct kin_value *value,
                       const struct kin_scratch *scratch, const char *base, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    KIN_TRY(path_of(scratch, base, type->extension, &path, err));
    return type->write(value, path.data, err);
}

/* ---- vectors: one array ---- */

static int want_vector(const struct kin_item *item, const struct kin_tensor **out,
                       struct kin_error *err)
{
    *out = kin_value_get(item->value, "vector");
    if (*out && (*out)->ndim == 1)
        return 0;
    return kin_fail(err, KIN_ECORRUPT, "item '%s' is no vector", item->id);
}

/* float32, a row for every item that has a value. */
static int stack_vectors(const struct kin_set *set, struct kin_tensor *out, struct kin_error *err)
{
    size_t shape[2] = {0, 0}, row = 0;
    const struct kin_tensor *vector;
    for (size_t i = 0; i < set->n_items; i++) {
        if (!set->items[i].value)
            continue;
        KIN_TRY(want_vector(&set->items[i], &vector, err));
        if (shape[0]++ > 0 && vector->shape[0] != shape[1])
            return kin_fail(err, KIN_EDATA, "item '%s' has %zu elements, others have %zu",
                            set->items[i].id, vector->shape[0], shape[1]);
        shape[1] = vector->shape[0];
    }
    KIN_TRY(kin_tensor_alloc(out, KIN_F32, 2, shape, err));
    for (size_t i = 0; i < set->n_items; i++) {
        if (!set->items[i].value)
            continue;
        KIN_AUTO(kin_tensor_release) struct kin_tensor converted = {0};
        KIN_TRY(want_vector(&set->items[i], &vector, err));
        KIN_TRY(kin_tensor_convert(vector, KIN_F32, &converted, err));
        if (shape[1] > 0)
            memcpy((float *)out->data + row++ * shape[1], converted.data, shape[1] * sizeof(float));
    }
    return 0;
}

static int write_ids(const struct kin_set *set, const char *path, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text ids = {0};
    for (size_t i = 0; i < set->n_items; i++)
        if (set->items[i].value)
            kin_text_addf(&ids, "%s\n", set->items[i].id);
    KIN_TRY(kin_text_check(&ids, err));
    return kin_write_file(path, kin_text_string(&ids), ids.length, err);
}

static int write_vectors(const struct kin_set *set, const struct kin_scratch *scratch,
                         const char *base, struct kin_error *err)
{
    KIN_AUTO(kin_tensor_release) struct kin_tensor all = {0};
    KIN_AUTO(kin_text_release) struct kin_text array = {0};
    KIN_AUTO(kin_text_release) struct kin_text ids = {0};
    KIN_TRY(path_of(scratch, base, ".npy", &array, err));
    KIN_TRY(path_of(scratch, base, ".ids.txt", &ids, err));
    KIN_TRY(stack_vectors(set, &all, err));
    KIN_TRY(kin_npy_write(array.data, &all, err));
    return write_ids(set, ids.data, err);
}

/* ---- other collections: a folder ---- */

/* The folder of an item whose id has slashes. */
static int make_parent(const struct kin_scratch *scratch, const char *path, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *folder = kin_strdup(path);
    if (!folder)
        return kin_fail(err, KIN_ENOMEM, "no memory for a path");
    *strrchr(folder, '/') = '\0';
    return kin_scratch_folder(scratch, folder, err);
}

static int write_item(const struct kin_item *item, const struct kin_scratch *scratch,
                      const char *base, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    if (!kin_path_is_inside(item->id))
        return kin_fail(err, KIN_EDATA, "the id '%s' is no name for a file", item->id);
    kin_text_addf(&path, "%s/%s", base, item->id);
    KIN_TRY(kin_text_check(&path, err));
    if (strchr(item->id, '/'))
        KIN_TRY(make_parent(scratch, path.data, err));
    return write_value(kin_type_of_element(kin_value_type(item->value)), item->value, scratch,
                       path.data, err);
}

static int write_items(const struct kin_set *set, const struct kin_scratch *scratch,
                       const char *base, struct kin_error *err)
{
    KIN_TRY(kin_scratch_folder(scratch, base, err));
    for (size_t i = 0; i < set->n_items; i++)
        if (set->items[i].value)
            KIN_TRY(write_item(&set->items[i], scratch, base, err));
    return 0;
}

/* ---- inputs ---- */

static bool holds_vectors(const struct kin_set *set)
{
    size_t i = 0;
    while (i < set->n_items && !set->items[i].value)
        i++;
    return i < set->n_items && strcmp(kin_value_type(set->items[i].value), "vector") == 0;
}

/* *extension: of the file that the set has become, "" for a folder. */
static int write_set(const struct kin_set *set, const struct kin_scratch *scratch, const char *base,
                     const char **extension, struct kin_error *err)
{
    if (set->value) {
        const char *name = kin_value_type(set->value);
        const struct kin_type *type = kin_type_find(name, strlen(name));
        *extension = type->extension;
        return write_value(type, set->value, scratch, base, err);
    }
    bool vectors = holds_vectors(set);
    *extension = vectors ? ".npy" : "";
    return vectors ? write_vectors(set, scratch, base, err) : write_items(set, scratch, base, err);
}

static const char *label_of(const struct kin_set *set, const char *axis)
{
    for (size_t a = 0; a < set->n_labels; a++)
        if (strcmp(set->labels[a].axis, axis) == 0)
            return set->labels[a].text;
    return "";
}

/* The axes of all sets in ascending name; each once. */
static int list_axes(const struct kin_set *sets, size_t n, const char ***out, size_t *n_axes,
                     struct kin_error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++)
        most += sets[i].n_labels;
    KIN_TRY(kin_alloc_into(out, most, sizeof **out, err));
    for (size_t i = 0; i < n; i++) {
        for (size_t a = 0; a < sets[i].n_labels; a++) {
            const char *axis = sets[i].labels[a].axis;
            size_t at = 0;
            while (at < *n_axes && strcmp((*out)[at], axis) < 0)
                at++;
            if (at < *n_axes && strcmp((*out)[at], axis) == 0)
                continue;
            memmove(*out + at + 1, *out + at, (*n_axes - at) * sizeof **out);
            (*out)[at] = axis;
            ++*n_axes;
        }
    }
    return 0;
}

static int write_gathered(const struct kin_set *sets, size_t n, const struct kin_scratch *scratch,
                          const char *base, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text labels = {0};
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    KIN_AUTO(kin_auto_free) const char **axes = NULL;
    size_t n_axes = 0;
    KIN_TRY(list_axes(sets, n, &axes, &n_axes, err));
    KIN_TRY(kin_scratch_folder(scratch, base, err));
    kin_text_add(&labels, "file");
    for (size_t a = 0; a < n_axes; a++)
        kin_csv_add(&labels, axes[a], 0);
    for (size_t i = 0; i < n; i++) {
        KIN_AUTO(kin_text_release) struct kin_text one = {0};
        const char *extension;
        kin_text_addf(&one, "%s/%04zu", base, i + 1);
        KIN_TRY(kin_text_check(&one, err));
        KIN_TRY(write_set(&sets[i], scratch, one.data, &extension, err));
        kin_text_addf(&labels, "\n%04zu%s", i + 1, extension);
        for (size_t a = 0; a < n_axes; a++)
            kin_csv_add(&labels, label_of(&sets[i], axes[a]), 0);
    }
    kin_text_add(&labels, "\n");
    KIN_TRY(kin_text_check(&labels, err));
    kin_text_addf(&path, "%s/labels", base);
    KIN_TRY(kin_text_check(&path, err));
    KIN_AUTO(kin_text_release) struct kin_text file = {0};
    KIN_TRY(path_of(scratch, path.data, ".csv", &file, err));
    return kin_write_file(file.data, labels.data, labels.length, err);
}

static int write_port(const struct kin_call *call, size_t port, const struct kin_scratch *scratch,
                      struct kin_error *err)
{
    const struct kin_port *declared = &call->kind->inputs[port];
    KIN_AUTO(kin_text_release) struct kin_text base = {0};
    const char *extension;
    kin_text_addf(&base, "in/%s", declared->name);
    KIN_TRY(kin_text_check(&base, err));
    if (declared->mode == KIN_GATHER)
        return write_gathered(call->sets[port], call->n_sets[port], scratch, base.data, err);
    if (call->n_sets[port] == 0)
        return 0;
    return write_set(call->sets[port], scratch, base.data, &extension, err);
}

int kin_exec_write(const struct kin_call *call, const struct kin_scratch *scratch,
                   struct kin_error *err)
{
    KIN_TRY(kin_scratch_folder(scratch, "in", err));
    KIN_TRY(kin_scratch_folder(scratch, "out", err));
    for (size_t p = 0; p < kin_kind_inputs(call->kind); p++)
        if (call->kind->inputs[p].flags & KIN_PORT_NAMED && write_port(call, p, scratch, err) != 0)
            return kin_error_within(err, "input '%s'", call->kind->inputs[p].name);
    return 0;
}
