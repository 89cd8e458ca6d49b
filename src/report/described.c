/* What the page says of the run: facts in the first lines, methods at the end. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "html.h"
#include "kindred/memory.h"

/* ---- facts ---- */

/* The value of the first row of methods that fits; NULL in place of a text: any. */
static const char *fact(const struct kin_frame *methods, const char *kind, const char *what,
                        const char *name)
{
    for (size_t r = 0; r < methods->n_rows; r++)
        if ((!kind || strcmp(kin_frame_text(methods, r, "kind"), kind) == 0) &&
            strcmp(kin_frame_text(methods, r, "what"), what) == 0 &&
            (!name || strcmp(kin_frame_text(methods, r, "name"), name) == 0))
            return kin_frame_text(methods, r, "value");
    return NULL;
}

/* «songs (dataset.studio: composes songs …)», every dataset once. */
static void add_data(const struct kin_frame *methods, struct kin_text *out)
{
    const char *before = "Data: ";
    for (size_t r = 0; r < methods->n_rows; r++) {
        const char *kind = kin_frame_text(methods, r, "kind");
        if (strncmp(kind, "dataset.", 8) != 0 ||
            strcmp(kin_frame_text(methods, r, "what"), "kind") != 0)
            continue;
        kin_text_add(out, before);
        html_textf(out, "%s (%s)", kin_frame_text(methods, r, "doc"), kind);
        before = "; ";
    }
    kin_text_add(out, *before == ';' ? ". " : "");
}

static bool is_count_of_clips(const struct kin_frame *methods, size_t r)
{
    return strcmp(kin_frame_text(methods, r, "kind"), "excerpt") == 0 &&
           strcmp(kin_frame_text(methods, r, "what"), "items") == 0;
}

static void add_count(struct kin_text *out, const char *number, const char *one, const char *many)
{
    html_textf(out, "%s %s", number, strcmp(number, "1") == 0 ? one : many);
}

/* Of «8, 32, 40» the least and the most: «8 to 40». */
static void add_range(struct kin_text *out, const char *numbers, const char *one, const char *many)
{
    double least = INFINITY, most = -INFINITY;
    for (const char *at = numbers; *at; at += strspn(at, ", ")) {
        char *end;
        double x = strtod(at, &end);
        if (end == at)
            return add_count(out, numbers, one, many);
        least = fmin(least, x);
        most = fmax(most, x);
        at = end;
    }
    if (least < most)
        html_textf(out, "%g to %g %s", least, most, many);
    else
        add_count(out, numbers, one, many);
}

static int add_trials(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    KIN_AUTO(names_release) struct kin_names trials = {0};
    char text[32];
    if (page->within)
        KIN_TRY(kin_frame_names(page->within, "trial", NULL, &trials, err));
    snprintf(text, sizeof text, "%zu", trials.n ? trials.n : 1);
    add_count(out, text, "trial", "trials");
    return 0;
}

/* How many clips there are; where steps cut different numbers of them, of each step. */
static void add_clips(const struct kin_frame *methods, struct kin_text *out)
{
    const char *first = fact(methods, "excerpt", "items", NULL), *before = "";
    bool differ = false;
    for (size_t r = 0; r < methods->n_rows; r++)
        differ |= is_count_of_clips(methods, r) &&
                  strcmp(kin_frame_text(methods, r, "value"), first) != 0;
    if (first && !differ)
        add_count(out, first, "clip", "clips");
    for (size_t r = 0; r < methods->n_rows && differ; r++) {
        if (!is_count_of_clips(methods, r))
            continue;
        html_textf(out, "%s%s clips (%s)", before, kin_frame_text(methods, r, "value"),
                   kin_frame_text(methods, r, "step"));
        before = ", ";
    }
    kin_text_add(out, first ? ", " : "");
}

static int add_facts(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    const char *epochs = fact(page->methods, "train", "parameter", "epochs");
    kin_text_add(out, "<p class=\"facts\">");
    add_data(page->methods, out);
    kin_text_add(out, "<b>");
    add_clips(page->methods, out);
    KIN_TRY(add_trials(page, out, err));
    if (epochs) {
        kin_text_add(out, ", ");
        add_range(out, epochs, "epoch", "epochs");
    }
    kin_text_add(out, ".</b></p>\n");
    return 0;
}

int page_facts(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    const char *title = fact(page->methods, NULL, "title", NULL);
    kin_text_add(out, "<h1>");
    html_text(out, title && *title ? title : "Are nearby neighbours relatives?");
    kin_text_add(out, "</h1>\n");
    KIN_TRY(add_facts(page, out, err));
    if (!page->paper)
        kin_text_add(out, "<p class=\"caution\"><strong>Other data: compare the order, not the "
                          "values.</strong> The paper trained on the Million Song Dataset, IRMAS "
                          "and MUSDB18 and measured 1,000 clips in five trials.</p>\n");
    return kin_text_check(out, err);
}

/* ---- methods ---- */

static bool is(const struct kin_frame *methods, size_t row, const char *what)
{
    return strcmp(kin_frame_text(methods, row, "what"), what) == 0;
}

static void add_property(const struct kin_frame *methods, size_t row, struct kin_text *out)
{
    const char *unit = kin_frame_text(methods, row, "unit");
    const char *doc = kin_frame_text(methods, row, "doc");
    kin_text_add(out, "<tr><th scope=\"row\">");
    html_textf(out, "%s", kin_frame_text(methods, row, "name"));
    kin_text_add(out, "</th><td>");
    html_text(out, kin_frame_text(methods, row, "value"));
    html_textf(out, "%s%s", *unit ? " " : "", unit);
    kin_text_add(out, "</td><td>");
    html_textf(out, "%s%s",
               is(methods, row, "input")  ? "from: "
               : is(methods, row, "axis") ? "for each"
                                          : "",
               doc);
    kin_text_add(out, "</td></tr>\n");
}

/* One step: rows from `first` up to the next row of what «kind». */
static void add_method(const struct kin_frame *methods, size_t first, struct kin_text *out)
{
    const char *step = kin_frame_text(methods, first, "step");
    kin_text_add(out, "<details open><summary><b>");
    html_text(out, step);
    kin_text_add(out, "</b> – ");
    html_textf(out, "%s, version %s: %s", kin_frame_text(methods, first, "kind"),
               kin_frame_text(methods, first, "value"), kin_frame_text(methods, first, "doc"));
    bool table = false;
    size_t r = first + 1;
    for (; r < methods->n_rows && !is(methods, r, "kind"); r++) {
        const char *value = kin_frame_text(methods, r, "value");
        if (is(methods, r, "source"))
            html_textf(out, " (%s)", value);
        else if (is(methods, r, "items") || is(methods, r, "failed"))
            html_textf(out, "; %s %s%s", value, kin_frame_text(methods, r, "name"),
                       is(methods, r, "failed") ? "s failed"
                       : strcmp(value, "1")     ? "s"
                                                : "");
    }
    kin_text_add(out, "</summary>\n");
    for (r = first + 1; r < methods->n_rows && !is(methods, r, "kind"); r++) {
        if (!is(methods, r, "input") && !is(methods, r, "axis") && !is(methods, r, "parameter"))
            continue;
        if (!table)
            html_table(out, "");
        table = true;
        add_property(methods, r, out);
    }
    if (table)
        html_table_end(out);
    kin_text_add(out, "</details>\n");
}

/* All values of parameters called seed. */
static void add_seeds(const struct kin_frame *methods, struct kin_text *out)
{
    struct kin_names seeds = {0};
    const struct kin_where where[] = {{"what", "parameter"}, {"name", "seed"}, {0}};
    if (kin_frame_names(methods, "value", where, &seeds, NULL) == 0 && seeds.n > 0) {
        kin_text_add(out, seeds.n == 1 ? " Seed: " : " Seeds: ");
        for (size_t i = 0; i < seeds.n; i++)
            html_textf(out, "%s%s", i ? ", " : "", seeds.list[i]);
        kin_text_add(out, ".");
    }
    kin_names_release(&seeds);
}

void page_methods(const struct kin_page *page, struct kin_text *out)
{
    const struct kin_frame *methods = page->methods;
    const char *version = fact(methods, NULL, "program", "kindred");
    kin_text_add(out, "<p>");
    html_textf(out,
               "Made by kindred %s, with FFTW (spectra), OpenBLAS and oneDNN (networks), "
               "libsndfile (files and MP3), libsoxr (resampling), Rubber Band (pitch, tempo), "
               "libebur128 (loudness), libWildMidi and freepats (generated music), gnuplot "
               "(figures) and R with mgcv and emmeans (models), where these were needed.",
               version ? version : "");
    add_seeds(methods, out);
    kin_text_add(out, " Versions, processor, times and what came from the cache differ from one "
                      "person to the next: they are in <a href=\"run.html\">run.html</a>.</p>\n");
    for (size_t r = 0; r < methods->n_rows; r++)
        if (is(methods, r, "kind"))
            add_method(methods, r, out);
}
