/* Wrong workflows and the whole of what is said about them. */
#include <glob.h>

#include "yaml.h"

#define FOLDER "tests/unit/workflow/broken/"

static void check_broken(const char *path)
{
    struct kin_error err = {0};
    struct kin_text shown = {0};
    struct kin_text golden = {0};
    char *text, *want;
    size_t length, want_length;
    kin_text_addf(&golden, "%.*s.txt", (int)(strlen(path) - strlen(".yaml")), path);
    ck_ok(kin_read_file(path, &text, &length, &err));
    ck_ok(kin_read_file(golden.data, &want, &want_length, &err));
    struct parsed parsed = parse_bytes(text, length, strrchr(path, '/') + 1, NULL, 0);
    add_shown(&parsed, &shown);
    ck_assert_str_eq(kin_text_string(&shown), want);
    ck_assert_int_eq(parsed.status, KIN_EINVAL);
    ck_assert_ptr_null(parsed.workflow);
    parsed_release(&parsed);
    kin_text_release(&shown);
    kin_text_release(&golden);
    kin_free(text);
    kin_free(want);
}

/* Each .yaml file has a .txt file beside it. */
START_TEST(every_mistake_has_its_message)
{
    glob_t files;
    ck_assert_int_eq(glob(FOLDER "*.yaml", 0, NULL, &files), 0);
    ck_assert_uint_ge(files.gl_pathc, 20);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check_broken(files.gl_pathv[i]);
    globfree(&files);
}
END_TEST

/* What no text file of this tree may hold. */
START_TEST(bytes_that_are_no_yaml)
{
    static const char tab[] = "steps:\n\tmsd: 1\n";
    static const char latin1[] = "kindred: 1\ntitle: caf\xe9\n";
    static const char control[] = "title: \x01\n";
    expect_shown(tab, strlen(tab), NULL, 0,
                 "x.yaml:2:1: error: YAML: found character that cannot start any token while "
                 "scanning for the next token (tabs cannot indent; use spaces)\n"
                 "    2 |  msd: 1\n"
                 "      | ^\n");
    expect_shown(latin1, strlen(latin1), NULL, 0,
                 "x.yaml:2:11: error: not UTF-8 text: incomplete UTF-8 octet sequence\n"
                 "    2 | title: caf\xe9\n"
                 "      |           ^\n");
    expect_shown(control, strlen(control), NULL, 0,
                 "x.yaml:1:8: error: not UTF-8 text: control characters are not allowed\n"
                 "    1 | title:  \n"
                 "      |        ^\n");
    expect_shown("", 0, NULL, 0, "x.yaml: error: the workflow is empty\n");
}
END_TEST

#define SOURCE "steps: { msd: { kind: songs, folder: x } }\n"

START_TEST(settings)
{
    struct kin_setting unknown = {"sed", "1"};
    struct kin_setting bad = {"seed", "[1, 2]"};
    static const char text[] = "kindred: 1\nvars: { seed: 1 }\n" SOURCE;
    static const char used[] =
        "kindred: 1\nvars: { seed: 1 }\nsteps:\n"
        "  msd: { kind: songs, folder: x }\n  c: { kind: excerpt, of: msd, seed: $seed }\n";
    expect_shown(
        text, strlen(text), &unknown, 1,
        "x.yaml: error: --set: this workflow has no variable 'sed'; did you mean 'seed'?\n");
    expect_shown(
        used, strlen(used), &bad, 1,
        "x.yaml:5:38: error: parameter 'seed' is a list, wanted one value (several go under "
        "'for:')\n"
        "    5 |   c: { kind: excerpt, of: msd, seed: $seed }\n"
        "      |                                      ^~~~~\n");
}
END_TEST

START_TEST(warnings)
{
    static const char text[] =
        "kindred: 1\nvars: { seed: 1 }\n"
        "steps: { msd: { kind: songs, folder: '${KINDRED_TEST_UNSET}/x' } }\n";
    unsetenv("KINDRED_TEST_UNSET");
    expect_shown(text, strlen(text), NULL, 0,
                 "x.yaml:2:9: warning: variable 'seed' is never used\n"
                 "    2 | vars: { seed: 1 }\n"
                 "      |         ^~~~\n"
                 "x.yaml:3:38: warning: the environment variable 'KINDRED_TEST_UNSET' is not set; "
                 "'${KINDRED_TEST_UNSET}' stays as it is\n"
                 "    3 | steps: { msd: { kind: songs, folder: '${KINDRED_TEST_UNSET}/x' } }\n"
                 "      |                                      ^~~~~~~~~~~~~~~~~~~~~~~~~\n");
}
END_TEST

/* The line is cut around the place, and the caret still stands below it. */
START_TEST(long_lines_are_cut)
{
    struct kin_text text = {0};
    kin_text_add(&text, "kindred: 1\ntitle: ");
    for (size_t i = 0; i < 200; i++)
        kin_text_add(&text, "ä");
    kin_text_add(&text, "\nsteps: { msd: { folder: ");
    for (size_t i = 0; i < 150; i++)
        kin_text_add(&text, "ä");
    kin_text_add(&text, ", kind: song } }\n");
    struct parsed parsed = parse_bytes(text.data, text.length, "x.yaml", NULL, 0);
    ck_assert_uint_eq(parsed.diagnostics.n, 1);
    const char *shown = parsed.diagnostics.list[0].shown;
    const char *line = strstr(shown, "| …");
    const char *caret = strrchr(shown, '\n');
    ck_assert_ptr_nonnull(line);
    ck_assert_ptr_nonnull(strstr(line, "kind: song }"));
    ck_assert_str_eq(strchr(caret, '^'), "^~~~");
    ck_assert_int_eq(strchr(caret, '^') - strchr(caret, '|'), 63);
    parsed_release(&parsed);
    kin_text_release(&text);
}
END_TEST

TEST_MAIN("broken workflows", every_mistake_has_its_message, bytes_that_are_no_yaml, settings,
          warnings, long_lines_are_cut)
