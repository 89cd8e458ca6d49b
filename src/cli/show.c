#include "show.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/memory.h"

#define CELL 32 /* bytes of a cell on the screen; longer ones are cut */
#define MOST_ROWS 100

struct cell {
    char text[CELL];
    bool is_number;
};

static struct cell cell_of(const struct kin_csv *csv, size_t row, size_t column)
{
    struct cell cell = {0};
    const char *text = csv->cells[row * csv->columns + column];
    double number;
    cell.is_number = row > 0 && kin_number_parse(text, true, &number);
    if (cell.is_number)
        snprintf(cell.text, sizeof cell.text, "%.4g", number);
    else
        snprintf(cell.text, sizeof cell.text, "%s", text);
    return cell;
}

/* Characters, not bytes, of UTF-8. */
static int length_of(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void print_cell(const struct cell *cell, int width, bool last)
{
    int padding = width - length_of(cell->text);
    if (cell->is_number)
        printf("%*s%s", padding, "", cell->text);
    else
        printf("%s%*s", cell->text, last ? 0 : padding, "");
    fputs(last ? "\n" : "  ", stdout);
}

static int widest(const struct kin_csv *csv, size_t rows, size_t column)
{
    int width = 0;
    for (size_t row = 0; row <= rows; row++) {
        struct cell cell = cell_of(csv, row, column);
        int length = length_of(cell.text);
        width = length > width ? length : width;
    }
    return width;
}

static void print_rows(const struct kin_csv *csv, size_t rows, const int *widths)
{
    for (size_t row = 0; row <= rows; row++) {
        fputs("    ", stdout);
        for (size_t column = 0; column < csv->columns; column++) {
            struct cell cell = cell_of(csv, row, column);
            print_cell(&cell, widths[column], column + 1 == csv->columns);
        }
    }
    if (rows < csv->rows)
        printf("    and %zu rows more\n", csv->rows - rows);
}

void show_table(const char *path)
{
    KIN_AUTO(kin_csv_release) struct kin_csv csv = {0};
    KIN_AUTO(kin_auto_free) int *widths = NULL;
    struct kin_error err;
    if (kin_csv_read(path, &csv, &err) != 0 ||
        kin_alloc_into(&widths, csv.columns, sizeof *widths, &err) != 0)
        return;
    size_t rows = csv.rows < MOST_ROWS ? csv.rows : MOST_ROWS;
    for (size_t column = 0; column < csv.columns; column++)
        widths[column] = widest(&csv, rows, column);
    print_rows(&csv, rows, widths);
}
