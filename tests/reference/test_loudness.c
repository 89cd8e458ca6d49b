/* Integrated loudness and the gain between two signals, against libebur128's own program and the
 * standard written out (reference section 4). */
#include <math.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/loudness.h"
#include "reference_audio.h"

static const char *text(const struct kin_csv *csv, size_t row, const char *column)
{
    long c = kin_csv_column(csv, column);
    ck_assert_msg(c >= 0, "no column '%s'", column);
    return kin_csv_cell(csv, row, (size_t)c);
}

static double number(const struct kin_csv *csv, size_t row, const char *column)
{
    return strtod(text(csv, row, column), NULL);
}

static double loudness_of(const struct kin_audio *audio)
{
    struct kin_error err = {0};
    double lufs = 0;
    ck_ok(kin_loudness_measure(audio, &lufs, &err));
    return lufs;
}

/* 0.01 LU, the rounding of meters; -inf where nothing lies above the gate. */
START_TEST(integrated_loudness)
{
    struct kin_error err = {0};
    struct kin_csv csv = {0};
    ck_ok(kin_csv_read(reference_path("loudness/loudness.csv"), &csv, &err));
    ck_assert_uint_gt(csv.rows, 0);
    for (size_t row = 0; row < csv.rows; row++) {
        const char *file = text(&csv, row, "file");
        KIN_AUTO(kin_audio_release) struct kin_audio audio = read_audio(reference_path(file));
        ck_assert_double_eq((double)audio.n, number(&csv, row, "samples"));
        double found = loudness_of(&audio), wanted = number(&csv, row, "libebur128_lufs");
        bool equal = isinf(wanted) ? found == wanted : fabs(found - wanted) <= 0.01;
        ck_assert_msg(equal, "%s: %g LUFS, wanted %g", file, found, wanted);
    }
    kin_csv_release(&csv);
}
END_TEST

/* Relative 0.001: 0.01 LU is 0.00115. */
START_TEST(gain_between_two)
{
    struct kin_error err = {0};
    struct kin_csv csv = {0};
    ck_ok(kin_csv_read(reference_path("loudness/match.csv"), &csv, &err));
    ck_assert_uint_gt(csv.rows, 0);
    for (size_t row = 0; row < csv.rows; row++) {
        KIN_AUTO(kin_audio_release)
        struct kin_audio reference = read_audio(reference_path(text(&csv, row, "reference")));
        KIN_AUTO(kin_audio_release)
        struct kin_audio signal = read_audio(reference_path(text(&csv, row, "signal")));
        signal.n = (size_t)number(&csv, row, "samples");
        double wanted = number(&csv, row, "gain_libebur128");
        double found = kin_loudness_gain(loudness_of(&reference), loudness_of(&signal));
        ck_assert_double_eq_tol(found / wanted, 1, 0.001);
        float before = signal.samples[signal.n / 2];
        bool matched = false;
        ck_ok(kin_loudness_match(&reference, &signal, &matched, &err));
        ck_assert(matched);
        ck_assert_double_eq_tol((double)signal.samples[signal.n / 2], wanted * (double)before,
                                0.001 * fabs((double)before));
        ck_assert_double_eq_tol(loudness_of(&signal), loudness_of(&reference), 0.01);
    }
    kin_csv_release(&csv);
}
END_TEST

TEST_MAIN("loudness", integrated_loudness, gain_between_two)
