/* What the kinds that turn clips into spectra, sequences and vectors have in common: cropping, one
 * plan for all clips of a rate, and the floor of each clip or of the whole batch. */
#ifndef KIN_KIND_SPECTRAL_H
#define KIN_KIND_SPECTRAL_H

#include "crop.h"
#include "kindred/feature.h"
#include "kindred/kind.h"

extern const char *const kin_window_choices[];
extern const char *const kin_floor_choices[];

#define KIN_FLOOR_PARAM                                                                       \
    {                                                                                         \
        .name = "floor", .type = KIN_PARAM_CHOICE, .fallback = "clip",                        \
        .choices = kin_floor_choices, .flags = KIN_PARAM_APPLY_ONLY,                          \
        .doc = "levels end 80 dB under the maximum of each clip, or of all clips of the call" \
    }

enum kin_window kin_arg_window(const struct kin_args *args);

/* One feature. `plan` is whatever new() made. */
struct kin_spectral {
    const char *type, *field; /* of the value it gives: «spectrum», «db» */
    int ndim;                 /* of that field */
    int (*plan_new)(const struct kin_args *args, double rate_hz, void **plan,
                    struct kin_error *err);
    void (*plan_free)(void *plan);
    /* Shape of one clip's result. */
    void (*shape)(const struct kin_args *args, const void *plan, size_t samples, size_t shape[2]);
    /* clips * samples in, clips results of that shape out. */
    int (*apply)(const struct kin_args *args, void *plan, const float *x, size_t clips,
                 size_t samples, enum kin_floor floor, float *out, struct kin_error *err);
};

/* The run function of such a kind: port «of», parameters crop, samples and floor. */
int kin_spectral_run(struct kin_call *call, const struct kin_spectral *feature,
                     struct kin_error *err);

#endif
