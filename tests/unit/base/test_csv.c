#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "kindred/csv.h"
#include "support.h"

static int parse(const char *text, struct kin_csv *out, struct kin_error *err)
{
    return kin_csv_parse(text, strlen(text), out, err);
}

START_TEST(reads_a_table)
{
    struct kin_error err = {0};
    struct kin_csv csv;
    ck_ok(parse("path,song,tags\n"
                "a.wav,One,\n"
                "\"b,1.wav\",\"say \"\"hi\"\"\",\"two\nlines\"\n"
                "c\"d,,x",
                &csv, &err));
    ck_assert_uint_eq(csv.columns, 3);
    ck_assert_uint_eq(csv.rows, 3);
    ck_assert_int_eq(kin_csv_column(&csv, "path"), 0);
    ck_assert_int_eq(kin_csv_column(&csv, "tags"), 2);
    ck_assert_int_eq(kin_csv_column(&csv, "Path"), -1);
    ck_assert_str_eq(kin_csv_cell(&csv, 0, 1), "One");
    ck_assert_str_eq(kin_csv_cell(&csv, 0, 2), "");
    ck_assert_str_eq(kin_csv_cell(&csv, 1, 0), "b,1.wav");
    ck_assert_str_eq(kin_csv_cell(&csv, 1, 1), "say \"hi\"");
    ck_assert_str_eq(kin_csv_cell(&csv, 1, 2), "two\nlines");
    ck_assert_str_eq(kin_csv_cell(&csv, 2, 0), "c\"d");
    ck_assert_str_eq(kin_csv_cell(&csv, 2, 1), "");
    ck_assert_ptr_null(kin_csv_cell(&csv, 3, 0));
    ck_assert_ptr_null(kin_csv_cell(&csv, 0, 3));
    static const size_t lines[] = {1, 2, 3, 5};
    ck_assert_mem_eq(csv.lines, lines, sizeof lines);
    kin_csv_release(&csv);
    ck_assert_uint_eq(csv.rows, 0);
    kin_csv_release(NULL);
}
END_TEST

START_TEST(takes_every_line_end_and_the_byte_order_mark)
{
    static const char *const texts[] = {
        "a,b\n1,2\n", "a,b\r\n1,2\r\n",       "a,b\r1,2\r",
        "a,b\n1,2",   "\n\na,b\n\n1,2\n\n\n", "\357\273\277a,b\r\n\"1\",\"2\"\r\n"};
    struct kin_error err = {0};
    for (size_t i = 0; i < KIN_COUNT(texts); i++) {
        struct kin_csv csv;
        ck_ok(parse(texts[i], &csv, &err));
        ck_assert_uint_eq(csv.rows, 1);
        ck_assert_int_eq(kin_csv_column(&csv, "a"), 0);
        ck_assert_str_eq(kin_csv_cell(&csv, 0, 0), "1");
        ck_assert_str_eq(kin_csv_cell(&csv, 0, 1), "2");
        kin_csv_release(&csv);
    }
}
END_TEST

START_TEST(keeps_empty_cells_of_a_single_column)
{
    struct kin_error err = {0};
    struct kin_csv csv;
    ck_ok(parse("a\n1\n\n3\n", &csv, &err));
    ck_assert_uint_eq(csv.rows, 3);
    ck_assert_str_eq(kin_csv_cell(&csv, 1, 0), "");
    ck_assert_str_eq(kin_csv_cell(&csv, 2, 0), "3");
    kin_csv_release(&csv);
    ck_ok(parse("only,header", &csv, &err));
    ck_assert_uint_eq(csv.rows, 0);
    kin_csv_release(&csv);
}
END_TEST

START_TEST(says_what_is_wrong)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "a table without a header line"},
        {"\n\r\n", "a table without a header line"},
        {"a,b\n1,2\n1\n", "line 3: 1 cells, the header has 2"},
        {"a,b\n\"1\n\",2\n1,2,3\n", "line 4: 3 cells, the header has 2"},
        {"a,b\n1,\"2\n3,4\n", "line 2: a quote that is never closed"},
        {"a,\"", "line 1: a quote that is never closed"},
        {"a,\"\"\"", "line 1: a quote that is never closed"},
        {"a,b\n\"1\"x,2\n", "line 2: text after a closing quote"},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        struct kin_error err = {0};
        struct kin_csv csv;
        ck_assert_int_eq(parse(cases[i].text, &csv, &err), KIN_EDATA);
        ck_assert_str_eq(err.text, cases[i].error);
    }
    struct kin_error err = {0};
    struct kin_csv csv;
    ck_assert_int_eq(kin_csv_parse("a\nb\0c", 5, &csv, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "line 2: a NUL byte, wanted a table in UTF-8");
    ck_assert_int_eq(kin_csv_read("/nonexistent/x.csv", &csv, &err), KIN_ENOTFOUND);
    ck_assert_int_eq(kin_csv_read("/dev/null", &csv, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "reading '/dev/null': a table without a header line");
}
END_TEST

START_TEST(writes_what_it_reads)
{
    static const char *const cells[] = {"plain", "", "a,b", "\"", "two\nlines", "\r", " x ", "1"};
    struct kin_error err = {0};
    struct kin_text text = {0};
    for (size_t i = 0; i < KIN_COUNT(cells); i++)
        kin_csv_add(&text, cells[i], i % 4 == 0), i % 4 == 3 ? kin_text_add(&text, "\n") : (void)0;
    ck_ok(kin_text_check(&text, &err));
    ck_assert_str_eq(text.data, "plain,,\"a,b\",\"\"\"\"\n\"two\nlines\",\"\r\", x ,1\n");
    struct kin_csv csv;
    ck_ok(kin_csv_parse(text.data, text.length, &csv, &err));
    ck_assert_uint_eq(csv.rows, 1);
    for (size_t i = 0; i < KIN_COUNT(cells); i++)
        ck_assert_str_eq(csv.cells[i], cells[i]);
    kin_csv_release(&csv);
    kin_text_release(&text);
}
END_TEST

/* Every cut and every changed byte gives a table or a text, never a read outside the bytes. */
START_TEST(survives_damage)
{
    static const char good[] = "a,\"b\"\"c\"\r\n1,\"x\ny\"\n\n2,\n";
    static const char bytes[] = "\0\n\r\",a\xEF";
    struct kin_error err = {0};
    size_t n = sizeof good - 1;
    for (size_t i = 0; i < n * n * sizeof bytes; i++) {
        size_t length = 1 + i % n;
        size_t place = i / n % n;
        char *copy = malloc(length);
        memcpy(copy, good, length);
        if (place < length)
            copy[place] = bytes[i / n / n];
        struct kin_csv csv;
        err.text[0] = '\0';
        if (kin_csv_parse(copy, length, &csv, &err) == 0)
            kin_csv_release(&csv);
        else
            ck_assert_str_ne(err.text, "");
        free(copy);
    }
}
END_TEST

START_TEST(survives_every_failed_allocation)
{
    struct kin_error err = {0};
    int status = KIN_ENOMEM;
    for (unsigned long n = 1; status != 0; n++) {
        struct kin_csv csv;
        kin_memory_fail_nth(n);
        status = parse("a,b\n1,2\n3,4\n5,6\n7,8\n9,10\n", &csv, &err);
        kin_memory_fail_nth(0);
        ck_assert(status == 0 || status == KIN_ENOMEM);
        if (status == 0)
            kin_csv_release(&csv);
    }
}
END_TEST

START_TEST(reads_the_reference_tables)
{
    struct kin_error err = {0};
    glob_t found;
    ck_assert_int_eq(glob(reference_path("*/*.csv"), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct kin_csv csv;
        ck_ok(kin_csv_read(found.gl_pathv[i], &csv, &err));
        ck_assert_uint_gt(csv.rows, 0);
        kin_csv_release(&csv);
    }
    globfree(&found);
}
END_TEST

TEST_MAIN("csv", reads_a_table, takes_every_line_end_and_the_byte_order_mark,
          keeps_empty_cells_of_a_single_column, says_what_is_wrong, writes_what_it_reads,
          survives_damage, survives_every_failed_allocation, reads_the_reference_tables)
