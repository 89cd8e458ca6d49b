#include "engine/heap.h"

#include "support.h"

START_TEST(the_largest_comes_first)
{
    struct kin_error err = {0};
    struct heap heap = {0};
    for (size_t i = 0; i < 500; i++)
        ck_ok(heap_push(&heap, i * 7919 % 500, &err));
    for (size_t i = 500; i-- > 0;) {
        ck_assert_uint_eq(heap_top(&heap), i);
        ck_assert_uint_eq(heap_pop(&heap), i);
    }
    ck_assert_uint_eq(heap.n, 0);
    heap_release(&heap);
}
END_TEST

START_TEST(equal_numbers_all_come)
{
    struct kin_error err = {0};
    struct heap heap = {0};
    const size_t numbers[] = {3, 1, 3, 2, 1};
    for (size_t i = 0; i < KIN_COUNT(numbers); i++)
        ck_ok(heap_push(&heap, numbers[i], &err));
    const size_t sorted[] = {3, 3, 2, 1, 1};
    for (size_t i = 0; i < KIN_COUNT(sorted); i++)
        ck_assert_uint_eq(heap_pop(&heap), sorted[i]);
    heap_release(&heap);
}
END_TEST

START_TEST(no_memory_is_an_error)
{
    struct kin_error err = {0};
    struct heap heap = {0};
    kin_memory_fail_nth(1);
    ck_assert_int_eq(heap_push(&heap, 1, &err), KIN_ENOMEM);
    ck_assert_uint_eq(heap.n, 0);
}
END_TEST

TEST_MAIN("heap", the_largest_comes_first, equal_numbers_all_come, no_memory_is_an_error)
