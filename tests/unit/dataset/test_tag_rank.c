/* The tags that the most songs have. */
#include "kindred/dataset.h"
#include "support.h"

static void check_top(size_t top, const char *const *wanted)
{
    static const char *const tags[] = {"rock", "jazz", "b", "rock", "a", "jazz", "rock", "c"};
    const char **kept;
    size_t n;
    struct kin_error err = {0};
    ck_ok(kin_tags_top(tags, KIN_COUNT(tags), top, &kept, &n, &err));
    for (size_t i = 0; i < n; i++) {
        ck_assert_ptr_nonnull(wanted[i]);
        ck_assert_str_eq(kept[i], wanted[i]);
    }
    ck_assert_ptr_null(wanted[n]);
    kin_free(kept);
}

START_TEST(the_most_frequent_come_first_ties_by_name)
{
    check_top(1, (const char *const[]){"rock", NULL});
    check_top(2, (const char *const[]){"jazz", "rock", NULL});
    check_top(3, (const char *const[]){"a", "jazz", "rock", NULL});
    check_top(4, (const char *const[]){"a", "b", "jazz", "rock", NULL});
    check_top(50, (const char *const[]){"a", "b", "c", "jazz", "rock", NULL});
}
END_TEST

START_TEST(no_tags)
{
    const char **kept;
    size_t n = 7;
    struct kin_error err = {0};
    ck_ok(kin_tags_top(NULL, 0, 3, &kept, &n, &err));
    ck_assert_uint_eq(n, 0);
    kin_free(kept);
}
END_TEST

TEST_MAIN("tag_rank", the_most_frequent_come_first_ties_by_name, no_tags)
