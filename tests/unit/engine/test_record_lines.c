#include "engine/record_lines.h"

#include <string.h>

#include "kindred/memory.h"
#include "support.h"

static const char record[] = "kindred-action 1\n"
                             "kind transform 3\n"
                             "param codes \"a b\"\n"
                             "param magnitude -12\n"
                             "on_error skip\n"
                             "input of[encoder=my net,trial=0] 00112233445566778899aabbccddeeff\n"
                             "input to ffeeddccbbaa99887766554433221100\n";

static void is(const struct record_line *line, const char *name, const char *value)
{
    ck_assert_uint_eq(line->name_length, strlen(name));
    ck_assert_mem_eq(line->name, name, strlen(name));
    ck_assert_uint_eq(line->value_length, strlen(value));
    ck_assert_mem_eq(line->value, value, strlen(value));
}

START_TEST(names_and_values)
{
    KIN_AUTO(record_release) struct record_lines lines = {0};
    struct kin_error err = {0};
    ck_ok(record_split(record, &lines, &err));
    ck_assert_uint_eq(lines.n, 7);
    is(&lines.list[0], "kindred-action", "1");
    is(&lines.list[1], "kind", "transform 3");
    is(&lines.list[2], "param codes", "\"a b\"");
    is(&lines.list[4], "on_error", "skip");
    is(&lines.list[5], "input of[encoder=my net,trial=0]", "00112233445566778899aabbccddeeff");
    ck_assert(record_is_input(&lines.list[6]) && !record_is_input(&lines.list[3]));
    ck_assert(record_is_param(&lines.list[3]) && !record_is_param(&lines.list[6]));
}
END_TEST

START_TEST(lines_are_found_by_name)
{
    KIN_AUTO(record_release) struct record_lines a = {0};
    KIN_AUTO(record_release) struct record_lines b = {0};
    struct kin_error err = {0};
    ck_ok(record_split(record, &a, &err));
    ck_ok(record_split("kind transform 3\nparam magnitude 12\nparam magnitude2 1\n", &b, &err));
    for (size_t i = 0; i < a.n; i++)
        ck_assert_ptr_eq(record_find(&a, &a.list[i]), &a.list[i]);
    const struct record_line *magnitude = record_find(&b, &a.list[3]);
    is(magnitude, "param magnitude", "12");
    ck_assert(!record_same_value(magnitude, &a.list[3]));
    ck_assert_ptr_null(record_find(&a, &b.list[2]));
    ck_assert_uint_eq(record_common(&a, &b), 1);
}
END_TEST

START_TEST(odd_records_are_no_danger)
{
    static const char *const odd[] = {"", "\n", "x", "param", "param ", "input ", "param x\ninput"};
    struct kin_error err = {0};
    for (size_t i = 0; i < KIN_COUNT(odd); i++) {
        KIN_AUTO(record_release) struct record_lines lines = {0};
        ck_ok(record_split(odd[i], &lines, &err));
        for (size_t k = 0; k < lines.n; k++)
            ck_assert_ptr_nonnull(record_find(&lines, &lines.list[k]));
    }
}
END_TEST

TEST_MAIN("record_lines", names_and_values, lines_are_found_by_name, odd_records_are_no_danger)
