/* The MFCC baseline: 144 numbers that stand where a network's embedding does. */
#include "kindred/memory.h"
#include "spectral.h"

static const struct kin_param params[] = {
    KIN_CROP_PARAMS,
    KIN_FLOOR_PARAM,
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "clips", .mode = KIN_EACH, .doc = "the clips"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "vectors",
     .type = "vectors",
     .doc = "mean and deviation of 24 coefficients, their differences, and those of the latter"},
    {0},
};

static int plan_new(const struct kin_args *args, double rate_hz, void **plan, struct kin_error *err)
{
    (void)args;
    struct kin_mfcc_params mfcc = kin_mfcc_embedding;
    mfcc.rate_hz = rate_hz;
    struct kin_mfcc *made;
    KIN_TRY(kin_mfcc_new(&mfcc, &made, err));
    *plan = made;
    return 0;
}

static void plan_free(void *plan)
{
    kin_mfcc_free(plan);
}

static void shape(const struct kin_args *args, const void *plan, size_t samples, size_t out[2])
{
    (void)args;
    (void)samples;
    out[0] = 6 * kin_mfcc_columns(plan);
}

static int apply(const struct kin_args *args, void *plan, const float *x, size_t clips,
                 size_t samples, enum kin_floor floor, float *out, struct kin_error *err)
{
    (void)args;
    return kin_mfcc_vectors(plan, x, clips, samples, floor, out, err);
}

static const struct kin_spectral baseline = {
    .type = "vector",
    .field = "vector",
    .ndim = 1,
    .plan_new = plan_new,
    .plan_free = plan_free,
    .shape = shape,
    .apply = apply,
};

static int run(struct kin_call *call, struct kin_error *err)
{
    return kin_spectral_run(call, &baseline, err);
}

const struct kin_kind kin_kind_encode_mfcc = {
    .name = "encode.mfcc",
    .version = 1,
    .doc = "embeds clips with the MFCC baseline",
    .source = "Kim et al. 2019, section 4.2; the authors' MFCCEncoder",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .check = kin_crop_check,
    .run = run,
};
