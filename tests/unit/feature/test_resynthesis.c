#include <math.h>
#include <string.h>

#include "kindred/feature.h"
#include "kindred/random.h"
#include "support.h"

#define SAMPLES 9001

static struct kin_error err;

struct scene {
    struct kin_stft *stft;
    size_t bins, frames, n; /* n: samples that come back */
    float *x, *magnitude, *out;
};

static struct scene scene_new(const struct kin_stft_params *params)
{
    struct scene scene = {0};
    struct kin_random random = kin_random_stream(3, "scene", 5);
    ck_ok(kin_stft_new(params, &scene.stft, &err));
    scene.bins = kin_stft_bins(scene.stft);
    scene.frames = kin_stft_frames(scene.stft, SAMPLES);
    scene.n = params->hop_samples * (scene.frames - 1);
    scene.x = kin_alloc(SAMPLES, sizeof(float));
    scene.magnitude = kin_alloc(scene.bins * scene.frames, sizeof(float));
    scene.out = kin_alloc(scene.n, sizeof(float));
    for (size_t i = 0; i < SAMPLES; i++)
        scene.x[i] = (float)(0.2 * kin_random_normal(&random));
    ck_ok(kin_stft_magnitude(scene.stft, scene.x, 1, SAMPLES, scene.magnitude, &err));
    return scene;
}

static void scene_free(struct scene *scene)
{
    kin_stft_free(scene->stft);
    kin_free(scene->x);
    kin_free(scene->magnitude);
    kin_free(scene->out);
}

static void resynthesise(struct scene *scene)
{
    ck_ok(kin_stft_resynthesise(scene->stft, scene->x, SAMPLES, scene->magnitude, scene->out,
                                &err));
}

START_TEST(its_own_magnitudes_give_the_signal)
{
    const struct kin_stft_params wide = {64, 32, KIN_WINDOW_HANN_PERIODIC};
    const struct kin_stft_params *const all[] = {&kin_stft_phases, &wide, &kin_stft_networks};
    for (size_t p = 0; p < KIN_COUNT(all); p++) {
        struct scene scene = scene_new(all[p]);
        resynthesise(&scene);
        for (size_t i = 0; i < scene.n; i++)
            ck_assert_float_eq_tol(scene.out[i], scene.x[i], 2e-6f);
        scene_free(&scene);
    }
}
END_TEST

/* Linear in the magnitudes: half of them is half the signal, none of them silence. */
START_TEST(less_of_it)
{
    struct scene scene = scene_new(&kin_stft_phases);
    for (size_t i = 0; i < scene.bins * scene.frames; i++)
        scene.magnitude[i] *= 0.5f;
    resynthesise(&scene);
    for (size_t i = 0; i < scene.n; i++)
        ck_assert_float_eq_tol(scene.out[i], scene.x[i] / 2, 2e-6f);
    memset(scene.magnitude, 0, scene.bins * scene.frames * sizeof(float));
    resynthesise(&scene);
    for (size_t i = 0; i < scene.n; i++)
        ck_assert_float_eq(scene.out[i], 0);
    scene_free(&scene);
}
END_TEST

/* Where the signal is silent there is no phase to take: a cosine at every frame's middle. */
START_TEST(a_bin_without_a_phase)
{
    struct scene scene = scene_new(&kin_stft_phases);
    memset(scene.x, 0, SAMPLES * sizeof(float));
    for (size_t i = 0; i < scene.bins * scene.frames; i++)
        scene.magnitude[i] = i / scene.frames == 40;
    resynthesise(&scene);
    for (size_t i = 0; i < scene.n; i++)
        ck_assert(isfinite(scene.out[i]));
    ck_assert_float_ne(scene.out[5000], 0);
    scene_free(&scene);
}
END_TEST

START_TEST(too_short)
{
    struct scene scene = scene_new(&kin_stft_phases);
    ck_assert_int_eq(kin_stft_resynthesise(scene.stft, scene.x, 512, scene.magnitude, scene.out,
                                           &err), KIN_EDATA);
    scene.x[7] = NAN;
    ck_assert_int_eq(kin_stft_resynthesise(scene.stft, scene.x, SAMPLES, scene.magnitude,
                                           scene.out, &err), KIN_EDATA);
    scene_free(&scene);
}
END_TEST

TEST_MAIN("resynthesis", its_own_magnitudes_give_the_signal, less_of_it, a_bin_without_a_phase,
          too_short)
