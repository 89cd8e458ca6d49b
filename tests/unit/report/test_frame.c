#include "report_support.h"

static const char *const columns[] = {"encoder", "magnitude", "value"};
static const char *const cells[] = {"VS", "10", "1",  "MFCC", "2", "",   "AT", "-1", "3",
                                    "",   "2",  "nan", "AT",   "2", "0.5", "own", "x", "7"};
static const struct kin_frame frame = {3, 6, columns, cells};

START_TEST(cells_as_texts_and_numbers)
{
    ck_assert_int_eq(kin_frame_column(&frame, "value"), 2);
    ck_assert_int_eq(kin_frame_column(&frame, "trial"), -1);
    ck_assert_str_eq(kin_frame_text(&frame, 0, "encoder"), "VS");
    ck_assert_str_eq(kin_frame_text(&frame, 0, "trial"), "");
    ck_assert_double_eq(kin_frame_number(&frame, 4, "value"), 0.5);
    ck_assert(isnan(kin_frame_number(&frame, 1, "value")));
    ck_assert(isnan(kin_frame_number(&frame, 3, "value")));
    ck_assert(isnan(kin_frame_number(&frame, 5, "magnitude")));
}
END_TEST

START_TEST(names_in_the_order_people_expect)
{
    struct kin_names names = {0};
    ck_ok(kin_frame_names(&frame, "encoder", NULL, &names, &err));
    ck_assert_uint_eq(names.n, 4);
    ck_assert_str_eq(names.list[0], "MFCC");
    ck_assert_str_eq(names.list[1], "AT");
    ck_assert_str_eq(names.list[2], "VS");
    ck_assert_str_eq(names.list[3], "own");
    kin_names_release(&names);
    const struct kin_where where[] = {{"encoder", "AT"}, {0}};
    ck_ok(kin_frame_names(&frame, "magnitude", where, &names, &err));
    ck_assert_uint_eq(names.n, 2);
    ck_assert_str_eq(names.list[0], "-1");
    kin_names_release(&names);
}
END_TEST

START_TEST(means_of_rows_that_have_a_number)
{
    size_t n;
    ck_assert_double_eq_tol(kin_frame_mean(&frame, "value", NULL, &n), 11.5 / 4, 1e-15);
    ck_assert_uint_eq(n, 4);
    const struct kin_where where[] = {{"encoder", "MFCC"}, {0}};
    ck_assert(isnan(kin_frame_mean(&frame, "value", where, &n)));
    ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(no_memory_is_said)
{
    for (unsigned long n = 1; n <= 1; n++) {
        struct kin_names names = {0};
        kin_memory_fail_nth(n);
        ck_assert_int_eq(kin_frame_names(&frame, "encoder", NULL, &names, &err), KIN_ENOMEM);
        kin_memory_fail_nth(0);
        kin_names_release(&names);
    }
}
END_TEST

TEST_MAIN("frame", cells_as_texts_and_numbers, names_in_the_order_people_expect,
          means_of_rows_that_have_a_number, no_memory_is_said)
