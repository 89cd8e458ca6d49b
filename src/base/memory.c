#include "kindred/memory.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define ALIGNMENT 64
#define KEPT_BYTES (32 << 20)

static _Thread_local unsigned long fail_countdown;

void kin_memory_fail_nth(unsigned long n)
{
    fail_countdown = n;
}

static void keep_freed(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

void kin_memory_keep_freed(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, keep_freed);
}

static bool told_to_fail(void)
{
    return fail_countdown != 0 && --fail_countdown == 0;
}

bool kin_mul_size(size_t count, size_t size, size_t *out)
{
    return !__builtin_mul_overflow(count, size, out);
}

/* A whole number of alignments, at least one, as aligned_alloc wants it; 0 when it does not fit. */
static size_t round_up(size_t bytes)
{
    if (bytes > SIZE_MAX - ALIGNMENT)
        return 0;
    return bytes == 0 ? ALIGNMENT : (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *kin_alloc_unset(size_t bytes)
{
    size_t rounded = round_up(bytes);
    return told_to_fail() || rounded == 0 ? NULL : aligned_alloc(ALIGNMENT, rounded);
}

void *kin_alloc(size_t count, size_t size)
{
    size_t total;
    if (!kin_mul_size(count, size, &total))
        return NULL;
    void *memory = kin_alloc_unset(total);
    if (memory)
        memset(memory, 0, round_up(total));
    return memory;
}

int kin_alloc_into(void *out_pointer, size_t count, size_t size, struct kin_error *err)
{
    void *memory = kin_alloc(count, size);
    if (!memory)
        return kin_fail(err, KIN_ENOMEM, "no memory for %zu x %zu bytes", count, size);
    memcpy(out_pointer, &memory, sizeof memory);
    return 0;
}

int kin_grow(void *pointer, size_t *capacity, size_t need, size_t size, struct kin_error *err)
{
    if (need <= *capacity)
        return 0;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < need) {
        if (!kin_mul_size(wanted, 2, &wanted))
            return kin_fail(err, KIN_ENOMEM, "no memory for %zu x %zu bytes", need, size);
    }
    void *grown = NULL;
    KIN_TRY(kin_alloc_into(&grown, wanted, size, err));
    void *old;
    memcpy(&old, pointer, sizeof old);
    if (old)
        memcpy(grown, old, *capacity * size);
    kin_free(old);
    memcpy(pointer, &grown, sizeof grown);
    *capacity = wanted;
    return 0;
}

void kin_free(void *memory)
{
    free(memory);
}

char *kin_strdup(const char *text)
{
    if (!text)
        return NULL;
    size_t length = strlen(text) + 1;
    char *copy = kin_alloc(length, 1);
    if (copy)
        memcpy(copy, text, length);
    return copy;
}

void kin_auto_free(void *pointer)
{
    void *memory;
    memcpy(&memory, pointer, sizeof memory);
    kin_free(memory);
}
