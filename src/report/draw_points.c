/* Figures 12 and 13: distributions of single observations. */
#include "draw.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/transform.h"

/* ---- 12: the mildest magnitudes ---- */

/* A mildest magnitude on one side of the original: «PS+» 0.25. */
struct mildest {
    const char *transformation;
    char name[8];
    double magnitude;
};

#define MOST_MILDEST 16

struct mildests {
    struct mildest list[MOST_MILDEST];
    size_t n;
};

static void add_mildest(struct mildests *out, const char *transformation, const char *side,
                        double magnitude)
{
    if (isinf(magnitude) || out->n == MOST_MILDEST || strlen(transformation) > 6)
        return;
    struct mildest *mildest = &out->list[out->n++];
    *mildest = (struct mildest){.transformation = transformation, .magnitude = magnitude};
    strcat(strcpy(mildest->name, transformation), side);
}

/* The magnitudes nearest to the one that changes nothing: one below and one above, or the largest.
 */
static int find_mildest(const struct kin_frame *frame, const struct kin_transform *transform,
                        const char *code, struct mildests *out, struct kin_error *err)
{
    const struct kin_where where[] = {{"transformation", code}, {0}};
    KIN_AUTO(names_release) struct kin_names magnitudes = {0};
    double below = -INFINITY, above = INFINITY, x;
    KIN_TRY(kin_frame_names(frame, "magnitude", where, &magnitudes, err));
    for (size_t i = 0; i < magnitudes.n; i++) {
        if (!kin_number_parse(magnitudes.list[i], false, &x))
            continue;
        if (x < transform->neutral)
            below = fmax(below, x);
        else if (x > transform->neutral)
            above = fmin(above, x);
    }
    bool two_sided = !isinf(transform->neutral);
    add_mildest(out, code, two_sided ? "-" : "", below);
    add_mildest(out, code, "+", above);
    return 0;
}

static int find_all_mildest(const struct kin_frame *frame, struct mildests *out,
                            struct kin_error *err)
{
    KIN_AUTO(names_release) struct kin_names transformations = {0};
    KIN_TRY(draw_transformations(frame, &transformations, err));
    for (size_t t = 0; t < transformations.n; t++) {
        const struct kin_transform *transform;
        if (kin_transform_find(transformations.list[t], &transform, NULL) == 0)
            KIN_TRY(find_mildest(frame, transform, transformations.list[t], out, err));
    }
    return 0;
}

/* All observations of a frame at the mildest magnitudes, by `along`, each direction at its place.
 */
static int add_observations(const struct draw *d, struct kin_panel *panel,
                            const struct kin_frame *frame, const struct kin_where *only,
                            const char *along, const char *value, const struct mildests *mildests,
                            struct kin_error *err)
{
    KIN_AUTO(names_release) struct kin_names names = {0};
    KIN_TRY(kin_frame_names(frame, along, only, &names, err));
    KIN_TRY(draw_categories(panel, &names, err));
    for (size_t m = 0; m < mildests->n; m++) {
        const struct mildest *mildest = &mildests->list[m];
        double beside = ((double)m + 0.5) / (double)mildests->n - 0.5;
        struct kin_series *series;
        KIN_TRY(kin_panel_series(panel, KIN_SERIES_MARKS, kin_look_of(mildest->name, d->colours),
                                 mildest->name, &series, err));
        for (size_t r = 0; r < frame->n_rows; r++) {
            const char *name = kin_frame_text(frame, r, along);
            double y = kin_frame_number(frame, r, value);
            if (isnan(y) || !kin_frame_match(frame, r, only) ||
                strcmp(kin_frame_text(frame, r, "transformation"), mildest->transformation) != 0 ||
                kin_frame_number(frame, r, "magnitude") != mildest->magnitude)
                continue;
            for (size_t i = 0; i < names.n; i++)
                if (strcmp(names.list[i], name) == 0)
                    KIN_TRY(kin_series_add(
                        series, (struct kin_point){(double)i + 0.7 * beside, y, NAN, NAN}, err));
        }
    }
    return 0;
}

static int add_within(const struct draw *d, const struct mildests *mildests, struct kin_error *err)
{
    const struct kin_where latent[] = {{"space", "latent"}, {0}};
    const struct kin_frame *within = d->tables->within;
    KIN_AUTO(names_release) struct kin_names distances = {0};
    KIN_TRY(kin_frame_names(within, "distance", latent, &distances, err));
    for (size_t i = 0; i < distances.n; i++) {
        const struct kin_where only[] = {latent[0], {"distance", distances.list[i]}, {0}};
        KIN_AUTO(kin_text_release) struct kin_text title = {0};
        struct kin_panel *panel;
        kin_text_addf(&title, "C^W, %s", kin_caption_of(distances.list[i]));
        KIN_TRY(kin_text_check(&title, err));
        KIN_TRY(kin_plot_panel(d->plot, title.data, NULL, &panel, err));
        KIN_TRY(add_observations(d, panel, within, only, "encoder", "consistency", mildests, err));
    }
    return 0;
}

/* One panel for a measure and a pair of distances; those of a measure share their y. */
static int add_pairs(const struct draw *d, const char *measure, const char *sign,
                     const struct mildests *mildests, struct kin_error *err)
{
    const struct kin_frame *between = d->tables->of;
    KIN_AUTO(names_release) struct kin_names audio = {0};
    KIN_AUTO(names_release) struct kin_names latent = {0};
    KIN_TRY(kin_frame_names(between, "d_audio", NULL, &audio, err));
    KIN_TRY(kin_frame_names(between, "d_latent", NULL, &latent, err));
    for (size_t i = 0; i < audio.n * latent.n; i++) {
        const struct kin_where only[] = {{"measure", measure},
                                         {"d_audio", audio.list[i / latent.n]},
                                         {"d_latent", latent.list[i % latent.n]},
                                         {0}};
        KIN_AUTO(kin_text_release) struct kin_text title = {0};
        struct kin_panel *panel;
        kin_text_addf(&title, "%s, %s, %s", sign, kin_caption_of(only[1].value),
                      kin_caption_of(only[2].value));
        KIN_TRY(kin_text_check(&title, err));
        KIN_TRY(kin_plot_panel(d->plot, title.data, NULL, &panel, err));
        panel->breaks = i == 0;
        KIN_TRY(add_observations(d, panel, between, only, "encoder", "consistency", mildests, err));
    }
    return 0;
}

static int add_performance(const struct draw *d, const struct mildests *mildests,
                           struct kin_error *err)
{
    const struct kin_where vgg[] = {{"encoder", "VGG"}, {0}};
    struct kin_panel *panel;
    if (!d->tables->performance)
        return 0;
    KIN_TRY(kin_plot_panel(d->plot, "standardised performance", NULL, &panel, err));
    KIN_TRY(add_observations(d, panel, d->tables->performance, vgg, "task", "standardised",
                             mildests, err));
    draw_common_y(d->plot, d->plot->n - 1);
    return 0;
}

static int draw_smallest(const struct kin_drawing_tables *tables, const struct kin_colours *colours,
                         struct kin_plot *out, struct kin_error *err)
{
    const struct draw d = {tables, colours, out};
    struct mildests mildests = {0};
    KIN_TRY(find_all_mildest(tables->of, &mildests, err));
    out->columns = 4;
    out->narrow_columns = 1;
    out->panel_height = 150;
    out->narrow_height = 120;
    KIN_TRY(add_performance(&d, &mildests, err));
    size_t first = out->n;
    KIN_TRY(add_within(&d, &mildests, err));
    KIN_TRY(add_pairs(&d, "accuracy", "C^B_acc", &mildests, err));
    draw_common_y(out, first);
    first = out->n;
    KIN_TRY(add_pairs(&d, "rho", "C^B_rho", &mildests, err));
    draw_common_y(out, first);
    for (size_t m = 0; m < mildests.n; m++)
        KIN_TRY(kin_plot_key(out, mildests.list[m].name,
                             kin_look_of(mildests.list[m].name, colours), KIN_SERIES_MARKS, err));
    return 0;
}

const struct kin_drawing kin_drawing_smallest = {
    .name = "smallest",
    .figure = 12,
    .title = "Under changes that are hardly heard",
    .caption = "Single observations at the mildest magnitude of each transformation, + and - for "
               "its direction (pitch or tempo up and down).",
    .needs = "within",
    .draw = draw_smallest,
};

/* ---- 13: the originals alone ---- */

static int draw_originals(const struct kin_drawing_tables *tables,
                          const struct kin_colours *colours, struct kin_plot *out,
                          struct kin_error *err)
{
    const struct draw d = {tables, colours, out};
    const struct kin_frame *of = tables->of;
    const struct kin_where rho[] = {{"measure", "rho"}, {"transformation", "OG"}, {0}};
    KIN_AUTO(names_release) struct kin_names audio = {0};
    KIN_AUTO(names_release) struct kin_names latent = {0};
    KIN_AUTO(names_release) struct kin_names encoders = {0};
    KIN_TRY(kin_frame_names(of, "d_audio", rho, &audio, err));
    KIN_TRY(kin_frame_names(of, "d_latent", rho, &latent, err));
    KIN_TRY(kin_frame_names(of, "encoder", rho, &encoders, err));
    out->columns = 4;
    out->narrow_columns = 1;
    out->panel_height = 170;
    out->narrow_height = 120;
    KIN_TRY(kin_plot_y_label(out, "rank correlation", err));
    for (size_t i = 0; i < audio.n * latent.n; i++) {
        KIN_AUTO(kin_text_release) struct kin_text title = {0};
        struct kin_panel *panel;
        kin_text_addf(&title, "%s, %s", kin_caption_of(audio.list[i / latent.n]),
                      kin_caption_of(latent.list[i % latent.n]));
        KIN_TRY(kin_text_check(&title, err));
        KIN_TRY(kin_plot_panel(out, title.data, NULL, &panel, err));
        KIN_TRY(draw_categories(panel, &encoders, err));
        for (size_t r = 0; r < of->n_rows; r++) {
            const struct kin_where pair[] = {rho[0],
                                             rho[1],
                                             {"d_audio", audio.list[i / latent.n]},
                                             {"d_latent", latent.list[i % latent.n]},
                                             {0}};
            double y = kin_frame_number(of, r, "consistency");
            if (isnan(y) || !kin_frame_match(of, r, pair))
                continue;
            const char *encoder = kin_frame_text(of, r, "encoder");
            struct kin_series *series;
            KIN_TRY(kin_panel_series(panel, KIN_SERIES_MARKS, kin_look_of(encoder, d.colours),
                                     encoder, &series, err));
            for (size_t e = 0; e < encoders.n; e++)
                if (strcmp(encoders.list[e], encoder) == 0)
                    KIN_TRY(
                        kin_series_add(series, (struct kin_point){(double)e, y, NAN, NAN}, err));
        }
    }
    draw_common_y(out, 0);
    return 0;
}

const struct kin_drawing kin_drawing_originals = {
    .name = "originals",
    .figure = 13,
    .title = "Between-space consistency of the originals alone",
    .caption =
        "C^B_rho between the distances of unchanged clips in the audio and in the embedding: "
        "one mark a trial, for every pair of distances.",
    .draw = draw_originals,
};
