/* What the studio knows about music: styles, instruments, patterns. Constant tables. */
#ifndef KIN_DATASET_STYLES_H
#define KIN_DATASET_STYLES_H

#include <stdbool.h>

#include "kindred/studio.h"

/* A lead instrument: where its melody lies, and what plays it. */
struct lead {
    const char *label;
    unsigned char low, high;   /* MIDI keys */
    unsigned char programs[3]; /* one is chosen */
    unsigned char n_programs;
    double legato; /* share of a note's length that sounds */
};

extern const struct lead kin_leads[KIN_STUDIO_LABELS];

/* An instrument that accompanies: its program and the tag of songs in which it plays. */
struct player {
    unsigned char program;
    const char *tag;
};

/*
 * Patterns are strings with one character for a sixteenth note, a bar long (16, or 12 in three
 * four): '.' silence, '-' the note before goes on.
 *   chords  c the whole chord, 0 … 3 one voice of it from below
 *   bass    r root, f fifth, o octave, t third, a the step that leads to the next root
 *   drums   x a stroke, X an accented one, o a soft one
 */
struct drum_line {
    unsigned char key;
    const char *pattern;
};

#define STYLE_DRUMS 5
#define STYLE_CHOICES 3

struct groove {
    struct drum_line lines[STYLE_DRUMS]; /* up to one without a pattern */
};

struct style {
    const char *name;
    unsigned short bpm_low, bpm_high;
    unsigned char beats; /* a bar: 4 or 3 */
    double minor;        /* share of songs in minor */
    double swing;        /* the second eighth's delay, in eighths: 0 even, 1/3 triplets */
    bool sevenths;
    double density; /* of the melody: notes a beat, roughly */
    struct player chords[STYLE_CHOICES], pad, bass[2];
    double pad_share;
    const char *chord_patterns[STYLE_CHOICES];
    const char *bass_patterns[STYLE_CHOICES];
    struct groove grooves[2]; /* no line: no drums */
    /* Four bars, a scale degree each, 1 to 7. */
    const char *major[STYLE_CHOICES], *minor_key[STYLE_CHOICES];
};

#define STYLES 8
extern const struct style kin_styles[STYLES];

#endif
