/* Training a network for a task. */
#include <math.h>
#include <string.h>

#include "kindred/memory.h"
#include "learner.h"
#include "model.h"
#include "scaler.h"

#define AUDIO_SHARE 2 /* decoded audio takes at most so big a part of the memory: a half */

static const char *const tasks[] = {"AE", "AT", "IR", "VS", NULL};
static const char *const encoders[] = {"VGG", "MFCC", NULL};
static const char *const stores[] = {"float", "mulaw", NULL};
static const char *const separations[] = {"both", "voice", NULL};
static const char *const images[] = {"standardised", "magnitude", NULL};

static const struct kin_param params[] = {
    {.name = "task", .type = KIN_PARAM_CHOICE, .choices = tasks, .doc = "what it learns"},
    {.name = "encoder",
     .type = KIN_PARAM_CHOICE,
     .choices = encoders,
     .fallback = "VGG",
     .doc = "the VGG-like network, or the same head on the MFCC baseline's vector"},
    {.name = "epochs",
     .type = KIN_PARAM_INTEGER,
     .unit = "epochs",
     .min = 1,
     .max = 1e6,
     .flags = KIN_PARAM_HORIZON,
     .doc = "an epoch is one random clip of every song; more of them continue from fewer"},
    {.name = "batch",
     .type = KIN_PARAM_INTEGER,
     .unit = "clips",
     .fallback = "24",
     .min = 2,
     .max = 4096,
     .doc = "clips of a step; the last step of an epoch takes what is left, unless that is 1"},
    {.name = "rate",
     .type = KIN_PARAM_NUMBER,
     .fallback = "0.001",
     .min = 1e-9,
     .max = 10,
     .doc = "learning rate of Adam (AMSGrad)"},
    {.name = "decay",
     .type = KIN_PARAM_NUMBER,
     .fallback = "1e-7",
     .max = 1,
     .doc = "L2 on all parameters"},
    {.name = "dropout",
     .type = KIN_PARAM_NUMBER,
     .fallback = "0.5",
     .max = 0.99,
     .doc = "probability that a number is left out in training"},
    {.name = "width",
     .type = KIN_PARAM_INTEGER,
     .unit = "frames",
     .fallback = "173",
     .min = 8,
     .max = 10000,
     .doc = "width of the input; 173 frames are the authors' 44100 samples, the paper says 128"},
    {.name = "channels",
     .type = KIN_PARAM_INTEGER,
     .fallback = "16",
     .min = 4,
     .max = 1024,
     .doc = "of the first block; the baseline's decoder has half of them"},
    {.name = "hidden",
     .type = KIN_PARAM_INTEGER,
     .fallback = "256",
     .min = 4,
     .max = 4096,
     .doc = "size of the embedding, and the most channels of a block"},
    {.name = "classes",
     .type = KIN_PARAM_LIST,
     .fallback = "",
     .doc = "tags (AT) or labels (IR) to learn; default: those of the training songs"},
    {.name = "top",
     .type = KIN_PARAM_INTEGER,
     .unit = "tags",
     .fallback = "50",
     .max = 1e6,
     .doc = "AT without a list: the most frequent tags of the training songs; 0: all"},
    {.name = "stem",
     .type = KIN_PARAM_TEXT,
     .fallback = "voice",
     .doc = "VS: the isolated part to separate from the rest"},
    {.name = "separation",
     .type = KIN_PARAM_CHOICE,
     .choices = separations,
     .fallback = "both",
     .doc = "VS: the loss counts voice and rest (the authors' code), or the voice (the paper)"},
    {.name = "image",
     .type = KIN_PARAM_CHOICE,
     .choices = images,
     .fallback = "standardised",
     .doc = "AE of the baseline: what it reconstructs; magnitude is the authors' choice"},
    {.name = "store",
     .type = KIN_PARAM_CHOICE,
     .choices = stores,
     .fallback = "float",
     .doc = "samples as they are, or in 8 bits as the original experiment kept them"},
    {.name = "seed",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .max = 0x1p53,
     .doc = "seed of starting values, order, clips and dropout"},
    {.name = "checkpoint_seconds",
     .type = KIN_PARAM_NUMBER,
     .unit = "s",
     .fallback = "60",
     .min = 0,
     .max = 1e6,
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "work that a kill may cost; changes no result"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "catalog", .mode = KIN_WHOLE, .doc = "the training songs"},
    {.name = "scaler", .type = "scaler", .mode = KIN_WHOLE, .doc = "what inputs are scaled by"},
    {.name = "validation",
     .type = "catalog",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "songs whose loss is reported after each epoch"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "model", .type = "model", .doc = "the trained network"},
    {.name = "losses", .type = "table", .doc = "epoch, training loss, validation loss"},
    {.name = "state",
     .type = "state",
     .flags = KIN_OUTPUT_STATE,
     .doc = "what a longer training continues from"},
    {0},
};

static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    const char *const *list;
    int64_t channels = kin_arg_integer(args, "channels"), hidden = kin_arg_integer(args, "hidden");
    *blame = "hidden";
    if (hidden < channels)
        return kin_fail(err, KIN_EINVAL,
                        "parameter 'hidden' is %lld, wanted 'channels' (%lld) or more",
                        (long long)hidden, (long long)channels);
    *blame = "classes";
    bool has_classes = kin_arg_is(args, "task", "AT") || kin_arg_is(args, "task", "IR");
    if (!has_classes && kin_arg_list(args, "classes", &list) > 0)
        return kin_fail(err, KIN_EINVAL, "task %s has no classes, wanted no parameter 'classes'",
                        kin_arg_text(args, "task"));
    return 0;
}

/* ---- one call ---- */

struct training {
    struct kin_call *call;
    struct kin_model model; /* its scale is the scaler's */
    float *frequencies;     /* of the classes */
    struct corpus songs, validation;
    struct kin_front *front;
    struct learner learner;
};

static void training_release(struct training *training)
{
    learner_release(&training->learner);
    kin_front_free(training->front);
    corpus_release(&training->songs);
    corpus_release(&training->validation);
    kin_model_release(&training->model);
    kin_free(training->frequencies);
}

static int read_model(struct training *training, struct kin_error *err)
{
    const struct kin_args *args = training->call->args;
    struct kin_model *model = &training->model;
    KIN_TRY(kin_task_find(kin_arg_text(args, "task"), &model->task, err));
    model->baseline = kin_arg_is(args, "encoder", "MFCC");
    model->linear_magnitude = model->baseline && kin_arg_is(args, "image", "magnitude");
    model->width = (size_t)kin_arg_integer(args, "width");
    model->size.channels = (size_t)kin_arg_integer(args, "channels");
    model->size.hidden = (size_t)kin_arg_integer(args, "hidden");
    model->size.dropout = kin_arg_number(args, "dropout");
    return kin_scaler_get(kin_call_input(training->call, "scaler")->value, &model->scale,
                          &model->rate_hz, err);
}

static int open_songs(struct training *training, struct kin_error *err)
{
    const struct kin_call *call = training->call;
    const struct corpus_params wanted = {
        .rate_hz = (unsigned)lround(training->model.rate_hz),
        .samples = kin_front_samples(training->model.width),
        .stem = training->model.task->stem ? kin_arg_text(call->args, "stem") : NULL,
        .mulaw = kin_arg_is(call->args, "store", "mulaw"),
        .budget = call->services->memory / AUDIO_SHARE,
    };
    const struct kin_set none = {0}, *validation = kin_call_input(call, "validation");
    KIN_TRY(
        corpus_open(&training->songs, kin_call_input(call, "of"), &wanted, call->services, err));
    return corpus_open(&training->validation, validation ? validation : &none, &wanted,
                       call->services, err);
}

static int find_classes(struct training *training, struct kin_error *err)
{
    const struct kin_args *args = training->call->args;
    KIN_AUTO(kin_auto_free) struct kin_task_song *says = NULL;
    struct kin_classes_wanted wanted = {.top = (size_t)kin_arg_integer(args, "top")};
    struct kin_model *model = &training->model;
    size_t n = training->songs.n;
    wanted.n_given = kin_arg_list(args, "classes", &wanted.given);
    KIN_TRY(corpus_says(&training->songs, &says, err));
    KIN_TRY(kin_classes_find(model->task, says, n, &wanted, &model->classes, err));
    KIN_TRY(kin_alloc_into(&training->frequencies, model->classes.n, sizeof(float), err));
    model->frequencies = training->frequencies;
    return kin_classes_frequencies(model->task, says, n, &model->classes, training->frequencies,
                                   err);
}

/* Both lists ascend by id. */
static int check_disjoint(const struct corpus *a, const struct corpus *b, struct kin_error *err)
{
    size_t i = 0, j = 0;
    while (i < a->n && j < b->n) {
        int order = strcmp(a->songs[i].says.id, b->songs[j].says.id);
        if (order == 0)
            return kin_fail(err, KIN_EDATA, "song '%s' is in both training and validation",
                            a->songs[i].says.id);
        i += order < 0;
        j += order > 0;
    }
    return 0;
}

static int check_songs(const struct training *training, const struct corpus *songs,
                       struct kin_error *err)
{
    const struct kin_model *model = &training->model;
    for (size_t i = 0; i < songs->n; i++)
        KIN_TRY(kin_task_check(model->task, &songs->songs[i].says, &model->classes, err));
    return 0;
}

/* Everything that can be wrong with the data, before the first step. */
static int check_data(struct training *training, struct kin_error *err)
{
    size_t batch = (size_t)kin_arg_integer(training->call->args, "batch");
    if (training->songs.n < batch)
        return kin_fail(err, KIN_EDATA, "%zu training song%s, wanted at least the %zu of a batch",
                        training->songs.n, training->songs.n == 1 ? "" : "s", batch);
    KIN_TRY(check_disjoint(&training->songs, &training->validation, err));
    KIN_TRY(find_classes(training, err));
    KIN_TRY(check_songs(training, &training->songs, err));
    KIN_TRY(check_songs(training, &training->validation, err));
    KIN_TRY(corpus_load(&training->songs, err));
    training->validation.params.budget -= training->songs.used;
    return corpus_load(&training->validation, err);
}

static int make_learner(struct training *training, struct kin_error *err)
{
    const struct kin_args *args = training->call->args;
    struct learner_params wanted = {
        .plan = {.training = &training->songs,
                 .validation = &training->validation,
                 .task = training->model.task,
                 .front = training->front,
                 .classes = &training->model.classes,
                 .options = {.voice_only = kin_arg_is(args, "separation", "voice"),
                             .linear_magnitude = training->model.linear_magnitude},
                 .batch = (size_t)kin_arg_integer(args, "batch"),
                 .epochs = (size_t)kin_arg_integer(args, "epochs"),
                 .seed = (uint64_t)kin_arg_integer(args, "seed")},
        .spec = kin_model_spec(&training->model, training->front),
        .adam = kin_adam_defaults(),
        .checkpoint_s = kin_arg_number(args, "checkpoint_seconds"),
    };
    wanted.adam.rate = kin_arg_number(args, "rate");
    wanted.adam.decay = kin_arg_number(args, "decay");
    return learner_init(&training->learner, &wanted, training->call->services, err);
}

static int give_results(struct training *training, struct kin_error *err)
{
    struct learner *learner = &training->learner;
    struct kin_call *call = training->call;
    struct kin_value *value = NULL;
    KIN_TRY(kin_model_new(&training->model, kin_network_layout(learner->networks[0]),
                          learner->state.training.values, &value, err));
    KIN_TRY(kin_call_give(call, 0, "model", value, err));
    KIN_TRY(training_state_table(&learner->state, &value, err));
    KIN_TRY(kin_call_give(call, 0, "losses", value, err));
    KIN_TRY(training_state_value(&learner->state, &value, err));
    KIN_TRY(kin_call_give(call, 0, "state", value, err));
    kin_call_count(call, "epochs", learner->epochs_done);
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(training_release) struct training training = {.call = call};
    KIN_TRY(read_model(&training, err));
    KIN_TRY(open_songs(&training, err));
    KIN_TRY(check_data(&training, err));
    KIN_TRY(kin_model_front(&training.model, &training.front, err));
    KIN_TRY(make_learner(&training, err));
    KIN_TRY(learner_resume(&training.learner, kin_call_prior(call, 0), err));
    KIN_TRY(learner_run(&training.learner, err));
    return give_results(&training, err);
}

const struct kin_kind kin_kind_train = {
    .name = "train",
    .version = 2,
    .doc = "trains a network for one of the four tasks",
    .source = "Kim et al. 2019, sections 3.2, 4.2 and 4.3; details as in the authors' code",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .wide = true,
    .check = check,
    .run = run,
};
