/*
 * The cache against plain files with the same bytes: put and get of values of three lengths, many
 * to a batch as a run writes them, and the look-ups of a warm run. Plain files are written and read
 * with open, write or read, close, one file a value in one folder, and no sync: they then survive
 * the death of the process but not yet a loss of power. Beside them the same with what a commit of
 * the cache does: every batch waits for the disk. Prints name,value,unit,note.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kindred/cache.h"
#include "kindred/memory.h"

#define BATCH 32
#define ACTIONS 25000
#define REPEATS 3

struct values {
    const char *name;
    size_t length, n;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fail(const char *what, const struct kin_error *err)
{
    fprintf(stderr, "bench cache: %s: %s\n", what, err->text);
    exit(1);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

/* Value i: random bytes whose beginning tells it from the others. */
static void make_value(unsigned char *bytes, const struct values *v, size_t i)
{
    memcpy(bytes, &i, sizeof i);
    memcpy(bytes + sizeof i, &v->length, sizeof v->length);
}

static unsigned char *make_template(size_t length)
{
    unsigned char *bytes = kin_alloc(length, 1);
    if (!bytes)
        exit(1);
    uint64_t x = length + 1;
    for (size_t i = 0; i < length; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        bytes[i] = (unsigned char)(x >> 32);
    }
    return bytes;
}

/* ---- plain files ---- */

static void path_of(const char *folder, size_t i, char out[300])
{
    snprintf(out, 300, "%s/%08zu", folder, i);
}

static int write_file(const char *folder, const struct values *v, unsigned char *bytes, size_t i)
{
    char path[300];
    path_of(folder, i, path);
    make_value(bytes, v, i);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, bytes, v->length) != (ssize_t)v->length)
        exit(1);
    return fd;
}

static double write_files(const char *folder, const struct values *v, unsigned char *bytes)
{
    double start = now();
    for (size_t i = 0; i < v->n; i++)
        if (close(write_file(folder, v, bytes, i)) != 0)
            exit(1);
    return now() - start;
}

static double write_synced_files(const char *folder, const struct values *v, unsigned char *bytes)
{
    double start = now();
    for (size_t i = 0; i < v->n;) {
        int files[BATCH];
        size_t n = 0;
        for (; n < BATCH && i < v->n; i++)
            files[n++] = write_file(folder, v, bytes, i);
        while (n-- > 0)
            if (fdatasync(files[n]) != 0 || close(files[n]) != 0)
                exit(1);
    }
    return now() - start;
}

static double read_files(const char *folder, const struct values *v)
{
    double start = now();
    for (size_t i = 0; i < v->n; i++) {
        char path[300];
        path_of(folder, i, path);
        char *bytes = malloc(v->length);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (!bytes || fd < 0 || read(fd, bytes, v->length) != (ssize_t)v->length || close(fd) != 0)
            exit(1);
        free(bytes);
    }
    return now() - start;
}

/* ---- the cache ---- */

/* The caller's own copy of the bytes is not counted: a kind has made them anyway. */
static double put_all(struct kin_cache *cache, const struct values *v, unsigned char *bytes,
                      struct kin_digest *digests)
{
    struct kin_error err = {0};
    double seconds = 0;
    for (size_t i = 0; i < v->n;) {
        void *copies[BATCH];
        size_t n = v->n - i < BATCH ? v->n - i : BATCH;
        for (size_t k = 0; k < n; k++) {
            copies[k] = kin_alloc(v->length, 1);
            if (!copies[k])
                exit(1);
            make_value(bytes, v, i + k);
            memcpy(copies[k], bytes, v->length);
        }
        double start = now();
        struct kin_cache_batch *batch = kin_batch_new(cache);
        for (size_t k = 0; k < n; k++, i++) {
            digests[i] = kin_digest_of(copies[k], v->length);
            if (kin_batch_blob(batch, &digests[i], copies[k], v->length, false, &err) != 0)
                fail("put", &err);
        }
        if (kin_cache_write(cache, batch, &err) != 0)
            fail("put", &err);
        seconds += now() - start;
    }
    return seconds;
}

static double get_all(struct kin_cache *cache, const struct values *v,
                      const struct kin_digest *digests)
{
    struct kin_error err = {0};
    double start = now();
    for (size_t i = 0; i < v->n; i++) {
        void *bytes;
        size_t length;
        if (kin_cache_get(cache, &digests[i], &bytes, &length, &err) != 0)
            fail("get", &err);
        kin_free(bytes);
    }
    return now() - start;
}

static void print_row(const char *name, const char *what, double cache, double files, size_t n)
{
    printf("cache.%s.%s,%.3f,us,a value\n", what, name, cache / (double)n * 1e6);
    printf("cache.%s.%s.files,%.3f,us,a value; plain files\n", what, name, files / (double)n * 1e6);
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static void bench_values(const char *base, const struct values *v)
{
    struct kin_error err = {0};
    double best[4] = {1e9, 1e9, 1e9, 1e9}, synced = 1e9;
    unsigned char *bytes = make_template(v->length);
    struct kin_digest *digests = kin_alloc(v->n, sizeof *digests);
    for (int repeat = 0; digests && repeat < REPEATS; repeat++) {
        char files[200], folder[200];
        snprintf(files, sizeof files, "%s/files", base);
        snprintf(folder, sizeof folder, "%s/cache", base);
        mkdir(files, 0777);
        best[0] = least(best[0], write_files(files, v, bytes));
        best[1] = least(best[1], read_files(files, v));
        nftw(files, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        mkdir(files, 0777);
        synced = least(synced, write_synced_files(files, v, bytes));
        nftw(files, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        struct kin_cache *cache;
        if (kin_cache_open(&(struct kin_cache_options){.folder = folder}, &cache, &err) != 0)
            fail("open", &err);
        best[2] = least(best[2], put_all(cache, v, bytes, digests));
        best[3] = least(best[3], get_all(cache, v, digests));
        kin_cache_close(cache);
        nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
    print_row(v->name, "put", best[2], best[0], v->n);
    print_row(v->name, "get", best[3], best[1], v->n);
    printf("cache.put.%s.synced,%.3f,us,a value; plain files; 32 at a time on the disk\n", v->name,
           synced / (double)v->n * 1e6);
    kin_free(digests);
    kin_free(bytes);
}

/* What a warm run does: one look-up for each instance. */
static void bench_find(const char *base)
{
    struct kin_error err = {0};
    char folder[200];
    snprintf(folder, sizeof folder, "%s/actions", base);
    struct kin_cache *cache;
    if (kin_cache_open(&(struct kin_cache_options){.folder = folder}, &cache, &err) != 0)
        fail("open", &err);
    struct kin_digest *keys = kin_alloc(ACTIONS, sizeof *keys);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    for (size_t i = 0; keys && i < ACTIONS; i++) {
        char record[300];
        int n = snprintf(record, sizeof record, "kind: encode\nversion: 3\ninstance: %zu\n%200s\n",
                         i, "");
        struct kin_action action = {.record = record,
                                    .made_by = "bench",
                                    .n_outputs = 2,
                                    .key = kin_digest_of(record, (size_t)n)};
        keys[i] = action.key;
        if (kin_batch_action(batch, &action, &err) != 0)
            fail("action", &err);
    }
    if (kin_cache_write(cache, batch, &err) != 0)
        fail("write", &err);
    double best = 1e9;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double start = now();
        for (size_t i = 0; i < ACTIONS; i++) {
            struct kin_outcome outcome;
            if (!kin_cache_find(cache, &keys[i], &outcome))
                exit(1);
        }
        best = least(best, now() - start);
    }
    printf("cache.find,%.3f,us,a look-up of an action among %d; a warm run of that many %.1f ms\n",
           best / ACTIONS * 1e6, ACTIONS, best * 1e3);
    kin_free(keys);
    kin_cache_close(cache);
}

int main(void)
{
    kin_memory_keep_freed(); /* as the program does */
    static const struct values all[] = {
        {"1MiB", (size_t)1 << 20, 96}, {"4KiB", 4096, 4000}, {"300B", 300, 4000}};
    char base[] = "/tmp/kindred-bench-XXXXXX";
    if (!mkdtemp(base))
        return 1;
    for (size_t i = 0; i < KIN_COUNT(all); i++)
        bench_values(base, &all[i]);
    bench_find(base);
    nftw(base, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
