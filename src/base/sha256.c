#include "kindred/sha256.h"

#include <sodium.h>
#include <string.h>

#include "kindred/memory.h"

struct kin_sha256_stream {
    crypto_hash_sha256_state state;
};

struct kin_sha256 kin_sha256_of(const void *bytes, size_t length)
{
    struct kin_sha256 sha;
    crypto_hash_sha256(sha.bytes, bytes, length);
    return sha;
}

struct kin_sha256_stream *kin_sha256_stream_new(void)
{
    struct kin_sha256_stream *stream = kin_alloc(1, sizeof *stream);
    if (stream)
        crypto_hash_sha256_init(&stream->state);
    return stream;
}

void kin_sha256_stream_add(struct kin_sha256_stream *stream, const void *bytes, size_t length)
{
    crypto_hash_sha256_update(&stream->state, bytes, length);
}

struct kin_sha256 kin_sha256_stream_end(struct kin_sha256_stream *takes)
{
    struct kin_sha256 sha;
    crypto_hash_sha256_final(&takes->state, sha.bytes);
    kin_sha256_stream_free(takes);
    return sha;
}

void kin_sha256_stream_free(struct kin_sha256_stream *stream)
{
    kin_free(stream);
}

bool kin_sha256_equal(const struct kin_sha256 *a, const struct kin_sha256 *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void kin_sha256_text(const struct kin_sha256 *sha, char out[KIN_SHA256_TEXT])
{
    sodium_bin2hex(out, KIN_SHA256_TEXT, sha->bytes, sizeof sha->bytes);
}

bool kin_sha256_parse(const char *text, struct kin_sha256 *out)
{
    size_t digits = strspn(text, "0123456789abcdef");
    if (digits != KIN_SHA256_TEXT - 1 || text[digits] != '\0')
        return false;
    return sodium_hex2bin(out->bytes, sizeof out->bytes, text, digits, NULL, NULL, NULL) == 0;
}
