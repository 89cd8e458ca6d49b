/*
 * Audio in memory: decoding, encoding, resampling, and checks of what was decoded.
 *
 * Everything works on one mono signal, struct kin_audio. The caller has read (and hashed) the bytes
 * of a file; nothing here touches the file system. Order of calls for a dataset:
 * kin_audio_decode_at, kin_audio_check_whole, kin_audio_check. All functions are thread-safe.
 */
#ifndef KINDRED_AUDIO_H
#define KINDRED_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/status.h"

/* One mono signal, full scale is [-1, 1]. */
struct kin_audio {
    float *samples;
    size_t n;
    unsigned rate_hz;
};

/* Zeroed samples, owned. KIN_ENOMEM. */
int kin_audio_alloc(struct kin_audio *out, size_t n, unsigned rate_hz, struct kin_error *err);
void kin_audio_release(struct kin_audio *audio); /* accepts NULL and zeroed memory; for KIN_AUTO */

#define KIN_AUDIO_FORMAT_TEXT 32

/* What the file said about itself and what came out. A frame has one sample of every channel. */
struct kin_audio_info {
    unsigned rate_hz;          /* of the file */
    unsigned channels;
    uint64_t frames;           /* decoded */
    uint64_t announced_frames; /* by the file's header; 0 when it does not say */
    bool truncated;            /* the file ends early, as far as its format can show */
    char format[KIN_AUDIO_FORMAT_TEXT]; /* WAV, FLAC, Ogg, MP3, AIFF, AU, CAF, W64, RF64 */
};

/*
 * Decodes a whole file with libsndfile, by its content, whatever its name.
 * bytes        length bytes, borrowed
 * max_samples  a file with more frames is refused, so that a hostile one cannot fill the memory:
 *              at most 8 bytes times max_samples are held, whatever its header announces
 * out          the mean of the channels at the file's rate; the caller releases it
 * info         may be NULL
 * A file that ends early gives what could be decoded and sets info->truncated; the announced number
 * of frames is not relied upon (it is an estimate in an MP3 file without Info frame). Decoded as
 * float: an MP3 or Ogg file may exceed full scale.
 * Errors: KIN_EDATA (no format we read, no sample at all, too long, damaged), KIN_EINVAL
 * (max_samples 0), KIN_ENOMEM. out and info are untouched on failure.
 */
int kin_audio_decode(const void *bytes, size_t length, size_t max_samples, struct kin_audio *out,
                     struct kin_audio_info *info, struct kin_error *err);

/* The same, resampled to rate_hz (kin_audio_resample) when the file has another rate. */
int kin_audio_decode_at(const void *bytes, size_t length, size_t max_samples, unsigned rate_hz,
                        struct kin_audio *out, struct kin_audio_info *info, struct kin_error *err);

/* KIN_EDATA when the file ended early («a WAV file that ends after 12 of 88200 announced samples»):
 * an error or the text of a warning, as the caller likes. */
int kin_audio_check_whole(const struct kin_audio_info *info, struct kin_error *err);

/* The largest absolute value of a signal that counts as silent: half a unit of 16 bits. */
#define KIN_AUDIO_SILENT (0.5f / 32768)

/* KIN_EDATA names what makes a signal useless: a sample that is no finite number, fewer than
 * min_seconds, nothing above KIN_AUDIO_SILENT. Checked in this order. */
int kin_audio_check(const struct kin_audio *audio, double min_seconds, struct kin_error *err);

/*
 * Resamples with libsoxr's HQ recipe, one thread: what librosa calls soxr_hq.
 * out  ceil(n rate_hz / in->rate_hz) samples, as librosa.resample gives; the caller releases it
 * Errors: KIN_EINVAL (a rate outside 1 … KIN_AUDIO_MAX_RATE_HZ), KIN_ENOMEM.
 */
#define KIN_AUDIO_MAX_RATE_HZ 768000u
int kin_audio_resample(const struct kin_audio *in, unsigned rate_hz, struct kin_audio *out,
                       struct kin_error *err);

enum kin_audio_encoding {
    KIN_AUDIO_WAV16, /* 16-bit PCM: round(32768 x), clipped: what was 16 bits comes back exactly */
    KIN_AUDIO_WAVFLOAT, /* float32: every sample comes back exactly */
    KIN_AUDIO_FLAC,     /* 16 bits, like WAV16 */
    KIN_AUDIO_OGG,      /* Vorbis, libsndfile's default quality; random serial number: other bytes
                           every time */
    KIN_AUDIO_MP3,      /* Layer III by LAME, constant bit rate, clipped; ffmpeg's frames */
    KIN_AUDIO_ENCODINGS
};

/* The encoding a file name asks for (.wav: WAV16, .flac, .ogg, .mp3, in any case). KIN_EINVAL
 * lists what there is. */
int kin_audio_encoding_of(const char *file_name, enum kin_audio_encoding *out,
                          struct kin_error *err);

/*
 * The bytes of a file. kbps is for MP3 only: a bit rate of the format at this sample rate
 * (kin_audio_mp3_rates); 0 stands for the highest, others are KIN_EINVAL.
 * *out is the caller's, release with kin_free. The same input gives the same bytes, except Ogg.
 * Errors: KIN_EINVAL (encoding, rate), KIN_EDATA (no sample), KIN_ENOMEM, KIN_EUNAVAILABLE (this
 * libsndfile was built without the encoder).
 */
int kin_audio_encode(const struct kin_audio *audio, enum kin_audio_encoding encoding, unsigned kbps,
                     void **out, size_t *length, struct kin_error *err);

/* The bit rates in kb/s of MPEG Layer III at a sample rate, ascending, NULL and 0 where the format
 * does not have that sample rate. ISO/IEC 11172-3 and 13818-3; MPEG-2.5 below 16 000 Hz (its
 * encoder stops at 64 kb/s). */
const unsigned *kin_audio_mp3_rates(unsigned rate_hz, size_t *count);

#endif
