/* Building small multiples. */
#include <string.h>

#include "kindred/memory.h"
#include "kindred/report.h"

static int copy(const char *text, char **out, struct kin_error *err)
{
    *out = kin_strdup(text);
    return text && !*out ? kin_fail(err, KIN_ENOMEM, "no memory for a figure") : 0;
}

static void panel_release(struct kin_panel *panel)
{
    for (size_t s = 0; s < panel->n_series; s++) {
        kin_free(panel->series[s].label);
        kin_free(panel->series[s].points);
    }
    for (size_t t = 0; t < panel->n_tics; t++)
        kin_free(panel->tics[t].label);
    kin_free(panel->series);
    kin_free(panel->tics);
    kin_free(panel->title);
    kin_free(panel->x_label);
}

void kin_plot_release(struct kin_plot *plot)
{
    for (size_t p = 0; p < plot->n; p++)
        panel_release(&plot->panels[p]);
    for (size_t k = 0; k < plot->n_keys; k++)
        kin_free(plot->keys[k].label);
    kin_free(plot->panels);
    kin_free(plot->keys);
    kin_free(plot->y_label);
    *plot = (struct kin_plot){0};
}

int kin_plot_panel(struct kin_plot *plot, const char *title, const char *x_label,
                   struct kin_panel **out, struct kin_error *err)
{
    KIN_TRY(kin_grow(&plot->panels, &plot->capacity, plot->n + 1, sizeof *plot->panels, err));
    struct kin_panel *panel = &plot->panels[plot->n++];
    KIN_TRY(copy(title, &panel->title, err));
    KIN_TRY(copy(x_label, &panel->x_label, err));
    *out = panel;
    return 0;
}

int kin_plot_y_label(struct kin_plot *plot, const char *label, struct kin_error *err)
{
    kin_free(plot->y_label);
    return copy(label, &plot->y_label, err);
}

int kin_plot_key(struct kin_plot *plot, const char *label, struct kin_look look,
                 enum kin_series_style style, struct kin_error *err)
{
    KIN_TRY(kin_grow(&plot->keys, &plot->keys_capacity, plot->n_keys + 1, sizeof *plot->keys, err));
    struct kin_key *key = &plot->keys[plot->n_keys++];
    key->style = style;
    key->mark = look.mark;
    memcpy(key->colour, look.colour, sizeof key->colour);
    return copy(label, &key->label, err);
}

int kin_panel_series(struct kin_panel *panel, enum kin_series_style style, struct kin_look look,
                     const char *label, struct kin_series **out, struct kin_error *err)
{
    KIN_TRY(kin_grow(&panel->series, &panel->capacity, panel->n_series + 1, sizeof *panel->series,
                     err));
    struct kin_series *series = &panel->series[panel->n_series++];
    series->style = style;
    series->mark = look.mark;
    memcpy(series->colour, look.colour, sizeof series->colour);
    KIN_TRY(copy(label, &series->label, err));
    *out = series;
    return 0;
}

int kin_panel_tic(struct kin_panel *panel, double at, const char *label, struct kin_error *err)
{
    KIN_TRY(
        kin_grow(&panel->tics, &panel->tics_capacity, panel->n_tics + 1, sizeof *panel->tics, err));
    struct kin_tic *tic = &panel->tics[panel->n_tics++];
    tic->at = at;
    return copy(label, &tic->label, err);
}

int kin_series_add(struct kin_series *series, struct kin_point point, struct kin_error *err)
{
    KIN_TRY(
        kin_grow(&series->points, &series->capacity, series->n + 1, sizeof *series->points, err));
    series->points[series->n++] = point;
    return 0;
}

size_t kin_plot_points(const struct kin_plot *plot)
{
    size_t n = 0;
    for (size_t p = 0; p < plot->n; p++)
        for (size_t s = 0; s < plot->panels[p].n_series; s++)
            n += plot->panels[p].series[s].n;
    return n;
}
