/* Values of type «scaler»: per-bin mean and deviation (float32 [F]) of dB spectra, rate_hz, and the
 * number of frames they come from. */
#ifndef KIN_KIND_SCALER_H
#define KIN_KIND_SCALER_H

#include "kindred/task.h"
#include "kindred/value.h"

#define KIN_SCALER_FLOOR 1e-10 /* of a deviation */

/* mean and deviation of [F]; copied. */
int kin_scaler_set(struct kin_value *value, const struct kin_scale *scale, double rate_hz,
                   struct kin_error *err);
/* A view of the fields that kin_scaler_set made. KIN_ECORRUPT: no scaler. */
int kin_scaler_get(const struct kin_value *value, struct kin_scale *scale, double *rate_hz,
                   struct kin_error *err);

#endif
