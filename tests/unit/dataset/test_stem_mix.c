/* The mix of parts. */
#include "kindred/dataset.h"
#include "support.h"

static struct kin_audio make(const float *x, size_t n, unsigned rate_hz)
{
    struct kin_audio audio;
    struct kin_error err = {0};
    ck_ok(kin_audio_alloc(&audio, n, rate_hz, &err));
    memcpy(audio.samples, x, n * sizeof *x);
    return audio;
}

static void check_mix(const float a[3], const float b[3], double factor)
{
    struct kin_audio parts[2] = {make(a, 3, 8000), make(b, 3, 8000)}, mix = {0};
    struct kin_error err = {0};
    double found;
    ck_ok(kin_stems_mix(parts, 2, &mix, &found, &err));
    ck_assert_double_eq_tol(found, factor, 1e-12);
    ck_assert_uint_eq(mix.rate_hz, 8000);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_float_eq_tol(parts[0].samples[i], (float)factor * a[i], 1e-7f);
        ck_assert_float_eq_tol(mix.samples[i], parts[0].samples[i] + parts[1].samples[i], 1e-7f);
        ck_assert_float_le(mix.samples[i], 1);
    }
    for (size_t i = 0; i < 2; i++)
        kin_audio_release(&parts[i]);
    kin_audio_release(&mix);
}

START_TEST(the_sum_fits)
{
    check_mix((float[]){0.5f, 0, -0.25f}, (float[]){0.25f, 1, -0.5f}, 1);
    check_mix((float[]){0.75f, 0, -0.25f}, (float[]){0.5f, 1, -0.5f}, 0.8);
    check_mix((float[]){1.25f, 0, -0.25f}, (float[]){-0.5f, 1, -0.5f}, 0.8); /* a part alone */
}
END_TEST

START_TEST(unequal_parts)
{
    struct kin_audio parts[2] = {make((float[]){1, 2, 3}, 3, 8000), make((float[]){1, 2}, 2, 8000)};
    struct kin_audio mix = {0};
    struct kin_error err = {0};
    ck_assert_int_eq(kin_stems_mix(parts, 2, &mix, NULL, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "parts of 3 samples at 8000 Hz and 2 at 8000 Hz");
    ck_assert_int_eq(kin_stems_mix(parts, 0, &mix, NULL, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "no part to mix");
    for (size_t i = 0; i < 2; i++)
        kin_audio_release(&parts[i]);
}
END_TEST

TEST_MAIN("stem_mix", the_sum_fits, unequal_parts)
