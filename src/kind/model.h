/*
 * Values of type «model»: a trained network. Fields:
 *   task, encoder   text       AE AT IR VS; VGG or MFCC
 *   image           text       AE: what it reconstructs, standardised or magnitude
 *   width, channels, hidden  i64, dropout f64: shapes, as given to `train`
 *   classes         text[n]    names of the outputs, and
 *   frequencies     f32[n]     the share of training songs that have each; absent for AE and VS
 *   rate_hz, mean, deviation   of the scaler
 *   and one float32 array for every parameter and running statistic, by its name
 *   («enc1.conv.weight», as kin_layout_new gives them).
 */
#ifndef KIN_KIND_MODEL_H
#define KIN_KIND_MODEL_H

#include "kindred/audio.h"
#include "kindred/kind.h"
#include "kindred/task.h"
#include "kindred/value.h"

struct kin_model {
    const struct kin_task *task;
    bool baseline, linear_magnitude;
    size_t width;
    struct kin_task_size size;
    double rate_hz;
    struct kin_scale scale;     /* borrowed */
    struct kin_classes classes; /* owned */
    const float *frequencies;   /* [classes.n]; borrowed */
};

/* values  float32 [total] in the order of the layout */
int kin_model_new(const struct kin_model *model, const struct kin_layout *layout,
                  const float *values, struct kin_value **out, struct kin_error *err);

/* Reads all but the arrays; scale and frequencies borrow from the value. KIN_ECORRUPT: no model. */
int kin_model_read(const struct kin_value *value, struct kin_model *out, struct kin_error *err);
void kin_model_release(struct kin_model *model);

/* The arrays, in the order of the layout: values [layout->total]. KIN_ECORRUPT names one that is
 * not there or of another shape. */
int kin_model_values(const struct kin_value *value, const struct kin_layout *layout, float *values,
                     struct kin_error *err);

/* The front that the model looks through. */
int kin_model_front(const struct kin_model *model, struct kin_front **out, struct kin_error *err);
/* Its network. */
struct kin_network_spec kin_model_spec(const struct kin_model *model,
                                       const struct kin_front *front);

/* The centre of a clip, as long as the model's input. The caller releases it. KIN_EDATA: the clip
 * has another sample rate than the model was trained at. */
int kin_model_clip(const struct kin_model *model, const struct kin_value *clip,
                   struct kin_audio *out, struct kin_error *err);

/* A model's network with its values. Neighbours change no bit. It evaluates one clip at a time, and
 * embeds KIN_MODEL_BATCH, which costs as much when there are fewer. More at a time make
 * convolutions faster, and what lies between them slower, since it leaves the caches. */
struct kin_model_network;
#define KIN_MODEL_BATCH 3

/* One for the call's input `model`, which `model` was read from, with its values: made, or one of
 * this shape that another call has left. For evaluation or embedding. */
int kin_model_network_take(const struct kin_call *call, enum kin_network_use use,
                           const struct kin_model *model, const struct kin_front *front,
                           struct kin_model_network **out, struct kin_error *err);
/* Leaves it for other calls, by which it may be gone; accepts NULL. */
void kin_model_network_leave(const struct kin_call *call, struct kin_model_network *network);
/* Length of its embedding. */
size_t kin_model_network_embedding(const struct kin_model_network *network);
/* Arguments as of kin_network_apply. */
int kin_model_network_apply(struct kin_model_network *network, const float *input, size_t n,
                            float *output, float *z, struct kin_error *err);

#endif
