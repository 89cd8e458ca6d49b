/* decode.c and encode.c: what goes in comes out. */
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

#include "kindred/text.h"
#include "signals.h"

enum { RATE = 22050, N = 30000, LIMIT = 1 << 24 };

struct encoded {
    void *bytes;
    size_t length;
};

static void encoded_release(struct encoded *encoded)
{
    kin_free(encoded->bytes);
}

static struct encoded encode(const struct kin_audio *audio, enum kin_audio_encoding encoding,
                             unsigned kbps)
{
    struct kin_error err = {0};
    struct encoded out = {0};
    ck_ok(kin_audio_encode(audio, encoding, kbps, &out.bytes, &out.length, &err));
    return out;
}

/* Everything that libsndfile can write and we cannot: through a temporary file. */
static struct encoded foreign(int format, int channels, int rate_hz, const float *x, size_t frames)
{
    struct kin_error err = {0};
    char path[] = "/tmp/kindred-codec-XXXXXX";
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    SF_INFO info = {.samplerate = rate_hz, .channels = channels, .format = format};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(sf_writef_float(file, x, (sf_count_t)frames), (sf_count_t)frames);
    sf_close(file);
    struct encoded out = {0};
    char *bytes;
    ck_ok(kin_read_file(path, &bytes, &out.length, &err));
    out.bytes = bytes;
    unlink(path);
    return out;
}

static const struct {
    enum kin_audio_encoding encoding;
    const char *format;
    double snr_db; /* at least */
} expectations[] = {
    {KIN_AUDIO_WAV16, "WAV", 80}, {KIN_AUDIO_WAVFLOAT, "WAV", INFINITY},
    {KIN_AUDIO_FLAC, "FLAC", 80}, {KIN_AUDIO_OGG, "Ogg", 15},
    {KIN_AUDIO_MP3, "MP3", 15},
};

START_TEST(every_encoding_comes_back)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, N, RATE);
    for (size_t i = 0; i < KIN_COUNT(expectations); i++) {
        KIN_AUTO(encoded_release) struct encoded file = encode(&x, expectations[i].encoding, 0);
        KIN_AUTO(kin_audio_release) struct kin_audio back = {0};
        struct kin_audio_info info;
        ck_ok(kin_audio_decode(file.bytes, file.length, LIMIT, &back, &info, &err));
        ck_assert_str_eq(info.format, expectations[i].format);
        ck_assert_uint_eq(back.n, N);
        ck_assert_uint_eq(back.rate_hz, RATE);
        ck_assert_uint_eq(info.rate_hz, RATE);
        ck_assert_uint_eq(info.channels, 1);
        ck_assert_uint_eq(info.frames, N);
        ck_assert_uint_eq(info.announced_frames, N);
        ck_assert(!info.truncated);
        ck_assert_double_ge(snr_db(x.samples, back.samples, N), expectations[i].snr_db);
    }
}
END_TEST

/* 16-bit values come back as they are, out of range is clipped, and no time of day gets in. */
START_TEST(sixteen_bits_exactly)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(0, 0, 65536 + 2, RATE);
    for (int k = -32768; k < 32768; k++)
        x.samples[k + 32768] = (float)k / 32768;
    x.samples[65536] = 1.5f;
    x.samples[65537] = -1.5f;
    static const enum kin_audio_encoding both[] = {KIN_AUDIO_WAV16, KIN_AUDIO_FLAC};
    for (size_t i = 0; i < KIN_COUNT(both); i++) {
        KIN_AUTO(encoded_release) struct encoded file = encode(&x, both[i], 0);
        KIN_AUTO(kin_audio_release) struct kin_audio back = {0};
        ck_ok(kin_audio_decode(file.bytes, file.length, LIMIT, &back, NULL, &err));
        ck_assert_mem_eq(back.samples, x.samples, 65536 * sizeof(float));
        ck_assert_float_eq(back.samples[65536], 32767.0f / 32768);
        ck_assert_float_eq(back.samples[65537], -1);
    }
}
END_TEST

START_TEST(same_input_same_bytes)
{
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, N, RATE);
    for (int i = 0; i < KIN_AUDIO_ENCODINGS; i++) {
        if (i == KIN_AUDIO_OGG)
            continue;
        KIN_AUTO(encoded_release) struct encoded a = encode(&x, (enum kin_audio_encoding)i, 0);
        KIN_AUTO(encoded_release) struct encoded b = encode(&x, (enum kin_audio_encoding)i, 0);
        ck_assert_uint_eq(a.length, b.length);
        ck_assert_mem_eq(a.bytes, b.bytes, a.length);
        ck_assert_ptr_null(memmem(a.bytes, a.length, "PEAK", 4));
    }
}
END_TEST

/* The mean of six channels, as of any number; other containers; 8 kHz; resampled on the way. */
START_TEST(foreign_files)
{
    struct kin_error err = {0};
    static float six[6 * 8000];
    for (size_t t = 0; t < 8000; t++) {
        for (size_t c = 0; c < 6; c++)
            six[6 * t + c] = (float)(0.1 * (double)c * sin(2 * M_PI * 300 * (double)t / 8000));
    }
    static const struct {
        int format;
        const char *name;
    } cases[] = {
        {SF_FORMAT_WAV | SF_FORMAT_FLOAT, "WAV"},    {SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, "WAV"},
        {SF_FORMAT_RF64 | SF_FORMAT_PCM_32, "RF64"}, {SF_FORMAT_W64 | SF_FORMAT_PCM_24, "W64"},
        {SF_FORMAT_AIFF | SF_FORMAT_PCM_24, "AIFF"}, {SF_FORMAT_AU | SF_FORMAT_PCM_24, "AU"},
        {SF_FORMAT_CAF | SF_FORMAT_PCM_24, "CAF"},   {SF_FORMAT_FLAC | SF_FORMAT_PCM_24, "FLAC"},
    };
    KIN_AUTO(kin_audio_release) struct kin_audio wanted = sine(300, 0.25, 8000, 8000);
    KIN_AUTO(kin_audio_release) struct kin_audio wanted_up = sine(300, 0.25, RATE, RATE);
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        KIN_AUTO(encoded_release)
        struct encoded file = foreign(cases[i].format, 6, 8000, six, 8000);
        KIN_AUTO(kin_audio_release) struct kin_audio back = {0};
        KIN_AUTO(kin_audio_release) struct kin_audio up = {0};
        struct kin_audio_info info;
        ck_ok(kin_audio_decode(file.bytes, file.length, LIMIT, &back, &info, &err));
        ck_assert_str_eq(info.format, cases[i].name);
        ck_assert_uint_eq(info.channels, 6);
        ck_assert_uint_eq(info.rate_hz, 8000);
        ck_assert(!info.truncated);
        ck_assert_uint_eq(back.n, 8000);
        ck_assert_double_gt(snr_db(wanted.samples, back.samples, 8000), 100);
        ck_ok(kin_audio_decode_at(file.bytes, file.length, LIMIT, RATE, &up, &info, &err));
        ck_assert_uint_eq(up.n, RATE);
        ck_assert_uint_eq(info.rate_hz, 8000);
        ck_assert_double_gt(snr_db(wanted_up.samples + 1000, up.samples + 1000, RATE - 2000), 80);
    }
}
END_TEST

START_TEST(no_audio_at_all)
{
    struct kin_error err = {0};
    struct kin_audio out = {0};
    ck_assert_int_eq(kin_audio_decode("", 0, LIMIT, &out, NULL, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "an empty file, wanted WAV, FLAC, Ogg or MP3");
    ck_assert_int_eq(kin_audio_decode("hello, it's a song\n", 19, LIMIT, &out, NULL, &err),
                     KIN_EDATA);
    ck_assert_str_eq(err.text, "not audio: begins with 'hello, it.s a so', wanted WAV, FLAC, Ogg, "
                               "MP3, AIFF, AU or CAF");
    ck_assert_int_eq(kin_audio_decode("RIFF\0\0\0\0WAVEfmt ", 16, LIMIT, &out, NULL, &err),
                     KIN_EDATA);
    ck_assert_ptr_eq(strstr(err.text, "damaged or unsupported audio that begins with 'RIFF...."),
                     err.text);
    ck_assert_ptr_null(out.samples);
}
END_TEST

START_TEST(too_long)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, N, RATE);
    KIN_AUTO(encoded_release) struct encoded file = encode(&x, KIN_AUDIO_FLAC, 0);
    struct kin_audio out = {0};
    ck_assert_int_eq(kin_audio_decode(file.bytes, file.length, N - 1, &out, NULL, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "FLAC file of more than 29999 samples, the limit");
    ck_assert_int_eq(kin_audio_decode(file.bytes, file.length, 0, &out, NULL, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a limit of 0 samples, wanted at least 1");
    ck_ok(kin_audio_decode(file.bytes, file.length, N, &out, NULL, &err));
    kin_audio_release(&out);
    ck_assert_int_eq(kin_audio_decode_at(file.bytes, file.length, N, 0, &out, NULL, &err),
                     KIN_EINVAL);
}
END_TEST

enum { CUT_N = 200000 }; /* several pages of Ogg */

static void check_cut(const struct encoded *file, size_t length, size_t least, uint64_t announced)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio back = {0};
    struct kin_audio_info info;
    ck_ok(kin_audio_decode(file->bytes, length, LIMIT, &back, &info, &err));
    ck_assert_msg(info.truncated, "%s: cut not noticed", info.format);
    ck_assert_uint_eq(info.frames, back.n);
    ck_assert_uint_ge(back.n, least);
    ck_assert_uint_lt(back.n, CUT_N);
    ck_assert_uint_eq(info.announced_frames, announced ? announced : info.announced_frames);
    ck_assert_int_eq(kin_audio_check_whole(&info, &err), KIN_EDATA);
}

/* Half a file gives its first part and says so. */
START_TEST(cut_files)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, CUT_N, RATE);
    for (size_t i = 0; i < x.n; i++) /* with some noise, or FLAC's frames are very few bytes */
        x.samples[i] += (float)(i * i % 997) * 1e-4f;
    static const uint64_t announced[] = {CUT_N, CUT_N, CUT_N, 0, CUT_N};
    for (size_t i = 0; i < KIN_COUNT(expectations); i++) {
        KIN_AUTO(encoded_release) struct encoded file = encode(&x, expectations[i].encoding, 0);
        check_cut(&file, file.length / 2, CUT_N / 4, announced[i]);
    }
    KIN_AUTO(encoded_release) struct encoded wav = encode(&x, KIN_AUDIO_WAV16, 0);
    struct kin_audio_info info;
    KIN_AUTO(kin_audio_release) struct kin_audio back = {0};
    ck_ok(kin_audio_decode(wav.bytes, 44 + 24, LIMIT, &back, &info, &err));
    kin_audio_check_whole(&info, &err);
    ck_assert_str_eq(err.text, "a WAV file that ends after 12 of 200000 announced samples");
}
END_TEST

/* A WAV written to a pipe announces nothing useful, and is whole. */
START_TEST(streamed_wav)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, N, RATE);
    KIN_AUTO(encoded_release) struct encoded file = encode(&x, KIN_AUDIO_WAV16, 0);
    memset((char *)file.bytes + 40, 0xFF, 4);
    KIN_AUTO(kin_audio_release) struct kin_audio back = {0};
    struct kin_audio_info info;
    ck_ok(kin_audio_decode(file.bytes, file.length, LIMIT, &back, &info, &err));
    ck_assert_uint_eq(back.n, N);
    ck_assert(!info.truncated);
}
END_TEST

START_TEST(names_of_files)
{
    struct kin_error err = {0};
    enum kin_audio_encoding encoding;
    static const struct {
        const char *name;
        enum kin_audio_encoding encoding;
    } cases[] = {{"a.wav", KIN_AUDIO_WAV16},
                 {"A.B.WAV", KIN_AUDIO_WAV16},
                 {"x.flac", KIN_AUDIO_FLAC},
                 {"x.ogg", KIN_AUDIO_OGG},
                 {".mp3", KIN_AUDIO_MP3}};
    for (size_t i = 0; i < KIN_COUNT(cases); i++) {
        ck_ok(kin_audio_encoding_of(cases[i].name, &encoding, &err));
        ck_assert_int_eq(encoding, cases[i].encoding);
    }
    ck_assert_int_eq(kin_audio_encoding_of("x.aac", &encoding, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text,
                     "no audio format is called '.aac', wanted .wav, .flac, .ogg or .mp3");
    ck_assert_int_eq(kin_audio_encoding_of("wav", &encoding, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "no audio format is called '', wanted .wav, .flac, .ogg or .mp3");
}
END_TEST

START_TEST(mp3_rates)
{
    struct kin_error err = {0};
    static const unsigned sample_rates[] = {8000,  11025, 12000, 16000, 22050,
                                            24000, 32000, 44100, 48000};
    size_t count;
    for (size_t i = 0; i < KIN_COUNT(sample_rates); i++) {
        const unsigned *rates = kin_audio_mp3_rates(sample_rates[i], &count);
        KIN_AUTO(kin_audio_release)
        struct kin_audio x = sine(440, 0.5, 4 * sample_rates[i], sample_rates[i]);
        for (size_t k = 0; k < count; k++) {
            KIN_AUTO(encoded_release) struct encoded file = encode(&x, KIN_AUDIO_MP3, rates[k]);
            double kbps = (double)file.length * 8 / 4000;
            ck_assert_msg(fabs(kbps / rates[k] - 1) < 0.2, "%u Hz: %g kb/s, wanted %u",
                          sample_rates[i], kbps, rates[k]);
        }
    }
    ck_assert_ptr_null(kin_audio_mp3_rates(22051, &count));
    ck_assert_uint_eq(count, 0);
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, N, RATE);
    void *bytes;
    size_t length;
    ck_assert_int_eq(kin_audio_encode(&x, KIN_AUDIO_MP3, 192, &bytes, &length, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "192 kb/s is no bit rate of MP3 at 22050 Hz: 8 to 160");
    ck_assert_int_eq(kin_audio_encode(&x, KIN_AUDIO_MP3, 100, &bytes, &length, &err), KIN_EINVAL);
    x.rate_hz = 22051;
    ck_assert_int_eq(kin_audio_encode(&x, KIN_AUDIO_MP3, 64, &bytes, &length, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "MP3 at 22051 Hz, wanted 8000, 11025, 12000, 16000, 22050, 24000, "
                               "32000, 44100 or 48000");
}
END_TEST

START_TEST(wrong_requests)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, N, RATE);
    void *bytes = NULL;
    size_t length;
    ck_assert_int_eq(kin_audio_encode(&x, KIN_AUDIO_ENCODINGS, 0, &bytes, &length, &err),
                     KIN_EINVAL);
    ck_assert_str_eq(err.text, "audio encoding 5, wanted 0 to 4");
    x.n = 0;
    ck_assert_int_eq(kin_audio_encode(&x, KIN_AUDIO_WAV16, 0, &bytes, &length, &err), KIN_EDATA);
    ck_assert_str_eq(err.text, "nothing to encode: 0 samples");
    x.rate_hz = 0;
    ck_assert_int_eq(kin_audio_encode(&x, KIN_AUDIO_WAV16, 0, &bytes, &length, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a sample rate of 0 Hz, wanted 1 to 768000");
    ck_assert_ptr_null(bytes);
}
END_TEST

/* Every allocation of ours fails once: an error, nothing lost. */
START_TEST(survives_no_memory)
{
    struct kin_error err = {0};
    KIN_AUTO(kin_audio_release) struct kin_audio x = sine(440, 0.5, N, RATE);
    KIN_AUTO(encoded_release) struct encoded file = encode(&x, KIN_AUDIO_FLAC, 0);
    int status = KIN_ENOMEM;
    for (unsigned long nth = 1; status != 0; nth++) {
        void *bytes = NULL;
        size_t length;
        kin_memory_fail_nth(nth);
        status = kin_audio_encode(&x, KIN_AUDIO_WAV16, 0, &bytes, &length, &err);
        kin_memory_fail_nth(0);
        ck_assert(status == 0 || status == KIN_ENOMEM || status == KIN_EUNAVAILABLE);
        kin_free(bytes);
    }
    status = KIN_ENOMEM;
    for (unsigned long nth = 1; status != 0; nth++) {
        struct kin_audio back = {0};
        kin_memory_fail_nth(nth);
        status = kin_audio_decode_at(file.bytes, file.length, LIMIT, 8000, &back, NULL, &err);
        kin_memory_fail_nth(0);
        ck_assert(status == 0 || status == KIN_ENOMEM);
        kin_audio_release(&back);
    }
}
END_TEST

TEST_MAIN("codec", every_encoding_comes_back, sixteen_bits_exactly, same_input_same_bytes,
          foreign_files, no_audio_at_all, too_long, cut_files, streamed_wav, names_of_files,
          mp3_rates, wrong_requests, survives_no_memory)
