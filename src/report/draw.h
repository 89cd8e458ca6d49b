/* What the drawings share. */
#ifndef KIN_REPORT_DRAW_H
#define KIN_REPORT_DRAW_H

#include "kindred/report.h"

/* What a drawing works on. */
struct draw {
    const struct kin_drawing_tables *tables;
    const struct kin_colours *colours;
    struct kin_plot *plot;
};

/* For KIN_AUTO. */
static inline void names_release(struct kin_names *names)
{
    kin_names_release(names);
}

/* The transformations of a frame without OG. */
int draw_transformations(const struct kin_frame *frame, struct kin_names *out,
                         struct kin_error *err);
/* What the magnitudes of a transformation are measured in: «semitones». */
const char *draw_unit(const char *transformation);
/* A panel of a transformation: its code and what else tells it from others; x as far as the frame
 * has magnitudes. */
int draw_magnitude_panel(struct kin_plot *plot, const struct kin_frame *frame,
                         const char *transformation, const char *beside, struct kin_panel **out,
                         struct kin_error *err);
/* A curve over magnitudes: single trials as points, their mean as a line, its interval as a band
 * where `intervals` has one. Nothing where no row is wanted. */
int draw_curve(const struct draw *d, struct kin_panel *panel, const struct kin_where *where,
               const char *value, const char *name, struct kin_error *err);
/* A dotted line across the panel, when y is a number. */
int draw_level(struct kin_panel *panel, double y, struct kin_look look, const char *label,
               struct kin_error *err);
/* A legend of names as they are looked up. */
int draw_keys(const struct draw *d, const struct kin_names *names, enum kin_series_style style,
              struct kin_error *err);

/* A column of names along x: tics at 0, 1, 2… */
int draw_categories(struct kin_panel *panel, const struct kin_names *names, struct kin_error *err);
/* Gives all panels from `first` on the y range of what they show; from 0 where all of it lies in
 * 0 … 1, and up to 1 where it is more than half of that. */
void draw_common_y(struct kin_plot *plot, size_t first);

#endif
