/* Any bytes are a table that reads back the same when it is written, or an error with a text. */
#include <stdlib.h>
#include <string.h>

#include "kindred/csv.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void write_table(const struct kin_csv *csv, struct kin_text *out)
{
    for (size_t i = 0; i < (csv->rows + 1) * csv->columns; i++) {
        kin_csv_add(out, csv->cells[i], i % csv->columns == 0);
        if (i % csv->columns == csv->columns - 1)
            kin_text_add(out, "\n");
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct kin_error err = {0};
    struct kin_csv csv, again;
    if (kin_csv_parse((const char *)data, size, &csv, &err) != 0) {
        if (err.text[0] == '\0')
            abort();
        return 0;
    }
    struct kin_text text = {0};
    write_table(&csv, &text);
    /* one empty cell is an empty line, which only a table that has its header can hold; a cell that
     * starts with a byte order mark loses it at the start of a file */
    bool marked = strncmp(csv.cells[0], "\xEF\xBB\xBF", 3) == 0;
    if (!(csv.columns == 1 && csv.cells[0][0] == '\0') && !marked) {
        if (kin_csv_parse(text.data, text.length, &again, &err) != 0 || again.rows != csv.rows ||
            again.columns != csv.columns)
            abort();
        for (size_t i = 0; i < (csv.rows + 1) * csv.columns; i++)
            if (strcmp(csv.cells[i], again.cells[i]) != 0)
                abort();
        kin_csv_release(&again);
    }
    kin_text_release(&text);
    kin_csv_release(&csv);
    return 0;
}
