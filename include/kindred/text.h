/*
 * Text: a growing buffer, numbers that read back as themselves, and the nearest name to a wrong
 * one.
 */
#ifndef KINDRED_TEXT_H
#define KINDRED_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "kindred/status.h"

/* A growing byte buffer that is always a C string as well. Zeroed memory is an empty one. When
 * memory runs out it remembers so in `failed` and ignores further writes: check once, at the end.
 */
struct kin_text {
    char *data;
    size_t length;
    size_t capacity;
    bool failed;
};

void kin_text_release(struct kin_text *text);
void kin_text_clear(struct kin_text *text); /* keeps the memory */
void kin_text_add(struct kin_text *text, const char *string);
void kin_text_add_bytes(struct kin_text *text, const void *bytes, size_t length);
void kin_text_addf(struct kin_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void kin_text_add_number(struct kin_text *text, double value); /* as kin_number_text */
/* KIN_ENOMEM when anything was lost. */
int kin_text_check(const struct kin_text *text, struct kin_error *err);
/* The string (never NULL). */
const char *kin_text_string(const struct kin_text *text);

#define KIN_NUMBER_TEXT 32

/* The shortest decimal that reads back as the same double: 1 (not 1.0 or 1e0), -0.25, 27.5.
 * Negative zero is written 0; nan, inf and -inf as such. Returns the length. */
size_t kin_number_text(double value, char out[KIN_NUMBER_TEXT]);

/* Reads a whole string as a number in C locale; false when anything else is in it. nan and inf are
 * refused unless allow_special. */
bool kin_number_parse(const char *text, bool allow_special, double *out);

/* The number of edits (insert, delete, replace, swap of neighbours) between two names. */
size_t kin_edit_distance(const char *a, const char *b);

/* The name nearest to `wrong` among n names, or NULL when none is near enough to be meant. */
const char *kin_nearest_name(const char *wrong, const char *const *names, size_t n);

/* Whether a path stays inside the folder it is relative to, in its one spelling: no «.», no «..»,
 * no empty part. */
bool kin_path_is_inside(const char *path);

/* The whole file as bytes with a NUL appended; length excludes it. Release with kin_free. */
int kin_read_file(const char *path, char **out, size_t *length, struct kin_error *err);

/* Writes a file so that it is there whole or not at all: temporary name, rename. */
int kin_write_file(const char *path, const void *bytes, size_t length, struct kin_error *err);

#endif
