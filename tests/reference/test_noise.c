/* Mixing rule and pink noise (reference section 11). */
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kindred/csv.h"
#include "kindred/noise.h"
#include "kindred/npy.h"
#include "support.h"

static struct kin_tensor read_doubles(const char *path)
{
    struct kin_error err = {0};
    struct kin_tensor tensor = {0};
    ck_ok(kin_npy_read(path, &tensor, &err));
    ck_assert_int_eq(tensor.dtype, KIN_F64);
    return tensor;
}

static void check_mix(const char *path, const struct kin_tensor *signal,
                      const struct kin_tensor *noise)
{
    struct kin_error err = {0};
    double snr_db;
    ck_assert_int_eq(sscanf(strrchr(path, '/') + 1, "mix_%lf.npy", &snr_db), 1);
    struct kin_tensor wanted = read_doubles(path);
    size_t n = kin_tensor_count(&wanted);
    ck_assert_uint_eq(kin_tensor_count(signal), n);
    ck_assert_uint_eq(kin_tensor_count(noise), n);
    KIN_AUTO(kin_auto_free) double *found = kin_alloc(n, sizeof *found);
    ck_ok(kin_noise_mix(signal->data, noise->data, n, snr_db, found, &err));
    for (size_t i = 0; i < n; i++)
        ck_assert_double_eq_tol(found[i], ((const double *)wanted.data)[i], 1e-12);
    kin_tensor_release(&wanted);
}

START_TEST(mixing_rule)
{
    struct kin_tensor signal = read_doubles(reference_path("noise/signal.npy"));
    struct kin_tensor noise = read_doubles(reference_path("noise/noise.npy"));
    glob_t found;
    ck_assert_int_eq(glob(reference_path("noise/mix_*.npy"), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_mix(found.gl_pathv[i], &signal, &noise);
    globfree(&found);
    kin_tensor_release(&signal);
    kin_tensor_release(&noise);
}
END_TEST

enum { PINK_SAMPLES = 88200, BANDS = 27 };
static const double rate_hz = 22050;

/* Slope in dB per decade of a straight line through the mean power in BANDS logarithmic bands from
 * 20 Hz to 10 kHz; x is transformed in place. */
static double slope_of(struct kin_fft *fft)
{
    kin_fft_forward(fft);
    float(*spectrum)[2] = kin_fft_spectrum(fft);
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int band = 0; band < BANDS; band++) {
        double low = 20 * pow(500, (double)band / BANDS);
        double high = 20 * pow(500, (double)(band + 1) / BANDS);
        size_t first = (size_t)ceil(low * PINK_SAMPLES / rate_hz);
        size_t last = (size_t)floor(high * PINK_SAMPLES / rate_hz);
        double power = 0;
        for (size_t k = first; k <= last; k++)
            power += pow((double)spectrum[k][0], 2) + pow((double)spectrum[k][1], 2);
        double x = log10(sqrt(low * high));
        double y = 10 * log10(power / (double)(last - first + 1));
        sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    return (BANDS * sxy - sx * sy) / (BANDS * sxx - sx * sx);
}

static double deviation_of(const float *x, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)x[i];
        squares += (double)x[i] * (double)x[i];
    }
    double mean = sum / (double)n;
    return sqrt(squares / (double)n - mean * mean);
}

/* A single draw between -10.6 and -9.4, the mean of 20 between -10.1 and -9.9; standard deviation
 * like that of the reference draws: their mean plus or minus three of their own deviations. */
/* Mean and deviation of a column of the reference draws. */
struct column {
    double mean, deviation;
};

static struct column read_column(const char *name)
{
    struct kin_error err = {0};
    struct kin_csv csv = {0};
    ck_ok(kin_csv_read(reference_path("noise/pink_slopes.csv"), &csv, &err));
    long at = kin_csv_column(&csv, name);
    ck_assert_int_ge(at, 0);
    ck_assert_uint_ge(csv.rows, 10);
    double sum = 0, squares = 0, n = (double)csv.rows;
    for (size_t r = 0; r < csv.rows; r++) {
        double x;
        ck_assert(kin_number_parse(kin_csv_cell(&csv, r, (size_t)at), false, &x));
        sum += x;
        squares += x * x;
    }
    kin_csv_release(&csv);
    return (struct column){.mean = sum / n,
                           .deviation = sqrt((squares - sum * sum / n) / (n - 1))};
}

START_TEST(pink_slope_and_level)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
    ck_ok(kin_fft_new(PINK_SAMPLES, &fft, &err));
    double mean_slope = 0, mean_deviation = 0;
    for (int draw = 0; draw < 20; draw++) {
        struct kin_random random = kin_random_stream(7, &draw, sizeof draw);
        kin_noise_pink(fft, &random);
        double deviation = deviation_of(kin_fft_real(fft), PINK_SAMPLES);
        ck_assert_double_eq_tol(deviation, 0.99, 0.2);
        mean_deviation += deviation / 20;
        double slope = slope_of(fft);
        ck_assert_double_eq_tol(slope, -10, 0.6);
        mean_slope += slope / 20;
    }
    printf("mean slope %.3f dB per decade, mean deviation %.3f\n", mean_slope, mean_deviation);
    ck_assert_double_eq_tol(mean_slope, -10, 0.1);
    ck_assert_double_eq_tol(mean_deviation, 0.99, 0.05);
    /* The same generator by other hands: means of 20 draws differ by their spread over root 20. */
    const struct column slopes = read_column("slope_db_per_decade");
    const struct column deviations = read_column("sample_std");
    ck_assert_double_eq_tol(mean_slope, slopes.mean, 4 * slopes.deviation / sqrt(20));
    ck_assert_double_eq_tol(mean_deviation, deviations.mean, 4 * deviations.deviation / sqrt(20));
}
END_TEST

/* Octaves hold the same power within 0.3 dB, in the mean of 20 draws. */
START_TEST(pink_octaves)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_fft_auto) struct kin_fft *fft = NULL;
    ck_ok(kin_fft_new(PINK_SAMPLES, &fft, &err));
    double power[6] = {0};
    for (int draw = 0; draw < 20; draw++) {
        struct kin_random random = kin_random_stream(8, &draw, sizeof draw);
        kin_noise_pink(fft, &random);
        kin_fft_forward(fft);
        float(*spectrum)[2] = kin_fft_spectrum(fft);
        for (size_t octave = 0; octave < KIN_COUNT(power); octave++) {
            size_t top = 32768 >> octave;
            for (size_t k = top / 2; k < top; k++)
                power[octave] += pow((double)spectrum[k][0], 2) + pow((double)spectrum[k][1], 2);
        }
    }
    for (size_t octave = 1; octave < KIN_COUNT(power); octave++)
        ck_assert_double_eq_tol(10 * log10(power[octave] / power[0]), 0, 0.3);
}
END_TEST

TEST_MAIN("noise", mixing_rule, pink_slope_and_level, pink_octaves)
