#include "report_support.h"

static const char *const columns[] = {"encoder", "transformation", "magnitude",
                                      "magnitude01", "trial", "consistency"};

static size_t missing(const char *const *cells, size_t rows, struct kin_text *out)
{
    const struct kin_frame frame = {6, rows, columns, cells};
    size_t n = 0;
    ck_ok(kin_missing_cells(&frame, "consistency", out, &n, &err));
    return n;
}

START_TEST(nothing_is_missing)
{
    static const char *const cells[] = {"AT",   "PS", "1", "0", "1", "0.5", "AT",   "PS", "1",
                                        "0",    "2",  "0.5", "MFCC", "PS", "1", "0", "", "0.9"};
    struct kin_text out = {0};
    ck_assert_uint_eq(missing(cells, 3, &out), 0);
    ck_assert_str_eq(kin_text_string(&out), "");
    kin_text_release(&out);
}
END_TEST

/* AT lacks its second trial at 2, IR's only value at 1 is empty; MFCC has no trials and lacks 2. */
START_TEST(rows_and_values_that_are_missing)
{
    static const char *const cells[] = {
        "AT", "PS", "1", "0", "1", "0.5", "AT", "PS", "1",    "0",  "2", "0.5", "AT", "PS", "2",
        "1",  "1",  "0.5", "IR", "PS", "1", "0", "1",  "",    "IR", "PS", "1", "0", "2", "0.3",
        "IR", "PS", "2",  "1", "1", "0.2", "IR", "PS", "2",   "1",  "2", "0.2", "MFCC", "PS", "1",
        "0",  "",   "1"};
    struct kin_text out = {0};
    ck_assert_uint_eq(missing(cells, 8, &out), 3);
    ck_assert_str_eq(out.data, "AT,PS,2,2\nIR,PS,1,1\nMFCC,PS,2,\n");
    kin_text_release(&out);
}
END_TEST

START_TEST(an_empty_table_lacks_nothing)
{
    struct kin_text out = {0};
    ck_assert_uint_eq(missing(NULL, 0, &out), 0);
    kin_text_release(&out);
}
END_TEST

TEST_MAIN("lacking", nothing_is_missing, rows_and_values_that_are_missing,
          an_empty_table_lacks_nothing)
