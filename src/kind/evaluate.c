/*
 * How well a model does its task, clip by clip. Items of type «numbers»:
 *   task         text  AE AT IR VS
 *   performance  f64   the measure of this clip, NaN where it is undefined
 *   scores       f32[classes], and
 *   labels       f64[classes]  0 or 1: of AT and IR, for what is measured over all clips
 */
#include "each.h"
#include "kindred/memory.h"
#include "model.h"
#include "number.h"
#include "song.h"

#define BLOCK 64 /* the model is read and its front made once a call */

static const char *const predictors[] = {"network", "prior", "ideal", NULL};

static const struct kin_param params[] = {
    {.name = "predictor",
     .type = KIN_PARAM_CHOICE,
     .choices = predictors,
     .fallback = "network",
     .doc = "the model; what knows the training songs alone (VS: the mixture); VS: the ideal mask"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "clips", .mode = KIN_EACH, .doc = "the clips; their centre counts"},
    {.name = "songs",
     .type = "catalog",
     .mode = KIN_EACH,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "AT, IR: the songs they come from, with tags and labels"},
    {.name = "stem",
     .type = "clips",
     .mode = KIN_EACH,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "VS: the isolated part of each clip"},
    {.name = "model", .type = "model", .mode = KIN_WHOLE, .doc = "the network"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "numbers", .type = "numbers", .doc = "performance of each clip"},
    {0},
};

struct evaluation {
    struct kin_model model;
    struct kin_front *front;
    struct kin_judge *judge;
    struct kin_model_network *net; /* NULL: another predictor */
    enum kin_guess guess;
    float *input, *output;
};

static void evaluation_release(struct evaluation *e)
{
    kin_judge_free(e->judge);
    kin_front_free(e->front);
    kin_model_release(&e->model);
    kin_free(e->input);
    kin_free(e->output);
}

static int take_network(struct evaluation *e, const struct kin_call *call, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&e->input, kin_front_inputs(e->front), sizeof(float), err));
    return kin_model_network_take(call, KIN_NETWORK_EVALUATES, &e->model, e->front, &e->net, err);
}

static int make_judge(struct evaluation *e, struct kin_error *err)
{
    const struct kin_judge_params wanted = {
        .task = e->model.task,
        .front = e->front,
        .classes = &e->model.classes,
        .frequencies = e->model.frequencies,
        .options = {.linear_magnitude = e->model.linear_magnitude},
    };
    KIN_TRY(kin_judge_new(&wanted, &e->judge, err));
    return kin_alloc_into(&e->output, kin_judge_outputs(e->judge), sizeof(float), err);
}

/* What the task needs beside the clips. */
static int check_ports(const struct kin_call *call, const struct kin_task *task,
                       struct kin_error *err)
{
    const char *port = task->classes ? "songs" : task->stem ? "stem" : NULL;
    if (!port || kin_call_input(call, port))
        return 0;
    return kin_fail(err, KIN_EINVAL, "no input '%s', wanted one, as the model is of task %s", port,
                    task->name);
}

static int evaluation_init(struct evaluation *e, const struct kin_call *call, struct kin_error *err)
{
    KIN_TRY(kin_model_read(kin_call_input(call, "model")->value, &e->model, err));
    KIN_TRY(check_ports(call, e->model.task, err));
    KIN_TRY(kin_model_front(&e->model, &e->front, err));
    KIN_TRY(make_judge(e, err));
    e->guess = kin_arg_is(call->args, "predictor", "ideal") ? KIN_GUESS_IDEAL : KIN_GUESS_PRIOR;
    return kin_arg_is(call->args, "predictor", "network") ? take_network(e, call, err) : 0;
}

/* ---- one clip ---- */

/* Everything about a clip that a judge may ask for; owned. */
struct clip {
    struct kin_audio mix, stem;
    struct kin_task_song says;
};

static void clip_release(struct clip *clip)
{
    kin_audio_release(&clip->mix);
    kin_audio_release(&clip->stem);
    kin_song_says_release(&clip->says);
}

static int read_clip(const struct kin_call *call, const struct evaluation *e, size_t k,
                     struct clip *out, struct kin_error *err)
{
    KIN_TRY(kin_model_clip(&e->model, kin_call_item(call, "of", k), &out->mix, err));
    if (e->model.task->stem) {
        int status = kin_model_clip(&e->model, kin_call_item(call, "stem", k), &out->stem, err);
        return status != 0 ? kin_error_within(err, "the stem") : 0;
    }
    if (!e->model.task->classes)
        return 0;
    const char *id = kin_call_input(call, "songs")->items[k].id;
    return kin_song_says(kin_call_item(call, "songs", k), id, &out->says, err);
}

static int predict(struct evaluation *e, const struct kin_task_clip *clip, struct kin_error *err)
{
    if (!e->net)
        return kin_judge_guess(e->judge, e->guess, clip, e->output, err);
    KIN_TRY(kin_front_input(e->front, clip->mix, e->input, err));
    return kin_model_network_apply(e->net, e->input, 1, e->output, NULL, err);
}

static int add_classes(const struct evaluation *e, const struct kin_task_song *song,
                       struct kin_value *value, struct kin_error *err)
{
    size_t n = e->model.classes.n;
    KIN_AUTO(kin_auto_free) uint8_t *has = NULL;
    KIN_AUTO(kin_auto_free) double *labels = NULL;
    KIN_TRY(kin_alloc_into(&has, n, sizeof *has, err));
    KIN_TRY(kin_alloc_into(&labels, n, sizeof *labels, err));
    kin_classes_of(e->model.task, song, &e->model.classes, has);
    for (size_t i = 0; i < n; i++)
        labels[i] = has[i];
    KIN_TRY(kin_value_set_f32(value, "scores", e->output, n, 0, err));
    return kin_number_add_array(value, "labels", labels, n, err);
}

static int evaluate(struct kin_call *call, size_t k, void *context, struct kin_value **out,
                    struct kin_error *err)
{
    struct evaluation *e = context;
    KIN_AUTO(clip_release) struct clip clip = {0};
    struct kin_named_number performance = {.name = "performance"};
    KIN_TRY(read_clip(call, e, k, &clip, err));
    const struct kin_task_clip heard = {&clip.says, clip.mix.samples, clip.stem.samples};
    KIN_TRY(predict(e, &heard, err));
    KIN_TRY(kin_judge_clip(e->judge, &heard, e->output, &performance.value, err));
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_TRY(kin_number_new(&performance, 1, &value, err));
    KIN_TRY(kin_value_set_text(value, "task", e->model.task->name, err));
    if (e->model.task->classes)
        KIN_TRY(add_classes(e, &clip.says, value, err));
    *out = value;
    value = NULL;
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(evaluation_release) struct evaluation e = {0};
    int status = evaluation_init(&e, call, err);
    if (status == 0)
        status = kin_each(call, evaluate, &e, err);
    kin_model_network_leave(call, e.net);
    return status;
}

const struct kin_kind kin_kind_evaluate = {
    .name = "evaluate",
    .version = 1,
    .doc = "how well a trained network does its task, clip by clip",
    .source = "Kim et al. 2019, section 4.4; the centre of each clip, as in the authors' code",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .block = BLOCK,
    .run = run,
};
