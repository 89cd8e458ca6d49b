#include "gathered.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/measure.h"
#include "kindred/memory.h"

const struct kin_label *kin_set_label(const struct kin_set *set, const char *axis)
{
    for (size_t a = 0; a < set->n_labels; a++)
        if (strcmp(set->labels[a].axis, axis) == 0)
            return &set->labels[a];
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int kin_sets_axes(const struct kin_set *sets, size_t n, const char ***out, size_t *n_out,
                  struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **axes = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < sets[i].n_labels; a++) {
            size_t k = 0;
            while (k < count && strcmp(axes[k], sets[i].labels[a].axis) != 0)
                k++;
            if (k < count)
                continue;
            KIN_TRY(kin_grow(&axes, &capacity, count + 1, sizeof *axes, err));
            axes[count++] = sets[i].labels[a].axis;
        }
    if (count > 0)
        qsort(axes, count, sizeof *axes, by_name);
    *out = axes;
    *n_out = count;
    axes = NULL;
    return 0;
}

double kin_set_number(const struct kin_set *set, const char *name)
{
    return set->value ? kin_value_f64(set->value, name, NAN) : NAN;
}

/* ---- standardising ---- */

struct place {
    const char *label; /* "" without one */
    size_t i;
};

static int by_label(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = strcmp(x->label, y->label);
    return order != 0 ? order : (x->i > y->i) - (x->i < y->i);
}

/* The instances of one label. */
static void standardise(const struct place *places, size_t n, double *scratch, double *out)
{
    for (size_t k = 0; k < n; k++)
        scratch[k] = out[places[k].i];
    struct kin_summary all = kin_summarise(scratch, n);
    for (size_t k = 0; k < n; k++)
        out[places[k].i] =
            all.deviation > 0 ? (scratch[k] - all.mean) / all.deviation : (double)NAN;
}

int kin_set_standardise(const struct kin_set *sets, size_t n, const char *number, const char *axis,
                        double *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct place *places = NULL;
    KIN_AUTO(kin_auto_free) double *scratch = NULL;
    KIN_TRY(kin_alloc_into(&places, n, sizeof *places, err));
    KIN_TRY(kin_alloc_into(&scratch, n, sizeof *scratch, err));
    for (size_t i = 0; i < n; i++) {
        const struct kin_label *label = kin_set_label(&sets[i], axis);
        places[i] = (struct place){label ? label->text : "", i};
        out[i] = kin_set_number(&sets[i], number);
    }
    if (n > 0)
        qsort(places, n, sizeof *places, by_label);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && strcmp(places[end].label, places[first].label) == 0;)
            end++;
        standardise(places + first, end - first, scratch, out);
    }
    return 0;
}
