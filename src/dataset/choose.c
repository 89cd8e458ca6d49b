/* Parts of a dataset. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/dataset.h"
#include "kindred/digest.h"
#include "kindred/memory.h"
#include "kindred/text.h"

/* What is ranked: a group of items, or one item. */
struct ranked {
    const char *name;
    const char *label; /* a group's: the first of its items' */
    size_t size;       /* items */
    struct kin_digest hash;
    double place; /* 0 … 1: where it stands among those of its label */
    bool chosen;
};

static const char *name_of(const struct kin_split_item *item, bool groups)
{
    return groups && item->group ? item->group : item->id;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ranked *)a)->name, ((const struct ranked *)b)->name);
}

static int by_name_and_label(const void *a, const void *b)
{
    int order = by_name(a, b);
    return order ? order
                 : strcmp(((const struct ranked *)a)->label, ((const struct ranked *)b)->label);
}

static int by_label_and_hash(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    int order = strcmp(x->label, y->label);
    return order ? order : kin_digest_compare(&x->hash, &y->hash);
}

static int by_place(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return kin_digest_compare(&x->hash, &y->hash);
}

/* A ranking in the making: of those items whose `among` is set. */
struct ranking {
    const struct kin_split_item *items;
    size_t n_items;
    const bool *among;
    bool groups, by_label;
    uint64_t seed;
    const char *purpose; /* enters the hash, so that two drawings are independent */
    struct ranked *list;
    size_t n, total;
};

static void hash_names(struct ranking *ranking)
{
    for (size_t i = 0; i < ranking->n; i++) {
        struct ranked *one = &ranking->list[i];
        char head[96];
        int length = snprintf(head, sizeof head, "split %llu %s ",
                              (unsigned long long)ranking->seed, ranking->purpose);
        KIN_AUTO(kin_text_release) struct kin_text name = {0};
        kin_text_add_bytes(&name, head, (size_t)length);
        kin_text_add(&name, one->name);
        one->hash = kin_digest_of(kin_text_string(&name), name.length);
    }
}

/* Places by label: the k-th of n items of a label is at (k + 1/2) / n. */
static void set_places(struct ranking *ranking)
{
    struct ranked *list = ranking->list;
    qsort(list, ranking->n, sizeof *list, by_label_and_hash);
    for (size_t first = 0, end; first < ranking->n; first = end) {
        size_t size = 0, before = 0;
        for (end = first; end < ranking->n && strcmp(list[end].label, list[first].label) == 0;
             end++)
            size += list[end].size;
        for (size_t i = first; i < end; before += list[i++].size)
            list[i].place = ((double)before + (double)list[i].size / 2) / (double)size;
    }
    qsort(list, ranking->n, sizeof *list, by_place);
}

/* Fills list with the groups (or items) in ascending rank. */
static int rank(struct ranking *ranking, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&ranking->list, ranking->n_items, sizeof *ranking->list, err));
    struct ranked *list = ranking->list;
    ranking->total = 0;
    for (size_t i = 0; i < ranking->n_items; i++) {
        const struct kin_split_item *item = &ranking->items[i];
        if (!ranking->among[i])
            continue;
        list[ranking->total++] = (struct ranked){
            .name = name_of(item, ranking->groups),
            .label = ranking->by_label && item->label ? item->label : "",
            .size = 1,
        };
    }
    if (ranking->total == 0)
        return 0;
    qsort(list, ranking->total, sizeof *list, by_name_and_label);
    ranking->n = 1;
    for (size_t i = 1; i < ranking->total; i++) {
        if (strcmp(list[ranking->n - 1].name, list[i].name) == 0)
            list[ranking->n - 1].size++;
        else
            list[ranking->n++] = list[i];
    }
    hash_names(ranking);
    set_places(ranking);
    return 0;
}

/* Chooses the items of those groups that were marked. */
static void choose_marked(struct ranking *ranking, bool *chosen)
{
    if (ranking->n == 0)
        return;
    qsort(ranking->list, ranking->n, sizeof *ranking->list, by_name);
    for (size_t i = 0; i < ranking->n_items; i++) {
        struct ranked key = {.name = name_of(&ranking->items[i], ranking->groups)};
        const struct ranked *found =
            ranking->among[i] ? bsearch(&key, ranking->list, ranking->n, sizeof key, by_name)
                              : NULL;
        chosen[i] = found && found->chosen;
    }
}

/* Keeps the groups whose middle lies between two shares of all items, in order of rank. */
static int keep_between(struct ranking *ranking, double low, double high, bool *chosen,
                        struct kin_error *err)
{
    int status = rank(ranking, err);
    size_t before = 0;
    for (size_t i = 0; status == 0 && i < ranking->n; i++) {
        struct ranked *one = &ranking->list[i];
        double middle = ((double)before + (double)one->size / 2) / (double)ranking->total;
        one->chosen = middle >= low && middle < high;
        before += one->size;
    }
    if (status == 0)
        choose_marked(ranking, chosen);
    kin_free(ranking->list);
    return status;
}

/* Keeps the first `count` items in order of rank. */
static int keep_first(struct ranking *ranking, uint64_t count, bool *chosen, struct kin_error *err)
{
    int status = rank(ranking, err);
    for (size_t i = 0; status == 0 && i < ranking->n; i++)
        ranking->list[i].chosen = i < count;
    if (status == 0)
        choose_marked(ranking, chosen);
    kin_free(ranking->list);
    return status;
}

/* ---- the part ---- */

static const char *const part_names[3] = {"train", "validation", "test"};

/* Fills `among` with the items whose column says this part, or two of them. */
static int take_column(const struct kin_split_item *items, size_t n, int part, bool *among,
                       bool *any_validation, struct kin_error *err)
{
    *any_validation = false;
    for (size_t i = 0; i < n; i++) {
        if (!items[i].split)
            return kin_fail(err, KIN_EDATA,
                            "item '%s' is in no split, wanted train, validation or test",
                            items[i].id);
        among[i] = strcmp(items[i].split, part_names[part]) == 0;
        *any_validation |= strcmp(items[i].split, part_names[1]) == 0;
    }
    return 0;
}

static int choose_by_column(struct ranking *ranking, const struct kin_split_params *params,
                            bool *chosen, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) bool *among = NULL;
    bool any_validation;
    size_t n = ranking->n_items;
    KIN_TRY(kin_alloc_into(&among, n, sizeof *among, err));
    KIN_TRY(take_column(ranking->items, n, (int)params->part, among, &any_validation, err));
    KIN_TRY(kin_split_check(ranking->items, n, err));
    double train = params->shares[0], validation = params->shares[1];
    if (any_validation || params->part == KIN_SPLIT_TEST || train + validation == 0) {
        memcpy(chosen, among, n * sizeof *among);
        return 0;
    }
    KIN_TRY(take_column(ranking->items, n, KIN_SPLIT_TRAIN, among, &any_validation, err));
    ranking->among = among;
    double border = train / (train + validation);
    bool is_train = params->part == KIN_SPLIT_TRAIN;
    return keep_between(ranking, is_train ? 0 : border, is_train ? border : 2, chosen, err);
}

static int choose_part(const struct kin_split_item *items, size_t n,
                       const struct kin_split_params *params, const bool *all, bool *chosen,
                       struct kin_error *err)
{
    if (params->part == KIN_SPLIT_ALL) {
        memcpy(chosen, all, n * sizeof *all);
        return 0;
    }
    struct ranking ranking = {.items = items,
                              .n_items = n,
                              .among = all,
                              .groups = true,
                              .by_label = params->by_label,
                              .seed = params->seed,
                              .purpose = "part"};
    if (params->use_column)
        return choose_by_column(&ranking, params, chosen, err);
    double sum = params->shares[0] + params->shares[1] + params->shares[2];
    double low = 0;
    for (int part = 0; part < (int)params->part; part++)
        low += params->shares[part] / sum;
    double high = params->part == KIN_SPLIT_TEST ? 2 : low + params->shares[params->part] / sum;
    return keep_between(&ranking, low, high, chosen, err);
}

/* ---- drawing from the part ---- */

static int draw(const struct kin_split_item *items, size_t n, const struct kin_split_params *params,
                const char *purpose, uint64_t count, bool *chosen, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) bool *among = NULL;
    KIN_TRY(kin_alloc_into(&among, n, sizeof *among, err));
    memcpy(among, chosen, n * sizeof *among);
    struct ranking ranking = {.items = items,
                              .n_items = n,
                              .among = among,
                              .by_label = params->by_label,
                              .seed = params->seed,
                              .purpose = purpose};
    return keep_first(&ranking, count, chosen, err);
}

static int check(const struct kin_split_params *params, struct kin_error *err)
{
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        if (!(params->shares[i] >= 0))
            return kin_fail(err, KIN_EINVAL, "a share of %g for %s, wanted 0 or more",
                            params->shares[i], part_names[i]);
        sum += params->shares[i];
    }
    if (sum == 0 && params->part != KIN_SPLIT_ALL && !params->use_column)
        return kin_fail(err, KIN_EINVAL, "the shares of train, validation and test are all 0");
    if (!(params->ratio > 0 && params->ratio <= 1))
        return kin_fail(err, KIN_EINVAL, "a ratio of %g, wanted more than 0 and at most 1",
                        params->ratio);
    return 0;
}

int kin_split(const struct kin_split_item *items, size_t n, const struct kin_split_params *params,
              bool *chosen, struct kin_error *err)
{
    KIN_TRY(check(params, err));
    if (n == 0)
        return 0;
    KIN_AUTO(kin_auto_free) bool *all = NULL;
    KIN_TRY(kin_alloc_into(&all, n, sizeof *all, err));
    memset(all, true, n * sizeof *all);
    KIN_TRY(choose_part(items, n, params, all, chosen, err));
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += chosen[i];
    if (params->ratio < 1) {
        char purpose[48];
        snprintf(purpose, sizeof purpose, "trial %llu", (unsigned long long)params->trial);
        KIN_TRY(draw(items, n, params, purpose,
                     (uint64_t)floor(params->ratio * (double)count + 1e-9), chosen, err));
    }
    return params->take ? draw(items, n, params, "take", params->take, chosen, err) : 0;
}
