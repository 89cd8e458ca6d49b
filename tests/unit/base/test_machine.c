#include "kindred/machine.h"

#include <string.h>
#include <sys/mman.h>

#include "support.h"

#define MUCH ((size_t)64 << 20)

START_TEST(memory_of_the_machine)
{
    ck_assert_uint_gt(kin_machine_memory(), MUCH);
    ck_assert_uint_eq(kin_machine_memory(), kin_machine_memory());
}
END_TEST

/* What is written to counts, and no more once it is given back. */
START_TEST(memory_of_the_process)
{
    size_t before = kin_machine_resident();
    ck_assert_uint_gt(before, 0);
    /* not by an allocator, which may keep what is freed */
    void *memory = mmap(NULL, MUCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    memset(memory, 1, MUCH);
    ck_assert_uint_gt(kin_machine_resident(), before + MUCH / 2);
    ck_assert_int_eq(munmap(memory, MUCH), 0);
    ck_assert_uint_lt(kin_machine_resident(), before + MUCH / 2);
}
END_TEST

TEST_MAIN("machine", memory_of_the_machine, memory_of_the_process)
