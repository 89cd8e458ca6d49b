/* Parts of a dataset: sizes, groups, labels, and what one song more changes. */
#include <string.h>

#include "kindred/dataset.h"
#include "support.h"

#define MAX 1200

struct set {
    char ids[MAX][32], groups[MAX][32];
    struct kin_split_item items[MAX];
    size_t n;
    bool chosen[MAX];
};

/* n songs in groups of `size`; labels in turn. */
static struct set *make(size_t n, size_t size, size_t n_labels)
{
    static const char *const labels[] = {"a", "b", "c", "d", "e"};
    struct set *set = calloc(1, sizeof *set);
    set->n = n;
    for (size_t i = 0; i < n; i++) {
        snprintf(set->ids[i], sizeof set->ids[i], "song %zu", i);
        snprintf(set->groups[i], sizeof set->groups[i], "group %zu", i / size);
        set->items[i] = (struct kin_split_item){.id = set->ids[i]};
        if (size > 1)
            set->items[i].group = set->groups[i];
        if (n_labels)
            set->items[i].label = labels[i / size % n_labels];
    }
    return set;
}

static const struct kin_split_params plain = {.shares = {0.8, 0.1, 0.1}, .ratio = 1, .seed = 7};

static size_t choose(struct set *set, struct kin_split_params params)
{
    struct kin_error err = {0};
    size_t n = 0;
    ck_ok(kin_split(set->items, set->n, &params, set->chosen, &err));
    for (size_t i = 0; i < set->n; i++)
        n += set->chosen[i];
    return n;
}

static struct kin_split_params part(enum kin_split_part which)
{
    struct kin_split_params params = plain;
    params.part = which;
    return params;
}

START_TEST(shares_of_single_songs_are_exact)
{
    struct set *set = make(1000, 1, 0);
    ck_assert_uint_eq(choose(set, part(KIN_SPLIT_TRAIN)), 800);
    ck_assert_uint_eq(choose(set, part(KIN_SPLIT_VALIDATION)), 100);
    ck_assert_uint_eq(choose(set, part(KIN_SPLIT_TEST)), 100);
    ck_assert_uint_eq(choose(set, part(KIN_SPLIT_ALL)), 1000);
    struct kin_split_params thirds = part(KIN_SPLIT_TEST);
    thirds.shares[0] = thirds.shares[1] = thirds.shares[2] = 3;
    set->n = 9;
    ck_assert_uint_eq(choose(set, thirds), 3);
    set->n = 0;
    ck_assert_uint_eq(choose(set, thirds), 0);
    free(set);
}
END_TEST

START_TEST(a_group_is_never_cut)
{
    struct set *set = make(999, 9, 3);
    for (int p = KIN_SPLIT_TRAIN; p <= KIN_SPLIT_TEST; p++) {
        struct kin_split_params params = part((enum kin_split_part)p);
        params.by_label = true;
        size_t n = choose(set, params);
        ck_assert_uint_ge(n, p == KIN_SPLIT_TRAIN ? 780 : 81);
        for (size_t i = 1; i < set->n; i++)
            if (strcmp(set->groups[i], set->groups[i - 1]) == 0)
                ck_assert_int_eq(set->chosen[i], set->chosen[i - 1]);
    }
    free(set);
}
END_TEST

START_TEST(labels_have_equal_shares)
{
    struct set *set = make(55, 1, 5);
    struct kin_split_params params = part(KIN_SPLIT_TEST);
    params.by_label = true;
    params.shares[0] = 8, params.shares[1] = 1, params.shares[2] = 2;
    ck_assert_uint_eq(choose(set, params), 10);
    size_t n[5] = {0};
    for (size_t i = 0; i < set->n; i++)
        n[i % 5] += set->chosen[i];
    for (size_t k = 0; k < 5; k++)
        ck_assert_uint_eq(n[k], 2);
    free(set);
}
END_TEST

START_TEST(one_song_more_displaces_at_most_one_at_each_border)
{
    for (int p = KIN_SPLIT_TRAIN; p <= KIN_SPLIT_TEST; p++) {
        struct kin_split_params params = part((enum kin_split_part)p);
        struct set *fewer = make(200, 1, 0), *more = make(200, 1, 0);
        for (size_t n = 150; n < 200; n++) {
            fewer->n = n;
            more->n = n + 1;
            choose(fewer, params);
            choose(more, params);
            size_t changed = 0;
            for (size_t i = 0; i < n; i++)
                changed += fewer->chosen[i] != more->chosen[i];
            ck_assert_uint_le(changed, p == KIN_SPLIT_VALIDATION ? 2 : 1);
        }
        free(fewer);
        free(more);
    }
}
END_TEST

START_TEST(take_and_ratio_draw_songs)
{
    struct set *set = make(1161, 1, 0), *other = make(1161, 1, 0);
    struct kin_split_params params = part(KIN_SPLIT_ALL);
    params.ratio = 0.7;
    ck_assert_uint_eq(choose(set, params), 812); /* floor(812.7) */
    params.trial = 1;
    ck_assert_uint_eq(choose(other, params), 812);
    size_t both = 0;
    for (size_t i = 0; i < set->n; i++)
        both += set->chosen[i] && other->chosen[i];
    ck_assert_uint_gt(both, 530); /* 568.9 expected of independent draws, sd 7.1 */
    ck_assert_uint_lt(both, 610);
    params.ratio = 0.29;
    set->n = 100;
    ck_assert_uint_eq(choose(set, params), 29);
    params.ratio = 1;
    params.take = 10;
    ck_assert_uint_eq(choose(set, params), 10);
    params.take = 1000;
    ck_assert_uint_eq(choose(set, params), 100);
    free(set);
    free(other);
}
END_TEST

START_TEST(one_song_more_displaces_at_most_one_of_those_taken)
{
    struct set *fewer = make(200, 1, 0), *more = make(200, 1, 0);
    struct kin_split_params params = part(KIN_SPLIT_ALL);
    params.take = 20;
    for (size_t n = 150; n < 200; n++) {
        fewer->n = n;
        more->n = n + 1;
        choose(fewer, params);
        choose(more, params);
        size_t lost = 0;
        for (size_t i = 0; i < n; i++)
            lost += fewer->chosen[i] && !more->chosen[i];
        ck_assert_uint_le(lost, 1);
    }
    free(fewer);
    free(more);
}
END_TEST

START_TEST(order_does_not_matter_but_the_seed_does)
{
    struct set *set = make(300, 3, 2), *turned = make(300, 3, 2), *other = make(300, 3, 2);
    struct kin_split_params params = part(KIN_SPLIT_TRAIN);
    params.by_label = true;
    for (size_t i = 0; i < 300; i++)
        turned->items[299 - i] = set->items[i];
    choose(set, params);
    choose(turned, params);
    params.seed++;
    choose(other, params);
    bool differs = false;
    for (size_t i = 0; i < 300; i++) {
        ck_assert_int_eq(set->chosen[i], turned->chosen[299 - i]);
        differs |= set->chosen[i] != other->chosen[i];
    }
    ck_assert(differs);
    free(set);
    free(turned);
    free(other);
}
END_TEST

START_TEST(a_column_without_validation_lends_from_train)
{
    struct set *set = make(100, 1, 0);
    struct kin_split_params params = part(KIN_SPLIT_VALIDATION);
    params.use_column = true;
    params.shares[0] = 0.7, params.shares[1] = 0.3, params.shares[2] = 0;
    for (size_t i = 0; i < 100; i++)
        set->items[i].split = i < 50 ? "train" : "test";
    ck_assert_uint_eq(choose(set, params), 15);
    for (size_t i = 50; i < 100; i++)
        ck_assert(!set->chosen[i]);
    params.part = KIN_SPLIT_TRAIN;
    ck_assert_uint_eq(choose(set, params), 35);
    params.part = KIN_SPLIT_TEST;
    ck_assert_uint_eq(choose(set, params), 50);
    set->items[0].split = "validation";
    params.part = KIN_SPLIT_VALIDATION;
    ck_assert_uint_eq(choose(set, params), 1);
    params.part = KIN_SPLIT_TRAIN;
    ck_assert_uint_eq(choose(set, params), 49);
    free(set);
}
END_TEST

START_TEST(wrong_requests)
{
    struct kin_error err = {0};
    struct set *set = make(4, 1, 0);
    struct kin_split_params params = part(KIN_SPLIT_TEST);
    params.shares[1] = -1;
    ck_assert_int_eq(kin_split(set->items, 4, &params, set->chosen, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a share of -1 for validation, wanted 0 or more");
    memset(params.shares, 0, sizeof params.shares);
    ck_assert_int_eq(kin_split(set->items, 4, &params, set->chosen, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "the shares of train, validation and test are all 0");
    params = part(KIN_SPLIT_ALL);
    params.ratio = 0;
    ck_assert_int_eq(kin_split(set->items, 4, &params, set->chosen, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a ratio of 0, wanted more than 0 and at most 1");
    params = part(KIN_SPLIT_TEST);
    params.use_column = true;
    ck_assert_int_eq(kin_split(set->items, 4, &params, set->chosen, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "item 'song 0' is in no split, wanted train, validation or test");
    free(set);
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    struct set *set = make(50, 2, 2);
    struct kin_split_params params = part(KIN_SPLIT_TRAIN);
    params.by_label = true;
    params.take = 3;
    for (unsigned long nth = 1;; nth++) {
        struct kin_error err = {0};
        kin_memory_fail_nth(nth);
        int status = kin_split(set->items, set->n, &params, set->chosen, &err);
        kin_memory_fail_nth(0);
        if (status == 0 && nth > 6)
            break;
        ck_assert(status == 0 || status == KIN_ENOMEM);
    }
    free(set);
}
END_TEST

TEST_MAIN("choose", shares_of_single_songs_are_exact, a_group_is_never_cut,
          labels_have_equal_shares, one_song_more_displaces_at_most_one_at_each_border,
          take_and_ratio_draw_songs, one_song_more_displaces_at_most_one_of_those_taken,
          order_does_not_matter_but_the_seed_does, a_column_without_validation_lends_from_train,
          wrong_requests, memory_may_end_anywhere)
