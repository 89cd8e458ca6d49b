#include <math.h>
#include <string.h>

#include "kindred/tsne.h"
#include "support.h"

#define POINTS 150
#define DIMS 8
#define CLUSTERS 3

static struct kin_error err;
static float points[POINTS][DIMS];

/* Clusters far apart; point i is of cluster i mod 3. */
static void fill(void)
{
    struct kin_random random = kin_random_stream(1, "test", 4);
    for (size_t i = 0; i < POINTS; i++)
        for (size_t d = 0; d < DIMS; d++)
            points[i][d] = (float)(kin_random_normal(&random) + (d == i % CLUSTERS ? 20 : 0));
}

static struct kin_tsne_params with_seed(uint64_t seed)
{
    return (struct kin_tsne_params){.perplexity = 10,
                                    .random = kin_random_stream(seed, "start", 5)};
}

/* Descends in calls of so many iterations; fills POINTS places. */
static void run(uint64_t seed, size_t threads, size_t iterations, double *places)
{
    struct kin_team *team = NULL;
    struct kin_tsne *tsne = NULL;
    ck_ok(kin_team_new(threads, &team, &err));
    struct kin_tsne_params params = with_seed(seed);
    params.team = team;
    ck_ok(kin_tsne_new(points[0], POINTS, DIMS, &params, &tsne, &err));
    size_t left = 1;
    while (left > 0)
        ck_ok(kin_tsne_descend(tsne, iterations, &left, &err));
    memcpy(places, kin_tsne_places(tsne), 2 * POINTS * sizeof *places);
    kin_tsne_free(tsne);
    kin_team_free(team);
}

START_TEST(clusters_stay_together)
{
    double y[POINTS][2];
    fill();
    run(1, 1, KIN_TSNE_ITERATIONS, y[0]);
    size_t wrong = 0;
    for (size_t i = 0; i < POINTS; i++) {
        size_t nearest = i == 0;
        for (size_t j = 0; j < POINTS; j++)
            if (j != i && hypot(y[j][0] - y[i][0], y[j][1] - y[i][1]) <
                              hypot(y[nearest][0] - y[i][0], y[nearest][1] - y[i][1]))
                nearest = j;
        wrong += nearest % CLUSTERS != i % CLUSTERS;
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(places_are_centred)
{
    double y[POINTS][2], sum[2] = {0};
    fill();
    run(1, 1, KIN_TSNE_ITERATIONS, y[0]);
    for (size_t c = 0; c < 2 * POINTS; c++)
        sum[c % 2] += y[c / 2][c % 2];
    ck_assert_double_eq_tol(sum[0], 0, 1e-9);
    ck_assert_double_eq_tol(sum[1], 0, 1e-9);
}
END_TEST

START_TEST(the_same_bits_for_any_threads_and_calls)
{
    double one[2 * POINTS], other[2 * POINTS];
    fill();
    run(1, 1, KIN_TSNE_ITERATIONS, one);
    for (size_t threads = 1; threads <= 4; threads++) {
        run(1, threads, 64 * threads, other);
        ck_assert_mem_eq(one, other, sizeof one);
    }
    run(2, 1, KIN_TSNE_ITERATIONS, other);
    ck_assert(memcmp(one, other, sizeof one) != 0);
}
END_TEST

START_TEST(the_divergence_falls)
{
    fill();
    struct kin_tsne_params params = with_seed(1);
    struct kin_tsne *tsne = NULL;
    double start, end;
    size_t left;
    ck_ok(kin_tsne_new(points[0], POINTS, DIMS, &params, &tsne, &err));
    ck_ok(kin_tsne_divergence(tsne, &start, &err));
    ck_ok(kin_tsne_descend(tsne, KIN_TSNE_ITERATIONS, &left, &err));
    ck_ok(kin_tsne_divergence(tsne, &end, &err));
    ck_assert_double_gt(start, 1);
    ck_assert_double_gt(end, 0);
    ck_assert_double_lt(end, 0.5 * start);
    kin_tsne_free(tsne);
}
END_TEST

/* The start is so small a disc that every pair weighs the same: the divergence is that from the
 * uniform distribution. */
START_TEST(the_divergence_at_the_start)
{
    fill();
    struct kin_tsne_params params = with_seed(1);
    struct kin_tsne *tsne = NULL;
    double got, wanted = 0;
    ck_ok(kin_tsne_new(points[0], POINTS, DIMS, &params, &tsne, &err));
    for (size_t i = 0; i < POINTS * POINTS; i++) {
        double p = kin_tsne_joint(tsne, i / POINTS, i % POINTS);
        wanted += p > 0 ? p * log(p * POINTS * (POINTS - 1)) : 0;
    }
    ck_ok(kin_tsne_divergence(tsne, &got, &err));
    ck_assert_double_eq_tol(got, wanted, 1e-5);
    kin_tsne_free(tsne);
}
END_TEST

START_TEST(equal_points_and_few_points)
{
    const float equal[5][2] = {{0}}, few[3] = {1, 2, 4};
    struct kin_tsne_params params = with_seed(1);
    params.perplexity = 2;
    struct kin_tsne *tsne = NULL;
    size_t left;
    ck_ok(kin_tsne_new(equal[0], 5, 2, &params, &tsne, &err));
    ck_ok(kin_tsne_descend(tsne, KIN_TSNE_ITERATIONS, &left, &err));
    for (size_t c = 0; c < 10; c++)
        ck_assert(isfinite(kin_tsne_places(tsne)[c]));
    kin_tsne_free(tsne);
    ck_ok(kin_tsne_new(few, 3, 1, &params, &tsne, &err));
    ck_ok(kin_tsne_descend(tsne, KIN_TSNE_ITERATIONS, &left, &err));
    for (size_t c = 0; c < 6; c++)
        ck_assert(isfinite(kin_tsne_places(tsne)[c]));
    kin_tsne_free(tsne);
}
END_TEST

static void refused(size_t n, size_t dims, double perplexity, int status, const char *text)
{
    struct kin_tsne_params params = with_seed(1);
    params.perplexity = perplexity;
    struct kin_tsne *tsne = NULL;
    ck_assert_int_eq(kin_tsne_new(points[0], n, dims, &params, &tsne, &err), status);
    ck_assert_str_eq(err.text, text);
    ck_assert_ptr_null(tsne);
}

START_TEST(wrong_arguments)
{
    fill();
    refused(2, DIMS, 1, KIN_EINVAL, "2 points, wanted 3 to 10000");
    refused(10001, DIMS, 1, KIN_EINVAL, "10001 points, wanted 3 to 10000");
    refused(3, 0, 1, KIN_EINVAL, "points of 0 dimensions, wanted at least 1");
    refused(30, DIMS, 30, KIN_EINVAL, "a perplexity of 30 for 30 points, wanted 1 to 29");
    refused(30, DIMS, 0.5, KIN_EINVAL, "a perplexity of 0.5 for 30 points, wanted 1 to 29");
    refused(30, DIMS, NAN, KIN_EINVAL, "a perplexity of nan for 30 points, wanted 1 to 29");
    points[4][3] = INFINITY;
    refused(30, DIMS, 5, KIN_EDATA, "number 3 of point 4 is inf, wanted a finite one");
}
END_TEST

START_TEST(no_memory)
{
    fill();
    struct kin_tsne_params params = with_seed(1);
    for (unsigned long nth = 1;; nth++) {
        struct kin_tsne *tsne = NULL;
        kin_memory_fail_nth(nth);
        int status = kin_tsne_new(points[0], 20, DIMS, &params, &tsne, &err);
        kin_memory_fail_nth(0);
        kin_tsne_free(tsne);
        if (status == 0)
            break;
        ck_assert_int_eq(status, KIN_ENOMEM);
        ck_assert_uint_lt(nth, 100);
    }
}
END_TEST

TEST_MAIN("t-SNE", clusters_stay_together, places_are_centred,
          the_same_bits_for_any_threads_and_calls, the_divergence_falls,
          the_divergence_at_the_start, equal_points_and_few_points, wrong_arguments, no_memory)
