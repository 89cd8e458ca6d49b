#include "kindred/task.h"

#include <math.h>
#include <string.h>

#include "kindred/feature.h"
#include "kindred/text.h"
#include "support.h"

static struct kin_error err;

#define TAGS(...) \
    ((const char *const[]){__VA_ARGS__}), KIN_COUNT(((const char *const[]){__VA_ARGS__}))

static const struct kin_task *task_named(const char *name)
{
    const struct kin_task *task = NULL;
    ck_ok(kin_task_find(name, &task, &err));
    return task;
}

START_TEST(the_list)
{
    static const char *const names[] = {"AE", "AT", "IR", "VS"};
    const struct kin_task *task;
    size_t n = 0;
    for (; (task = kin_task_at(n)) != NULL; n++) {
        ck_assert_str_eq(task->name, names[n]);
        ck_assert(task->doc[0] && task->loss[0] && task->measure[0]);
        ck_assert_ptr_eq(task_named(names[n]), task);
        ck_assert_int_eq(task->network, (enum kin_nn_task)n);
    }
    ck_assert_uint_eq(n, KIN_NN_TASKS);
    ck_assert_int_eq(kin_task_find("AR", &task, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "no task is called 'AR'; did you mean 'AE'?");
}
END_TEST

/* ---- classes ---- */

static const struct kin_task_song songs[] = {
    {"a", "piano", (const char *const[]){"rock", "slow"}, 2},
    {"b", "voice", (const char *const[]){"jazz", "slow"}, 2},
    {"c", "piano", (const char *const[]){"jazz", "loud", "slow"}, 3},
    {"d", NULL, NULL, 0},
};

static void expect_classes(const char *task, struct kin_classes_wanted wanted, const char *list)
{
    struct kin_classes classes = {0};
    struct kin_text text = {0};
    ck_ok(kin_classes_find(task_named(task), songs, KIN_COUNT(songs), &wanted, &classes, &err));
    for (size_t i = 0; i < classes.n; i++) {
        kin_text_addf(&text, "%s ", classes.names[i]);
        ck_assert_int_eq(kin_classes_place(&classes, classes.names[i]), (long)i);
    }
    ck_assert_int_eq(kin_classes_place(&classes, "no such"), -1);
    ck_assert_str_eq(kin_text_string(&text), list);
    kin_text_release(&text);
    kin_classes_release(&classes);
}

START_TEST(classes_of_a_list)
{
    const char *const given[] = {"rock", "slow"};
    expect_classes("AT", (struct kin_classes_wanted){0}, "slow jazz loud rock ");
    expect_classes("AT", (struct kin_classes_wanted){.top = 3}, "slow jazz loud ");
    expect_classes("AT", (struct kin_classes_wanted){given, 2, 1}, "rock slow ");
    expect_classes("IR", (struct kin_classes_wanted){.top = 1}, "piano voice ");
    expect_classes("AE", (struct kin_classes_wanted){.top = 5}, "");
    expect_classes("VS", (struct kin_classes_wanted){0}, "");
}
END_TEST

static void expect_no_classes(const char *task, size_t n, struct kin_classes_wanted wanted,
                              int status, const char *text)
{
    struct kin_classes classes = {0};
    ck_assert_int_eq(kin_classes_find(task_named(task), songs, n, &wanted, &classes, &err), status);
    ck_assert_str_eq(err.text, text);
    ck_assert_uint_eq(classes.n, 0);
}

START_TEST(wrong_classes)
{
    const char *const absent[] = {"slow", "polka"}, *const twice[] = {"slow", "slow"};
    expect_no_classes("AT", 4, (struct kin_classes_wanted){absent, 2, 0}, KIN_EDATA,
                      "none of 4 training songs has the class 'polka'");
    expect_no_classes("AT", 4, (struct kin_classes_wanted){twice, 2, 0}, KIN_EINVAL,
                      "class 'slow' stands twice in the list");
    expect_no_classes("AT", 0, (struct kin_classes_wanted){0}, KIN_EDATA,
                      "none of 0 songs has a tag");
    expect_no_classes("IR", 1, (struct kin_classes_wanted){0}, KIN_EDATA,
                      "1 different label in 1 songs, wanted 2 or more");
    expect_no_classes("AE", 4, (struct kin_classes_wanted){absent, 1, 0}, KIN_EINVAL,
                      "task AE has no classes");
}
END_TEST

START_TEST(songs_to_learn_from)
{
    struct kin_classes classes = {0};
    const char *const names[] = {"guitar", "voice"};
    const struct kin_task *task = task_named("IR");
    ck_ok(kin_classes_copy(names, 2, &classes, &err));
    ck_ok(kin_task_check(task, &songs[1], &classes, &err));
    ck_assert_int_eq(kin_task_check(task, &songs[0], &classes, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "song 'a' has the label 'piano', which is none of the 2 classes of "
                               "the training songs");
    ck_assert_int_eq(kin_task_check(task, &songs[3], &classes, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "song 'd' has no label");
    ck_ok(kin_task_check(task_named("AT"), &songs[3], &classes, &err));
    kin_classes_release(&classes);
}
END_TEST

/* ---- the front, and batches ---- */

#define WIDTH 16

struct rig {
    float mean[513], deviation[513];
    struct kin_front *front;
    float *mix, *stem;
};

static void rig_init(struct rig *rig, bool baseline)
{
    struct kin_front_params params = {.baseline = baseline, .rate_hz = 22050, .width = WIDTH};
    for (size_t i = 0; i < 513; i++) {
        rig->mean[i] = -0.1f * (float)i;
        rig->deviation[i] = 10 + 0.01f * (float)i;
    }
    params.scale = (struct kin_scale){rig->mean, rig->deviation};
    ck_ok(kin_front_new(&params, &rig->front, &err));
    size_t n = kin_front_samples(WIDTH);
    ck_ok(kin_alloc_into(&rig->mix, n, sizeof(float), &err));
    ck_ok(kin_alloc_into(&rig->stem, n, sizeof(float), &err));
    for (size_t i = 0; i < n; i++) {
        rig->stem[i] = 0.3f * sinf(0.1f * (float)i);
        rig->mix[i] = rig->stem[i] + 0.2f * sinf(0.31f * (float)i);
    }
}

static void rig_release(struct rig *rig)
{
    kin_front_free(rig->front);
    kin_free(rig->mix);
    kin_free(rig->stem);
}

START_TEST(sizes)
{
    ck_assert_uint_eq(kin_front_samples(173), 44100); /* the authors' 2 s */
    ck_assert_uint_eq(kin_front_samples(128), 32580);
    ck_assert_uint_eq(kin_front_bins(), 513);
    struct kin_front_params params = {.rate_hz = 22050, .width = 7};
    struct kin_front *front;
    ck_assert_int_eq(kin_front_new(&params, &front, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "width of the input is 7 frames, wanted 8 or more");
}
END_TEST

/* The spectrogram of feature.h, standardised bin by bin. */
START_TEST(what_networks_see)
{
    struct rig rig;
    struct kin_stft *stft;
    rig_init(&rig, false);
    size_t n = kin_front_inputs(rig.front), samples = kin_front_samples(WIDTH);
    ck_assert_uint_eq(n, 513 * WIDTH);
    float *input = kin_alloc(n, sizeof *input), *db = kin_alloc(n, sizeof *db);
    ck_ok(kin_front_input(rig.front, rig.mix, input, &err));
    ck_ok(kin_stft_new(&kin_stft_networks, &stft, &err));
    ck_assert_uint_eq(kin_stft_frames(stft, samples), WIDTH);
    ck_ok(kin_stft_db(stft, rig.mix, 1, samples, KIN_FLOOR_CLIP, db, &err));
    for (size_t i = 0; i < n; i++)
        ck_assert_float_eq(input[i], (db[i] - rig.mean[i / WIDTH]) / rig.deviation[i / WIDTH]);
    kin_stft_free(stft);
    kin_free(input);
    kin_free(db);
    rig_release(&rig);
}
END_TEST

START_TEST(targets)
{
    struct rig rig;
    struct kin_batch batch;
    struct kin_classes tags = {0}, labels = {0};
    const struct kin_task_options both = {0}, voice = {.voice_only = true};
    const struct kin_task_clip clip = {&songs[2], NULL, NULL};
    rig_init(&rig, false);
    struct kin_task_clip heard = clip;
    heard.mix = rig.mix;
    heard.stem = rig.stem;
    ck_ok(kin_classes_copy(TAGS("slow", "rock", "jazz"), &tags, &err));
    ck_ok(kin_classes_copy(TAGS("guitar", "piano"), &labels, &err));

    ck_ok(kin_batch_init(&batch, task_named("AT"), rig.front, &tags, &both, 2, &err));
    ck_ok(kin_batch_fill(&batch, rig.front, &tags, &both, 1, &heard, &err));
    ck_assert_mem_eq(batch.tags + 3, ((float[]){1, 0, 1}), 3 * sizeof(float));
    ck_assert_ptr_null(kin_batch_target(&batch).label);
    kin_batch_release(&batch);

    ck_ok(kin_batch_init(&batch, task_named("IR"), rig.front, &labels, &both, 2, &err));
    ck_ok(kin_batch_fill(&batch, rig.front, &labels, &both, 1, &heard, &err));
    ck_assert_int_eq(batch.label[1], 1);
    kin_batch_release(&batch);

    const struct kin_classes none = {0};
    ck_ok(kin_batch_init(&batch, task_named("VS"), rig.front, &none, &voice, 1, &err));
    ck_assert_ptr_null(kin_batch_target(&batch).rest);
    kin_batch_release(&batch);
    kin_classes_release(&tags);
    kin_classes_release(&labels);
    rig_release(&rig);
}
END_TEST

/* The rest is the mix without the stem, taken in the time domain. */
START_TEST(stems)
{
    struct rig rig;
    struct kin_batch batch;
    const struct kin_task_options both = {0};
    const struct kin_classes none = {0};
    rig_init(&rig, false);
    size_t n = 513 * WIDTH, samples = kin_front_samples(WIDTH);
    float *wanted = kin_alloc(n, sizeof *wanted);
    ck_ok(kin_batch_init(&batch, task_named("VS"), rig.front, &none, &both, 1, &err));
    const struct kin_task_clip clip = {&songs[0], rig.mix, rig.stem};
    ck_ok(kin_batch_fill(&batch, rig.front, &none, &both, 0, &clip, &err));
    ck_ok(kin_front_magnitude(rig.front, rig.mix, wanted, &err));
    ck_assert_mem_eq(batch.magnitude, wanted, n * sizeof *wanted);
    ck_ok(kin_front_magnitude(rig.front, rig.stem, wanted, &err));
    ck_assert_mem_eq(batch.voice, wanted, n * sizeof *wanted);
    for (size_t i = 0; i < samples; i++)
        rig.mix[i] -= rig.stem[i];
    ck_ok(kin_front_magnitude(rig.front, rig.mix, wanted, &err));
    ck_assert_mem_eq(batch.rest, wanted, n * sizeof *wanted);
    kin_batch_release(&batch);
    kin_free(wanted);
    rig_release(&rig);
}
END_TEST

/* The baseline reads the vector, and reconstructs the image in the reading asked for. */
START_TEST(baseline)
{
    struct rig rig;
    struct kin_batch batch;
    const struct kin_classes none = {0};
    rig_init(&rig, true);
    ck_assert_uint_eq(kin_front_inputs(rig.front), 144);
    size_t n = 513 * WIDTH;
    float *wanted = kin_alloc(n, sizeof *wanted);
    const struct kin_task_clip clip = {&songs[0], rig.mix, NULL};
    for (int linear = 0; linear <= 1; linear++) {
        const struct kin_task_options options = {.linear_magnitude = linear};
        ck_ok(kin_batch_init(&batch, task_named("AE"), rig.front, &none, &options, 1, &err));
        ck_ok(kin_batch_fill(&batch, rig.front, &none, &options, 0, &clip, &err));
        ck_ok(linear ? kin_front_magnitude(rig.front, rig.mix, wanted, &err)
                     : kin_front_image(rig.front, rig.mix, wanted, &err));
        ck_assert_mem_eq(kin_batch_target(&batch).image, wanted, n * sizeof *wanted);
        kin_batch_release(&batch);
    }
    const struct kin_task_size size = {16, 256, 0.5};
    struct kin_network_spec spec = kin_task_spec(task_named("AE"), rig.front, &none, &size);
    ck_assert_uint_eq(spec.channels, 8);
    ck_assert_uint_eq(spec.inputs, 144);
    ck_assert(spec.baseline);
    kin_free(wanted);
    rig_release(&rig);
}
END_TEST

TEST_MAIN("task", the_list, classes_of_a_list, wrong_classes, songs_to_learn_from, sizes,
          what_networks_see, targets, stems, baseline)
