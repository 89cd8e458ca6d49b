/* Pitch and tempo against the rubberband command (reference section 5). */
#include <glob.h>
#include <math.h>
#include <rubberband/rubberband-c.h>
#include <stdio.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/transform.h"
#include "reference_audio.h"

static struct kin_audio apply(const char *option, double value, const struct kin_audio *in)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_transformer_auto) struct kin_transformer *transformer = NULL;
    const struct kin_transform *transform;
    struct kin_audio out = {0};
    struct kin_transform_params params = {.magnitude = value, .sixteen_bit = true};
    ck_ok(kin_transformer_new(&transformer, &err));
    ck_ok(kin_transform_find(strcmp(option, "pitch") == 0 ? "PS" : "TS", &transform, &err));
    ck_ok(kin_transform_apply(transformer, transform, &params, in, &out, NULL, &err));
    return out;
}

/* In units of 1 / 32768. */
static double largest_difference(const struct kin_audio *a, const struct kin_audio *b)
{
    double largest = 0;
    for (size_t i = 0; i < a->n; i++)
        largest = fmax(largest, fabs((double)a->samples[i] - (double)b->samples[i]) * 32768);
    return largest;
}

static void check_file(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    char option[8];
    double value;
    ck_assert_int_eq(sscanf(name, "%5[a-z]_%lf.wav", option, &value), 2);
    KIN_AUTO(kin_audio_release) struct kin_audio in = read_audio(reference_path("audio/clip4.wav"));
    KIN_AUTO(kin_audio_release) struct kin_audio wanted = read_audio(path);
    KIN_AUTO(kin_audio_release) struct kin_audio found = apply(option, value, &in);
    ck_assert_msg(found.n == wanted.n, "%s: %zu samples, wanted %zu", name, found.n, wanted.n);
    double difference = largest_difference(&found, &wanted);
    printf("%s: largest difference %.2f / 32768\n", name, difference);
    ck_assert_msg(difference <= 2, "%s: differs by %g / 32768", name, difference);
}

START_TEST(samples_of_the_command)
{
    if (strcmp(RUBBERBAND_VERSION, "3.1.2") != 0) {
        printf("samples not compared: librubberband is %s, they come from 3.1.2\n",
               RUBBERBAND_VERSION);
        return;
    }
    glob_t found;
    ck_assert_int_eq(glob(reference_path("rubberband/*.wav"), 0, NULL, &found), 0);
    ck_assert_uint_gt(found.gl_pathc, 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_file(found.gl_pathv[i]);
    globfree(&found);
}
END_TEST

static double rms_db(const struct kin_audio *audio)
{
    double sum = 0;
    for (size_t i = 0; i < audio->n; i++)
        sum += (double)audio->samples[i] * (double)audio->samples[i];
    return 10 * log10(sum / (double)audio->n);
}

static double number(const struct kin_csv *csv, size_t row, const char *column)
{
    long c = kin_csv_column(csv, column);
    ck_assert_msg(c >= 0, "no column '%s'", column);
    return strtod(kin_csv_cell(csv, row, (size_t)c), NULL);
}

/* Lengths exactly; levels within 0.5 dB, of another version too: the level is that of the music. */
START_TEST(lengths_and_levels)
{
    struct kin_error err = {0};
    struct kin_csv csv = {0};
    ck_ok(kin_csv_read(reference_path("rubberband/lengths.csv"), &csv, &err));
    ck_assert_uint_gt(csv.rows, 0);
    for (size_t row = 0; row < csv.rows; row++) {
        const char *file = kin_csv_cell(&csv, row, (size_t)kin_csv_column(&csv, "file"));
        const char *option = kin_csv_cell(&csv, row, (size_t)kin_csv_column(&csv, "option"));
        double value = number(&csv, row, "value");
        KIN_AUTO(kin_audio_release) struct kin_audio in = read_audio(reference_path(file));
        ck_assert_double_eq((double)in.n, number(&csv, row, "input_samples"));
        KIN_AUTO(kin_audio_release) struct kin_audio out = apply(option, value, &in);
        ck_assert_msg((double)out.n == number(&csv, row, "output_samples"), "%s --%s %g: %zu", file,
                      option, value, out.n);
        double off = rms_db(&out) - number(&csv, row, "output_rms_db");
        ck_assert_msg(fabs(off) <= 0.5, "%s --%s %g: %g dB off", file, option, value, off);
    }
    kin_csv_release(&csv);
}
END_TEST

TEST_MAIN("rubberband", samples_of_the_command, lengths_and_levels)
