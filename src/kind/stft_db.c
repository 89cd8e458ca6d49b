/* Spectrograms in dB, as the networks see them before standardisation. */
#include "spectral.h"

#include "kindred/memory.h"

static const struct kin_param params[] = {
    {.name = "frame_samples",
     .type = KIN_PARAM_INTEGER,
     .unit = "samples",
     .fallback = "1024",
     .min = 4,
     .max = 1 << 20,
     .doc = "length of a frame; even"},
    {.name = "hop_samples",
     .type = KIN_PARAM_INTEGER,
     .unit = "samples",
     .fallback = "256",
     .min = 1,
     .max = 1 << 20,
     .doc = "from one frame to the next"},
    {.name = "window",
     .type = KIN_PARAM_CHOICE,
     .fallback = "symmetric",
     .choices = kin_window_choices,
     .doc = "the Hann window over frame or frame - 1 samples"},
    KIN_CROP_PARAMS,
    KIN_FLOOR_PARAM,
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "of", .type = "clips", .mode = KIN_EACH, .doc = "the clips"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "spectra", .type = "spectra", .doc = "db: float32 [F][T]"},
    {0},
};

static int plan_new(const struct kin_args *args, double rate_hz, void **plan, struct kin_error *err)
{
    (void)rate_hz;
    struct kin_stft_params stft = {
        .frame_samples = (size_t)kin_arg_integer(args, "frame_samples"),
        .hop_samples = (size_t)kin_arg_integer(args, "hop_samples"),
        .window = kin_arg_window(args),
    };
    struct kin_stft *made;
    KIN_TRY(kin_stft_new(&stft, &made, err));
    *plan = made;
    return 0;
}

static void plan_free(void *plan)
{
    kin_stft_free(plan);
}

static void shape(const struct kin_args *args, const void *plan, size_t samples, size_t out[2])
{
    (void)args;
    out[0] = kin_stft_bins(plan);
    out[1] = kin_stft_frames(plan, samples);
}

static int apply(const struct kin_args *args, void *plan, const float *x, size_t clips,
                 size_t samples, enum kin_floor floor, float *out, struct kin_error *err)
{
    (void)args;
    return kin_stft_db(plan, x, clips, samples, floor, out, err);
}

static const struct kin_spectral spectrogram = {
    .type = "spectrum",
    .field = "db",
    .ndim = 2,
    .plan_new = plan_new,
    .plan_free = plan_free,
    .shape = shape,
    .apply = apply,
};

static int check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    *blame = "frame_samples";
    if (kin_arg_integer(args, "frame_samples") % 2 != 0)
        return kin_fail(err, KIN_EINVAL, "parameter 'frame_samples' is %lld, wanted an even number",
                        (long long)kin_arg_integer(args, "frame_samples"));
    return kin_crop_check(args, blame, err);
}

static int run(struct kin_call *call, struct kin_error *err)
{
    return kin_spectral_run(call, &spectrogram, err);
}

const struct kin_kind kin_kind_stft_db = {
    .name = "stft-db",
    .version = 1,
    .doc = "spectrograms in dB",
    .source = "Kim et al. 2019, section 4.1; the floor of each clip is ours",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .check = check,
    .run = run,
};
