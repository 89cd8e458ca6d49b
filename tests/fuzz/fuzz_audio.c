/* Any bytes are samples within the limit, or an error with a text. */
#include <stdlib.h>

#include "kindred/audio.h"

#define LIMIT_SAMPLES ((size_t)1 << 18)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* libsndfile 1.2.0 loses the Vorbis set-up of an Ogg file whose headers are damaged. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:vorbis_info_init\n";
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct kin_error err = {0};
    struct kin_audio audio = {0};
    struct kin_audio_info info;
    if (kin_audio_decode(data, size, LIMIT_SAMPLES, &audio, &info, &err) != 0) {
        if (err.text[0] == '\0' || audio.samples)
            abort();
        return 0;
    }
    if (audio.n < 1 || audio.n > LIMIT_SAMPLES || audio.n != info.frames || audio.rate_hz < 1 ||
        info.channels < 1 || info.format[0] == '\0')
        abort();
    kin_audio_check(&audio, 0.1, &err);
    kin_audio_release(&audio);
    return 0;
}
