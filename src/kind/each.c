#include "each.h"

int kin_each_settle(struct kin_call *call, size_t k, int status, struct kin_value *takes,
                    struct kin_error *err)
{
    if (status == 0)
        return kin_call_give(call, k, NULL, takes, err);
    if (status != KIN_EDATA)
        return status;
    if (kin_call_reject(call, k, err) != 0)
        return kin_fail(err, KIN_ENOMEM, "no memory for a failure");
    return 0;
}

int kin_each(struct kin_call *call, kin_each_item *item, void *context, struct kin_error *err)
{
    for (size_t k = 0; k < call->n_items; k++) {
        struct kin_value *value = NULL;
        int status = item(call, k, context, &value, err);
        KIN_TRY(kin_each_settle(call, k, status, value, err));
    }
    return 0;
}
