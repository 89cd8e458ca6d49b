/* Tables as reports read them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/report.h"

long kin_frame_column(const struct kin_frame *frame, const char *name)
{
    for (size_t c = 0; c < frame->n_columns; c++)
        if (strcmp(frame->columns[c], name) == 0)
            return (long)c;
    return -1;
}

const char *kin_frame_text(const struct kin_frame *frame, size_t row, const char *column)
{
    long c = kin_frame_column(frame, column);
    return c < 0 ? "" : frame->cells[row * frame->n_columns + (size_t)c];
}

double kin_frame_number(const struct kin_frame *frame, size_t row, const char *column)
{
    double number;
    return kin_number_parse(kin_frame_text(frame, row, column), false, &number) ? number : NAN;
}

bool kin_frame_match(const struct kin_frame *frame, size_t row, const struct kin_where *where)
{
    for (; where && where->column; where++)
        if (strcmp(kin_frame_text(frame, row, where->column), where->value) != 0)
            return false;
    return true;
}

/* ---- different names ---- */

void kin_names_release(struct kin_names *names)
{
    kin_free(names->list);
    *names = (struct kin_names){0};
}

static bool has_name(const struct kin_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->list[i], name) == 0)
            return true;
    return false;
}

static int expected_order(const void *a, const void *b)
{
    const char *p = *(const char *const *)a, *q = *(const char *const *)b;
    size_t rank_p = kin_rank_of(p), rank_q = kin_rank_of(q);
    double x, y;
    bool p_number = kin_number_parse(p, false, &x), q_number = kin_number_parse(q, false, &y);
    if (rank_p != rank_q)
        return rank_p < rank_q ? -1 : 1;
    if (p_number && q_number && x != y)
        return x < y ? -1 : 1;
    if (p_number != q_number)
        return p_number ? -1 : 1;
    return strcmp(p, q);
}

int kin_frame_names(const struct kin_frame *frame, const char *column,
                    const struct kin_where *where, struct kin_names *out, struct kin_error *err)
{
    for (size_t r = 0; r < frame->n_rows; r++) {
        const char *text = kin_frame_text(frame, r, column);
        if (*text == '\0' || !kin_frame_match(frame, r, where) || has_name(out, text))
            continue;
        KIN_TRY(kin_grow(&out->list, &out->capacity, out->n + 1, sizeof *out->list, err));
        out->list[out->n++] = text;
    }
    if (out->n > 1)
        qsort(out->list, out->n, sizeof *out->list, expected_order);
    return 0;
}

double kin_frame_mean(const struct kin_frame *frame, const char *column,
                      const struct kin_where *where, size_t *n)
{
    double sum = 0;
    size_t count = 0;
    for (size_t r = 0; r < frame->n_rows; r++) {
        double x = kin_frame_match(frame, r, where) ? kin_frame_number(frame, r, column) : NAN;
        if (isnan(x))
            continue;
        sum += x;
        count++;
    }
    if (n)
        *n = count;
    return count ? sum / (double)count : NAN;
}
