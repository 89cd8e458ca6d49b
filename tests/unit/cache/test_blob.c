#include "cache_support.h"

START_TEST(gives_back_what_was_put)
{
    static const size_t lengths[] = {0,       1,       300,     65536,   65537,
                                     1048560, 1048561, 2097120, 2097121, 7000000};
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < KIN_COUNT(lengths); i++) {
            if (round == 0)
                put_made(cache, lengths[i], i, false);
            struct kin_digest digest = digest_of_made(lengths[i], i);
            ck_assert_int_eq(kin_cache_presence(cache, &digest), KIN_PRESENT);
            ck_assert_msg(has_made(cache, lengths[i], i), "%zu bytes, round %d", lengths[i], round);
        }
        kin_cache_close(cache);
        cache = open_cache(folder);
    }
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(says_what_is_not_there)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_digest digest = name_digest("nothing");
    void *bytes = NULL;
    size_t length = 7;
    ck_assert_int_eq(kin_cache_presence(cache, &digest), KIN_ABSENT);
    ck_assert_int_eq(kin_cache_get(cache, &digest, &bytes, &length, &err), KIN_ENOTFOUND);
    ck_assert_ptr_null(bytes);
    ck_assert_uint_eq(length, 7);
    char name[KIN_DIGEST_TEXT], text[100];
    kin_digest_text(&digest, name);
    snprintf(text, sizeof text, "artifact %s is not in the cache", name);
    ck_assert_str_eq(err.text, text);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(drops_temporary_bytes_only)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    static const size_t lengths[] = {0, 10, 3000000};
    for (size_t i = 0; i < KIN_COUNT(lengths); i++) {
        struct kin_digest kept = put_made(cache, lengths[i] + 1, 100 + i, false);
        struct kin_digest dropped = put_made(cache, lengths[i], i, true);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        ck_ok(kin_batch_drop(batch, &kept, &err));
        ck_ok(kin_batch_drop(batch, &dropped, &err));
        struct kin_digest unknown = name_digest("unknown");
        ck_ok(kin_batch_drop(batch, &unknown, &err));
        ck_ok(kin_cache_write(cache, batch, &err));
        ck_assert_int_eq(kin_cache_presence(cache, &kept), KIN_PRESENT);
        ck_assert_int_eq(kin_cache_presence(cache, &dropped), KIN_DROPPED);
        ck_assert_int_eq(kin_cache_presence(cache, &unknown), KIN_ABSENT);
        ck_assert(has_made(cache, lengths[i] + 1, 100 + i));
        void *bytes;
        size_t n;
        ck_assert_int_eq(kin_cache_get(cache, &dropped, &bytes, &n, &err), KIN_ENOTFOUND);
        ck_assert_ptr_nonnull(strstr(err.text, "were dropped"));
        put_made(cache, lengths[i], i, false); /* comes back, now to stay */
        ck_assert(has_made(cache, lengths[i], i));
    }
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(keeps_what_is_kept_by_either)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    for (int first = 0; first < 2; first++) {
        put_made(cache, 50, (uint64_t)first, first == 0);
        struct kin_digest digest = put_made(cache, 50, (uint64_t)first, first != 0);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        ck_ok(kin_batch_drop(batch, &digest, &err));
        ck_ok(kin_cache_write(cache, batch, &err));
        ck_assert_int_eq(kin_cache_presence(cache, &digest), KIN_PRESENT);
    }
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* Puts and drops of one group meet in an extent that is not written yet. */
START_TEST(drops_within_one_batch)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_digest first = add_made(batch, 1000, 1, true);
    add_made(batch, 1000, 1, true);
    add_made(batch, 2000, 2, true);
    ck_ok(kin_batch_drop(batch, &first, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    ck_assert_int_eq(kin_cache_presence(cache, &first), KIN_DROPPED);
    ck_assert(has_made(cache, 2000, 2));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* XXH3 collisions are not to be had; a caller that names bytes wrongly looks the same from here. */
START_TEST(refuses_a_collision)
{
    static const size_t lengths[] = {100, 2000000};
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    for (size_t i = 0; i < KIN_COUNT(lengths); i++) {
        struct kin_digest digest = put_made(cache, lengths[i], 10 + i, false);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        struct kin_digest other = add_made(batch, 77, 20 + i, false);
        void *wrong = make_bytes(lengths[i], 30 + i);
        ck_ok(kin_batch_blob(batch, &digest, wrong, lengths[i], false, &err));
        ck_assert_int_eq(kin_cache_write(cache, batch, &err), KIN_ECOLLISION);
        char name[KIN_DIGEST_TEXT], text[200];
        kin_digest_text(&digest, name);
        snprintf(text, sizeof text,
                 "two different artifacts, of %zu and %zu bytes, have the digest %s: the second "
                 "one is not stored",
                 lengths[i], lengths[i], name);
        ck_assert_str_eq(err.text, text);
        ck_assert_int_eq(kin_cache_presence(cache, &other), KIN_ABSENT);
        ck_assert(has_made(cache, lengths[i], 10 + i));
    }
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

struct seen {
    size_t n, present, dropped;
    uint64_t bytes;
    struct kin_digest last;
};

static int see(void *context, const struct kin_digest *digest, enum kin_presence presence,
               uint64_t length)
{
    struct seen *seen = context;
    ck_assert(seen->n == 0 || kin_digest_compare(&seen->last, digest) < 0);
    seen->last = *digest;
    seen->n++;
    seen->present += presence == KIN_PRESENT;
    seen->dropped += presence == KIN_DROPPED;
    seen->bytes += length;
    return seen->n == 1000 ? 5 : 0;
}

START_TEST(walks_blobs_in_order)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    for (uint64_t i = 0; i < 998; i++)
        add_made(batch, 30, i, false);
    ck_ok(kin_cache_write(cache, batch, &err));
    struct kin_digest dropped = put_made(cache, 100, 5000, true);
    batch = kin_batch_new(cache);
    ck_ok(kin_batch_drop(batch, &dropped, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    struct seen seen = {0};
    ck_ok(kin_cache_each_blob(cache, see, &seen, &err));
    ck_assert_uint_eq(seen.present, 998);
    ck_assert_uint_eq(seen.dropped, 1);
    ck_assert_uint_eq(seen.bytes, 998 * 30 + 100);
    put_made(cache, 1, 1, false);
    seen = (struct seen){0};
    ck_assert_int_eq(kin_cache_each_blob(cache, see, &seen, &err), 5);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("blob", gives_back_what_was_put, says_what_is_not_there, drops_temporary_bytes_only,
          keeps_what_is_kept_by_either, drops_within_one_batch, refuses_a_collision,
          walks_blobs_in_order)
