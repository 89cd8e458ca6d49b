/* Figures 3, 4, 6, 7 and 10: what happens over the magnitudes of each transformation. */
#include "draw.h"

#include <math.h>

#include "kindred/memory.h"
#include "kindred/transform.h"

static void set_sizes(struct kin_plot *plot, size_t transformations, double height, double narrow)
{
    plot->columns = transformations ? transformations : 1;
    plot->narrow_columns = 2;
    plot->panel_height = height;
    plot->narrow_height = narrow;
}

/* ---- 3: the magnitudes ---- */

static int draw_strip(const struct draw *d, const char *transformation, struct kin_error *err)
{
    const struct kin_where where[] = {{"transformation", transformation}, {0}};
    KIN_AUTO(names_release) struct kin_names magnitudes = {0};
    struct kin_panel *panel;
    struct kin_series *series;
    const struct kin_transform *transform;
    KIN_TRY(kin_frame_names(d->tables->of, "magnitude", where, &magnitudes, err));
    KIN_TRY(draw_magnitude_panel(d->plot, d->tables->of, transformation, "", &panel, err));
    panel->flat = true;
    panel->y_min = -1;
    panel->y_max = 1;
    if (kin_transform_find(transformation, &transform, NULL) == 0) {
        double neutral = fmin(transform->neutral, panel->x_max);
        KIN_TRY(kin_panel_series(panel, KIN_SERIES_THIN, (struct kin_look){"#d55e00", 7},
                                 "the original", &series, err));
        KIN_TRY(kin_series_add(series, (struct kin_point){neutral, -1, NAN, NAN}, err));
        KIN_TRY(kin_series_add(series, (struct kin_point){neutral, 1, NAN, NAN}, err));
    }
    KIN_TRY(kin_panel_series(panel, KIN_SERIES_MARKS, kin_look_of("MFCC", NULL), "magnitudes",
                             &series, err));
    for (size_t i = 0; i < magnitudes.n; i++) {
        double x;
        if (kin_number_parse(magnitudes.list[i], false, &x))
            KIN_TRY(kin_series_add(series, (struct kin_point){x, 0, NAN, NAN}, err));
    }
    return 0;
}

static int draw_magnitudes(const struct kin_drawing_tables *tables,
                           const struct kin_colours *colours, struct kin_plot *out,
                           struct kin_error *err)
{
    const struct draw d = {tables, colours, out};
    KIN_AUTO(names_release) struct kin_names transformations = {0};
    KIN_TRY(draw_transformations(tables->of, &transformations, err));
    out->columns = out->narrow_columns = 1;
    out->panel_height = out->narrow_height = 22;
    for (size_t t = 0; t < transformations.n; t++)
        KIN_TRY(draw_strip(&d, transformations.list[t], err));
    KIN_TRY(kin_plot_key(out, "a magnitude", kin_look_of("MFCC", NULL), KIN_SERIES_MARKS, err));
    return kin_plot_key(out, "the original", (struct kin_look){"#d55e00", 5}, KIN_SERIES_THIN, err);
}

const struct kin_drawing kin_drawing_magnitudes = {
    .name = "magnitudes",
    .figure = 3,
    .title = "The magnitudes of the transformations",
    .caption = "Each dot is one magnitude that was measured. The vertical line is where the "
               "original lies: no change for pitch (PS) and tempo (TS), beyond the mildest for "
               "noise (PN, EN) and compression (MP).",
    .draw = draw_magnitudes,
};

/* ---- 4: performance ---- */

static int draw_performance_row(const struct draw *d, const char *task,
                                const struct kin_names *transformations,
                                const struct kin_names *encoders, struct kin_error *err)
{
    const struct kin_frame *originals = d->tables->originals ? d->tables->originals : d->tables->of;
    size_t first = d->plot->n;
    for (size_t t = 0; t < transformations->n; t++) {
        struct kin_panel *panel;
        KIN_TRY(draw_magnitude_panel(d->plot, d->tables->of, transformations->list[t], task, &panel,
                                     err));
        panel->breaks = t == 0;
        for (size_t e = 0; e < encoders->n; e++) {
            const char *encoder = encoders->list[e];
            const struct kin_where where[] = {{"task", task},
                                              {"encoder", encoder},
                                              {"transformation", transformations->list[t]},
                                              {0}};
            const struct kin_where original[] = {
                {"task", task}, {"encoder", encoder}, {"transformation", "OG"}, {0}};
            KIN_TRY(draw_curve(d, panel, where, "performance", encoder, err));
            KIN_TRY(draw_level(panel, kin_frame_mean(originals, "performance", original, NULL),
                               kin_look_of(encoder, d->colours), "originals", err));
        }
    }
    draw_common_y(d->plot, first);
    return 0;
}

static int draw_performance(const struct kin_drawing_tables *tables,
                            const struct kin_colours *colours, struct kin_plot *out,
                            struct kin_error *err)
{
    const struct draw d = {tables, colours, out};
    KIN_AUTO(names_release) struct kin_names transformations = {0};
    KIN_AUTO(names_release) struct kin_names tasks = {0};
    KIN_AUTO(names_release) struct kin_names encoders = {0};
    KIN_TRY(draw_transformations(tables->of, &transformations, err));
    KIN_TRY(kin_frame_names(tables->of, "task", NULL, &tasks, err));
    KIN_TRY(kin_frame_names(tables->of, "encoder", NULL, &encoders, err));
    set_sizes(out, transformations.n, 120, 110);
    for (size_t t = 0; t < tasks.n; t++) {
        const struct kin_where task[] = {{"task", tasks.list[t]}, {0}};
        if (isnan(kin_frame_mean(tables->of, "performance", task, NULL)))
            continue; /* the page says that it is missing */
        KIN_TRY(draw_performance_row(&d, tasks.list[t], &transformations, &encoders, err));
    }
    KIN_TRY(draw_keys(&d, &encoders, KIN_SERIES_LINE, err));
    return kin_plot_y_label(out, "performance", err);
}

const struct kin_drawing kin_drawing_performance = {
    .name = "performance",
    .figure = 4,
    .title = "Performance at each task",
    .caption = "How well networks and a classifier on MFCC do their task as the sound is changed: "
               "AE mean square error (lower is better), AT area under the ROC curve, IR accuracy, "
               "VS signal-to-distortion ratio in dB. Dotted: the originals.",
    .draw = draw_performance,
};

/* ---- 6, 7: within-space consistency ---- */

static int draw_within_audio(const struct kin_drawing_tables *tables,
                             const struct kin_colours *colours, struct kin_plot *out,
                             struct kin_error *err)
{
    const struct draw d = {tables, colours, out};
    const struct kin_where audio[] = {{"space", "audio"}, {0}};
    KIN_AUTO(names_release) struct kin_names transformations = {0};
    KIN_AUTO(names_release) struct kin_names distances = {0};
    KIN_TRY(draw_transformations(tables->of, &transformations, err));
    KIN_TRY(kin_frame_names(tables->of, "distance", audio, &distances, err));
    set_sizes(out, transformations.n, 150, 120);
    for (size_t t = 0; t < transformations.n; t++) {
        struct kin_panel *panel;
        KIN_TRY(draw_magnitude_panel(out, tables->of, transformations.list[t], "", &panel, err));
        for (size_t i = 0; i < distances.n; i++) {
            const struct kin_where where[] = {{"space", "audio"},
                                              {"distance", distances.list[i]},
                                              {"transformation", transformations.list[t]},
                                              {0}};
            KIN_TRY(draw_curve(&d, panel, where, "consistency", distances.list[i], err));
        }
    }
    draw_common_y(out, 0);
    KIN_TRY(draw_keys(&d, &distances, KIN_SERIES_LINE, err));
    return kin_plot_y_label(out, "within-space consistency", err);
}

const struct kin_drawing kin_drawing_within_audio = {
    .name = "within_audio",
    .figure = 6,
    .title = "Within-space consistency of the audio",
    .caption = "C^W, the share of changed clips whose nearest original is their own, by distances "
               "of the sound itself.",
    .draw = draw_within_audio,
};

/* The audio's curves behind those of the encoders. */
static int draw_background(const struct draw *d, struct kin_panel *panel,
                           const char *transformation, const struct kin_names *distances,
                           struct kin_error *err)
{
    for (size_t i = 0; i < distances->n; i++) {
        const struct kin_where where[] = {{"space", "audio"},
                                          {"distance", distances->list[i]},
                                          {"transformation", transformation},
                                          {0}};
        size_t before = panel->n_series;
        KIN_TRY(draw_curve(d, panel, where, "consistency", distances->list[i], err));
        for (size_t s = before; s < panel->n_series; s++)
            if (panel->series[s].style == KIN_SERIES_LINE)
                panel->series[s].style = KIN_SERIES_THIN;
    }
    return 0;
}

static int draw_latent_panel(const struct draw *d, const char *distance, const char *transformation,
                             const struct kin_names *audio, const struct kin_names *encoders,
                             struct kin_error *err)
{
    struct kin_panel *panel;
    KIN_TRY(draw_magnitude_panel(d->plot, d->tables->of, transformation, kin_caption_of(distance),
                                 &panel, err));
    KIN_TRY(draw_background(d, panel, transformation, audio, err));
    for (size_t e = 0; e < encoders->n; e++) {
        const struct kin_where where[] = {{"space", "latent"},
                                          {"distance", distance},
                                          {"encoder", encoders->list[e]},
                                          {"transformation", transformation},
                                          {0}};
        KIN_TRY(draw_curve(d, panel, where, "consistency", encoders->list[e], err));
    }
    return 0;
}

static int draw_within_latent(const struct kin_drawing_tables *tables,
                              const struct kin_colours *colours, struct kin_plot *out,
                              struct kin_error *err)
{
    const struct draw d = {tables, colours, out};
    const struct kin_where audio[] = {{"space", "audio"}, {0}};
    const struct kin_where latent[] = {{"space", "latent"}, {0}};
    KIN_AUTO(names_release) struct kin_names transformations = {0};
    KIN_AUTO(names_release) struct kin_names in_audio = {0};
    KIN_AUTO(names_release) struct kin_names in_latent = {0};
    KIN_AUTO(names_release) struct kin_names encoders = {0};
    KIN_TRY(draw_transformations(tables->of, &transformations, err));
    KIN_TRY(kin_frame_names(tables->of, "distance", audio, &in_audio, err));
    KIN_TRY(kin_frame_names(tables->of, "distance", latent, &in_latent, err));
    KIN_TRY(kin_frame_names(tables->of, "encoder", latent, &encoders, err));
    set_sizes(out, transformations.n, 170, 130);
    for (size_t i = 0; i < in_latent.n; i++) {
        size_t first = out->n;
        for (size_t t = 0; t < transformations.n; t++)
            KIN_TRY(draw_latent_panel(&d, in_latent.list[i], transformations.list[t], &in_audio,
                                      &encoders, err));
        if (out->n > first)
            out->panels[first].breaks = true;
    }
    draw_common_y(out, 0);
    KIN_TRY(draw_keys(&d, &encoders, KIN_SERIES_LINE, err));
    KIN_TRY(draw_keys(&d, &in_audio, KIN_SERIES_THIN, err));
    return kin_plot_y_label(out, "within-space consistency", err);
}

const struct kin_drawing kin_drawing_within_latent = {
    .name = "within_latent",
    .figure = 7,
    .title = "Within-space consistency of the encoders",
    .caption = "C^W, the share of changed clips whose embedding lies nearest to that of their own "
               "original. Grey: the same in the audio, a weak upper bound.",
    .draw = draw_within_latent,
};

/* ---- 10: between-space consistency ---- */

static int draw_between_row(const struct draw *d, const struct kin_where pair[3],
                            const struct kin_names *transformations,
                            const struct kin_names *encoders, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text beside = {0};
    kin_text_addf(&beside, "%s, %s", kin_caption_of(pair[1].value), kin_caption_of(pair[2].value));
    KIN_TRY(kin_text_check(&beside, err));
    for (size_t t = 0; t < transformations->n; t++) {
        struct kin_panel *panel;
        KIN_TRY(draw_magnitude_panel(d->plot, d->tables->of, transformations->list[t], beside.data,
                                     &panel, err));
        panel->breaks = t == 0;
        for (size_t e = 0; e < encoders->n; e++) {
            const char *encoder = encoders->list[e];
            const struct kin_where where[] = {pair[0],
                                              pair[1],
                                              pair[2],
                                              {"encoder", encoder},
                                              {"transformation", transformations->list[t]},
                                              {0}};
            KIN_TRY(draw_curve(d, panel, where, "consistency", encoder, err));
            const struct kin_where original[] = {
                pair[0], pair[1], pair[2], {"encoder", encoder}, {"transformation", "OG"}, {0}};
            if (d->tables->originals)
                KIN_TRY(draw_level(
                    panel, kin_frame_mean(d->tables->originals, "consistency", original, NULL),
                    kin_look_of(encoder, d->colours), "originals", err));
        }
    }
    return 0;
}

static int draw_measure(const struct draw *d, const char *measure, const struct kin_names *names,
                        struct kin_error *err)
{
    const struct kin_frame *of = d->tables->of;
    size_t first = d->plot->n;
    KIN_AUTO(names_release) struct kin_names audio = {0};
    KIN_AUTO(names_release) struct kin_names latent = {0};
    KIN_TRY(kin_frame_names(of, "d_audio", NULL, &audio, err));
    KIN_TRY(kin_frame_names(of, "d_latent", NULL, &latent, err));
    for (size_t a = 0; a < audio.n; a++)
        for (size_t l = 0; l < latent.n; l++) {
            const struct kin_where pair[] = {
                {"measure", measure}, {"d_audio", audio.list[a]}, {"d_latent", latent.list[l]}};
            KIN_TRY(draw_between_row(d, pair, &names[0], &names[1], err));
        }
    draw_common_y(d->plot, first);
    return 0;
}

static int draw_between(const struct kin_drawing_tables *tables, const struct kin_colours *colours,
                        struct kin_plot *out, struct kin_error *err)
{
    const struct draw d = {tables, colours, out};
    KIN_AUTO(names_release) struct kin_names transformations = {0};
    KIN_AUTO(names_release) struct kin_names encoders = {0};
    KIN_AUTO(names_release) struct kin_names measures = {0};
    KIN_TRY(draw_transformations(tables->of, &transformations, err));
    KIN_TRY(kin_frame_names(tables->of, "encoder", NULL, &encoders, err));
    KIN_TRY(kin_frame_names(tables->of, "measure", NULL, &measures, err));
    set_sizes(out, transformations.n, 110, 105);
    const struct kin_names names[] = {transformations, encoders};
    for (size_t m = 0; m < measures.n; m++)
        KIN_TRY(draw_measure(&d, measures.list[m], names, err));
    KIN_TRY(draw_keys(&d, &encoders, KIN_SERIES_LINE, err));
    return kin_plot_y_label(
        out, "between-space consistency: agreement above, rank correlation below", err);
}

const struct kin_drawing kin_drawing_between = {
    .name = "between",
    .figure = 10,
    .title = "Between-space consistency",
    .caption = "Above, C^B_acc: how often audio and embedding agree on whether a changed clip is "
               "nearest to its own original. Below, C^B_rho: Spearman's rank correlation of the "
               "distances in both. One line of panels for each pair of distances.",
    .draw = draw_between,
};
