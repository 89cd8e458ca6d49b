/* The tags that the most songs have. */
#include <stdlib.h>
#include <string.h>

#include "kindred/dataset.h"
#include "kindred/memory.h"

struct counted {
    const char *tag;
    size_t n;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct counted *)a)->tag, ((const struct counted *)b)->tag);
}

static int by_count(const void *a, const void *b)
{
    const struct counted *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : by_name(a, b);
}

/* Sorts by name and joins what is equal; gives how many differ. */
static size_t join(struct counted *list, size_t n)
{
    size_t distinct = 0;
    if (n > 0)
        qsort(list, n, sizeof *list, by_name);
    for (size_t i = 0; i < n; i++) {
        if (distinct > 0 && strcmp(list[distinct - 1].tag, list[i].tag) == 0)
            list[distinct - 1].n++;
        else
            list[distinct++] = list[i];
    }
    return distinct;
}

int kin_tags_top(const char *const *tags, size_t n, size_t top, const char ***out, size_t *n_out,
                 struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct counted *list = NULL;
    const char **kept;
    KIN_TRY(kin_alloc_into(&list, n, sizeof *list, err));
    for (size_t i = 0; i < n; i++)
        list[i] = (struct counted){tags[i], 1};
    size_t distinct = join(list, n);
    size_t count = distinct < top ? distinct : top;
    KIN_TRY(kin_alloc_into(&kept, count, sizeof *kept, err));
    if (distinct > 0)
        qsort(list, distinct, sizeof *list, by_count);
    if (count > 0)
        qsort(list, count, sizeof *list, by_name);
    for (size_t i = 0; i < count; i++)
        kept[i] = list[i].tag;
    *out = kept;
    *n_out = count;
    return 0;
}
