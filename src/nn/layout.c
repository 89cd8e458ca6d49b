/* Names, shapes and places of a network's numbers, and their starting values. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/random.h"
#include "nn/levels.h"

static int check_size(const char *what, size_t value, size_t least, struct kin_error *err)
{
    if (value < least)
        return kin_fail(err, KIN_EINVAL, "%s of the network is %zu, wanted at least %zu", what,
                        value, least);
    return 0;
}

static bool classifies(const struct kin_network_spec *spec)
{
    return spec->task == KIN_NN_AT || spec->task == KIN_NN_IR;
}

static int check(const struct kin_network_spec *spec, struct kin_error *err)
{
    if ((unsigned)spec->task >= KIN_NN_TASKS)
        return kin_fail(err, KIN_EINVAL, "task %d of the network is none", (int)spec->task);
    if (classifies(spec))
        KIN_TRY(check_size("classes", spec->classes, 1, err));
    if (spec->baseline)
        KIN_TRY(check_size("inputs", spec->inputs, 1, err));
    if (!(spec->dropout >= 0 && spec->dropout < 1))
        return kin_fail(err, KIN_EINVAL, "dropout is %g, wanted 0 to less than 1", spec->dropout);
    if (spec->baseline && classifies(spec))
        return 0;
    KIN_TRY(check_size("height", spec->height, 2, err));
    KIN_TRY(check_size("width", spec->width, 2, err));
    KIN_TRY(check_size("channels", spec->channels, 2, err));
    return check_size("hidden", spec->hidden, spec->channels, err);
}

void level_stem(const char *side, size_t level, char out[LEVEL_STEM])
{
    snprintf(out, LEVEL_STEM, "%s%u", side, (unsigned)(level + 1) % 100);
}

int levels_of(const struct kin_network_spec *spec, struct levels *out, struct kin_error *err)
{
    *out = (struct levels){0};
    KIN_TRY(check(spec, err));
    out->decoder = !classifies(spec);
    out->encoder = !spec->baseline;
    if (!out->decoder && !out->encoder)
        return 0;
    size_t height = spec->height, width = spec->width, channels = spec->channels, in = 1;
    while (height > 1 && width > 1) {
        if (out->n == MAX_LEVELS)
            return kin_fail(err, KIN_EINVAL, "maps of %zu x %zu need more than %d blocks",
                            spec->height, spec->width, MAX_LEVELS);
        out->level[out->n++] = (struct level_shape){in, channels, height, width};
        in = channels;
        channels = 2 * channels < spec->hidden ? 2 * channels : spec->hidden;
        height /= 2;
        width /= 2;
    }
    out->top_channels = in;
    out->top_height = height;
    out->top_width = width;
    return 0;
}

/* ---- the list ---- */

struct list {
    struct kin_layout *layout;
    size_t capacity;
    char stem[LEVEL_STEM];
    int status;
    struct kin_error *err;
};

static void append(struct list *list, const char *what, bool trained, int ndim,
                   const size_t shape[4], size_t inputs)
{
    struct kin_layout *layout = list->layout;
    if (list->status == 0)
        list->status = kin_grow(&layout->items, &list->capacity, layout->n + 1,
                                sizeof *layout->items, list->err);
    if (list->status != 0)
        return;
    struct kin_parameter *p = &layout->items[layout->n++];
    snprintf(p->name, sizeof p->name, "%s.%s", list->stem, what);
    p->trained = trained;
    p->ndim = ndim;
    p->count = 1;
    for (int i = 0; i < ndim; i++) {
        p->shape[i] = shape[i];
        p->count *= shape[i];
    }
    p->inputs = inputs;
    p->offset = layout->total;
    layout->total += p->count;
}

static void append_norm(struct list *list, size_t channels)
{
    const size_t shape[4] = {channels};
    append(list, "bn.gamma", true, 1, shape, 0);
    append(list, "bn.beta", true, 1, shape, 0);
    append(list, "bn.mean", false, 1, shape, 0);
    append(list, "bn.var", false, 1, shape, 0);
}

static void append_linear(struct list *list, size_t in, size_t out)
{
    append(list, "linear.weight", true, 2, (const size_t[4]){out, in}, in);
    append(list, "linear.bias", true, 1, (const size_t[4]){out}, in);
}

static void append_conv(struct list *list, size_t in, size_t out)
{
    append(list, "conv.weight", true, 4, (const size_t[4]){out, in, 3, 3}, 9 * in);
}

static void append_encoder(struct list *list, const struct levels *levels)
{
    for (size_t i = 0; i < levels->n; i++) {
        level_stem("enc", i, list->stem);
        append_conv(list, levels->level[i].in, levels->level[i].out);
        append_norm(list, levels->level[i].out);
    }
}

static void append_decoder(struct list *list, const struct levels *levels)
{
    for (size_t i = 0; i < levels->n; i++) {
        const struct level_shape *mirror = &levels->level[levels->n - 1 - i];
        level_stem("dec", i, list->stem);
        append_conv(list, mirror->out, mirror->in);
        if (mirror->in == 1)
            append(list, "conv.bias", true, 1, (const size_t[4]){1}, 9 * mirror->out);
        else
            append_norm(list, mirror->in);
    }
}

static void append_heads(struct list *list, const struct kin_network_spec *spec,
                         const struct levels *levels)
{
    size_t z = spec->baseline ? spec->inputs : spec->hidden;
    strcpy(list->stem, "z");
    if (!spec->baseline)
        append_linear(list, levels->top_channels, z);
    append_norm(list, z);
    if (!levels->decoder) {
        strcpy(list->stem, "out");
        append_linear(list, z, spec->classes);
        return;
    }
    strcpy(list->stem, "back");
    append_linear(list, z, z);
    append_norm(list, z);
    strcpy(list->stem, "expand");
    append_linear(list, z, levels->top_channels * levels->top_height * levels->top_width);
}

int kin_layout_new(const struct kin_network_spec *spec, struct kin_layout *out,
                   struct kin_error *err)
{
    struct levels levels;
    KIN_TRY(levels_of(spec, &levels, err));
    struct kin_layout layout = {0};
    struct list list = {.layout = &layout, .err = err};
    if (levels.encoder)
        append_encoder(&list, &levels);
    append_heads(&list, spec, &levels);
    if (levels.decoder)
        append_decoder(&list, &levels);
    if (list.status != 0)
        kin_layout_release(&layout);
    else
        *out = layout;
    return list.status;
}

void kin_layout_release(struct kin_layout *layout)
{
    kin_free(layout->items);
    *layout = (struct kin_layout){0};
}

const struct kin_parameter *kin_layout_find(const struct kin_layout *layout, const char *name)
{
    for (size_t i = 0; i < layout->n; i++) {
        if (strcmp(layout->items[i].name, name) == 0)
            return &layout->items[i];
    }
    return NULL;
}

/* ---- starting values ---- */

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), n = strlen(ending);
    return length >= n && strcmp(name + length - n, ending) == 0;
}

void kin_layout_start(const struct kin_layout *layout, uint64_t seed, float *values)
{
    for (size_t i = 0; i < layout->n; i++) {
        const struct kin_parameter *p = &layout->items[i];
        struct kin_random random = kin_random_stream(seed, p->name, strlen(p->name));
        double bound = p->inputs > 0 ? 1 / sqrt((double)p->inputs) : 0;
        float constant = ends_with(p->name, ".gamma") || ends_with(p->name, ".var") ? 1 : 0;
        for (size_t k = 0; k < p->count; k++)
            values[p->offset + k] =
                p->inputs == 0 ? constant : (float)(bound * (2 * kin_random_unit(&random) - 1));
    }
}
