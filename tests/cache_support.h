/* A cache in a folder of its own, and batches in one line. */
#ifndef KINDRED_TESTS_CACHE_SUPPORT_H
#define KINDRED_TESTS_CACHE_SUPPORT_H

#include <ftw.h>
#include <string.h>
#include <unistd.h>

#include "kindred/cache.h"
#include "support.h"

/* Like ck_ok, and works outside of a running test as well. */
#define must(call)                                        \
    do {                                                  \
        if ((call) != 0) {                                \
            fprintf(stderr, "%s: %s\n", #call, err.text); \
            abort();                                      \
        }                                                 \
    } while (0)

static inline int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static inline void remove_folder(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* A fresh folder; remove_folder it. */
static inline const char *fresh_folder(void)
{
    static char folder[256];
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/kindred-cache-XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    return folder;
}

static inline struct kin_cache *open_cache(const char *folder)
{
    struct kin_error err = {0};
    struct kin_cache *cache = NULL;
    must(kin_cache_open(&(struct kin_cache_options){.folder = folder}, &cache, &err));
    return cache;
}

/* Bytes that differ with the seed, never compressible; kin_free them. */
static inline unsigned char *make_bytes(size_t length, uint64_t seed)
{
    unsigned char *bytes = kin_alloc(length, 1);
    uint64_t x = seed * 0x9E3779B97F4A7C15u + 1;
    for (size_t i = 0; i < length; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        bytes[i] = (unsigned char)(x >> 32);
    }
    return bytes;
}

static inline struct kin_digest digest_of_made(size_t length, uint64_t seed)
{
    unsigned char *bytes = make_bytes(length, seed);
    struct kin_digest digest = kin_digest_of(bytes, length);
    kin_free(bytes);
    return digest;
}

static inline struct kin_digest add_made(struct kin_cache_batch *batch, size_t length,
                                         uint64_t seed, bool temporary)
{
    struct kin_error err = {0};
    unsigned char *bytes = make_bytes(length, seed);
    struct kin_digest digest = kin_digest_of(bytes, length);
    must(kin_batch_blob(batch, &digest, bytes, length, temporary, &err));
    return digest;
}

static inline struct kin_digest put_made(struct kin_cache *cache, size_t length, uint64_t seed,
                                         bool temporary)
{
    struct kin_error err = {0};
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_digest digest = add_made(batch, length, seed, temporary);
    must(kin_cache_write(cache, batch, &err));
    return digest;
}

/* Whether the cache gives these very bytes. */
static inline bool has_made(struct kin_cache *cache, size_t length, uint64_t seed)
{
    struct kin_error err = {0};
    unsigned char *bytes = make_bytes(length, seed);
    struct kin_digest digest = kin_digest_of(bytes, length);
    void *stored = NULL;
    size_t n = 0;
    bool same = kin_cache_get(cache, &digest, &stored, &n, &err) == 0 && n == length &&
                memcmp(stored, bytes, n) == 0;
    kin_free(stored);
    kin_free(bytes);
    return same;
}

static inline struct kin_digest name_digest(const char *text)
{
    return kin_digest_of(text, strlen(text));
}

/* An action whose record is the text, with one output. */
static inline struct kin_action make_action(const char *record, struct kin_digest output)
{
    return (struct kin_action){.key = name_digest(record),
                               .record = record,
                               .n_outputs = 1,
                               .outputs = {output},
                               .items = 1,
                               .seconds = 1.5,
                               .made_at = 1700000000,
                               .made_by = "host x86-64-v3 kindred 1"};
}

#endif
