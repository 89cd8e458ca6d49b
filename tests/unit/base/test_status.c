#include <errno.h>
#include <string.h>

#include "support.h"

START_TEST(every_status_has_a_text_of_its_own)
{
    for (int a = 0; a >= KIN_STATUS_LAST; a--) {
        ck_assert_ptr_nonnull(kin_status_text(a));
        ck_assert_str_ne(kin_status_text(a), "");
        ck_assert_str_ne(kin_status_text(a), "unknown status");
        for (int b = 0; b > a; b--)
            ck_assert_str_ne(kin_status_text(a), kin_status_text(b));
    }
    ck_assert_str_eq(kin_status_text(1), "unknown status");
    ck_assert_str_eq(kin_status_text(KIN_STATUS_LAST - 1), "unknown status");
}
END_TEST

START_TEST(a_failure_is_set_and_gains_context)
{
    struct kin_error err = {0};
    ck_assert_int_eq(kin_fail(&err, KIN_EDATA, "%d channels, expected %s", 0, "1 or 2"), KIN_EDATA);
    ck_assert_int_eq(err.status, KIN_EDATA);
    ck_assert_int_eq(err.sys_errno, 0);
    ck_assert_str_eq(err.text, "0 channels, expected 1 or 2");
    ck_assert_int_eq(kin_error_within(&err, "reading '%s'", "a.wav"), KIN_EDATA);
    ck_assert_str_eq(err.text, "reading 'a.wav': 0 channels, expected 1 or 2");
}
END_TEST

START_TEST(a_failed_system_call_keeps_its_errno)
{
    struct kin_error err = {0};
    ck_assert_int_eq(kin_fail_errno(&err, KIN_EIO, ENOENT, "opening '%s'", "x"), KIN_EIO);
    ck_assert_int_eq(err.sys_errno, ENOENT);
    ck_assert_str_eq(err.text, "opening 'x': No such file or directory");
    kin_fail(&err, KIN_EINVAL, "other");
    ck_assert_int_eq(err.sys_errno, 0);
}
END_TEST

START_TEST(nobody_has_to_listen)
{
    ck_assert_int_eq(kin_fail(NULL, KIN_EDATA, "x"), KIN_EDATA);
    ck_assert_int_eq(kin_fail_errno(NULL, KIN_EIO, ENOENT, "x"), KIN_EIO);
    ck_assert_int_ne(kin_error_within(NULL, "x"), 0);
}
END_TEST

START_TEST(a_long_text_ends_in_an_ellipsis)
{
    char longest[2 * KIN_ERROR_TEXT];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct kin_error err = {0};
    for (int i = 0; i < 3; i++) {
        if (i == 0)
            kin_fail(&err, KIN_EDATA, "%s", longest);
        else if (i == 1)
            kin_fail_errno(&err, KIN_EDATA, EIO, "%s", longest);
        else
            kin_error_within(&err, "in '%s'", "y");
        ck_assert_uint_eq(strlen(err.text), KIN_ERROR_TEXT - 1);
        ck_assert_str_eq(err.text + KIN_ERROR_TEXT - 4, "...");
    }
}
END_TEST

static int fails_at(int step, int *reached)
{
    KIN_TRY(step == 1 ? KIN_EDATA : 0);
    *reached = 1;
    KIN_TRY(step == 2 ? KIN_EIO : 0);
    *reached = 2;
    return 0;
}

START_TEST(try_returns_a_failure_as_it_is)
{
    int reached = 0;
    ck_assert_int_eq(fails_at(1, &reached), KIN_EDATA);
    ck_assert_int_eq(reached, 0);
    ck_assert_int_eq(fails_at(2, &reached), KIN_EIO);
    ck_assert_int_eq(reached, 1);
    ck_assert_int_eq(fails_at(3, &reached), 0);
    ck_assert_int_eq(reached, 2);
}
END_TEST

TEST_MAIN("status", every_status_has_a_text_of_its_own, a_failure_is_set_and_gains_context,
          a_failed_system_call_keeps_its_errno, nobody_has_to_listen,
          a_long_text_ends_in_an_ellipsis, try_returns_a_failure_as_it_is)
