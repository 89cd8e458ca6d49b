/* Compacting: smaller, whole, alone. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cache/store.h"
#include "cache_support.h"

static void fill_and_drop(const char *folder)
{
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    for (uint64_t i = 0; i < 20; i++)
        put_made(cache, 300000, i, i > 0);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    for (uint64_t i = 1; i < 20; i++) {
        struct kin_digest digest = digest_of_made(300000, i);
        must(kin_batch_drop(batch, &digest, &err));
    }
    must(kin_cache_write(cache, batch, &err));
    kin_cache_close(cache);
}

START_TEST(gives_free_space_back)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    uint64_t before, after, bad;
    fill_and_drop(folder);
    ck_ok(kin_cache_compact(folder, false, &before, &after, &err));
    ck_assert_uint_gt(before, 6000000);
    ck_assert_uint_lt(after, 1000000);
    ck_ok(kin_cache_verify(folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
    struct kin_cache *cache = open_cache(folder);
    ck_assert(has_made(cache, 300000, 0));
    struct kin_digest dropped = digest_of_made(300000, 7);
    ck_assert_int_eq(kin_cache_presence(cache, &dropped), KIN_DROPPED);
    put_made(cache, 300000, 7, false);
    ck_assert(has_made(cache, 300000, 7));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(wants_to_be_alone)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    uint64_t before, after;
    fill_and_drop(folder);
    struct kin_cache *cache = open_cache(folder);
    ck_assert_int_eq(kin_cache_compact(folder, false, &before, &after, &err), KIN_EUNUSABLE);
    char text[400];
    snprintf(text, sizeof text,
             "other programs use the cache '%s': wait for them to end, or say --wait", folder);
    ck_assert_str_eq(err.text, text);
    kin_cache_close(cache);
    pid_t child = fork(); /* has it open for a moment */
    if (child == 0) {
        cache = open_cache(folder);
        nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
        kin_cache_close(cache);
        _exit(0);
    }
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    ck_ok(kin_cache_compact(folder, true, &before, &after, &err));
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    remove_folder(folder);
}
END_TEST

START_TEST(does_not_copy_damage)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    uint64_t before, after;
    ck_assert_int_eq(kin_cache_compact(folder, false, &before, &after, &err), KIN_ENOTFOUND);
    fill_and_drop(folder);
    char path[400], byte;
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    unsigned char *wanted = make_bytes(300000, 0);
    FILE *file = fopen(path, "r+");
    long at = -1;
    char *all = kin_alloc(8000000, 1);
    size_t n = fread(all, 1, 8000000, file);
    for (size_t i = 0; at < 0 && i + 64 < n; i += 16)
        at = memcmp(all + i, wanted, 64) == 0 ? (long)i : -1;
    ck_assert_int_ge(at, 0);
    fseek(file, at + 1000, SEEK_SET);
    byte = (char)~all[at + 1000];
    fwrite(&byte, 1, 1, file);
    fclose(file);
    kin_free(all);
    kin_free(wanted);
    ck_assert_int_eq(kin_cache_compact(folder, false, &before, &after, &err), KIN_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "'kindred cache repair' helps"));
    remove_folder(folder);
}
END_TEST

TEST_MAIN("compact", gives_free_space_back, wants_to_be_alone, does_not_copy_damage)
