#include "task/tally.h"

#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"

void tally_release(struct tally *tally)
{
    kin_free(tally->list);
}

int tally_add(struct tally *tally, const char *text, struct kin_error *err)
{
    KIN_TRY(kin_grow(&tally->list, &tally->capacity, tally->n + 1, sizeof *tally->list, err));
    tally->list[tally->n++] = (struct word){text, 1};
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct word *)a)->text, ((const struct word *)b)->text);
}

static int by_times(const void *a, const void *b)
{
    size_t x = ((const struct word *)a)->times, y = ((const struct word *)b)->times;
    return x != y ? (x < y) - (x > y) : by_text(a, b);
}

void tally_count(struct tally *tally)
{
    size_t n = 0;
    if (tally->n > 0)
        qsort(tally->list, tally->n, sizeof *tally->list, by_text);
    for (size_t i = 0; i < tally->n; i++) {
        if (n > 0 && strcmp(tally->list[n - 1].text, tally->list[i].text) == 0)
            tally->list[n - 1].times++;
        else
            tally->list[n++] = tally->list[i];
    }
    tally->n = n;
}

void tally_rank(struct tally *tally)
{
    if (tally->n > 0)
        qsort(tally->list, tally->n, sizeof *tally->list, by_times);
}

int tally_classes(const struct tally *tally, size_t n, struct kin_classes *out,
                  struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    KIN_TRY(kin_alloc_into(&names, n, sizeof *names, err));
    for (size_t i = 0; i < n; i++)
        names[i] = tally->list[i].text;
    return kin_classes_copy(names, n, out, err);
}
