/* A small engine for tests of kinds: parameters as text, files and values in memory. */
#ifndef KINDRED_TESTS_KIND_SUPPORT_H
#define KINDRED_TESTS_KIND_SUPPORT_H

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kindred/given.h"
#include "kindred/kind.h"
#include "kindred/text.h"
#include "support.h"

#define BENCH_MAX 256

struct bench_item {
    char *id;
    struct kin_value *value; /* NULL: failed, for the reason in why */
    char *why;
};

struct bench {
    const struct kin_kind *kind;
    struct kin_args *args;
    struct kin_digest digests[BENCH_MAX]; /* of files that a scan saw, and where they are */
    char *paths[BENCH_MAX];
    size_t n_files;
    struct kin_digest stored_digests[BENCH_MAX];
    struct kin_value *stored[BENCH_MAX];
    size_t n_stored;
    struct bench_item listing[BENCH_MAX], out[BENCH_MAX]; /* ascending id */
    size_t n_listing, n_out;
    struct kin_error err;
};

static inline void bench_items_free(struct bench_item *items, size_t *n)
{
    for (size_t i = 0; i < *n; i++) {
        kin_free(items[i].id);
        kin_value_free(items[i].value);
        kin_free(items[i].why);
        items[i] = (struct bench_item){0};
    }
    *n = 0;
}

static inline void bench_free(struct bench *bench)
{
    kin_args_free(bench->args);
    for (size_t i = 0; i < bench->n_files; i++)
        kin_free(bench->paths[i]);
    for (size_t i = 0; i < bench->n_stored; i++)
        kin_value_free(bench->stored[i]);
    bench_items_free(bench->listing, &bench->n_listing);
    bench_items_free(bench->out, &bench->n_out);
    free(bench);
}

/* parameters: name, text, name, text, …, NULL */
static inline struct bench *bench_new(const char *kind, const char *const *parameters)
{
    struct bench *bench = calloc(1, sizeof *bench);
    bench->kind = kin_kind_find(kind);
    ck_assert_msg(bench->kind != NULL, "no kind '%s'", kind);
    bench->args = kin_args_new(bench->kind);
    for (size_t i = 0; parameters && parameters[i]; i += 2) {
        struct kin_literal literal = {.text = parameters[i + 1]};
        int status = kin_args_set(bench->args, parameters[i], &literal, &bench->err);
        ck_assert_msg(status == 0, "%s", bench->err.text);
    }
    return bench;
}

/* ---- services ---- */

static inline int bench_file(void *context, const char *path, struct kin_digest *out,
                             struct kin_error *err)
{
    struct bench *bench = context;
    KIN_AUTO(kin_auto_free) char *bytes = NULL;
    size_t length;
    KIN_TRY(kin_read_file(path, &bytes, &length, err));
    *out = kin_digest_of(bytes, length);
    ck_assert_uint_lt(bench->n_files, BENCH_MAX);
    bench->digests[bench->n_files] = *out;
    bench->paths[bench->n_files++] = kin_strdup(path);
    return 0;
}

static inline int bench_source(void *context, const struct kin_digest *digest, void **bytes,
                               size_t *length, struct kin_error *err)
{
    struct bench *bench = context;
    for (size_t i = 0; i < bench->n_files; i++)
        if (kin_digest_equal(&bench->digests[i], digest))
            return kin_read_file(bench->paths[i], (char **)bytes, length, err);
    return kin_fail(err, KIN_ENOTFOUND, "no file of that digest was scanned");
}

static inline int bench_store(void *context, struct kin_value *takes, struct kin_digest *out,
                              struct kin_error *err)
{
    struct bench *bench = context;
    ck_assert_uint_lt(bench->n_stored, BENCH_MAX);
    bench->stored[bench->n_stored] = takes;
    KIN_TRY(kin_value_digest(takes, &bench->stored_digests[bench->n_stored++], err));
    *out = bench->stored_digests[bench->n_stored - 1];
    return 0;
}

static inline int bench_fetch(void *context, const struct kin_digest *digest,
                              struct kin_value **out, struct kin_error *err)
{
    struct bench *bench = context;
    for (size_t i = 0; i < bench->n_stored; i++) {
        void *bytes;
        size_t length;
        if (!kin_digest_equal(&bench->stored_digests[i], digest))
            continue;
        KIN_TRY(kin_value_encode(bench->stored[i], &bytes, &length, err));
        return kin_value_decode(bytes, length, out, err);
    }
    return kin_fail(err, KIN_ENOTFOUND, "no such value was stored");
}

/* ---- scan ---- */

static inline int bench_add_item(struct bench_item *items, size_t *n, const char *id,
                                 struct kin_value *takes, const char *why)
{
    size_t at = 0;
    while (at < *n && strcmp(items[at].id, id) < 0)
        at++;
    ck_assert_msg(at == *n || strcmp(items[at].id, id) != 0, "two items '%s'", id);
    ck_assert_uint_lt(*n, BENCH_MAX);
    memmove(&items[at + 1], &items[at], (*n - at) * sizeof *items);
    items[at] = (struct bench_item){kin_strdup(id), takes, kin_strdup(why)};
    ++*n;
    return 0;
}

static inline int bench_add(void *context, const char *id, struct kin_value *takes,
                            struct kin_error *err)
{
    struct bench *bench = context;
    (void)err;
    ck_assert_str_eq(kin_value_type(takes), "source");
    return bench_add_item(bench->listing, &bench->n_listing, id, takes, NULL);
}

static inline int bench_reject(void *context, const char *id, const struct kin_error *why,
                               struct kin_error *err)
{
    struct bench *bench = context;
    (void)err;
    return bench_add_item(bench->listing, &bench->n_listing, id, NULL, why->text);
}

static inline int bench_scan(struct bench *bench)
{
    struct kin_scan scan = {.args = bench->args,
                            .context = bench,
                            .file = bench_file,
                            .add = bench_add,
                            .reject = bench_reject};
    return bench->kind->scan(&scan, &bench->err);
}

/* ---- run ---- */

/* A copy of the input that a kind passed on by its digest. */
static inline struct kin_value *bench_passed(const struct kin_item *items, size_t n,
                                             const struct kin_digest *digest)
{
    struct kin_error err = {0};
    struct kin_value *copy = NULL;
    for (size_t i = 0; i < n && !copy; i++) {
        void *bytes;
        size_t length;
        if (!items[i].value || !kin_digest_equal(&items[i].digest, digest))
            continue;
        ck_ok(kin_value_encode(items[i].value, &bytes, &length, &err));
        ck_ok(kin_value_decode(bytes, length, &copy, &err));
    }
    return copy;
}

static inline void bench_collect(struct bench *bench, const struct kin_given *given,
                                 const struct kin_item *items, size_t n)
{
    for (size_t i = 0; i < given->n; i++) {
        struct kin_gift *gift = &given->list[i];
        struct kin_value *value =
            gift->passed ? bench_passed(items, n, &gift->digest) : gift->value;
        gift->value = NULL;
        const char *id = gift->id ? gift->id : items[gift->k].id;
        bench_add_item(bench->out, &bench->n_out, id, value, gift->why);
    }
}

/* Runs on the items given to the kind's first port; the results are in bench->out. */
static inline int bench_run(struct bench *bench, const struct bench_item *from, size_t n_from)
{
    struct kin_item items[BENCH_MAX];
    size_t n = 0;
    bool map = kin_kind_is_map(bench->kind);
    for (size_t i = 0; i < n_from; i++) {
        if (map && !from[i].value)
            continue;
        items[n] = (struct kin_item){.id = from[i].id, .value = from[i].value};
        if (from[i].value)
            ck_assert_int_eq(0, kin_value_digest(from[i].value, &items[n].digest, &bench->err));
        n++;
    }
    struct kin_set set = {.items = items, .n_items = n};
    const struct kin_set *sets[1] = {&set};
    size_t n_sets[1] = {1};
    struct kin_services services = {.context = bench,
                                    .fetch = bench_fetch,
                                    .store = bench_store,
                                    .source = bench_source};
    struct kin_given given = {0};
    struct kin_call call = {.kind = bench->kind,
                            .args = bench->args,
                            .sets = sets,
                            .n_sets = n_sets,
                            .n_items = n,
                            .services = &services,
                            .given = &given};
    bench_items_free(bench->out, &bench->n_out);
    int status = bench->kind->run(&call, &bench->err);
    if (status == 0)
        status = kin_given_check(&call, &bench->err);
    if (status == 0)
        bench_collect(bench, &given, items, n);
    kin_given_release(&given);
    return status;
}

/* Scans and runs a source. */
static inline void bench_load(struct bench *bench)
{
    int status = bench_scan(bench);
    ck_assert_msg(status == 0, "scan: %s", bench->err.text);
    status = bench_run(bench, bench->listing, bench->n_listing);
    ck_assert_msg(status == 0, "run: %s", bench->err.text);
}

static inline const struct bench_item *bench_find(const struct bench_item *items, size_t n,
                                                  const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(items[i].id, id) == 0)
            return &items[i];
    ck_abort_msg("no item '%s' among %zu", id, n);
    return NULL;
}

/* ---- a folder for one test ---- */

static inline const char *make_folder(char path[64])
{
    snprintf(path, 64, "/tmp/kindred-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
    return path;
}

static inline void remove_folder(const char *path)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    ck_assert_int_eq(system(command), 0);
}

#endif
