/* Mel-frequency cepstral coefficients of clips, for distances in the audio space. */
#include <string.h>

#include "kindred/memory.h"
#include "spectral.h"

static const char *const layouts[] = {"coefficients-first", "frames-first", NULL};

static const struct kin_param params[] = {
    {.name = "frame_samples",
     .type = KIN_PARAM_INTEGER,
     .unit = "samples",
     .fallback = "2048",
     .min = 4,
     .max = 1 << 20,
     .doc = "length of a frame; even"},
    {.name = "hop_samples",
     .type = KIN_PARAM_INTEGER,
     .unit = "samples",
     .fallback = "512",
     .min = 1,
     .max = 1 << 20,
     .doc = "from one frame to the next"},
    {.name = "window",
     .type = KIN_PARAM_CHOICE,
     .fallback = "periodic",
     .choices = kin_window_choices,
     .doc = "the Hann window over frame or frame - 1 samples"},
    {.name = "bands",
     .type = KIN_PARAM_INTEGER,
     .fallback = "128",
     .min = 1,
     .max = 4096,
     .doc = "mel bands from 0 Hz to half the sample rate"},
    {.name = "coefficients",
     .type = KIN_PARAM_INTEGER,
     .fallback = "25",
     .min = 1,
     .max = 4096,
     .doc = "how many coefficients, the first included"},
    {.name = "drop_first",
     .type = KIN_PARAM_FLAG,
     .fallback = "false",
     .doc = "leave out the first coefficient, the level; the paper's distances do"},
    {.name = "layout",
     .type = KIN_PARAM_CHOICE,
     .fallback = "coefficients-first",
     .choices = layouts,
     .doc = "[D][T] as librosa has it, or [T][D] as distances want it"},
    KIN_CROP_PARAMS,
    KIN_FLOOR_PARAM,
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "clips", .mode = KIN_EACH, .doc = "the clips"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "sequences",
     .type = "sequences",
     .doc = "coefficients: float32 [D][T], or frames: float32 [T][D]"},
    {0},
};

static struct kin_mfcc_params mfcc_params(const struct kin_args *args, double rate_hz)
{
    return (struct kin_mfcc_params){
        .rate_hz = rate_hz,
        .frame_samples = (size_t)kin_arg_integer(args, "frame_samples"),
        .hop_samples = (size_t)kin_arg_integer(args, "hop_samples"),
        .window = kin_arg_window(args),
        .bands = (size_t)kin_arg_integer(args, "bands"),
        .coefficients = (size_t)kin_arg_integer(args, "coefficients"),
        .drop_first = kin_arg_flag(args, "drop_first"),
    };
}

static int plan_new(const struct kin_args *args, double rate_hz, void **plan, struct kin_error *err)
{
    struct kin_mfcc_params mfcc = mfcc_params(args, rate_hz);
    struct kin_mfcc *made;
    KIN_TRY(kin_mfcc_new(&mfcc, &made, err));
    *plan = made;
    return 0;
}

static void plan_free(void *plan)
{
    kin_mfcc_free(plan);
}

static bool frames_first(const struct kin_args *args)
{
    return kin_arg_is(args, "layout", "frames-first");
}

static void shape(const struct kin_args *args, const void *plan, size_t samples, size_t out[2])
{
    size_t frames = kin_mfcc_frames(plan, samples);
    size_t columns = kin_mfcc_columns(plan);
    out[0] = frames_first(args) ? frames : columns;
    out[1] = frames_first(args) ? columns : frames;
}

static int transpose(float *x, size_t rows, size_t columns, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) float *copy = NULL;
    KIN_TRY(kin_alloc_into(&copy, rows * columns, sizeof *copy, err));
    memcpy(copy, x, rows * columns * sizeof *copy);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            x[c * rows + r] = copy[r * columns + c];
    return 0;
}

static int apply(const struct kin_args *args, void *plan, const float *x, size_t clips,
                 size_t samples, enum kin_floor floor, float *out, struct kin_error *err)
{
    KIN_TRY(kin_mfcc_apply(plan, x, clips, samples, floor, out, err));
    size_t frames = kin_mfcc_frames(plan, samples);
    size_t columns = kin_mfcc_columns(plan);
    for (size_t i = 0; i < clips && !frames_first(args); i++)
        KIN_TRY(transpose(out + i * frames * columns, frames, columns, err));
    return 0;
}

static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    int64_t frame = kin_arg_integer(args, "frame_samples");
    int64_t coefficients = kin_arg_integer(args, "coefficients");
    int64_t bands = kin_arg_integer(args, "bands");
    *blame = "frame_samples";
    if (frame % 2 != 0)
        return kin_fail(err, KIN_EINVAL, "parameter 'frame_samples' is %lld, wanted an even number",
                        (long long)frame);
    *blame = "coefficients";
    if (coefficients > bands)
        return kin_fail(err, KIN_EINVAL,
                        "parameter 'coefficients' is %lld, but there are %lld bands",
                        (long long)coefficients, (long long)bands);
    if (kin_arg_flag(args, "drop_first") && coefficients < 2)
        return kin_fail(err, KIN_EINVAL,
                        "parameter 'coefficients' is 1, and 'drop_first' leaves none");
    return kin_crop_check(args, blame, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    const struct kin_spectral cepstrum = {
        .type = "sequence",
        .field = frames_first(call->args) ? "frames" : "coefficients",
        .ndim = 2,
        .plan_new = plan_new,
        .plan_free = plan_free,
        .shape = shape,
        .apply = apply,
    };
    return kin_spectral_run(call, &cepstrum, err);
}

const struct kin_kind kin_kind_mfcc = {
    .name = "mfcc",
    .version = 1,
    .doc = "mel-frequency cepstral coefficients",
    .source = "Kim et al. 2019, section 3.2; defaults are those of librosa 0.6",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .check = check,
    .run = run,
};
