#include "scaler.h"

int kin_scaler_set(struct kin_value *value, const struct kin_scale *scale, double rate_hz,
                   struct kin_error *err)
{
    size_t bins = kin_front_bins();
    KIN_TRY(kin_value_set_f64(value, "rate_hz", rate_hz, err));
    KIN_TRY(kin_value_set_f32(value, "mean", scale->mean, bins, 0, err));
    return kin_value_set_f32(value, "deviation", scale->deviation, bins, 0, err);
}

int kin_scaler_get(const struct kin_value *value, struct kin_scale *scale, double *rate_hz,
                   struct kin_error *err)
{
    const struct kin_tensor *mean, *deviation;
    KIN_TRY(kin_value_want(value, "mean", KIN_F32, 1, &mean, err));
    KIN_TRY(kin_value_want(value, "deviation", KIN_F32, 1, &deviation, err));
    size_t bins = kin_front_bins();
    if (mean->shape[0] != bins || deviation->shape[0] != bins)
        return kin_fail(err, KIN_ECORRUPT, "a scaler of %zu and %zu bins, wanted %zu",
                        mean->shape[0], deviation->shape[0], bins);
    *rate_hz = kin_value_f64(value, "rate_hz", 0);
    if (!(*rate_hz >= 1000 && *rate_hz <= 192000))
        return kin_fail(err, KIN_ECORRUPT, "a scaler with a sample rate of %g Hz", *rate_hz);
    *scale = (struct kin_scale){mean->data, deviation->data};
    return 0;
}
