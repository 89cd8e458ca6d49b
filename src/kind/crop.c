#include "crop.h"

#include <string.h>

#include "clip.h"
#include "kindred/memory.h"

const char *const kin_crop_choices[] = {"none", "first", "centre", NULL};

int kin_crop_check(const struct kin_args *args, const char **blame, struct kin_error *err)
{
    bool whole = kin_arg_is(args, "crop", "none");
    int64_t samples = kin_arg_integer(args, "samples");
    *blame = "samples";
    if (whole && samples != 0)
        return kin_fail(err, KIN_EINVAL,
                        "parameter 'samples' is %lld, but 'crop' is none; wanted 'crop: first' "
                        "or 'crop: centre' with it",
                        (long long)samples);
    if (!whole && samples == 0)
        return kin_fail(err, KIN_EINVAL,
                        "parameter 'samples' is 0, wanted the length that "
                        "'crop: %s' leaves",
                        kin_arg_text(args, "crop"));
    return 0;
}

/* n samples from `start`, zeros where there are none. */
static int part_of(const struct kin_audio *whole, size_t start, size_t n, struct kin_audio *out,
                   struct kin_error *err)
{
    size_t left = whole->n - start < n ? whole->n - start : n;
    KIN_TRY(kin_audio_alloc(out, n, whole->rate_hz, err));
    if (left > 0)
        memcpy(out->samples, whole->samples + start, left * sizeof *out->samples);
    return 0;
}

int kin_crop_centre(const struct kin_value *clip, size_t n, struct kin_audio *out,
                    struct kin_error *err)
{
    KIN_AUTO(kin_audio_release) struct kin_audio whole = {0};
    KIN_TRY(kin_clip_audio(clip, &whole, err));
    return part_of(&whole, whole.n > n ? whole.n / 2 - n / 2 : 0, n, out, err);
}

int kin_crop_audio(const struct kin_args *args, const struct kin_value *clip, struct kin_audio *out,
                   struct kin_error *err)
{
    size_t n = (size_t)kin_arg_integer(args, "samples");
    if (kin_arg_is(args, "crop", "none"))
        return kin_clip_audio(clip, out, err);
    if (kin_arg_is(args, "crop", "centre"))
        return kin_crop_centre(clip, n, out, err);
    KIN_AUTO(kin_audio_release) struct kin_audio whole = {0};
    KIN_TRY(kin_clip_audio(clip, &whole, err));
    return part_of(&whole, 0, n, out, err);
}
