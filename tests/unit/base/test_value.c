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

/* Every cut and every changed byte gives a value or a named error, never a crash. */
START_TEST(survives_damage)
{
    struct kin_error err = {0};
    struct kin_value *value = kin_value_new("song");
    const char *names[2] = {"x", "yz"};
    kin_value_set_texts(value, "names", names, 2, &err);
    kin_value_set_i64(value, "n", 7, &err);
    void *bytes;
    size_t length;
    ck_assert_int_eq(kin_value_encode(value, &bytes, &length, &err), 0);
    kin_value_free(value);
    for (size_t i = 0; i < length * 8; i++) {
        unsigned char *copy = kin_alloc(length, 1);
        memcpy(copy, bytes, length);
        copy[i / 8] ^= (unsigned char)(1u << (i % 8));
        size_t cut = i < length ? i : length;
        if (kin_value_decode(copy, cut, &value, &err) == 0)
            kin_value_free(value);
        else
            kin_free(copy);
    }
    kin_free(bytes);
}
END_TEST

TEST_MAIN("value", reads_back_what_was_set, survives_damage)
