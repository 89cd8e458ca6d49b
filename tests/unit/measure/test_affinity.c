#include <math.h>
#include <string.h>

#include "kindred/random.h"
#include "measure/affinity.h"
#include "support.h"

#define POINTS 70
#define STRIDE 80
#define DIMS 6

static struct kin_error err;
static float points[POINTS][DIMS], out[POINTS][STRIDE];

static void fill(double scale)
{
    struct kin_random random = kin_random_stream(1, "test", 4);
    for (size_t i = 0; i < POINTS * DIMS; i++)
        points[i / DIMS][i % DIMS] = (float)(scale * kin_random_normal(&random));
}

static void affinities(size_t n, double perplexity)
{
    memset(out, 0, sizeof out);
    ck_ok(tsne_affinities(points[0], n, DIMS, perplexity, STRIDE, NULL, out[0], &err));
}

START_TEST(probabilities)
{
    double sum = 0;
    fill(1);
    affinities(POINTS, 10);
    for (size_t i = 0; i < POINTS; i++) {
        ck_assert_float_eq(out[i][i], 0);
        for (size_t j = 0; j < STRIDE; j++) {
            sum += (double)out[i][j];
            if (j < POINTS)
                ck_assert_float_eq(out[i][j], out[j][i]);
            else
                ck_assert_float_eq(out[i][j], 0);
        }
    }
    ck_assert_double_eq_tol(sum, 1, 1e-6);
}
END_TEST

/* Of two sides with the same surroundings the joint probability is the conditional one over n: on a
 * circle every point has the perplexity asked for. */
START_TEST(the_perplexity_is_met)
{
    memset(points, 0, sizeof points);
    for (size_t i = 0; i < POINTS; i++) {
        points[i][0] = (float)cos(2 * 3.14159265358979 * (double)i / POINTS);
        points[i][1] = (float)sin(2 * 3.14159265358979 * (double)i / POINTS);
    }
    for (double perplexity = 2; perplexity < POINTS - 1; perplexity *= 2) {
        affinities(POINTS, perplexity);
        for (size_t i = 0; i < POINTS; i++) {
            double entropy = 0;
            for (size_t j = 0; j < POINTS; j++) {
                double p = (double)out[i][j] * POINTS;
                entropy -= p > 0 ? p * log(p) : 0;
            }
            ck_assert_double_eq_tol(exp(entropy), perplexity, 1e-3 * perplexity);
        }
    }
}
END_TEST

START_TEST(the_unit_does_not_matter)
{
    static float usual[POINTS][STRIDE];
    fill(1);
    affinities(POINTS, 10);
    memcpy(usual, out, sizeof out);
    const double scales[] = {0x1p-100, 0x1p-10, 0x1p100};
    for (size_t s = 0; s < KIN_COUNT(scales); s++) {
        fill(scales[s]);
        affinities(POINTS, 10);
        ck_assert_mem_eq(usual, out, sizeof out);
    }
}
END_TEST

/* No width gives them fewer neighbours than there are at the same distance. */
START_TEST(equal_distances)
{
    memset(points, 0, sizeof points);
    affinities(20, 5);
    for (size_t i = 0; i < 20; i++)
        for (size_t j = 0; j < 20; j++)
            ck_assert_double_eq_tol((double)out[i][j], i == j ? 0 : 1.0 / (20 * 19), 1e-9);
}
END_TEST

START_TEST(as_many_neighbours_as_there_are)
{
    fill(1);
    affinities(20, 19);
    for (size_t i = 0; i < 20; i++)
        for (size_t j = 0; j < 20; j++)
            ck_assert_double_eq_tol((double)out[i][j], i == j ? 0 : 1.0 / (20 * 19), 1e-4);
}
END_TEST

TEST_MAIN("affinity", probabilities, the_perplexity_is_met, the_unit_does_not_matter,
          equal_distances, as_many_neighbours_as_there_are)
