/* Damaged and hostile files: an error or samples, never a crash, never more memory than allowed. */
#include <string.h>
#include <sys/resource.h>

#include "kindred/random.h"
#include "signals.h"

/* libsndfile 1.2.0 loses the Vorbis set-up of an Ogg file whose headers are damaged, 6 KB a file.
 * It closes the file itself when it cannot open it, so there is nothing for us to release. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:vorbis_info_init\n";
}

enum { N = 6000, RATE = 22050, LIMIT = 1 << 18 };

struct file {
    unsigned char *bytes;
    size_t length;
};

static void file_release(struct file *file)
{
    kin_free(file->bytes);
}

/* A short file of noise and tone; cut and flipped by the tests. */
static struct file sample_file(int encoding)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, N, RATE);
    struct kin_random random = kin_random_stream(1, "hostile", 7);
    for (size_t i = 0; i < N; i++)
        x.samples[i] += (float)(0.1 * kin_random_normal(&random));
    void *bytes;
    struct file file;
    ck_ok(kin_audio_encode(&x, (enum kin_audio_encoding)encoding, 0, &bytes, &file.length, &err));
    file.bytes = bytes;
    return file;
}

/* Decodes an exact copy, so that a sanitizer sees every read beyond its end. */
static void decode_copy(const struct file *file, size_t length, size_t flipped_bit)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_auto_free) unsigned char *copy = NULL;
    ck_ok(kin_alloc_into(&copy, length ? length : 1, 1, &err));
    memcpy(copy, file->bytes, length);
    if (flipped_bit / 8 < length)
        copy[flipped_bit / 8] ^= (unsigned char)(1u << (flipped_bit % 8));
    KIN_AUTO(kin_audio_release) struct kin_audio audio = {0};
    struct kin_audio_info info = {0};
    int status = kin_audio_decode(copy, length, LIMIT, &audio, &info, &err);
    if (status == 0) {
        ck_assert_uint_ge(audio.n, 1);
        ck_assert_uint_le(audio.n, LIMIT);
        ck_assert_uint_eq(audio.n, info.frames);
        ck_assert_uint_ge(info.channels, 1);
        ck_assert_uint_ge(audio.rate_hz, 1);
    } else {
        ck_assert_int_eq(status, KIN_EDATA);
        ck_assert_uint_gt(strlen(err.text), 10);
        ck_assert_ptr_null(audio.samples);
    }
}

#define NO_FLIP SIZE_MAX

START_TEST(cut_anywhere)
{
    for (int encoding = 0; encoding < KIN_AUDIO_ENCODINGS; encoding++) {
        KIN_AUTO(file_release) struct file file = sample_file(encoding);
        for (size_t length = 0; length < file.length; length += length < 256 ? 1 : 97)
            decode_copy(&file, length, NO_FLIP);
    }
}
END_TEST

/* Every bit of the headers, and bits all over the rest. */
START_TEST(flipped_bits)
{
    struct kin_random random = kin_random_stream(2, "flips", 5);
    for (int encoding = 0; encoding < KIN_AUDIO_ENCODINGS; encoding++) {
        KIN_AUTO(file_release) struct file file = sample_file(encoding);
        for (size_t bit = 0; bit < 128 * 8 && bit / 8 < file.length; bit++)
            decode_copy(&file, file.length, bit);
        for (int i = 0; i < 300; i++)
            decode_copy(&file, file.length, (size_t)kin_random_below(&random, file.length * 8));
    }
}
END_TEST

/* Bytes by chance behind every beginning that is let through to libsndfile. */
START_TEST(random_bytes)
{
    static const char *const beginnings[] = {"RIFF....WAVEfmt ",
                                             "RIFX....WAVE",
                                             "RF64....WAVEds64",
                                             "riff",
                                             "FORM....AIFF",
                                             ".snd",
                                             "fLaC",
                                             "OggS",
                                             "caff",
                                             "ID3",
                                             "\xFF\xFB",
                                             "\xFF\xF3"};
    struct kin_random random = kin_random_stream(3, "bytes", 5);
    for (size_t b = 0; b < KIN_COUNT(beginnings); b++) {
        for (int i = 0; i < 60; i++) {
            unsigned char bytes[600];
            for (size_t k = 0; k < sizeof bytes; k++)
                bytes[k] = (unsigned char)kin_random_u32(&random);
            memcpy(bytes, beginnings[b], strlen(beginnings[b]));
            struct file file = {bytes, sizeof bytes};
            decode_copy(&file, sizeof bytes, NO_FLIP);
        }
    }
}
END_TEST

static void store_le32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* Headers that announce gigabytes, hundreds of channels or absurd rates: memory follows what is
 * there. 32 MiB is far above what a few thousand samples and a codec's tables need. */
START_TEST(gigantic_announcements)
{
    KIN_AUTO(file_release) struct file wav = sample_file(KIN_AUDIO_WAV16);
    KIN_AUTO(file_release) struct file flac = sample_file(KIN_AUDIO_FLAC);
    decode_copy(&wav, wav.length, NO_FLIP);
    decode_copy(&flac, flac.length, NO_FLIP);
    long before = peak_kib();
    static const uint32_t sizes[] = {0,          1,          0x7FFFFFFE, 0x7FFFFFFF,
                                     0x80000000, 0xFFFFFFF0, 0xFFFFFFFF};
    static const size_t fields[] = {4, 16, 20, 22, 24, 28, 32, 34, 40}; /* of a WAV's header */
    for (size_t f = 0; f < KIN_COUNT(fields); f++) {
        for (size_t s = 0; s < KIN_COUNT(sizes); s++) {
            unsigned char saved[4];
            memcpy(saved, wav.bytes + fields[f], 4);
            store_le32(wav.bytes + fields[f], sizes[s]);
            decode_copy(&wav, wav.length, NO_FLIP);
            memcpy(wav.bytes + fields[f], saved, 4);
        }
    }
    memset(flac.bytes + 22, 0xFF, 4); /* low 32 of 36 bits of STREAMINFO's number of samples */
    decode_copy(&flac, flac.length, NO_FLIP);
#ifndef __SANITIZE_ADDRESS__
    ck_assert_int_lt(peak_kib() - before, 32 * 1024);
#else
    (void)before;
#endif
}
END_TEST

TEST_MAIN("hostile", cut_anywhere, flipped_bits, random_bytes, gigantic_announcements)
