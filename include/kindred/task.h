/*
 * Tasks: what a network learns from songs (Kim et al. 2019, sections 3.2 and 4.3): autoencoding
 * (AE), auto-tagging (AT), the predominant instrument (IR), separation of the voice (VS).
 *
 * A task knows what a song has to say about itself (struct kin_task_song), which classes a list of
 * songs makes, the head and loss of the network, and the target of one clip. The front (struct
 * kin_front) turns a clip into what the networks see. A batch (struct kin_batch) has room for the
 * inputs and targets of B clips. A judge (struct kin_judge) says how well an output answers a clip.
 *
 * Order of calls: kin_task_find; kin_classes_find, kin_task_check for every song; kin_front_new,
 * kin_task_spec (for kin_network_new), kin_batch_init; then kin_batch_fill for every row of a
 * batch, and batch->input with kin_batch_target to the network.
 *
 * Letters: B clips of a batch, H frequency bins, W frames, C classes.
 */
#ifndef KINDRED_TASK_H
#define KINDRED_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/nn.h"
#include "kindred/status.h"

struct kin_judge;
struct kin_task_clip;

/* ---- what songs say ---- */

struct kin_task_song {
    const char *id;    /* for messages */
    const char *label; /* or NULL */
    const char *const *tags;
    size_t n_tags;
};

/* The names of a network's outputs, in order; owned. */
struct kin_classes {
    char **names;
    size_t n;
};

int kin_classes_copy(const char *const *names, size_t n, struct kin_classes *out,
                     struct kin_error *err);
void kin_classes_release(struct kin_classes *classes); /* accepts NULL and zeroed memory */
/* The place of a name, or -1. */
long kin_classes_place(const struct kin_classes *classes, const char *name);

/* ---- the list ---- */

/* Predictors to compare a network with. */
enum kin_guess {
    KIN_GUESS_PRIOR, /* knows the training songs, not the clip. AE: their mean spectrum; AT: how
                      * frequent each tag is; IR: the most frequent class; VS: the mixture itself */
    KIN_GUESS_IDEAL, /* VS: knows the answer: the ideal ratio mask |V| / (|V| + |A|), a ceiling */
    KIN_GUESSES
};

struct kin_task {
    const char *name; /* AE, AT, IR, VS */
    const char *doc;  /* one line */
    const char *loss, *measure; /* what is minimised, what is reported: one line each */
    enum kin_nn_task network;
    bool stem;           /* learns from an isolated part beside the mix */
    bool less_is_better; /* of the measure */
    /* The classes that a list of songs gives, at most `top` of them (0: all). NULL: none. */
    int (*classes)(const struct kin_task_song *songs, size_t n, size_t top,
                   struct kin_classes *out, struct kin_error *err);
    /* KIN_EDATA says what of a song does not do. NULL: any song does. */
    int (*check)(const struct kin_task_song *song, const struct kin_classes *classes,
                 struct kin_error *err);
    /* How well an output answers a clip: the measure of one clip. */
    int (*judge)(struct kin_judge *judge, const struct kin_task_clip *clip, const float *output,
                 double *performance, struct kin_error *err);
    /* What a predictor that is no network gives as output. KIN_EINVAL: the task has none such. */
    int (*guess)(struct kin_judge *judge, enum kin_guess guess, const struct kin_task_clip *clip,
                 float *output, struct kin_error *err);
};

const struct kin_task *kin_task_at(size_t i); /* in ascending name; NULL after the last */
/* By name. KIN_EINVAL names the nearest. */
int kin_task_find(const char *name, const struct kin_task **out, struct kin_error *err);

/*
 * The classes of a training list. AT: the `top` most frequent tags, the more frequent first, equal
 * ones by name (the paper: 50 of Last.fm's). IR: every label, ascending. AE, VS: none.
 * given  n_given names in the order of the outputs, instead; KIN_EDATA names one that no song has
 * Errors: KIN_EDATA (fewer than 2 labels, no tag at all), KIN_EINVAL (names for a task without
 * classes, or one twice), KIN_ENOMEM.
 */
struct kin_classes_wanted {
    const char *const *given;
    size_t n_given;
    size_t top;
};
int kin_classes_find(const struct kin_task *task, const struct kin_task_song *songs, size_t n,
                     const struct kin_classes_wanted *wanted, struct kin_classes *out,
                     struct kin_error *err);

/* Whether a song can be learned from: IR needs a label among the classes. KIN_EDATA names the
 * song. */
int kin_task_check(const struct kin_task *task, const struct kin_task_song *song,
                   const struct kin_classes *classes, struct kin_error *err);

/* ---- the front: from samples to inputs ---- */

/* Per-bin mean and deviation of the dB spectra of a training list; borrowed while the front
 * lives. */
struct kin_scale {
    const float *mean, *deviation; /* [H] */
};

struct kin_front_params {
    bool baseline;  /* the MFCC encoder's vector instead of a spectrogram */
    double rate_hz; /* of the clips */
    size_t width;   /* W; at least 8 */
    struct kin_scale scale;
};

struct kin_front; /* opaque; one caller at a time */

/* Errors: KIN_EINVAL (width), KIN_ENOMEM. */
int kin_front_new(const struct kin_front_params *params, struct kin_front **out,
                  struct kin_error *err);
void kin_front_free(struct kin_front *front);  /* accepts NULL */
void kin_front_auto(struct kin_front **front); /* for KIN_AUTO */

size_t kin_front_bins(void); /* H = 513 */
/* Samples of a clip of W frames: 256 (W - 1) + 68; the authors' 44,100 for W = 173. */
size_t kin_front_samples(size_t width);
size_t kin_front_width(const struct kin_front *front); /* W */
double kin_front_rate_hz(const struct kin_front *front);
bool kin_front_is_baseline(const struct kin_front *front);
/* Numbers of one input: H W, or the vector's 144. */
size_t kin_front_inputs(const struct kin_front *front);

/* x is kin_front_samples(W) samples.
 * image  float32 [H][W]: dB with the floor of this clip, standardised
 * input  float32 [inputs]: the same, or the vector
 * Errors: KIN_EDATA (no finite number). */
int kin_front_image(struct kin_front *front, const float *x, float *image, struct kin_error *err);
int kin_front_magnitude(struct kin_front *front, const float *x, float *image,
                        struct kin_error *err);
int kin_front_input(struct kin_front *front, const float *x, float *input, struct kin_error *err);

/* ---- batches ---- */

/* Readings of the paper that concern targets. */
struct kin_task_options {
    bool voice_only;       /* VS: the voice's error alone, as in the paper's formula */
    bool linear_magnitude; /* AE of the baseline: reconstructs |X| instead of the standardised dB */
};

/* What a network of the task is like. hidden, channels, dropout as there; the baseline's decoder
 * has half the channels, as the authors' (8 beside 16). */
struct kin_task_size {
    size_t channels, hidden;
    double dropout;
};
struct kin_network_spec kin_task_spec(const struct kin_task *task, const struct kin_front *front,
                                      const struct kin_classes *classes,
                                      const struct kin_task_size *size);

/* Inputs and targets of B clips; what the task does not need is NULL. */
struct kin_batch {
    size_t clips; /* B */
    float *input; /* [B][inputs] */
    float *tags;  /* [B][C] */
    int32_t *label;
    float *image, *magnitude, *voice, *rest; /* [B][H][W] */
};

int kin_batch_init(struct kin_batch *batch, const struct kin_task *task,
                   const struct kin_front *front, const struct kin_classes *classes,
                   const struct kin_task_options *options, size_t clips, struct kin_error *err);
void kin_batch_release(struct kin_batch *batch); /* accepts NULL and zeroed memory */

/* One clip of a song: kin_front_samples(W) samples of the mix and, for a task with a stem, of
 * that. */
struct kin_task_clip {
    const struct kin_task_song *song;
    const float *mix, *stem;
};

/* Fills row `row`. Tags that are no class are passed over. KIN_EDATA as kin_front_image. */
int kin_batch_fill(struct kin_batch *batch, struct kin_front *front,
                   const struct kin_classes *classes, const struct kin_task_options *options,
                   size_t row, const struct kin_task_clip *clip, struct kin_error *err);
struct kin_target kin_batch_target(const struct kin_batch *batch);

/* ---- performance (Kim et al. 2019, section 4.4) ---- */

struct kin_judge_params {
    const struct kin_task *task;
    struct kin_front *front;           /* this and all below are borrowed */
    const struct kin_classes *classes; /* AT, IR */
    const float *frequencies;          /* [C]: the share of training songs that have each class */
    struct kin_task_options options;
};

/* One caller at a time. */
int kin_judge_new(const struct kin_judge_params *params, struct kin_judge **out,
                  struct kin_error *err);
void kin_judge_free(struct kin_judge *judge);  /* accepts NULL */
void kin_judge_auto(struct kin_judge **judge); /* for KIN_AUTO */

/* Numbers of an output: C, or H W. */
size_t kin_judge_outputs(const struct kin_judge *judge);

/*
 * The measure of one clip, of which `output` is what the network gives.
 * AE  mean square error between the output and the clip's own image
 * AT  area under the ROC curve over the tags; NaN when the song has none of them, or all
 * IR  1 when the song's label has the highest score, else 0
 * VS  signal-to-distortion ratio of the voice in dB, mean over windows of 1 s; the voice is the
 *     masked magnitude with the phases of the mixture, 256 (W - 1) samples, of which a last second
 *     that is not full is left out (two windows fit in none of the paper's clips). NaN when the
 *     voice or the estimate is all zero
 * Errors: KIN_EDATA (no finite number, no label, a clip of less than one second for VS).
 */
int kin_judge_clip(struct kin_judge *judge, const struct kin_task_clip *clip, const float *output,
                   double *performance, struct kin_error *err);

/* What another predictor gives instead: output [outputs]. KIN_EINVAL: the task has none such. */
int kin_judge_guess(struct kin_judge *judge, enum kin_guess guess,
                    const struct kin_task_clip *clip, float *output, struct kin_error *err);

/* The share of songs that have each class: out [classes->n]. */
int kin_classes_frequencies(const struct kin_task *task, const struct kin_task_song *songs,
                            size_t n, const struct kin_classes *classes, float *out,
                            struct kin_error *err);
/* Which classes a song has: 0 or 1 for each; of IR, its label alone. out [classes->n]. */
void kin_classes_of(const struct kin_task *task, const struct kin_task_song *song,
                    const struct kin_classes *classes, uint8_t *out);

#endif
