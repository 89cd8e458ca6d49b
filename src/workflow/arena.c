#include "workflow/arena.h"

#include <stdint.h>
#include <string.h>

#include "kindred/memory.h"

#define SMALLEST_BLOCK 4096
#define LARGEST_BLOCK (1u << 20)
#define ALIGNMENT 16

struct kin_arena_block {
    struct kin_arena_block *next;
    size_t used, size; /* of the data that follows */
    _Alignas(ALIGNMENT) unsigned char data[];
};

static int add_block(struct kin_arena *arena, size_t need, struct kin_error *err)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : SMALLEST_BLOCK;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < need)
        size = need;
    if (size > SIZE_MAX - sizeof(struct kin_arena_block))
        return kin_fail(err, KIN_ENOMEM, "no memory for %zu bytes", size);
    struct kin_arena_block *block = kin_alloc_unset(sizeof *block + size); /* cleared when taken */
    if (!block)
        return kin_fail(err, KIN_ENOMEM, "no memory for %zu bytes", size);
    *block = (struct kin_arena_block){.next = arena->blocks, .size = size};
    arena->blocks = block;
    return 0;
}

int kin_arena_take(struct kin_arena *arena, void *out_pointer, size_t count, size_t size,
                   struct kin_error *err)
{
    size_t total;
    if (!kin_mul_size(count, size, &total) || total > SIZE_MAX - ALIGNMENT)
        return kin_fail(err, KIN_ENOMEM, "no memory for %zu x %zu bytes", count, size);
    total = (total + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!arena->blocks || arena->blocks->size - arena->blocks->used < total)
        KIN_TRY(add_block(arena, total, err));
    void *memory = arena->blocks->data + arena->blocks->used;
    arena->blocks->used += total;
    memset(memory, 0, total);
    memcpy(out_pointer, &memory, sizeof memory);
    return 0;
}

int kin_arena_text(struct kin_arena *arena, const char *text, size_t length, const char **out,
                   struct kin_error *err)
{
    char *copy;
    KIN_TRY(kin_arena_take(arena, &copy, length + 1, 1, err));
    memcpy(copy, text, length);
    *out = copy;
    return 0;
}

void kin_arena_clear(struct kin_arena *arena)
{
    if (!arena->blocks)
        return;
    struct kin_arena rest = {arena->blocks->next};
    arena->blocks->next = NULL;
    arena->blocks->used = 0;
    kin_arena_release(&rest);
}

void kin_arena_release(struct kin_arena *arena)
{
    while (arena->blocks) {
        struct kin_arena_block *next = arena->blocks->next;
        kin_free(arena->blocks);
        arena->blocks = next;
    }
}
