#include "interval.h"

#include "kindred/measure.h"
#include "kindred/memory.h"

int kin_interval_add(const struct kin_call *call, const double *x, size_t n,
                     struct kin_value *number, struct kin_error *err)
{
    size_t resamples = (size_t)kin_arg_integer(call->args, "resamples");
    if (resamples == 0)
        return 0;
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    kin_call_name(call, 0, &name);
    KIN_TRY(kin_text_check(&name, err));
    uint64_t seed = (uint64_t)kin_arg_integer(call->args, "seed");
    struct kin_bootstrap_params params = {
        .resamples = resamples,
        .level = 0.95,
        .random = kin_random_stream(seed, name.data, name.length),
    };
    struct kin_interval interval;
    KIN_TRY(kin_bootstrap_mean(x, n, &params, &interval, err));
    KIN_TRY(kin_value_set_f64(number, "lower", interval.lower, err));
    return kin_value_set_f64(number, "upper", interval.upper, err);
}
