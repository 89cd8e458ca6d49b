/*
 * Digests: XXH3 with 128 bits, the name of an artifact's canonical bytes.
 * Fast, not cryptographic: nothing trusts one across a border between people.
 */
#ifndef KINDRED_DIGEST_H
#define KINDRED_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

struct kin_digest {
    unsigned char bytes[16]; /* XXH3-128 in its canonical (big-endian) form */
};

#define KIN_DIGEST_TEXT 33 /* 32 hexadecimal digits and a NUL */

struct kin_digest kin_digest_of(const void *bytes, size_t length);
bool kin_digest_equal(const struct kin_digest *a, const struct kin_digest *b);
int kin_digest_compare(const struct kin_digest *a, const struct kin_digest *b);
bool kin_digest_is_zero(const struct kin_digest *digest);
void kin_digest_text(const struct kin_digest *digest, char out[KIN_DIGEST_TEXT]);
bool kin_digest_parse(const char *text, struct kin_digest *out);

#endif
