/* A song's plan: everything decided before the first note. Private to the studio. */
#ifndef KIN_DATASET_PLAN_H
#define KIN_DATASET_PLAN_H

#include "dataset/styles.h"
#include "kindred/random.h"

#define STEP_TICKS (KIN_STUDIO_TICKS / 4) /* a sixteenth note */
#define PHRASE_BARS 4

struct plan {
    uint64_t seed, index;
    const struct style *style;
    const struct lead *lead;
    unsigned lead_program;
    struct player chords, pad, bass;
    bool has_pad, has_voice; /* has_voice: a voice beside the lead */
    unsigned bpm, tonic;
    bool minor;
    unsigned steps; /* of a bar */
    unsigned bars;
    const char *progressions[2]; /* of phrases A and B */
    const char *chord_pattern[2], *bass_pattern[2];
    const struct groove *groove; /* NULL: no drums */
    bool drums_wait;             /* the first phrase is without drums */
};

/* The stream of random numbers for one aspect of one song. */
struct kin_random kin_plan_random(const struct plan *plan, const char *aspect, unsigned number);

/* 0 for phrases A, 1 for B: the form is AABA, again and again. */
unsigned kin_plan_letter(unsigned bar);
/* Degree of the bar's chord, 0 to 6. */
unsigned kin_plan_chord(const struct plan *plan, unsigned bar);
/* Semitones above the tonic of a scale step (may be negative or beyond 6) over a chord: in minor
 * the dominant has the raised seventh. */
int kin_plan_semitones(const struct plan *plan, int step, unsigned chord);
/* Whether the scale step belongs to the chord. */
bool kin_plan_in_chord(const struct plan *plan, int step, unsigned chord);
/* The tick of a sixteenth, swung as the style wants. */
uint32_t kin_plan_tick(const struct plan *plan, unsigned bar, unsigned step);

int kin_score_add(struct kin_studio_score *score, uint32_t start, uint32_t length, int key,
                  int velocity, struct kin_error *err);

int kin_compose_melody(const struct plan *plan, struct kin_studio_score *out,
                       struct kin_error *err);
/* Chords, pad, bass, drums, and the voice beside the lead. */
int kin_compose_accompaniment(const struct plan *plan, struct kin_song_score *song,
                              struct kin_error *err);

#endif
