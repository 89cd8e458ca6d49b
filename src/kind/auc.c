/* Area under the ROC curve of scores of tags, averaged over clips or over tags. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "kindred/kind.h"
#include "kindred/measure.h"
#include "kindred/memory.h"
#include "number.h"

static const char *const averages[] = {"clip", "tag", NULL};

static const struct kin_param params[] = {
    {.name = "over",
     .type = KIN_PARAM_CHOICE,
     .fallback = "clip",
     .choices = averages,
     .doc = "one curve for each clip over the tags, or for each tag over the clips; their mean"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "scores", .type = "vectors", .mode = KIN_WHOLE, .doc = "a score for every tag"},
    {.name = "labels", .type = "vectors", .mode = KIN_WHOLE, .doc = "0 or 1 for every tag"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "number", .type = "number", .doc = "auc; each: the single ones, NaN where undefined"},
    {0},
};

struct matrices {
    float *scores;   /* [clips][tags] */
    uint8_t *labels; /* likewise */
    double *each;
    size_t clips, tags;
};

static void matrices_release(struct matrices *matrices)
{
    kin_free(matrices->scores);
    kin_free(matrices->labels);
    kin_free(matrices->each);
}

static int fill_clip(struct matrices *matrices, size_t clip, const struct kin_tensor *scores,
                     const struct kin_tensor *labels, struct kin_error *err)
{
    if (scores->shape[0] != matrices->tags || labels->shape[0] != matrices->tags)
        return kin_fail(err, KIN_EDATA, "a clip has %zu scores and %zu labels, wanted %zu of each",
                        scores->shape[0], labels->shape[0], matrices->tags);
    for (size_t tag = 0; tag < matrices->tags; tag++) {
        size_t place = clip * matrices->tags + tag;
        double label = ((const double *)labels->data)[tag];
        if (label != 0 && label != 1)
            return kin_fail(err, KIN_EDATA, "a label is %g, wanted 0 or 1", label);
        matrices->scores[place] = ((const float *)scores->data)[tag];
        matrices->labels[place] = (uint8_t)label;
    }
    return 0;
}

/* Clips that both sides have, joined by id. */
static int fill(struct matrices *matrices, const struct kin_set *scores,
                const struct kin_set *labels, struct kin_error *err)
{
    for (size_t i = 0, j = 0; i < scores->n_items && j < labels->n_items;) {
        const struct kin_item *a = &scores->items[i], *b = &labels->items[j];
        int order = strcmp(a->id, b->id);
        i += order <= 0;
        j += order >= 0;
        if (order != 0 || !a->value || !b->value)
            continue;
        KIN_AUTO(kin_tensor_release) struct kin_tensor score = {0};
        KIN_AUTO(kin_tensor_release) struct kin_tensor label = {0};
        KIN_TRY(kin_array_of(a->value, KIN_F32, &score, err));
        KIN_TRY(kin_array_of(b->value, KIN_F64, &label, err));
        if (!matrices->scores) {
            matrices->tags = score.shape[0];
            size_t cells;
            if (!kin_mul_size(scores->n_items, matrices->tags, &cells))
                return kin_fail(err, KIN_ENOMEM, "no memory for %zu scores", matrices->tags);
            KIN_TRY(kin_alloc_into(&matrices->scores, cells, sizeof *matrices->scores, err));
            KIN_TRY(kin_alloc_into(&matrices->labels, cells, sizeof *matrices->labels, err));
        }
        KIN_TRY(fill_clip(matrices, matrices->clips++, &score, &label, err));
    }
    return 0;
}

static int run(struct kin_call *call, struct kin_error *err)
{
    KIN_AUTO(matrices_release) struct matrices matrices = {0};
    KIN_TRY(fill(&matrices, kin_call_input(call, "scores"), kin_call_input(call, "labels"), err));
    bool per_tag = kin_arg_is(call->args, "over", "tag");
    size_t n = per_tag ? matrices.tags : matrices.clips;
    KIN_TRY(kin_alloc_into(&matrices.each, n, sizeof *matrices.each, err));
    struct kin_summary summary;
    KIN_TRY((per_tag ? kin_auc_per_tag : kin_auc_per_clip)(matrices.scores, matrices.labels,
                                                           matrices.clips, matrices.tags,
                                                           matrices.each, &summary, err));
    struct kin_named_number auc = {"auc", summary.mean};
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_TRY(kin_number_new(&auc, 1, &value, err));
    KIN_TRY(kin_number_add_array(value, "each", matrices.each, n, err));
    struct kin_value *given = value;
    value = NULL;
    return kin_call_give(call, 0, NULL, given, err);
}

const struct kin_kind kin_kind_auc = {
    .name = "auc",
    .version = 1,
    .doc = "area under the ROC curve of tags",
    .source = "Kim et al. 2019, section 4.4",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
