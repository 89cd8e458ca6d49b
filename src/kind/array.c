#include "array.h"

#include "kindred/npy.h"

int kin_array_of(const struct kin_value *vector, enum kin_dtype dtype, struct kin_tensor *out,
                 struct kin_error *err)
{
    const struct kin_tensor *array = kin_value_get(vector, "vector");
    if (!array || array->ndim != 1)
        return kin_fail(err, KIN_ECORRUPT, "a %s without its array", kin_value_type(vector));
    return kin_tensor_convert(array, dtype, out, err);
}
