#include <stdint.h>
#include <string.h>

#include "support.h"

START_TEST(sizes_that_overflow_are_refused)
{
    size_t size;
    ck_assert(kin_mul_size(3, 4, &size));
    ck_assert_uint_eq(size, 12);
    ck_assert(!kin_mul_size(SIZE_MAX / 2, 3, &size));
    ck_assert_ptr_null(kin_alloc(SIZE_MAX / 2, 3));
    ck_assert_ptr_null(kin_alloc(SIZE_MAX, 1));
    struct kin_error err = {0};
    int *numbers = NULL;
    ck_assert_int_eq(kin_alloc_into(&numbers, SIZE_MAX / 2, 3, &err), KIN_ENOMEM);
    ck_assert_str_eq(err.text, "no memory for 9223372036854775807 x 3 bytes");
    size_t capacity = 0;
    ck_assert_int_eq(kin_grow(&numbers, &capacity, SIZE_MAX, 1, &err), KIN_ENOMEM);
    ck_assert_int_eq(kin_grow(&numbers, &capacity, SIZE_MAX / 4, 8, &err), KIN_ENOMEM);
    ck_assert_ptr_null(numbers);
    ck_assert_uint_eq(capacity, 0);
}
END_TEST

START_TEST(memory_is_zero_and_aligned)
{
    for (size_t n = 0; n < 200; n++) {
        unsigned char *bytes = kin_alloc(n, 1);
        ck_assert_ptr_nonnull(bytes);
        ck_assert_uint_eq((uintptr_t)bytes % 64, 0);
        for (size_t i = 0; i < n; i++)
            ck_assert_int_eq(bytes[i], 0);
        memset(bytes, 0xAA, n);
        kin_free(bytes);
    }
    kin_free(NULL);
}
END_TEST

START_TEST(the_nth_allocation_fails_once)
{
    for (unsigned long n = 1; n <= 4; n++) {
        kin_memory_fail_nth(n);
        for (unsigned long i = 1; i <= 6; i++) {
            void *memory = kin_alloc(1, 1);
            ck_assert((memory == NULL) == (i == n));
            kin_free(memory);
        }
    }
    kin_memory_fail_nth(1);
    kin_memory_fail_nth(0);
    char *copy = kin_strdup("x");
    ck_assert_str_eq(copy, "x");
    kin_free(copy);
}
END_TEST

START_TEST(an_array_grows_and_keeps_what_it_had)
{
    struct kin_error err = {0};
    uint32_t *numbers = NULL;
    size_t capacity = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        ck_ok(kin_grow(&numbers, &capacity, i + 1, sizeof *numbers, &err));
        ck_assert_uint_eq(numbers[i], 0);
        numbers[i] = i;
    }
    for (uint32_t i = 0; i < 1000; i++)
        ck_assert_uint_eq(numbers[i], i);
    uint32_t *before = numbers;
    size_t capacity_before = capacity;
    kin_memory_fail_nth(1);
    ck_assert_int_eq(kin_grow(&numbers, &capacity, 100000, sizeof *numbers, &err), KIN_ENOMEM);
    ck_assert_ptr_eq(numbers, before);
    ck_assert_uint_eq(capacity, capacity_before);
    ck_ok(kin_grow(&numbers, &capacity, 10, sizeof *numbers, &err)); /* enough as it is */
    ck_assert_ptr_eq(numbers, before);
    kin_free(numbers);
}
END_TEST

START_TEST(strings_are_copied)
{
    KIN_AUTO(kin_auto_free) char *copy = kin_strdup("");
    ck_assert_str_eq(copy, "");
    ck_assert_ptr_null(kin_strdup(NULL));
    kin_memory_fail_nth(1);
    ck_assert_ptr_null(kin_strdup("x"));
}
END_TEST

TEST_MAIN("memory", sizes_that_overflow_are_refused, memory_is_zero_and_aligned,
          the_nth_allocation_fails_once, an_array_grows_and_keeps_what_it_had, strings_are_copied)
