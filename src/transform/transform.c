#include "kindred/transform.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "kindred/loudness.h"
#include "kindred/memory.h"
#include "kindred/text.h"

#define KIN_TRANSFORM(x, code) extern const struct kin_transform kin_transform_##x;
#include "transforms.def"
#undef KIN_TRANSFORM

static const struct kin_transform *const transforms[] = {
#define KIN_TRANSFORM(x, code) &kin_transform_##x,
#include "transforms.def"
#undef KIN_TRANSFORM
};

size_t kin_transform_count(void)
{
    return KIN_COUNT(transforms);
}

const struct kin_transform *kin_transform_at(size_t i)
{
    return transforms[i];
}

int kin_transform_find(const char *code, const struct kin_transform **out, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text codes = {0};
    for (size_t i = 0; i < KIN_COUNT(transforms); i++) {
        if (strcasecmp(code, transforms[i]->code) == 0 || strcmp(code, transforms[i]->name) == 0) {
            *out = transforms[i];
            return 0;
        }
        kin_text_addf(&codes, "%s%s", i ? ", " : "", transforms[i]->code);
    }
    return kin_fail(err, KIN_EINVAL, "no transformation is called '%s', wanted one of %s", code,
                    kin_text_string(&codes));
}

double kin_transform_magnitude01(const struct kin_transform *transform, double magnitude)
{
    double low = transform->paper[0];
    double high = transform->paper[transform->paper_count - 1];
    if (isinf(magnitude))
        return magnitude > 0 ? 1 : 0;
    return (magnitude - low) / (high - low);
}

static int check_magnitude(const struct kin_transform *transform, double magnitude,
                           struct kin_error *err)
{
    bool in_range = magnitude >= transform->lowest && magnitude <= transform->highest;
    if (in_range || magnitude == transform->neutral)
        return 0;
    char found[KIN_NUMBER_TEXT], low[KIN_NUMBER_TEXT], high[KIN_NUMBER_TEXT];
    kin_number_text(magnitude, found);
    kin_number_text(transform->lowest, low);
    kin_number_text(transform->highest, high);
    return kin_fail(err, KIN_EINVAL, "%s with magnitude %s, wanted %s to %s %s", transform->code,
                    found, low, high, transform->unit);
}

int kin_transform_effective(const struct kin_transform *transform,
                            const struct kin_transform_params *params, unsigned rate_hz,
                            double *magnitude, struct kin_error *err)
{
    KIN_TRY(check_magnitude(transform, params->magnitude, err));
    if (transform->effective && params->magnitude != transform->neutral)
        return transform->effective(params, rate_hz, magnitude, err);
    *magnitude = params->magnitude;
    return 0;
}

static int check_input(const struct kin_audio *in, struct kin_error *err)
{
    if (in->n == 0)
        return kin_fail(err, KIN_EDATA, "nothing to transform: 0 samples");
    for (size_t i = 0; i < in->n; i++) {
        if (!isfinite(in->samples[i]))
            return kin_fail(err, KIN_EDATA, "sample %zu is not a finite number", i);
    }
    return 0;
}

static int copy(const struct kin_audio *in, struct kin_audio *out, struct kin_error *err)
{
    KIN_TRY(kin_audio_alloc(out, in->n, in->rate_hz, err));
    memcpy(out->samples, in->samples, in->n * sizeof *in->samples);
    return 0;
}

int kin_transform_apply(struct kin_transformer *transformer, const struct kin_transform *transform,
                        const struct kin_transform_params *params, const struct kin_audio *in,
                        struct kin_audio *out, struct kin_transform_report *report,
                        struct kin_error *err)
{
    KIN_TRY(check_magnitude(transform, params->magnitude, err));
    KIN_TRY(check_input(in, err));
    KIN_AUTO(kin_audio_release) struct kin_audio result = {0};
    bool neutral = params->magnitude == transform->neutral;
    bool matched = true;
    if (neutral)
        KIN_TRY(copy(in, &result, err));
    else
        KIN_TRY(transform->run(transformer, params, in, &result, err));
    if (!neutral && params->match == KIN_MATCH_EBUR128)
        KIN_TRY(kin_loudness_match(in, &result, &matched, err));
    *out = result;
    result.samples = NULL;
    if (report)
        *report = (struct kin_transform_report){.unmatched = !matched};
    return 0;
}
