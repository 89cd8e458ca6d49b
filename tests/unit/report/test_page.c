/* The page: what it says, computed from tables. */
#include "report_support.h"

static struct made within, between, originals, performance;

static const char *const method_columns[] = {"step", "kind", "what", "name",
                                             "value", "unit", "doc"};
static const char *const method_cells[] = {
    "", "", "title", "", "A < B", "", "",
    "", "", "program", "kindred", "1.2.3", "", "",
    "songs", "dataset.folder", "kind", "dataset.folder", "4", "", "a folder of music",
    "songs", "dataset.folder", "items", "song", "30", "", "",
    "clips", "excerpt", "kind", "excerpt", "2", "", "one excerpt of every song",
    "clips", "excerpt", "input", "of", "songs", "", "the songs",
    "clips", "excerpt", "parameter", "seconds", "4", "s", "length",
    "clips", "excerpt", "parameter", "seed", "7", "", "of random numbers",
    "clips", "excerpt", "items", "clip", "29", "", "",
    "clips", "excerpt", "failed", "clip", "1", "", "",
    "net", "train", "kind", "train", "1", "", "trains a network",
    "net", "train", "axis", "task", "AE, AT", "", "",
    "net", "train", "parameter", "epochs", "8, 32, 12", "", "how often"};
static const struct kin_frame methods = {7, 13, method_columns, method_cells};

static void setup(void)
{
    made_within(&within);
    made_between(&between, false);
    made_between(&originals, true);
    made_performance(&performance);
}

static void teardown(void)
{
    struct made *const all[] = {&within, &between, &originals, &performance};
    for (size_t i = 0; i < KIN_COUNT(all); i++)
        made_release(all[i]);
}

static struct kin_page page_of(void)
{
    return (struct kin_page){.methods = &methods,
                             .within = &within.frame,
                             .between = &between.frame,
                             .originals = &originals.frame,
                             .performance = &performance.frame};
}

static void holds(const struct kin_text *text, const char *part)
{
    ck_assert_msg(strstr(text->data, part) != NULL, "no «%s» in %.2500s", part,
                  strstr(text->data, "id=\"findings\""));
}

static void lacks(const struct kin_text *text, const char *part)
{
    ck_assert_msg(strstr(text->data, part) == NULL, "there is «%s»", part);
}

START_TEST(the_first_lines)
{
    setup();
    struct kin_page page = page_of();
    struct kin_text html = {0};
    ck_ok(kin_page_html(&page, &html, &err));
    holds(&html, "<h1>A &lt; B</h1>");
    holds(&html, "Data: a folder of music (dataset.folder). "
                 "<b>29 clips, 3 trials, 8 to 32 epochs.</b>");
    holds(&html, "Other data: compare the order, not the values.");
    kin_text_clear(&html);
    page.paper = true;
    ck_ok(kin_page_html(&page, &html, &err));
    lacks(&html, "Other data");
    kin_text_release(&html);
    teardown();
}
END_TEST

/* The last row of the methods becomes a second step that cuts clips. */
START_TEST(steps_that_cut_different_numbers_of_clips)
{
    setup();
    const char *cells[KIN_COUNT(method_cells)];
    const char *const more[] = {"phrases", "excerpt", "items", "clip", "66", "", ""};
    memcpy(cells, method_cells, sizeof cells);
    memcpy(cells + KIN_COUNT(cells) - KIN_COUNT(more), more, sizeof more);
    const struct kin_frame two = {methods.n_columns, methods.n_rows, method_columns, cells};
    struct kin_page page = page_of();
    struct kin_text html = {0};
    page.methods = &two;
    ck_ok(kin_page_html(&page, &html, &err));
    holds(&html, "<b>29 clips (clips), 66 clips (phrases), 3 trials.</b>");
    kin_text_release(&html);
    teardown();
}
END_TEST

START_TEST(findings_follow_from_the_numbers)
{
    setup();
    const struct kin_page page = page_of();
    struct kin_text html = {0};
    ck_ok(kin_page_html(&page, &html, &err));
    holds(&html, "MFCC is the most consistent encoder: on average over transformations and "
                 "magnitudes, 59 % of changed clips");
    holds(&html, "with AE, the least consistent, 14 %");
    holds(&html, "<b>MFCC (0.59) &gt; AT (0.47) &gt; IR (0.33) &gt; VS (0.21) &gt; AE (0.14)</b>. "
                 "This is the paper's order.");
    /* by rank correlation the paper has AE second and AT last */
    holds(&html, "stand the other way round in the paper: AT above IR, AT above VS, AT above AE, "
                 "IR above AE, VS above AE.");
    holds(&html, "5 of 10 pairs");
    /* MFCC keeps 81 % at 0.25 semitones either way, 18 % at -12 */
    holds(&html, "<th scope=\"row\">MFCC</th><td>-12 <small>(0.18)</small></td>");
    kin_text_release(&html);
    teardown();
}
END_TEST

START_TEST(beside_the_paper)
{
    static const char *const mean_columns[] = {"model", "factor", "level", "how", "mean", "se",
                                               "lower", "upper"};
    static const char *const mean_cells[] = {"euclidean", "encoder", "AT",
                                             "average_over_listed_magnitudes", "0.6543", "0.0123",
                                             "0.6", "0.7"};
    static const char *const anova_columns[] = {"model", "term", "df", "df2", "F", "p"};
    static const char *const anova_cells[] = {"performance", "task:transformation", "12", "350.25",
                                              "4321.5",      "0"};
    static const char *const fit_columns[] = {"model", "n", "r_squared"};
    static const char *const fit_cells[] = {"cosine", "100", "0.9712"};
    const struct kin_frame means = {8, 1, mean_columns, mean_cells};
    const struct kin_frame anova = {6, 1, anova_columns, anova_cells};
    const struct kin_frame fit = {3, 1, fit_columns, fit_cells};
    setup();
    struct kin_page page = page_of();
    struct kin_text html = {0};
    ck_ok(kin_page_html(&page, &html, &err));
    holds(&html, "There are no additive models on this page");
    holds(&html, "<td>mean of AT</td><td class=\"n\">0.671 ± 0.007</td><td class=\"n\">0.465 "
                 "<small>(plain mean)</small></td>");
    kin_text_clear(&html);
    page.means = &means;
    page.anova = &anova;
    page.fit = &fit;
    ck_ok(kin_page_html(&page, &html, &err));
    lacks(&html, "There are no additive models");
    holds(&html, "<td class=\"n\">0.671 ± 0.007</td><td class=\"n\">0.654 ± 0.012</td>");
    holds(&html, "<td class=\"n\">466 (12, 3522)</td><td class=\"n\">4322 (12, 350.2)</td>");
    holds(&html, "<td class=\"n\">0.981</td><td class=\"n\">0.971</td>");
    holds(&html, "<a href=\"tables/anova.csv\">anova.csv</a>");
    kin_text_release(&html);
    teardown();
}
END_TEST

START_TEST(figures_or_why_there_are_none)
{
    static const struct kin_page_figure figures[] = {
        {6, "within_audio", "Audio", "C^W of it.", "<svg>wide</svg>", "<svg>narrow</svg>", ""},
        {7, "within_latent", "Latent", "Text.", "<svg>x</svg>", "<svg>y</svg>",
         "Not drawn: gnuplot is missing."}};
    setup();
    struct kin_page page = page_of();
    struct kin_text html = {0};
    page.figures = figures;
    page.n_figures = 2;
    ck_ok(kin_page_html(&page, &html, &err));
    holds(&html, "<div class=\"wide\"><svg>wide</svg></div><div class=\"narrow\"><svg>narrow");
    holds(&html, "<b>Figure 6. Audio.</b> C<sup>W</sup> of it. <a href=\"figures/within_audio.dat");
    holds(&html, "<p class=\"caution\">Not drawn: gnuplot is missing.</p><figcaption>");
    lacks(&html, "<svg>x</svg>");
    kin_text_release(&html);
    teardown();
}
END_TEST

START_TEST(missing_cells_are_told)
{
    setup();
    struct kin_page page = page_of();
    struct kin_text html = {0};
    ck_ok(kin_page_html(&page, &html, &err));
    holds(&html, "None: every encoder was measured");
    kin_text_clear(&html);
    within.frame.n_rows--; /* the third trial of VS at TS 1.5 */
    ck_ok(kin_page_html(&page, &html, &err));
    holds(&html, "within.csv lacks 1 cell of the design");
    holds(&html, "<li>latent,euclidean,VS,TS,1.5,2</li>");
    kin_text_release(&html);
    teardown();
}
END_TEST

START_TEST(methods_at_the_end)
{
    setup();
    const struct kin_page page = page_of();
    struct kin_text html = {0};
    ck_ok(kin_page_html(&page, &html, &err));
    holds(&html, "Made by kindred 1.2.3, with FFTW");
    holds(&html, "Seed: 7.");
    holds(&html, "<b>clips</b> – excerpt, version 2: one excerpt of every song; 29 clips; 1 clips "
                 "failed");
    holds(&html, "<th scope=\"row\">seconds</th><td>4 s</td><td>length</td>");
    holds(&html, "<th scope=\"row\">task</th><td>AE, AT</td><td>for each</td>");
    lacks(&html, "<script");
    lacks(&html, "http");
    kin_text_release(&html);
    teardown();
}
END_TEST

START_TEST(nothing_but_methods)
{
    const struct kin_page page = {.methods = &methods};
    struct kin_text html = {0};
    ck_ok(kin_page_html(&page, &html, &err));
    holds(&html, "1 trial, 8 to 32 epochs");
    holds(&html, "</html>");
    kin_text_release(&html);
}
END_TEST

TEST_MAIN("page", the_first_lines, steps_that_cut_different_numbers_of_clips,
          findings_follow_from_the_numbers, beside_the_paper, figures_or_why_there_are_none,
          missing_cells_are_told, methods_at_the_end, nothing_but_methods)
