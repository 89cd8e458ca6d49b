/* Every drawing on tables as a run makes them. */
#include "report_support.h"

static struct made within, between, originals, performance, map;

static const struct kin_loudness loudness[] = {
    {"song0.1", -20}, {"song0.2", -INFINITY}, {"song0.3", NAN}, {"song3.1", -30}};

static struct kin_drawing_tables tables_of(const struct kin_drawing *drawing)
{
    struct kin_drawing_tables tables = {.loudness = loudness, .n_loudness = KIN_COUNT(loudness)};
    const char *name = drawing->name;
    if (strcmp(name, "neighbours") == 0 || strcmp(name, "chunks") == 0)
        tables.of = &map.frame;
    else if (strncmp(name, "performance", 11) == 0)
        tables.of = &performance.frame;
    else if (strncmp(name, "between", 7) == 0 || strcmp(name, "smallest") == 0)
        tables.of = &between.frame;
    else
        tables.of = strcmp(name, "originals") == 0 ? &originals.frame : &within.frame;
    if (strcmp(name, "smallest") == 0) {
        tables.within = &within.frame;
        tables.performance = &performance.frame;
    }
    return tables;
}

static void setup(void)
{
    made_within(&within);
    made_between(&between, false);
    made_between(&originals, true);
    made_performance(&performance);
    made_map(&map);
}

static void teardown(void)
{
    struct made *const all[] = {&within, &between, &originals, &performance, &map};
    for (size_t i = 0; i < KIN_COUNT(all); i++)
        made_release(all[i]);
}

static void draw(const char *name, const struct kin_drawing_tables *tables, struct kin_plot *plot)
{
    *plot = (struct kin_plot){0};
    ck_ok(kin_drawing_find(name)->draw(tables, NULL, plot, &err));
}

static size_t panels_with_points(const struct kin_plot *plot)
{
    size_t n = 0;
    for (size_t p = 0; p < plot->n; p++) {
        size_t points = 0;
        for (size_t s = 0; s < plot->panels[p].n_series; s++)
            points += plot->panels[p].series[s].n;
        n += points > 0;
    }
    return n;
}

START_TEST(all_figures_have_their_panels_and_none_is_empty)
{
    static const struct {
        const char *name;
        size_t panels;
    } wanted[] = {
        {"magnitudes", 5},    {"performance", 20},  {"performance_means", 1}, {"within_audio", 5},
        {"within_latent", 10}, {"within_means", 2}, {"neighbours", 5},        {"between", 40},
        {"between_means", 8}, {"smallest", 11},     {"originals", 4},         {"chunks", 2},
    };
    setup();
    ck_assert_uint_eq(kin_drawing_count(), KIN_COUNT(wanted));
    for (size_t i = 0; i < kin_drawing_count(); i++) {
        struct kin_plot plot;
        const struct kin_drawing *drawing = kin_drawing_at(i);
        const struct kin_drawing_tables tables = tables_of(drawing);
        ck_assert_str_eq(drawing->name, wanted[i].name);
        ck_assert(*drawing->title && *drawing->caption);
        ck_assert_int_eq(drawing->figure, (int)i + 3);
        draw(drawing->name, &tables, &plot);
        ck_assert_msg(plot.n == wanted[i].panels, "%s: %zu panels", drawing->name, plot.n);
        ck_assert_uint_eq(panels_with_points(&plot), plot.n);
        kin_plot_release(&plot);
    }
    teardown();
}
END_TEST

START_TEST(tables_without_rows_draw_nothing)
{
    setup();
    for (size_t i = 0; i < kin_drawing_count(); i++) {
        struct kin_plot plot;
        const struct kin_drawing *drawing = kin_drawing_at(i);
        struct kin_drawing_tables tables = tables_of(drawing);
        struct kin_frame none = *tables.of, no_within = within.frame;
        none.n_rows = no_within.n_rows = 0;
        tables.of = &none;
        tables.within = tables.within ? &no_within : NULL;
        tables.performance = NULL;
        draw(drawing->name, &tables, &plot);
        ck_assert_msg(kin_plot_points(&plot) == 0, "%s", drawing->name);
        kin_plot_release(&plot);
    }
    teardown();
}
END_TEST

static const struct kin_series *series_of(const struct kin_panel *panel,
                                          enum kin_series_style style, const char *label)
{
    for (size_t s = 0; s < panel->n_series; s++)
        if (panel->series[s].style == style && strcmp(panel->series[s].label, label) == 0)
            return &panel->series[s];
    ck_abort_msg("no series '%s' of style %d in '%s'", label, (int)style, panel->title);
}

/* AE at PS: three trials a magnitude, their mean as the line; MFCC has one and no points. */
START_TEST(curves_are_means_of_trials)
{
    struct kin_plot plot;
    setup();
    const struct kin_drawing_tables tables = {.of = &within.frame};
    draw("within_latent", &tables, &plot);
    const struct kin_panel *panel = &plot.panels[0];
    ck_assert_str_eq(panel->title, "PS · cosine");
    ck_assert_str_eq(panel->x_label, "semitones");
    const struct kin_series *line = series_of(panel, KIN_SERIES_LINE, "AE");
    ck_assert_uint_eq(line->n, 4);
    ck_assert_double_eq(line->points[1].x, -0.25);
    ck_assert_double_eq_tol(line->points[1].y, 0.2 * 0.9 + 0.01, 1e-12);
    ck_assert_uint_eq(series_of(panel, KIN_SERIES_POINTS, "AE")->n, 12);
    ck_assert_uint_eq(series_of(panel, KIN_SERIES_BAND, "AE")->n, 0);
    ck_assert_uint_eq(series_of(panel, KIN_SERIES_THIN, "dtw")->n, 4);
    kin_plot_release(&plot);
    teardown();
}
END_TEST

START_TEST(intervals_make_bands)
{
    static const char *const columns[] = {"space",     "distance", "encoder", "transformation",
                                          "magnitude", "n",        "mean",    "lower",
                                          "upper"};
    static const char *const cells[] = {"latent", "cosine", "AE", "PS", "-12", "3", "0.5", "0.4",
                                        "0.6",    "latent", "cosine", "AE", "PS", "12", "1",
                                        "0.7",    "",       ""};
    const struct kin_frame intervals = {9, 2, columns, cells};
    struct kin_plot plot;
    setup();
    const struct kin_drawing_tables tables = {.of = &within.frame, .intervals = &intervals};
    draw("within_latent", &tables, &plot);
    const struct kin_series *band = series_of(&plot.panels[0], KIN_SERIES_BAND, "AE");
    ck_assert_uint_eq(band->n, 1); /* a single trial has no interval */
    ck_assert_double_eq(band->points[0].high, 0.6);
    ck_assert_double_eq(series_of(&plot.panels[0], KIN_SERIES_LINE, "AE")->points[1].y, 0.7);
    kin_plot_release(&plot);
    teardown();
}
END_TEST

START_TEST(a_summary_of_several_values)
{
    static const char *const columns[] = {"task", "encoder", "transformation", "magnitude",
                                          "value", "mean", "lower", "upper"};
    static const char *const cells[] = {
        "AT", "VGG", "PS", "12", "performance",  "0.5", "0.4", "0.6",
        "AT", "VGG", "PS", "12", "standardised", "2",   "1",   "3"};
    const struct kin_frame intervals = {8, 2, columns, cells};
    struct kin_plot plot;
    setup();
    const struct kin_drawing_tables tables = {.of = &performance.frame, .intervals = &intervals};
    draw("performance", &tables, &plot);
    const struct kin_series *line = series_of(&plot.panels[0], KIN_SERIES_LINE, "VGG");
    ck_assert_uint_eq(line->n, 1);
    ck_assert_double_eq(line->points[0].y, 0.5);
    kin_plot_release(&plot);
    teardown();
}
END_TEST

START_TEST(originals_are_dotted)
{
    struct kin_plot plot;
    setup();
    const struct kin_drawing_tables tables = {.of = &performance.frame};
    draw("performance", &tables, &plot);
    const struct kin_series *level = series_of(&plot.panels[0], KIN_SERIES_DOTTED, "originals");
    ck_assert_double_eq_tol(level->points[0].y, 0.7, 1e-12); /* MFCC on AT */
    kin_plot_release(&plot);
    const struct kin_drawing_tables both = {.of = &between.frame, .originals = &originals.frame};
    draw("between", &both, &plot);
    level = series_of(&plot.panels[20], KIN_SERIES_DOTTED, "originals");
    ck_assert_double_eq_tol(level->points[0].y, 0.45, 1e-12);
    kin_plot_release(&plot);
    teardown();
}
END_TEST

START_TEST(a_task_without_numbers_has_no_row)
{
    struct kin_plot plot;
    setup();
    for (size_t r = 0; r < performance.frame.n_rows; r++)
        if (strcmp(kin_frame_text(&performance.frame, r, "task"), "VS") == 0)
            performance.cells[r * performance.frame.n_columns + 5][0] = '\0';
    const struct kin_drawing_tables tables = {.of = &performance.frame};
    draw("performance", &tables, &plot);
    ck_assert_uint_eq(plot.n, 15);
    kin_plot_release(&plot);
    teardown();
}
END_TEST

START_TEST(means_of_a_model_and_without_one)
{
    static const char *const columns[] = {"model", "factor", "level", "how",
                                          "mean",  "se",     "lower", "upper"};
    static const char *const cells[] = {
        "cosine",      "encoder",      "AE", "average_over_listed_magnitudes", "0.3", "0.1", "0.2",
        "0.4",         "cosine",       "encoder", "AE", "at_mean_magnitude01", "9", "1", "8", "10",
        "performance", "task:encoder", "AE VGG", "average_over_listed_magnitudes", "1.5", "0.1",
        "1.4",         "1.6"};
    const struct kin_frame means = {8, 3, columns, cells};
    struct kin_plot plot;
    setup();
    struct kin_drawing_tables tables = {.of = &within.frame, .means = &means};
    draw("within_means", &tables, &plot);
    ck_assert_uint_eq(plot.panels[0].n_series, 1);
    const struct kin_series *mean = series_of(&plot.panels[0], KIN_SERIES_INTERVAL, "AE");
    ck_assert_double_eq(mean->points[0].y, 0.3);
    ck_assert_double_eq(mean->points[0].x, 4); /* MFCC, AT, IR, VS, AE */
    mean = series_of(&plot.panels[1], KIN_SERIES_MARKS, "AE"); /* no model of euclidean */
    ck_assert_double_eq_tol(mean->points[0].y, 0.2 * 2.6 / 4 + 0.01, 1e-12);
    kin_plot_release(&plot);
    tables.of = &performance.frame;
    draw("performance_means", &tables, &plot);
    mean = series_of(&plot.panels[0], KIN_SERIES_INTERVAL, "VGG");
    ck_assert_double_eq(mean->points[0].y, 1.5);
    kin_plot_release(&plot);
    teardown();
}
END_TEST

START_TEST(the_mildest_have_a_direction)
{
    struct kin_plot plot;
    setup();
    const struct kin_drawing_tables tables = {.of = &between.frame, .within = &within.frame};
    draw("smallest", &tables, &plot);
    ck_assert_uint_eq(plot.n_keys, 7);
    ck_assert_str_eq(plot.keys[0].label, "PS-");
    ck_assert_str_eq(plot.keys[3].label, "TS+");
    const struct kin_series *up = series_of(&plot.panels[0], KIN_SERIES_MARKS, "PS+");
    ck_assert_uint_eq(up->n, 13); /* MFCC once, the others three times */
    const struct kin_series *noise = series_of(&plot.panels[0], KIN_SERIES_MARKS, "PN");
    ck_assert_double_eq_tol(noise->points[0].y, 0.2 * 0.5, 1e-12); /* AE at 30 dB */
    kin_plot_release(&plot);
    teardown();
}
END_TEST

START_TEST(chunks_have_the_loudness_of_their_id)
{
    struct kin_plot plot;
    setup();
    struct kin_drawing_tables tables = tables_of(kin_drawing_find("chunks"));
    draw("chunks", &tables, &plot);
    const struct kin_series *all = series_of(&plot.panels[0], KIN_SERIES_SCALE, "loudness");
    const struct kin_point *points = all->points;
    ck_assert_double_eq(points[0].low, -20);
    ck_assert_double_eq(points[1].low, -70); /* silence */
    ck_assert(isnan(points[2].low) && isnan(points[3].low));
    ck_assert_uint_eq(plot.panels[1].n_series, 4); /* songs */
    kin_plot_release(&plot);
    tables.n_loudness = 0;
    draw("chunks", &tables, &plot);
    ck_assert_uint_eq(plot.n, 1);
    kin_plot_release(&plot);
    teardown();
}
END_TEST

START_TEST(memory_may_run_out_anywhere)
{
    setup();
    for (size_t i = 0; i < kin_drawing_count(); i++) {
        const struct kin_drawing *drawing = kin_drawing_at(i);
        const struct kin_drawing_tables tables = tables_of(drawing);
        for (unsigned long n = 1; n < 400; n += 1 + n / 8) {
            struct kin_plot plot = {0};
            kin_memory_fail_nth(n);
            int status = drawing->draw(&tables, NULL, &plot, &err);
            kin_memory_fail_nth(0);
            ck_assert(status == 0 || status == KIN_ENOMEM);
            kin_plot_release(&plot);
        }
    }
    teardown();
}
END_TEST

TEST_MAIN("drawing", all_figures_have_their_panels_and_none_is_empty,
          tables_without_rows_draw_nothing, curves_are_means_of_trials, intervals_make_bands,
          a_summary_of_several_values, originals_are_dotted,
          a_task_without_numbers_has_no_row, means_of_a_model_and_without_one,
          the_mildest_have_a_direction, chunks_have_the_loudness_of_their_id,
          memory_may_run_out_anywhere)
