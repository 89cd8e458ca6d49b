/* Which part of a clip a feature is made of: the parameters `crop` and `samples`, for kinds that
 * read clips. The original experiment measured the audio space on whole clips and showed the
 * networks the centre of each. */
#ifndef KIN_KIND_CROP_H
#define KIN_KIND_CROP_H

#include "kindred/audio.h"
#include "kindred/kind.h"

extern const char *const kin_crop_choices[];

#define KIN_CROP_PARAMS                                                                   \
    {.name = "crop",                                                                      \
     .type = KIN_PARAM_CHOICE,                                                            \
     .fallback = "none",                                                                  \
     .choices = kin_crop_choices,                                                         \
     .doc = "the part of the clip that is used: all of it, its beginning or its centre"}, \
    {                                                                                     \
        .name = "samples", .type = KIN_PARAM_INTEGER, .unit = "samples", .fallback = "0", \
        .min = 0, .max = 1 << 30,                                                         \
        .doc = "length of that part; a shorter clip is continued by zeros"                \
    }

/* For kin_kind.check: a part has a length, the whole clip has none. */
int kin_crop_check(const struct kin_args *args, const char **blame, struct kin_error *err);

/* The part of a clip that the arguments ask for; the caller releases it. The centre starts at half
 * the length less half of `samples`, both rounded down, as in the authors' program.
 * KIN_ECORRUPT: not a clip. */
int kin_crop_audio(const struct kin_args *args, const struct kin_value *clip, struct kin_audio *out,
                   struct kin_error *err);

/* The centre of a clip, n samples long; the same for kinds that know n themselves. */
int kin_crop_centre(const struct kin_value *clip, size_t n, struct kin_audio *out,
                    struct kin_error *err);

#endif
