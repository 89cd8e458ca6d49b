#include "operand.h"

#include <string.h>

#include "kindred/memory.h"
#include "kindred/npy.h"

static int find_array(const struct kin_distance *distance, const struct kin_value *value,
                      const struct kin_tensor **out, struct kin_error *err)
{
    bool sequences = distance->operand == KIN_DISTANCE_SEQUENCES;
    const char *wanted = sequences ? "sequence" : "vector";
    if (strcmp(kin_value_type(value), wanted) != 0)
        return kin_fail(err, KIN_EINVAL, "%s compares %ss, found a %s", distance->name, wanted,
                        kin_value_type(value));
    const struct kin_tensor *array = kin_value_get(value, sequences ? "frames" : "vector");
    if (!array && kin_value_get(value, "coefficients"))
        return kin_fail(err, KIN_EINVAL,
                        "%s compares sequences of frames, found coefficients by frames; make "
                        "them with 'layout: frames-first'",
                        distance->name);
    if (!array || (array->dtype != KIN_F32 && array->dtype != KIN_F64) ||
        array->ndim != (sequences ? 2 : 1))
        return kin_fail(err, KIN_ECORRUPT, "a %s without its array", wanted);
    *out = array;
    return 0;
}

int kin_operand_open(const struct kin_distance *distance, const struct kin_value *value,
                     struct kin_operand *out, struct kin_error *err)
{
    const struct kin_tensor *array = NULL;
    KIN_TRY(find_array(distance, value, &array, err));
    bool sequence = array->ndim == 2;
    *out = (struct kin_operand){
        .stored = array,
        .frames = sequence ? array->shape[0] : 1,
        .dims = array->shape[sequence ? 1 : 0],
    };
    return 0;
}

void kin_operand_release(struct kin_operand *operand)
{
    kin_tensor_release(&operand->converted);
}

/* The array as `dtype`, converted at most once. */
static int as(struct kin_operand *operand, enum kin_dtype dtype, const void **out,
              struct kin_error *err)
{
    const struct kin_tensor *tensor = operand->stored;
    if (tensor->dtype != dtype) {
        if (!operand->converted.data)
            KIN_TRY(kin_tensor_convert(operand->stored, dtype, &operand->converted, err));
        tensor = &operand->converted;
    }
    *out = tensor->data;
    return 0;
}

int kin_operand_f32(struct kin_operand *operand, struct kin_sequence *out, struct kin_error *err)
{
    const void *x;
    KIN_TRY(as(operand, KIN_F32, &x, err));
    *out = (struct kin_sequence){.x = x, .frames = operand->frames, .dims = operand->dims};
    return 0;
}

int kin_operand_f64(struct kin_operand *operand, struct kin_sequence_f64 *out,
                    struct kin_error *err)
{
    const void *x;
    KIN_TRY(as(operand, KIN_F64, &x, err));
    *out = (struct kin_sequence_f64){.x = x, .frames = operand->frames, .dims = operand->dims};
    return 0;
}
