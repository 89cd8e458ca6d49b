#include <math.h>
#include <string.h>

#include "kindred/random.h"
#include "support.h"

/* Philox4x32-10 in kat_vectors of Random123 1.09: zeros, ones, digits of pi. */
START_TEST(agrees_with_the_published_vectors)
{
    static const struct {
        uint32_t counter[4], key[2], expected[4];
    } cases[] = {
        {{0}, {0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        uint32_t out[4];
        kin_philox(cases[i].counter, cases[i].key, out);
        ck_assert_mem_eq(out, cases[i].expected, sizeof out);
    }
}
END_TEST

START_TEST(a_stream_is_its_seed_and_name)
{
    struct kin_random a = kin_random_stream(7, "mix", 3), b = kin_random_stream(7, "mix", 3);
    struct kin_random seed = kin_random_stream(8, "mix", 3), name = kin_random_stream(7, "mi", 2);
    struct kin_random high = kin_random_stream(7 + (1ull << 32), "mix", 3);
    uint64_t first = kin_random_u64(&a);
    ck_assert_uint_eq(first, kin_random_u64(&b));
    ck_assert_uint_ne(first, kin_random_u64(&seed));
    ck_assert_uint_ne(first, kin_random_u64(&name));
    ck_assert_uint_ne(first, kin_random_u64(&high));
}
END_TEST

START_TEST(a_stream_is_philox_at_consecutive_counters)
{
    struct kin_random random = kin_random_stream(3, "x", 1);
    random.counter[0] = UINT32_MAX; /* the carry into the second word */
    uint32_t counter[4], out[4];
    memcpy(counter, random.counter, sizeof counter);
    for (int block = 0; block < 3; block++) {
        kin_philox(counter, random.key, out);
        for (int i = 0; i < 4; i++)
            ck_assert_uint_eq(kin_random_u32(&random), out[i]);
        counter[1] += ++counter[0] == 0;
    }
    ck_assert_uint_eq(counter[1], 1);
}
END_TEST

START_TEST(units_are_uniform)
{
    struct kin_random random = kin_random_stream(11, "unit", 4);
    enum { N = 100000 };
    double sum = 0;
    int tenths[10] = {0};
    for (int i = 0; i < N; i++) {
        double x = kin_random_unit(&random);
        ck_assert(x >= 0 && x < 1);
        sum += x;
        tenths[(int)(10 * x)]++;
    }
    /* five standard errors; the stream is fixed, so this cannot fail by chance */
    ck_assert_double_eq_tol(sum / N, 0.5, 5 / sqrt(12.0 * N));
    for (int i = 0; i < 10; i++)
        ck_assert_double_eq_tol(tenths[i], N / 10.0, 5 * sqrt(N * 0.09));
}
END_TEST

START_TEST(below_is_without_bias)
{
    struct kin_random random = kin_random_stream(12, "below", 5);
    enum { N = 60000 };
    int counts[6] = {0};
    for (int i = 0; i < N; i++)
        counts[kin_random_below(&random, 6)]++;
    for (int i = 0; i < 6; i++)
        ck_assert_double_eq_tol(counts[i], N / 6.0, 5 * sqrt(N * 5 / 36.0));
    /* two thirds of 2^64: taking the remainder would favour the lower half two to one */
    uint64_t n = UINT64_MAX / 3 * 2;
    int lower = 0;
    for (int i = 0; i < N; i++) {
        uint64_t x = kin_random_below(&random, n);
        ck_assert(x < n);
        lower += x < n / 2;
        ck_assert_uint_eq(kin_random_below(&random, 1), 0);
    }
    ck_assert_double_eq_tol(lower, N / 2.0, 5 * sqrt(N / 4.0));
}
END_TEST

START_TEST(normals_are_normal)
{
    struct kin_random random = kin_random_stream(13, "normal", 6);
    enum { N = 100000 };
    double moments[5] = {0};
    for (int i = 0; i < N; i++) {
        double x = kin_random_normal(&random);
        ck_assert(isfinite(x));
        for (int m = 1; m <= 4; m++)
            moments[m] += pow(x, m) / N;
    }
    ck_assert_double_eq_tol(moments[1], 0, 5 / sqrt(N)); /* five standard errors each */
    ck_assert_double_eq_tol(moments[2], 1, 5 * sqrt(2.0 / N));
    ck_assert_double_eq_tol(moments[3], 0, 5 * sqrt(15.0 / N));
    ck_assert_double_eq_tol(moments[4], 3, 5 * sqrt(96.0 / N));
}
END_TEST

TEST_MAIN("random", agrees_with_the_published_vectors, a_stream_is_its_seed_and_name,
          a_stream_is_philox_at_consecutive_counters, units_are_uniform, below_is_without_bias,
          normals_are_normal)
