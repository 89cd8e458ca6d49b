/* Parts that have a song in common. */
#include "kindred/dataset.h"
#include "support.h"

static const struct kin_digest one = {{1}}, two = {{2}};

static struct kin_split_params column_params(void)
{
    return (struct kin_split_params){
        .part = KIN_SPLIT_TEST, .use_column = true, .shares = {8, 1, 1}, .ratio = 1};
}

START_TEST(a_song_in_two_splits_is_named)
{
    const struct kin_split_item items[] = {
        {.id = "d", .group = "rec", .split = "test"},  {.id = "c", .split = "test"},
        {.id = "a", .group = "rec", .split = "train"}, {.id = "e", .group = "x", .split = "test"},
        {.id = "b", .group = "rec", .split = "train"},
    };
    struct kin_split_params params = column_params();
    struct kin_error err = {0};
    bool chosen[5];
    ck_assert_int_eq(kin_split_check(items, 5, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "the song 'rec' is in two splits: 'b' in train, 'd' in test");
    ck_assert_int_eq(kin_split(items, 5, &params, chosen, &err), KIN_EDATA);
    params.use_column = false; /* then the column is not asked, and no group is cut */
    ck_ok(kin_split(items, 5, &params, chosen, &err));
    ck_assert(chosen[0] == chosen[2] && chosen[0] == chosen[4]);
}
END_TEST

START_TEST(one_audio_in_two_splits_is_named)
{
    struct kin_split_item items[] = {
        {.id = "a", .split = "train", .audio = &one},
        {.id = "b", .split = "test", .audio = &two},
        {.id = "c", .split = "validation", .audio = &one},
        {.id = "d", .split = "train"},
    };
    struct kin_error err = {0};
    ck_assert_int_eq(kin_split_check(items, 4, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "one recording is in two splits: 'a' in train and 'c' in validation "
                               "have the same audio");
    items[2].split = "train";
    ck_ok(kin_split_check(items, 4, &err));
    ck_ok(kin_split_check(items, 0, &err));
}
END_TEST

TEST_MAIN("split_check", a_song_in_two_splits_is_named, one_audio_in_two_splits_is_named)
