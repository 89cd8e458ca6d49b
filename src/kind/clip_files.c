/* Clips as audio files. */
#include <string.h>

#include "clip.h"
#include "files.h"
#include "kindred/memory.h"
#include "kindred/npy.h"
#include "kindred/text.h"

#define NPY_RATE_HZ 22050
#define LONGEST_CLIP_SAMPLES ((size_t)1 << 30)

static bool has_extension(const char *path, const char *extension)
{
    size_t n = strlen(path);
    size_t m = strlen(extension);
    return n >= m && strcasecmp(path + n - m, extension) == 0;
}

/* Rows of an .npy become clips at 22 050 Hz. */
struct clip_rows {
    kin_file_add *add;
    void *context;
};

static int add_clip(void *context, struct kin_value *takes, struct kin_error *err)
{
    const struct clip_rows *rows = context;
    KIN_AUTO(kin_value_auto) struct kin_value *raw = takes;
    KIN_AUTO(kin_tensor_release) struct kin_tensor samples = {0};
    KIN_TRY(kin_tensor_convert(kin_value_get(raw, "samples"), KIN_F32, &samples, err));
    struct kin_audio audio = {
        .samples = samples.data, .n = samples.shape[0], .rate_hz = NPY_RATE_HZ};
    struct kin_value *clip;
    KIN_TRY(kin_clip_new(&audio, false, &clip, err));
    return rows->add(rows->context, clip, err);
}

int kin_file_read_clip(const char *path, kin_file_add *add, void *context, struct kin_error *err)
{
    if (has_extension(path, ".npy")) {
        struct clip_rows rows = {.add = add, .context = context};
        return kin_file_read_parts(path, 1, "clip", "samples", add_clip, &rows, err);
    }
    KIN_AUTO(kin_auto_free) char *bytes = NULL;
    size_t length;
    KIN_TRY(kin_read_file(path, &bytes, &length, err));
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    if (kin_audio_decode(bytes, length, LONGEST_CLIP_SAMPLES, &audio, NULL, err) != 0)
        return kin_error_within(err, "reading '%s'", path);
    struct kin_value *clip;
    KIN_TRY(kin_clip_new(&audio, false, &clip, err));
    return add(context, clip, err);
}

/* Float samples go to .wav as float32, so that nothing is lost; .npy as they are. */
int kin_file_write_clip(const struct kin_value *clip, const char *path, struct kin_error *err)
{
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    KIN_TRY(kin_clip_audio(clip, &audio, err));
    if (has_extension(path, ".npy")) {
        struct kin_tensor samples = {
            .dtype = KIN_F32, .ndim = 1, .shape = {audio.n}, .data = audio.samples};
        return kin_npy_write(path, &samples, err);
    }
    enum kin_audio_encoding encoding;
    KIN_TRY(kin_audio_encoding_of(path, &encoding, err));
    if (encoding == KIN_AUDIO_WAV16)
        encoding = KIN_AUDIO_WAVFLOAT;
    KIN_AUTO(kin_auto_free) void *bytes = NULL;
    size_t length;
    KIN_TRY(kin_audio_encode(&audio, encoding, 0, &bytes, &length, err));
    return kin_write_file(path, bytes, length, err);
}
