#include "table_trace.h"

#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "table_value.h"

/* What a column shows: «NAME=SOURCE» among the columns asked for, else its own name. */
static const char *source_of(const struct kin_args *args, const char *column)
{
    const char *const *wanted = NULL;
    bool asked = kin_kind_param(kin_args_kind(args), "columns") != NULL;
    size_t n = asked ? kin_arg_list(args, "columns", &wanted) : 0;
    size_t length = strlen(column);
    for (size_t i = 0; i < n; i++)
        if (strncmp(wanted[i], column, length) == 0 && wanted[i][length] == '=')
            return wanted[i] + length + 1;
    return column;
}

static const struct kin_label *label_of(const struct kin_set *set, const char *axis)
{
    for (size_t a = 0; a < set->n_labels; a++)
        if (strcmp(set->labels[a].axis, axis) == 0)
            return &set->labels[a];
    return NULL;
}

static bool is_axis(const struct kin_set *sets, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (label_of(&sets[i], name))
            return true;
    return false;
}

/* A cell is empty where the instance lacks the axis. */
static bool agrees(const struct kin_label *label, const char *cell)
{
    char number[KIN_NUMBER_TEXT] = "";
    if (label && label->is_number)
        kin_number_text(label->number, number);
    return strcmp(!label ? "" : label->is_number ? number : label->text, cell) == 0;
}

int kin_table_trace(const struct kin_args *args, const struct kin_value *table, size_t row,
                    const struct kin_set *sets, size_t n, bool *from, struct kin_error *err)
{
    struct kin_table open;
    KIN_TRY(kin_table_open(table, &open, err));
    if (row >= open.rows)
        return kin_fail(err, KIN_EINVAL, "the table has %zu rows", open.rows);
    memset(from, 1, n * sizeof *from);
    for (size_t c = 0; c < open.width; c++) {
        const char *axis = source_of(args, kin_table_name(&open, c));
        if (!is_axis(sets, n, axis))
            continue;
        const char *cell = kin_table_cell(&open, row, c);
        for (size_t i = 0; i < n; i++)
            from[i] = from[i] && agrees(label_of(&sets[i], axis), cell);
    }
    return 0;
}
