/*
 * Figures 5, 8 and 11: marginal means. They come from a model where there is one (columns model,
 * factor, level, how, mean, lower, upper); else the observations are averaged, every transformation
 * weighing the same, and there are no intervals.
 */
#include "draw.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"

/* What one figure of means is about. */
struct subject {
    const char *value;      /* column of the observations */
    const char *columns[4]; /* whose values make a model: «rho dtw euclidean» */
    const char *model;      /* its name where no columns make it */
    const char *space;      /* only this one; NULL: the table has none */
    const char *along;      /* column along x */
    const char *by;         /* column told apart by colour; NULL: along */
};

/* Points of one model, to be drawn. */
struct chosen {
    const struct draw *d;
    const struct subject *subject;
    struct kin_panel *panel;
    const struct kin_names *along, *by;
};

static size_t marks_a_place(const struct chosen *c)
{
    return c->subject->by ? c->by->n : 1;
}

/* Where along x an entry of `by` stands. */
static double place(const struct chosen *c, size_t along, size_t by)
{
    return (double)along + 0.24 * ((double)by - 0.5 * (double)(marks_a_place(c) - 1));
}

static int add_mean(const struct chosen *c, size_t along, size_t by, struct kin_point point,
                    struct kin_error *err)
{
    const char *name = c->subject->by ? c->by->list[by] : c->along->list[along];
    struct kin_series *series;
    point.x = place(c, along, by);
    enum kin_series_style style = isnan(point.low) ? KIN_SERIES_MARKS : KIN_SERIES_INTERVAL;
    KIN_TRY(
        kin_panel_series(c->panel, style, kin_look_of(name, c->d->colours), name, &series, err));
    return kin_series_add(series, point, err);
}

/* ---- from a model ---- */

/* Whether a level such as «VGG:AE», «VGG AE» or «AE» has the name as one of its words. */
static bool level_has(const char *level, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = level; (at = strstr(at, name)); at += length) {
        bool begins = at == level || strchr(" :,.", at[-1]);
        if (begins && (at[length] == '\0' || strchr(" :,.", at[length])))
            return true;
    }
    return false;
}

/* Whether the factor is what a figure is about: «encoder», or both of «task:encoder». */
static bool factor_fits(const char *factor, const struct subject *subject)
{
    if (!subject->by)
        return strcmp(factor, subject->along) == 0;
    return level_has(factor, subject->along) && level_has(factor, subject->by);
}

/* One way of averaging over the magnitudes: the one over those that were measured, if it is there.
 */
static const char *way_of(const struct kin_frame *means)
{
    static const char listed[] = "average_over_listed_magnitudes";
    for (size_t r = 0; r < means->n_rows; r++)
        if (strcmp(kin_frame_text(means, r, "how"), listed) == 0)
            return listed;
    return means->n_rows ? kin_frame_text(means, 0, "how") : "";
}

static int add_modelled(const struct chosen *c, const char *model, struct kin_error *err)
{
    const struct kin_frame *means = c->d->tables->means;
    const struct kin_where where[] = {{"model", model}, {"how", way_of(means)}, {0}};
    for (size_t r = 0; r < means->n_rows; r++) {
        if (!kin_frame_match(means, r, where) ||
            !factor_fits(kin_frame_text(means, r, "factor"), c->subject))
            continue;
        const char *level = kin_frame_text(means, r, "level");
        const struct kin_point point = {.y = kin_frame_number(means, r, "mean"),
                                        .low = kin_frame_number(means, r, "lower"),
                                        .high = kin_frame_number(means, r, "upper")};
        for (size_t a = 0; a < c->along->n; a++)
            for (size_t b = 0; b < marks_a_place(c); b++)
                if (level_has(level, c->along->list[a]) &&
                    (!c->subject->by || level_has(level, c->by->list[b])))
                    KIN_TRY(add_mean(c, a, b, point, err));
    }
    return 0;
}

/* ---- from the observations ---- */

static double balanced_mean(const struct chosen *c, const struct kin_where *of_cell, size_t n,
                            const struct kin_names *transformations)
{
    struct kin_where where[8] = {{0}};
    double sum = 0;
    size_t count = 0;
    memcpy(where, of_cell, n * sizeof *where);
    for (size_t t = 0; t < transformations->n; t++) {
        where[n] = (struct kin_where){"transformation", transformations->list[t]};
        double mean = kin_frame_mean(c->d->tables->of, c->subject->value, where, NULL);
        if (isnan(mean))
            continue;
        sum += mean;
        count++;
    }
    return count ? sum / (double)count : NAN;
}

static int add_averaged(const struct chosen *c, const struct kin_where *model, size_t n,
                        struct kin_error *err)
{
    KIN_AUTO(names_release) struct kin_names transformations = {0};
    struct kin_where where[8] = {{0}};
    memcpy(where, model, n * sizeof *where);
    KIN_TRY(draw_transformations(c->d->tables->of, &transformations, err));
    for (size_t a = 0; a < c->along->n; a++)
        for (size_t b = 0; b < marks_a_place(c); b++) {
            size_t used = n;
            where[used++] = (struct kin_where){c->subject->along, c->along->list[a]};
            if (c->subject->by)
                where[used++] = (struct kin_where){c->subject->by, c->by->list[b]};
            double y = balanced_mean(c, where, used, &transformations);
            if (!isnan(y))
                KIN_TRY(add_mean(c, a, b, (struct kin_point){0, y, NAN, NAN}, err));
        }
    return 0;
}

/* ---- both ---- */

/* «rho dtw euclidean» and «rank correlation, DTW, Euclidean». */
static int name_model(const struct kin_where *model, size_t first, size_t n, struct kin_text *name,
                      struct kin_text *title, struct kin_error *err)
{
    for (size_t i = first; i < n; i++) {
        kin_text_addf(name, "%s%s", i > first ? " " : "", model[i].value);
        kin_text_addf(title, "%s%s", i > first ? ", " : "", kin_caption_of(model[i].value));
    }
    KIN_TRY(kin_text_check(name, err));
    return kin_text_check(title, err);
}

static int draw_model(const struct chosen *shared, const struct kin_where *model, size_t n,
                      struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    KIN_AUTO(kin_text_release) struct kin_text title = {0};
    struct chosen c = *shared;
    size_t first = c.subject->space ? 1 : 0;
    KIN_TRY(name_model(model, first, n, &name, &title, err));
    KIN_TRY(kin_plot_panel(c.d->plot, kin_text_string(&title), NULL, &c.panel, err));
    KIN_TRY(draw_categories(c.panel, c.along, err));
    if (c.d->tables->means)
        KIN_TRY(add_modelled(&c, c.subject->model ? c.subject->model : name.data, err));
    return c.panel->n_series > 0 ? 0 : add_averaged(&c, model, n, err);
}

/* All combinations of what the columns of the subject hold. */
static int draw_models(const struct chosen *c, struct kin_where *model, size_t n,
                       struct kin_error *err)
{
    const char *column = c->subject->columns[n - (c->subject->space ? 1 : 0)];
    KIN_AUTO(names_release) struct kin_names values = {0};
    if (!column)
        return draw_model(c, model, n, err);
    KIN_TRY(kin_frame_names(c->d->tables->of, column, model, &values, err));
    for (size_t i = 0; i < values.n; i++) {
        model[n] = (struct kin_where){column, values.list[i]};
        KIN_TRY(draw_models(c, model, n + 1, err));
        model[n] = (struct kin_where){0};
    }
    return 0;
}

static int draw_subject(const struct draw *d, const struct subject *subject, struct kin_error *err)
{
    KIN_AUTO(names_release) struct kin_names along = {0};
    KIN_AUTO(names_release) struct kin_names by = {0};
    struct kin_where model[8] = {{0}};
    if (subject->space)
        model[0] = (struct kin_where){"space", subject->space};
    KIN_TRY(kin_frame_names(d->tables->of, subject->along, model, &along, err));
    if (subject->by)
        KIN_TRY(kin_frame_names(d->tables->of, subject->by, NULL, &by, err));
    const struct chosen c = {.d = d, .subject = subject, .along = &along, .by = &by};
    KIN_TRY(draw_models(&c, model, subject->space ? 1 : 0, err));
    draw_common_y(d->plot, 0);
    return draw_keys(d, &by, KIN_SERIES_INTERVAL, err);
}

/* ---- the three figures ---- */

#define CAPTION_END                                                                                \
    " Marginal means of the additive models with 95 % intervals; where a model is missing, plain " \
    "means over transformations and magnitudes, without intervals."

static int draw_performance_means(const struct kin_drawing_tables *tables,
                                  const struct kin_colours *colours, struct kin_plot *out,
                                  struct kin_error *err)
{
    static const struct subject subject = {
        .value = "standardised", .model = "performance", .along = "task", .by = "encoder"};
    const struct draw d = {tables, colours, out};
    out->columns = out->narrow_columns = 1;
    out->panel_height = 220;
    out->narrow_height = 180;
    KIN_TRY(kin_plot_y_label(out, "standardised performance", err));
    return draw_subject(&d, &subject, err);
}

const struct kin_drawing kin_drawing_performance_means = {
    .name = "performance_means",
    .figure = 5,
    .title = "Mean performance by task and encoder",
    .caption = "Performance in units of the standard deviation within a task, the sign of AE's "
               "error reversed: higher is better." CAPTION_END,
    .draw = draw_performance_means,
};

static int draw_within_means(const struct kin_drawing_tables *tables,
                             const struct kin_colours *colours, struct kin_plot *out,
                             struct kin_error *err)
{
    static const struct subject subject = {
        .value = "consistency", .columns = {"distance"}, .space = "latent", .along = "encoder"};
    const struct draw d = {tables, colours, out};
    out->columns = 2;
    out->narrow_columns = 1;
    out->panel_height = 200;
    out->narrow_height = 150;
    KIN_TRY(kin_plot_y_label(out, "within-space consistency", err));
    return draw_subject(&d, &subject, err);
}

const struct kin_drawing kin_drawing_within_means = {
    .name = "within_means",
    .figure = 8,
    .title = "Mean within-space consistency",
    .caption = "Which encoder keeps changed clips nearest to their own originals." CAPTION_END,
    .draw = draw_within_means,
};

static int draw_between_means(const struct kin_drawing_tables *tables,
                              const struct kin_colours *colours, struct kin_plot *out,
                              struct kin_error *err)
{
    static const struct subject subject = {
        .value = "consistency", .columns = {"measure", "d_audio", "d_latent"}, .along = "encoder"};
    const struct draw d = {tables, colours, out};
    out->columns = 4;
    out->narrow_columns = 1;
    out->panel_height = 150;
    out->narrow_height = 110;
    KIN_TRY(kin_plot_y_label(out, "between-space consistency", err));
    return draw_subject(&d, &subject, err);
}

const struct kin_drawing kin_drawing_between_means = {
    .name = "between_means",
    .figure = 11,
    .title = "Mean between-space consistency",
    .caption = "How far audio and embedding agree, for each pair of distances." CAPTION_END,
    .draw = draw_between_means,
};
