/*
 * The transformations: what is done to a clip so that a listener would still call it the same
 * piece. Paper, section 3.3; magnitudes and details from the original program.
 *
 * Each is one file in src/transform/ and one line in transforms.def; everything that talks about
 * transformations reads that table. Order of calls: kin_transformer_new, one a thread;
 * kin_transform_find; any number of kin_transform_apply; kin_transformer_free.
 */
#ifndef KINDRED_TRANSFORM_H
#define KINDRED_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/audio.h"
#include "kindred/status.h"

/* What a thread keeps between calls: Fourier plans, the synthesised bar. It changes no result. */
struct kin_transformer;
int kin_transformer_new(struct kin_transformer **out, struct kin_error *err);
void kin_transformer_free(struct kin_transformer *transformer);  /* accepts NULL */
void kin_transformer_auto(struct kin_transformer **transformer); /* for KIN_AUTO */

enum kin_match { KIN_MATCH_NONE, KIN_MATCH_EBUR128 };

/* What MP does with a bit rate that MP3 lacks at the clip's sample rate: 22 050 Hz ends at 160. */
enum kin_over_range {
    KIN_OVER_CLAMP,   /* the nearest end of the range, as ffmpeg does: 192 … 320 are then 160 */
    KIN_OVER_REFUSE,  /* KIN_EINVAL */
    KIN_OVER_AT_44100 /* a rate that is too high: resampled to 44 100 Hz, coded, and back */
};

struct kin_transform_params {
    double magnitude;     /* in the transformation's unit */
    enum kin_match match; /* scale the result to the loudness of the input */
    /* PS, TS: through 16-bit files, as the rubberband command works: its rounding, and its lower
     * gain (down to 0.75) where it would clip. */
    bool sixteen_bit;
    enum kin_over_range over_range; /* MP */
    /* EN: a recording at the clip's rate, borrowed; NULL: the built-in bar of ambience_seed. */
    const struct kin_audio *ambience;
    uint64_t ambience_seed;
    /* PN, EN: the draw is the random stream (seed, draw); draw is borrowed, NULL with 0 bytes. */
    uint64_t seed;
    const void *draw;
    size_t draw_bytes;
};

/* What was done besides the transformation. */
struct kin_transform_report {
    bool unmatched; /* match was asked for but input or result has no loudness: left unscaled */
};

struct kin_transform {
    const char *code;  /* PS */
    const char *name;  /* pitch shift */
    const char *unit;  /* of the magnitude: semitones */
    const char *doc;   /* one line */
    int version;       /* raised whenever the bytes of the result change */
    double lowest, highest; /* magnitudes allowed */
    double neutral;    /* the magnitude that changes nothing: 0, 1, or inf where more is milder */
    bool random;       /* uses the draw */
    const double *paper; /* the paper's magnitudes, ascending */
    size_t paper_count;
    /* Applies magnitude (in range, not neutral) to n >= 1 finite samples; *out is the caller's. */
    int (*run)(struct kin_transformer *transformer, const struct kin_transform_params *params,
               const struct kin_audio *in, struct kin_audio *out, struct kin_error *err);
    /* The magnitude that gives the same result, where several do (MP); NULL: every one is its own.
     */
    int (*effective)(const struct kin_transform_params *params, unsigned rate_hz,
                     double *magnitude, struct kin_error *err);
};

/* The table, in the paper's order. */
size_t kin_transform_count(void);
const struct kin_transform *kin_transform_at(size_t i);
/* By code, or by name; KIN_EINVAL lists the codes. */
int kin_transform_find(const char *code, const struct kin_transform **out, struct kin_error *err);

/* A magnitude on the common scale that tables and models use: 0 at the lowest of the paper's
 * magnitudes, 1 at the highest, linear in between and beyond; inf gives 1. */
double kin_transform_magnitude01(const struct kin_transform *transform, double magnitude);

/* The magnitude that is really applied at this sample rate: MP clamped to what MP3 has, otherwise
 * params->magnitude. Errors as in kin_transform_apply. */
int kin_transform_effective(const struct kin_transform *transform,
                            const struct kin_transform_params *params, unsigned rate_hz,
                            double *magnitude, struct kin_error *err);

/*
 * Transforms one clip.
 * in      at least one sample, all finite; borrowed
 * out     same rate; n samples, TS: n / magnitude to the nearest, ties to
 *         even, at least 1; the caller releases it. Samples may
 *         exceed full scale: nothing is limited or clipped (but sixteen_bit, see there)
 * report  may be NULL
 * The neutral magnitude gives the input's samples. The same arguments give the same bits, in any
 * thread and order, whatever the transformer did before.
 * Errors: KIN_EINVAL (magnitude or sample rate not supported), KIN_EDATA (empty, not finite, silent
 * where noise is mixed in), KIN_ENOMEM, KIN_EUNAVAILABLE (no MP3 encoder). out is untouched.
 */
int kin_transform_apply(struct kin_transformer *transformer, const struct kin_transform *transform,
                        const struct kin_transform_params *params, const struct kin_audio *in,
                        struct kin_audio *out, struct kin_transform_report *report,
                        struct kin_error *err);

#endif
