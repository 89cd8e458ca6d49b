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

/* The same in pieces: new, add…, end. NULL: no memory. `end` frees the stream; so does `free`, for
 * one that is given up (accepts NULL). */
struct kin_digest_stream *kin_digest_stream_new(void);
void kin_digest_stream_add(struct kin_digest_stream *stream, const void *bytes, size_t length);
struct kin_digest kin_digest_stream_end(struct kin_digest_stream *takes);
void kin_digest_stream_free(struct kin_digest_stream *stream);

bool kin_digest_equal(const struct kin_digest *a, const struct kin_digest *b);
int kin_digest_compare(const struct kin_digest *a, const struct kin_digest *b);
bool kin_digest_is_zero(const struct kin_digest *digest);
void kin_digest_text(const struct kin_digest *digest, char out[KIN_DIGEST_TEXT]);
bool kin_digest_parse(const char *text, struct kin_digest *out);

#endif
