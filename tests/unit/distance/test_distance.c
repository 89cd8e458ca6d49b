#include <math.h>
#include <pthread.h>
#include <string.h>

#include "kindred/cpu.h"
#include "kindred/distance.h"
#include "kindred/random.h"
#include "support.h"

static struct kin_error err;

/* A bag of random sequences of given lengths. */
struct bag {
    size_t n;
    struct kin_sequence items[64];
    float *memory;
};

static struct bag make_bag(const char *name, const size_t *frames, size_t n, size_t dims)
{
    struct bag bag = {.n = n};
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += frames[i] * dims;
    bag.memory = kin_alloc(total, sizeof *bag.memory);
    struct kin_random random = kin_random_stream(1, name, strlen(name));
    for (size_t i = 0; i < total; i++)
        bag.memory[i] = (float)(20 * kin_random_normal(&random));
    float *x = bag.memory;
    for (size_t i = 0; i < n; i++) {
        bag.items[i] = (struct kin_sequence){x, frames[i], dims};
        x += frames[i] * dims;
    }
    return bag;
}

/* A window that every test sequence has, for the distances with that parameter. */
static struct kin_distance_params short_params(const struct kin_distance *distance)
{
    struct kin_distance_params params = kin_distance_defaults(distance);
    for (size_t i = 0; i < distance->param_count; i++) {
        if (strcmp(distance->params[i].name, "window") == 0)
            params.value[i] = 1;
    }
    return params;
}

static struct kin_distance_set *make_set(const struct kin_sequence *items, size_t n)
{
    struct kin_distance_set *set;
    ck_ok(kin_distance_set_new(items, n, &set, &err));
    return set;
}

static const char *const levels[] = {"v2", "v3", "v4"};

/* Lengths of 1 … 600, more than one group of lanes and not a multiple of one. */
static const size_t ragged[] = {173, 1,  600, 2,  173, 58, 577, 3, 4,  5,  116, 87,
                                50,  51, 49,  64, 173, 99, 100, 7, 33, 31, 8,   9};
static const size_t ones[21] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const size_t row_frames[] = {1, 2, 3, 4, 6, 61, 174, 50, 87};

struct sample {
    struct bag from, to;
};

static struct sample make_sample(const struct kin_distance *distance)
{
    bool vectors = distance->operand == KIN_DISTANCE_VECTORS;
    const size_t *to = vectors ? ones : ragged, *from = vectors ? ones : row_frames;
    return (struct sample){
        .from = make_bag("from", from, KIN_COUNT(row_frames), vectors ? 17 : 5),
        .to = make_bag("to", to, vectors ? KIN_COUNT(ones) : KIN_COUNT(ragged), vectors ? 17 : 5),
    };
}

static void release_sample(struct sample *sample)
{
    kin_free(sample->from.memory);
    kin_free(sample->to.memory);
}

/* [2][rows][n]: there and back. */
static float *rows_of(const struct kin_distance *distance, const struct kin_sequence *from,
                      size_t rows, const struct kin_sequence *to, size_t n)
{
    struct kin_distance_set *set = make_set(to, n);
    float *out = kin_alloc(2 * rows * n, sizeof *out);
    struct kin_distance_params params = short_params(distance);
    ck_ok(kin_distance_rows(distance, &params, from, rows, set, out, out + rows * n, &err));
    kin_distance_set_free(set);
    return out;
}

static double pair_of(const struct kin_distance *distance, const struct kin_sequence *x,
                      const struct kin_sequence *y)
{
    double *wide = kin_alloc(x->frames * x->dims + y->frames * y->dims, sizeof *wide);
    double *wide_y = wide + x->frames * x->dims;
    for (size_t i = 0; i < x->frames * x->dims; i++)
        wide[i] = (double)x->x[i];
    for (size_t i = 0; i < y->frames * y->dims; i++)
        wide_y[i] = (double)y->x[i];
    struct kin_sequence_f64 a = {wide, x->frames, x->dims}, b = {wide_y, y->frames, y->dims};
    struct kin_distance_params params = short_params(distance);
    double d;
    ck_ok(kin_distance_pair(distance, &params, &a, &b, &d, &err));
    kin_free(wide);
    return d;
}

START_TEST(entries_are_complete)
{
    for (size_t i = 0; kin_distance_at(i); i++) {
        const struct kin_distance *distance = kin_distance_at(i), *found;
        ck_ok(kin_distance_find(distance->name, &found, &err));
        ck_assert_ptr_eq(found, distance);
        ck_assert(*distance->doc && *distance->source && distance->self_tolerance >= 0);
        ck_assert(i == 0 || strcmp(kin_distance_at(i - 1)->name, distance->name) < 0);
        for (size_t p = 0; p < distance->param_count; p++) {
            const struct kin_distance_param *param = &distance->params[p];
            ck_assert(*param->name && *param->unit && *param->doc);
            ck_assert(param->min <= param->fallback && param->fallback <= param->max);
        }
    }
    const struct kin_distance *found;
    ck_assert_int_eq(kin_distance_find("euclidian", &found, &err), KIN_ENOTFOUND);
    ck_assert_str_eq(err.text, "no distance is called 'euclidian', did you mean 'euclidean'?");
}
END_TEST

/* Every entry, every instruction set: near the plain double reference, in both directions. */
START_TEST(rows_agree_with_pairs)
{
    for (size_t k = 0; kin_distance_at(k); k++) {
        const struct kin_distance *distance = kin_distance_at(k);
        struct sample sample = make_sample(distance);
        size_t rows = sample.from.n, n = sample.to.n;
        float *out = rows_of(distance, sample.from.items, rows, sample.to.items, n);
        for (size_t i = 0; i < rows * n; i++) {
            const struct kin_sequence *x = &sample.from.items[i / n], *y = &sample.to.items[i % n];
            double forth = pair_of(distance, x, y), back = pair_of(distance, y, x);
            ck_assert_double_le(fabs((double)out[i] - forth), 1e-5 * fabs(forth));
            ck_assert_double_le(fabs((double)out[rows * n + i] - back), 1e-5 * fabs(back));
        }
        kin_free(out);
        release_sample(&sample);
    }
}
END_TEST

START_TEST(instruction_sets_give_the_same_bits)
{
    for (size_t k = 0; kin_distance_at(k); k++) {
        const struct kin_distance *distance = kin_distance_at(k);
        struct sample sample = make_sample(distance);
        size_t rows = sample.from.n, n = sample.to.n;
        float *out[KIN_COUNT(levels)];
        for (size_t l = 0; l < KIN_COUNT(levels); l++) {
            setenv("KINDRED_CPU", levels[l], 1);
            out[l] = rows_of(distance, sample.from.items, rows, sample.to.items, n);
            unsetenv("KINDRED_CPU");
            ck_assert_mem_eq(out[l], out[0], 2 * rows * n * sizeof *out[l]);
        }
        for (size_t l = 0; l < KIN_COUNT(levels); l++)
            kin_free(out[l]);
        release_sample(&sample);
    }
}
END_TEST

/* Nothing but the pair decides: not the set's order, not its other members, not the row's place. */
START_TEST(neighbours_change_nothing)
{
    for (size_t k = 0; kin_distance_at(k); k++) {
        const struct kin_distance *distance = kin_distance_at(k);
        struct sample sample = make_sample(distance);
        size_t rows = sample.from.n, n = sample.to.n;
        float *all = rows_of(distance, sample.from.items, rows, sample.to.items, n);
        struct kin_sequence permuted[KIN_COUNT(ragged)];
        for (size_t j = 0; j < n; j++)
            permuted[j] = sample.to.items[(5 * j + 3) % n];
        float *other = rows_of(distance, sample.from.items, rows, permuted, n);
        for (size_t i = 0; i < rows; i++) {
            for (size_t j = 0; j < n; j++) {
                size_t from = (5 * j + 3) % n;
                ck_assert_mem_eq(&other[i * n + j], &all[i * n + from], sizeof *all);
                ck_assert_mem_eq(&other[(rows + i) * n + j], &all[(rows + i) * n + from],
                                 sizeof *all);
                float *one = rows_of(distance, &sample.from.items[i], 1, &permuted[j], 1);
                ck_assert_mem_eq(&one[0], &other[i * n + j], sizeof *all);
                ck_assert_mem_eq(&one[1], &other[(rows + i) * n + j], sizeof *all);
                kin_free(one);
            }
        }
        kin_free(all);
        kin_free(other);
        release_sample(&sample);
    }
}
END_TEST

/* `back` is what the exchanged call gives, and what `out` is where symmetry is declared. */
START_TEST(both_directions)
{
    for (size_t k = 0; kin_distance_at(k); k++) {
        const struct kin_distance *distance = kin_distance_at(k);
        struct sample sample = make_sample(distance);
        size_t rows = sample.from.n, n = sample.to.n;
        float *forth = rows_of(distance, sample.from.items, rows, sample.to.items, n);
        float *swapped = rows_of(distance, sample.to.items, n, sample.from.items, rows);
        for (size_t i = 0; i < rows; i++) {
            for (size_t j = 0; j < n; j++) {
                ck_assert_mem_eq(&forth[(rows + i) * n + j], &swapped[j * rows + i], sizeof *forth);
                if (distance->symmetric)
                    ck_assert_mem_eq(&forth[i * n + j], &swapped[j * rows + i], sizeof *forth);
            }
        }
        kin_free(forth);
        kin_free(swapped);
        release_sample(&sample);
    }
}
END_TEST

/* Small whole numbers: paths have choices between equal sums, and both directions differ. */
START_TEST(both_directions_with_ties)
{
    const struct kin_distance *fastdtw;
    ck_ok(kin_distance_find("fastdtw", &fastdtw, &err));
    struct sample sample = make_sample(fastdtw);
    size_t rows = sample.from.n, n = sample.to.n, asymmetric = 0;
    for (size_t s = 0; s < 2; s++) {
        struct bag *bag = s == 0 ? &sample.from : &sample.to;
        size_t total = (size_t)(bag->items[bag->n - 1].x - bag->memory) +
                       bag->items[bag->n - 1].frames * bag->items[0].dims;
        for (size_t i = 0; i < total; i++)
            bag->memory[i] = bag->memory[i] > 25 && i % 5 == 0 ? 1 : 0;
    }
    float *out = rows_of(fastdtw, sample.from.items, rows, sample.to.items, n);
    for (size_t i = 0; i < rows * n; i++) {
        const struct kin_sequence *x = &sample.from.items[i / n], *y = &sample.to.items[i % n];
        double forth = pair_of(fastdtw, x, y), back = pair_of(fastdtw, y, x);
        asymmetric += forth < back || back < forth;
        ck_assert_float_eq(out[i], (float)forth);
        ck_assert_float_eq(out[rows * n + i], (float)back);
    }
    ck_assert_uint_gt(asymmetric, 0);
    kin_free(out);
    release_sample(&sample);
}
END_TEST

/* One set, several threads, each with rows of its own. */
struct share {
    const struct kin_distance *distance;
    const struct kin_distance_set *set;
    const struct kin_sequence *from;
    size_t rows;
    float *out;
    int status;
};

static void *run_share(void *context)
{
    struct share *share = context;
    struct kin_distance_params params = short_params(share->distance);
    share->status = kin_distance_rows(share->distance, &params, share->from, share->rows,
                                      share->set, share->out, NULL, NULL);
    return NULL;
}

START_TEST(threads_share_a_set)
{
    for (size_t k = 0; kin_distance_at(k); k++) {
        const struct kin_distance *distance = kin_distance_at(k);
        struct sample sample = make_sample(distance);
        size_t rows = sample.from.n, n = sample.to.n, half = rows / 2;
        float *wanted = rows_of(distance, sample.from.items, rows, sample.to.items, n);
        float *out = kin_alloc(rows * n, sizeof *out);
        struct kin_distance_set *set = make_set(sample.to.items, n);
        struct share shares[2] = {
            {distance, set, sample.from.items, half, out, 1},
            {distance, set, sample.from.items + half, rows - half, out + half * n, 1},
        };
        pthread_t threads[2];
        for (size_t t = 0; t < 2; t++)
            ck_assert_int_eq(pthread_create(&threads[t], NULL, run_share, &shares[t]), 0);
        for (size_t t = 0; t < 2; t++) {
            pthread_join(threads[t], NULL);
            ck_assert_int_eq(shares[t].status, 0);
        }
        ck_assert_mem_eq(out, wanted, rows * n * sizeof *out);
        kin_distance_set_free(set);
        kin_free(out);
        kin_free(wanted);
        release_sample(&sample);
    }
}
END_TEST

START_TEST(nothing_is_far_from_itself)
{
    for (size_t k = 0; kin_distance_at(k); k++) {
        const struct kin_distance *distance = kin_distance_at(k);
        struct sample sample = make_sample(distance);
        size_t n = sample.to.n;
        float *out = rows_of(distance, sample.to.items, n, sample.to.items, n);
        for (size_t i = 0; i < n; i++) {
            ck_assert_double_le(fabs((double)out[i * n + i]), distance->self_tolerance);
            ck_assert_double_le(fabs(pair_of(distance, &sample.to.items[i], &sample.to.items[i])),
                                distance->self_tolerance);
        }
        kin_free(out);
        release_sample(&sample);
    }
}
END_TEST

/* SiMPle with windows that are no multiple of a tile, on the whole range of lengths. */
START_TEST(simple_windows)
{
    const struct kin_distance *simple;
    ck_ok(kin_distance_find("simple", &simple, &err));
    static const size_t frames[] = {50,  51,  53, 87, 173, 600, 64, 99, 100, 101,
                                    116, 150, 50, 57, 58,  59,  60, 61, 62,  200};
    static const size_t windows[] = {2, 3, 4, 7, 49, 50};
    struct bag bag = make_bag("windows", frames, KIN_COUNT(frames), 3);
    struct kin_distance_set *set = make_set(bag.items, bag.n);
    size_t size = bag.n * bag.n;
    float *out = kin_alloc(size * 2, sizeof *out), *plain = kin_alloc(size * 2, sizeof *out);
    for (size_t w = 0; w < KIN_COUNT(windows); w++) {
        struct kin_distance_params params = {{windows[w]}};
        setenv("KINDRED_CPU", "v2", 1);
        ck_ok(kin_distance_rows(simple, &params, bag.items, bag.n, set, plain, plain + size, &err));
        for (size_t l = 1; l < KIN_COUNT(levels); l++) {
            setenv("KINDRED_CPU", levels[l], 1);
            ck_ok(kin_distance_rows(simple, &params, bag.items, bag.n, set, out, out + size, &err));
            ck_assert_mem_eq(out, plain, 2 * size * sizeof *out);
        }
    }
    unsetenv("KINDRED_CPU");
    kin_free(out);
    kin_free(plain);
    kin_free(bag.memory);
    kin_distance_set_free(set);
}
END_TEST

/* A value that is not finite makes its own row or column NaN and leaves the others alone. */
START_TEST(values_that_are_not_finite)
{
    for (size_t k = 0; kin_distance_at(k); k++) {
        const struct kin_distance *distance = kin_distance_at(k);
        struct sample sample = make_sample(distance);
        size_t rows = sample.from.n, n = sample.to.n;
        float *clean = rows_of(distance, sample.from.items, rows, sample.to.items, n);
        memcpy((float *)sample.from.items[2].x, &(float){NAN}, sizeof(float));
        memcpy((float *)sample.to.items[5].x, &(float){INFINITY}, sizeof(float));
        float *out = rows_of(distance, sample.from.items, rows, sample.to.items, n);
        for (size_t i = 0; i < 2 * rows * n; i++) {
            if (i / n % rows == 2 || i % n == 5)
                ck_assert(isnan(out[i]));
            else
                ck_assert_mem_eq(&out[i], &clean[i], sizeof *out);
        }
        ck_assert(isnan(pair_of(distance, &sample.from.items[2], &sample.to.items[0])));
        kin_free(clean);
        kin_free(out);
        release_sample(&sample);
    }
}
END_TEST

START_TEST(zero_vector_has_no_direction)
{
    const struct kin_distance *cosine;
    ck_ok(kin_distance_find("cosine", &cosine, &err));
    float x[3] = {0, 0, 0}, y[3] = {1, 2, 3};
    struct kin_sequence zero = {x, 1, 3}, other = {y, 1, 3};
    float *out = rows_of(cosine, &zero, 1, &other, 1);
    ck_assert(isnan(out[0]) && isnan(out[1]));
    kin_free(out);
    ck_assert(isnan(pair_of(cosine, &zero, &other)));
    ck_assert(isnan(pair_of(cosine, &other, &zero)));
}
END_TEST

/* A repeated element costs nothing, a shifted one the difference once. */
START_TEST(dtw_by_hand)
{
    const struct kin_distance *dtw;
    ck_ok(kin_distance_find("dtw", &dtw, &err));
    float x[4] = {1, 2, 2, 5}, y[3] = {1, 2, 7};
    struct kin_sequence a = {x, 4, 1}, b = {y, 3, 1};
    ck_assert_double_eq(pair_of(dtw, &a, &b), 2);
}
END_TEST

/* Sums that overflow end in infinity, not in a wild path. */
START_TEST(huge_values)
{
    double x[20], y[30];
    for (size_t i = 0; i < KIN_COUNT(x); i++)
        x[i] = 1e200;
    for (size_t i = 0; i < KIN_COUNT(y); i++)
        y[i] = -1e200;
    struct kin_sequence_f64 a = {x, KIN_COUNT(x), 1}, b = {y, KIN_COUNT(y), 1};
    double d;
    size_t steps;
    int32_t path[2 * (KIN_COUNT(x) + KIN_COUNT(y))];
    ck_ok(kin_fastdtw(&a, &b, 1, &d, path, &steps, &err));
    ck_assert(isinf(d));
    ck_assert_uint_le(steps, KIN_COUNT(x) + KIN_COUNT(y));
}
END_TEST

static void assert_refused(const char *name, size_t window, const struct kin_sequence *from,
                           const struct kin_sequence *to, int status, const char *text)
{
    const struct kin_distance *distance;
    ck_ok(kin_distance_find(name, &distance, &err));
    struct kin_distance_params params = {{window}};
    struct kin_distance_set *set = make_set(to, 1);
    float out;
    ck_assert_int_eq(kin_distance_rows(distance, &params, from, 1, set, &out, NULL, &err), status);
    ck_assert_str_eq(err.text, text);
    kin_distance_set_free(set);
}

START_TEST(wrong_arguments)
{
    float x[60] = {0};
    struct kin_sequence three = {x, 30, 2}, six = {x, 60, 1}, one = {x, 30, 1}, none = {x, 0, 1};
    assert_refused("dtw", 0, &three, &one, KIN_EDATA,
                   "sequence 0 of the rows has 2 coefficients a frame, the set 1");
    assert_refused("simple", 50, &one, &six, KIN_EDATA,
                   "sequence 0 of the rows: 30 frames, distance simple wants at least 50");
    assert_refused("simple", 50, &six, &one, KIN_EDATA,
                   "sequence 0 of the set: 30 frames, distance simple wants at least 50");
    assert_refused("simple", 0, &six, &one, KIN_EINVAL,
                   "window of distance simple is 0, wanted 1 to 1000000 frames");
    assert_refused("fastdtw", 0, &six, &one, KIN_EINVAL,
                   "radius of distance fastdtw is 0, wanted 1 to 1000000 frames");
    assert_refused("cosine", 0, &six, &one, KIN_EDATA,
                   "sequence 0 of the rows: 60 frames, but distance cosine takes a vector (1 "
                   "frame)");
    assert_refused("dtw", 0, &none, &one, KIN_EDATA,
                   "sequence 0 of the rows: 0 frames, distance dtw wants at least 1");
    struct kin_distance_set *set;
    struct kin_sequence mixed[2] = {one, three};
    ck_assert_int_eq(kin_distance_set_new(mixed, 2, &set, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "sequence 1 has 2 coefficients a frame, wanted 1 as in the first");
    ck_assert_int_eq(kin_distance_set_new(&none, 1, &set, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "sequence 0 has 0 frames of 1 coefficients, wanted at least 1");
    ck_assert_int_eq(kin_distance_set_new(&none, 0, &set, &err), KIN_EDATA);
    const struct kin_distance *dtw;
    ck_ok(kin_distance_find("dtw", &dtw, &err));
    struct kin_distance_params params;
    ck_assert_int_eq(kin_distance_set_param(dtw, "radius", 1, &params, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "distance dtw has no parameter 'radius'");
}
END_TEST

/* Every allocation fails once: an error, no leak, nothing half done. */
START_TEST(out_of_memory)
{
    for (size_t k = 0; kin_distance_at(k); k++) {
        const struct kin_distance *distance = kin_distance_at(k);
        struct sample sample = make_sample(distance);
        struct kin_distance_params params = short_params(distance);
        float *out = kin_alloc(sample.to.n, sizeof *out);
        int status = KIN_ENOMEM;
        for (unsigned long nth = 1; status != 0; nth++) {
            struct kin_distance_set *set = NULL;
            kin_memory_fail_nth(nth);
            status = kin_distance_set_new(sample.to.items, sample.to.n, &set, &err);
            if (status == 0)
                status = kin_distance_rows(distance, &params, sample.from.items, 1, set, out, NULL,
                                           &err);
            kin_memory_fail_nth(0);
            kin_distance_set_free(set);
            ck_assert(status == 0 || status == KIN_ENOMEM);
        }
        kin_free(out);
        release_sample(&sample);
    }
}
END_TEST

TEST_MAIN("distance", entries_are_complete, rows_agree_with_pairs,
          instruction_sets_give_the_same_bits, neighbours_change_nothing, both_directions,
          both_directions_with_ties, threads_share_a_set, nothing_is_far_from_itself,
          simple_windows, values_that_are_not_finite, zero_vector_has_no_direction, dtw_by_hand,
          huge_values, wrong_arguments, out_of_memory)
