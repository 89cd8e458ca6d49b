#include "distance/distance_set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct place {
    size_t item, frames;
};

/* Longest first; among equals in the caller's order, so that packing is a function of the input. */
static int by_length(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    if (p->frames != q->frames)
        return p->frames < q->frames ? 1 : -1;
    return p->item < q->item ? -1 : 1;
}

bool kin_sequence_finite(const struct kin_sequence *sequence)
{
    for (size_t i = 0; i < sequence->frames * sequence->dims; i++) {
        if (!isfinite(sequence->x[i]))
            return false;
    }
    return true;
}

void kin_row_pad(const struct kin_sequence *row, float *x)
{
    size_t n = row->frames * row->dims;
    memcpy(x, row->x, n * sizeof *x);
    for (size_t i = 0; i < KIN_FRAMES_PAD * row->dims; i++)
        x[n + i] = -INFINITY;
}

static size_t group_floats(size_t longest, size_t dims)
{
    return (longest + KIN_FRAMES_PAD) * dims * KIN_LANES;
}

static void pack_lane(float *y, size_t padded, size_t dims, size_t lane,
                      const struct kin_sequence *sequence, bool finite)
{
    size_t frames = sequence ? sequence->frames : 0;
    for (size_t i = 0; i < frames * dims; i++)
        y[i * KIN_LANES + lane] = finite ? sequence->x[i] : 0;
    for (size_t i = frames * dims; i < padded * dims; i++)
        y[i * KIN_LANES + lane] = INFINITY;
}

static void pack_group(struct kin_distance_set *set, struct kin_distance_group *group, float *y,
                       const struct place *places, const struct kin_sequence *sequences)
{
    group->y = y;
    group->longest = places[0].frames;
    for (size_t lane = 0; lane < KIN_LANES; lane++) {
        const struct kin_sequence *sequence = NULL;
        bool finite = true;
        if (lane < group->count) {
            group->item[lane] = places[lane].item;
            group->frames[lane] = places[lane].frames;
            sequence = &sequences[places[lane].item];
            finite = set->finite[places[lane].item];
        }
        pack_lane(y, group->longest + KIN_FRAMES_PAD, set->dims, lane, sequence, finite);
    }
}

static int check(const struct kin_sequence *sequences, size_t n, struct kin_error *err)
{
    if (n == 0)
        return kin_fail(err, KIN_EDATA, "a set of 0 sequences, wanted at least 1");
    for (size_t i = 0; i < n; i++) {
        if (sequences[i].frames == 0 || sequences[i].dims == 0)
            return kin_fail(err, KIN_EDATA,
                            "sequence %zu has %zu frames of %zu coefficients, wanted at least 1", i,
                            sequences[i].frames, sequences[i].dims);
        if (sequences[i].dims != sequences[0].dims)
            return kin_fail(err, KIN_EDATA,
                            "sequence %zu has %zu coefficients a frame, wanted %zu as in the first",
                            i, sequences[i].dims, sequences[0].dims);
    }
    return 0;
}

/* Allocates and fills a set whose count and dims are known. */
static int build(struct kin_distance_set *set, const struct kin_sequence *sequences,
                 struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct place *places = NULL;
    KIN_TRY(kin_alloc_into(&places, set->count, sizeof *places, err));
    KIN_TRY(kin_alloc_into(&set->finite, set->count, sizeof *set->finite, err));
    for (size_t i = 0; i < set->count; i++) {
        places[i] = (struct place){.item = i, .frames = sequences[i].frames};
        set->finite[i] = kin_sequence_finite(&sequences[i]);
    }
    qsort(places, set->count, sizeof *places, by_length);
    set->shortest = places[set->count - 1].item;
    set->shortest_frames = places[set->count - 1].frames;

    set->group_count = (set->count + KIN_LANES - 1) / KIN_LANES;
    KIN_TRY(kin_alloc_into(&set->groups, set->group_count, sizeof *set->groups, err));
    size_t floats = 0;
    for (size_t g = 0; g < set->group_count; g++)
        floats += group_floats(places[g * KIN_LANES].frames, set->dims);
    KIN_TRY(kin_alloc_into(&set->packed, floats, sizeof *set->packed, err));
    float *y = set->packed;
    for (size_t g = 0; g < set->group_count; g++) {
        size_t left = set->count - g * KIN_LANES;
        set->groups[g].count = left < KIN_LANES ? left : KIN_LANES;
        pack_group(set, &set->groups[g], y, &places[g * KIN_LANES], sequences);
        y += group_floats(set->groups[g].longest, set->dims);
    }
    return 0;
}

int kin_distance_set_new(const struct kin_sequence *sequences, size_t n,
                         struct kin_distance_set **out, struct kin_error *err)
{
    KIN_TRY(check(sequences, n, err));
    struct kin_distance_set *set = NULL;
    KIN_TRY(kin_alloc_into(&set, 1, sizeof *set, err));
    set->count = n;
    set->dims = sequences[0].dims;
    int status = build(set, sequences, err);
    if (status == 0)
        *out = set;
    else
        kin_distance_set_free(set);
    return status;
}

void kin_distance_set_free(struct kin_distance_set *set)
{
    if (!set)
        return;
    kin_free(set->groups);
    kin_free(set->packed);
    kin_free(set->finite);
    kin_free(set);
}
