#include <limits.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <strings.h>

#include "kindred/audio.h"
#include "kindred/memory.h"
#include "memfile.h"

/* libsndfile's encoders are fed in blocks of this size: some of them use the stack. */
#define BLOCK_SAMPLES 4096

static const struct {
    const char *extension; /* NULL: no file name asks for it */
    int format;
    bool sixteen_bit;
} encodings[KIN_AUDIO_ENCODINGS] = {
    [KIN_AUDIO_WAV16] = {".wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, true},
    [KIN_AUDIO_WAVFLOAT] = {NULL, SF_FORMAT_WAV | SF_FORMAT_FLOAT, false},
    [KIN_AUDIO_FLAC] = {".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, true},
    [KIN_AUDIO_OGG] = {".ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, false},
    [KIN_AUDIO_MP3] = {".mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, false},
};

int kin_audio_encoding_of(const char *file_name, enum kin_audio_encoding *out,
                          struct kin_error *err)
{
    const char *extension = strrchr(file_name, '.');
    for (int i = 0; extension && i < KIN_AUDIO_ENCODINGS; i++) {
        if (encodings[i].extension && strcasecmp(extension, encodings[i].extension) == 0) {
            *out = (enum kin_audio_encoding)i;
            return 0;
        }
    }
    return kin_fail(err, KIN_EINVAL,
                    "no audio format is called '%s', wanted .wav, .flac, .ogg or .mp3",
                    extension ? extension : "");
}

/* ISO/IEC 11172-3 (MPEG-1), 13818-3 (MPEG-2, half the sample rates), and the MPEG-2.5 extension
 * (a quarter), each with the span of rates that libsndfile maps onto its compression level 1 … 0.
 */
static const unsigned mpeg1_kbps[] = {32,  40,  48,  56,  64,  80,  96,
                                      112, 128, 160, 192, 224, 256, 320};
static const unsigned mpeg2_kbps[] = {8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
static const unsigned mpeg25_kbps[] = {8, 16, 24, 32, 40, 48, 56, 64};

const unsigned *kin_audio_mp3_rates(unsigned rate_hz, size_t *count)
{
    switch (rate_hz) {
    case 48000:
    case 44100:
    case 32000:
        *count = KIN_COUNT(mpeg1_kbps);
        return mpeg1_kbps;
    case 24000:
    case 22050:
    case 16000:
        *count = KIN_COUNT(mpeg2_kbps);
        return mpeg2_kbps;
    case 12000:
    case 11025:
    case 8000:
        *count = KIN_COUNT(mpeg25_kbps);
        return mpeg25_kbps;
    default:
        *count = 0;
        return NULL;
    }
}

/* libsndfile's compression level for a constant bit rate: it maps 0 … 1 onto highest … lowest. */
static int mp3_level(unsigned rate_hz, unsigned kbps, double *level, struct kin_error *err)
{
    size_t count;
    const unsigned *rates = kin_audio_mp3_rates(rate_hz, &count);
    if (!rates)
        return kin_fail(err, KIN_EINVAL,
                        "MP3 at %u Hz, wanted 8000, 11025, 12000, 16000, 22050, 24000, 32000, "
                        "44100 or 48000",
                        rate_hz);
    unsigned lowest = rates[0], highest = rates[count - 1];
    for (size_t i = 0; i < count; i++) {
        if (kbps == rates[i] || kbps == 0) {
            *level = (double)(kbps ? highest - kbps : 0) / (double)(highest - lowest);
            return 0;
        }
    }
    return kin_fail(err, KIN_EINVAL, "%u kb/s is no bit rate of MP3 at %u Hz: %u to %u", kbps,
                    rate_hz, lowest, highest);
}

static int set_up(SNDFILE *file, const struct kin_audio *audio, enum kin_audio_encoding encoding,
                  unsigned kbps, struct kin_error *err)
{
    /* The peak chunk of float files holds the time of day. */
    sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    if (encoding != KIN_AUDIO_MP3)
        return 0;
    double level;
    KIN_TRY(mp3_level(audio->rate_hz, kbps, &level, err));
    /* Answers false as long as no level was set, although it takes the mode over; the level must
     * come after the mode, whose range it uses. */
    int constant = SF_BITRATE_MODE_CONSTANT;
    sf_command(file, SFC_SET_BITRATE_MODE, &constant, sizeof constant);
    if (sf_command(file, SFC_SET_COMPRESSION_LEVEL, &level, sizeof level) != SF_TRUE ||
        sf_command(file, SFC_GET_BITRATE_MODE, NULL, 0) != SF_BITRATE_MODE_CONSTANT)
        return kin_fail(err, KIN_EUNAVAILABLE, "libsndfile cannot set %u kb/s, needs 1.2", kbps);
    return 0;
}

static void to_sixteen_bits(const float *x, size_t n, short *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (short)lrint(fmin(fmax((double)x[i] * 32768, SHRT_MIN), SHRT_MAX));
    }
}

/* LAME is given integers: it multiplies floats by 32767 where everybody else divides by 32768, and
 * a last bit is enough to make it choose otherwise. With these, 16-bit input gives the very frames
 * that ffmpeg writes. */
static void to_thirty_two_bits(const float *x, size_t n, int *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (int)lrint(fmin(fmax((double)x[i] * 0x1p31, INT_MIN), INT_MAX));
}

static bool write_block(SNDFILE *file, const float *x, size_t n, enum kin_audio_encoding encoding)
{
    sf_count_t count = (sf_count_t)n;
    if (encodings[encoding].sixteen_bit) {
        short shorts[BLOCK_SAMPLES];
        to_sixteen_bits(x, n, shorts);
        return sf_write_short(file, shorts, count) == count;
    }
    if (encoding == KIN_AUDIO_MP3) {
        int ints[BLOCK_SAMPLES];
        to_thirty_two_bits(x, n, ints);
        return sf_write_int(file, ints, count) == count;
    }
    return sf_write_float(file, x, count) == count;
}

static bool write_all(SNDFILE *file, const struct kin_audio *audio,
                      enum kin_audio_encoding encoding)
{
    for (size_t at = 0; at < audio->n; at += BLOCK_SAMPLES) {
        size_t left = audio->n - at;
        if (!write_block(file, audio->samples + at, left < BLOCK_SAMPLES ? left : BLOCK_SAMPLES,
                         encoding))
            return false;
    }
    return true;
}

/* Opens, writes and closes; the bytes are whole only after the close. */
static int write_file(struct memfile *memory, const struct kin_audio *audio,
                      enum kin_audio_encoding encoding, unsigned kbps, struct kin_error *err)
{
    SF_INFO info = {
        .samplerate = (int)audio->rate_hz, .channels = 1, .format = encodings[encoding].format};
    SF_VIRTUAL_IO io = memfile_io();
    SNDFILE *file = sf_open_virtual(&io, SFM_WRITE, &info, memory);
    if (!file)
        return kin_fail(err, KIN_EUNAVAILABLE, "libsndfile does not write this format at %u Hz: %s",
                        audio->rate_hz, sf_strerror(NULL));
    int status = set_up(file, audio, encoding, kbps, err);
    bool written = status == 0 && write_all(file, audio, encoding);
    sf_close(file);
    if (status != 0)
        return status;
    if (!written || memory->failed)
        return kin_fail(err, KIN_ENOMEM, "no memory for %zu encoded samples", audio->n);
    return 0;
}

static int check_request(const struct kin_audio *audio, enum kin_audio_encoding encoding,
                         unsigned kbps, struct kin_error *err)
{
    if ((unsigned)encoding >= KIN_AUDIO_ENCODINGS)
        return kin_fail(err, KIN_EINVAL, "audio encoding %d, wanted 0 to %d", (int)encoding,
                        KIN_AUDIO_ENCODINGS - 1);
    if (audio->rate_hz < 1 || audio->rate_hz > KIN_AUDIO_MAX_RATE_HZ)
        return kin_fail(err, KIN_EINVAL, "a sample rate of %u Hz, wanted 1 to %u", audio->rate_hz,
                        KIN_AUDIO_MAX_RATE_HZ);
    if (audio->n == 0)
        return kin_fail(err, KIN_EDATA, "nothing to encode: 0 samples");
    double level;
    return encoding == KIN_AUDIO_MP3 ? mp3_level(audio->rate_hz, kbps, &level, err) : 0;
}

int kin_audio_encode(const struct kin_audio *audio, enum kin_audio_encoding encoding, unsigned kbps,
                     void **out, size_t *length, struct kin_error *err)
{
    KIN_TRY(check_request(audio, encoding, kbps, err));
    struct memfile memory = {0};
    int status = write_file(&memory, audio, encoding, kbps, err);
    if (status != 0) {
        kin_free(memory.bytes);
        return status;
    }
    *out = memory.bytes;
    *length = memory.length;
    return 0;
}
