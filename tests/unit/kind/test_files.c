/* Tables and numbers as files, there and back. */
#include <math.h>
#include <stdio.h>

#include "kind/files.h"
#include "kind_support.h"

static struct kin_error err;
static char folder[64];
static char path[96];

static int keep(void *context, struct kin_value *takes, struct kin_error *error)
{
    (void)error;
    *(struct kin_value **)context = takes;
    return 0;
}

static void write_text(const char *text)
{
    make_folder(folder);
    snprintf(path, sizeof path, "%s/x.csv", folder);
    ck_ok(kin_write_file(path, text, strlen(text), &err));
}

START_TEST(a_table_comes_back)
{
    KIN_AUTO(kin_value_auto) struct kin_value *table = NULL;
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    write_text("a,\"b, c\"\n1,\n\"say \"\"x\"\"\",2\n");
    ck_ok(kin_file_read_table(path, keep, &table, &err));
    ck_ok(kin_table_text(table, &text, &err));
    ck_assert_str_eq(text.data, "a,\"b, c\"\n1,\n\"say \"\"x\"\"\",2\n");
    remove_folder(folder);
}
END_TEST

START_TEST(numbers_come_back)
{
    KIN_AUTO(kin_value_auto) struct kin_value *number = NULL;
    KIN_AUTO(kin_auto_free) char *text = NULL;
    size_t length;
    write_text("name,value\nb,0.1\na,\n");
    ck_ok(kin_file_read_number(path, keep, &number, &err));
    ck_assert(kin_value_f64(number, "b", 0) == 0.1);
    ck_assert(isnan(kin_value_f64(number, "a", 0)));
    ck_ok(kin_file_write_number(number, path, &err));
    ck_ok(kin_read_file(path, &text, &length, &err));
    ck_assert_str_eq(text, "name,value\na,\nb,0.1\n");
    remove_folder(folder);
}
END_TEST

START_TEST(what_is_no_number)
{
    struct kin_value *number = NULL;
    char wanted[200];
    write_text("name,value\na,x\n");
    ck_assert_int_eq(kin_file_read_number(path, keep, &number, &err), KIN_EDATA);
    snprintf(wanted, sizeof wanted, "'%s': 'a' is 'x', wanted a number", path);
    ck_assert_str_eq(err.text, wanted);
    ck_ok(kin_write_file(path, "a\n1\n2\n", 6, &err));
    ck_assert_int_eq(kin_file_read_number(path, keep, &number, &err), KIN_EDATA);
    snprintf(wanted, sizeof wanted, "'%s' has other columns than name, value", path);
    ck_assert_str_eq(err.text, wanted);
    remove_folder(folder);
}
END_TEST

START_TEST(what_is_not_available_as_a_file)
{
    KIN_AUTO(kin_value_auto) struct kin_value *number = NULL;
    KIN_AUTO(kin_auto_free) char *text = NULL;
    size_t length;
    write_text("");
    const struct kin_output output = {.type = "number"};
    ck_ok(kin_unavailable_new(&output, "no R, none", &number, &err));
    ck_ok(kin_file_write_number(number, path, &err));
    ck_ok(kin_read_file(path, &text, &length, &err));
    ck_assert_str_eq(text, "name,value\nnot available,\"no R, none\"\n");
    remove_folder(folder);
}
END_TEST

TEST_MAIN("files", a_table_comes_back, numbers_come_back, what_is_no_number,
          what_is_not_available_as_a_file)
