#include "clip.h"

#include <string.h>

#include "kindred/mulaw.h"

static int set_samples(struct kin_value *clip, const struct kin_audio *audio, bool mulaw,
                       struct kin_error *err)
{
    KIN_TRY(kin_value_set_f64(clip, "rate_hz", audio->rate_hz, err));
    if (!mulaw)
        return kin_value_set_f32(clip, "samples", audio->samples, audio->n, 0, err);
    struct kin_tensor code;
    KIN_TRY(kin_tensor_alloc(&code, KIN_U8, 1, &audio->n, err));
    kin_mulaw_encode(audio->samples, audio->n, code.data);
    return kin_value_set(clip, "code", &code, err);
}

int kin_clip_new(const struct kin_audio *audio, bool mulaw, struct kin_value **out,
                 struct kin_error *err)
{
    struct kin_value *clip = kin_value_new("clip");
    if (!clip)
        return kin_fail(err, KIN_ENOMEM, "no memory for a clip");
    int status = set_samples(clip, audio, mulaw, err);
    if (status != 0)
        kin_value_free(clip);
    else
        *out = clip;
    return status;
}

int kin_clip_audio(const struct kin_value *clip, struct kin_audio *out, struct kin_error *err)
{
    double rate = kin_value_f64(clip, "rate_hz", 0);
    if (!(rate >= 1 && rate <= KIN_AUDIO_MAX_RATE_HZ))
        return kin_fail(err, KIN_ECORRUPT, "a clip without a sample rate");
    const struct kin_tensor *stored = kin_value_get(clip, "code");
    bool mulaw = stored != NULL;
    if (!mulaw)
        KIN_TRY(kin_value_want(clip, "samples", KIN_F32, 1, &stored, err));
    else if (stored->dtype != KIN_U8 || stored->ndim != 1)
        return kin_fail(err, KIN_ECORRUPT, "a clip whose code is no row of bytes");
    size_t n = stored->shape[0];
    KIN_TRY(kin_audio_alloc(out, n, (unsigned)rate, err));
    if (mulaw)
        kin_mulaw_decode(stored->data, n, out->samples);
    else if (n > 0)
        memcpy(out->samples, stored->data, n * sizeof *out->samples);
    return 0;
}
