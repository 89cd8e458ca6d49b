/* Figures 9 and 14: maps in two dimensions (t-SNE). Nearness is what they show, axes have no unit.
 */
#include "draw.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"

static int add_map(const struct draw *d, const char *title, struct kin_panel **out,
                   struct kin_error *err)
{
    KIN_TRY(kin_plot_panel(d->plot, title, NULL, out, err));
    (*out)->bare = true;
    return 0;
}

#define SILENCE -70.0 /* LUFS; below this nothing is measured */

static double loudness_of(const struct kin_drawing_tables *tables, const char *id)
{
    size_t low = 0, high = tables->n_loudness;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(id, tables->loudness[middle].id);
        if (order == 0 && isnan(tables->loudness[middle].lufs))
            return NAN;
        if (order == 0)
            return fmax(tables->loudness[middle].lufs, SILENCE);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NAN;
}

static int add_rows(const struct draw *d, struct kin_panel *panel, enum kin_series_style style,
                    struct kin_look look, const char *label, const struct kin_where *where,
                    struct kin_error *err)
{
    const struct kin_frame *of = d->tables->of;
    struct kin_series *series;
    KIN_TRY(kin_panel_series(panel, style, look, label, &series, err));
    for (size_t r = 0; r < of->n_rows; r++) {
        const struct kin_point point = {.x = kin_frame_number(of, r, "x"),
                                        .y = kin_frame_number(of, r, "y"),
                                        .low = loudness_of(d->tables, kin_frame_text(of, r, "id")),
                                        .high = NAN};
        if (!isnan(point.x) && !isnan(point.y) && kin_frame_match(of, r, where))
            KIN_TRY(kin_series_add(series, point, err));
    }
    return 0;
}

/* ---- 9: originals and the mildest transformations ---- */

static int draw_pane(const struct draw *d, const char *encoder,
                     const struct kin_names *transformations, struct kin_error *err)
{
    struct kin_panel *panel;
    KIN_TRY(add_map(d, encoder, &panel, err));
    static const char *const untouched[] = {"OG", ""}; /* or no such axis */
    for (size_t i = 0; i < KIN_COUNT(untouched); i++) {
        const struct kin_where originals[] = {
            {"encoder", encoder}, {"transformation", untouched[i]}, {0}};
        KIN_TRY(add_rows(d, panel, KIN_SERIES_DOTS, kin_look_of("OG", d->colours), "originals",
                         originals, err));
    }
    for (size_t t = 0; t < transformations->n; t++) {
        const struct kin_where where[] = {
            {"encoder", encoder}, {"transformation", transformations->list[t]}, {0}};
        KIN_TRY(add_rows(d, panel, KIN_SERIES_DOTS,
                         kin_look_of(transformations->list[t], d->colours),
                         transformations->list[t], where, err));
    }
    return 0;
}

static int draw_neighbours(const struct kin_drawing_tables *tables,
                           const struct kin_colours *colours, struct kin_plot *out,
                           struct kin_error *err)
{
    const struct draw d = {tables, colours, out};
    KIN_AUTO(names_release) struct kin_names encoders = {0};
    KIN_AUTO(names_release) struct kin_names transformations = {0};
    KIN_TRY(kin_frame_names(tables->of, "encoder", NULL, &encoders, err));
    KIN_TRY(draw_transformations(tables->of, &transformations, err));
    out->columns = 3;
    out->narrow_columns = 1;
    out->panel_height = 320;
    out->narrow_height = 300;
    for (size_t e = 0; e < encoders.n; e++)
        KIN_TRY(draw_pane(&d, encoders.list[e], &transformations, err));
    KIN_TRY(kin_plot_key(out, "originals", kin_look_of("OG", colours), KIN_SERIES_DOTS, err));
    return draw_keys(&d, &transformations, KIN_SERIES_DOTS, err);
}

const struct kin_drawing kin_drawing_neighbours = {
    .name = "neighbours",
    .figure = 9,
    .title = "Where the mildest changes lead",
    .caption = "Embeddings of originals (black) and of their mildest transformations in two "
               "dimensions (t-SNE). Where an encoder is consistent, the colours lie on the "
               "black.",
    .draw = draw_neighbours,
};

/* ---- 14: chunks of songs, by the loudness of the voice and by song ---- */

/* The song of a chunk: its id without the number of the piece. */
static size_t song_length(const char *id)
{
    const char *dot = strrchr(id, '.');
    return dot ? (size_t)(dot - id) : strlen(id);
}

static bool same_song(const char *a, const char *b)
{
    size_t n = song_length(a);
    return n == song_length(b) && memcmp(a, b, n) == 0;
}

/* A series for every song: rows of a song that was not seen in an earlier row. */
static int add_songs(const struct draw *d, struct kin_panel *panel, struct kin_error *err)
{
    const struct kin_frame *of = d->tables->of;
    size_t songs = 0;
    for (size_t r = 0; r < of->n_rows; r++) {
        const char *id = kin_frame_text(of, r, "id");
        bool seen = false;
        for (size_t q = 0; q < r && !seen; q++)
            seen = same_song(id, kin_frame_text(of, q, "id"));
        if (seen)
            continue;
        struct kin_series *series;
        KIN_TRY(kin_panel_series(panel, KIN_SERIES_MARKS, kin_look_at(songs++), id, &series, err));
        for (size_t q = r; q < of->n_rows; q++)
            if (same_song(id, kin_frame_text(of, q, "id")))
                KIN_TRY(kin_series_add(series,
                                       (struct kin_point){kin_frame_number(of, q, "x"),
                                                          kin_frame_number(of, q, "y"), NAN, NAN},
                                       err));
    }
    return 0;
}

static int add_loudness(const struct draw *d, struct kin_error *err)
{
    struct kin_panel *panel;
    KIN_TRY(add_map(d, "by the loudness of the voice", &panel, err));
    KIN_TRY(add_rows(d, panel, KIN_SERIES_SCALE, kin_look_at(0), "loudness", NULL, err));
    KIN_TRY(kin_plot_key(d->plot, "quiet voice", (struct kin_look){"#0d3b7a", 7}, KIN_SERIES_SCALE,
                         err));
    return kin_plot_key(d->plot, "loud voice", (struct kin_look){"#f2c500", 7}, KIN_SERIES_SCALE,
                        err);
}

static int draw_chunks(const struct kin_drawing_tables *tables, const struct kin_colours *colours,
                       struct kin_plot *out, struct kin_error *err)
{
    const struct draw d = {tables, colours, out};
    struct kin_panel *panel;
    out->columns = 2;
    out->narrow_columns = 1;
    out->panel_height = 400;
    out->narrow_height = 320;
    if (tables->n_loudness > 0)
        KIN_TRY(add_loudness(&d, err));
    KIN_TRY(add_map(&d, "by song", &panel, err));
    return add_songs(&d, panel, err);
}

const struct kin_drawing kin_drawing_chunks = {
    .name = "chunks",
    .figure = 14,
    .title = "What the separating network tells apart",
    .caption = "Two-second chunks of songs as the VS network embeds them, in two dimensions "
               "(t-SNE): coloured by the loudness of the isolated voice, and by song.",
    .draw = draw_chunks,
};
