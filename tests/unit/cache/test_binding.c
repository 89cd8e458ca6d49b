#include "cache/writer.h"
#include "cache_support.h"
#include "kindred/sha256.h"

#define LONG 2500000 /* several extents */

static struct kin_sha256 sha_of_made(size_t length, uint64_t seed)
{
    unsigned char *bytes = make_bytes(length, seed);
    struct kin_sha256 sha = kin_sha256_of(bytes, length);
    kin_free(bytes);
    return sha;
}

static void drop(struct kin_cache *cache, const struct kin_digest *digest)
{
    struct kin_error err = {0};
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_batch_drop(batch, digest, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
}

START_TEST(what_is_dropped_is_remembered)
{
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    static const size_t lengths[] = {0, 100, 70000, LONG};
    for (size_t i = 0; i < KIN_COUNT(lengths); i++) {
        struct kin_digest digest = put_made(cache, lengths[i], i, true);
        struct kin_sha256 wanted = sha_of_made(lengths[i], i), found;
        ck_assert(!kin_binding_find(cache, &digest, &found));
        drop(cache, &digest);
        ck_assert(kin_binding_find(cache, &digest, &found));
        ck_assert(kin_sha256_equal(&found, &wanted));
    }
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(what_is_kept_needs_no_remembering)
{
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    struct kin_digest digest = put_made(cache, 100, 1, false);
    struct kin_sha256 found;
    drop(cache, &digest);
    ck_assert_int_eq(kin_cache_presence(cache, &digest), KIN_PRESENT);
    ck_assert(!kin_binding_find(cache, &digest, &found));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(what_is_left_out_counts_as_dropped)
{
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    struct kin_error err = {0};
    struct kin_digest here = put_made(cache, 100, 1, false);
    struct kin_digest away = digest_of_made(200, 2);
    struct kin_sha256 wanted = sha_of_made(200, 2), found;
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_batch_leave_out(batch, &here, 100, &err));
    ck_ok(kin_batch_leave_out(batch, &away, 200, &err));
    ck_ok(kin_batch_bind(batch, &away, &wanted, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    ck_assert(has_made(cache, 100, 1)); /* what is here stays */
    ck_assert_int_eq(kin_cache_presence(cache, &away), KIN_DROPPED);
    ck_assert(kin_binding_find(cache, &away, &found));
    ck_assert(kin_sha256_equal(&found, &wanted));
    uint64_t bad = 1;
    kin_cache_close(cache);
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
    cache = open_cache(folder);
    put_made(cache, 200, 2, false);
    ck_assert(has_made(cache, 200, 2));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("binding", what_is_dropped_is_remembered, what_is_kept_needs_no_remembering,
          what_is_left_out_counts_as_dropped)
