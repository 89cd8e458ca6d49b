#include "kindred/digest.h"

#include <string.h>
#include <xxhash.h>

struct kin_digest kin_digest_of(const void *bytes, size_t length)
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, length));
    struct kin_digest digest;
    memcpy(digest.bytes, canonical.digest, sizeof digest.bytes);
    return digest;
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
