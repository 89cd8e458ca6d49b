/* Colours, marks, order and names of what figures show. */
#include <ctype.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/report.h"

static const struct {
    const char *name;
    struct kin_look look;
} looks[] = {
#define KIN_LOOK(name, colour, mark) {name, {colour, mark}},
#include "looks.def"
#undef KIN_LOOK
};

static const struct kin_look spare[] = {
    {"#0072b2", 7}, {"#d55e00", 5},  {"#009e73", 9}, {"#b5578f", 11}, {"#c77c00", 13},
    {"#3f9fd8", 7}, {"#7a6a4f", 15}, {"#000000", 5}, {"#8c8c8c", 9},
};

static const struct {
    const char *name, *caption;
} captions[] = {
    {"dtw", "DTW"},
    {"fastdtw", "FastDTW"},
    {"simple", "SiMPle"},
    {"euclidean", "Euclidean"},
    {"cosine", "cosine"},
    {"accuracy", "agreement"},
    {"rho", "rank correlation"},
    {"VGG", "VGG-like"},
    {"audio", "audio space"},
};

/* Whether an entry is NAME=#rrggbb; the length of NAME. */
static bool is_colour(const char *entry, size_t *name)
{
    const char *sign = strchr(entry, '=');
    if (!sign || sign == entry || sign[1] != '#' || strlen(sign) != 8)
        return false;
    for (size_t i = 2; i < 8; i++)
        if (!isxdigit((unsigned char)sign[i]))
            return false;
    *name = (size_t)(sign - entry);
    return true;
}

int kin_colours_check(const struct kin_colours *colours, struct kin_error *err)
{
    size_t name;
    for (size_t i = 0; i < colours->n; i++)
        if (!is_colour(colours->list[i], &name))
            return kin_fail(err, KIN_EINVAL, "'%s' is no colour, wanted NAME=#rrggbb: MFCC=#000000",
                            colours->list[i]);
    return 0;
}

struct kin_look kin_look_at(size_t k)
{
    return spare[k % KIN_COUNT(spare)];
}

static struct kin_look look_without_wishes(const char *name)
{
    size_t k = 0;
    for (size_t i = 0; i < KIN_COUNT(looks); i++)
        if (strcmp(looks[i].name, name) == 0)
            return looks[i].look;
    for (const char *c = name; *c; c++)
        k = k * 31 + (unsigned char)*c;
    return kin_look_at(k);
}

struct kin_look kin_look_of(const char *name, const struct kin_colours *colours)
{
    struct kin_look look = look_without_wishes(name);
    for (size_t i = 0; colours && i < colours->n; i++) {
        size_t length;
        if (is_colour(colours->list[i], &length) && strlen(name) == length &&
            memcmp(colours->list[i], name, length) == 0)
            look.colour = colours->list[i] + length + 1; /* seven characters: is_colour */
    }
    return look;
}

size_t kin_rank_of(const char *name)
{
    for (size_t i = 0; i < KIN_COUNT(looks); i++)
        if (strcmp(looks[i].name, name) == 0)
            return i;
    return KIN_COUNT(looks);
}

const char *kin_caption_of(const char *name)
{
    for (size_t i = 0; i < KIN_COUNT(captions); i++)
        if (strcmp(captions[i].name, name) == 0)
            return captions[i].caption;
    return name;
}
