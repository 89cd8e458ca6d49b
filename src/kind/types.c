/* The list of artifact types. */
#include <string.h>

#include "files.h"
#include "kindred/kind.h"
#include "kindred/memory.h"

#define KIN_TYPE(name_, element_, role_, extension_, read_, write_, doc_)                          \
    {.name = name_, .element = element_, .role = role_, .extension = extension_, .read = read_,    \
     .write = write_, .doc = doc_},
#define KIN_TYPE_BESIDE(name_, element_, role_, extension_, read_, write_, beside_, doc_)          \
    {.name = name_, .element = element_, .role = role_, .extension = extension_, .read = read_,    \
     .write = write_, .beside = beside_, .doc = doc_},
static const struct kin_type types[] = {
#include "kind/types.def"
};
#undef KIN_TYPE
#undef KIN_TYPE_BESIDE

const struct kin_type *kin_type_of_element(const char *element)
{
    for (size_t i = 0; i < KIN_COUNT(types); i++)
        if (types[i].element && strcmp(types[i].element, element) == 0)
            return &types[i];
    return NULL;
}

const struct kin_type *kin_type_find(const char *name, size_t length)
{
    for (size_t i = 0; i < KIN_COUNT(types); i++)
        if (strlen(types[i].name) == length && memcmp(types[i].name, name, length) == 0)
            return &types[i];
    return NULL;
}

const struct kin_type *kin_type_of_value(const char *value_type)
{
    for (size_t i = 0; i < KIN_COUNT(types); i++)
        if (strcmp(types[i].element ? types[i].element : types[i].name, value_type) == 0)
            return &types[i];
    return NULL;
}
