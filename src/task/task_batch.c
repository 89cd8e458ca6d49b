#include <string.h>

#include "kindred/memory.h"
#include "kindred/task.h"

/* The image that the baseline's AE reconstructs; the network's is its input. */
static bool needs_image(const struct kin_task *task, const struct kin_front *front)
{
    return task->network == KIN_NN_AE && kin_front_is_baseline(front);
}

static int alloc_images(struct kin_batch *batch, const struct kin_task *task,
                        const struct kin_front *front, const struct kin_task_options *options,
                        struct kin_error *err)
{
    size_t n = batch->clips * kin_front_bins() * kin_front_width(front);
    if (needs_image(task, front))
        KIN_TRY(kin_alloc_into(&batch->image, n, sizeof(float), err));
    if (!task->stem)
        return 0;
    KIN_TRY(kin_alloc_into(&batch->magnitude, n, sizeof(float), err));
    KIN_TRY(kin_alloc_into(&batch->voice, n, sizeof(float), err));
    return options->voice_only ? 0 : kin_alloc_into(&batch->rest, n, sizeof(float), err);
}

static int alloc_batch(struct kin_batch *batch, const struct kin_task *task,
                       const struct kin_front *front, const struct kin_classes *classes,
                       const struct kin_task_options *options, struct kin_error *err)
{
    size_t inputs = kin_front_inputs(front);
    KIN_TRY(kin_alloc_into(&batch->input, batch->clips * inputs, sizeof(float), err));
    if (task->network == KIN_NN_AT)
        KIN_TRY(kin_alloc_into(&batch->tags, batch->clips * classes->n, sizeof(float), err));
    if (task->network == KIN_NN_IR)
        KIN_TRY(kin_alloc_into(&batch->label, batch->clips, sizeof(int32_t), err));
    return alloc_images(batch, task, front, options, err);
}

int kin_batch_init(struct kin_batch *batch, const struct kin_task *task,
                   const struct kin_front *front, const struct kin_classes *classes,
                   const struct kin_task_options *options, size_t clips, struct kin_error *err)
{
    *batch = (struct kin_batch){.clips = clips};
    int status = alloc_batch(batch, task, front, classes, options, err);
    if (status != 0)
        kin_batch_release(batch);
    return status;
}

void kin_batch_release(struct kin_batch *batch)
{
    if (!batch)
        return;
    kin_free(batch->input);
    kin_free(batch->tags);
    kin_free(batch->label);
    kin_free(batch->image);
    kin_free(batch->magnitude);
    kin_free(batch->voice);
    kin_free(batch->rest);
    *batch = (struct kin_batch){0};
}

static void fill_tags(const struct kin_task_song *song, const struct kin_classes *classes,
                      float *row)
{
    memset(row, 0, classes->n * sizeof *row);
    for (size_t i = 0; i < song->n_tags; i++) {
        long place = kin_classes_place(classes, song->tags[i]);
        if (place >= 0)
            row[place] = 1;
    }
}

static int fill_stems(struct kin_batch *batch, struct kin_front *front, size_t offset,
                      const struct kin_task_clip *clip, struct kin_error *err)
{
    size_t n = kin_front_samples(kin_front_width(front));
    KIN_TRY(kin_front_magnitude(front, clip->mix, batch->magnitude + offset, err));
    KIN_TRY(kin_front_magnitude(front, clip->stem, batch->voice + offset, err));
    if (!batch->rest)
        return 0;
    KIN_AUTO(kin_auto_free) float *rest = NULL;
    KIN_TRY(kin_alloc_into(&rest, n, sizeof *rest, err));
    for (size_t i = 0; i < n; i++)
        rest[i] = clip->mix[i] - clip->stem[i];
    return kin_front_magnitude(front, rest, batch->rest + offset, err);
}

int kin_batch_fill(struct kin_batch *batch, struct kin_front *front,
                   const struct kin_classes *classes, const struct kin_task_options *options,
                   size_t row, const struct kin_task_clip *clip, struct kin_error *err)
{
    size_t offset = row * kin_front_bins() * kin_front_width(front);
    KIN_TRY(kin_front_input(front, clip->mix, batch->input + row * kin_front_inputs(front), err));
    if (batch->tags)
        fill_tags(clip->song, classes, batch->tags + row * classes->n);
    if (batch->label)
        batch->label[row] = (int32_t)kin_classes_place(classes, clip->song->label);
    if (batch->image && options->linear_magnitude)
        return kin_front_magnitude(front, clip->mix, batch->image + offset, err);
    if (batch->image)
        return kin_front_image(front, clip->mix, batch->image + offset, err);
    return batch->magnitude ? fill_stems(batch, front, offset, clip, err) : 0;
}

struct kin_target kin_batch_target(const struct kin_batch *batch)
{
    return (struct kin_target){
        .tags = batch->tags,
        .label = batch->label,
        .image = batch->image,
        .magnitude = batch->magnitude,
        .voice = batch->voice,
        .rest = batch->rest,
    };
}
