/* Whether the parts that a dataset comes with have a song in common. */
#include <stdlib.h>
#include <string.h>

#include "kindred/dataset.h"
#include "kindred/memory.h"

/* A song without a group is its own. */
static const char *group_of(const struct kin_split_item *item)
{
    return item->group ? item->group : item->id;
}

static int by_group(const void *a, const void *b)
{
    const struct kin_split_item *x = *(const struct kin_split_item *const *)a;
    const struct kin_split_item *y = *(const struct kin_split_item *const *)b;
    int order = strcmp(group_of(x), group_of(y));
    return order ? order : strcmp(x->id, y->id);
}

static int by_audio(const void *a, const void *b)
{
    const struct kin_split_item *x = *(const struct kin_split_item *const *)a;
    const struct kin_split_item *y = *(const struct kin_split_item *const *)b;
    int order = kin_digest_compare(x->audio, y->audio);
    return order ? order : strcmp(x->id, y->id);
}

static bool cut(const struct kin_split_item *a, const struct kin_split_item *b)
{
    return a->split && b->split && strcmp(a->split, b->split) != 0;
}

static int check_groups(const struct kin_split_item **sorted, size_t n, struct kin_error *err)
{
    qsort(sorted, n, sizeof *sorted, by_group);
    for (size_t i = 1; i < n; i++) {
        const struct kin_split_item *a = sorted[i - 1], *b = sorted[i];
        if (strcmp(group_of(a), group_of(b)) == 0 && cut(a, b))
            return kin_fail(err, KIN_EDATA,
                            "the song '%s' is in two splits: '%s' in %s, '%s' in %s", group_of(a),
                            a->id, a->split, b->id, b->split);
    }
    return 0;
}

static int check_audio(const struct kin_split_item **sorted, size_t n, struct kin_error *err)
{
    qsort(sorted, n, sizeof *sorted, by_audio);
    for (size_t i = 1; i < n; i++) {
        const struct kin_split_item *a = sorted[i - 1], *b = sorted[i];
        if (kin_digest_equal(a->audio, b->audio) && cut(a, b))
            return kin_fail(err, KIN_EDATA,
                            "one recording is in two splits: '%s' in %s and '%s' in %s have the "
                            "same audio",
                            a->id, a->split, b->id, b->split);
    }
    return 0;
}

int kin_split_check(const struct kin_split_item *items, size_t n, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const struct kin_split_item **sorted = NULL;
    size_t with_audio = 0;
    if (n == 0)
        return 0;
    KIN_TRY(kin_alloc_into(&sorted, n, sizeof *sorted, err));
    for (size_t i = 0; i < n; i++)
        sorted[i] = &items[i];
    KIN_TRY(check_groups(sorted, n, err));
    for (size_t i = 0; i < n; i++)
        if (items[i].audio)
            sorted[with_audio++] = &items[i];
    return with_audio ? check_audio(sorted, with_audio, err) : 0;
}
