#include "distance/pyramid.h"

void kin_pyramid_build(struct kin_pyramid *pyramid, const double *x, size_t frames, size_t dims,
                       double *memory)
{
    pyramid->x[0] = x;
    pyramid->frames[0] = frames;
    pyramid->levels = 1;
    for (size_t level = 1; frames >= 2; level++) {
        const double *fine = pyramid->x[level - 1];
        frames /= 2;
        for (size_t i = 0; i < frames; i++) {
            const double *pair = fine + 2 * i * dims;
            for (size_t d = 0; d < dims; d++)
                memory[i * dims + d] = (pair[d] + pair[dims + d]) / 2;
        }
        pyramid->x[level] = memory;
        pyramid->frames[level] = frames;
        pyramid->levels++;
        memory += frames * dims;
    }
}

void kin_pyramid_build_columns(struct kin_pyramid *pyramid, size_t frames, size_t dims,
                               double *memory)
{
    pyramid->x[0] = memory;
    pyramid->frames[0] = frames;
    pyramid->levels = 1;
    memory += (frames + KIN_COLUMN_PAD) * dims;
    for (size_t level = 1; frames >= 2; level++) {
        const double *fine = pyramid->x[level - 1];
        size_t fine_stride = frames + KIN_COLUMN_PAD;
        frames /= 2;
        pyramid->x[level] = memory;
        pyramid->frames[level] = frames;
        pyramid->levels++;
        for (size_t d = 0; d < dims; d++, fine += fine_stride, memory += frames + KIN_COLUMN_PAD) {
            for (size_t i = 0; i < frames; i++)
                memory[i] = (fine[2 * i] + fine[2 * i + 1]) / 2;
        }
    }
}

size_t kin_pyramid_column_values(size_t frames, size_t dims)
{
    size_t values = 0;
    for (size_t level_frames = frames; level_frames > 0; level_frames /= 2)
        values += (level_frames + KIN_COLUMN_PAD) * dims;
    return values;
}
