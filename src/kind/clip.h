/* Values of type «clip»: one mono signal, stored as float32 («samples») or 8-bit mu-law («code»).
 */
#ifndef KIN_KIND_CLIP_H
#define KIN_KIND_CLIP_H

#include <stdbool.h>

#include "kindred/audio.h"
#include "kindred/value.h"

int kin_clip_new(const struct kin_audio *audio, bool mulaw, struct kin_value **out,
                 struct kin_error *err);
/* The signal as float32; the caller releases it. KIN_ECORRUPT: not a clip. */
int kin_clip_audio(const struct kin_value *clip, struct kin_audio *out, struct kin_error *err);

#endif
