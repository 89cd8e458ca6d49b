/*
 * Memory that is freed at once: everything a workflow owns, and what one step needs while it is
 * resolved. Memory comes zeroed.
 */
#ifndef KINDRED_WORKFLOW_ARENA_H
#define KINDRED_WORKFLOW_ARENA_H

#include <stddef.h>

#include "kindred/status.h"

struct kin_arena_block;

/* Zeroed memory is an empty arena. */
struct kin_arena {
    struct kin_arena_block *blocks; /* the one in use first */
};

/* Room for count elements of `size` bytes, as kin_alloc_into. */
int kin_arena_take(struct kin_arena *arena, void *out_pointer, size_t count, size_t size,
                   struct kin_error *err);
/* A copy of a text of that length, with a NUL after it. */
int kin_arena_text(struct kin_arena *arena, const char *text, size_t length, const char **out,
                   struct kin_error *err);
/* Forgets the contents but keeps one block, so that the next step needs no allocation. */
void kin_arena_clear(struct kin_arena *arena);
void kin_arena_release(struct kin_arena *arena);

#endif
