/* Reading audio files of the reference set. */
#ifndef KINDRED_TESTS_REFERENCE_AUDIO_H
#define KINDRED_TESTS_REFERENCE_AUDIO_H

#include "kindred/audio.h"
#include "kindred/text.h"
#include "support.h"

static inline struct kin_audio read_audio(const char *path)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_auto_free) char *bytes = NULL;
    size_t length;
    struct kin_audio audio = {0};
    ck_ok(kin_read_file(path, &bytes, &length, &err));
    ck_ok(kin_audio_decode(bytes, length, (size_t)1 << 28, &audio, NULL, &err));
    return audio;
}

#endif
