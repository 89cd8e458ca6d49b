#include <math.h>

#include "kind/table_value.h"
#include "kindred/kind.h"
#include "kindred/memory.h"
#include "support.h"

static struct kin_error err;
static const char *const columns[] = {"trial", "score"};
static const char *const cells[] = {"0", "0.5", "1", ""};

START_TEST(what_goes_in_comes_out)
{
    struct kin_value *value = NULL;
    struct kin_table table;
    size_t column = 9;
    ck_ok(kin_table_new(columns, 2, cells, 2, &value, &err));
    ck_ok(kin_table_open(value, &table, &err));
    ck_assert_uint_eq(table.width, 2);
    ck_assert_uint_eq(table.rows, 2);
    ck_assert_str_eq(kin_table_name(&table, 1), "score");
    ck_assert_str_eq(kin_table_cell(&table, 1, 0), "1");
    ck_assert_str_eq(kin_table_cell(&table, 1, 1), "");
    ck_ok(kin_table_column(&table, "score", &column, &err));
    ck_assert_uint_eq(column, 1);
    kin_value_free(value);
}
END_TEST

START_TEST(an_unknown_column)
{
    struct kin_value *value = NULL;
    struct kin_table table;
    size_t column;
    ck_ok(kin_table_new(columns, 2, cells, 2, &value, &err));
    ck_ok(kin_table_open(value, &table, &err));
    ck_assert_int_eq(kin_table_column(&table, "trail", &column, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "the table has no column 'trail'; there are trial, score; "
                               "did you mean 'trial'?");
    ck_assert_int_eq(kin_table_column(&table, "x", &column, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "the table has no column 'x'; there are trial, score");
    kin_value_free(value);
}
END_TEST

START_TEST(cells_that_are_no_rows)
{
    struct kin_value *value = kin_value_new("table");
    struct kin_table table;
    ck_ok(kin_value_set_texts(value, "columns", columns, 2, &err));
    ck_assert_int_eq(kin_table_open(value, &table, &err), KIN_ECORRUPT);
    ck_ok(kin_value_set_texts(value, "cells", cells, 3, &err));
    ck_assert_int_eq(kin_table_open(value, &table, &err), KIN_ECORRUPT);
    ck_assert_str_eq(err.text, "a table of 2 columns with 3 cells");
    ck_ok(kin_value_set_texts(value, "columns", columns, 0, &err));
    ck_assert_int_eq(kin_table_open(value, &table, &err), KIN_ECORRUPT);
    kin_value_free(value);
}
END_TEST

START_TEST(order_of_cells)
{
    static const char *const ascending[] = {"", "-2", "1e0", "10", "inf", "a", "b"};
    for (size_t i = 0; i < KIN_COUNT(ascending); i++)
        for (size_t j = 0; j < KIN_COUNT(ascending); j++) {
            int order = kin_cell_compare(ascending[i], ascending[j]);
            ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
        }
}
END_TEST

START_TEST(cell_by_cell)
{
    struct kin_cells made = {0};
    struct kin_value *value = NULL;
    struct kin_text text = {0};
    kin_cells_add(&made, "a,b");
    kin_cells_add_number(&made, 0.1);
    kin_cells_add(&made, "");
    kin_cells_add_number(&made, NAN);
    ck_ok(kin_cells_table(&made, columns, 2, &value, &err));
    ck_ok(kin_table_text(value, &text, &err));
    ck_assert_str_eq(kin_text_string(&text), "trial,score\n\"a,b\",0.1\n,\n");
    kin_text_release(&text);
    kin_value_free(value);
    kin_cells_release(&made);
}
END_TEST

START_TEST(no_rows)
{
    struct kin_cells none = {0};
    struct kin_value *value = NULL;
    struct kin_table table;
    ck_ok(kin_cells_table(&none, columns, 2, &value, &err));
    ck_ok(kin_table_open(value, &table, &err));
    ck_assert_uint_eq(table.rows, 0);
    kin_value_free(value);
}
END_TEST

START_TEST(lost_cells_are_noticed)
{
    struct kin_cells made = {0};
    struct kin_value *value = NULL;
    kin_memory_fail_nth(1);
    kin_cells_add(&made, "a");
    kin_memory_fail_nth(0);
    kin_cells_add(&made, "b");
    ck_assert_int_eq(kin_cells_table(&made, columns, 2, &value, &err), KIN_ENOMEM);
    kin_cells_release(&made);
}
END_TEST

TEST_MAIN("table value", what_goes_in_comes_out, an_unknown_column, cells_that_are_no_rows,
          order_of_cells, cell_by_cell, no_rows, lost_cells_are_noticed)
