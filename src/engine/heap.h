/* A heap of numbers: the largest comes out first. */
#ifndef KIN_ENGINE_HEAP_H
#define KIN_ENGINE_HEAP_H

#include <stddef.h>

#include "kindred/status.h"

struct heap {
    size_t *list;
    size_t n, capacity;
};

int heap_push(struct heap *heap, size_t number, struct kin_error *err);
size_t heap_top(const struct heap *heap); /* n > 0 */
size_t heap_pop(struct heap *heap);       /* n > 0 */
void heap_release(struct heap *heap);

#endif
