#include "cache/writer.h"
#include "snapshot_support.h"

/* A snapshot of two objects: one here, one left out. */
struct two {
    struct kin_snapshot snapshot;
    struct kin_snapshot_object objects[2];
    enum kin_meeting meetings[2];
};

static struct kin_sha256 sha_of_made(size_t length, uint64_t seed)
{
    unsigned char *bytes = make_bytes(length, seed);
    struct kin_sha256 sha = kin_sha256_of(bytes, length);
    kin_free(bytes);
    return sha;
}

static void make_two(struct two *two)
{
    *two = (struct two){0};
    for (size_t i = 0; i < 2; i++) {
        two->objects[i] = (struct kin_snapshot_object){.length = 100,
                                                       .role = "audio",
                                                       .has_sha = true,
                                                       .digest = digest_of_made(100, i),
                                                       .sha = sha_of_made(100, i)};
    }
    two->objects[1].state = KIN_OBJECT_LEFT;
    two->snapshot = (struct kin_snapshot){.n_objects = 2, .objects = two->objects};
}

static void bind(struct kin_cache *cache, const struct kin_digest *digest,
                 const struct kin_sha256 *sha, bool left_out)
{
    struct kin_error err = {0};
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_batch_bind(batch, digest, sha, &err));
    if (left_out)
        ck_ok(kin_batch_leave_out(batch, digest, 100, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
}

START_TEST(what_the_cache_lacks_is_new_or_left)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct two two;
    make_two(&two);
    ck_ok(kin_snapshot_meet(cache, &two.snapshot, true, two.meetings, &err));
    ck_assert_int_eq(two.meetings[0], KIN_MEET_NEW);
    ck_assert_int_eq(two.meetings[1], KIN_MEET_LEFT);
    put_made(cache, 100, 0, false);
    put_made(cache, 100, 1, false);
    ck_ok(kin_snapshot_meet(cache, &two.snapshot, true, two.meetings, &err));
    ck_assert_int_eq(two.meetings[0], KIN_MEET_KNOWN);
    ck_assert_int_eq(two.meetings[1], KIN_MEET_KNOWN);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(another_sha_for_a_digest_is_a_collision)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct two two;
    make_two(&two);
    put_made(cache, 100, 0, false);
    two.objects[0].sha.bytes[0] ^= 1;
    ck_assert_int_eq(kin_snapshot_meet(cache, &two.snapshot, true, two.meetings, &err),
                     KIN_ECOLLISION);
    ck_assert_ptr_nonnull(strstr(err.text, "has the digest of an artifact in the cache with "
                                           "another SHA-256"));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* A snapshot that is believed has named the object that it left out; a stranger brings bytes of the
 * same digest that are not those. */
START_TEST(a_stranger_does_not_fill_a_named_place)
{
    for (int left_out = 0; left_out < 2; left_out++) {
        const char *folder = fresh_folder();
        struct kin_error err = {0};
        struct kin_cache *cache = open_cache(folder);
        struct two two;
        make_two(&two);
        struct kin_sha256 other = sha_of_made(100, 5);
        bind(cache, &two.objects[0].digest, &other, left_out);
        ck_assert_int_eq(kin_snapshot_meet(cache, &two.snapshot, false, two.meetings, &err),
                         KIN_ECOLLISION);
        ck_assert_ptr_nonnull(strstr(err.text, "one that the cache or a snapshot it believes has "
                                               "named"));
        bind(cache, &two.objects[0].digest, &two.objects[0].sha, false);
        ck_ok(kin_snapshot_meet(cache, &two.snapshot, false, two.meetings, &err));
        ck_assert_int_eq(two.meetings[0], KIN_MEET_NEW);
        kin_cache_close(cache);
        remove_folder(folder);
    }
}
END_TEST

START_TEST(a_stranger_does_not_fill_a_place_that_nobody_bound)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct two two;
    make_two(&two);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_batch_leave_out(batch, &two.objects[0].digest, 100, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    ck_ok(kin_snapshot_meet(cache, &two.snapshot, false, two.meetings, &err));
    ck_assert_int_eq(two.meetings[0], KIN_MEET_REFUSED);
    ck_ok(kin_snapshot_meet(cache, &two.snapshot, true, two.meetings, &err));
    ck_assert_int_eq(two.meetings[0], KIN_MEET_NEW);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(a_delta_wants_what_it_counts_on)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct two two;
    make_two(&two);
    two.objects[1].state = KIN_OBJECT_SINCE;
    two.snapshot.is_delta = true;
    ck_assert_int_eq(kin_snapshot_meet(cache, &two.snapshot, true, two.meetings, &err),
                     KIN_ENOTFOUND);
    ck_assert_str_eq(err.text,
                     "it is a delta: 1 of the objects it counts on are not in this cache; load the "
                     "snapshot 000000000000 first ('kindred snapshot show' prints that name)");
    ck_ok(kin_snapshot_meet(cache, &two.snapshot, false, two.meetings, &err));
    bind(cache, &two.objects[1].digest, &two.objects[1].sha, true); /* dropped is as good */
    ck_ok(kin_snapshot_meet(cache, &two.snapshot, true, two.meetings, &err));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("snapshot meet", what_the_cache_lacks_is_new_or_left,
          another_sha_for_a_digest_is_a_collision, a_stranger_does_not_fill_a_named_place,
          a_stranger_does_not_fill_a_place_that_nobody_bound, a_delta_wants_what_it_counts_on)
