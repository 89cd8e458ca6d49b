#include "kindred/digest.h"

#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the state's size, so that its memory is ours */
#include <xxhash.h>

#include "kindred/memory.h"

/* The library's entries that choose AVX2 or AVX-512 at run time, four times as fast as its plain
 * ones (SSE2) on long input. Builds of it for other processors lack them. The digest is the
 * same. */
extern XXH128_hash_t XXH3_128bits_dispatch(const void *bytes, size_t length)
    __attribute__((weak));
extern XXH_errorcode XXH3_128bits_update_dispatch(XXH3_state_t *state, const void *bytes,
                                                  size_t length) __attribute__((weak));

struct kin_digest_stream {
    XXH3_state_t state;
};

static struct kin_digest digest_from(XXH128_hash_t hash)
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash);
    struct kin_digest digest;
    memcpy(digest.bytes, canonical.digest, sizeof digest.bytes);
    return digest;
}

struct kin_digest kin_digest_of(const void *bytes, size_t length)
{
    return digest_from(XXH3_128bits_dispatch ? XXH3_128bits_dispatch(bytes, length)
                                             : XXH3_128bits(bytes, length));
}

struct kin_digest_stream *kin_digest_stream_new(void)
{
    struct kin_digest_stream *stream = kin_alloc(1, sizeof *stream);
    if (stream)
        XXH3_128bits_reset(&stream->state);
    return stream;
}

void kin_digest_stream_add(struct kin_digest_stream *stream, const void *bytes, size_t length)
{
    if (XXH3_128bits_update_dispatch)
        XXH3_128bits_update_dispatch(&stream->state, bytes, length);
    else
        XXH3_128bits_update(&stream->state, bytes, length);
}

struct kin_digest kin_digest_stream_end(struct kin_digest_stream *takes)
{
    struct kin_digest digest = digest_from(XXH3_128bits_digest(&takes->state));
    kin_digest_stream_free(takes);
    return digest;
}

void kin_digest_stream_free(struct kin_digest_stream *stream)
{
    kin_free(stream);
}

int kin_digest_compare(const struct kin_digest *a, const struct kin_digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool kin_digest_equal(const struct kin_digest *a, const struct kin_digest *b)
{
    return kin_digest_compare(a, b) == 0;
}

bool kin_digest_is_zero(const struct kin_digest *digest)
{
    static const struct kin_digest zero;
    return kin_digest_equal(digest, &zero);
}

void kin_digest_text(const struct kin_digest *digest, char out[KIN_DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof digest->bytes; i++) {
        out[2 * i] = digits[digest->bytes[i] >> 4];
        out[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    out[KIN_DIGEST_TEXT - 1] = '\0';
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool kin_digest_parse(const char *text, struct kin_digest *out)
{
    if (strlen(text) != KIN_DIGEST_TEXT - 1)
        return false;
    struct kin_digest digest;
    for (size_t i = 0; i < sizeof digest.bytes; i++) {
        int high = digit_value(text[2 * i]);
        int low = digit_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        digest.bytes[i] = (unsigned char)(high * 16 + low);
    }
    *out = digest;
    return true;
}
