#include <math.h>
#include <string.h>

#include "kindred/random.h"
#include "measure/forces.h"
#include "support.h"

#define POINTS 37
#define STRIDE 48
#define DIMS 5

static float x[STRIDE], y[STRIDE], affinity[STRIDE], points[POINTS][DIMS];
static _Alignas(64) float blocks[STRIDE * DIMS];

static void fill(void)
{
    struct kin_random random = kin_random_stream(1, "test", 4);
    for (size_t i = 0; i < STRIDE; i++) {
        x[i] = i < POINTS ? (float)(10 * kin_random_normal(&random)) : TSNE_FAR;
        y[i] = i < POINTS ? (float)(10 * kin_random_normal(&random)) : TSNE_FAR;
        affinity[i] = i < POINTS ? (float)kin_random_unit(&random) : 0;
    }
    for (size_t i = 0; i < POINTS; i++)
        for (size_t d = 0; d < DIMS; d++) {
            points[i][d] = (float)kin_random_normal(&random);
            blocks[(i / TSNE_LANES * DIMS + d) * TSNE_LANES + i % TSNE_LANES] = points[i][d];
        }
}

static const struct tsne_plane plane = {.x = x, .y = y, .stride = STRIDE};

/* In double, pair by pair. */
static struct tsne_force plainly(size_t i)
{
    struct tsne_force out = {0};
    for (size_t j = 0; j < POINTS; j++) {
        double d[2] = {(double)x[i] - (double)x[j], (double)y[i] - (double)y[j]};
        double w = j == i ? 0 : 1 / (1 + d[0] * d[0] + d[1] * d[1]);
        out.weight += w;
        for (size_t c = 0; c < 2; c++) {
            out.pull[c] += (double)affinity[j] * w * d[c];
            out.push[c] += w * w * d[c];
        }
    }
    return out;
}

START_TEST(forces_of_all_pairs)
{
    fill();
    for (size_t i = 0; i < POINTS; i++) {
        struct tsne_force got, wanted = plainly(i);
        tsne_loops()->force(&plane, affinity, i, &got);
        for (size_t c = 0; c < 2; c++) { /* single precision */
            ck_assert_double_eq_tol(got.pull[c], wanted.pull[c], 1e-5);
            ck_assert_double_eq_tol(got.push[c], wanted.push[c], 1e-5);
        }
        ck_assert_double_eq_tol(got.weight, wanted.weight, 1e-5);
    }
}
END_TEST

START_TEST(squares_of_all_distances)
{
    float got[STRIDE];
    fill();
    for (size_t i = 0; i < POINTS; i++) {
        tsne_loops()->squares(points[i], blocks, DIMS, STRIDE, got);
        ck_assert_float_eq(got[i], 0);
        for (size_t j = 0; j < POINTS; j++) {
            double wanted = 0;
            for (size_t d = 0; d < DIMS; d++)
                wanted += pow((double)points[i][d] - (double)points[j][d], 2);
            ck_assert_double_eq_tol((double)got[j], wanted, 1e-5 * (1 + wanted));
        }
    }
}
END_TEST

START_TEST(every_instruction_set_gives_the_same_bits)
{
    fill();
    for (size_t i = 0; i < POINTS; i++) {
        struct tsne_force plain, best;
        float plain_squares[STRIDE], best_squares[STRIDE];
        tsne_loops_plain.force(&plane, affinity, i, &plain);
        tsne_loops()->force(&plane, affinity, i, &best);
        ck_assert_mem_eq(&plain, &best, sizeof plain);
        tsne_loops_plain.squares(points[i], blocks, DIMS, STRIDE, plain_squares);
        tsne_loops()->squares(points[i], blocks, DIMS, STRIDE, best_squares);
        ck_assert_mem_eq(plain_squares, best_squares, sizeof plain_squares);
    }
}
END_TEST

TEST_MAIN("forces", forces_of_all_pairs, squares_of_all_distances,
          every_instruction_set_gives_the_same_bits)
