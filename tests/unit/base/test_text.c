#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kindred/random.h"
#include "kindred/text.h"
#include "support.h"

START_TEST(a_text_grows)
{
    struct kin_error err = {0};
    struct kin_text text = {0};
    ck_assert_str_eq(kin_text_string(&text), "");
    kin_text_add(&text, "a");
    kin_text_addf(&text, "%03d", 7);
    kin_text_add_number(&text, 0.5);
    kin_text_add_bytes(&text, "\0z", 2);
    ck_ok(kin_text_check(&text, &err));
    ck_assert_uint_eq(text.length, 9);
    ck_assert_mem_eq(text.data, "a0070.5\0z", 10);
    kin_text_clear(&text);
    ck_assert_str_eq(kin_text_string(&text), "");
    for (int i = 0; i < 1000; i++)
        kin_text_addf(&text, "%d,", i);
    ck_assert_uint_eq(text.length, 10 * 2 + 90 * 3 + 900 * 4);
    kin_text_release(&text);
    kin_text_release(NULL);
}
END_TEST

START_TEST(lost_text_is_remembered)
{
    struct kin_error err = {0};
    struct kin_text text = {0};
    kin_text_add(&text, "kept");
    kin_memory_fail_nth(1);
    kin_text_add(&text, " and a text that needs more memory than the first allocation gives");
    kin_text_add(&text, "!");
    ck_assert_str_eq(kin_text_string(&text), "kept");
    ck_assert_int_eq(kin_text_check(&text, &err), KIN_ENOMEM);
    ck_assert_str_eq(err.text, "no memory for text");
    kin_text_clear(&text);
    ck_ok(kin_text_check(&text, &err));
    kin_text_release(&text);
}
END_TEST

START_TEST(numbers_are_short)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "0"},
                 {1, "1"},
                 {-12, "-12"},
                 {0.1, "0.1"},
                 {-0.75, "-0.75"},
                 {27.5, "27.5"},
                 {22050, "22050"},
                 {1e300, "1e+300"},
                 {123456789012345, "123456789012345"},
                 {0x1p53, "9007199254740992"},
                 {1.0 / 3, "0.3333333333333333"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {5e-324, "5e-324"},
                 {1e-310, "1e-310"},
                 {DBL_MAX, "1.7976931348623157e+308"},
                 {INFINITY, "inf"},
                 {-INFINITY, "-inf"},
                 {NAN, "nan"},
                 {-NAN, "nan"}};
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        char text[KIN_NUMBER_TEXT];
        ck_assert_uint_eq(kin_number_text(cases[i].value, text), strlen(cases[i].text));
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(numbers_read_back_as_themselves)
{
    struct kin_random random = kin_random_stream(1, "numbers", 7);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = kin_random_u64(&random);
        double value, again = 0;
        memcpy(&value, &bits, sizeof value);
        char text[KIN_NUMBER_TEXT];
        kin_number_text(value, text);
        ck_assert(kin_number_parse(text, true, &again));
        ck_assert(isnan(value) ? isnan(again) : value == again);
        ck_assert(kin_number_parse(text, false, &again) == (isfinite(value) != 0));
    }
}
END_TEST

START_TEST(only_whole_numbers_are_parsed)
{
    static const char *const plain[] = {"1", "1.0", "1e0", "+1", "01", "10E-1"};
    static const char *const special[] = {"nan", "NaN", "inf", "-inf", "+inf", "Infinity"};
    static const char *const wrong[] = {"",       " 1",    "1 ",    "\t1", "\v1", "\r1",   "1x",
                                        "0x1",    "0x1p4", "e5",    "1e",  "--1", "1,5",   "1_000",
                                        "nan(1)", "infx",  "1e999", ".",   "+",   "-1e999"};
    double value;
    for (size_t i = 0; i < KIN_COUNT(plain); i++) {
        ck_assert(kin_number_parse(plain[i], i % 2, &value));
        ck_assert_double_eq(value, 1);
    }
    for (size_t i = 0; i < KIN_COUNT(special); i++) {
        ck_assert(!kin_number_parse(special[i], false, &value));
        ck_assert(kin_number_parse(special[i], true, &value));
        ck_assert(!isfinite(value));
    }
    for (size_t i = 0; i < KIN_COUNT(wrong); i++) {
        ck_assert_msg(!kin_number_parse(wrong[i], false, &value), "%s", wrong[i]);
        ck_assert_msg(!kin_number_parse(wrong[i], true, &value), "%s", wrong[i]);
    }
}
END_TEST

START_TEST(edits_are_counted)
{
    ck_assert_uint_eq(kin_edit_distance("", ""), 0);
    ck_assert_uint_eq(kin_edit_distance("", "abc"), 3);
    ck_assert_uint_eq(kin_edit_distance("abc", ""), 3);
    ck_assert_uint_eq(kin_edit_distance("magnitude", "magntiude"), 1);
    ck_assert_uint_eq(kin_edit_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(kin_edit_distance("ca", "abc"), 3); /* a swapped pair is not edited again */
    char a[200], b[200];
    memset(a, 'a', 199), memset(b, 'b', 199);
    a[199] = b[199] = '\0';
    ck_assert_uint_eq(kin_edit_distance(a, b), 63); /* only the beginning counts */
}
END_TEST

START_TEST(the_nearest_name_is_found)
{
    static const char *const names[] = {"sample_rate", "seconds", "seed", "of", "magnitude"};
    ck_assert_str_eq(kin_nearest_name("magnitud", names, 5), "magnitude");
    ck_assert_str_eq(kin_nearest_name("samplerate", names, 5), "sample_rate");
    ck_assert_str_eq(kin_nearest_name("sede", names, 5), "seed");
    ck_assert_str_eq(kin_nearest_name("off", names, 5), "of");
    ck_assert_ptr_null(kin_nearest_name("window", names, 5));
    ck_assert_ptr_null(kin_nearest_name("xyz", names, 5));
    ck_assert_ptr_null(kin_nearest_name("seed", names, 0));
}
END_TEST

/* A folder of its own for every test of files. */
static const char *scratch(char folder[64], char path[128])
{
    strcpy(folder, "/tmp/kindred-text-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, 128, "%s/file", folder);
    return path;
}

START_TEST(files_are_written_whole)
{
    struct kin_error err = {0};
    char folder[64], path[128];
    scratch(folder, path);
    size_t n = 200000;
    char *bytes = kin_alloc(n, 1), *again;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * 7);
    for (size_t length = n; length > 0; length /= 10) {
        size_t found;
        ck_ok(kin_write_file(path, bytes, length, &err));
        ck_ok(kin_read_file(path, &again, &found, &err));
        ck_assert_uint_eq(found, length);
        ck_assert_mem_eq(again, bytes, length);
        ck_assert_int_eq(again[length], 0);
        kin_free(again);
    }
    kin_free(bytes);
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* no temporary file is left */
}
END_TEST

START_TEST(an_empty_file_is_an_empty_string)
{
    struct kin_error err = {0};
    char *bytes;
    size_t length = 1;
    ck_ok(kin_read_file("/dev/null", &bytes, &length, &err));
    ck_assert_uint_eq(length, 0);
    ck_assert_str_eq(bytes, "");
    kin_free(bytes);
}
END_TEST

START_TEST(files_that_cannot_be_used_are_named)
{
    struct kin_error err = {0};
    char folder[64], path[128], *bytes;
    scratch(folder, path);
    size_t length;
    ck_assert_int_eq(kin_read_file("/nonexistent/x", &bytes, &length, &err), KIN_ENOTFOUND);
    ck_assert_str_eq(err.text, "opening '/nonexistent/x': No such file or directory");
    ck_assert_int_eq(kin_read_file("/", &bytes, &length, &err), KIN_EIO);
    ck_assert_str_eq(err.text, "reading '/': Is a directory");
    ck_assert_int_eq(kin_write_file("/nonexistent/x", "a", 1, &err), KIN_EIO);
    ck_assert_str_eq(err.text, "writing '/nonexistent/x': No such file or directory");
    ck_assert_int_eq(mkdir(path, 0777), 0); /* rename refuses: the temporary file must go */
    ck_assert_int_eq(kin_write_file(path, "a", 1, &err), KIN_EIO);
    rmdir(path);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(a_full_disk_is_told_apart)
{
    struct kin_error err = {0};
    char folder[64], path[128], temporary[160];
    scratch(folder, path);
    /* the name kin_write_file writes to, led to a device that is always full */
    snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
    ck_assert_int_eq(symlink("/dev/full", temporary), 0);
    ck_assert_int_eq(kin_write_file(path, "a", 1, &err), KIN_EFULL);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(files_survive_every_failed_allocation)
{
    struct kin_error err = {0};
    char folder[64], path[128];
    scratch(folder, path);
    int status = KIN_ENOMEM;
    for (unsigned long n = 1; status != 0; n++) {
        char *bytes;
        size_t length;
        kin_memory_fail_nth(n);
        status = kin_write_file(path, "some text", 9, &err);
        if (status == 0 && (status = kin_read_file(path, &bytes, &length, &err)) == 0)
            kin_free(bytes);
        kin_memory_fail_nth(0);
        ck_assert(status == 0 || status == KIN_ENOMEM);
    }
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

TEST_MAIN("text", a_text_grows, lost_text_is_remembered, numbers_are_short,
          numbers_read_back_as_themselves, only_whole_numbers_are_parsed, edits_are_counted,
          the_nearest_name_is_found, files_are_written_whole, an_empty_file_is_an_empty_string,
          files_that_cannot_be_used_are_named, a_full_disk_is_told_apart,
          files_survive_every_failed_allocation)
