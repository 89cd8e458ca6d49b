/* Tables as inputs and results of kinds, written as CSV. */
#ifndef KINDRED_TESTS_TABLE_SUPPORT_H
#define KINDRED_TESTS_TABLE_SUPPORT_H

#include "kind/table_value.h"
#include "kindred/csv.h"
#include "solo_support.h"

static inline struct kin_value *make_table(const char *csv)
{
    struct kin_csv parsed;
    struct kin_value *table = NULL;
    ck_ok(kin_csv_parse(csv, strlen(csv), &parsed, &err));
    ck_ok(kin_table_new((const char *const *)parsed.cells, parsed.columns,
                        (const char *const *)parsed.cells + parsed.columns, parsed.rows, &table,
                        &err));
    kin_csv_release(&parsed);
    return table;
}

/* A list parameter: NAME, then its items up to a NULL. */
static inline void set_list(struct kin_solo *solo, const char *name, const char *const *texts)
{
    struct kin_literal items[8] = {{0}};
    size_t n = 0;
    for (; texts[n]; n++)
        items[n].text = texts[n];
    struct kin_literal list = {.items = items, .n_items = n};
    ck_ok(kin_args_set(solo->args, name, &list, &err));
}

/* The table that a run gave as output number o. */
static inline const struct kin_value *given_table(const struct kin_solo *solo, size_t o)
{
    const struct kin_gift *gift = kin_given_find(&solo->given, o, 0);
    ck_assert(gift && gift->value);
    return gift->value;
}

static inline void check_table(const struct kin_solo *solo, size_t o, const char *wanted)
{
    struct kin_text text = {0};
    ck_ok(kin_table_text(given_table(solo, o), &text, &err));
    ck_assert_str_eq(kin_text_string(&text), wanted);
    kin_text_release(&text);
}

/* Its cell in a row, by the name of the column. */
static inline const char *given_cell(const struct kin_solo *solo, size_t o, size_t row,
                                     const char *name)
{
    struct kin_table table;
    size_t column;
    ck_ok(kin_table_open(given_table(solo, o), &table, &err));
    ck_ok(kin_table_column(&table, name, &column, &err));
    ck_assert_uint_lt(row, table.rows);
    return kin_table_cell(&table, row, column);
}

static inline double given_number(const struct kin_solo *solo, size_t o, size_t row,
                                  const char *name)
{
    double out = NAN;
    kin_number_parse(given_cell(solo, o, row, name), true, &out);
    return out;
}

#endif
