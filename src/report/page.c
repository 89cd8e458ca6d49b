/* The page: its parts in order. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"
#include "html.h"
#include "kindred/memory.h"

#define EXCERPT 5
#define MISSING_SHOWN 12

size_t kin_page_tables(const struct kin_page *page, struct kin_page_table out[KIN_PAGE_TABLES])
{
    const struct kin_page_table all[] = {
        {"tables/performance.csv", "performance at each task, one row an observation",
         page->performance},
        {"tables/performance-originals.csv", "performance on the originals",
         page->originals_performance},
        {"tables/answers.csv", "networks beside what knows nothing of a clip, and the ideal mask",
         page->answers},
        {"tables/within.csv", "within-space consistency, one row an observation", page->within},
        {"tables/between.csv", "between-space consistency, one row an observation", page->between},
        {"tables/between-originals.csv", "between-space consistency of the originals alone",
         page->originals},
        {"tables/fit.csv", "how well the additive models fit", page->fit},
        {"tables/anova.csv", "analysis of variance of the models", page->anova},
        {"tables/means.csv", "marginal means of the models", page->means},
        {"tables/contrasts.csv", "pairwise differences, p adjusted", page->contrasts},
    };
    size_t n = 0;
    for (size_t i = 0; i < KIN_PAGE_TABLES; i++)
        if (all[i].frame)
            out[n++] = all[i];
    return n;
}

/* ---- figures ---- */

static void add_figure(const struct kin_page_figure *figure, struct kin_text *out)
{
    kin_text_addf(out, "<figure id=\"figure-%d\">\n", figure->number);
    if (*figure->notice) {
        kin_text_add(out, "<p class=\"caution\">");
        html_text(out, figure->notice);
        kin_text_add(out, "</p>");
    } else {
        kin_text_add(out, "<div class=\"wide\">");
        kin_text_add(out, figure->svg);
        kin_text_add(out, "</div><div class=\"narrow\">");
        kin_text_add(out, figure->narrow);
        kin_text_add(out, "</div>");
    }
    kin_text_addf(out, "<figcaption><b>Figure %d. ", figure->number);
    html_text(out, figure->title);
    kin_text_add(out, ".</b> ");
    html_rich(out, figure->caption);
    kin_text_addf(out,
                  " <a href=\"figures/%s.dat\">Data</a>, <a href=\"figures/%s.gp\">script</a>, "
                  "<a href=\"figures/%s.svg\">SVG</a>.</figcaption></figure>\n",
                  figure->name, figure->name, figure->name);
}

static void add_figures(const struct kin_page *page, struct kin_text *out)
{
    kin_text_add(out, "<h2 id=\"figures\">Figures</h2>\n<p>Numbered as in the paper. A colour is "
                      "one encoder throughout; bands are 95 % intervals over trials where there "
                      "are several, small points single trials, dotted lines the originals.</p>\n");
    for (size_t i = 0; i < page->n_figures; i++)
        add_figure(&page->figures[i], out);
}

/* ---- what is missing ---- */

static const char *value_of(const struct kin_page *page, const struct kin_frame *frame)
{
    return frame == page->performance ? "performance" : "consistency";
}

static int add_missing_of(const struct kin_page *page, const struct kin_page_table *table,
                          bool *any, struct kin_text *out, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text lines = {0};
    size_t n = 0, shown = 0;
    KIN_TRY(kin_missing_cells(table->frame, value_of(page, table->frame), &lines, &n, err));
    if (n == 0)
        return 0;
    *any = true;
    kin_text_add(out, "<p class=\"caution\">");
    html_textf(out, "%s lacks %zu cell%s of the design", strchr(table->file, '/') + 1, n,
               n == 1 ? "" : "s");
    kin_text_add(out, " (all of them: <a href=\"tables/missing.csv\">missing.csv</a>); means are "
                      "over what is there:</p>\n<ul>\n");
    for (const char *line = kin_text_string(&lines); *line && shown < MISSING_SHOWN; shown++) {
        size_t length = strcspn(line, "\n");
        kin_text_add(out, "<li>");
        html_textf(out, "%.*s", (int)length, line);
        kin_text_add(out, "</li>\n");
        line += length + 1;
    }
    kin_text_add(out, "</ul>\n");
    return 0;
}

static int add_missing(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    const struct kin_page_table observed[] = {
        {"tables/performance.csv", "", page->performance},
        {"tables/within.csv", "", page->within},
        {"tables/between.csv", "", page->between},
        {"tables/between-originals.csv", "", page->originals}};
    bool any = false;
    kin_text_add(out, "<h3 id=\"missing\">Cells of the design that are missing</h3>\n");
    for (size_t i = 0; i < KIN_COUNT(observed); i++)
        if (observed[i].frame)
            KIN_TRY(add_missing_of(page, &observed[i], &any, out, err));
    if (!any)
        kin_text_add(out, "<p>None: every encoder was measured under every transformation and "
                          "magnitude, in every trial.</p>\n");
    return 0;
}

/* ---- tables ---- */

/* What the columns mean. */
static const struct {
    const char *column, *meaning;
} dictionary[] = {
    {"space", "audio: distances of the sound; latent: of the embeddings"},
    {"distance", "the distance: dtw, fastdtw, simple (audio), euclidean, cosine (latent)"},
    {"measure", "accuracy: C^B_acc, both spaces agree on nearest or not; rho: C^B_rho, Spearman's "
                "rank correlation of distances"},
    {"d_audio", "distance in the audio"},
    {"d_latent", "distance of embeddings"},
    {"task", "AE autoencoding, AT tagging, IR instruments, VS voice separation"},
    {"encoder", "what embeds clips: the networks by their task, MFCC the hand-made baseline; in "
                "performance VGG is the network"},
    {"transformation", "PS pitch, TS tempo, PN pink noise, EN ambient noise, MP MP3, OG originals"},
    {"magnitude", "in semitones, times the tempo, dB signal to noise, kb/s"},
    {"magnitude01", "the magnitude scaled to 0 … 1 inside its transformation"},
    {"trial", "repetition of training with other random numbers; empty: not trained"},
    {"consistency", "the share or correlation, 1 is perfect"},
    {"performance", "AE mean square error, AT area under the ROC curve, IR accuracy, VS SDR in dB"},
    {"standardised", "performance in standard deviations within its task; AE with its sign turned"},
    {"model", "which model: euclidean and cosine for C^W; measure and distances for C^B"},
    {"how", "at_mean_magnitude01: curves read at the mean magnitude; "
            "average_over_listed_magnitudes: averaged over those measured"},
    {"se", "standard error"},
    {"p", "probability under no effect; adjusted in contrasts"},
};

static bool occurs(const struct kin_page_table *tables, size_t n, const char *column)
{
    for (size_t i = 0; i < n; i++)
        if (kin_frame_column(tables[i].frame, column) >= 0)
            return true;
    return false;
}

static void add_dictionary(const struct kin_page_table *tables, size_t n, struct kin_text *out)
{
    kin_text_add(out, "<h3 id=\"columns\">What the columns are</h3>\n<dl>\n");
    for (size_t i = 0; i < KIN_COUNT(dictionary); i++) {
        if (!occurs(tables, n, dictionary[i].column))
            continue;
        kin_text_add(out, "<dt>");
        html_text(out, dictionary[i].column);
        kin_text_add(out, "</dt><dd>");
        html_rich(out, dictionary[i].meaning);
        kin_text_add(out, "</dd>\n");
    }
    kin_text_add(out, "</dl>\n");
}

static int add_tables(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    struct kin_page_table tables[KIN_PAGE_TABLES];
    size_t n = kin_page_tables(page, tables);
    kin_text_add(out, "<h2 id=\"tables\">Tables</h2>\n");
    for (size_t i = 0; i < n; i++) {
        char caption[100];
        kin_text_addf(out, "<h3><a href=\"%s\">%s</a></h3>\n", tables[i].file,
                      strchr(tables[i].file, '/') + 1);
        snprintf(caption, sizeof caption, "%s: %zu rows, the first of them", tables[i].about,
                 tables[i].frame->n_rows);
        html_excerpt(out, tables[i].frame, caption, EXCERPT);
    }
    add_dictionary(tables, n, out);
    return add_missing(page, out, err);
}

/* ---- all ---- */

static void add_contents(const struct kin_page *page, struct kin_text *out)
{
    kin_text_add(out, "<nav aria-label=\"On this page\"><ul><li><a href=\"#findings\">What came "
                      "out</a></li><li><a href=\"#paper\">Beside the paper</a></li>");
    for (size_t i = 0; i < page->n_figures; i++)
        kin_text_addf(out, "<li><a href=\"#figure-%d\">Figure %d</a></li>", page->figures[i].number,
                      page->figures[i].number);
    kin_text_add(out, "<li><a href=\"#tables\">Tables</a></li><li><a href=\"#methods\">Methods</a>"
                      "</li></ul></nav>\n");
}

static void add_models_note(const struct kin_page *page, struct kin_text *out)
{
    if (page->fit && page->fit->n_rows > 0)
        return;
    if (page->no_models) {
        kin_text_add(out, "<p class=\"caution\">The additive models could not be fitted: ");
        html_text(out, page->no_models);
        kin_text_add(out, ". The means below are plain means of the observations, every "
                          "transformation weighing the same.</p>\n");
        return;
    }
    kin_text_add(out, "<p class=\"caution\">There are no additive models on this page: the means "
                      "below are plain means of the observations, every transformation weighing "
                      "the same. The models need R with mgcv and emmeans (Debian packages "
                      "r-base-core, r-cran-mgcv, r-cran-emmeans), and steps of the workflow that "
                      "fit them.</p>\n");
}

int kin_page_html(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    html_head(out, "Are nearby neighbours relatives?");
    kin_text_add(out, "<header>\n");
    KIN_TRY(page_facts(page, out, err));
    add_contents(page, out);
    kin_text_add(out, "</header>\n<main>\n<h2 id=\"findings\">What came out</h2>\n");
    KIN_TRY(page_findings(page, out, err));
    kin_text_add(out, "<h2 id=\"paper\">Beside the paper</h2>\n");
    add_models_note(page, out);
    KIN_TRY(page_published(page, out, err));
    if (page->n_figures > 0)
        add_figures(page, out);
    KIN_TRY(add_tables(page, out, err));
    kin_text_add(out, "<h2 id=\"methods\">Methods</h2>\n");
    page_methods(page, out);
    kin_text_add(
        out, "</main>\n<footer><p>After Kim J., Urbano J., Liem C. C. S., Hanjalic A. (2019): "
             "Are Nearby Neighbors Relatives? Testing Deep Music Embeddings. <cite>Frontiers in "
             "Applied Mathematics and Statistics</cite> 5:53. This file needs no network and "
             "no script.</p></footer>\n</body></html>\n");
    return kin_text_check(out, err);
}
