#include "array.h"

#include "kindred/memory.h"
#include "kindred/npy.h"

int kin_array_of(const struct kin_value *vector, enum kin_dtype dtype, struct kin_tensor *out,
                 struct kin_error *err)
{
    const struct kin_tensor *array = kin_value_get(vector, "vector");
    if (!array || array->ndim != 1)
        return kin_fail(err, KIN_ECORRUPT, "a %s without its array", kin_value_type(vector));
    return kin_tensor_convert(array, dtype, out, err);
}

int kin_array_new(const float *x, size_t n, struct kin_value **out, struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *vector = kin_value_new("vector");
    if (!vector)
        return kin_fail(err, KIN_ENOMEM, "no memory for a vector");
    KIN_TRY(kin_value_set_f32(vector, "vector", x, n, 0, err));
    *out = vector;
    vector = NULL;
    return 0;
}
