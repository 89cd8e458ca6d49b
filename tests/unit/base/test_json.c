#include "kindred/json.h"

#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "support.h"

static void gives(const char *text, const char *wanted)
{
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    kin_json_string(&out, text);
    ck_assert_str_eq(kin_text_string(&out), wanted);
}

START_TEST(texts_are_quoted_and_escaped)
{
    gives("", "\"\"");
    gives("a \"b\" \\c", "\"a \\\"b\\\" \\\\c\"");
    gives("line\nline\t\x7f", "\"line\\u000aline\\u0009\\u007f\"");
    gives(NULL, "null");
}
END_TEST

START_TEST(utf8_stays_as_it_is)
{
    gives("\xC3\xA9t\xC3\xA9 \xE2\x86\x92 \xF0\x9F\x8E\xB5",
          "\"\xC3\xA9t\xC3\xA9 \xE2\x86\x92 \xF0\x9F\x8E\xB5\"");
    gives("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF", /* the edges of what is allowed */
          "\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\"");
}
END_TEST

START_TEST(what_is_no_utf8_is_replaced_byte_by_byte)
{
    gives("caf\xE9.wav", "\"caf\\ufffd.wav\"");         /* Latin-1 */
    gives("\x80", "\"\\ufffd\"");                       /* no first byte */
    gives("\xC0\xAF", "\"\\ufffd\\ufffd\"");            /* overlong */
    gives("\xE0\x80\xAF", "\"\\ufffd\\ufffd\\ufffd\""); /* overlong */
    gives("\xED\xA0\x80", "\"\\ufffd\\ufffd\\ufffd\""); /* a surrogate */
    gives("\xF4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
    gives("\xF8\x88\x80\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\"");
    gives("a\xE2\x86", "\"a\\ufffd\\ufffd\""); /* cut off */
    gives("\xE2\"", "\"\\ufffd\\\"\"");        /* the next character is safe */
}
END_TEST

START_TEST(numbers_json_lacks_are_null)
{
    KIN_AUTO(kin_text_release) struct kin_text out = {0};
    kin_json_number(&out, 0.25);
    kin_text_add(&out, " ");
    kin_json_number(&out, NAN);
    kin_text_add(&out, " ");
    kin_json_number(&out, -INFINITY);
    ck_assert_str_eq(kin_text_string(&out), "0.25 null null");
}
END_TEST

TEST_MAIN("json", texts_are_quoted_and_escaped, utf8_stays_as_it_is,
          what_is_no_utf8_is_replaced_byte_by_byte, numbers_json_lacks_are_null)
