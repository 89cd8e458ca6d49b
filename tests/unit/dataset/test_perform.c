/* Played songs: length, level, stems that add up, the same bits in every thread. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "kindred/studio.h"
#include "support.h"

#define CONFIG "/etc/timidity/freepats.cfg"

static struct kin_sample samples[128];

static const struct kin_sample *load_samples(void)
{
    size_t n;
    struct kin_error err = {0};
    const struct kin_patch_slot *slots = kin_studio_programs(&n);
    struct kin_patch patches[KIN_COUNT(samples)];
    ck_assert_uint_le(n, KIN_COUNT(samples));
    ck_ok(kin_patches_find(CONFIG, slots, n, patches, &err));
    for (size_t i = 0; i < n; i++) {
        char *bytes;
        ck_ok(kin_read_file(patches[i].path, &bytes, &samples[i].length, &err));
        samples[i].bytes = bytes;
        samples[i].options = kin_strdup(patches[i].options);
    }
    kin_patches_release(patches, n);
    return samples;
}

static void free_samples(void)
{
    for (size_t i = 0; i < KIN_COUNT(samples); i++) {
        kin_free((void *)(uintptr_t)samples[i].bytes);
        kin_free((void *)(uintptr_t)samples[i].options);
        samples[i] = (struct kin_sample){0};
    }
}

static const struct kin_studio_params brief = {.seed = 3, .seconds = 4, .vocals = 1};

static double rms(const struct kin_audio *audio)
{
    double sum = 0;
    for (size_t i = 0; i < audio->n; i++)
        sum += (double)audio->samples[i] * (double)audio->samples[i];
    return sqrt(sum / (double)audio->n);
}

static void play(uint64_t index, struct kin_audio *mix, struct kin_audio *parts)
{
    struct kin_song_score song;
    struct kin_error err = {0};
    ck_ok(kin_studio_compose(&brief, index, &song, &err));
    ck_ok(kin_studio_perform(&song, samples, 22050, mix, parts, &err));
    kin_song_score_release(&song);
}

START_TEST(parts_add_up_to_the_mix)
{
    load_samples();
    for (uint64_t i = 0; i < 11; i++) {
        struct kin_song_score song;
        struct kin_error err = {0};
        struct kin_audio mix, parts[KIN_STUDIO_PARTS];
        float peak = 0;
        ck_ok(kin_studio_compose(&brief, i, &song, &err));
        ck_ok(kin_studio_perform(&song, samples, 22050, &mix, parts, &err));
        ck_assert_uint_eq(mix.n, 88200);
        ck_assert_uint_eq(mix.rate_hz, 22050);
        bool sung = strcmp(song.label, "voi") == 0;
        double lead = rms(&parts[sung ? KIN_STUDIO_VOICE : KIN_STUDIO_LEAD]);
        for (int part = 0; part < KIN_STUDIO_PARTS; part++) {
            ck_assert_uint_eq(parts[part].n, mix.n);
            ck_assert_int_eq(rms(&parts[part]) > 0, song.parts[part].n > 0);
            if (song.parts[part].n > 0) /* the fade at the end takes a little */
                ck_assert_double_eq_tol(20 * log10(rms(&parts[part]) / lead),
                                        song.parts[part].level_db, 0.3);
        }
        for (size_t k = 0; k < mix.n; k++) {
            float sum = 0;
            for (int part = 0; part < KIN_STUDIO_PARTS; part++)
                sum += parts[part].samples[k];
            ck_assert_float_eq_tol(sum, mix.samples[k], 1e-6f);
            peak = fmaxf(peak, fabsf(mix.samples[k]));
        }
        ck_assert_double_eq_tol((double)peak, song.peak, 1e-6);
        for (int part = 0; part < KIN_STUDIO_PARTS; part++)
            kin_audio_release(&parts[part]);
        kin_audio_release(&mix);
        kin_song_score_release(&song);
    }
    free_samples();
}
END_TEST

static void *play_four(void *out)
{
    struct kin_audio *mixes = out;
    for (uint64_t i = 0; i < 4; i++)
        play(i, &mixes[i], NULL);
    return NULL;
}

START_TEST(the_same_bits_in_every_thread)
{
    pthread_t threads[3];
    struct kin_audio mixes[4][4];
    load_samples();
    for (size_t t = 0; t < 3; t++)
        ck_assert_int_eq(pthread_create(&threads[t], NULL, play_four, mixes[t]), 0);
    play_four(mixes[3]);
    for (size_t t = 0; t < 3; t++)
        pthread_join(threads[t], NULL);
    for (size_t t = 0; t < 4; t++)
        for (size_t i = 0; i < 4; i++) {
            ck_assert_uint_eq(mixes[t][i].n, mixes[3][i].n);
            ck_assert_mem_eq(mixes[t][i].samples, mixes[3][i].samples,
                             mixes[t][i].n * sizeof(float));
        }
    for (size_t t = 0; t < 4; t++)
        for (size_t i = 0; i < 4; i++)
            kin_audio_release(&mixes[t][i]);
    free_samples();
}
END_TEST

START_TEST(samples_that_are_none)
{
    struct kin_song_score song;
    struct kin_audio mix = {0};
    struct kin_error err = {0};
    struct kin_sample wrong[KIN_COUNT(samples)];
    for (size_t i = 0; i < KIN_COUNT(wrong); i++)
        wrong[i] = (struct kin_sample){.bytes = "no patch", .length = 8, .options = ""};
    ck_ok(kin_studio_compose(&brief, 0, &song, &err));
    ck_assert_int_eq(kin_studio_perform(&song, wrong, 22050, &mix, NULL, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "the instruments give no sound");
    ck_assert_int_eq(kin_studio_perform(&song, wrong, 100, &mix, NULL, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a sample rate of 100 Hz, wanted 8000 to 48000");
    ck_assert_ptr_null(mix.samples);
    kin_song_score_release(&song);
}
END_TEST

START_TEST(a_build_without_a_studio_says_so)
{
    struct kin_song_score song;
    struct kin_audio mix = {0};
    struct kin_error err = {0};
    ck_ok(kin_studio_compose(&brief, 0, &song, &err));
    ck_assert_int_eq(kin_studio_perform(&song, samples, 22050, &mix, NULL, &err), KIN_EUNAVAILABLE);
    ck_assert_str_eq(err.text,
                     "this build cannot play generated music: install libwildmidi-dev and "
                     "freepats and run ./configure without --without-studio");
    kin_song_score_release(&song);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {parts_add_up_to_the_mix, the_same_bits_in_every_thread,
                                  samples_that_are_none};
    const TTest *const without[] = {a_build_without_a_studio_says_so};
    return kin_studio_available() ? run_tests("perform", tests, KIN_COUNT(tests))
                                  : run_tests("perform", without, KIN_COUNT(without));
}
