/* Parts of a catalog: train, validation, test, and what is drawn from them. */
#include <math.h>
#include <string.h>

#include "kindred/dataset.h"
#include "kindred/kind.h"
#include "kindred/memory.h"

static const char *const parts[] = {"train", "validation", "test", "all", NULL};
static const char *const bys[] = {"auto", "column", "shares", NULL};
static const char *const labels[] = {"label", "none", NULL};

static const struct kin_param params[] = {
    {.name = "part", .type = KIN_PARAM_CHOICE, .choices = parts, .doc = "which part"},
    {.name = "by",
     .type = KIN_PARAM_CHOICE,
     .choices = bys,
     .fallback = "auto",
     .doc = "the catalog's own split, random shares, or (auto) the first if it has one"},
    {.name = "train",
     .type = KIN_PARAM_NUMBER,
     .fallback = "0.8",
     .max = 1e6,
     .doc = "share of the training part, relative to the sum of the three"},
    {.name = "validation",
     .type = KIN_PARAM_NUMBER,
     .fallback = "0.1",
     .max = 1e6,
     .doc = "share of the validation part; also cut from train when a column knows none"},
    {.name = "test",
     .type = KIN_PARAM_NUMBER,
     .fallback = "0.1",
     .max = 1e6,
     .doc = "share of the test part"},
    {.name = "stratify",
     .type = KIN_PARAM_CHOICE,
     .choices = labels,
     .fallback = "label",
     .doc = "give every label the same share of each part"},
    {.name = "stem",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .doc = "only songs that have this isolated part («voice»)"},
    {.name = "ratio",
     .type = KIN_PARAM_NUMBER,
     .fallback = "1",
     .min = 1e-9,
     .max = 1,
     .doc = "share of the part that is drawn at random, without replacement"},
    {.name = "trial",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .max = 1e9,
     .doc = "number of the drawing that ratio makes"},
    {.name = "take",
     .type = KIN_PARAM_INTEGER,
     .unit = "songs",
     .fallback = "0",
     .max = 1e15,
     .doc = "at most so many, drawn at random; 0: all"},
    {.name = "seed",
     .type = KIN_PARAM_INTEGER,
     .fallback = "0",
     .max = 0x1p53,
     .doc = "seed of what is random"},
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "catalog", .mode = KIN_WHOLE, .doc = "the songs"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "songs", .type = "catalog", .doc = "the songs of the part"},
    {0},
};

static struct kin_split_params read_params(const struct kin_args *args)
{
    struct kin_split_params params_read = {
        .by_label = kin_arg_is(args, "stratify", "label"),
        .use_column = kin_arg_is(args, "by", "column"),
        .shares = {kin_arg_number(args, "train"), kin_arg_number(args, "validation"),
                   kin_arg_number(args, "test")},
        .ratio = kin_arg_number(args, "ratio"),
        .take = (uint64_t)kin_arg_integer(args, "take"),
        .seed = (uint64_t)kin_arg_integer(args, "seed"),
        .trial = (uint64_t)kin_arg_integer(args, "trial"),
    };
    while (!kin_arg_is(args, "part", parts[params_read.part]))
        params_read.part++;
    return params_read;
}

static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    struct kin_split_params p = read_params(args);
    if (p.shares[0] + p.shares[1] + p.shares[2] > 0)
        return 0;
    *blame = "train";
    return kin_fail(err, KIN_EINVAL, "train, validation and test are all 0, wanted one above it");
}

/* As shares say; where the catalog says which song is in which part, this is a guess. */
static double foresee(const struct kin_args *args, double n, bool *drawn)
{
    struct kin_split_params p = read_params(args);
    double all = p.shares[0] + p.shares[1] + p.shares[2];
    *drawn = true;
    if (!kin_arg_is(args, "part", "all"))
        n *= p.shares[p.part] / all;
    n = round(n * p.ratio);
    return p.take > 0 && (double)p.take < n ? (double)p.take : n;
}

static const struct kin_digest *audio_of(const struct kin_value *song)
{
    const struct kin_tensor *audio = kin_value_get(song, "audio");
    bool one = audio && audio->dtype == KIN_DIGEST && kin_tensor_count(audio) == 1;
    return one ? audio->data : NULL;
}

static bool has_stem(const struct kin_value *song, const char *stem)
{
    const struct kin_tensor *names = song ? kin_value_get(song, "stem_names") : NULL;
    for (size_t i = 0; names && names->ndim == 1 && i < names->shape[0]; i++)
        if (strcmp(kin_tensor_text(names, i), stem) == 0)
            return true;
    return false;
}

/* What the songs say; a failed one (no value) is only known by its id, and keeps its place. */
static size_t read_items(const struct kin_set *set, const char *stem, struct kin_split_item *out,
                         const struct kin_item **from)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n_items; i++) {
        const struct kin_value *song = set->items[i].value;
        if (stem[0] && song && !has_stem(song, stem))
            continue;
        from[n] = &set->items[i];
        out[n] = (struct kin_split_item){.id = set->items[i].id};
        if (song) {
            out[n].group = kin_value_text(song, "group", NULL);
            out[n].label = kin_value_text(song, "label", NULL);
            out[n].split = kin_value_text(song, "split", NULL);
            out[n].audio = audio_of(song);
        }
        n++;
    }
    return n;
}

/* auto: the column, when any song has one. Failed songs have none: they count as train, where they
 * are seen and cost nothing. */
static void settle_column(const struct kin_args *args, struct kin_split_item *items, size_t n,
                          const struct kin_item *const *from, struct kin_split_params *p)
{
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any |= items[i].split != NULL;
    if (kin_arg_is(args, "by", "auto"))
        p->use_column = any;
    for (size_t i = 0; i < n && p->use_column; i++)
        if (!from[i]->value)
            items[i].split = "train";
}

static int run(struct kin_call *call, struct kin_error *err)
{
    const struct kin_set *set = kin_call_input(call, "of");
    struct kin_split_params p = read_params(call->args);
    KIN_AUTO(kin_auto_free) struct kin_split_item *items = NULL;
    KIN_AUTO(kin_auto_free) const struct kin_item **from = NULL;
    KIN_AUTO(kin_auto_free) bool *chosen = NULL;
    KIN_TRY(kin_alloc_into(&items, set->n_items, sizeof *items, err));
    KIN_TRY(kin_alloc_into(&from, set->n_items, sizeof *from, err));
    KIN_TRY(kin_alloc_into(&chosen, set->n_items, sizeof *chosen, err));
    size_t n = read_items(set, kin_arg_text(call->args, "stem"), items, from);
    settle_column(call->args, items, n, from, &p);
    KIN_TRY(kin_split(items, n, &p, chosen, err));
    for (size_t i = 0; i < n; i++)
        if (chosen[i])
            KIN_TRY(kin_call_pass_item(call, NULL, from[i], err));
    return 0;
}

const struct kin_kind kin_kind_split = {
    .name = "split",
    .version = 1,
    .doc = "a part of a catalog; excerpts of one recording stay together",
    .source = "Kim et al. 2019, section 4.3",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .check = check,
    .foresee = foresee,
    .run = run,
};
