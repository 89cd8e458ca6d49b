/* Fewer tags: those that the most songs have. */
#include <stdlib.h>
#include <string.h>

#include "kindred/dataset.h"
#include "kindred/kind.h"
#include "kindred/memory.h"

static const char *const untagged[] = {"keep", "drop", NULL};

static const struct kin_param params[] = {
    {.name = "top",
     .type = KIN_PARAM_INTEGER,
     .unit = "tags",
     .fallback = "50",
     .min = 1,
     .max = 1e6,
     .doc = "how many tags stay: those that the most songs have, ties by name"},
    {.name = "untagged",
     .type = KIN_PARAM_CHOICE,
     .choices = untagged,
     .fallback = "keep",
     .doc = "what becomes of songs that none of them is left to"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "catalog", .mode = KIN_WHOLE, .doc = "the songs"},
    {.name = "training",
     .type = "catalog",
     .mode = KIN_WHOLE,
     .flags = KIN_PORT_OPTIONAL,
     .doc = "the songs whose tags are counted; default: all of them"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "songs", .type = "catalog", .doc = "the songs with the tags that stay"},
    {0},
};

/* The tags of a song; NULL for none, or for one that failed. */
static const struct kin_tensor *tags_of(const struct kin_item *item)
{
    const struct kin_tensor *tags = item->value ? kin_value_get(item->value, "tags") : NULL;
    return tags && tags->dtype == KIN_TEXT && tags->ndim == 1 ? tags : NULL;
}

static int most_frequent(const struct kin_set *set, size_t top, const char ***out, size_t *n,
                         struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **all = NULL;
    size_t count = 0, at = 0;
    for (size_t i = 0; i < set->n_items; i++)
        count += tags_of(&set->items[i]) ? tags_of(&set->items[i])->shape[0] : 0;
    KIN_TRY(kin_alloc_into(&all, count, sizeof *all, err));
    for (size_t i = 0; i < set->n_items; i++) {
        const struct kin_tensor *tags = tags_of(&set->items[i]);
        for (size_t k = 0; tags && k < tags->shape[0]; k++)
            all[at++] = kin_tensor_text(tags, k);
    }
    if (count == 0)
        return kin_fail(err, KIN_EDATA, "no tag among %zu songs, wanted some to count",
                        set->n_items);
    return kin_tags_top(all, count, top, out, n, err);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A song with other tags, whose other fields are views of the original's. */
static int fill(struct kin_value *view, const struct kin_value *song, const char *const *tags,
                size_t n, struct kin_error *err)
{
    for (size_t i = 0; i < kin_value_fields(song); i++) {
        const char *name = kin_value_field_name(song, i);
        struct kin_tensor field = *kin_value_field(song, i);
        field.owned = false;
        if (strcmp(name, "tags") != 0)
            KIN_TRY(kin_value_set(view, name, &field, err));
    }
    return n > 0 ? kin_value_set_texts(view, "tags", tags, n, err) : 0;
}

/* The same with bytes of its own: results outlive the inputs of a call. */
static int with_tags(const struct kin_value *song, const char *const *tags, size_t n,
                     struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *view = kin_value_new(kin_value_type(song));
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length;
    if (!view)
        return kin_fail(err, KIN_ENOMEM, "no memory for a song");
    KIN_TRY(fill(view, song, tags, n, err));
    KIN_TRY(kin_value_encode(view, &bytes, &length, err));
    KIN_TRY(kin_value_decode(bytes, length, out, err));
    bytes = NULL; /* the value has taken them */
    return 0;
}

static int reduce(struct kin_call *call, const struct kin_item *item, const char *const *top,
                  size_t n_top, struct kin_error *err)
{
    const struct kin_tensor *tags = tags_of(item);
    size_t n = tags ? tags->shape[0] : 0, kept = 0;
    KIN_AUTO(kin_auto_free) const char **left = NULL;
    KIN_TRY(kin_alloc_into(&left, n, sizeof *left, err));
    for (size_t i = 0; i < n; i++) {
        const char *tag = kin_tensor_text(tags, i);
        if (bsearch(&tag, top, n_top, sizeof *top, by_text))
            left[kept++] = tag;
    }
    if (item->value && kept == 0 && kin_arg_is(call->args, "untagged", "drop"))
        return 0;
    if (kept == n)
        return kin_call_pass_item(call, NULL, item, err);
    struct kin_value *song = NULL;
    KIN_TRY(with_tags(item->value, left, kept, &song, err));
    return kin_call_give_item(call, NULL, item->id, song, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    const struct kin_set *of = kin_call_input(call, "of");
    const struct kin_set *training = kin_call_input(call, "training");
    KIN_AUTO(kin_auto_free) const char **top = NULL;
    size_t n, most = (size_t)kin_arg_integer(call->args, "top");
    KIN_TRY(most_frequent(training ? training : of, most, &top, &n, err));
    for (size_t i = 0; i < of->n_items; i++)
        KIN_TRY(reduce(call, &of->items[i], top, n, err));
    return 0;
}

const struct kin_kind kin_kind_tags = {
    .name = "tags",
    .version = 1,
    .doc = "keeps the tags that the most songs have, and takes the others from every song",
    .source = "Kim et al. 2019, section 4.3: the 50 most frequent of the training songs",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .run = run,
};
