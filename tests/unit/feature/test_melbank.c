#include <math.h>
#include <string.h>

#include "feature/frames.h"
#include "support.h"

/* Up to 1 kHz the scale is linear: bands 250 Hz apart, bins 125 Hz apart. */
START_TEST(linear_part_by_hand)
{
    struct kin_error err = {0};
    const struct kin_mel_params p = {.rate_hz = 2000, .frame_samples = 16, .bands = 3};
    float bank[3][9];
    ck_ok(kin_mel_bank(&p, bank[0], &err));
    for (size_t m = 0; m < 3; m++) {
        for (size_t k = 0; k < 9; k++) {
            double off = fabs((double)k - 2 * (double)(m + 1)); /* bins from the centre */
            ck_assert_double_eq_tol((double)bank[m][k], off < 2 ? 0.004 * (1 - off / 2) : 0, 1e-9);
        }
    }
}
END_TEST

/* Above 1 kHz the centres grow by equal factors, 6.4 in 27 mels; every triangle has area 1. */
START_TEST(logarithmic_part)
{
    struct kin_error err = {0};
    /* 15 mels at 1 kHz and 27 up to 6.4 kHz: centres at 1, 2, … 41 mel. */
    const struct kin_mel_params p = {.rate_hz = 12800, .frame_samples = 32768, .bands = 41};
    size_t bins = p.frame_samples / 2 + 1;
    float *bank = kin_alloc(p.bands * bins, sizeof *bank);
    ck_ok(kin_mel_bank(&p, bank, &err));
    double bin_hz = p.rate_hz / (double)p.frame_samples;
    for (size_t m = 0; m < p.bands; m++) {
        double area = 0;
        size_t peak = 0;
        for (size_t k = 0; k < bins; k++) {
            area += (double)bank[m * bins + k] * bin_hz;
            if (bank[m * bins + k] > bank[m * bins + peak])
                peak = k;
        }
        double mel = (double)(m + 1);
        double centre = mel < 15 ? mel * 200 / 3 : 1000 * pow(6.4, (mel - 15) / 27);
        ck_assert_double_eq_tol((double)peak * bin_hz, centre, bin_hz);
        ck_assert_double_eq_tol(area, 1, 1e-4);
    }
    kin_free(bank);
}
END_TEST

START_TEST(sparse_is_dense_without_zeros)
{
    struct kin_error err = {0};
    const struct kin_mel_params cases[] = {
        {22050, 2048, 128}, {22050, 1024, 128}, {8000, 512, 40},
        {44100, 64, 128},   {100, 4, 1},        {16000, 2048, 1},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        const struct kin_mel_params *p = &cases[i];
        size_t bins = p->frame_samples / 2 + 1;
        float *bank = kin_alloc(p->bands * bins, sizeof *bank);
        struct kin_mel_band *bands;
        double *weights;
        ck_ok(kin_mel_bank(p, bank, &err));
        ck_ok(kin_mel_sparse(p, &bands, &weights, &err));
        for (size_t m = 0; m < p->bands; m++) {
            ck_assert_uint_le(bands[m].first + bands[m].count, bins);
            for (size_t k = 0; k < bins; k++) {
                bool inside = k >= bands[m].first && k - bands[m].first < bands[m].count;
                float weight = inside ? (float)bands[m].weights[k - bands[m].first] : 0;
                ck_assert_float_eq(bank[m * bins + k], weight);
                ck_assert(!inside || weight > 0);
            }
        }
        kin_free(bank);
        kin_free(bands);
        kin_free(weights);
    }
}
END_TEST

START_TEST(wrong_parameters)
{
    struct kin_error err = {0};
    const struct {
        struct kin_mel_params params;
        const char *text;
    } cases[] = {
        {{0, 1024, 128}, "rate is 0 Hz, expected more than 0"},
        {{-5, 1024, 128}, "rate is -5 Hz, expected more than 0"},
        {{NAN, 1024, 128}, "rate is nan Hz, expected more than 0"},
        {{INFINITY, 1024, 128}, "rate is inf Hz, expected more than 0"},
        {{22050, 1023, 128}, "frame is 1023 samples, expected an even number from 4 on"},
        {{22050, 2, 128}, "frame is 2 samples, expected an even number from 4 on"},
        {{22050, 1024, 0}, "number of mel bands is 0, expected at least 1"},
    };
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        float out = 7;
        struct kin_mel_band *bands = NULL;
        double *weights = NULL;
        ck_assert_int_eq(kin_mel_bank(&cases[i].params, &out, &err), KIN_EINVAL);
        ck_assert_str_eq(err.text, cases[i].text);
        ck_assert_float_eq(out, 7);
        ck_assert_int_eq(kin_mel_sparse(&cases[i].params, &bands, &weights, &err), KIN_EINVAL);
        ck_assert_ptr_null(bands);
    }
}
END_TEST

TEST_MAIN("melbank", linear_part_by_hand, logarithmic_part, sparse_is_dense_without_zeros,
          wrong_parameters)
