#include "workflow/diagnostic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"

/* What is shown of a line: this many characters, from a little before the place when it is long. */
#define SHOWN_WIDTH 140
#define SHOWN_BEFORE 60

/* After so many mistakes nobody reads hints, and searching for them takes time. */
#define ENOUGH_HINTS 200

void kin_diagnostics_release(struct kin_diagnostics *diagnostics)
{
    if (!diagnostics)
        return;
    for (size_t i = 0; i < diagnostics->n; i++) {
        kin_free(diagnostics->list[i].text);
        kin_free(diagnostics->list[i].shown);
    }
    kin_free(diagnostics->list);
    *diagnostics = (struct kin_diagnostics){0};
}

static void report(struct kin_reporter *reporter, struct kin_mark mark, bool warning,
                   const char *format, va_list args)
{
    struct kin_diagnostics *all = reporter->diagnostics;
    char *text = NULL;
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length >= 0)
        text = kin_alloc((size_t)length + 1, 1);
    if (!text || kin_grow(&all->list, &all->capacity, all->n + 1, sizeof *all->list, NULL) != 0) {
        kin_free(text);
        reporter->failed = true;
        return;
    }
    vsnprintf(text, (size_t)length + 1, format, args);
    all->list[all->n++] = (struct kin_diagnostic){.mark = mark, .warning = warning, .text = text};
    all->errors += !warning;
}

void kin_report_error(struct kin_reporter *reporter, struct kin_mark mark, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(reporter, mark, false, format, args);
    va_end(args);
}

void kin_report_warning(struct kin_reporter *reporter, struct kin_mark mark, const char *format,
                        ...)
{
    va_list args;
    va_start(args, format);
    report(reporter, mark, true, format, args);
    va_end(args);
}

const char *kin_hint(const struct kin_reporter *reporter, const char *wrong,
                     const char *const *names, size_t n, char out[KIN_HINT])
{
    out[0] = '\0';
    if (reporter->diagnostics->n < ENOUGH_HINTS) {
        const char *nearest = kin_nearest_name(wrong, names, n);
        if (nearest && strcmp(nearest, wrong) != 0)
            snprintf(out, KIN_HINT, "; did you mean '%.90s'?", nearest);
    }
    return out;
}

/* ---- showing ---- */

/* A cursor in the file; diagnostics come in ascending lines, so that it only moves forward. */
struct line_cursor {
    const char *start, *end; /* of the rest of the file */
    size_t line;
};

/* Bytes of the line break at p, as YAML 1.1 counts them (CR LF is one); 0: none. */
static size_t break_length(const char *p, const char *end)
{
    size_t left = (size_t)(end - p);
    if (p[0] == '\r' && left > 1 && p[1] == '\n')
        return 2;
    if (p[0] == '\r' || p[0] == '\n')
        return 1;
    if (left > 1 && memcmp(p, "\xC2\x85", 2) == 0)
        return 2;
    if (left > 2 && (memcmp(p, "\xE2\x80\xA8", 3) == 0 || memcmp(p, "\xE2\x80\xA9", 3) == 0))
        return 3;
    return 0;
}

static const char *line_end(const struct line_cursor *cursor)
{
    const char *p = cursor->start;
    while (p < cursor->end && break_length(p, cursor->end) == 0)
        p++;
    return p;
}

static bool move_to_line(struct line_cursor *cursor, size_t line)
{
    while (cursor->line < line) {
        const char *end = line_end(cursor);
        if (end == cursor->end)
            return false;
        cursor->start = end + break_length(end, cursor->end);
        cursor->line++;
    }
    return true;
}

static bool starts_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

static size_t count_characters(const char *from, const char *to)
{
    size_t n = 0;
    for (; from < to; from++)
        n += starts_character(*from);
    return n;
}

/* The line with the place in it, and a caret below. Tabs and control characters become blanks, one
 * column each, so that the caret stands where it should. */
static void show_line(const struct line_cursor *cursor, struct kin_mark mark, struct kin_text *out)
{
    const char *end = line_end(cursor);
    bool fits = count_characters(cursor->start, end) <= SHOWN_WIDTH;
    size_t from = fits || mark.column <= SHOWN_BEFORE ? 1 : mark.column - SHOWN_BEFORE;
    size_t column = 0;
    kin_text_addf(out, "\n%5zu | %s", mark.line, from > 1 ? "…" : "");
    for (const char *p = cursor->start; p < end; p++) {
        column += starts_character(*p);
        if (column < from)
            continue;
        if (column >= from + SHOWN_WIDTH) {
            kin_text_add(out, "…");
            break;
        }
        kin_text_add_bytes(out, (unsigned char)*p < 0x20 || *p == 0x7F ? " " : p, 1);
    }
    size_t width = mark.length == 0 ? 1 : mark.length;
    size_t room = column >= mark.column ? column - mark.column + 1 : 1;
    if (width > room)
        width = room;
    kin_text_addf(out, "\n      | %*s^", (int)(mark.column - from + (from > 1)), "");
    for (size_t i = 1; i < width; i++)
        kin_text_add(out, "~");
}

static char *shown_form(const struct kin_reporter *reporter, struct line_cursor *cursor,
                        const struct kin_diagnostic *diagnostic)
{
    struct kin_text out = {0};
    struct kin_mark mark = diagnostic->mark;
    const char *sort = diagnostic->warning ? "warning" : "error";
    if (mark.line == 0)
        kin_text_addf(&out, "%s: %s: %s", reporter->path, sort, diagnostic->text);
    else
        kin_text_addf(&out, "%s:%zu:%zu: %s: %s", reporter->path, mark.line, mark.column, sort,
                      diagnostic->text);
    if (mark.line > 0 && move_to_line(cursor, mark.line))
        show_line(cursor, mark, &out);
    if (out.failed)
        kin_text_release(&out);
    return out.data;
}

/* Equal places keep the order in which they were reported, which `length` of a line-0 mark cannot
 * tell: hence the array of pointers into the list. */
static int compare_places(const void *a, const void *b)
{
    const struct kin_diagnostic *const *x = a;
    const struct kin_diagnostic *const *y = b;
    if ((*x)->mark.line != (*y)->mark.line)
        return (*x)->mark.line < (*y)->mark.line ? -1 : 1;
    if ((*x)->mark.column != (*y)->mark.column)
        return (*x)->mark.column < (*y)->mark.column ? -1 : 1;
    return *x < *y ? -1 : *x > *y;
}

static int sort_diagnostics(struct kin_diagnostics *all, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const struct kin_diagnostic **order = NULL;
    struct kin_diagnostic *sorted;
    KIN_TRY(kin_alloc_into(&order, all->n, sizeof(struct kin_diagnostic *), err));
    KIN_TRY(kin_alloc_into(&sorted, all->n, sizeof *sorted, err));
    for (size_t i = 0; i < all->n; i++)
        order[i] = &all->list[i];
    qsort(order, all->n, sizeof(struct kin_diagnostic *), compare_places);
    for (size_t i = 0; i < all->n; i++)
        sorted[i] = *order[i];
    kin_free(all->list);
    all->list = sorted;
    all->capacity = all->n;
    return 0;
}

int kin_report_finish(struct kin_reporter *reporter, struct kin_error *err)
{
    struct kin_diagnostics *all = reporter->diagnostics;
    if (all->n > 1)
        KIN_TRY(sort_diagnostics(all, err));
    struct line_cursor cursor = {reporter->text, reporter->text + reporter->length, 1};
    for (size_t i = 0; i < all->n; i++) {
        all->list[i].shown = shown_form(reporter, &cursor, &all->list[i]);
        reporter->failed |= all->list[i].shown == NULL;
    }
    return reporter->failed ? kin_fail(err, KIN_ENOMEM, "no memory for messages") : 0;
}
