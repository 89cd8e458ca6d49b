/*
 * A plot as gnuplot's data and script. Everything is placed in pixels: panels of one size, side by
 * side; the script has both arrangements, for a wide page and for a phone, and the panels once.
 */
#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/report.h"

#define WIDE 1080.0
#define NARROW 380.0
#define KEY_LINE 22.0
#define LEFT 52.0
#define RIGHT 14.0
#define TOP 26.0    /* the title of a panel */
#define BOTTOM 52.0 /* tics and the label of x */
#define GAP 40.0    /* between panels of a line: the tics of y */

/* ---- data ---- */

static void add_number(struct kin_text *out, double x)
{
    if (isnan(x))
        kin_text_add(out, "NaN");
    else
        kin_text_add_number(out, x);
}

static void add_line_of(struct kin_text *out, const char *text)
{
    for (const char *c = text ? text : ""; *c; c++)
        kin_text_add_bytes(out, *c == '\n' || *c == '\r' ? " " : c, 1);
}

void kin_plot_data(const struct kin_plot *plot, struct kin_text *out)
{
    kin_text_add(out, "# x y low high; one block a series, in the order of the script\n");
    for (size_t p = 0; p < plot->n; p++) {
        const struct kin_panel *panel = &plot->panels[p];
        for (size_t s = 0; s < panel->n_series; s++) {
            if (panel->series[s].n == 0)
                continue; /* gnuplot counts blocks that have lines */
            kin_text_add(out, p || s ? "\n\n# " : "# ");
            add_line_of(out, panel->title);
            kin_text_add(out, ": ");
            add_line_of(out, panel->series[s].label);
            kin_text_add(out, "\n");
            for (size_t i = 0; i < panel->series[s].n; i++) {
                const struct kin_point *point = &panel->series[s].points[i];
                const double cells[] = {point->x, point->y, point->low, point->high};
                for (size_t c = 0; c < KIN_COUNT(cells); c++) {
                    kin_text_add(out, c ? " " : "");
                    add_number(out, cells[c]);
                }
                kin_text_add(out, "\n");
            }
        }
    }
}

/* ---- texts and numbers of a script ---- */

/* Single quotes: gnuplot reads everything as it is, a quote doubled. */
static void add_quoted(struct kin_text *out, const char *text)
{
    kin_text_add(out, "'");
    for (const char *c = text ? text : ""; *c; c++)
        if (*c == '\'')
            kin_text_add(out, "''");
        else
            kin_text_add_bytes(out, *c == '\n' || *c == '\r' ? " " : c, 1);
    kin_text_add(out, "'");
}

/* Characters, not bytes. */
static size_t length_of(const char *text)
{
    size_t n = 0;
    for (const char *c = text; *c; c++)
        n += ((unsigned char)*c & 0xC0) != 0x80;
    return n;
}

/* 1, 2 or 5 times a power of ten, so that a range has about four steps. */
static double tic_step(double range)
{
    double power = pow(10, floor(log10(range / 4)));
    double steps = range / 4 / power;
    return power * (steps < 1.5 ? 1 : steps < 3.5 ? 2 : steps < 7.5 ? 5 : 10);
}

/* ---- arrangement ---- */

struct arrangement {
    size_t columns, lines;
    double width, height, key, panel_width, panel_height; /* pixels */
};

static double key_width(const struct kin_key *key)
{
    return 34 + 7.2 * (double)length_of(key->label);
}

/* Where the k-th entry stands; returns the number of lines begun. */
static size_t place_key(const struct kin_plot *plot, double width, size_t k, double *x)
{
    size_t line = 1;
    *x = LEFT;
    for (size_t i = 0; i <= k && i < plot->n_keys; i++) {
        if (*x > LEFT && *x + key_width(&plot->keys[i]) > width - RIGHT) {
            line++;
            *x = LEFT;
        }
        if (i < k)
            *x += key_width(&plot->keys[i]);
    }
    return line;
}

/* Line and column of panel p. */
static void place_panel(const struct kin_plot *plot, size_t columns, size_t p, size_t *line,
                        size_t *column)
{
    *line = *column = 0;
    for (size_t i = 1; i <= p; i++) {
        bool next = ++*column == columns || plot->panels[i].breaks;
        *line += next;
        *column = next ? 0 : *column;
    }
}

static struct arrangement arrange(const struct kin_plot *plot, bool narrow)
{
    double x;
    struct arrangement a = {.columns = narrow ? plot->narrow_columns : plot->columns,
                            .width = narrow ? NARROW : WIDE,
                            .panel_height = narrow ? plot->narrow_height : plot->panel_height};
    size_t last = 0, column;
    if (plot->n > 0)
        place_panel(plot, a.columns, plot->n - 1, &last, &column);
    a.lines = last + 1;
    a.key = plot->n_keys ? KEY_LINE * (double)place_key(plot, a.width, plot->n_keys - 1, &x) : 0;
    a.panel_width = (a.width - LEFT - RIGHT - GAP * (double)(a.columns - 1)) / (double)a.columns;
    a.height = a.key + (double)a.lines * (a.panel_height + TOP + BOTTOM);
    return a;
}

/* ---- head ---- */

static void add_keys(const struct kin_plot *plot, const struct arrangement *a, struct kin_text *out)
{
    for (size_t k = 0; k < plot->n_keys; k++) {
        const struct kin_key *key = &plot->keys[k];
        double x;
        double y = KEY_LINE * ((double)place_key(plot, a->width, k, &x) - 0.5);
        kin_text_addf(out, "    set label %zu ", k + 1);
        add_quoted(out, key->label);
        kin_text_addf(out,
                      " at screen %.5f, screen %.5f left offset char 1, -0.2 point pt %d ps 1 "
                      "lc rgb '%s'\n",
                      (x + 8) / a->width, 1 - y / a->height, key->mark, key->colour);
    }
    if (!plot->y_label)
        return;
    kin_text_addf(out, "    set label %zu ", plot->n_keys + 1);
    add_quoted(out, plot->y_label);
    kin_text_addf(out, " at screen %.5f, screen %.5f center rotate by 90\n", 9 / a->width,
                  (1 - a->key / a->height) / 2);
}

static void add_arrangement(const struct kin_plot *plot, bool narrow, struct kin_text *out)
{
    struct arrangement a = arrange(plot, narrow);
    kin_text_addf(out,
                  "    set terminal svg size %.0f,%.0f dynamic noenhanced linewidth 1 "
                  "font 'sans-serif,%d' background rgb 'white'\n    set multiplot\n",
                  a.width, a.height, narrow ? 11 : 12);
    add_keys(plot, &a, out);
    kin_text_addf(out, "    panel_width = %.5f; panel_height = %.5f\n", a.panel_width / a.width,
                  a.panel_height / a.height);
    kin_text_addf(out,
                  "    left(column) = %.5f + column * %.5f\n"
                  "    top(line) = %.5f - line * %.5f\n",
                  LEFT / a.width, (a.panel_width + GAP) / a.width, 1 - (a.key + TOP) / a.height,
                  (a.panel_height + TOP + BOTTOM) / a.height);
}

static void add_head(const struct kin_plot *plot, const char *name, const char *title,
                     struct kin_text *out)
{
    kin_text_add(out, "# ");
    add_line_of(out, title);
    kin_text_add(out, "\n# Change what you like, then: gnuplot ");
    add_line_of(out, name);
    kin_text_add(out, ".gp >");
    add_line_of(out, name);
    kin_text_add(out, ".svg (for a phone: gnuplot -e narrow=1 ...)\n");
    kin_text_add(out, "if (!exists('data')) data = ");
    KIN_AUTO(kin_text_release) struct kin_text file = {0};
    kin_text_addf(&file, "%s.dat", name);
    add_quoted(out, kin_text_string(&file));
    kin_text_add(out, "\nif (!exists('narrow')) narrow = 0\nset encoding utf8\nif (narrow) {\n");
    add_arrangement(plot, true, out);
    kin_text_add(out, "} else {\n");
    add_arrangement(plot, false, out);
    kin_text_add(out,
                 "}\n"
                 "unset key\nset border 3 lc rgb '#777777'\n"
                 "set tics nomirror scale 0.5 textcolor rgb '#333333'\n"
                 "set grid y lc rgb '#e4e4e4' lt 1 lw 0.7\nset title offset 0,-0.6\n"
                 "set xlabel offset 0,0.5\n"
                 "set palette defined (0 '#0d3b7a', 0.35 '#2a7f8e', 0.7 '#7cbf5a', 1 '#f2c500')\n"
                 "unset colorbox\n");
}

/* ---- panels ---- */

static void widen(double x, double *low, double *high)
{
    if (isnan(x))
        return;
    *low = fmin(*low, x);
    *high = fmax(*high, x);
}

/* What the points cover, with a margin; or what the panel says. */
static void range_of(const struct kin_panel *panel, bool of_y, double *low, double *high)
{
    *low = of_y ? panel->y_min : panel->x_min;
    *high = of_y ? panel->y_max : panel->x_max;
    if (*low != *high)
        return;
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t s = 0; s < panel->n_series; s++)
        for (size_t i = 0; i < panel->series[s].n; i++) {
            const struct kin_point *point = &panel->series[s].points[i];
            widen(of_y ? point->y : point->x, low, high);
            if (of_y && panel->series[s].style == KIN_SERIES_INTERVAL) {
                widen(point->low, low, high);
                widen(point->high, low, high);
            }
        }
    if (!(*low <= *high)) {
        *low = 0;
        *high = 1;
    }
    double margin = *high > *low ? 0.05 * (*high - *low) : 0.5;
    *low -= margin;
    *high += margin;
}

static void add_axes(const struct kin_panel *panel, struct kin_text *out)
{
    double x_min, x_max, y_min, y_max;
    range_of(panel, false, &x_min, &x_max);
    range_of(panel, true, &y_min, &y_max);
    kin_text_addf(out, "set xrange [%.6g:%.6g]; set yrange [%.6g:%.6g]\n", x_min, x_max, y_min,
                  y_max);
    if (panel->bare) {
        kin_text_add(out, "unset tics; set border 15\n");
        return;
    }
    kin_text_add(out, "set border 3; set tics\n");
    kin_text_addf(out, panel->flat ? "unset ytics\n" : "set ytics %g\n", tic_step(y_max - y_min));
    if (panel->n_tics == 0) {
        kin_text_addf(out, "set xtics autofreq %g\n", tic_step(x_max - x_min));
        return;
    }
    kin_text_add(out, "set xtics (");
    for (size_t t = 0; t < panel->n_tics; t++) {
        kin_text_add(out, t ? ", " : "");
        add_quoted(out, panel->tics[t].label);
        kin_text_addf(out, " %g", panel->tics[t].at);
    }
    kin_text_add(out, ")\n");
}

#define FEW 200 /* dots that may be larger */

static double point_size(const struct kin_series *series)
{
    if (series->style == KIN_SERIES_MARKS)
        return 0.7;
    return series->style == KIN_SERIES_DOTS && series->n <= FEW ? 0.4 : 0.25;
}

static void add_series(const struct kin_series *series, size_t index, struct kin_text *out)
{
    kin_text_addf(out, "    data index %zu ", index);
    switch (series->style) {
    case KIN_SERIES_BAND:
        kin_text_addf(
            out, "using 1:3:4 with filledcurves lc rgb '%s' fs transparent solid 0.18 noborder",
            series->colour);
        break;
    case KIN_SERIES_LINE:
        kin_text_addf(out, "using 1:2 with linespoints lw 1.6 lc rgb '%s' pt %d ps 0.45",
                      series->colour, series->mark);
        break;
    case KIN_SERIES_THIN:
        kin_text_addf(out, "using 1:2 with lines lw 1.6 lc rgb '%s'", series->colour);
        break;
    case KIN_SERIES_DOTTED:
        kin_text_addf(out, "using 1:2 with lines lw 1.4 dt '.' lc rgb '%s'", series->colour);
        break;
    case KIN_SERIES_INTERVAL:
        kin_text_addf(out, "using 1:2:3:4 with yerrorbars lw 1.6 lc rgb '%s' pt %d ps 0.8",
                      series->colour, series->mark);
        break;
    case KIN_SERIES_SCALE:
        kin_text_add(out, "using 1:2:3 with points lc palette pt 7 ps 0.6");
        break;
    default:
        kin_text_addf(out, "using 1:2 with points lc rgb '%s' pt %d ps %g", series->colour,
                      series->mark, point_size(series));
    }
}

static bool is_empty(const struct kin_panel *panel)
{
    for (size_t s = 0; s < panel->n_series; s++)
        if (panel->series[s].n > 0)
            return false;
    return true;
}

static void add_panel(const struct kin_plot *plot, size_t p, size_t *index, struct kin_text *out)
{
    const struct kin_panel *panel = &plot->panels[p];
    size_t line[2], column[2];
    if (is_empty(panel))
        return; /* its place stays free */
    place_panel(plot, plot->columns, p, &line[0], &column[0]);
    place_panel(plot, plot->narrow_columns, p, &line[1], &column[1]);
    kin_text_add(out, "\nset title ");
    add_quoted(out, panel->title);
    kin_text_add(out, "; set xlabel ");
    add_quoted(out, panel->x_label);
    kin_text_addf(out, "\ncolumn = narrow ? %zu : %zu; line = narrow ? %zu : %zu\n", column[1],
                  column[0], line[1], line[0]);
    kin_text_add(out, "set lmargin at screen left(column)\n"
                      "set rmargin at screen left(column) + panel_width\n"
                      "set tmargin at screen top(line)\n"
                      "set bmargin at screen top(line) - panel_height\n");
    add_axes(panel, out);
    const char *before = "plot \\\n";
    for (size_t s = 0; s < panel->n_series; s++) {
        if (panel->series[s].n == 0)
            continue;
        kin_text_add(out, before);
        add_series(&panel->series[s], (*index)++, out);
        before = ", \\\n";
    }
    kin_text_add(out, "\nunset label\n"); /* legend and label come with the first panel alone */
}

void kin_plot_script(const struct kin_plot *plot, const char *name, const char *title,
                     struct kin_text *out)
{
    size_t index = 0;
    add_head(plot, name, title, out);
    for (size_t p = 0; p < plot->n; p++)
        add_panel(plot, p, &index, out);
    kin_text_add(out, "\nunset multiplot\n");
}
