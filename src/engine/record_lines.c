#include "record_lines.h"

#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"

static bool begins(const char *text, size_t length, const char *with)
{
    size_t n = strlen(with);
    return length >= n && memcmp(text, with, n) == 0;
}

/* Where the name of a line ends. Labels of inputs may hold blanks: there it is the last one. */
static size_t name_length(const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);
    if (begins(line, length, "input "))
        space = memrchr(line, ' ', length);
    else if (begins(line, length, "param "))
        space = memchr(line + 6, ' ', length - 6);
    return space ? (size_t)(space - line) : length;
}

static int by_name(const void *a, const void *b)
{
    const struct record_line *x = *(const struct record_line *const *)a;
    const struct record_line *y = *(const struct record_line *const *)b;
    size_t common = x->name_length < y->name_length ? x->name_length : y->name_length;
    int order = memcmp(x->name, y->name, common);
    if (order != 0)
        return order;
    return (x->name_length > y->name_length) - (x->name_length < y->name_length);
}

static int sort(struct record_lines *lines, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&lines->sorted, lines->n, sizeof *lines->sorted, err));
    for (size_t i = 0; i < lines->n; i++)
        lines->sorted[i] = &lines->list[i];
    if (lines->n > 0)
        qsort(lines->sorted, lines->n, sizeof *lines->sorted, by_name);
    return 0;
}

int record_split(const char *record, struct record_lines *out, struct kin_error *err)
{
    while (*record) {
        size_t length = strcspn(record, "\n");
        size_t name = name_length(record, length);
        size_t value = name + (name < length);
        KIN_TRY(kin_grow(&out->list, &out->capacity, out->n + 1, sizeof *out->list, err));
        out->list[out->n++] = (struct record_line){.name = record,
                                                   .name_length = name,
                                                   .value = record + value,
                                                   .value_length = length - value};
        record += length + (record[length] == '\n');
    }
    return sort(out, err);
}

void record_release(struct record_lines *lines)
{
    kin_free(lines->list);
    kin_free(lines->sorted);
    *lines = (struct record_lines){0};
}

const struct record_line *record_find(const struct record_lines *lines,
                                      const struct record_line *like)
{
    const struct record_line *const *found =
        lines->n ? bsearch(&like, lines->sorted, lines->n, sizeof *lines->sorted, by_name) : NULL;
    return found ? *found : NULL;
}

bool record_same_value(const struct record_line *a, const struct record_line *b)
{
    return a->value_length == b->value_length && memcmp(a->value, b->value, a->value_length) == 0;
}

bool record_is_input(const struct record_line *line)
{
    return begins(line->name, line->name_length, "input ");
}

bool record_is_param(const struct record_line *line)
{
    return begins(line->name, line->name_length, "param ");
}

size_t record_common(const struct record_lines *a, const struct record_lines *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct record_line *other = record_find(b, &a->list[i]);
        n += other && record_same_value(&a->list[i], other);
    }
    return n;
}
