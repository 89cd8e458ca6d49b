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

void kin_pyramid_columns(const struct kin_pyramid *pyramid, size_t dims,
                         struct kin_pyramid *columns, double *memory)
{
    columns->levels = pyramid->levels;
    for (size_t level = 0; level < pyramid->levels; level++) {
        size_t frames = pyramid->frames[level], stride = frames + KIN_COLUMN_PAD;
        columns->frames[level] = frames;
        columns->x[level] = memory;
        for (size_t d = 0; d < dims; d++, memory += stride) {
            for (size_t i = 0; i < stride; i++)
                memory[i] = i < frames ? pyramid->x[level][i * dims + d] : 0;
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
