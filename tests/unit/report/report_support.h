/* Tables as a run makes them, small and made up: five transformations, five encoders. */
#ifndef KINDRED_TESTS_REPORT_SUPPORT_H
#define KINDRED_TESTS_REPORT_SUPPORT_H

#include <math.h>
#include <string.h>

#include "kindred/report.h"
#include "kindred/text.h"
#include "support.h"

static struct kin_error err __attribute__((unused));

#define MOST_CELLS 40000

struct made {
    struct kin_frame frame;
    const char *columns[12];
    char *cells[MOST_CELLS];
    size_t n_cells;
};

static inline void made_columns(struct made *made, const char *const *columns)
{
    memset(made, 0, sizeof *made);
    while (columns[made->frame.n_columns]) {
        made->columns[made->frame.n_columns] = columns[made->frame.n_columns];
        made->frame.n_columns++;
    }
    made->frame.columns = made->columns;
    made->frame.cells = (const char *const *)made->cells;
}

static inline void made_release(struct made *made)
{
    for (size_t i = 0; i < made->n_cells; i++)
        kin_free(made->cells[i]);
}

static inline void made_text(struct made *made, const char *text)
{
    ck_assert_uint_lt(made->n_cells, MOST_CELLS);
    made->cells[made->n_cells++] = kin_strdup(text);
    made->frame.n_rows = made->n_cells / made->frame.n_columns;
}

static inline void made_number(struct made *made, double x)
{
    char text[KIN_NUMBER_TEXT] = "";
    if (!isnan(x))
        kin_number_text(x, text);
    made_text(made, text);
}

static const char *const made_codes[] = {"EN", "MP", "PN", "PS", "TS"};
static const double made_magnitudes[][4] = {
    {-15, 0, 15, 30},       {8, 32, 64, 192},       {-15, 0, 15, 30},
    {-12, -0.25, 0.25, 12}, {0.3, 0.98, 1.02, 1.5},
};
static const char *const made_encoders[] = {"AE", "AT", "IR", "MFCC", "VS"};
static const double made_levels[] = {0.2, 0.7, 0.5, 0.9, 0.3};

/* What was measured: the encoder's level, better where the change is milder. */
static inline double made_value(size_t encoder, size_t magnitude, int trial)
{
    static const double mild[] = {0.2, 0.9, 1, 0.5};
    return made_levels[encoder] * mild[magnitude] + 0.01 * trial;
}

/* The columns of within.csv; `space` and `distance` for every encoder, three trials. */
static inline void add_within_rows(struct made *made, const char *space, const char *distance,
                                   const char *encoder, size_t level, int trials)
{
    for (size_t t = 0; t < 5; t++)
        for (size_t m = 0; m < 4; m++)
            for (int trial = 0; trial < trials; trial++) {
                made_text(made, space);
                made_text(made, distance);
                made_text(made, encoder);
                made_text(made, made_codes[t]);
                made_number(made, made_magnitudes[t][m]);
                made_number(made, (double)m / 3);
                made_number(made, trials > 1 ? (double)trial : NAN);
                made_number(made, made_value(level, m, trial));
            }
}

static inline void made_within(struct made *made)
{
    static const char *const columns[] = {"space",     "distance",    "encoder", "transformation",
                                          "magnitude", "magnitude01", "trial",   "consistency",
                                          NULL};
    static const char *const distances[] = {"cosine", "euclidean"};
    made_columns(made, columns);
    add_within_rows(made, "audio", "dtw", "", 3, 1);
    add_within_rows(made, "audio", "simple", "", 3, 1);
    for (size_t d = 0; d < 2; d++)
        for (size_t e = 0; e < 5; e++)
            add_within_rows(made, "latent", distances[d], made_encoders[e], e, e == 3 ? 1 : 3);
}

static inline void add_between_row(struct made *made, const char *const *pair, size_t e,
                                   const char *code, double magnitude, int trial, double value)
{
    for (size_t i = 0; i < 3; i++)
        made_text(made, pair[i]);
    made_text(made, made_encoders[e]);
    made_text(made, code);
    made_number(made, magnitude);
    made_number(made, NAN);
    made_number(made, trial);
    made_number(made, value);
}

/* The columns of between.csv; originals: those alone, as between-originals.csv. */
static inline void made_between(struct made *made, bool originals)
{
    static const char *const columns[] = {"measure",        "d_audio",   "d_latent",
                                          "encoder",        "transformation",
                                          "magnitude",      "magnitude01",
                                          "trial",          "consistency", NULL};
    static const char *const pairs[][3] = {
        {"accuracy", "dtw", "cosine"},    {"accuracy", "dtw", "euclidean"},
        {"accuracy", "simple", "cosine"}, {"accuracy", "simple", "euclidean"},
        {"rho", "dtw", "cosine"},         {"rho", "dtw", "euclidean"},
        {"rho", "simple", "cosine"},      {"rho", "simple", "euclidean"}};
    made_columns(made, columns);
    for (size_t p = originals ? 4 : 0; p < 8; p++)
        for (size_t e = 0; e < 5; e++)
            for (int trial = 0; trial < 2; trial++) {
                if (originals)
                    add_between_row(made, pairs[p], e, "OG", 0, trial, made_levels[e] / 2);
                for (size_t t = 0; t < 5 && !originals; t++)
                    for (size_t m = 0; m < 4; m++)
                        add_between_row(made, pairs[p], e, made_codes[t], made_magnitudes[t][m],
                                        trial, made_value(e, m, trial));
            }
}

/* The columns of performance.csv, originals included. */
static inline void made_performance(struct made *made)
{
    static const char *const columns[] = {"task",  "encoder",     "transformation", "magnitude",
                                          "trial", "performance", "standardised",   NULL};
    static const char *const tasks[] = {"AE", "AT", "IR", "VS"};
    made_columns(made, columns);
    for (size_t k = 0; k < 4; k++)
        for (int mfcc = 0; mfcc < 2; mfcc++)
            for (size_t t = 0; t < 6; t++)
                for (size_t m = 0; m < (t == 5 ? 1 : 4); m++) {
                    double value = made_value(mfcc ? k : 3, t == 5 ? 2 : m, 0);
                    made_text(made, tasks[k]);
                    made_text(made, mfcc ? "MFCC" : "VGG");
                    made_text(made, t == 5 ? "OG" : made_codes[t]);
                    made_number(made, t == 5 ? 0 : made_magnitudes[t][m]);
                    made_number(made, 0);
                    made_number(made, value);
                    made_number(made, 4 * value - 2);
                }
}

/* A map: as t-SNE gives it, of twelve chunks of four songs. */
static inline void made_map(struct made *made)
{
    static const char *const columns[] = {"encoder", "transformation", "id", "x", "y", NULL};
    made_columns(made, columns);
    for (size_t e = 0; e < 5; e++)
        for (size_t t = 0; t < 6; t++)
            for (size_t i = 0; i < 12; i++) {
                char id[20];
                snprintf(id, sizeof id, "song%zu.%zu", i / 3, i % 3 + 1);
                made_text(made, made_encoders[e]);
                made_text(made, t == 5 ? "OG" : made_codes[t]);
                made_text(made, id);
                made_number(made, cos((double)(i * 7 + t)));
                made_number(made, sin((double)(i * 5 + e)));
            }
}

#endif
