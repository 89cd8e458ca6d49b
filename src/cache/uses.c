#include "cache/uses.h"

#include <stdlib.h>

#include "kindred/memory.h"

int kin_uses_add(struct kin_uses *uses, const struct kin_place *place, struct kin_error *err)
{
    uint64_t n = kin_extent_count(place), left = place->length;
    KIN_TRY(kin_grow(&uses->list, &uses->capacity, uses->n + n, sizeof *uses->list, err));
    for (uint64_t i = 0; i < n; i++) {
        uint64_t bytes = n > 1 && left > KIN_EXTENT_BYTES ? KIN_EXTENT_BYTES : left;
        uses->list[uses->n++] = (struct kin_use){place->extent + i, bytes};
        left -= bytes;
    }
    return 0;
}

static int by_extent(const void *a, const void *b)
{
    const struct kin_use *x = a, *y = b;
    return (x->extent > y->extent) - (x->extent < y->extent);
}

void kin_uses_sum(struct kin_uses *uses)
{
    size_t n = 0;
    if (uses->n == 0)
        return;
    qsort(uses->list, uses->n, sizeof *uses->list, by_extent);
    for (size_t i = 1; i < uses->n; i++) {
        if (uses->list[i].extent == uses->list[n].extent)
            uses->list[n].bytes += uses->list[i].bytes;
        else
            uses->list[++n] = uses->list[i];
    }
    uses->n = n + 1;
}

const struct kin_use *kin_uses_find(const struct kin_uses *uses, uint64_t extent)
{
    struct kin_use wanted = {.extent = extent};
    if (uses->n == 0)
        return NULL;
    return bsearch(&wanted, uses->list, uses->n, sizeof wanted, by_extent);
}

void kin_uses_release(struct kin_uses *uses)
{
    kin_free(uses->list);
    *uses = (struct kin_uses){0};
}
