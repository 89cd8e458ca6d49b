/* Plots as data and script. */
#include "report_support.h"

static void make(struct kin_plot *plot)
{
    struct kin_panel *panel;
    struct kin_series *series;
    *plot = (struct kin_plot){
        .columns = 2, .narrow_columns = 1, .panel_height = 100, .narrow_height = 80};
    ck_ok(kin_plot_y_label(plot, "it's a label", &err));
    ck_ok(kin_plot_panel(plot, "first", "dB", &panel, &err));
    ck_ok(kin_panel_series(panel, KIN_SERIES_BAND, kin_look_of("AT", NULL), "AT", &series, &err));
    ck_ok(kin_panel_series(panel, KIN_SERIES_LINE, kin_look_of("AT", NULL), "AT", &series, &err));
    ck_ok(kin_series_add(series, (struct kin_point){1, 0.5, NAN, NAN}, &err));
    ck_ok(kin_series_add(series, (struct kin_point){2, 0.25, 0.2, 0.3}, &err));
    ck_ok(kin_plot_panel(plot, "empty", NULL, &panel, &err));
    ck_ok(kin_plot_panel(plot, "names", NULL, &panel, &err));
    ck_ok(kin_panel_tic(panel, 0, "AT", &err));
    ck_ok(kin_panel_series(panel, KIN_SERIES_INTERVAL, kin_look_of("AT", NULL), "a\nb", &series,
                           &err));
    ck_ok(kin_series_add(series, (struct kin_point){0, 1, 0.5, 1.5}, &err));
    ck_ok(kin_plot_key(plot, "AT", kin_look_of("AT", NULL), KIN_SERIES_LINE, &err));
}

START_TEST(data_in_blocks)
{
    struct kin_plot plot;
    struct kin_text data = {0};
    make(&plot);
    ck_assert_uint_eq(kin_plot_points(&plot), 3);
    kin_plot_data(&plot, &data);
    ck_assert_str_eq(data.data,
                     "# x y low high; one block a series, in the order of the script\n"
                     "\n\n# first: AT\n1 0.5 NaN NaN\n2 0.25 0.2 0.3\n"
                     "\n\n# names: a b\n0 1 0.5 1.5\n");
    kin_text_release(&data);
    kin_plot_release(&plot);
}
END_TEST

static void holds(const struct kin_text *text, const char *part)
{
    ck_assert_msg(strstr(text->data, part) != NULL, "no «%s» in\n%s", part, text->data);
}

START_TEST(script_for_both_widths)
{
    struct kin_plot plot;
    struct kin_text script = {0};
    make(&plot);
    kin_plot_script(&plot, "curves", "Curves", &script);
    holds(&script, "# Curves\n# Change what you like, then: gnuplot curves.gp >curves.svg");
    holds(&script, "data = 'curves.dat'");
    holds(&script, "'it''s a label' at screen");
    holds(&script, "set terminal svg size 1080,378 ");
    holds(&script, "set terminal svg size 380,496 ");
    holds(&script, "data index 0 using 1:2 with linespoints");
    holds(&script, "data index 1 using 1:2:3:4 with yerrorbars");
    holds(&script, "set xtics ('AT' 0)");
    holds(&script, "column = narrow ? 0 : 0; line = narrow ? 2 : 1\n");
    ck_assert_ptr_null(strstr(script.data, "'empty'"));
    kin_text_release(&script);
    kin_plot_release(&plot);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    for (unsigned long n = 1; n <= 3; n++) {
        struct kin_plot plot = {0};
        struct kin_panel *panel;
        kin_memory_fail_nth(n);
        ck_assert_int_eq(kin_plot_panel(&plot, "a", "b", &panel, &err), KIN_ENOMEM);
        kin_memory_fail_nth(0);
        kin_plot_release(&plot);
    }
}
END_TEST

TEST_MAIN("gnuplot", data_in_blocks, script_for_both_widths, every_allocation_may_fail)
