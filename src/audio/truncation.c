#include "truncation.h"

#include <string.h>

static uint32_t load_le32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Programs that write to a pipe cannot go back to fill in the length and leave one of these. */
static bool length_left_open(uint32_t announced)
{
    return announced == 0 || announced >= 0x7FFFF000u;
}

/* Microsoft, «Multimedia Programming Interface and Data Specifications 1.0»: chunks of name,
 * length and data, padded to even lengths. */
static struct truncation wav_truncation(const unsigned char *bytes, size_t length)
{
    struct truncation result = {0};
    size_t at = 12;
    while (length - at >= 8) {
        uint32_t announced = load_le32(bytes + at + 4);
        bool data = memcmp(bytes + at, "data", 4) == 0;
        at += 8;
        size_t present = length - at;
        if (announced <= present && !data) {
            at += announced;
            at += (announced & 1) && at < length;
            continue;
        }
        if (data && announced > present && !length_left_open(announced)) {
            result.cut = true;
            result.missing_bytes = announced - present;
            result.present_bytes = present;
        }
        break;
    }
    return result;
}

/* RFC 3533: the last page of a stream carries the flag 4 in byte 5; a page is 27 bytes, as many
 * lengths as byte 26 says, and the sum of these lengths. */
static struct truncation ogg_truncation(const unsigned char *bytes, size_t length)
{
    struct truncation result = {.cut = true};
    for (size_t at = length; at-- > 0;) {
        if (length - at < 27 || memcmp(bytes + at, "OggS", 4) != 0)
            continue;
        size_t segments = bytes[at + 26];
        if (length - at < 27 + segments)
            continue;
        size_t size = 27 + segments;
        for (size_t i = 0; i < segments; i++)
            size += bytes[at + 27 + i];
        if (length - at < size)
            return result;
        result.cut = !(bytes[at + 5] & 4);
        result.slack_frames = 8192;
        return result;
    }
    return result;
}

/* The Info (or Xing) frame is the first frame; before it there may be an ID3v2 tag. Without one the
 * number of frames is a guess from the file's size. */
static struct truncation mp3_truncation(const unsigned char *bytes, size_t length)
{
    struct truncation result = {.count_is_estimate = true};
    size_t at = 0;
    if (length >= 10 && memcmp(bytes, "ID3", 3) == 0)
        at = 10 + ((size_t)(bytes[6] & 127) << 21 | (size_t)(bytes[7] & 127) << 14 |
                   (size_t)(bytes[8] & 127) << 7 | (size_t)(bytes[9] & 127));
    /* The tag lies behind the frame's header (4 bytes, 2 of CRC) and 9 to 32 of side information.
     */
    for (size_t i = at + 4; i < at + 40 && i + 4 <= length; i++) {
        if (memcmp(bytes + i, "Info", 4) == 0 || memcmp(bytes + i, "Xing", 4) == 0)
            result.count_is_estimate = false;
    }
    return result;
}

struct truncation truncation_of(const unsigned char *bytes, size_t length)
{
    if (length >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WAVE", 4) == 0)
        return wav_truncation(bytes, length);
    if (length >= 4 && memcmp(bytes, "OggS", 4) == 0)
        return ogg_truncation(bytes, length);
    if (length >= 3 && (memcmp(bytes, "ID3", 3) == 0 || bytes[0] == 0xFF))
        return mp3_truncation(bytes, length);
    return (struct truncation){0};
}
