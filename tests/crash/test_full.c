/* A full disk and a full map: a clear error, nothing lost, and room again after dropping. */
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "cache/store.h"
#include "cache_support.h"

#define DISK_MIB 32

static const char *disk; /* a small file system */

/* Writes 1 MB blobs until it fails; how many were written. */
static uint64_t fill(struct kin_cache *cache, uint64_t from, struct kin_error *err)
{
    int status = 0;
    uint64_t n = from;
    for (; status == 0; n++) {
        struct kin_cache_batch *batch = kin_batch_new(cache);
        add_made(batch, 1000000, n, true);
        status = kin_cache_write(cache, batch, err);
        ck_assert_uint_lt(n - from, 200);
    }
    ck_assert_int_eq(status, KIN_EFULL);
    return n - 1;
}

static void drop(struct kin_cache *cache, uint64_t from, uint64_t to)
{
    struct kin_error err = {0};
    struct kin_cache_batch *batch = kin_batch_new(cache);
    for (uint64_t i = from; i < to; i++) {
        struct kin_digest digest = digest_of_made(1000000, i);
        ck_ok(kin_batch_drop(batch, &digest, &err));
    }
    ck_ok(kin_cache_write(cache, batch, &err));
}

/* What both have in common, once the cache is full after n blobs. */
static void ck_survives(struct kin_cache *cache, const char *folder, uint64_t n)
{
    struct kin_error err = {0};
    ck_assert_uint_gt(n, 5);
    for (uint64_t i = 0; i < n; i++)
        ck_assert(has_made(cache, 1000000, i));
    struct kin_digest refused = digest_of_made(1000000, n);
    ck_assert_int_eq(kin_cache_presence(cache, &refused), KIN_ABSENT);
    put_made(cache, 100, 1000, false); /* small things still fit */
    drop(cache, 0, 4);
    uint64_t bad;
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
}

START_TEST(says_that_the_map_is_full)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    ck_assert_int_eq(mdb_env_set_mapsize(cache->env, (size_t)32 << 20), 0);
    uint64_t n = fill(cache, 0, &err);
    char text[700];
    snprintf(text, sizeof text,
             "writing: the cache '%s' has reached the 32 MiB of address space that could be "
             "reserved: raise the limit (ulimit -v), or make room with 'kindred cache gc'",
             folder);
    ck_assert_str_eq(err.text, text);
    ck_survives(cache, folder, n);
    put_made(cache, 1000000, n, false);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

static char ballast[400];

static void eat_disk(uint64_t leave)
{
    snprintf(ballast, sizeof ballast, "%s/ballast", disk);
    static const char zeros[65536];
    FILE *file = fopen(ballast, "w");
    ck_assert_ptr_nonnull(file);
    while (kin_folder_space(disk) > leave + sizeof zeros) {
        ck_assert_uint_eq(fwrite(zeros, 1, sizeof zeros, file), sizeof zeros);
        fflush(file);
    }
    fclose(file);
}

START_TEST(says_that_the_disk_is_full)
{
    char folder[400];
    struct kin_error err = {0};
    snprintf(folder, sizeof folder, "%s/cache", disk);
    struct kin_cache *cache = open_cache(folder);
    uint64_t n = fill(cache, 0, &err);
    ck_assert_msg(strstr(err.text, "writing: no space for the cache") &&
                      strstr(err.text, "KiB left on its disk: free some, or make room with"),
                  "%s", err.text);
    ck_assert_uint_ge(kin_folder_space(disk), KIN_STORE_RESERVE / 2);
    ck_survives(cache, folder, n);
    eat_disk(100000); /* somebody else takes the reserve */
    ck_assert_uint_eq(fill(cache, n, &err), n);
    kin_cache_close(cache);
    struct kin_cache_options options = {.folder = folder, .upkeep = true};
    ck_ok(kin_cache_open(&options, &cache, &err)); /* what was dropped has made room */
    drop(cache, 4, 16);
    put_made(cache, 1000000, 600, false);
    uint64_t next = fill(cache, 601, &err);
    kin_cache_close(cache);
    struct kin_cache *refused = NULL;
    options.upkeep = false;
    ck_assert_int_eq(kin_cache_open(&options, &refused, &err), KIN_EFULL);
    ck_assert_ptr_nonnull(strstr(err.text, "no space for the cache"));
    options.read_only = true;
    ck_ok(kin_cache_open(&options, &cache, &err));
    ck_assert(has_made(cache, 1000000, next - 1));
    kin_cache_close(cache);
    remove(ballast);
    cache = open_cache(folder);
    ck_assert(has_made(cache, 1000000, n - 1));
    put_made(cache, 1000000, 500, false); /* in the space of what was dropped */
    kin_cache_close(cache);
}
END_TEST

/* The disk fills up while the group is being written, beneath the check before it. */
START_TEST(outlives_a_disk_that_fills_up_while_writing)
{
    char folder[400];
    struct kin_error err = {0};
    snprintf(folder, sizeof folder, "%s/second", disk);
    struct kin_cache *cache = open_cache(folder);
    for (uint64_t i = 0; i < 3; i++)
        put_made(cache, 1000000, i, false);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    for (uint64_t i = 0; i < DISK_MIB + 8; i++)
        add_made(batch, 1000000, 100 + i, false);
    ck_assert_int_eq(kin_cache_write(cache, batch, &err), KIN_EFULL);
    for (uint64_t i = 0; i < 3; i++)
        ck_assert(has_made(cache, 1000000, i));
    for (uint64_t i = 0; i < DISK_MIB + 8; i++) {
        struct kin_digest digest = digest_of_made(1000000, 100 + i);
        ck_assert_int_eq(kin_cache_presence(cache, &digest), KIN_ABSENT);
    }
    kin_cache_close(cache);
    uint64_t bad;
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
    cache = open_cache(folder);
    put_made(cache, 1000000, 50, false);
    kin_cache_close(cache);
}
END_TEST

/* A tmpfs that nobody else sees. */
static bool mount_disk(void)
{
    char options[40];
    snprintf(options, sizeof options, "size=%dm", DISK_MIB);
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", disk, "tmpfs", 0, options) == 0;
}

static int run_one(const TTest *test)
{
    char folder[] = "/tmp/kindred-disk-XXXXXX";
    disk = mkdtemp(folder);
    if (!disk)
        return 1;
    bool mounted = mount_disk();
    int failed = mounted ? run_tests("full disk", &test, 1) : 77;
    if (mounted)
        umount(disk);
    remove_folder(disk);
    return failed;
}

int main(void)
{
    const TTest *const tests[] = {says_that_the_map_is_full};
    int failed = run_tests("full map", tests, 1);
    int first = failed ? failed : run_one(says_that_the_disk_is_full);
    if (first == 77)
        printf("a full disk: needs root to mount a small file system\n");
    return first ? first : run_one(outlives_a_disk_that_fills_up_while_writing);
}
