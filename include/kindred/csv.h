/*
 * Comma-separated tables: RFC 4180, UTF-8 with or without byte order mark, one header line.
 */
#ifndef KINDRED_CSV_H
#define KINDRED_CSV_H

#include <stddef.h>

#include "kindred/status.h"
#include "kindred/text.h"

struct kin_csv {
    size_t columns, rows;
    char **cells; /* (1 + rows) * columns; the header first */
    size_t *lines; /* line number of each row in the file, 1 + rows */
    char *text;    /* what the cells point into */
};

/* Parses a copy of text. KIN_EDATA names the line: unequal numbers of cells, an open quote, text
 * after a closing one, a NUL byte. Lines end with \n, \r\n or \r; empty ones are passed over, but
 * in a table of one column they are empty cells. */
int kin_csv_parse(const char *text, size_t length, struct kin_csv *out, struct kin_error *err);
int kin_csv_read(const char *path, struct kin_csv *out, struct kin_error *err);
void kin_csv_release(struct kin_csv *csv);
/* The column of that name, or -1. */
long kin_csv_column(const struct kin_csv *csv, const char *name);
/* A cell below the header, row 0 the first; NULL beyond the table. Lives as long as the table. */
const char *kin_csv_cell(const struct kin_csv *csv, size_t row, size_t column);
/* Adds one cell to a line under construction, quoted where needed, with a comma before it unless
 * it is the first. */
void kin_csv_add(struct kin_text *line, const char *cell, int first);

#endif
