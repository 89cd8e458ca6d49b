#include "workflow/relation.h"

#include <stdlib.h>
#include <string.h>

#define NO_ROW UINT32_MAX

size_t kin_relation_axis(const struct kin_relation *relation, uint32_t axis)
{
    for (size_t i = 0; i < relation->n_axes; i++) {
        if (relation->axes[i] == axis)
            return i;
    }
    return KIN_NO_AXIS;
}

int kin_relation_unite_axes(const struct kin_words *words, const uint32_t *a, size_t n_a,
                            const uint32_t *b, size_t n_b, struct kin_arena *arena,
                            const uint32_t **out, size_t *n_out, struct kin_error *err)
{
    uint32_t *both;
    KIN_TRY(kin_arena_take(arena, &both, n_a + n_b, sizeof *both, err));
    size_t i = 0, j = 0, n = 0;
    while (i < n_a || j < n_b) {
        int order = i == n_a   ? 1
                    : j == n_b ? -1
                               : strcmp(kin_words_text(words, a[i]), kin_words_text(words, b[j]));
        both[n++] = order <= 0 ? a[i] : b[j];
        i += order <= 0;
        j += order >= 0;
    }
    *out = both;
    *n_out = n;
    return 0;
}

/* ---- order ---- */

struct row_order {
    const struct kin_words *words;
    const struct kin_relation *relation;
    const bool *first;
};

static int compare_columns(const struct row_order *by, const uint32_t *a, const uint32_t *b,
                           bool only_first)
{
    for (size_t i = 0; i < by->relation->n_axes; i++) {
        if (only_first && !by->first[i])
            continue;
        int order = kin_words_compare(by->words, a[i], b[i]);
        if (order != 0)
            return order;
    }
    return 0;
}

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct row_order *by = context;
    const uint32_t *i = a, *j = b;
    const uint32_t *x = by->relation->cells + *i * by->relation->n_axes;
    const uint32_t *y = by->relation->cells + *j * by->relation->n_axes;
    int order = by->first ? compare_columns(by, x, y, true) : 0;
    if (order == 0)
        order = compare_columns(by, x, y, false);
    return order != 0 ? order : *i < *j ? -1 : *i > *j;
}

int kin_relation_order(const struct kin_words *words, const struct kin_relation *relation,
                       const bool *first, struct kin_arena *arena, uint32_t **order,
                       struct kin_error *err)
{
    struct row_order by = {words, relation, first};
    KIN_TRY(kin_arena_take(arena, order, relation->n_rows, sizeof **order, err));
    bool sorted = true;
    for (size_t i = 0; i < relation->n_rows; i++) {
        (*order)[i] = (uint32_t)i;
        sorted = sorted && (i == 0 || compare_rows(&(*order)[i - 1], &(*order)[i], &by) <= 0);
    }
    if (!sorted)
        qsort_r(*order, relation->n_rows, sizeof **order, compare_rows, &by);
    return 0;
}

/* ---- groups of equal rows ---- */

static uint32_t hash_row(const uint32_t *row, size_t width)
{
    uint64_t hash = 0x9E3779B97F4A7C15u;
    for (size_t i = 0; i < width; i++)
        hash = (hash ^ row[i]) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(hash ^ hash >> 32);
}

static size_t slots_for(size_t n_rows)
{
    size_t n = 16;
    while (n < n_rows * 2)
        n *= 2;
    return n;
}

/* A hash table of rows: the groups of equal ones. */
struct row_table {
    const uint32_t *cells;
    size_t width, n_slots;
    uint32_t *slots; /* group + 1 */
    uint32_t *first; /* of each group: a row of it */
    size_t n;
};

static int table_init(struct row_table *table, const uint32_t *cells, size_t width, size_t n_rows,
                      struct kin_arena *arena, struct kin_error *err)
{
    *table = (struct row_table){.cells = cells, .width = width, .n_slots = slots_for(n_rows)};
    KIN_TRY(kin_arena_take(arena, &table->slots, table->n_slots, sizeof *table->slots, err));
    return kin_arena_take(arena, &table->first, n_rows, sizeof *table->first, err);
}

static uint32_t *table_slot(const struct row_table *table, const uint32_t *row)
{
    size_t i = hash_row(row, table->width) & (table->n_slots - 1);
    for (;; i = (i + 1) & (table->n_slots - 1)) {
        uint32_t found = table->slots[i];
        if (found == 0 || memcmp(table->cells + table->first[found - 1] * table->width, row,
                                 table->width * sizeof *row) == 0)
            return &table->slots[i];
    }
}

static uint32_t table_add(struct row_table *table, uint32_t row)
{
    uint32_t *slot = table_slot(table, table->cells + row * table->width);
    if (*slot == 0) {
        table->first[table->n] = row;
        *slot = (uint32_t)++table->n;
    }
    return *slot - 1;
}

int kin_rows_group(const uint32_t *cells, size_t width, size_t n_rows, struct kin_arena *arena,
                   struct kin_groups *out, struct kin_error *err)
{
    struct row_table table;
    KIN_TRY(table_init(&table, cells, width, n_rows, arena, err));
    KIN_TRY(kin_arena_take(arena, &out->of_row, n_rows, sizeof *out->of_row, err));
    for (size_t row = 0; row < n_rows; row++)
        out->of_row[row] = table_add(&table, (uint32_t)row);
    out->first = table.first;
    out->n = table.n;
    return 0;
}

/* ---- join ---- */

/* The columns of a relation at the shared axes, as a table of its own. */
static int project(const struct kin_relation *relation, const uint32_t *axes, size_t n_axes,
                   struct kin_arena *arena, uint32_t **out, struct kin_error *err)
{
    uint32_t *cells;
    KIN_TRY(kin_arena_take(arena, &cells, relation->n_rows * n_axes, sizeof *cells, err));
    for (size_t i = 0; i < n_axes; i++) {
        size_t from = kin_relation_axis(relation, axes[i]);
        for (size_t row = 0; row < relation->n_rows; row++)
            cells[row * n_axes + i] = relation->cells[row * relation->n_axes + from];
    }
    *out = cells;
    return 0;
}

/* The rows of the right side by what they share: lists of rows with equal shared columns. */
struct partners {
    struct row_table table;
    uint32_t *head, *count, *next; /* head, count: per group; next: per row */
    bool *met;                     /* per group: a row of the left side matched */
};

static int index_partners(struct partners *p, const uint32_t *cells, size_t width, size_t n_rows,
                          struct kin_arena *arena, struct kin_error *err)
{
    KIN_TRY(table_init(&p->table, cells, width, n_rows, arena, err));
    KIN_TRY(kin_arena_take(arena, &p->head, n_rows, sizeof *p->head, err));
    KIN_TRY(kin_arena_take(arena, &p->count, n_rows, sizeof *p->count, err));
    KIN_TRY(kin_arena_take(arena, &p->next, n_rows, sizeof *p->next, err));
    KIN_TRY(kin_arena_take(arena, &p->met, n_rows, sizeof *p->met, err));
    for (size_t i = n_rows; i-- > 0;) { /* backwards, so that the lists ascend */
        size_t known = p->table.n;
        uint32_t group = table_add(&p->table, (uint32_t)i);
        p->next[i] = p->table.n > known ? NO_ROW : p->head[group];
        p->head[group] = (uint32_t)i;
        p->count[group]++;
    }
    return 0;
}

/* Finds each left row's group of partners; counts the rows of the result. */
static int find_partners(struct partners *p, const uint32_t *left, size_t n_left, size_t most,
                         struct kin_arena *arena, uint32_t **group_of, size_t *n_rows,
                         struct kin_join *out, struct kin_error *err)
{
    KIN_TRY(kin_arena_take(arena, group_of, n_left, sizeof **group_of, err));
    KIN_TRY(kin_arena_take(arena, &out->left_alone, n_left, sizeof *out->left_alone, err));
    *n_rows = 0;
    for (size_t i = 0; i < n_left; i++) {
        uint32_t found = *table_slot(&p->table, left + i * p->table.width);
        (*group_of)[i] = found == 0 ? NO_ROW : found - 1;
        if (found == 0) {
            out->left_alone[out->n_left_alone++] = (uint32_t)i;
            continue;
        }
        p->met[found - 1] = true;
        *n_rows += p->count[found - 1];
        if (*n_rows > most) {
            out->too_many = true;
            return 0;
        }
    }
    return 0;
}

static int list_right_alone(const struct partners *p, size_t n_right, struct kin_arena *arena,
                            struct kin_join *out, struct kin_error *err)
{
    KIN_TRY(kin_arena_take(arena, &out->right_alone, n_right, sizeof *out->right_alone, err));
    for (size_t i = 0; i < n_right; i++) {
        uint32_t group = *table_slot(&p->table, p->table.cells + i * p->table.width) - 1;
        if (!p->met[group])
            out->right_alone[out->n_right_alone++] = (uint32_t)i;
    }
    return 0;
}

/* Copies the columns of one side into the result. */
static void copy_columns(const struct kin_relation *from, const uint32_t *rows,
                         struct kin_relation *to)
{
    for (size_t a = 0; a < from->n_axes; a++) {
        size_t at = kin_relation_axis(to, from->axes[a]);
        for (size_t row = 0; row < to->n_rows; row++)
            to->cells[row * to->n_axes + at] = from->cells[rows[row] * from->n_axes + a];
    }
}

static int fill_result(const struct kin_relation *left, const struct kin_relation *right,
                       const struct partners *p, const uint32_t *group_of, size_t n_rows,
                       struct kin_arena *arena, struct kin_join *out, struct kin_error *err)
{
    KIN_TRY(kin_arena_take(arena, &out->left, n_rows, sizeof *out->left, err));
    KIN_TRY(kin_arena_take(arena, &out->right, n_rows, sizeof *out->right, err));
    for (size_t i = 0, n = 0; i < left->n_rows; i++) {
        uint32_t j = group_of[i] == NO_ROW ? NO_ROW : p->head[group_of[i]];
        for (; j != NO_ROW; j = p->next[j], n++) {
            out->left[n] = (uint32_t)i;
            out->right[n] = j;
        }
    }
    out->result.n_rows = n_rows;
    KIN_TRY(kin_arena_take(arena, &out->result.cells, n_rows * out->result.n_axes, sizeof(uint32_t),
                           err));
    copy_columns(left, out->left, &out->result);
    copy_columns(right, out->right, &out->result);
    return 0;
}

static int shared_axes(const struct kin_relation *left, const struct kin_relation *right,
                       struct kin_arena *arena, struct kin_join *out, struct kin_error *err)
{
    uint32_t *shared;
    KIN_TRY(kin_arena_take(arena, &shared, left->n_axes, sizeof *shared, err));
    for (size_t i = 0; i < left->n_axes; i++) {
        if (kin_relation_axis(right, left->axes[i]) != KIN_NO_AXIS)
            shared[out->n_shared++] = left->axes[i];
    }
    out->shared = shared;
    return 0;
}

int kin_relation_join(const struct kin_words *words, const struct kin_relation *left,
                      const struct kin_relation *right, size_t most, struct kin_arena *arena,
                      struct kin_join *out, struct kin_error *err)
{
    *out = (struct kin_join){0};
    KIN_TRY(shared_axes(left, right, arena, out, err));
    KIN_TRY(kin_relation_unite_axes(words, left->axes, left->n_axes, right->axes, right->n_axes,
                                    arena, &out->result.axes, &out->result.n_axes, err));
    uint32_t *left_cells, *right_cells, *group_of;
    KIN_TRY(project(left, out->shared, out->n_shared, arena, &left_cells, err));
    KIN_TRY(project(right, out->shared, out->n_shared, arena, &right_cells, err));
    struct partners partners = {0};
    KIN_TRY(index_partners(&partners, right_cells, out->n_shared, right->n_rows, arena, err));
    size_t n_rows;
    KIN_TRY(find_partners(&partners, left_cells, left->n_rows, most, arena, &group_of, &n_rows, out,
                          err));
    if (out->too_many)
        return 0;
    KIN_TRY(list_right_alone(&partners, right->n_rows, arena, out, err));
    return fill_result(left, right, &partners, group_of, n_rows, arena, out, err);
}
