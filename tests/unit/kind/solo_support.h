/* Running one kind on values made in memory. */
#ifndef KINDRED_TESTS_SOLO_SUPPORT_H
#define KINDRED_TESTS_SOLO_SUPPORT_H

#include <math.h>
#include <string.h>

#include "kind/clip.h"
#include "kindred/collection.h"
#include "kindred/random.h"
#include "kindred/solo.h"
#include "kindred/text.h"
#include "support.h"

static struct kin_error err;

/* NAME, VALUE, …, NULL */
static inline struct kin_solo *solo_new(const char *kind, const char *const *parameters)
{
    struct kin_solo *solo = NULL;
    ck_assert_msg(kin_kind_find(kind) != NULL, "no kind '%s'", kind);
    ck_ok(kin_solo_new(kin_kind_find(kind), &solo, &err));
    for (size_t i = 0; parameters && parameters[i]; i += 2) {
        struct kin_literal literal = {.text = parameters[i + 1]};
        ck_ok(kin_args_set(solo->args, parameters[i], &literal, &err));
    }
    return solo;
}

#define PARAMS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Checks the arguments of a kind; gives the status, with the blame. */
static inline int solo_check(struct kin_solo *solo, const char **blame)
{
    return kin_args_check(solo->args, blame, &err);
}

static inline const struct kin_value *solo_result(const struct kin_solo *solo, size_t k)
{
    const struct kin_gift *gift = kin_given_find(&solo->given, 0, k);
    ck_assert_ptr_nonnull(gift);
    ck_assert_msg(!gift->failed, "item %zu failed: %s", k, gift->why);
    return gift->value;
}

static inline const char *solo_failure(const struct kin_solo *solo, size_t k)
{
    const struct kin_gift *gift = kin_given_find(&solo->given, 0, k);
    ck_assert_ptr_nonnull(gift);
    ck_assert(gift->failed);
    return gift->why;
}

static inline struct kin_digest digest_of_value(const struct kin_value *value)
{
    struct kin_digest digest;
    ck_ok(kin_value_digest(value, &digest, &err));
    return digest;
}

static inline bool same_value(const struct kin_value *a, const struct kin_value *b)
{
    struct kin_digest x = digest_of_value(a), y = digest_of_value(b);
    return kin_digest_equal(&x, &y);
}

/* ---- values ---- */

static inline struct kin_random stream(uint64_t seed)
{
    return kin_random_stream(seed, "test", 4);
}

/* A chord with some noise; level in full scale. */
static inline struct kin_value *make_clip(uint64_t seed, size_t n, unsigned rate_hz, double level)
{
    struct kin_audio audio;
    struct kin_random random = stream(seed);
    ck_ok(kin_audio_alloc(&audio, n, rate_hz, &err));
    double pitch = 200 + 50 * (double)seed;
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / rate_hz;
        audio.samples[i] =
            (float)(level * (0.5 * sin(6.283 * pitch * t) + 0.3 * sin(6.283 * 1.5 * pitch * t) +
                             0.05 * kin_random_normal(&random)));
    }
    struct kin_value *clip = NULL;
    ck_ok(kin_clip_new(&audio, false, &clip, &err));
    kin_audio_release(&audio);
    return clip;
}

static inline struct kin_value *make_array(const char *type, const char *field,
                                           enum kin_dtype dtype, int ndim, const size_t *shape,
                                           const double *x)
{
    struct kin_tensor tensor;
    struct kin_value *value = kin_value_new(type);
    ck_ok(kin_tensor_alloc(&tensor, dtype, ndim, shape, &err));
    for (size_t i = 0; i < kin_tensor_count(&tensor); i++)
        if (dtype == KIN_F64)
            ((double *)tensor.data)[i] = x[i];
        else
            ((float *)tensor.data)[i] = (float)x[i];
    ck_ok(kin_value_set(value, field, &tensor, &err));
    return value;
}

static inline struct kin_value *make_vector(const double *x, size_t n)
{
    return make_array("vector", "vector", KIN_F64, 1, &n, x);
}

static inline struct kin_value *make_random(const char *type, enum kin_dtype dtype, uint64_t seed,
                                            size_t frames, size_t dims)
{
    bool sequence = strcmp(type, "sequence") == 0;
    size_t n = sequence ? frames * dims : dims;
    double *x = kin_alloc(n, sizeof *x);
    struct kin_random random = stream(seed);
    for (size_t i = 0; i < n; i++)
        x[i] = 10 * kin_random_normal(&random);
    size_t shape[2] = {sequence ? frames : dims, dims};
    struct kin_value *value =
        make_array(type, sequence ? "frames" : "vector", dtype, sequence ? 2 : 1, shape, x);
    kin_free(x);
    return value;
}

/* ---- distances as inputs ---- */

/* A manifest with n ids; names[i] NULL ends; a name that starts with '!' has failed. Stored. */
static inline struct kin_digest store_columns(struct kin_solo *solo, const char *const *names)
{
    struct kin_entry entries[16];
    size_t n = 0;
    for (; names[n]; n++) {
        bool failed = names[n][0] == '!';
        entries[n] = (struct kin_entry){.id = names[n] + failed, .failed = failed};
        entries[n].digest = kin_digest_of(names[n], strlen(names[n]));
    }
    struct kin_value *manifest = NULL;
    struct kin_digest digest;
    ck_ok(kin_collection_new("vector", entries, n, &manifest, &err));
    ck_ok(kin_solo_store(solo, manifest, &digest, &err));
    return digest;
}

static inline struct kin_value *make_row(const double *x, size_t n,
                                         const struct kin_digest *columns)
{
    struct kin_value *row = make_array("row", "distances", KIN_F32, 1, &n, x);
    ck_ok(kin_value_set_digests(row, "columns", columns, 1, &err));
    return row;
}

#endif
