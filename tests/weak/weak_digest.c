/*
 * A digest that looks at the first 4 KiB and the length alone: with it collisions are to be had.
 * This file stands in for src/base/digest.c in the programs of this folder: the linker takes what
 * it needs from here, and then has no reason to open that one.
 */
#include <stddef.h>

/* The hash itself goes by other names in what is included. */
#define kin_digest_of strong_digest_of
#define kin_digest_stream strong_digest_stream
#define kin_digest_stream_new strong_digest_stream_new
#define kin_digest_stream_add strong_digest_stream_add
#define kin_digest_stream_end strong_digest_stream_end
#define kin_digest_stream_free strong_digest_stream_free
#include "base/digest.c"
#undef kin_digest_of
#undef kin_digest_stream
#undef kin_digest_stream_new
#undef kin_digest_stream_add
#undef kin_digest_stream_end
#undef kin_digest_stream_free

#define SEEN_BYTES 4096

struct kin_digest_stream {
    unsigned char seen[SEEN_BYTES];
    size_t length;
};

struct kin_digest kin_digest_of(const void *bytes, size_t length);
struct kin_digest_stream *kin_digest_stream_new(void);
void kin_digest_stream_add(struct kin_digest_stream *stream, const void *bytes, size_t length);
struct kin_digest kin_digest_stream_end(struct kin_digest_stream *takes);
void kin_digest_stream_free(struct kin_digest_stream *stream);

struct kin_digest kin_digest_of(const void *bytes, size_t length)
{
    struct kin_digest_stream stream = {0};
    kin_digest_stream_add(&stream, bytes, length);
    return strong_digest_of(&stream, sizeof stream);
}

struct kin_digest_stream *kin_digest_stream_new(void)
{
    return kin_alloc(1, sizeof(struct kin_digest_stream));
}

void kin_digest_stream_add(struct kin_digest_stream *stream, const void *bytes, size_t length)
{
    size_t room = stream->length < SEEN_BYTES ? SEEN_BYTES - stream->length : 0;
    if (length > 0)
        memcpy(stream->seen + (room ? stream->length : 0), bytes, length < room ? length : room);
    stream->length += length;
}

struct kin_digest kin_digest_stream_end(struct kin_digest_stream *takes)
{
    struct kin_digest digest = strong_digest_of(takes, sizeof *takes);
    kin_free(takes);
    return digest;
}

void kin_digest_stream_free(struct kin_digest_stream *stream)
{
    kin_free(stream);
}
