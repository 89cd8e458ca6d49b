/*
 * SHA-256: names bytes across a border between people, where XXH3 must not be trusted. Computed by
 * libsodium.
 */
#ifndef KINDRED_SHA256_H
#define KINDRED_SHA256_H

#include <stdbool.h>
#include <stddef.h>

struct kin_sha256 {
    unsigned char bytes[32];
};

#define KIN_SHA256_TEXT 65 /* 64 hexadecimal digits and a NUL */

struct kin_sha256 kin_sha256_of(const void *bytes, size_t length);

/* The same in pieces: new, add…, end. NULL: no memory. `end` frees the stream; so does `free`, for
 * one that is given up (accepts NULL). */
struct kin_sha256_stream *kin_sha256_stream_new(void);
void kin_sha256_stream_add(struct kin_sha256_stream *stream, const void *bytes, size_t length);
struct kin_sha256 kin_sha256_stream_end(struct kin_sha256_stream *takes);
void kin_sha256_stream_free(struct kin_sha256_stream *stream);

bool kin_sha256_equal(const struct kin_sha256 *a, const struct kin_sha256 *b);
void kin_sha256_text(const struct kin_sha256 *sha, char out[KIN_SHA256_TEXT]);
/* Exactly 64 lower-case digits. */
bool kin_sha256_parse(const char *text, struct kin_sha256 *out);

#endif
