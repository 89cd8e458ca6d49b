#include "kindred/distance.h"

#include <math.h>
#include <string.h>

#include "distance/distance_set.h"
#include "kindred/text.h"

#define KIN_DISTANCE(name) extern const struct kin_distance kin_distance_##name;
#include "distance/distances.def"
#undef KIN_DISTANCE

#define KIN_DISTANCE(name) &kin_distance_##name,
static const struct kin_distance *const distances[] = {
#include "distance/distances.def"
};
#undef KIN_DISTANCE

const struct kin_distance *kin_distance_at(size_t i)
{
    return i < KIN_COUNT(distances) ? distances[i] : NULL;
}

int kin_distance_find(const char *name, const struct kin_distance **out, struct kin_error *err)
{
    const char *names[KIN_COUNT(distances)];
    for (size_t i = 0; i < KIN_COUNT(distances); i++) {
        names[i] = distances[i]->name;
        if (strcmp(name, names[i]) == 0) {
            *out = distances[i];
            return 0;
        }
    }
    const char *nearest = kin_nearest_name(name, names, KIN_COUNT(names));
    return kin_fail(err, KIN_ENOTFOUND, "no distance is called '%s'%s%s%s", name,
                    nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

struct kin_distance_params kin_distance_defaults(const struct kin_distance *distance)
{
    struct kin_distance_params params = {{0}};
    for (size_t i = 0; i < distance->param_count; i++)
        params.value[i] = distance->params[i].fallback;
    return params;
}

static int check_param(const struct kin_distance *distance, size_t i, size_t value,
                       struct kin_error *err)
{
    const struct kin_distance_param *param = &distance->params[i];
    if (value < param->min || value > param->max)
        return kin_fail(err, KIN_EINVAL, "%s of distance %s is %zu, wanted %zu to %zu %s",
                        param->name, distance->name, value, param->min, param->max, param->unit);
    return 0;
}

int kin_distance_set_param(const struct kin_distance *distance, const char *name, size_t value,
                           struct kin_distance_params *params, struct kin_error *err)
{
    for (size_t i = 0; i < distance->param_count; i++) {
        if (strcmp(name, distance->params[i].name) == 0) {
            KIN_TRY(check_param(distance, i, value, err));
            params->value[i] = value;
            return 0;
        }
    }
    return kin_fail(err, KIN_EINVAL, "distance %s has no parameter '%s'", distance->name, name);
}

static int check_params(const struct kin_distance *distance,
                        const struct kin_distance_params *params, struct kin_error *err)
{
    for (size_t i = 0; i < distance->param_count; i++)
        KIN_TRY(check_param(distance, i, params->value[i], err));
    return 0;
}

static int check_frames(const struct kin_distance *distance,
                        const struct kin_distance_params *params, size_t frames,
                        struct kin_error *err)
{
    if (distance->operand == KIN_DISTANCE_VECTORS && frames != 1)
        return kin_fail(err, KIN_EDATA, "%zu frames, but distance %s takes a vector (1 frame)",
                        frames, distance->name);
    size_t least = distance->min_frames ? distance->min_frames(params) : 1;
    if (frames < least)
        return kin_fail(err, KIN_EDATA, "%zu frames, distance %s wants at least %zu", frames,
                        distance->name, least);
    return 0;
}

static bool all_finite(const struct kin_sequence_f64 *sequence)
{
    for (size_t i = 0; i < sequence->frames * sequence->dims; i++) {
        if (!isfinite(sequence->x[i]))
            return false;
    }
    return true;
}

int kin_distance_pair(const struct kin_distance *distance, const struct kin_distance_params *params,
                      const struct kin_sequence_f64 *x, const struct kin_sequence_f64 *y,
                      double *out, struct kin_error *err)
{
    KIN_TRY(check_params(distance, params, err));
    if (x->dims == 0 || x->dims != y->dims)
        return kin_fail(err, KIN_EDATA, "%zu and %zu coefficients a frame, wanted the same number",
                        x->dims, y->dims);
    if (check_frames(distance, params, x->frames, err) != 0)
        return kin_error_within(err, "x");
    if (check_frames(distance, params, y->frames, err) != 0)
        return kin_error_within(err, "y");
    if (!all_finite(x) || !all_finite(y)) {
        *out = (double)NAN;
        return 0;
    }
    return distance->pair(x, y, params, out, err);
}

static int check_rows(const struct kin_distance *distance, const struct kin_distance_params *params,
                      const struct kin_sequence *from, size_t rows,
                      const struct kin_distance_set *to, struct kin_error *err)
{
    KIN_TRY(check_params(distance, params, err));
    for (size_t i = 0; i < rows; i++) {
        if (from[i].dims != to->dims)
            return kin_fail(err, KIN_EDATA,
                            "sequence %zu of the rows has %zu coefficients a frame, the set %zu", i,
                            from[i].dims, to->dims);
        if (check_frames(distance, params, from[i].frames, err) != 0)
            return kin_error_within(err, "sequence %zu of the rows", i);
    }
    /* Lengths are sorted: when the extremes are allowed, so is everything between them. */
    if (check_frames(distance, params, to->shortest_frames, err) != 0)
        return kin_error_within(err, "sequence %zu of the set", to->shortest);
    if (check_frames(distance, params, to->groups[0].longest, err) != 0)
        return kin_error_within(err, "sequence %zu of the set", to->groups[0].item[0]);
    return 0;
}

static void set_undefined(float *out, float *back, size_t at)
{
    out[at] = NAN;
    if (back)
        back[at] = NAN;
}

/* Rows that are not finite are NaN at once, the others wait in `usable`. */
static void usable_rows(const struct kin_sequence *from, size_t rows, size_t columns, float *out,
                        float *back, bool *usable)
{
    for (size_t i = 0; i < rows; i++) {
        usable[i] = kin_sequence_finite(&from[i]);
        for (size_t j = 0; j < columns && !usable[i]; j++)
            set_undefined(out, back, i * columns + j);
    }
}

static int run_of_rows(const struct kin_distance *distance, struct kin_distance_block block,
                       const struct kin_distance_set *to, struct kin_error *err)
{
    for (size_t i = 0; i < block.rows; i++) {
        if (block.from[i].frames > block.longest_row)
            block.longest_row = block.from[i].frames;
    }
    for (size_t g = 0; g < to->group_count; g++) {
        block.group = &to->groups[g];
        KIN_TRY(distance->block(&block, err));
    }
    for (size_t i = 0; i < block.rows; i++) {
        for (size_t j = 0; j < to->count; j++) {
            if (!to->finite[j])
                set_undefined(block.out, block.back, i * to->count + j);
        }
    }
    return 0;
}

int kin_distance_rows(const struct kin_distance *distance, const struct kin_distance_params *params,
                      const struct kin_sequence *from, size_t rows,
                      const struct kin_distance_set *to, float *out, float *back,
                      struct kin_error *err)
{
    KIN_TRY(check_rows(distance, params, from, rows, to, err));
    KIN_AUTO(kin_auto_free) bool *usable = NULL;
    KIN_TRY(kin_alloc_into(&usable, rows, sizeof *usable, err));
    usable_rows(from, rows, to->count, out, back, usable);
    enum kin_cpu_level level = kin_cpu_level();
    for (size_t i = 0, end; i < rows; i = end + 1) {
        for (end = i; end < rows && usable[end]; end++)
            ;
        struct kin_distance_block block = {
            .params = params,
            .from = from + i,
            .rows = end - i,
            .columns = to->count,
            .dims = to->dims,
            .level = level,
            .out = out + i * to->count,
            .back = back ? back + i * to->count : NULL,
        };
        if (block.rows > 0)
            KIN_TRY(run_of_rows(distance, block, to, err));
    }
    return 0;
}
