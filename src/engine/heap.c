#include "heap.h"

#include "kindred/memory.h"

static void swap(size_t *a, size_t *b)
{
    size_t t = *a;
    *a = *b;
    *b = t;
}

int heap_push(struct heap *heap, size_t number, struct kin_error *err)
{
    KIN_TRY(kin_grow(&heap->list, &heap->capacity, heap->n + 1, sizeof *heap->list, err));
    size_t i = heap->n++;
    heap->list[i] = number;
    for (; i > 0 && heap->list[(i - 1) / 2] < heap->list[i]; i = (i - 1) / 2)
        swap(&heap->list[(i - 1) / 2], &heap->list[i]);
    return 0;
}

size_t heap_top(const struct heap *heap)
{
    return heap->list[0];
}

size_t heap_pop(struct heap *heap)
{
    size_t top = heap->list[0];
    heap->list[0] = heap->list[--heap->n];
    for (size_t i = 0;;) {
        size_t child = 2 * i + 1;
        if (child >= heap->n)
            return top;
        if (child + 1 < heap->n && heap->list[child + 1] > heap->list[child])
            child++;
        if (heap->list[i] >= heap->list[child])
            return top;
        swap(&heap->list[i], &heap->list[child]);
        i = child;
    }
}

void heap_release(struct heap *heap)
{
    kin_free(heap->list);
    *heap = (struct heap){0};
}
