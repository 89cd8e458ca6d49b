/* `kindred apply` gives the reference values: the program is run, its files are read. */
#include <glob.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "kindred/csv.h"
#include "kindred/npy.h"
#include "kindred/text.h"
#include "support.h"

static struct kin_error err;
static char scratch[] = "/tmp/kindred-apply-XXXXXX";

/* Runs `kindred apply ARGUMENTS`; what it prints, to be freed. */
static char *run_apply(const char *arguments)
{
    struct kin_text command = {0};
    kin_text_addf(&command, "build/kindred apply %s >%s/out", arguments, scratch);
    int status = system(command.data);
    ck_assert_msg(status == 0, "%s: exit %d", command.data, status);
    kin_text_clear(&command);
    kin_text_addf(&command, "%s/out", scratch);
    char *out = NULL;
    size_t length;
    ck_ok(kin_read_file(command.data, &out, &length, &err));
    kin_text_release(&command);
    return out;
}

static void check_npy(const char *path, double tolerance)
{
    struct kin_tensor raw = {0}, found = {0}, wanted = {0};
    char result[64];
    snprintf(result, sizeof result, "%s/result.npy", scratch);
    ck_ok(kin_npy_read(result, &raw, &err));
    ck_ok(kin_tensor_convert(&raw, KIN_F64, &found, &err));
    kin_tensor_release(&raw);
    ck_ok(kin_npy_read(path, &raw, &err));
    ck_ok(kin_tensor_convert(&raw, KIN_F64, &wanted, &err));
    ck_assert_int_eq(found.ndim, wanted.ndim);
    for (int d = 0; d < wanted.ndim; d++)
        ck_assert_uint_eq(found.shape[d], wanted.shape[d]);
    for (size_t i = 0; i < kin_tensor_count(&wanted); i++) {
        double x = ((double *)found.data)[i], y = ((double *)wanted.data)[i];
        ck_assert_msg(fabs(x - y) <= tolerance, "%s: element %zu is %g, wanted %g", path, i, x, y);
    }
    kin_tensor_release(&raw);
    kin_tensor_release(&found);
    kin_tensor_release(&wanted);
}

static void apply_to_file(const char *arguments)
{
    struct kin_text text = {0};
    kin_text_addf(&text, "%s -o %s/result.npy", arguments, scratch);
    kin_free(run_apply(text.data));
    kin_text_release(&text);
}

/* Every FOLDER/PREFIX<clip>.npy that has an audio/<clip>.wav: how many there were. */
static size_t check_clips(const char *pattern, const char *arguments, double tolerance)
{
    glob_t found;
    size_t checked = 0;
    ck_assert_int_eq(glob(reference_path(pattern), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char clip[256], audio[512], command[1024];
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        const char *start = strchr(name, '_') + 1;
        snprintf(clip, sizeof clip, "%.*s", (int)(strlen(start) - 4), start);
        snprintf(audio, sizeof audio, "audio/%s.wav", clip);
        const char *path = reference_path(audio);
        if (access(path, R_OK) != 0)
            continue;
        snprintf(command, sizeof command, "%s '%s'", arguments, path);
        apply_to_file(command);
        check_npy(found.gl_pathv[i], tolerance);
        checked++;
    }
    globfree(&found);
    return checked;
}

START_TEST(mfcc)
{
    ck_assert_uint_gt(check_clips("mfcc/mfcc_*.npy", "mfcc", 5e-3), 0);
}
END_TEST

START_TEST(baseline_vectors)
{
    ck_assert_uint_gt(
        check_clips("mfcc/vector144_*.npy", "encode.mfcc -p crop=first -p samples=44100", 1e-3), 0);
}
END_TEST

START_TEST(spectrograms)
{
    ck_assert_uint_gt(check_clips("stft/db_*.npy", "stft-db", 0.01), 0);
    char command[1024];
    snprintf(command, sizeof command, "stft-db -p floor=batch '%s'",
             reference_path("stft/batch_input.npy"));
    apply_to_file(command);
    check_npy(reference_path("stft/batch_db.npy"), 0.01);
}
END_TEST

START_TEST(distances_of_sequences)
{
    static const char *const columns[][2] = {
        {"dtw", "dtw_exact"}, {"fastdtw", "fastdtw_r1_xy"}, {"simple", "simple_xy"}};
    struct kin_csv pairs;
    ck_ok(kin_csv_read(reference_path("distance/pairs.csv"), &pairs, &err));
    ck_assert_uint_gt(pairs.rows, 0);
    for (size_t r = 0; r < pairs.rows; r++)
        for (size_t m = 0; m < KIN_COUNT(columns); m++) {
            char x[256], y[256], command[2048];
            snprintf(x, sizeof x, "distance/seq_%s.npy", kin_csv_cell(&pairs, r, 0));
            snprintf(y, sizeof y, "distance/seq_%s.npy", kin_csv_cell(&pairs, r, 1));
            snprintf(command, sizeof command, "distance -p metric=%s 'from=%s' 'to=%s'",
                     columns[m][0], reference_path(x), reference_path(y));
            char *out = run_apply(command);
            double wanted;
            size_t column = (size_t)kin_csv_column(&pairs, columns[m][1]);
            ck_assert(kin_number_parse(kin_csv_cell(&pairs, r, column), false, &wanted));
            double found = strtod(out, NULL);
            ck_assert_msg(fabs(found - wanted) <= 1e-9 * fabs(wanted) + (wanted == 0 ? 1e-6 : 0),
                          "%s: %.17g, wanted %.17g", command, found, wanted);
            kin_free(out);
        }
    kin_csv_release(&pairs);
}
END_TEST

/* The reference vectors are float32, and so are the distances. */
START_TEST(distances_of_vectors)
{
    static const char *const metrics[] = {"euclidean", "cosine"};
    for (size_t m = 0; m < KIN_COUNT(metrics); m++) {
        char command[2048], wanted[256];
        const char *vectors = reference_path("distance/vectors.npy");
        snprintf(command, sizeof command, "distance -p metric=%s 'from=%s' 'to=%s'", metrics[m],
                 vectors, vectors);
        apply_to_file(command);
        snprintf(wanted, sizeof wanted, "distance/vectors_%s.npy", metrics[m]);
        check_npy(reference_path(wanted), 1e-4);
    }
}
END_TEST

START_TEST(loudness_in_lufs)
{
    struct kin_csv table;
    ck_ok(kin_csv_read(reference_path("loudness/loudness.csv"), &table, &err));
    long column = kin_csv_column(&table, "libebur128_lufs");
    ck_assert_int_ge(column, 0);
    ck_assert_uint_gt(table.rows, 0);
    for (size_t r = 0; r < table.rows; r++) {
        char command[1024];
        double wanted;
        snprintf(command, sizeof command, "loudness '%s'",
                 reference_path(kin_csv_cell(&table, r, 0)));
        char *out = run_apply(command);
        double found = strtod(out, NULL);
        ck_assert(kin_number_parse(kin_csv_cell(&table, r, (size_t)column), true, &wanted));
        ck_assert_msg(found == wanted || fabs(found - wanted) <= 0.01, "%s: %g, wanted %g", command,
                      found, wanted);
        kin_free(out);
    }
    kin_csv_release(&table);
}
END_TEST

/* auc<k>_samples, auc<k>_macro and rho<k> of metrics/scores.csv. */
START_TEST(scores)
{
    struct kin_csv table;
    ck_ok(kin_csv_read(reference_path("metrics/scores.csv"), &table, &err));
    size_t checked = 0;
    for (size_t r = 0; r < table.rows; r++) {
        const char *name = kin_csv_cell(&table, r, 0);
        char first[64], second[64], command[2048];
        int set;
        if (sscanf(name, "auc%d", &set) == 1) {
            snprintf(first, sizeof first, "metrics/auc%d_scores.npy", set);
            snprintf(second, sizeof second, "metrics/auc%d_labels.npy", set);
            snprintf(command, sizeof command, "auc -p over=%s 'scores=%s' 'labels=%s'",
                     strstr(name, "_macro") ? "tag" : "clip", reference_path(first),
                     reference_path(second));
        } else if (sscanf(name, "rho%d", &set) == 1) {
            snprintf(first, sizeof first, "metrics/rho%d_x.npy", set);
            snprintf(second, sizeof second, "metrics/rho%d_y.npy", set);
            snprintf(command, sizeof command, "spearman 'x=%s' 'y=%s'", reference_path(first),
                     reference_path(second));
        } else {
            continue;
        }
        double wanted;
        char *out = run_apply(command);
        ck_assert(kin_number_parse(kin_csv_cell(&table, r, 3), false, &wanted));
        ck_assert_double_eq_tol(strtod(out, NULL), wanted, 1e-9);
        kin_free(out);
        checked++;
    }
    ck_assert_uint_gt(checked, 0);
    kin_csv_release(&table);
}
END_TEST

static void remove_scratch(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", scratch);
    if (system(command) != 0)
        perror(command);
}

int main(void)
{
    const TTest *const tests[] = {mfcc,
                                  baseline_vectors,
                                  spectrograms,
                                  distances_of_sequences,
                                  distances_of_vectors,
                                  loudness_in_lufs,
                                  scores};
    if (access("build/kindred", X_OK) != 0) {
        puts("build/kindred is not there");
        return 1;
    }
    if (!mkdtemp(scratch))
        return 1;
    int status = run_tests("apply", tests, KIN_COUNT(tests));
    remove_scratch();
    return status;
}
