/* The list of drawings, and what they share. */
#include "draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/transform.h"

#define KIN_DRAWING(x) extern const struct kin_drawing kin_drawing_##x;
#include "drawings.def"
#undef KIN_DRAWING

static const struct kin_drawing *const drawings[] = {
#define KIN_DRAWING(x) &kin_drawing_##x,
#include "drawings.def"
#undef KIN_DRAWING
};

size_t kin_drawing_count(void)
{
    return KIN_COUNT(drawings);
}

const struct kin_drawing *kin_drawing_at(size_t i)
{
    return drawings[i];
}

const struct kin_drawing *kin_drawing_find(const char *name)
{
    for (size_t i = 0; i < KIN_COUNT(drawings); i++)
        if (strcmp(drawings[i]->name, name) == 0)
            return drawings[i];
    return NULL;
}

/* ---- transformations ---- */

int draw_transformations(const struct kin_frame *frame, struct kin_names *out,
                         struct kin_error *err)
{
    KIN_TRY(kin_frame_names(frame, "transformation", NULL, out, err));
    size_t kept = 0;
    for (size_t i = 0; i < out->n; i++)
        if (strcmp(out->list[i], "OG") != 0)
            out->list[kept++] = out->list[i];
    out->n = kept;
    return 0;
}

const char *draw_unit(const char *transformation)
{
    const struct kin_transform *transform;
    return kin_transform_find(transformation, &transform, NULL) == 0 ? transform->unit
                                                                     : "magnitude";
}

int draw_magnitude_panel(struct kin_plot *plot, const struct kin_frame *frame,
                         const char *transformation, const char *beside, struct kin_panel **out,
                         struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text title = {0};
    const struct kin_where where[] = {{"transformation", transformation}, {0}};
    kin_text_addf(&title, "%s%s%s", transformation, *beside ? " · " : "", beside);
    KIN_TRY(kin_text_check(&title, err));
    KIN_TRY(kin_plot_panel(plot, title.data, draw_unit(transformation), out, err));
    double low = INFINITY, high = -INFINITY;
    for (size_t r = 0; r < frame->n_rows; r++) {
        double x = kin_frame_number(frame, r, "magnitude");
        if (isnan(x) || !kin_frame_match(frame, r, where))
            continue;
        low = fmin(low, x);
        high = fmax(high, x);
    }
    if (low <= high) {
        double margin = high > low ? 0.04 * (high - low) : 0.5;
        (*out)->x_min = low - margin;
        (*out)->x_max = high + margin;
    }
    return 0;
}

/* ---- curves ---- */

struct points {
    struct kin_point *list;
    size_t n, capacity;
};

static void points_release(struct points *points)
{
    kin_free(points->list);
}

static int by_x(const void *a, const void *b)
{
    const struct kin_point *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->y < q->y ? -1 : p->y > q->y;
}

/* The rows wanted as points, in ascending magnitude. */
static int read_points(const struct kin_frame *frame, const struct kin_where *where,
                       const char *value, struct points *out, struct kin_error *err)
{
    for (size_t r = 0; r < frame->n_rows; r++) {
        if (!kin_frame_match(frame, r, where))
            continue;
        struct kin_point point = {.x = kin_frame_number(frame, r, "magnitude"),
                                  .y = kin_frame_number(frame, r, value),
                                  .low = kin_frame_number(frame, r, "lower"),
                                  .high = kin_frame_number(frame, r, "upper")};
        if (isnan(point.x) || isnan(point.y))
            continue;
        KIN_TRY(kin_grow(&out->list, &out->capacity, out->n + 1, sizeof *out->list, err));
        out->list[out->n++] = point;
    }
    if (out->n > 1)
        qsort(out->list, out->n, sizeof *out->list, by_x);
    return 0;
}

/* One point a magnitude: the mean. */
static void average(struct points *points)
{
    size_t kept = 0;
    for (size_t i = 0, next; i < points->n; i = next) {
        double sum = 0;
        for (next = i; next < points->n && points->list[next].x == points->list[i].x; next++)
            sum += points->list[next].y;
        points->list[kept++] = (struct kin_point){
            .x = points->list[i].x, .y = sum / (double)(next - i), .low = NAN, .high = NAN};
    }
    points->n = kept;
}

static int add_points(struct kin_panel *panel, enum kin_series_style style, struct kin_look look,
                      const char *label, const struct points *points, struct kin_error *err)
{
    struct kin_series *series;
    KIN_TRY(kin_panel_series(panel, style, look, label, &series, err));
    for (size_t i = 0; i < points->n; i++)
        if (style != KIN_SERIES_BAND || !isnan(points->list[i].low))
            KIN_TRY(kin_series_add(series, points->list[i], err));
    return 0;
}

#define MOST_WHERE 8

/* A summary of several columns says in `value` which one a row is about. */
static int read_summary(const struct kin_frame *summary, const struct kin_where *where,
                        const char *value, struct points *out, struct kin_error *err)
{
    struct kin_where rows[MOST_WHERE + 2] = {{0}};
    size_t n = 0;
    if (!summary)
        return 0;
    for (; where[n].column && n < MOST_WHERE; n++)
        rows[n] = where[n];
    if (kin_frame_column(summary, "value") >= 0)
        rows[n] = (struct kin_where){"value", value};
    return read_points(summary, rows, "mean", out, err);
}

int draw_curve(const struct draw *d, struct kin_panel *panel, const struct kin_where *where,
               const char *value, const char *name, struct kin_error *err)
{
    KIN_AUTO(points_release) struct points trials = {0};
    KIN_AUTO(points_release) struct points means = {0};
    struct kin_look look = kin_look_of(name, d->colours);
    KIN_TRY(read_points(d->tables->of, where, value, &trials, err));
    KIN_TRY(read_summary(d->tables->intervals, where, value, &means, err));
    if (means.n == 0) {
        KIN_TRY(read_points(d->tables->of, where, value, &means, err));
        average(&means);
    }
    KIN_TRY(add_points(panel, KIN_SERIES_BAND, look, name, &means, err));
    if (trials.n > means.n)
        KIN_TRY(add_points(panel, KIN_SERIES_POINTS, look, name, &trials, err));
    return add_points(panel, KIN_SERIES_LINE, look, name, &means, err);
}

int draw_level(struct kin_panel *panel, double y, struct kin_look look, const char *label,
               struct kin_error *err)
{
    struct kin_series *series;
    if (isnan(y))
        return 0;
    KIN_TRY(kin_panel_series(panel, KIN_SERIES_DOTTED, look, label, &series, err));
    KIN_TRY(kin_series_add(series, (struct kin_point){panel->x_min, y, NAN, NAN}, err));
    return kin_series_add(series, (struct kin_point){panel->x_max, y, NAN, NAN}, err);
}

int draw_keys(const struct draw *d, const struct kin_names *names, enum kin_series_style style,
              struct kin_error *err)
{
    for (size_t i = 0; i < names->n; i++)
        KIN_TRY(kin_plot_key(d->plot, kin_caption_of(names->list[i]),
                             kin_look_of(names->list[i], d->colours), style, err));
    return 0;
}

/* ---- axes ---- */

int draw_categories(struct kin_panel *panel, const struct kin_names *names, struct kin_error *err)
{
    panel->x_min = -0.6;
    panel->x_max = (double)names->n - 0.4;
    for (size_t i = 0; i < names->n; i++)
        KIN_TRY(kin_panel_tic(panel, (double)i, names->list[i], err));
    return 0;
}

static void widen(double y, double *low, double *high)
{
    if (isnan(y))
        return;
    *low = fmin(*low, y);
    *high = fmax(*high, y);
}

void draw_common_y(struct kin_plot *plot, size_t first)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t p = first; p < plot->n; p++)
        for (size_t s = 0; s < plot->panels[p].n_series; s++)
            for (size_t i = 0; i < plot->panels[p].series[s].n; i++) {
                const struct kin_point *point = &plot->panels[p].series[s].points[i];
                widen(point->y, &low, &high);
                widen(point->low, &low, &high);
                widen(point->high, &low, &high);
            }
    if (!(low <= high))
        return;
    if (low >= 0 && high <= 1) {
        low = 0;
        high = high > 0.5 ? 1 : high;
    }
    double margin = high > low ? 0.04 * (high - low) : 0.5;
    for (size_t p = first; p < plot->n; p++) {
        plot->panels[p].y_min = low - margin;
        plot->panels[p].y_max = high + margin;
    }
}
