#include "cache_support.h"

static int put_record(struct kin_cache *cache, const char *table, const char *key,
                      const char *value, struct kin_error *err)
{
    struct kin_cache_batch *batch = kin_batch_new(cache);
    int added =
        kin_batch_record(batch, table, key, strlen(key), value, value ? strlen(value) : 0, err);
    ck_assert_int_eq(added, 0);
    return kin_cache_write(cache, batch, err);
}

static int join(void *context, const void *key, size_t key_length, const void *value,
                size_t value_length)
{
    struct kin_text *text = context;
    kin_text_addf(text, "%.*s=%.*s;", (int)key_length, (const char *)key, (int)value_length,
                  (const char *)value);
    return value_length == 4 && memcmp(value, "stop", 4) == 0 ? 42 : 0;
}

START_TEST(keeps_records)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    void *value;
    size_t n;
    ck_assert_int_eq(kin_cache_record(cache, "runs", "a", 1, &value, &n, &err), KIN_ENOTFOUND);
    ck_assert_str_eq(err.text, "no such record in table 'runs'");
    ck_ok(put_record(cache, "runs", "b", "two", &err));
    ck_ok(put_record(cache, "runs", "a", "one", &err));
    ck_ok(put_record(cache, "runs", "c", "", &err));
    ck_ok(put_record(cache, "run", "a", "other", &err));
    ck_ok(put_record(cache, "runsx", "a", "other", &err));
    ck_ok(kin_cache_record(cache, "runs", "a", 1, &value, &n, &err));
    ck_assert_uint_eq(n, 3);
    ck_assert_mem_eq(value, "one", 3);
    kin_free(value);
    struct kin_text text = {0};
    ck_ok(kin_cache_walk(cache, "runs", join, &text, &err));
    ck_assert_str_eq(text.data, "a=one;b=two;c=;");
    ck_ok(put_record(cache, "runs", "b", "stop", &err));
    ck_ok(put_record(cache, "runs", "a", NULL, &err));
    ck_ok(put_record(cache, "runs", "never", NULL, &err));
    kin_text_clear(&text);
    ck_assert_int_eq(kin_cache_walk(cache, "runs", join, &text, &err), 42);
    ck_assert_str_eq(text.data, "b=stop;");
    kin_text_clear(&text);
    ck_ok(kin_cache_walk(cache, "nothing", join, &text, &err));
    ck_assert_uint_eq(text.length, 0);
    kin_text_release(&text);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(refuses_long_keys)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    static char key[600];
    void *value;
    size_t n;
    ck_ok(kin_batch_record(batch, "runs", key, 506, "x", 1, &err));
    ck_assert_int_eq(kin_batch_record(batch, "runs", key, 507, "x", 1, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a key of 507 bytes in table 'runs', at most 506 fit");
    ck_assert_int_eq(kin_cache_record(cache, "runs", key, 507, &value, &n, &err), KIN_EINVAL);
    ck_ok(kin_cache_write(cache, batch, &err));
    ck_ok(kin_cache_record(cache, "runs", key, 506, &value, &n, &err));
    ck_assert_uint_eq(n, 1);
    kin_free(value);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("record", keeps_records, refuses_long_keys)
