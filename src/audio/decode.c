#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

#include "kindred/audio.h"
#include "kindred/memory.h"
#include "memfile.h"
#include "truncation.h"

/* Formats are recognised by their first bytes before libsndfile sees them: it also reads formats
 * that nobody keeps music in, with parsers that are rarely exercised. */
struct magic {
    size_t offset;
    const char *bytes;
};

static const struct magic magics[] = {
    {0, "RIFF"}, {0, "RIFX"}, {0, "RF64"}, {0, "riff"}, {0, "FORM"},
    {0, ".snd"}, {0, "fLaC"}, {0, "OggS"}, {0, "caff"}, {0, "ID3"},
};

static bool known_format(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < KIN_COUNT(magics); i++) {
        size_t n = strlen(magics[i].bytes);
        if (length >= n && memcmp(bytes, magics[i].bytes, n) == 0)
            return true;
    }
    /* MPEG audio has no name, only a pattern of eleven ones. */
    return length >= 2 && bytes[0] == 0xFF && (bytes[1] & 0xE0) == 0xE0;
}

/* The first bytes as a person can read them. */
static void printable(const unsigned char *bytes, size_t length, char out[17])
{
    size_t n = length < 16 ? length : 16;
    for (size_t i = 0; i < n; i++)
        out[i] = bytes[i] >= ' ' && bytes[i] < 127 && bytes[i] != '\'' ? (char)bytes[i] : '.';
    out[n] = 0;
}

static int check_format(const unsigned char *bytes, size_t length, struct kin_error *err)
{
    if (length == 0)
        return kin_fail(err, KIN_EDATA, "an empty file, wanted WAV, FLAC, Ogg or MP3");
    if (known_format(bytes, length))
        return 0;
    char beginning[17];
    printable(bytes, length, beginning);
    return kin_fail(err, KIN_EDATA,
                    "not audio: begins with '%s', wanted WAV, FLAC, Ogg, MP3, AIFF, AU or CAF",
                    beginning);
}

static const char *format_name(int format)
{
    static const struct {
        int major;
        const char *name;
    } names[] = {
        {SF_FORMAT_WAV, "WAV"},  {SF_FORMAT_WAVEX, "WAV"}, {SF_FORMAT_RF64, "RF64"},
        {SF_FORMAT_W64, "W64"},  {SF_FORMAT_FLAC, "FLAC"}, {SF_FORMAT_OGG, "Ogg"},
        {SF_FORMAT_MPEG, "MP3"}, {SF_FORMAT_AIFF, "AIFF"}, {SF_FORMAT_AU, "AU"},
        {SF_FORMAT_CAF, "CAF"},
    };
    for (size_t i = 0; i < KIN_COUNT(names); i++) {
        if ((format & SF_FORMAT_TYPEMASK) == names[i].major)
            return names[i].name;
    }
    return "audio";
}

struct decoder {
    struct memfile memory;
    SNDFILE *file;
    SF_INFO info;
    float *block; /* block_frames * channels */
    float *samples;
    size_t n, capacity;
};

static void decoder_release(struct decoder *decoder)
{
    if (decoder->file)
        sf_close(decoder->file);
    kin_free(decoder->block);
    kin_free(decoder->samples);
}

static int decoder_open(struct decoder *decoder, const void *bytes, size_t length,
                        struct kin_error *err)
{
    /* memfile only writes when libsndfile does, which never does in SFM_READ. */
    decoder->memory =
        (struct memfile){.bytes = (unsigned char *)(uintptr_t)bytes, .length = length};
    SF_VIRTUAL_IO io = memfile_io();
    decoder->file = sf_open_virtual(&io, SFM_READ, &decoder->info, &decoder->memory);
    if (!decoder->file) {
        char beginning[17];
        printable(bytes, length, beginning);
        return kin_fail(err, KIN_EDATA, "damaged or unsupported audio that begins with '%s': %s",
                        beginning, sf_strerror(NULL));
    }
    const SF_INFO *info = &decoder->info;
    if (info->channels < 1 || info->samplerate < 1 ||
        (unsigned)info->samplerate > KIN_AUDIO_MAX_RATE_HZ)
        return kin_fail(
            err, KIN_EDATA, "%s file with %d channels at %d Hz, wanted 1 or more at 1 to %u Hz",
            format_name(info->format), info->channels, info->samplerate, KIN_AUDIO_MAX_RATE_HZ);
    return 0;
}

/* The mean of the channels, added to the end of the samples. */
static void append_mean(struct decoder *decoder, size_t frames)
{
    size_t channels = (size_t)decoder->info.channels;
    for (size_t t = 0; t < frames; t++) {
        double sum = 0;
        for (size_t c = 0; c < channels; c++)
            sum += (double)decoder->block[t * channels + c];
        decoder->samples[decoder->n++] = (float)(sum / (double)channels);
    }
}

/* Reads to the end, whatever the header announced; memory grows with what is really there. */
static int decoder_read_all(struct decoder *decoder, size_t max_samples, struct kin_error *err)
{
    enum { BLOCK_SAMPLES = 8192 };
    size_t channels = (size_t)decoder->info.channels;
    size_t frames = channels < BLOCK_SAMPLES ? BLOCK_SAMPLES / channels : 1;
    KIN_TRY(kin_alloc_into(&decoder->block, frames * channels, sizeof *decoder->block, err));
    for (;;) {
        sf_count_t got = sf_readf_float(decoder->file, decoder->block, (sf_count_t)frames);
        if (got <= 0)
            return 0;
        if ((size_t)got > max_samples - decoder->n)
            return kin_fail(err, KIN_EDATA, "%s file of more than %zu samples, the limit",
                            format_name(decoder->info.format), max_samples);
        KIN_TRY(kin_grow(&decoder->samples, &decoder->capacity, decoder->n + (size_t)got,
                         sizeof *decoder->samples, err));
        append_mean(decoder, (size_t)got);
    }
}

static uint64_t announced_frames(const struct decoder *decoder, const struct truncation *cut)
{
    uint64_t frames = decoder->info.frames > 0 && decoder->info.frames < SF_COUNT_MAX
                          ? (uint64_t)decoder->info.frames
                          : 0;
    if (cut->count_is_estimate)
        return 0;
    if (cut->present_bytes > 0) /* libsndfile corrected the number to what is there */
        frames += (uint64_t)llround((double)cut->missing_bytes / (double)cut->present_bytes *
                                    (double)frames);
    return frames;
}

static struct kin_audio_info describe(const struct decoder *decoder)
{
    struct truncation cut = truncation_of(decoder->memory.bytes, decoder->memory.length);
    struct kin_audio_info info = {
        .rate_hz = (unsigned)decoder->info.samplerate,
        .channels = (unsigned)decoder->info.channels,
        .frames = decoder->n,
        .announced_frames = announced_frames(decoder, &cut),
    };
    info.truncated = cut.cut || info.announced_frames > info.frames + cut.slack_frames;
    snprintf(info.format, sizeof info.format, "%s", format_name(decoder->info.format));
    return info;
}

static int no_sample(const struct kin_audio_info *info, struct kin_error *err)
{
    if (info->truncated)
        return kin_audio_check_whole(info, err);
    return kin_fail(err, KIN_EDATA, "%s file without a single sample", info->format);
}

int kin_audio_decode(const void *bytes, size_t length, size_t max_samples, struct kin_audio *out,
                     struct kin_audio_info *info, struct kin_error *err)
{
    if (max_samples == 0)
        return kin_fail(err, KIN_EINVAL, "a limit of 0 samples, wanted at least 1");
    KIN_TRY(check_format(bytes, length, err));
    KIN_AUTO(decoder_release) struct decoder decoder = {0};
    KIN_TRY(decoder_open(&decoder, bytes, length, err));
    KIN_TRY(decoder_read_all(&decoder, max_samples, err));
    struct kin_audio_info found = describe(&decoder);
    if (decoder.n == 0)
        return no_sample(&found, err);
    *out = (struct kin_audio){decoder.samples, decoder.n, found.rate_hz};
    decoder.samples = NULL;
    if (info)
        *info = found;
    return 0;
}

int kin_audio_decode_at(const void *bytes, size_t length, size_t max_samples, unsigned rate_hz,
                        struct kin_audio *out, struct kin_audio_info *info, struct kin_error *err)
{
    KIN_AUTO(kin_audio_release) struct kin_audio decoded = {0};
    struct kin_audio_info found;
    KIN_TRY(kin_audio_decode(bytes, length, max_samples, &decoded, &found, err));
    if (decoded.rate_hz == rate_hz) {
        *out = decoded;
        decoded.samples = NULL;
    } else {
        KIN_TRY(kin_audio_resample(&decoded, rate_hz, out, err));
    }
    if (info)
        *info = found;
    return 0;
}
