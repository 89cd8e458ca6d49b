/* What a file's own structure says about its length, where libsndfile corrects it silently. */
#ifndef KINDRED_AUDIO_TRUNCATION_H
#define KINDRED_AUDIO_TRUNCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct truncation {
    bool cut;               /* bytes are missing for sure */
    bool count_is_estimate; /* the number of frames libsndfile announces cannot be relied upon */
    uint64_t missing_bytes; /* of sample data; 0 when not known */
    uint64_t present_bytes;
    uint64_t slack_frames; /* so many fewer than announced are none the less all there are */
};

/* Looks at RIFF/WAVE chunks, the last Ogg page, the MP3 Info frame; other formats give zeros.
 * Any bytes are safe. */
struct truncation truncation_of(const unsigned char *bytes, size_t length);

#endif
