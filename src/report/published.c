/* The paper's estimates beside those of this run. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "kindred/memory.h"
#include "models.h"

enum what { MEAN, F, R2 };

static const struct published {
    const char *section, *model;
    enum what what;
    const char *of;
    double value;
    const char *beside;
} published[] = {
#define KIN_PUBLISHED(section, model, what, of, value, beside) \
    {section, model, what, of, value, beside},
#include "published.def"
#undef KIN_PUBLISHED
};

/* ---- this run ---- */

static long find_row(const struct kin_frame *frame, const char *model, const char *column,
                     const char *value)
{
    const struct kin_where where[] = {{"model", model}, {column, value}, {0}};
    for (size_t r = 0; frame && r < frame->n_rows; r++)
        if (kin_frame_match(frame, r, where))
            return (long)r;
    return -1;
}

/* «task:encoder» is «encoder:task» as well. */
static long find_term(const struct kin_frame *anova, const char *model, const char *term)
{
    char turned[100];
    const char *colon = strchr(term, ':');
    long row = find_row(anova, model, "term", term);
    if (row >= 0 || !colon || strlen(term) >= sizeof turned)
        return row;
    strcpy(turned, colon + 1);
    strcat(turned, ":");
    strncat(turned, term, (size_t)(colon - term));
    return find_row(anova, model, "term", turned);
}

static void add_mean(const struct kin_page *page, const struct published *p, struct kin_text *out)
{
    bool modelled;
    double mean = page_model_mean(page, page_model_find(p->model), p->of, &modelled);
    const struct kin_where where[] = {
        {"model", p->model}, {"factor", "encoder"}, {"level", p->of}, {0}};
    html_number(out, mean);
    for (size_t r = 0; modelled && r < page->means->n_rows; r++) {
        if (!kin_frame_match(page->means, r, where) ||
            kin_frame_number(page->means, r, "mean") != mean)
            continue;
        kin_text_addf(out, " ± %.3f", kin_frame_number(page->means, r, "se"));
        return;
    }
    if (!isnan(mean))
        kin_text_add(out, " <small>(plain mean)</small>");
}

static void add_this_run(const struct kin_page *page, const struct published *p,
                         struct kin_text *out)
{
    if (p->what == MEAN) {
        add_mean(page, p, out);
        return;
    }
    const struct kin_frame *frame = p->what == F ? page->anova : page->fit;
    long row = p->what == F ? find_term(frame, p->model, p->of)
                            : find_row(frame, p->model, "model", p->model);
    double x =
        row < 0 ? NAN : kin_frame_number(frame, (size_t)row, p->what == F ? "F" : "r_squared");
    if (p->what == F && fabs(x) < 100)
        kin_text_addf(out, "%.1f", x);
    else
        html_number(out, x);
    if (row >= 0 && p->what == F)
        html_textf(out, " (%.4g, %.4g)", kin_frame_number(frame, (size_t)row, "df"),
                   kin_frame_number(frame, (size_t)row, "df2"));
}

/* ---- the table ---- */

/* How many rows from the i-th on are about its model. */
static size_t rows_of_model(size_t i)
{
    size_t n = 1;
    while (i + n < KIN_COUNT(published) && strcmp(published[i].model, published[i + n].model) == 0)
        n++;
    return n;
}

/* The model stands once, beside all of its rows. */
static void add_model(size_t i, struct kin_text *out)
{
    bool first = i == 0 || strcmp(published[i].model, published[i - 1].model) != 0;
    if (!first)
        return;
    kin_text_addf(out, "<th scope=\"rowgroup\" rowspan=\"%zu\">", rows_of_model(i));
    html_rich(out, page_model_find(published[i].model)->title);
    kin_text_addf(out, "<br><small>section %s</small></th>", published[i].section);
}

static void add_row(const struct kin_page *page, size_t i, struct kin_text *out)
{
    static const char *const words[] = {
        [MEAN] = "mean of ", [F] = "F of ", [R2] = "variance explained, R²"};
    const struct published *p = &published[i];
    kin_text_add(out, "<tr>");
    add_model(i, out);
    kin_text_add(out, "<td>");
    kin_text_add(out, words[p->what]);
    html_text(out, kin_caption_of(p->of));
    kin_text_add(out, "</td><td class=\"n\">");
    html_number(out, p->value);
    html_textf(out, "%s%s", *p->beside ? " " : "", p->beside);
    kin_text_add(out, "</td><td class=\"n\">");
    add_this_run(page, p, out);
    kin_text_add(out, "</td></tr>\n");
}

int page_published(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    html_table(out,
               "The paper's estimates, on the Million Song Dataset with five trials, and those "
               "of this run. ± is a standard error, F has its degrees of freedom.");
    kin_text_add(out, "<thead><tr><th scope=\"col\">model</th><th scope=\"col\">estimate</th>"
                      "<th scope=\"col\" class=\"n\">paper</th><th scope=\"col\" class=\"n\">"
                      "this run</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < KIN_COUNT(published); i++)
        add_row(page, i, out);
    kin_text_add(out, "</tbody>");
    html_table_end(out);
    return kin_text_check(out, err);
}
