#include <string.h>

#include "kindred/value.h"
#include "support.h"

START_TEST(reads_back_what_was_set)
{
    struct kin_error err = {0};
    struct kin_value *value = kin_value_new("clip");
    float samples[3] = {0.5f, -1, 0.25f};
    const char *names[2] = {"one", ""};
    ck_assert_int_eq(kin_value_set_f32(value, "samples", samples, 3, 0, &err), 0);
    ck_assert_int_eq(kin_value_set_f64(value, "rate_hz", 22050, &err), 0);
    ck_assert_int_eq(kin_value_set_texts(value, "names", names, 2, &err), 0);
    void *bytes;
    size_t length;
    ck_assert_int_eq(kin_value_encode(value, &bytes, &length, &err), 0);
    kin_value_free(value);
    ck_assert_int_eq(kin_value_decode(bytes, length, &value, &err), 0);
    ck_assert_str_eq(kin_value_type(value), "clip");
    ck_assert_double_eq(kin_value_f64(value, "rate_hz", 0), 22050);
    const struct kin_tensor *tensor;
    ck_assert_int_eq(kin_value_want(value, "samples", KIN_F32, 1, &tensor, &err), 0);
    ck_assert_mem_eq(tensor->data, samples, sizeof samples);
    tensor = kin_value_get(value, "names");
    ck_assert_str_eq(kin_tensor_text(tensor, 0), "one");
    ck_assert_str_eq(kin_tensor_text(tensor, 1), "");
    kin_value_free(value);
}
END_TEST

/* One value with a field of every type, its fields set in the order of a permutation. */
static int build(const int order[7], struct kin_value **out, struct kin_error *err)
{
    static const float matrix[6] = {1, 2, 3, 4, 5, 6};
    static const char *const words[3] = {"x", "", "yz"};
    static const int32_t numbers[2] = {-1, 5};
    struct kin_digest digests[2] = {kin_digest_of("a", 1), kin_digest_of("b", 1)};
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("song");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a value");
    for (int i = 0; i < 7; i++) {
        int status = 0;
        struct kin_tensor tensor;
        size_t n = 2;
        switch (order[i]) {
        case 0:
            status = kin_value_set_f32(value, "matrix", matrix, 2, 3, err);
            break;
        case 1:
            status = kin_value_set_texts(value, "words", words, 3, err);
            break;
        case 2:
            status = kin_value_set_digests(value, "digests", digests, 2, err);
            break;
        case 3:
            status = kin_value_set_f64(value, "rate_hz", 22050, err);
            break;
        case 4:
            status = kin_value_set_i64(value, "n", -7, err);
            break;
        case 5:
            status = kin_value_set_text(value, "name", "One", err);
            break;
        case 6:
            KIN_TRY(kin_tensor_alloc(&tensor, KIN_I32, 1, &n, err));
            memcpy(tensor.data, numbers, sizeof numbers);
            status = kin_value_set(value, "numbers", &tensor, err);
        }
        KIN_TRY(status);
    }
    *out = value;
    value = NULL;
    return 0;
}

static const int in_order[7] = {0, 1, 2, 3, 4, 5, 6};

START_TEST(bytes_do_not_depend_on_the_order_of_setting)
{
    static const int orders[][7] = {{6, 5, 4, 3, 2, 1, 0}, {3, 0, 6, 1, 5, 2, 4}};
    struct kin_error err = {0};
    struct kin_value *value = NULL, *other = NULL;
    struct kin_digest digest, same;
    ck_ok(build(in_order, &value, &err));
    ck_ok(kin_value_digest(value, &digest, &err));
    for (size_t i = 0; i < KIN_COUNT(orders); i++) {
        ck_ok(build(orders[i], &other, &err));
        ck_ok(kin_value_digest(other, &same, &err));
        ck_assert(kin_digest_equal(&digest, &same));
        kin_value_free(other);
    }
    ck_assert_uint_eq(kin_value_fields(value), 7);
    for (size_t i = 1; i < 7; i++)
        ck_assert_str_lt(kin_value_field_name(value, i - 1), kin_value_field_name(value, i));
    kin_value_free(value);
}
END_TEST

/* The layout the header promises, byte by byte: it names every artifact ever stored. */
START_TEST(bytes_are_the_canonical_form)
{
    struct kin_error err = {0};
    struct kin_value *value = kin_value_new("t");
    static const char *const words[2] = {"a", "bc"};
    ck_ok(kin_value_set_texts(value, "w", words, 2, &err));
    ck_ok(kin_value_set_i64(value, "n", 258, &err));
    unsigned char expected[64 + 64 + 13] = "KIN1\x40\0\0\0\1t\2\0"
                                           "\1n\2\0"
                                           "\x40\0\0\0\0\0\0\0\x8\0\0\0\0\0\0\0"
                                           "\1w\5\1\2\0\0\0\0\0\0\0"
                                           "\x80\0\0\0\0\0\0\0\xD";
    memcpy(expected + 64, "\2\1", 2);
    memcpy(expected + 128, "\x8\0\0\0\xA\0\0\0a\0bc", 13);
    void *bytes;
    size_t length;
    ck_ok(kin_value_encode(value, &bytes, &length, &err));
    ck_assert_uint_eq(length, sizeof expected);
    ck_assert_mem_eq(bytes, expected, sizeof expected);
    kin_free(bytes);
    kin_value_free(value);
}
END_TEST

START_TEST(a_field_is_replaced)
{
    struct kin_error err = {0};
    struct kin_value *value = NULL;
    ck_ok(build(in_order, &value, &err));
    ck_ok(kin_value_set_text(value, "matrix", "none", &err));
    ck_assert_uint_eq(kin_value_fields(value), 7);
    ck_assert_str_eq(kin_value_text(value, "matrix", ""), "none");
    struct kin_digest before, changed;
    ck_ok(kin_value_digest(value, &before, &err));
    ck_ok(kin_value_set_i64(value, "n", -8, &err));
    ck_ok(kin_value_digest(value, &changed, &err));
    ck_assert(!kin_digest_equal(&before, &changed));
    kin_value_free(value);
}
END_TEST

START_TEST(reading_the_wrong_field_says_so)
{
    struct kin_error err = {0};
    struct kin_value *value = NULL;
    const struct kin_tensor *tensor;
    ck_ok(build(in_order, &value, &err));
    ck_assert_ptr_null(kin_value_get(value, "absent"));
    ck_assert_int_eq(kin_value_want(value, "absent", KIN_F32, 1, &tensor, &err), KIN_ECORRUPT);
    ck_assert_str_eq(err.text, "a song without the field 'absent'");
    ck_assert_int_eq(kin_value_want(value, "matrix", KIN_F64, 1, &tensor, &err), KIN_ECORRUPT);
    ck_assert_str_eq(err.text, "field 'matrix' of a song: float32 with 2 dimensions, "
                               "wanted float64 with 1");
    ck_assert_double_eq(kin_value_f64(value, "n", 3), 3);
    ck_assert_int_eq(kin_value_i64(value, "rate_hz", 4), 4);
    ck_assert_str_eq(kin_value_text(value, "words", "fallback"), "fallback");
    ck_assert_str_eq(kin_value_text(value, "name", "fallback"), "One");
    kin_value_free(value);
}
END_TEST

START_TEST(wrong_requests_are_refused)
{
    struct kin_error err = {0};
    struct kin_tensor tensor;
    size_t shape[5] = {SIZE_MAX, 2, 1, 1, 1};
    ck_assert_int_eq(kin_tensor_alloc(&tensor, KIN_F32, 5, shape, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "no tensor of type float32 with 5 dimensions");
    ck_assert_int_eq(kin_tensor_alloc(&tensor, KIN_TEXT, 1, shape, &err), KIN_EINVAL);
    ck_assert_int_eq(kin_tensor_alloc(&tensor, KIN_F32, 2, shape, &err), KIN_ENOMEM);
    ck_assert_str_eq(err.text, "the tensor's size does not fit in memory");
    char name[65];
    memset(name, 'n', 64);
    name[64] = '\0';
    ck_assert_ptr_null(kin_value_new(name));
    struct kin_value *value = kin_value_new(name + 1);
    ck_assert_int_eq(kin_value_set_f64(value, name, 1, &err), KIN_EINVAL);
    ck_ok(kin_value_set_f64(value, name + 1, 1, &err));
    ck_assert_uint_eq(kin_value_fields(value), 1);
    kin_value_free(value);
    ck_assert_str_eq(kin_dtype_name(KIN_DTYPES), "unknown");
    ck_assert_uint_eq(kin_dtype_size(KIN_DTYPES), 0);
    kin_tensor_release(NULL);
    kin_value_free(NULL);
}
END_TEST

START_TEST(the_number_of_fields_is_limited)
{
    struct kin_error err = {0};
    struct kin_value *value = kin_value_new("t");
    char name[16];
    for (int i = 0; i < 65535; i++) {
        snprintf(name, sizeof name, "%05d", i);
        ck_ok(kin_value_set_i64(value, name, i, &err));
    }
    ck_assert_int_eq(kin_value_set_i64(value, "more", 1, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a t with more than 65535 fields");
    ck_ok(kin_value_set_i64(value, "00000", 1, &err));
    kin_value_free(value);
}
END_TEST

/* The value is whole after a failed setting, and nothing leaks. */
START_TEST(survives_every_failed_allocation)
{
    struct kin_error err = {0};
    int status = KIN_ENOMEM;
    for (unsigned long n = 1; status != 0; n++) {
        struct kin_value *value = NULL, *decoded = NULL;
        void *bytes = NULL;
        size_t length;
        kin_memory_fail_nth(n);
        status = build(in_order, &value, &err);
        if (status == 0)
            status = kin_value_encode(value, &bytes, &length, &err);
        if (status == 0)
            status = kin_value_decode(bytes, length, &decoded, &err);
        kin_memory_fail_nth(0);
        ck_assert_msg(status == 0 || status == KIN_ENOMEM, "n %lu: %s", n, err.text);
        kin_value_free(value);
        if (decoded)
            kin_value_free(decoded);
        else
            kin_free(bytes);
    }
}
END_TEST

START_TEST(a_failed_setting_leaves_the_value_as_it_was)
{
    struct kin_error err = {0};
    struct kin_value *value = NULL;
    struct kin_digest before, after;
    ck_ok(build(in_order, &value, &err));
    ck_ok(kin_value_digest(value, &before, &err));
    kin_memory_fail_nth(1);
    ck_assert_int_eq(kin_value_set_text(value, "name", "Two", &err), KIN_ENOMEM);
    ck_ok(kin_value_digest(value, &after, &err));
    ck_assert(kin_digest_equal(&before, &after));
    kin_value_free(value);
}
END_TEST

/* Decodes a damaged copy: it gives an error, or a value whose canonical bytes are this copy. */
static void check_damaged(const unsigned char *damaged, size_t length)
{
    struct kin_error err = {0};
    struct kin_value *value;
    unsigned char *copy = kin_alloc(length, 1);
    memcpy(copy, damaged, length);
    int status = kin_value_decode(copy, length, &value, &err);
    if (status != 0) {
        ck_assert_int_eq(status, KIN_ECORRUPT);
        ck_assert_str_ne(err.text, "");
        kin_free(copy);
        return;
    }
    void *again;
    size_t again_length;
    ck_ok(kin_value_encode(value, &again, &again_length, &err));
    ck_assert_uint_eq(again_length, length);
    ck_assert_mem_eq(again, damaged, length);
    kin_free(again);
    kin_value_free(value);
}

START_TEST(survives_damage)
{
    struct kin_error err = {0};
    struct kin_value *value = NULL;
    void *bytes;
    size_t length;
    ck_ok(build(in_order, &value, &err));
    ck_ok(kin_value_encode(value, &bytes, &length, &err));
    kin_value_free(value);
    unsigned char *damaged = bytes;
    for (size_t cut = 0; cut < length; cut++)
        check_damaged(damaged, cut);
    for (size_t i = 0; i < length; i++) {
        unsigned char old = damaged[i];
        for (int b = 0; b < 256; b++) {
            damaged[i] = (unsigned char)b;
            check_damaged(damaged, length);
        }
        damaged[i] = old;
    }
    kin_free(bytes);
}
END_TEST

/* The head of a value says where its digests are; damaged or cut it says nothing that is not there.
 */
START_TEST(says_where_its_digests_are)
{
    struct kin_error err = {0};
    struct kin_digest digests[3] = {{{1}}, {{2}}, {{3}}};
    struct kin_value_links links;
    void *bytes;
    size_t length;
    struct kin_value *value = kin_value_new("collection");
    ck_ok(kin_value_set_f64(value, "a", 1, &err));
    ck_ok(kin_value_set_digests(value, "b", digests, 3, &err));
    ck_ok(kin_value_set_digests(value, "c", digests, 0, &err));
    ck_ok(kin_value_encode(value, &bytes, &length, &err));
    kin_value_free(value);
    kin_value_links(bytes, length, &links);
    ck_assert_str_eq(links.type, "collection");
    ck_assert_uint_eq(links.n, 1);
    ck_assert_uint_eq(links.spans[0].count, 3);
    ck_assert_mem_eq((char *)bytes + links.spans[0].offset, digests, sizeof digests);
    for (size_t cut = 0; cut < length; cut++)
        kin_value_links(bytes, cut, &links);
    kin_value_links(bytes, 64, &links);
    ck_assert_uint_eq(links.n, 0);
    unsigned char *damaged = bytes;
    for (size_t i = 0; i < 128 && i < length; i++) {
        damaged[i] ^= 0xff;
        kin_value_links(bytes, length, &links);
        ck_assert_uint_le(links.n, KIN_COUNT(links.spans));
        damaged[i] ^= 0xff;
    }
    kin_free(bytes);
}
END_TEST

TEST_MAIN("value", reads_back_what_was_set, bytes_do_not_depend_on_the_order_of_setting,
          bytes_are_the_canonical_form, a_field_is_replaced, reading_the_wrong_field_says_so,
          wrong_requests_are_refused, the_number_of_fields_is_limited,
          survives_every_failed_allocation, a_failed_setting_leaves_the_value_as_it_was,
          survives_damage, says_where_its_digests_are)
