/* The lists of kinds, and questions about a declaration. */
#include <string.h>

#include "kindred/kind.h"
#include "kindred/memory.h"

#define KIN_KIND(name) extern const struct kin_kind kin_kind_##name;
#include "kind/kinds.def"
#undef KIN_KIND

#define KIN_KIND(name) &kin_kind_##name,
static const struct kin_kind *const kinds[] = {
#include "kind/kinds.def"
};
#undef KIN_KIND

size_t kin_kind_count(void)
{
    return KIN_COUNT(kinds);
}

const struct kin_kind *kin_kind_at(size_t i)
{
    return kinds[i];
}

const struct kin_kind *kin_kind_find(const char *name)
{
    for (size_t i = 0; i < KIN_COUNT(kinds); i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

size_t kin_kind_params(const struct kin_kind *kind)
{
    size_t n = 0;
    while (kind->params && kind->params[n].name)
        n++;
    return n;
}

size_t kin_kind_inputs(const struct kin_kind *kind)
{
    size_t n = 0;
    while (kind->inputs && kind->inputs[n].name)
        n++;
    return n;
}

size_t kin_kind_outputs(const struct kin_kind *kind)
{
    size_t n = 0;
    while (kind->outputs[n].name)
        n++;
    return n;
}

const struct kin_param *kin_kind_param(const struct kin_kind *kind, const char *name)
{
    for (size_t i = 0; i < kin_kind_params(kind); i++)
        if (strcmp(kind->params[i].name, name) == 0)
            return &kind->params[i];
    return NULL;
}

long kin_kind_input(const struct kin_kind *kind, const char *name)
{
    for (size_t i = 0; i < kin_kind_inputs(kind); i++)
        if (strcmp(kind->inputs[i].name, name) == 0)
            return (long)i;
    return -1;
}

long kin_kind_output(const struct kin_kind *kind, const char *name)
{
    if (!name)
        return 0;
    for (size_t i = 0; i < kin_kind_outputs(kind); i++)
        if (strcmp(kind->outputs[i].name, name) == 0)
            return (long)i;
    return -1;
}

long kin_kind_listing(const struct kin_kind *kind)
{
    return kind->scan ? 0 : -1;
}

bool kin_kind_is_map(const struct kin_kind *kind)
{
    for (size_t i = 0; i < kin_kind_inputs(kind); i++)
        if (kind->inputs[i].mode == KIN_EACH)
            return true;
    return false;
}

bool kin_port_accepts(const struct kin_port *port, const char *type)
{
    return kin_types_accept(port->type, type);
}

bool kin_types_accept(const char *types, const char *type)
{
    size_t length = strlen(type);
    for (const char *at = types;; at++) {
        size_t n = strcspn(at, "|");
        if (n == length && memcmp(at, type, n) == 0)
            return true;
        at += n;
        if (*at == '\0')
            return false;
    }
}
