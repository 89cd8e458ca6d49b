/*
 * The additive models of workflows/analysis/gam.R, run as steps, against mgcv's and emmeans' own
 * values (README.md, section 10). Basis and criterion are those of the rows `cr_REML`; tolerances
 * are the README's, where that gives one for any sound fit, and 1e-4 for what the same basis and
 * criterion determine: smoothness is found by other steps, to about five digits.
 */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "kindred/csv.h"
#include "kindred/text.h"
#include "support.h"

#define SAME 1e-4

static struct kin_error err;
static char scratch[] = "/tmp/kindred-gam-XXXXXX";

/* ---- running the models ---- */

/* Before the tests, so that a failure is a status and no assertion. */
static int copy(const char *from, const char *to)
{
    KIN_AUTO(kin_auto_free) char *bytes = NULL;
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    size_t length;
    KIN_TRY(kin_read_file(from, &bytes, &length, &err));
    kin_text_addf(&path, "%s/%s", scratch, to);
    return kin_write_file(kin_text_string(&path), bytes, length, &err);
}

/* The table with one smooth, as one of a single cell. */
static int write_single(void)
{
    KIN_AUTO(kin_csv_release) struct kin_csv csv = {0};
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    KIN_TRY(kin_csv_read(reference_path("gam/single.csv"), &csv, &err));
    kin_text_add(&text, "transformation,encoder,magnitude01,consistency\n");
    for (size_t r = 0; r < csv.rows; r++)
        kin_text_addf(&text, "PS,MFCC,%s,%s\n",
                      kin_csv_cell(&csv, r, (size_t)kin_csv_column(&csv, "magnitude01")),
                      kin_csv_cell(&csv, r, (size_t)kin_csv_column(&csv, "consistency")));
    kin_text_addf(&path, "%s/single.csv", scratch);
    return kin_write_file(kin_text_string(&path), text.data, text.length, &err);
}

static void add_steps(struct kin_text *out, const char *name, const char *model, const char *root)
{
    kin_text_addf(out,
                  "  %s: { kind: exec, run: [cp, %s.csv, out/table.csv], files: [%s.csv],\n"
                  "        outputs: { table: table } }\n"
                  "  gam_%s:\n"
                  "    kind: exec\n"
                  "    run: [Rscript, gam.R, %s]\n"
                  "    files: [%s/workflows/analysis/gam.R]\n"
                  "    version: [Rscript, gam.R, version]\n"
                  "    on_missing: report\n"
                  "    inputs: { table: %s }\n"
                  "    outputs:\n"
                  "      fit: { table: [model, n, r_squared, adj_r_squared, deviance_explained,\n"
                  "                     total_edf, residual_df] }\n"
                  "      anova: { table: [model, term, df, df2, F, p] }\n"
                  "      means: { table: [model, factor, level, how, mean, se, lower, upper] }\n"
                  "      contrasts:\n"
                  "        { table: [model, factor, first, second, difference, se, df, t, p] }\n",
                  name, name, name, name, model, root, name);
}

static int shell(const char *format)
{
    KIN_AUTO(kin_text_release) struct kin_text command = {0};
    for (const char *at = format; *at; at++) /* @ is the folder */
        if (*at == '@')
            kin_text_add(&command, scratch);
        else
            kin_text_add_bytes(&command, at, 1);
    return system(command.data);
}

static int write_workflow(void)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    char root[4096];
    if (!getcwd(root, sizeof root))
        return kin_fail(&err, KIN_EIO, "no working directory");
    KIN_TRY(copy(reference_path("gam/consistency.csv"), "consistency.csv"));
    KIN_TRY(copy(reference_path("gam/performance.csv"), "performance.csv"));
    KIN_TRY(write_single());
    kin_text_add(&text, "kindred: 1\nsteps:\n");
    add_steps(&text, "consistency", "within", root);
    add_steps(&text, "single", "within", root);
    add_steps(&text, "performance", "performance", root);
    kin_text_addf(&path, "%s/gam.yaml", scratch);
    return kin_write_file(kin_text_string(&path), text.data, text.length, &err);
}

/* 0, or 77 when R or a package is missing. */
static int run_models(void)
{
    if (!mkdtemp(scratch) || write_workflow() != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    if (shell("build/kindred run @/gam.yaml --allow-exec --cache @/cache --out @ 2>@/log") != 0)
        return shell("cat @/log; false") ? 1 : 0;
    if (shell("grep 'not available' @/log") == 0)
        return 77;
    return shell("build/kindred get @/gam.yaml gam_consistency gam_single gam_performance "
                 "--allow-exec --cache @/cache -o @ >@/log");
}

/* ---- reading their tables ---- */

/* One of the tables of a step, by its output's name; NULL: the first. */
static struct kin_csv table_of(const char *step, const char *output)
{
    struct kin_csv csv = {0};
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/gam_%s%s%s.csv", scratch, step, output ? "." : "",
                  output ? output : "");
    ck_ok(kin_csv_read(path.data, &csv, &err));
    return csv;
}

static struct kin_csv reference(const char *name)
{
    struct kin_csv csv = {0};
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "gam/%s", name);
    ck_ok(kin_csv_read(reference_path(path.data), &csv, &err));
    return csv;
}

static const char *text_of(const struct kin_csv *csv, size_t row, const char *column)
{
    long c = kin_csv_column(csv, column);
    ck_assert_msg(c >= 0, "no column '%s'", column);
    return kin_csv_cell(csv, row, (size_t)c);
}

static double number_of(const struct kin_csv *csv, size_t row, const char *column)
{
    double x = NAN;
    const char *text = text_of(csv, row, column);
    ck_assert_msg(kin_number_parse(text, false, &x), "%s is '%s'", column, text);
    return x;
}

/* The only row with these cells: column, cell, column, cell, …, NULL. */
static size_t row_with(const struct kin_csv *csv, const char *const *cells)
{
    size_t found = csv->rows, n = 0;
    for (size_t r = 0; r < csv->rows; r++) {
        bool same = true;
        for (size_t i = 0; cells[i]; i += 2)
            same = same && strcmp(text_of(csv, r, cells[i]), cells[i + 1]) == 0;
        n += same;
        found = same ? r : found;
    }
    ck_assert_msg(n == 1, "%zu rows with %s=%s", n, cells[0], cells[1]);
    return found;
}

#define ROW(csv, ...) row_with(csv, (const char *const[]){__VA_ARGS__, NULL})

static void check_near(const char *what, double found, double wanted, double tolerance)
{
    ck_assert_msg(fabs(found - wanted) <= tolerance, "%s is %.8g, wanted %.8g within %g", what,
                  found, wanted, tolerance);
}

static void check_factor(const char *what, double found, double wanted, double factor)
{
    ck_assert_msg(found > 0 && found <= wanted * factor && wanted <= found * factor,
                  "%s is %.8g, wanted %.8g within a factor of %g", what, found, wanted, factor);
}

/* ---- fits and tests ---- */

static void check_fit(const char *step, const char *file)
{
    KIN_AUTO(kin_csv_release) struct kin_csv found = table_of(step, NULL);
    KIN_AUTO(kin_csv_release) struct kin_csv wanted = reference(file);
    size_t row = ROW(&wanted, "fit", "cr_REML");
    ck_assert_uint_eq(found.rows, 1);
    ck_assert_str_eq(text_of(&found, 0, "n"), text_of(&wanted, row, "n"));
    static const char *const columns[] = {"r_squared", "adj_r_squared", "deviance_explained"};
    for (size_t c = 0; c < KIN_COUNT(columns); c++)
        check_near(columns[c], number_of(&found, 0, columns[c]),
                   number_of(&wanted, row, columns[c]), SAME);
    check_factor("total_edf", number_of(&found, 0, "total_edf"),
                 number_of(&wanted, row, "total_edf"), 1.005);
    check_factor("residual_df", number_of(&found, 0, "residual_df"),
                 number_of(&wanted, row, "residual_df"), 1.005);
}

START_TEST(fits)
{
    check_fit("consistency", "consistency_fit.csv");
    check_fit("performance", "performance_fit.csv");
}
END_TEST

/* Effective parameters, the intercept's among them, and adjusted R². */
START_TEST(a_single_smooth)
{
    KIN_AUTO(kin_csv_release) struct kin_csv found = table_of("single", NULL);
    KIN_AUTO(kin_csv_release) struct kin_csv wanted = reference("single_fit.csv");
    check_near("adj_r_squared", number_of(&found, 0, "adj_r_squared"),
               number_of(&wanted, 0, "adj_r_squared"), SAME);
    check_near("total_edf", number_of(&found, 0, "total_edf"), number_of(&wanted, 0, "edf"),
               0.01);
    KIN_AUTO(kin_csv_release) struct kin_csv contrasts = table_of("single", "contrasts");
    ck_assert_uint_eq(contrasts.rows, 0);
}
END_TEST

static void check_anova(const char *step, const struct kin_csv *wanted, size_t row)
{
    KIN_AUTO(kin_csv_release) struct kin_csv found = table_of(step, "anova");
    const char *term = text_of(wanted, row, "term");
    size_t at = ROW(&found, "term", term);
    ck_assert_str_eq(text_of(&found, at, "df"), text_of(wanted, row, "df"));
    check_factor(term, number_of(&found, at, "F"), number_of(wanted, row, "F"), 1.01);
    check_factor("df2", number_of(&found, at, "df2"), number_of(wanted, row, "df2"), 1.005);
    double p = number_of(wanted, row, "p");
    double log_found = log(number_of(&found, at, "p") + 1e-300);
    check_near("log p", log_found, log(p + 1e-300), 3 + 0.01 * fabs(log(p + 1e-300)));
}

START_TEST(analyses_of_variance)
{
    KIN_AUTO(kin_csv_release) struct kin_csv consistency = reference("consistency_anova.csv");
    KIN_AUTO(kin_csv_release) struct kin_csv performance = reference("performance_anova.csv");
    size_t n = 0;
    for (size_t r = 0; r < consistency.rows; r++) {
        if (strcmp(text_of(&consistency, r, "fit"), "cr_REML") != 0 ||
            strcmp(text_of(&consistency, r, "test"), "wald_sum_contrasts") != 0)
            continue;
        check_anova("consistency", &consistency, r);
        n++;
    }
    ck_assert_uint_eq(n, 3);
    for (size_t r = 0; r < performance.rows; r++)
        check_anova("performance", &performance, r);
}
END_TEST

/* ---- means ---- */

static void check_mean(const struct kin_csv *found, size_t at, const struct kin_csv *wanted,
                       size_t row, double listed)
{
    bool is_listed = strcmp(text_of(wanted, row, "how"), "average_over_listed_magnitudes") == 0;
    check_near("a mean", number_of(found, at, "mean"), number_of(wanted, row, "mean"),
               is_listed ? listed : 0.02);
    check_factor("a standard error", number_of(found, at, "se"), number_of(wanted, row, "se"),
                 is_listed ? 1.1 : 1.6);
    double width = number_of(found, at, "upper") - number_of(found, at, "lower");
    check_factor("an interval", width,
                 number_of(wanted, row, "upper") - number_of(wanted, row, "lower"),
                 is_listed ? 1.1 : 1.6);
}

START_TEST(means_of_consistency)
{
    KIN_AUTO(kin_csv_release) struct kin_csv found = table_of("consistency", "means");
    KIN_AUTO(kin_csv_release) struct kin_csv wanted = reference("consistency_means.csv");
    size_t n = 0;
    for (size_t r = 0; r < wanted.rows; r++) {
        if (strcmp(text_of(&wanted, r, "fit"), "cr_REML") != 0)
            continue;
        size_t at = ROW(&found, "factor", text_of(&wanted, r, "factor"), "level",
                        text_of(&wanted, r, "level"), "how", text_of(&wanted, r, "how"));
        check_mean(&found, at, &wanted, r, 0.003);
        n++;
    }
    ck_assert_uint_eq(n, 20);
}
END_TEST

START_TEST(means_of_performance)
{
    KIN_AUTO(kin_csv_release) struct kin_csv found = table_of("performance", "means");
    KIN_AUTO(kin_csv_release) struct kin_csv wanted = reference("performance_means.csv");
    for (size_t r = 0; r < wanted.rows; r++) {
        const char *task = text_of(&wanted, r, "task");
        const char *encoder = text_of(&wanted, r, "encoder");
        char level[64];
        bool all = strcmp(task, "(all)") == 0;
        snprintf(level, sizeof level, "%s%s%s", all ? "" : task, all ? "" : ":", encoder);
        size_t at = ROW(&found, "factor", all ? "encoder" : "task:encoder", "level", level, "how",
                        text_of(&wanted, r, "how"));
        check_mean(&found, at, &wanted, r, 0.02);
    }
}
END_TEST

/* ---- contrasts: the differences of the means, their adjusted p ---- */

static double mean_of(const struct kin_csv *means, const char *factor, const char *level)
{
    return number_of(
        means,
        ROW(means, "factor", factor, "level", level, "how", "average_over_listed_magnitudes"),
        "mean");
}

static void check_contrasts(const char *step, size_t pairs)
{
    KIN_AUTO(kin_csv_release) struct kin_csv found = table_of(step, "contrasts");
    KIN_AUTO(kin_csv_release) struct kin_csv means = table_of(step, "means");
    ck_assert_uint_eq(found.rows, pairs);
    for (size_t r = 0; r < found.rows; r++) {
        const char *factor = text_of(&found, r, "factor");
        double difference = mean_of(&means, factor, text_of(&found, r, "first")) -
                            mean_of(&means, factor, text_of(&found, r, "second"));
        check_near("a difference", number_of(&found, r, "difference"), difference, 1e-8);
        double t = number_of(&found, r, "difference") / number_of(&found, r, "se");
        check_near("t", number_of(&found, r, "t"), t, 1e-6 * fabs(t));
        double p = number_of(&found, r, "p");
        double alone = erfc(fabs(t) / sqrt(2)); /* adjusting makes none smaller */
        ck_assert_msg(p >= alone * 0.999 - 1e-9 && p <= 1, "p is %g for t = %g", p, t);
    }
}

START_TEST(contrasts)
{
    check_contrasts("consistency", 10 + 10);
    check_contrasts("performance", 6 + 1 + 10 + 28);
}
END_TEST

int main(void)
{
    int status = run_models();
    if (status == 77)
        puts("R, mgcv or emmeans is missing (r-base-core, r-cran-mgcv, r-cran-emmeans)");
    const TTest *const tests[] = {
        fits,     a_single_smooth, analyses_of_variance, means_of_consistency, means_of_performance,
        contrasts};
    if (status == 0)
        status = run_tests("additive models", tests, KIN_COUNT(tests));
    return shell("rm -rf @") == 0 ? status : 1;
}
