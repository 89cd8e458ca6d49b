/* Generated songs in a store, and calls of `train` with services that count, cancel and resume. */
#ifndef KINDRED_TESTS_TRAIN_SUPPORT_H
#define KINDRED_TESTS_TRAIN_SUPPORT_H

#include "kind/model.h"
#include "solo_support.h"

#define SONGS_MAX 16
#define RATE 22050

struct studio {
    struct kin_value *songs[SONGS_MAX], *clips[2 * SONGS_MAX];
    struct kin_digest digests[2 * SONGS_MAX]; /* of the clips */
    char ids[SONGS_MAX][8];
    struct kin_item items[SONGS_MAX];
    size_t n, n_clips;
    struct kin_set set;
    struct kin_value *checkpoint; /* the newest */
    size_t checkpoints;
    size_t cancel_after; /* checks of whether to stop; 0: never */
    size_t checks;
    unsigned threads;
    size_t memory;
    const struct studio *other; /* whose clips are in the store, too; or NULL */
};

static inline struct kin_digest studio_clip(struct studio *studio, uint64_t seed, size_t samples,
                                            double level)
{
    struct kin_value *clip = make_clip(seed, samples, RATE, level);
    studio->clips[studio->n_clips] = clip;
    studio->digests[studio->n_clips] = digest_of_value(clip);
    return studio->digests[studio->n_clips++];
}

/* Song k: a label of three, two tags, a stem of the same length. */
static inline void studio_song(struct studio *studio, size_t k, size_t samples)
{
    static const char *const labels[] = {"cel", "flu", "pia"};
    static const char *const tags[][2] = {{"fast", "major"}, {"fast", "minor"}, {"major", "slow"}};
    struct kin_value *song = kin_value_new("song");
    struct kin_digest mix = studio_clip(studio, k, samples, 0.5);
    struct kin_digest stem = studio_clip(studio, k + 100, samples, 0.2);
    ck_ok(kin_value_set_digests(song, "audio", &mix, 1, &err));
    ck_ok(kin_value_set_text(song, "form", "clip", &err));
    ck_ok(kin_value_set_text(song, "label", labels[k % 3], &err));
    ck_ok(kin_value_set_texts(song, "tags", tags[k % 3], 2, &err));
    ck_ok(kin_value_set_texts(song, "stem_names", (const char *const[]){"voice"}, 1, &err));
    ck_ok(kin_value_set_digests(song, "stems", &stem, 1, &err));
    ck_ok(kin_value_set_f64(song, "seconds", (double)samples / RATE, &err));
    snprintf(studio->ids[studio->n], sizeof studio->ids[0], "song%02zu", k);
    studio->songs[studio->n] = song;
    studio->items[studio->n] = (struct kin_item){
        .id = studio->ids[studio->n], .digest = digest_of_value(song), .value = song};
    studio->n++;
}

/* Songs first … first + n - 1, 0.6 s and more. */
static inline void studio_init(struct studio *studio, size_t first, size_t n)
{
    *studio = (struct studio){.threads = 1, .memory = (size_t)1 << 30};
    for (size_t k = 0; k < n; k++)
        studio_song(studio, first + k, 13000 + 100 * k);
    studio->set = (struct kin_set){.items = studio->items, .n_items = n};
}

static inline void studio_release(struct studio *studio)
{
    for (size_t i = 0; i < studio->n; i++)
        kin_value_free(studio->songs[i]);
    for (size_t i = 0; i < studio->n_clips; i++)
        kin_value_free(studio->clips[i]);
    kin_value_free(studio->checkpoint);
}

/* ---- services ---- */

static inline struct kin_value *copy_of(const struct kin_value *value)
{
    void *bytes;
    size_t length;
    struct kin_value *copy = NULL;
    ck_ok(kin_value_encode(value, &bytes, &length, &err));
    ck_ok(kin_value_decode(bytes, length, &copy, &err));
    return copy;
}

/* Called from the feeding thread as well. */
static inline int studio_fetch(void *context, const struct kin_digest *digest,
                               struct kin_value **out, struct kin_error *error)
{
    for (const struct studio *studio = context; studio; studio = studio->other) {
        for (size_t i = 0; i < studio->n_clips; i++) {
            if (!kin_digest_equal(&studio->digests[i], digest))
                continue;
            *out = copy_of(studio->clips[i]);
            return 0;
        }
    }
    return kin_fail(error, KIN_ENOTFOUND, "no such clip");
}

static inline int studio_checkpoint(void *context, struct kin_value *takes,
                                    struct kin_error *error)
{
    struct studio *studio = context;
    (void)error;
    kin_value_free(studio->checkpoint);
    studio->checkpoint = takes;
    studio->checkpoints++;
    return 0;
}

static inline int studio_resume(void *context, struct kin_value **out, struct kin_error *error)
{
    struct studio *studio = context;
    (void)error;
    *out = studio->checkpoint ? copy_of(studio->checkpoint) : NULL;
    return 0;
}

static inline void studio_progress(void *context, const char *text)
{
    (void)context;
    ck_assert_ptr_nonnull(text);
}

static inline bool studio_cancelled(void *context)
{
    struct studio *studio = context;
    return ++studio->checks == studio->cancel_after;
}

static inline struct kin_services studio_services(struct studio *studio)
{
    return (struct kin_services){
        .context = studio,
        .fetch = studio_fetch,
        .checkpoint = studio_checkpoint,
        .resume = studio_resume,
        .progress = studio_progress,
        .cancelled = studio_cancelled,
        .threads = studio->threads,
        .memory = studio->memory,
    };
}

/* ---- calls ---- */

static inline struct kin_value *make_scaler(void)
{
    double mean[513], deviation[513];
    size_t n = 513;
    for (size_t i = 0; i < n; i++) {
        mean[i] = -10 - 0.05 * (double)i;
        deviation[i] = 12;
    }
    struct kin_value *scaler = make_array("scaler", "mean", KIN_F32, 1, &n, mean);
    struct kin_tensor tensor;
    ck_ok(kin_tensor_alloc(&tensor, KIN_F32, 1, &n, &err));
    for (size_t i = 0; i < n; i++)
        ((float *)tensor.data)[i] = (float)deviation[i];
    ck_ok(kin_value_set(scaler, "deviation", &tensor, &err));
    ck_ok(kin_value_set_f64(scaler, "rate_hz", RATE, &err));
    return scaler;
}

#define WIDTH 16 /* of models made by hand */

/* A model with weights as they start; the classes are a, b, c. */
static inline struct kin_value *make_model(const char *task_name, bool baseline,
                                           struct kin_value *scaler)
{
    struct kin_model model = {.baseline = baseline, .width = WIDTH, .size = {4, 16, 0.5},
                              .rate_hz = RATE, .frequencies = (const float[]){0.5f, 0.25f, 0.75f}};
    const char *const names[] = {"a", "b", "c"};
    ck_ok(kin_task_find(task_name, &model.task, &err));
    model.scale.mean = kin_value_get(scaler, "mean")->data;
    model.scale.deviation = kin_value_get(scaler, "deviation")->data;
    if (model.task->classes)
        ck_ok(kin_classes_copy(names, 3, &model.classes, &err));
    struct kin_front *front;
    struct kin_layout layout;
    struct kin_value *value = NULL;
    ck_ok(kin_model_front(&model, &front, &err));
    const struct kin_network_spec spec = kin_model_spec(&model, front);
    ck_ok(kin_layout_new(&spec, &layout, &err));
    float *values = kin_alloc(layout.total, sizeof *values);
    kin_layout_start(&layout, 5, values);
    ck_ok(kin_model_new(&model, &layout, values, &value, &err));
    kin_free(values);
    kin_layout_release(&layout);
    kin_front_free(front);
    kin_model_release(&model);
    return value;
}

/* A tiny network: 16 frames, 4 channels, 16 hidden, batches of 3. Parameters: NAME, VALUE, … */
struct lesson {
    struct studio *studio;
    const struct studio *validation; /* or NULL */
    const struct kin_value *prior;   /* or NULL */
    const char *const *parameters;
};

static inline struct kin_args *lesson_args(const struct kin_kind *kind,
                                           const char *const *parameters)
{
    static const char *const tiny[] = {"width", "16", "channels", "4", "hidden", "16",
                                       "batch", "3",  "seed",     "7", NULL};
    struct kin_args *args = kin_args_new(kind);
    for (int turn = 0; turn < 2; turn++) {
        const char *const *list = turn ? parameters : tiny;
        for (size_t i = 0; list[i]; i += 2) {
            struct kin_literal literal = {.text = list[i + 1]};
            ck_ok(kin_args_set(args, list[i], &literal, &err));
        }
    }
    return args;
}

/* The status; given is filled and to be released. */
static inline int lesson_run(const struct lesson *lesson, struct kin_given *given)
{
    const struct kin_kind *kind = kin_kind_find("train");
    struct kin_args *args = lesson_args(kind, lesson->parameters);
    struct kin_value *scaler = make_scaler();
    struct kin_services services = studio_services(lesson->studio);
    const struct kin_set scaler_set = {.value = scaler};
    const struct kin_set *sets[] = {&lesson->studio->set, &scaler_set,
                                    lesson->validation ? &lesson->validation->set : NULL};
    const size_t n_sets[] = {1, 1, lesson->validation != NULL};
    *given = (struct kin_given){0};
    struct kin_call call = {.kind = kind,
                            .args = args,
                            .sets = sets,
                            .n_sets = n_sets,
                            .priors = &lesson->prior,
                            .services = &services,
                            .given = given};
    lesson->studio->checks = 0;
    lesson->studio->other = lesson->validation;
    int status = kind->run(&call, &err);
    if (status == 0)
        status = kin_given_check(&call, &err);
    kin_args_free(args);
    kin_value_free(scaler);
    return status;
}

/* Output 0 model, 1 losses, 2 state. */
static inline const struct kin_value *given_output(const struct kin_given *given, size_t output)
{
    const struct kin_gift *gift = kin_given_find(given, output, 0);
    ck_assert_ptr_nonnull(gift);
    return gift->value;
}

static inline void ck_same_given(const struct kin_given *a, const struct kin_given *b)
{
    for (size_t output = 0; output < 3; output++)
        ck_assert_msg(same_value(given_output(a, output), given_output(b, output)),
                      "output %zu differs", output);
}

#endif
