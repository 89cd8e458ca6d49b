#include "memfile.h"

#include <stdio.h>
#include <string.h>

#include "kindred/memory.h"

static sf_count_t file_length(void *data)
{
    const struct memfile *file = data;
    return (sf_count_t)file->length;
}

static sf_count_t file_tell(void *data)
{
    const struct memfile *file = data;
    return (sf_count_t)file->position;
}

static sf_count_t file_seek(sf_count_t offset, int whence, void *data)
{
    struct memfile *file = data;
    sf_count_t base = 0;
    if (whence == SEEK_CUR)
        base = (sf_count_t)file->position;
    else if (whence == SEEK_END)
        base = (sf_count_t)file->length;
    sf_count_t target;
    /* Hostile headers ask for places before the beginning and beyond the end. */
    if (__builtin_add_overflow(base, offset, &target) || target < 0)
        return -1;
    file->position = (size_t)target;
    return target;
}

static sf_count_t file_read(void *out, sf_count_t count, void *data)
{
    struct memfile *file = data;
    if (count <= 0 || file->position >= file->length)
        return 0;
    size_t left = file->length - file->position;
    size_t n = (size_t)count < left ? (size_t)count : left;
    memcpy(out, file->bytes + file->position, n);
    file->position += n;
    return (sf_count_t)n;
}

static sf_count_t file_write(const void *bytes, sf_count_t count, void *data)
{
    struct memfile *file = data;
    if (count <= 0 || file->failed)
        return 0;
    size_t end = file->position + (size_t)count;
    if (kin_grow(&file->bytes, &file->capacity, end, 1, NULL) != 0) {
        file->failed = true;
        return 0;
    }
    memcpy(file->bytes + file->position, bytes, (size_t)count);
    file->position = end;
    if (end > file->length)
        file->length = end;
    return count;
}

SF_VIRTUAL_IO memfile_io(void)
{
    return (SF_VIRTUAL_IO){file_length, file_seek, file_read, file_write, file_tell};
}
