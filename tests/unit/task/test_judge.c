/* What a judge makes of outputs, and of the predictors that are no network. */
#include <math.h>
#include <string.h>

#include "kindred/feature.h"
#include "kindred/measure.h"
#include "kindred/random.h"
#include "kindred/task.h"
#include "support.h"

#define WIDTH 173
#define RATE 22050

static struct kin_error err;

/* A voice that sings in the second half of its clip, and the rest. */
struct scene {
    float mean[513], deviation[513], frequencies[3];
    struct kin_classes classes;
    struct kin_front *front;
    struct kin_judge *judge;
    size_t samples, outputs;
    float *mix, *voice, *output;
    struct kin_task_clip clip;
};

static void sing(struct scene *scene)
{
    struct kin_random random = kin_random_stream(2, "judge", 5);
    for (size_t i = 0; i < scene->samples; i++) {
        double t = (double)i / RATE;
        scene->voice[i] = (float)(0.3 * sin(2 * M_PI * 440 * t) * (1 + 0.1 * sin(9 * t)));
        scene->mix[i] = scene->voice[i] + (float)(0.05 * kin_random_normal(&random));
    }
}

static void scene_init(struct scene *scene, const char *name, bool baseline, bool linear)
{
    *scene = (struct scene){.frequencies = {0.5f, 0.75f, 0.25f}};
    const struct kin_task *task = NULL;
    ck_ok(kin_task_find(name, &task, &err));
    for (size_t i = 0; i < 513; i++)
        scene->deviation[i] = 10;
    if (task->classes)
        ck_ok(kin_classes_copy((const char *const[]){"a", "b", "c"}, 3, &scene->classes, &err));
    const struct kin_front_params params = {.baseline = baseline,
                                            .rate_hz = RATE,
                                            .width = WIDTH,
                                            .scale = {scene->mean, scene->deviation}};
    ck_ok(kin_front_new(&params, &scene->front, &err));
    scene->samples = kin_front_samples(WIDTH);
    scene->mix = kin_alloc(scene->samples, sizeof(float));
    scene->voice = kin_alloc(scene->samples, sizeof(float));
    sing(scene);
    const struct kin_judge_params wanted = {
        .task = task, .front = scene->front, .classes = &scene->classes,
        .frequencies = scene->frequencies, .options = {.linear_magnitude = linear}};
    ck_ok(kin_judge_new(&wanted, &scene->judge, &err));
    scene->outputs = kin_judge_outputs(scene->judge);
    scene->output = kin_alloc(scene->outputs, sizeof(float));
}

static void scene_free(struct scene *scene)
{
    kin_judge_free(scene->judge);
    kin_front_free(scene->front);
    kin_classes_release(&scene->classes);
    kin_free(scene->mix);
    kin_free(scene->voice);
    kin_free(scene->output);
}

static double judged(struct scene *scene, const struct kin_task_song *song)
{
    double performance = NAN;
    const struct kin_task_clip clip = {song, scene->mix, scene->voice};
    ck_ok(kin_judge_clip(scene->judge, &clip, scene->output, &performance, &err));
    return performance;
}

static void guess(struct scene *scene, enum kin_guess which)
{
    const struct kin_task_clip clip = {NULL, scene->mix, scene->voice};
    ck_ok(kin_judge_guess(scene->judge, which, &clip, scene->output, &err));
}

static int guess_status(struct scene *scene, enum kin_guess which)
{
    const struct kin_task_clip clip = {NULL, scene->mix, scene->voice};
    return kin_judge_guess(scene->judge, which, &clip, scene->output, &err);
}

/* ---- AE ---- */

START_TEST(autoencoding)
{
    struct scene scene;
    scene_init(&scene, "AE", false, false);
    ck_assert_uint_eq(scene.outputs, 513 * WIDTH);
    ck_ok(kin_front_image(scene.front, scene.mix, scene.output, &err));
    ck_assert_double_eq(judged(&scene, NULL), 0);
    for (size_t i = 0; i < scene.outputs; i++)
        scene.output[i] += i % 2 ? 0.5f : -0.5f;
    ck_assert_double_eq_tol(judged(&scene, NULL), 0.25, 1e-6);
    guess(&scene, KIN_GUESS_PRIOR); /* the mean of the standardised is 0 */
    float *image = kin_alloc(scene.outputs, sizeof *image);
    double sum = 0;
    ck_ok(kin_front_image(scene.front, scene.mix, image, &err));
    for (size_t i = 0; i < scene.outputs; i++)
        sum += (double)image[i] * (double)image[i];
    ck_assert_double_eq_tol(judged(&scene, NULL), sum / (double)scene.outputs, 1e-9);
    ck_assert_int_eq(guess_status(&scene, KIN_GUESS_IDEAL), KIN_EINVAL);
    ck_assert_str_eq(err.text, "there is no such predictor for task AE");
    kin_free(image);
    scene_free(&scene);
}
END_TEST

START_TEST(autoencoding_of_magnitudes)
{
    struct scene scene;
    scene_init(&scene, "AE", true, true);
    ck_ok(kin_front_magnitude(scene.front, scene.mix, scene.output, &err));
    ck_assert_double_eq(judged(&scene, NULL), 0);
    ck_assert_int_eq(guess_status(&scene, KIN_GUESS_PRIOR), KIN_EINVAL);
    scene_free(&scene);
}
END_TEST

/* ---- AT, IR ---- */

static const struct kin_task_song song = {"x", "b", (const char *const[]){"b", "c", "z"}, 3};

START_TEST(tagging)
{
    struct scene scene;
    scene_init(&scene, "AT", false, false);
    ck_assert_uint_eq(scene.outputs, 3);
    memcpy(scene.output, (const float[]){-1, 3, 2}, 3 * sizeof(float));
    ck_assert_double_eq(judged(&scene, &song), 1);
    memcpy(scene.output, (const float[]){2.5, 3, 2}, 3 * sizeof(float));
    ck_assert_double_eq(judged(&scene, &song), 0.5);
    guess(&scene, KIN_GUESS_PRIOR); /* a 0.5, b 0.75, c 0.25: one of two pairs */
    ck_assert_double_eq(judged(&scene, &song), 0.5);
    const struct kin_task_song bare = {"y", NULL, NULL, 0};
    ck_assert_double_nan(judged(&scene, &bare));
    ck_assert_int_eq(guess_status(&scene, KIN_GUESS_IDEAL), KIN_EINVAL);
    scene_free(&scene);
}
END_TEST

START_TEST(instruments)
{
    struct scene scene;
    scene_init(&scene, "IR", false, false);
    memcpy(scene.output, (const float[]){-1, 3, 2}, 3 * sizeof(float));
    ck_assert_double_eq(judged(&scene, &song), 1);
    memcpy(scene.output, (const float[]){4, 3, 2}, 3 * sizeof(float));
    ck_assert_double_eq(judged(&scene, &song), 0);
    guess(&scene, KIN_GUESS_PRIOR); /* b is the most frequent */
    ck_assert_double_eq(judged(&scene, &song), 1);
    double performance;
    const struct kin_task_song stranger = {"y", "d", NULL, 0};
    const struct kin_task_clip clip = {&stranger, scene.mix, NULL};
    ck_assert_int_eq(kin_judge_clip(scene.judge, &clip, scene.output, &performance, &err),
                     KIN_EDATA);
    scene_free(&scene);
}
END_TEST

/* ---- VS ---- */

/* All of the mixture has the ratio of voice to noise; the ideal mask is much better, a half of the
 * mixture is as good as half a voice can be. */
START_TEST(separation)
{
    struct scene scene;
    scene_init(&scene, "VS", false, false);
    double voice = 0, rest = 0;
    size_t n = RATE; /* one window */
    for (size_t i = 0; i < n; i++) {
        voice += pow((double)scene.voice[i], 2);
        rest += pow((double)scene.mix[i] - (double)scene.voice[i], 2);
    }
    guess(&scene, KIN_GUESS_PRIOR);
    double mixture = judged(&scene, NULL);
    ck_assert_double_eq_tol(mixture, 10 * log10(voice / rest), 0.01);
    guess(&scene, KIN_GUESS_IDEAL);
    ck_assert_double_gt(judged(&scene, NULL), mixture + 10);
    memset(scene.output, 0, scene.outputs * sizeof(float));
    ck_assert_double_nan(judged(&scene, NULL)); /* silence, as in museval */
    memset(scene.voice, 0, scene.samples * sizeof(float));
    guess(&scene, KIN_GUESS_IDEAL);
    ck_assert_double_nan(judged(&scene, NULL));
    scene_free(&scene);
}
END_TEST

/* The second window is not full: what happens there does not count. */
START_TEST(one_window)
{
    struct scene scene;
    scene_init(&scene, "VS", false, false);
    guess(&scene, KIN_GUESS_PRIOR);
    double whole = judged(&scene, NULL);
    for (size_t i = RATE + 2048; i < scene.samples; i++)
        scene.voice[i] = 0;
    ck_assert_double_eq(judged(&scene, NULL), whole);
    scene_free(&scene);
}
END_TEST

/* ---- classes ---- */

START_TEST(frequencies)
{
    const struct kin_task_song songs[] = {
        {"x", "b", (const char *const[]){"b", "c"}, 2}, {"y", "a", (const char *const[]){"c"}, 1},
        {"z", NULL, NULL, 0},                           {"w", "b", NULL, 0}};
    static const float tags[] = {0, 0.25f, 0.5f}, labels[] = {0.25f, 0.5f, 0};
    struct kin_classes classes = {0};
    float out[3];
    ck_ok(kin_classes_copy((const char *const[]){"a", "b", "c"}, 3, &classes, &err));
    for (int turn = 0; turn < 2; turn++) {
        const struct kin_task *task = NULL;
        ck_ok(kin_task_find(turn ? "IR" : "AT", &task, &err));
        ck_ok(kin_classes_frequencies(task, songs, 4, &classes, out, &err));
        ck_assert_mem_eq(out, turn ? labels : tags, sizeof out);
        ck_ok(kin_classes_frequencies(task, songs, 0, &classes, out, &err));
        ck_assert_float_eq(out[0] + out[1] + out[2], 0);
    }
    kin_classes_release(&classes);
}
END_TEST

TEST_MAIN("judge", autoencoding, autoencoding_of_magnitudes, tagging, instruments, separation,
          one_window, frequencies)
