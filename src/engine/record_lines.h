/* A canonical record, taken apart line by line; key.c writes them. */
#ifndef KIN_ENGINE_RECORD_LINES_H
#define KIN_ENGINE_RECORD_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "kindred/status.h"

/* «param magnitude -12»: name «param magnitude», value «-12». */
struct record_line {
    const char *name, *value;
    size_t name_length, value_length;
};

struct record_lines {
    struct record_line *list;          /* as written */
    const struct record_line **sorted; /* by name */
    size_t n, capacity;
};

/* The record is borrowed. */
int record_split(const char *record, struct record_lines *out, struct kin_error *err);
void record_release(struct record_lines *lines);
/* The line of the same name, or NULL. */
const struct record_line *record_find(const struct record_lines *lines,
                                      const struct record_line *like);
bool record_same_value(const struct record_line *a, const struct record_line *b);
bool record_is_input(const struct record_line *line);
bool record_is_param(const struct record_line *line);
/* How many lines two records share. */
size_t record_common(const struct record_lines *a, const struct record_lines *b);

#endif
