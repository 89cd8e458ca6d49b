/* The performance of a model over all clips, from that of each. */
#include <math.h>
#include <string.h>

#include "interval.h"
#include "kindred/measure.h"
#include "kindred/memory.h"
#include "kindred/task.h"
#include "number.h"

static const struct kin_param params[] = {KIN_INTERVAL_PARAMS, {0}};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "numbers", .mode = KIN_WHOLE, .doc = "what evaluate gives"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "number",
     .type = "number",
     .doc = "performance, on request lower and upper; score (its sign turned for AE), clips, "
            "undefined, missing; AT: per_tag"},
    {0},
};

/* The clips that have a performance to speak of. */
struct clips {
    const struct kin_task *task;
    const struct kin_value **values;
    size_t n, missing;
    double *each; /* the performance of each */
};

static void clips_release(struct clips *clips)
{
    kin_free(clips->values);
    kin_free(clips->each);
}

static int add_clip(struct clips *clips, const struct kin_value *value, struct kin_error *err)
{
    const struct kin_task *task;
    KIN_TRY(kin_task_find(kin_value_text(value, "task", ""), &task, err));
    if (clips->task && clips->task != task)
        return kin_fail(err, KIN_EDATA, "clips of the tasks %s and %s, wanted one task",
                        clips->task->name, task->name);
    clips->task = task;
    clips->each[clips->n] = kin_value_f64(value, "performance", NAN);
    clips->values[clips->n++] = value;
    return 0;
}

static int clips_init(struct clips *clips, const struct kin_set *set, struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(&clips->values, set->n_items, sizeof *clips->values, err));
    KIN_TRY(kin_alloc_into(&clips->each, set->n_items, sizeof *clips->each, err));
    for (size_t i = 0; i < set->n_items; i++) {
        if (set->items[i].value)
            KIN_TRY(add_clip(clips, set->items[i].value, err));
        else
            clips->missing++;
    }
    return 0;
}

/* ---- tags: measured over what clips there are ---- */

struct tags {
    float *scores;   /* [clips][n] */
    uint8_t *labels; /* likewise */
    size_t n;
};

static void tags_release(struct tags *tags)
{
    kin_free(tags->scores);
    kin_free(tags->labels);
}

static int read_tags(const struct kin_value *value, size_t n, const float **scores,
                     const double **labels, struct kin_error *err)
{
    const struct kin_tensor *score, *label;
    KIN_TRY(kin_value_want(value, "scores", KIN_F32, 1, &score, err));
    KIN_TRY(kin_value_want(value, "labels", KIN_F64, 1, &label, err));
    if (score->shape[0] != n || label->shape[0] != n)
        return kin_fail(err, KIN_ECORRUPT, "a clip with %zu scores and %zu labels, wanted %zu",
                        score->shape[0], label->shape[0], n);
    *scores = score->data;
    *labels = label->data;
    return 0;
}

/* Which tags some clip has: the others are left out, as in the authors' program. */
static int used_tags(const struct clips *clips, size_t n, bool *used, struct kin_error *err)
{
    const float *scores;
    const double *labels;
    for (size_t i = 0; i < clips->n; i++) {
        KIN_TRY(read_tags(clips->values[i], n, &scores, &labels, err));
        for (size_t t = 0; t < n; t++)
            used[t] |= labels[t] != 0;
    }
    return 0;
}

static int tags_init(struct tags *tags, const struct clips *clips, struct kin_error *err)
{
    const struct kin_tensor *first;
    const float *scores;
    const double *labels;
    size_t cells, at = 0;
    KIN_TRY(kin_value_want(clips->values[0], "scores", KIN_F32, 1, &first, err));
    size_t n = first->shape[0];
    KIN_AUTO(kin_auto_free) bool *used = NULL;
    KIN_TRY(kin_alloc_into(&used, n, sizeof *used, err));
    KIN_TRY(used_tags(clips, n, used, err));
    for (size_t t = 0; t < n; t++)
        tags->n += used[t];
    if (!kin_mul_size(clips->n, tags->n, &cells))
        return kin_fail(err, KIN_ENOMEM, "no memory for %zu scores", tags->n);
    KIN_TRY(kin_alloc_into(&tags->scores, cells, sizeof *tags->scores, err));
    KIN_TRY(kin_alloc_into(&tags->labels, cells, sizeof *tags->labels, err));
    for (size_t i = 0; i < clips->n; i++) {
        KIN_TRY(read_tags(clips->values[i], n, &scores, &labels, err));
        for (size_t t = 0; t < n; t++) {
            if (!used[t])
                continue;
            tags->scores[at] = scores[t];
            tags->labels[at++] = labels[t] != 0;
        }
    }
    return 0;
}

/* Replaces the clips' performances by those over the tags in use. */
static int judge_tags(struct clips *clips, struct kin_summary *per_tag, struct kin_error *err)
{
    KIN_AUTO(tags_release) struct tags tags = {0};
    struct kin_summary per_clip;
    KIN_TRY(tags_init(&tags, clips, err));
    KIN_TRY(
        kin_auc_per_clip(tags.scores, tags.labels, clips->n, tags.n, clips->each, &per_clip, err));
    return kin_auc_per_tag(tags.scores, tags.labels, clips->n, tags.n, NULL, per_tag, err);
}

static int give(struct kin_call *call, const struct clips *clips, const struct kin_summary *per_tag,
                struct kin_error *err)
{
    struct kin_summary all = kin_summarise(clips->each, clips->n);
    double sign = clips->task && clips->task->less_is_better ? -1 : 1;
    const struct kin_named_number numbers[] = {
        {"performance", all.mean},
        {"score", sign * all.mean},
        {"clips", (double)all.n},
        {"undefined", (double)all.undefined},
        {"missing", (double)clips->missing},
        {"per_tag", per_tag->mean},
    };
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_TRY(kin_number_new(numbers, KIN_COUNT(numbers) - (per_tag->n == 0), &value, err));
    KIN_TRY(kin_interval_add(call, clips->each, clips->n, value, err));
    struct kin_value *given = value;
    value = NULL;
    return kin_call_give(call, 0, NULL, given, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(clips_release) struct clips clips = {0};
    struct kin_summary per_tag = {0};
    KIN_TRY(clips_init(&clips, kin_call_input(call, "of"), err));
    if (clips.task && clips.task->network == KIN_NN_AT)
        KIN_TRY(judge_tags(&clips, &per_tag, err));
    return give(call, &clips, &per_tag, err);
}

const struct kin_kind kin_kind_performance = {
    .name = "performance",
    .version = 1,
    .doc = "the measure of a task over all clips: mean square error, AUC, accuracy, SDR",
    .source = "Kim et al. 2019, section 4.4",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
