/* libsndfile's virtual files over memory: one to read borrowed bytes, one that grows. */
#ifndef KINDRED_AUDIO_MEMFILE_H
#define KINDRED_AUDIO_MEMFILE_H

#include <sndfile.h>
#include <stdbool.h>
#include <stddef.h>

struct memfile {
    unsigned char *bytes; /* never written through while reading */
    size_t length;
    size_t capacity; /* 0: read only, the bytes are borrowed */
    size_t position;
    bool failed; /* memory ran out while writing */
};

/* To be passed to sf_open_virtual with a struct memfile as its user data. */
SF_VIRTUAL_IO memfile_io(void);

#endif
