/* Marginal means: of a model where there is one, else of the observations. */
#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/report.h"

static double of_model(const struct kin_frame *means, const char *model, const char *encoder)
{
    static const char *const ways[] = {"average_over_listed_magnitudes", NULL};
    for (size_t w = 0; w < KIN_COUNT(ways); w++)
        for (size_t r = 0; means && r < means->n_rows; r++) {
            const struct kin_where where[] = {
                {"model", model}, {"factor", "encoder"}, {"level", encoder}, {0}};
            if (kin_frame_match(means, r, where) &&
                (!ways[w] || strcmp(kin_frame_text(means, r, "how"), ways[w]) == 0))
                return kin_frame_number(means, r, "mean");
        }
    return NAN;
}

#define MOST_WHERE 8

/* Every transformation weighs the same, however many magnitudes it has. */
static double of_rows(const struct kin_frame *frame, const char *value,
                      const struct kin_where *where, const char *encoder)
{
    struct kin_where cell[MOST_WHERE + 3] = {{0}};
    struct kin_names transformations = {0};
    size_t n = 0, count = 0;
    double sum = 0;
    for (; where && where[n].column && n < MOST_WHERE; n++)
        cell[n] = where[n];
    cell[n++] = (struct kin_where){"encoder", encoder};
    if (kin_frame_names(frame, "transformation", cell, &transformations, NULL) != 0)
        transformations.n = 0;
    for (size_t t = 0; t < transformations.n; t++) {
        cell[n] = (struct kin_where){"transformation", transformations.list[t]};
        double mean = kin_frame_mean(frame, value, cell, NULL);
        if (isnan(mean) || strcmp(transformations.list[t], "OG") == 0)
            continue;
        sum += mean;
        count++;
    }
    kin_names_release(&transformations);
    return count ? sum / (double)count : NAN;
}

double kin_marginal_mean(const struct kin_frame *observations, const char *value,
                         const struct kin_where *where, const struct kin_frame *means,
                         const char *model, const char *encoder, bool *modelled)
{
    double mean = of_model(means, model, encoder);
    *modelled = !isnan(mean);
    if (*modelled || !observations)
        return mean;
    return of_rows(observations, value, where, encoder);
}
