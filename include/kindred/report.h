/*
 * Reports: what people look at. Tables in, text out: the data and the gnuplot script of a figure,
 * and a page of HTML. Nothing here draws, reads a file or starts a program.
 *
 * Order of calls for a figure: kin_drawing_find; drawing->draw into an empty plot; kin_plot_data,
 * kin_plot_script; whoever ran gnuplot on these gives what it drew to kin_svg_tidy;
 * kin_plot_release.
 * For a page: fill a struct kin_page, kin_page_html.
 *
 * Adding a drawing is one function in src/report/ and one line in drawings.def.
 */
#ifndef KINDRED_REPORT_H
#define KINDRED_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "kindred/status.h"
#include "kindred/text.h"

/* ---- frames: tables as reports read them ---- */

/* Columns with names, cells row by row; everything is borrowed. */
struct kin_frame {
    size_t n_columns, n_rows;
    const char *const *columns;
    const char *const *cells; /* [n_rows][n_columns] */
};

/* The column of that name, or -1. */
long kin_frame_column(const struct kin_frame *frame, const char *name);
/* A cell; "" where there is no such column. */
const char *kin_frame_text(const struct kin_frame *frame, size_t row, const char *column);
/* The same as a number; NaN where it is none. */
double kin_frame_number(const struct kin_frame *frame, size_t row, const char *column);

/* What rows are wanted: a cell of `column` that says `value`. Lists end with a NULL column. */
struct kin_where {
    const char *column, *value;
};
bool kin_frame_match(const struct kin_frame *frame, size_t row, const struct kin_where *where);

/* Texts that are borrowed, each once. */
struct kin_names {
    const char **list;
    size_t n, capacity;
};
/* Adds the different texts of a column of the rows wanted (where NULL: all), in the order in which
 * people expect them: encoders as the paper ranks them, transformations as the paper lists them,
 * numbers by value, then texts. Empty cells are passed over. */
int kin_frame_names(const struct kin_frame *frame, const char *column,
                    const struct kin_where *where, struct kin_names *out, struct kin_error *err);
void kin_names_release(struct kin_names *names);
/* Mean of a column over the rows wanted that have a number there; NaN when none has. */
double kin_frame_mean(const struct kin_frame *frame, const char *column,
                      const struct kin_where *where, size_t *n);

/* ---- how things look, and what they are called ---- */

/* Colours that deuteranopes and protanopes tell apart too (Okabe and Ito, darkened where the
 * contrast with white is under 3), each with a mark of its own shape. */
struct kin_look {
    const char *colour; /* #rrggbb */
    int mark;           /* gnuplot's number of a symbol */
};

/* Colours given by the person: NAME=#rrggbb. */
struct kin_colours {
    const char *const *list;
    size_t n;
};
/* KIN_EINVAL: an entry that is no NAME=#rrggbb. */
int kin_colours_check(const struct kin_colours *colours, struct kin_error *err);
/* The look of an encoder, a transformation (with direction: «PS+») or «audio»; unknown names get
 * one that follows from the name. */
struct kin_look kin_look_of(const char *name, const struct kin_colours *colours);
/* The k-th of colours for things without a name. */
struct kin_look kin_look_at(size_t k);
/* What a name in a table is called: «dtw» is DTW; others are their own. */
const char *kin_caption_of(const char *name);
/* Place of a name among encoders and transformations, or a large number. */
size_t kin_rank_of(const char *name);

/* ---- plots: small multiples ---- */

enum kin_series_style {
    KIN_SERIES_BAND,     /* filled between low and high */
    KIN_SERIES_LINE,     /* with marks */
    KIN_SERIES_THIN,     /* a line in the background */
    KIN_SERIES_DOTTED,
    KIN_SERIES_POINTS,   /* small, of single trials */
    KIN_SERIES_MARKS,    /* filled marks */
    KIN_SERIES_DOTS,     /* as small as they can be seen: thousands */
    KIN_SERIES_SCALE,    /* marks coloured by `low`, from blue (low) to yellow (high) */
    KIN_SERIES_INTERVAL, /* a mark with a bar from low to high */
    KIN_SERIES_STYLES
};

struct kin_point {
    double x, y, low, high; /* NaN: there is none */
};

struct kin_series {
    enum kin_series_style style;
    char *label; /* in the data file */
    char colour[8]; /* a copy: colours may be parameters of a workflow */
    int mark;
    struct kin_point *points;
    size_t n, capacity;
};

struct kin_tic {
    double at;
    char *label;
};

struct kin_panel {
    char *title, *x_label;
    double x_min, x_max, y_min, y_max; /* both equal: as the points have it */
    struct kin_tic *tics;              /* of x; none: numbers */
    size_t n_tics, tics_capacity;
    bool breaks; /* begins a line */
    bool bare;   /* no axes: only nearness means something */
    bool flat;   /* nothing on the y axis */
    struct kin_series *series;
    size_t n_series, capacity;
};

struct kin_key { /* an entry of the legend */
    char *label;
    enum kin_series_style style;
    char colour[8];
    int mark;
};

struct kin_plot {
    char *y_label;
    size_t columns, narrow_columns; /* of panels, on a wide page and on a phone */
    double panel_height, narrow_height; /* pixels */
    struct kin_panel *panels;
    size_t n, capacity;
    struct kin_key *keys;
    size_t n_keys, keys_capacity;
};

void kin_plot_release(struct kin_plot *plot);
/* Adds a panel; *out lives until the next one is added. Texts are copied; NULL: none. */
int kin_plot_panel(struct kin_plot *plot, const char *title, const char *x_label,
                   struct kin_panel **out, struct kin_error *err);
int kin_plot_y_label(struct kin_plot *plot, const char *label, struct kin_error *err);
int kin_plot_key(struct kin_plot *plot, const char *label, struct kin_look look,
                 enum kin_series_style style, struct kin_error *err);
int kin_panel_series(struct kin_panel *panel, enum kin_series_style style, struct kin_look look,
                     const char *label, struct kin_series **out, struct kin_error *err);
int kin_panel_tic(struct kin_panel *panel, double at, const char *label, struct kin_error *err);
int kin_series_add(struct kin_series *series, struct kin_point point, struct kin_error *err);
/* How many points the panels show in all. */
size_t kin_plot_points(const struct kin_plot *plot);

/* The data file: one block a series («index» of gnuplot), columns x y low high. */
void kin_plot_data(const struct kin_plot *plot, struct kin_text *out);
/* The script that draws `name`.dat to standard output; with `-e narrow=1` for a phone. */
void kin_plot_script(const struct kin_plot *plot, const char *name, const char *title,
                     struct kin_text *out);

/* What gnuplot drew, fit for standing inside a page beside others: no prologue, no size in pixels,
 * ids of its own (`prefix`), a name for those who hear the page. KIN_EDATA: it is no SVG. */
int kin_svg_tidy(const char *svg, const char *prefix, const char *label, struct kin_text *out,
                 struct kin_error *err);
/* An SVG that says something, for figures that could not be drawn. */
void kin_svg_notice(const char *text, struct kin_text *out);

/* ---- drawings: the figures of the paper ---- */

/* How loud something is, by its id; ascending ids. */
struct kin_loudness {
    const char *id;
    double lufs; /* NaN: not known; -inf: silence */
};

/* What a drawing may look at; NULL: not given. */
struct kin_drawing_tables {
    const struct kin_frame *of;          /* the observations */
    const struct kin_frame *intervals;   /* the same, summarised: n, mean, lower, upper */
    const struct kin_frame *means;       /* marginal means of a model */
    const struct kin_frame *originals;   /* the same of the originals */
    const struct kin_frame *performance; /* besides `of` */
    const struct kin_frame *within;
    const struct kin_loudness *loudness;
    size_t n_loudness;
};

struct kin_drawing {
    const char *name;    /* within_latent */
    int figure;          /* its number in the paper */
    const char *title;   /* of the figure on the page */
    const char *caption; /* what is seen, in a sentence or two */
    const char *needs;   /* a table besides `of`, or NULL: «within» */
    int (*draw)(const struct kin_drawing_tables *tables, const struct kin_colours *colours,
                struct kin_plot *out, struct kin_error *err);
};

size_t kin_drawing_count(void);
const struct kin_drawing *kin_drawing_at(size_t i); /* in the paper's order */
const struct kin_drawing *kin_drawing_find(const char *name); /* or NULL */

/* ---- the page ---- */

struct kin_page_figure {
    int number;
    const char *name, *title, *caption;
    const char *svg, *narrow; /* of kin_svg_tidy or kin_svg_notice */
    const char *notice;       /* why nothing was drawn; "" when it was */
};

/* What a page is made from; everything but `methods` may be missing. */
struct kin_page {
    bool paper;                      /* the paper's own run, on its data */
    const struct kin_frame *methods; /* as KIN_PORT_METHODS gives them */
    const struct kin_frame *within, *between, *originals, *performance; /* observations */
    const struct kin_frame *originals_performance, *answers;
    const struct kin_frame *fit, *anova, *means, *contrasts;            /* models */
    const char *no_models; /* why there are none, as a sentence; or NULL */
    const struct kin_page_figure *figures;                              /* ascending number */
    size_t n_figures;
};

/* The tables of a page that are given, as it refers to them: «tables/within.csv». */
struct kin_page_table {
    const char *file, *about;
    const struct kin_frame *frame;
};
#define KIN_PAGE_TABLES 10
size_t kin_page_tables(const struct kin_page *page, struct kin_page_table out[KIN_PAGE_TABLES]);

/* One HTML file without scripts that needs no network: what was measured, what came out, how that
 * compares with the paper, and how it was made. The same bytes for the same input. */
int kin_page_html(const struct kin_page *page, struct kin_text *out, struct kin_error *err);

/* Cells of the design that a table of observations lacks: a row that is not there, or one without a
 * value. Columns of the table but for the value, one row a cell; appended as lines of CSV.
 * *n counts them. */
int kin_missing_cells(const struct kin_frame *frame, const char *value, struct kin_text *out,
                      size_t *n, struct kin_error *err);

/* Mean of what an encoder reaches, every transformation weighing the same; from the means of a
 * model where it has some (*modelled). NaN: neither. `where` are the rows of the observations. */
double kin_marginal_mean(const struct kin_frame *observations, const char *value,
                         const struct kin_where *where, const struct kin_frame *means,
                         const char *model, const char *encoder, bool *modelled);

#endif
