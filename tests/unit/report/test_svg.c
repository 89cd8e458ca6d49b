#include "report_support.h"

START_TEST(a_drawing_fit_for_a_page)
{
    struct kin_text out = {0};
    ck_ok(kin_svg_tidy("<?xml version=\"1.0\"?>\n<svg \n width=\"10\" viewBox=\"0 0 10 20\">"
                       "<title>Gnuplot</title><desc>gnuplot</desc>\n<g id=\"gnuplot_plot_1\">"
                       "<circle id='gpDot' r='0.5'/><use xlink:href='#gpDot'/><text>\"gp\"</text>"
                       "</g></svg>\n",
                       "fig", "A & B", &out, &err));
    ck_assert_str_eq(out.data,
                     "<svg viewBox=\"0 0 10 20\" xmlns=\"http://www.w3.org/2000/svg\" "
                     "xmlns:xlink=\"http://www.w3.org/1999/xlink\" role=\"img\" "
                     "aria-label=\"A &amp; B\">\n<g id=\"fig-gnuplot_plot_1\">"
                     "<circle id='fig-gpDot' r='0.5'/><use xlink:href='#fig-gpDot'/>"
                     "<text>\"gp\"</text></g></svg>\n");
    kin_text_release(&out);
}
END_TEST

START_TEST(what_is_no_drawing)
{
    static const char *const wrong[] = {"", "nothing", "<svg viewBox=\"0 0 1 1\">", "<svg>x</svg>"};
    for (size_t i = 0; i < KIN_COUNT(wrong); i++) {
        struct kin_text out = {0};
        ck_assert_int_eq(kin_svg_tidy(wrong[i], "a", "b", &out, &err), KIN_EDATA);
        ck_assert_ptr_nonnull(strstr(err.text, "gnuplot drew no figure"));
        kin_text_release(&out);
    }
}
END_TEST

START_TEST(a_notice)
{
    struct kin_text out = {0};
    kin_svg_notice("a < b", &out);
    ck_assert_ptr_nonnull(strstr(out.data, ">a &lt; b</text>"));
    kin_text_release(&out);
}
END_TEST

TEST_MAIN("svg", a_drawing_fit_for_a_page, what_is_no_drawing, a_notice)
