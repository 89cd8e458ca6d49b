#include "number.h"

#include <string.h>

#include "kindred/memory.h"

int kin_number_new(const struct kin_named_number *numbers, size_t n, struct kin_value **out,
                   struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *value = kin_value_new("number");
    if (!value)
        return kin_fail(err, KIN_ENOMEM, "no memory for a number");
    for (size_t i = 0; i < n; i++)
        KIN_TRY(kin_value_set_f64(value, numbers[i].name, numbers[i].value, err));
    *out = value;
    value = NULL;
    return 0;
}

int kin_number_add_array(struct kin_value *number, const char *name, const double *x, size_t n,
                         struct kin_error *err)
{
    struct kin_tensor array;
    KIN_TRY(kin_tensor_alloc(&array, KIN_F64, 1, &n, err));
    if (n > 0)
        memcpy(array.data, x, n * sizeof *x);
    return kin_value_set(number, name, &array, err);
}
