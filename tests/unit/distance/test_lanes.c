/* The vector kernels give the bits of the plain text that sources instantiate for double, here in
 * float, with the C library's multiply-add. */
#include <math.h>
#include <stdlib.h>

#include "distance/lanes.h"
#include "kindred/random.h"
#include "support.h"

#define REAL float
#define ADD_SQUARE(sum, difference) fmaf(difference, difference, sum)
#define SQUARE_ROOT sqrtf
#define HALF 0.5f
#define NAME(f) f##_f32
#include "distance/dtw_plain.inc"
#include "distance/simple_plain.inc"

static struct kin_error err;

#define DIMS 7
#define WINDOW 6
#define LONGEST 45
#define WINDOWS (LONGEST - WINDOW + 1)
#define ROWS 5
#define SET 21
#define ROUNDS 24

static const char *const levels[] = {"v2", "v3", "v4"};

/* Sizes from one at which squares underflow to one at which they overflow, all of them mixed, and
 * sums that are rounded wrongly when they are rounded twice: a square of 25 bits, of which the last
 * makes a tie, and something tiny before it. */
enum sizes { EQUAL, MIXED, TIES, KINDS_OF_SIZES };

static float random_value(struct kin_random *random, int round, size_t coefficient)
{
    int exponent = 8 * (round - ROUNDS / 2);
    switch (round % KINDS_OF_SIZES) {
    case TIES:
        return coefficient == 0   ? ldexpf((float)kin_random_normal(random), -30)
               : coefficient == 1 ? (float)kin_random_below(random, 12000)
                                  : 0;
    case MIXED:
        exponent = (int)kin_random_below(random, 150) - 75;
        break;
    default:
        break;
    }
    return ldexpf((float)kin_random_normal(random), exponent);
}

struct sample {
    float memory[ROWS + SET][LONGEST * DIMS];
    struct kin_sequence items[ROWS + SET]; /* rows first */
};

static void make_sample(struct sample *sample, int round)
{
    struct kin_random random = kin_random_stream((uint64_t)round, "lanes", 5);
    for (size_t i = 0; i < ROWS + SET; i++) {
        for (size_t k = 0; k < LONGEST * DIMS; k++)
            sample->memory[i][k] = random_value(&random, round, k % DIMS);
        size_t frames = WINDOW + (size_t)kin_random_below(&random, WINDOWS);
        sample->items[i] = (struct kin_sequence){sample->memory[i], frames, DIMS};
    }
}

static float plain_dtw(const struct kin_sequence *x, const struct kin_sequence *y)
{
    float row[LONGEST];
    return dtw_f32(x->x, x->frames, y->x, y->frames, DIMS, row);
}

static float plain_simple(const struct kin_sequence *x, const struct kin_sequence *y)
{
    float cell[WINDOW], tail[WINDOW + 1], of_x[WINDOWS], of_y[WINDOWS];
    for (size_t i = 0; i < WINDOWS; i++)
        of_x[i] = of_y[i] = INFINITY;
    struct walk_f32 walk = {x->x, y->x, DIMS, WINDOW, cell, tail, {of_x, NULL}, {of_y, NULL}};
    profiles_f32(&walk, x->frames, y->frames);
    return median_f32(of_x, x->frames - WINDOW + 1);
}

static void compare(const char *name, const struct sample *sample,
                    float (*plain)(const struct kin_sequence *x, const struct kin_sequence *y))
{
    const struct kin_distance *distance;
    struct kin_distance_set *set;
    float out[ROWS * SET], back[ROWS * SET];
    ck_ok(kin_distance_find(name, &distance, &err));
    struct kin_distance_params params = {{WINDOW}};
    const struct kin_sequence *to = sample->items + ROWS;
    ck_ok(kin_distance_set_new(to, SET, &set, &err));
    ck_ok(kin_distance_rows(distance, &params, sample->items, ROWS, set, out, back, &err));
    kin_distance_set_free(set);
    for (size_t i = 0; i < ROWS * SET; i++) {
        float forth = plain(&sample->items[i / SET], &to[i % SET]);
        float other = plain(&to[i % SET], &sample->items[i / SET]);
        ck_assert_mem_eq(&out[i], &forth, sizeof forth);
        ck_assert_mem_eq(&back[i], &other, sizeof other);
    }
}

START_TEST(every_instruction_set_gives_the_plain_bits)
{
    static struct sample sample;
    for (int round = 0; round < ROUNDS; round++) {
        make_sample(&sample, round);
        for (size_t l = 0; l < KIN_COUNT(levels); l++) {
            setenv("KINDRED_CPU", levels[l], 1);
            compare("dtw", &sample, plain_dtw);
            compare("simple", &sample, plain_simple);
        }
    }
    unsetenv("KINDRED_CPU");
}
END_TEST

TEST_MAIN("lanes", every_instruction_set_gives_the_plain_bits)
