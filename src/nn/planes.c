#include "nn/planes.h"

#include <string.h>

#include "kindred/memory.h"

struct planes planes_shape(size_t channels, size_t height, size_t width, size_t border,
                           bool blocked)
{
    size_t lanes = channels == 1 ? 1 : KIN_NN_LANES;
    size_t slabs = planes_padded(channels) / lanes;
    size_t positions = (height + 2 * border) * (width + 2 * border);
    return (struct planes){
        .channels = channels,
        .slabs = slabs,
        .height = height,
        .width = width,
        .border = border,
        .step = blocked ? lanes : lanes * slabs,
        .slab_stride = blocked ? lanes * positions : lanes,
        .image_stride = lanes * slabs * positions,
    };
}

int planes_alloc(struct planes *planes, size_t images, struct kin_error *err)
{
    size_t count;
    if (!kin_mul_size(images, planes->image_stride, &count))
        return kin_fail(err, KIN_ENOMEM, "feature maps of %zu images are too large", images);
    return kin_alloc_into(&planes->data, count, sizeof(float), err);
}

void planes_release(struct planes *planes)
{
    kin_free(planes->data);
    planes->data = NULL;
}

struct plane planes_at(const struct planes *planes, size_t image, size_t slab)
{
    size_t pitch = (planes->width + 2 * planes->border) * planes->step;
    return (struct plane){
        .data = planes->data + image * planes->image_stride + slab * planes->slab_stride +
                planes->border * (pitch + planes->step),
        .height = planes->height,
        .width = planes->width,
        .step = planes->step,
        .pitch = pitch,
    };
}

struct planes planes_within(const struct planes *memory, struct planes shape)
{
    shape.data = memory->data;
    return shape;
}

/* What the border is made of: sheets of positions of `unit` floats that belong together. */
struct sheet {
    float *data;          /* the corner of the border */
    size_t height, width; /* with the border */
    size_t unit;
};

static size_t sheets(const struct planes *planes)
{
    size_t positions = (planes->height + 2) * (planes->width + 2);
    return planes->image_stride / (positions * planes->step);
}

static struct sheet sheet_at(const struct planes *planes, size_t image, size_t i)
{
    return (struct sheet){
        .data = planes->data + image * planes->image_stride + i * planes->slab_stride,
        .height = planes->height + 2,
        .width = planes->width + 2,
        .unit = planes->step,
    };
}

static float *position(const struct sheet *sheet, size_t y, size_t x)
{
    return sheet->data + (y * sheet->width + x) * sheet->unit;
}

static void reflect_sheet(const struct sheet *s)
{
    size_t bytes = s->unit * sizeof(float), last_x = s->width - 1, last_y = s->height - 1;
    for (size_t y = 1; y < last_y; y++) {
        memcpy(position(s, y, 0), position(s, y, 2), bytes);
        memcpy(position(s, y, last_x), position(s, y, last_x - 2), bytes);
    }
    memcpy(position(s, 0, 0), position(s, 2, 0), s->width * bytes);
    memcpy(position(s, last_y, 0), position(s, last_y - 2, 0), s->width * bytes);
}

void planes_reflect(const struct planes *planes, size_t image)
{
    for (size_t i = 0; i < sheets(planes); i++) {
        struct sheet sheet = sheet_at(planes, image, i);
        reflect_sheet(&sheet);
    }
}

static void add(float *restrict to, const float *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

/* reflect_sheet backwards: the rows with their corners first. */
static void fold_sheet(const struct sheet *s)
{
    size_t last_x = s->width - 1, last_y = s->height - 1;
    add(position(s, 2, 0), position(s, 0, 0), s->width * s->unit);
    add(position(s, last_y - 2, 0), position(s, last_y, 0), s->width * s->unit);
    for (size_t y = 1; y < last_y; y++) {
        add(position(s, y, 2), position(s, y, 0), s->unit);
        add(position(s, y, last_x - 2), position(s, y, last_x), s->unit);
    }
}

void planes_fold(const struct planes *planes, size_t image)
{
    for (size_t i = 0; i < sheets(planes); i++) {
        struct sheet sheet = sheet_at(planes, image, i);
        fold_sheet(&sheet);
    }
}

static float *channel_at(const struct planes *planes, size_t image, size_t channel, size_t y)
{
    struct plane plane = planes_at(planes, image, channel / KIN_NN_LANES);
    return plane.data + y * plane.pitch + channel % KIN_NN_LANES;
}

void planes_put(const struct planes *planes, size_t image, const float *plain)
{
    for (size_t c = 0; c < planes->channels; c++) {
        for (size_t y = 0; y < planes->height; y++, plain += planes->width) {
            float *row = channel_at(planes, image, c, y);
            for (size_t x = 0; x < planes->width; x++)
                row[x * planes->step] = plain[x];
        }
    }
}

void planes_get(const struct planes *planes, size_t image, float *plain)
{
    for (size_t c = 0; c < planes->channels; c++) {
        for (size_t y = 0; y < planes->height; y++, plain += planes->width) {
            const float *row = channel_at(planes, image, c, y);
            for (size_t x = 0; x < planes->width; x++)
                plain[x] = row[x * planes->step];
        }
    }
}
