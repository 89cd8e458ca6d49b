/* Programs as steps: what is refused before, what is trusted, and what the listing holds. What
 * happens in a run is in tests/flow/test_exec.sh. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "kind_support.h"

static char folder[64];
static char script[96];
static struct kin_error err;

static void setup(void)
{
    make_folder(folder);
    snprintf(script, sizeof script, "%s/fit.R", folder);
    ck_ok(kin_write_file(script, "x\n", 2, &err));
}

static void teardown(void)
{
    remove_folder(folder);
}

/* Sets a list: words with blanks between. */
static void set_list(struct bench *bench, const char *name, const char *words)
{
    struct kin_literal items[8], list = {.items = items};
    KIN_AUTO(kin_auto_free) char *copy = kin_strdup(words);
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL;)
        items[list.n_items++] = (struct kin_literal){.text = word};
    ck_ok(kin_args_set(bench->args, name, &list, &err));
}

static struct bench *bench_of(const char *run, const char *files)
{
    struct bench *bench = bench_new("exec", NULL);
    set_list(bench, "run", run);
    if (*files)
        set_list(bench, "files", files);
    return bench;
}

static void check_refused(const char *run, const char *files, const char *param, const char *text)
{
    struct bench *bench = bench_of(run, files);
    const char *blame = NULL;
    ck_assert_int_eq(kin_args_check(bench->args, &blame, &err), KIN_EINVAL);
    ck_assert_str_eq(blame, param);
    ck_assert_str_eq(err.text, text);
    bench_free(bench);
}

START_TEST(what_is_wrong_whatever_the_points)
{
    check_refused("", "", "run", "parameter 'run' names no program");
    check_refused("bin/fit x", "", "run",
                  "the program 'bin/fit' is a relative path: list it under 'files' and call it "
                  "'fit'");
    check_refused("fit", "/a/fit /b/fit", "files", "two files are called 'fit'");
    check_refused("fit", "/a/in", "files", "'/a/in' is no file for a program's folder");
    check_refused("fit", "/a/..", "files", "'/a/..' is no file for a program's folder");
}
END_TEST

START_TEST(arguments_are_used_as_spelled)
{
    struct bench *bench = bench_of("fit 1.0 07", "");
    KIN_AUTO(kin_text_release) struct kin_text key = {0};
    KIN_AUTO(kin_text_release) struct kin_text note = {0};
    kin_args_canonical(bench->args, &key);
    ck_assert_str_eq(key.data, "param arguments []\nparam run [\"fit\", \"1.0\", \"07\"]\n");
    set_list(bench, "arguments", "a$b");
    set_list(bench, "version", "fit --version");
    bench->kind->note(bench->args, &note);
    ck_assert_str_eq(note.data, "runs: fit 1.0 07 'a$b'\nruns: fit --version\n");
    bench_free(bench);
}
END_TEST

static const char *recall(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static int remember(void *context, const char *name, const char *text, struct kin_error *error)
{
    (void)context;
    (void)name;
    (void)text;
    (void)error;
    return 0;
}

static void warn(void *context, const char *text)
{
    (void)context;
    kin_fail(&err, 0, "%s", text);
}

static int scan_trusting(struct bench *bench, const struct kin_trust *trust)
{
    struct kin_scan scan = {.args = bench->args,
                            .context = bench,
                            .file = bench_file,
                            .add = bench_add,
                            .recall = recall,
                            .remember = remember,
                            .warn = warn,
                            .trust = trust};
    return bench->kind->scan(&scan, &err);
}

static void check_trust(const char *run, const char *files, const char *folder_of_ours,
                        bool trusted)
{
    struct bench *bench = bench_of(run, files);
    const struct kin_trust trust = {.folder = folder_of_ours};
    struct kin_literal report = {.text = "report"};
    ck_ok(kin_args_set(bench->args, "on_missing", &report, &err));
    int status = scan_trusting(bench, folder_of_ours ? &trust : NULL);
    ck_assert_msg(status == (trusted ? 0 : KIN_EACCESS), "%s: %s", run, err.text);
    bench_free(bench);
}

START_TEST(our_scripts_alone_are_trusted)
{
    setup();
    char real[PATH_MAX], other[128];
    ck_assert_ptr_nonnull(realpath(folder, real));
    snprintf(other, sizeof other, "%s/../%s", folder, strrchr(script, '/') + 1);
    check_trust("Rscript fit.R within", script, real, true);
    check_trust("Rscript fit.R within", script, NULL, false);
    check_trust("Rscript fit.R within", script, "/usr", false);
    check_trust("Rscript fit.R", "", real, false);
    check_trust("Rscript other.R", script, real, false);
    check_trust("Rscript -e fit.R", script, real, false);
    check_trust("Rscript fit.R -e x", script, real, false);
    check_trust("sh fit.R", script, real, false);
    check_trust("fit.R", script, real, false);
    check_trust("Rscript", script, real, false);
    check_trust("Rscript fit.R", other, real, false);
    teardown();
}
END_TEST

START_TEST(the_listing_holds_files_and_version)
{
    setup();
    const struct kin_trust trust = {.any = true};
    struct bench *bench = bench_of("sh fit.R", script);
    set_list(bench, "version", "echo one two");
    ck_ok(scan_trusting(bench, &trust));
    ck_assert_uint_eq(bench->n_listing, 2);
    ck_assert_str_eq(bench->listing[0].id, "(version)");
    ck_assert_str_eq(kin_value_text(bench->listing[0].value, "text", ""), "one two");
    ck_assert_str_eq(bench->listing[1].id, "fit.R");
    ck_assert_ptr_nonnull(kin_value_get(bench->listing[1].value, "content"));
    bench_free(bench);
    teardown();
}
END_TEST

START_TEST(a_missing_program_stops_or_is_listed)
{
    const struct kin_trust trust = {.any = true};
    struct kin_literal report = {.text = "report"};
    struct bench *bench = bench_of("no-such-program-here", "");
    ck_assert_int_eq(scan_trusting(bench, &trust), KIN_ENOTFOUND);
    ck_assert_str_eq(err.text, "no-such-program-here not found");
    set_list(bench, "packages", "a b");
    ck_ok(kin_args_set(bench->args, "on_missing", &report, &err));
    ck_ok(scan_trusting(bench, &trust));
    ck_assert_str_eq(err.text, "not available: no-such-program-here not found (a, b)");
    ck_assert_str_eq(bench->listing[0].id, "(missing)");
    bench_free(bench);
}
END_TEST

START_TEST(what_is_not_available_says_so)
{
    KIN_AUTO(kin_value_auto) struct kin_value *table = NULL;
    KIN_AUTO(kin_value_auto) struct kin_value *other = kin_value_new("table");
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    struct kin_output output = {.type = "table"};
    ck_ok(kin_unavailable_new(&output, "no R", &table, &err));
    ck_assert_str_eq(kin_unavailable(table), "no R");
    ck_assert_ptr_null(kin_unavailable(other));
    ck_ok(kin_table_text(table, &text, &err));
    ck_assert_str_eq(text.data, "not available\nno R\n");
    kin_value_free(table);
    table = NULL;
    output.columns = (const char *const[]){"a", "b"};
    output.n_columns = 2;
    ck_ok(kin_unavailable_new(&output, "no R", &table, &err));
    kin_text_clear(&text);
    ck_ok(kin_table_text(table, &text, &err));
    ck_assert_str_eq(text.data, "a,b\n");
    ck_assert_str_eq(kin_unavailable(table), "no R");
}
END_TEST

TEST_MAIN("exec", what_is_wrong_whatever_the_points, arguments_are_used_as_spelled,
          our_scripts_alone_are_trusted, the_listing_holds_files_and_version,
          a_missing_program_stops_or_is_listed, what_is_not_available_says_so)
