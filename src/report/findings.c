/* What came out, in words that follow from the numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "html.h"
#include "kindred/memory.h"
#include "kindred/transform.h"
#include "models.h"

/* ---- the order of the encoders ---- */

struct ranked {
    const char *name;
    double mean;
    size_t place; /* in the paper's order; SIZE_MAX: not in the paper */
};

#define MOST_RANKED 64

struct ranking {
    struct ranked list[MOST_RANKED];
    size_t n;
    bool modelled;
};

static int by_mean(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    if (p->mean != q->mean)
        return p->mean > q->mean ? -1 : 1;
    return strcmp(p->name, q->name);
}

static size_t paper_place(const struct page_model *model, const char *name)
{
    for (size_t i = 0; model->order[i]; i++)
        if (strcmp(model->order[i], name) == 0)
            return i;
    return SIZE_MAX;
}

static int rank_encoders(const struct kin_page *page, const struct page_model *model,
                         struct ranking *out, struct kin_error *err)
{
    KIN_AUTO(names_release) struct kin_names names = {0};
    const struct kin_frame *rows = page_model_rows(page, model);
    out->n = 0;
    if (!rows)
        return 0;
    KIN_TRY(kin_frame_names(rows, "encoder", model->where, &names, err));
    for (size_t i = 0; i < names.n && out->n < MOST_RANKED; i++) {
        double mean = page_model_mean(page, model, names.list[i], &out->modelled);
        if (!isnan(mean))
            out->list[out->n++] =
                (struct ranked){names.list[i], mean, paper_place(model, names.list[i])};
    }
    qsort(out->list, out->n, sizeof *out->list, by_mean);
    return 0;
}

/* «MFCC (0.74) > AT (0.67)». */
static void add_order(const struct ranking *ranking, struct kin_text *out)
{
    for (size_t i = 0; i < ranking->n; i++)
        html_textf(out, "%s%s (%.2f)", i ? " > " : "", kin_caption_of(ranking->list[i].name),
                   ranking->list[i].mean);
}

/* Pairs that stand in the other order in the paper, named. */
static void add_inversions(const struct ranking *ranking, struct kin_text *out)
{
    size_t pairs = 0, turned = 0;
    KIN_AUTO(kin_text_release) struct kin_text names = {0};
    for (size_t i = 0; i < ranking->n; i++)
        for (size_t j = i + 1; j < ranking->n; j++) {
            const struct ranked *above = &ranking->list[i], *below = &ranking->list[j];
            if (above->place == SIZE_MAX || below->place == SIZE_MAX)
                continue;
            pairs++;
            if (above->place < below->place)
                continue;
            kin_text_addf(&names, "%s%s above %s", turned++ ? ", " : "", above->name, below->name);
        }
    if (pairs == 0)
        return;
    if (turned == 0)
        kin_text_add(out, " This is the paper's order.");
    else
        html_textf(out, " %zu of %zu pairs %s the other way round in the paper: %s.", turned,
                   pairs, turned == 1 ? "stands" : "stand", kin_text_string(&names));
}

static int add_ranking(const struct kin_page *page, const char *model_name, const char *lead,
                       struct kin_text *out, struct kin_error *err)
{
    const struct page_model *model = page_model_find(model_name);
    struct ranking ranking = {0};
    KIN_TRY(rank_encoders(page, model, &ranking, err));
    if (ranking.n < 2)
        return 0;
    kin_text_add(out, "<li>");
    html_rich(out, lead);
    kin_text_add(out, " <b>");
    add_order(&ranking, out);
    kin_text_add(out, "</b>.");
    add_inversions(&ranking, out);
    kin_text_add(out, "</li>\n");
    return 0;
}

static int add_best(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    struct ranking ranking = {0};
    KIN_TRY(rank_encoders(page, page_model_find("euclidean"), &ranking, err));
    if (ranking.n == 0)
        return 0;
    const struct ranked *best = &ranking.list[0], *worst = &ranking.list[ranking.n - 1];
    kin_text_add(out, "<p>");
    html_textf(out,
               "%s is the most consistent encoder: on average over transformations and magnitudes, "
               "%.0f %% of changed clips lie nearest to their own original (Euclidean distance)",
               best->name, 100 * best->mean);
    if (ranking.n > 1)
        html_textf(out, ", with %s, the least consistent, %.0f %%", worst->name, 100 * worst->mean);
    kin_text_add(out, ".</p>\n");
    return 0;
}

/* ---- where they break ---- */

#define HALF 0.5

/* How far a magnitude is from the original; what is milder comes first. */
static double distance_from_original(const struct kin_transform *transform, double magnitude)
{
    return isinf(transform->neutral) ? -magnitude : fabs(magnitude - transform->neutral);
}

/* The mildest magnitude at which the mean of trials is under one half; NaN: none. */
static int find_break(const struct kin_frame *within, const struct kin_transform *transform,
                      const char *encoder, double *magnitude, double *mean, struct kin_error *err)
{
    KIN_AUTO(names_release) struct kin_names magnitudes = {0};
    struct kin_where where[] = {{"space", "latent"},
                                {"distance", "euclidean"},
                                {"encoder", encoder},
                                {"transformation", transform->code},
                                {0},
                                {0}};
    *magnitude = NAN;
    KIN_TRY(kin_frame_names(within, "magnitude", where, &magnitudes, err));
    for (size_t i = 0; i < magnitudes.n; i++) {
        double x;
        where[4] = (struct kin_where){"magnitude", magnitudes.list[i]};
        double y = kin_frame_mean(within, "consistency", where, NULL);
        if (!kin_number_parse(magnitudes.list[i], false, &x) || !(y < HALF) ||
            (!isnan(*magnitude) &&
             distance_from_original(transform, x) >= distance_from_original(transform, *magnitude)))
            continue;
        *magnitude = x;
        *mean = y;
    }
    return 0;
}

static int add_break_cell(const struct kin_frame *within, const char *encoder,
                          const char *transformation, struct kin_text *out, struct kin_error *err)
{
    const struct kin_transform *transform;
    double magnitude = NAN, mean = NAN;
    if (kin_transform_find(transformation, &transform, NULL) == 0)
        KIN_TRY(find_break(within, transform, encoder, &magnitude, &mean, err));
    if (isnan(magnitude))
        kin_text_add(out, "<td>never</td>");
    else
        kin_text_addf(out, "<td>%.6g <small>(%.2f)</small></td>", magnitude, mean);
    return 0;
}

static int add_breaks(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    const struct kin_where latent[] = {{"space", "latent"}, {"distance", "euclidean"}, {0}};
    KIN_AUTO(names_release) struct kin_names encoders = {0};
    KIN_AUTO(names_release) struct kin_names transformations = {0};
    KIN_TRY(kin_frame_names(page->within, "encoder", latent, &encoders, err));
    KIN_TRY(draw_transformations(page->within, &transformations, err));
    if (encoders.n == 0)
        return 0;
    html_table(out, "Where each encoder breaks: the mildest magnitude at which fewer than half of "
                    "the clips stay nearest to their own original, with C<sup>W</sup> there "
                    "(Euclidean).");
    kin_text_add(out, "<thead><tr><th scope=\"col\">encoder</th>");
    for (size_t t = 0; t < transformations.n; t++) {
        kin_text_add(out, "<th scope=\"col\">");
        html_textf(out, "%s, %s", transformations.list[t], draw_unit(transformations.list[t]));
        kin_text_add(out, "</th>");
    }
    kin_text_add(out, "</tr></thead><tbody>\n");
    for (size_t e = 0; e < encoders.n; e++) {
        kin_text_add(out, "<tr><th scope=\"row\">");
        html_text(out, encoders.list[e]);
        kin_text_add(out, "</th>");
        for (size_t t = 0; t < transformations.n; t++)
            KIN_TRY(
                add_break_cell(page->within, encoders.list[e], transformations.list[t], out, err));
        kin_text_add(out, "</tr>\n");
    }
    kin_text_add(out, "</tbody>");
    html_table_end(out);
    return 0;
}

int page_findings(const struct kin_page *page, struct kin_text *out, struct kin_error *err)
{
    KIN_TRY(add_best(page, out, err));
    kin_text_add(out, "<ul>\n");
    KIN_TRY(add_ranking(page, "euclidean", "Within the space of the encoder (C^W, Euclidean):", out,
                        err));
    KIN_TRY(add_ranking(page, "accuracy simple cosine",
                        "Agreement with the audio (C^B_acc, SiMPle and cosine):", out, err));
    KIN_TRY(add_ranking(page, "rho dtw euclidean",
                        "Order of distances as in the audio (C^B_rho, DTW and Euclidean):", out,
                        err));
    KIN_TRY(add_ranking(page, "performance", "Performance at the tasks, standardised:", out, err));
    kin_text_add(out, "</ul>\n");
    if (page->within)
        KIN_TRY(add_breaks(page, out, err));
    return kin_text_check(out, err);
}
