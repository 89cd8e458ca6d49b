#include "cache_support.h"

static struct kin_digest numbered(const char *what, size_t i)
{
    char text[40];
    snprintf(text, sizeof text, "%s %zu", what, i);
    return name_digest(text);
}

#define ITEMS 3000

START_TEST(finds_the_items_of_a_family)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    static const char *const families[] = {"big", "small", "single"};
    static const size_t counts[] = {ITEMS, 5, 1};
    for (size_t f = 0; f < KIN_COUNT(families); f++) {
        struct kin_digest family = name_digest(families[f]);
        struct kin_cache_batch *batch = kin_batch_new(cache);
        for (size_t i = 0; i < counts[f]; i++) {
            struct kin_digest item = numbered("item", i), output = numbered(families[f], i);
            ck_ok(kin_batch_item(batch, &family, &item, &output, &err));
        }
        ck_ok(kin_cache_write(cache, batch, &err));
    }
    static struct kin_digest items[ITEMS + 10], out[ITEMS + 10];
    static bool found[ITEMS + 10];
    for (size_t i = 0; i < ITEMS + 10; i++)
        items[i] = numbered("item", i);
    for (size_t f = 0; f < KIN_COUNT(families); f++) {
        struct kin_digest family = name_digest(families[f]);
        ck_ok(kin_cache_find_items(cache, &family, items, ITEMS + 10, out, found, &err));
        for (size_t i = 0; i < ITEMS + 10; i++) {
            ck_assert_int_eq(found[i], i < counts[f]);
            struct kin_digest wanted = numbered(families[f], i);
            ck_assert(!found[i] || kin_digest_equal(&out[i], &wanted));
        }
    }
    struct kin_digest none = name_digest("none");
    ck_ok(kin_cache_find_items(cache, &none, items, 3, out, found, &err));
    ck_assert(!found[0] && !found[1] && !found[2]);
    ck_ok(kin_cache_find_items(cache, &none, items, 0, out, found, &err));
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(replaces_an_output)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    for (size_t n = 1; n <= 1000; n *= 10) {
        struct kin_digest family = numbered("family", n);
        struct kin_digest item = numbered("item", n / 2);
        for (size_t round = 0; round < 3; round++) {
            struct kin_cache_batch *batch = kin_batch_new(cache);
            for (size_t i = 0; i < n; i++) {
                struct kin_digest each = numbered("item", i), output = numbered("out", i);
                ck_ok(kin_batch_item(batch, &family, &each, &output, &err));
            }
            struct kin_digest output = numbered("round", round);
            ck_ok(kin_batch_item(batch, &family, &item, &output, &err));
            ck_ok(kin_cache_write(cache, batch, &err));
            struct kin_digest out;
            bool found;
            ck_ok(kin_cache_find_items(cache, &family, &item, 1, &out, &found, &err));
            ck_assert(found && kin_digest_equal(&out, &output));
        }
    }
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(forgets_an_output)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_digest family = name_digest("family"), item = name_digest("item");
    struct kin_digest output = name_digest("output"), other = name_digest("other"), out;
    bool found;
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_batch_item(batch, &family, &item, &output, &err));
    ck_ok(kin_batch_forget_item(batch, &family, &item, &other, &err)); /* is not its output */
    ck_ok(kin_cache_write(cache, batch, &err));
    ck_ok(kin_cache_find_items(cache, &family, &item, 1, &out, &found, &err));
    ck_assert(found && kin_digest_equal(&out, &output));
    batch = kin_batch_new(cache);
    ck_ok(kin_batch_forget_item(batch, &family, &item, &output, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    ck_ok(kin_cache_find_items(cache, &family, &item, 1, &out, &found, &err));
    ck_assert(!found);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("item", finds_the_items_of_a_family, replaces_an_output, forgets_an_output)
