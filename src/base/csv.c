#include "kindred/csv.h"

#include <stdbool.h>
#include <string.h>

#include "kindred/memory.h"

/* Cells are cut out of a copy of the text, in place: none gets longer by losing its quotes. */
struct parser {
    char *at, *end; /* *end is a NUL, and the text has no other */
    size_t line;
    struct kin_csv csv;
    size_t n_cells, cells_capacity, lines_capacity;
};

static bool at_line_end(const struct parser *parser)
{
    return *parser->at == '\0' || *parser->at == '\n' || *parser->at == '\r';
}

/* Passes the \n, \r\n or \r that ends a line, or nothing at the end of the text. */
static void pass_line_end(struct parser *parser)
{
    if (*parser->at == '\0')
        return;
    if (*parser->at++ == '\r' && *parser->at == '\n')
        parser->at++;
    parser->line++;
}

/* A quoted cell; doubled quotes become single. *end is where the cell's NUL belongs. */
static int take_quoted(struct parser *parser, char **end, struct kin_error *err)
{
    size_t opened = parser->line;
    char *to = parser->at++;
    for (;; parser->at++) {
        if (*parser->at == '\0')
            return kin_fail(err, KIN_EDATA, "line %zu: a quote that is never closed", opened);
        if (*parser->at == '"' && *++parser->at != '"')
            break;
        parser->line += *parser->at == '\n';
        *to++ = *parser->at;
    }
    if (!at_line_end(parser) && *parser->at != ',')
        return kin_fail(err, KIN_EDATA, "line %zu: text after a closing quote", parser->line);
    *end = to;
    return 0;
}

static int add_cell(struct parser *parser, char *cell, struct kin_error *err)
{
    KIN_TRY(kin_grow(&parser->csv.cells, &parser->cells_capacity, parser->n_cells + 1,
                     sizeof *parser->csv.cells, err));
    parser->csv.cells[parser->n_cells++] = cell;
    return 0;
}

/* Takes the cells of one line and the end of the line. */
static int take_line(struct parser *parser, size_t *cells, struct kin_error *err)
{
    bool more = true;
    for (*cells = 0; more; ++*cells) {
        char *cell = parser->at;
        char *end = NULL;
        if (*cell == '"') {
            KIN_TRY(take_quoted(parser, &end, err));
        } else {
            while (!at_line_end(parser) && *parser->at != ',')
                parser->at++;
            end = parser->at;
        }
        more = *parser->at == ',';
        if (more)
            parser->at++;
        else
            pass_line_end(parser);
        *end = '\0';
        KIN_TRY(add_cell(parser, cell, err));
    }
    return 0;
}

static int take_row(struct parser *parser, struct kin_error *err)
{
    struct kin_csv *csv = &parser->csv;
    size_t line = parser->line;
    size_t row = csv->columns == 0 ? 0 : csv->rows + 1;
    size_t cells;
    KIN_TRY(take_line(parser, &cells, err));
    if (row > 0 && cells != csv->columns)
        return kin_fail(err, KIN_EDATA, "line %zu: %zu cells, the header has %zu", line, cells,
                        csv->columns);
    KIN_TRY(kin_grow(&csv->lines, &parser->lines_capacity, row + 1, sizeof *csv->lines, err));
    csv->lines[row] = line;
    csv->columns = cells;
    csv->rows = row;
    return 0;
}

static int take_table(struct parser *parser, struct kin_error *err)
{
    while (parser->at < parser->end) {
        bool blank = at_line_end(parser) && parser->csv.columns != 1;
        if (blank)
            pass_line_end(parser);
        else
            KIN_TRY(take_row(parser, err));
    }
    if (parser->csv.columns == 0)
        return kin_fail(err, KIN_EDATA, "a table without a header line");
    return 0;
}

static size_t line_of(const char *text, const char *place)
{
    size_t line = 1;
    for (; text < place; text++)
        line += *text == '\n';
    return line;
}

int kin_csv_parse(const char *text, size_t length, struct kin_csv *out, struct kin_error *err)
{
    const char *nul = length > 0 ? memchr(text, '\0', length) : NULL;
    if (nul)
        return kin_fail(err, KIN_EDATA, "line %zu: a NUL byte, wanted a table in UTF-8",
                        line_of(text, nul));
    struct parser parser = {.line = 1};
    KIN_TRY(kin_alloc_into(&parser.csv.text, length + 1, 1, err));
    if (length > 0)
        memcpy(parser.csv.text, text, length);
    parser.end = parser.csv.text + length;
    bool marked = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
    parser.at = parser.csv.text + (marked ? 3 : 0);
    int status = take_table(&parser, err);
    if (status == 0)
        *out = parser.csv;
    else
        kin_csv_release(&parser.csv);
    return status;
}

int kin_csv_read(const char *path, struct kin_csv *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *text = NULL;
    size_t length;
    KIN_TRY(kin_read_file(path, &text, &length, err));
    int status = kin_csv_parse(text, length, out, err);
    if (status != 0)
        kin_error_within(err, "reading '%s'", path);
    return status;
}

void kin_csv_release(struct kin_csv *csv)
{
    if (!csv)
        return;
    kin_free(csv->cells);
    kin_free(csv->lines);
    kin_free(csv->text);
    *csv = (struct kin_csv){0};
}

long kin_csv_column(const struct kin_csv *csv, const char *name)
{
    for (size_t column = 0; column < csv->columns; column++)
        if (strcmp(csv->cells[column], name) == 0)
            return (long)column;
    return -1;
}

const char *kin_csv_cell(const struct kin_csv *csv, size_t row, size_t column)
{
    if (row >= csv->rows || column >= csv->columns)
        return NULL;
    return csv->cells[(row + 1) * csv->columns + column];
}

void kin_csv_add(struct kin_text *line, const char *cell, int first)
{
    if (!first)
        kin_text_add(line, ",");
    if (strpbrk(cell, ",\"\r\n") == NULL) {
        kin_text_add(line, cell);
        return;
    }
    kin_text_add(line, "\"");
    for (const char *at = cell; *at != '\0'; at++)
        kin_text_add_bytes(line, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
    kin_text_add(line, "\"");
}
