/*
 * The studio: music that is composed and played from a seed, with labels for every task.
 *
 * Order of calls: kin_studio_programs and kin_patches_find say which instrument samples are needed
 * and where a configuration in timidity's language (that of the freepats package) has them;
 * kin_studio_compose writes one song as notes; kin_studio_perform plays its parts through
 * libWildMidi and mixes them. kin_studio_midi gives a part as a standard MIDI file.
 *
 * A song is a function of the seed and its index alone: how many songs there are changes nothing.
 * The label of song i is one of the eleven lead instruments of IRMAS (Bosch et al. 2012); every
 * eleven songs from a multiple of eleven on have each of them once.
 */
#ifndef KINDRED_STUDIO_H
#define KINDRED_STUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/audio.h"
#include "kindred/status.h"
#include "kindred/text.h"

#define KIN_STUDIO_LABELS 11
extern const char *const kin_studio_labels[KIN_STUDIO_LABELS]; /* cel … voi, ascending */

enum kin_studio_part {
    KIN_STUDIO_LEAD,  /* the melody, by the instrument of the label; empty when that is the voice */
    KIN_STUDIO_VOICE, /* the melody when the label is voi, else a quieter counter-melody, or empty
                       */
    KIN_STUDIO_CHORDS,
    KIN_STUDIO_PAD,
    KIN_STUDIO_BASS,
    KIN_STUDIO_DRUMS,
    KIN_STUDIO_PARTS
};

/* «lead», «voice», … */
const char *kin_studio_part_name(enum kin_studio_part part);

#define KIN_STUDIO_TICKS 480 /* a quarter note */

struct kin_note {
    uint32_t start, length; /* ticks */
    uint8_t key, velocity;  /* 0 … 127 */
};

struct kin_studio_score {
    unsigned program;       /* General MIDI, from 0; drums: 0 */
    double level_db;        /* of the part in the mix */
    struct kin_note *notes; /* ascending start */
    size_t n, capacity;
};

#define KIN_STUDIO_TAGS 12

struct kin_song_score {
    const char *label; /* one of kin_studio_labels */
    const char *style;
    unsigned bpm;
    unsigned tonic; /* 0 C … 11 B */
    bool minor;
    double seconds;
    double peak;                       /* of the finished mix */
    const char *tags[KIN_STUDIO_TAGS]; /* ascending, no two alike */
    size_t n_tags;
    struct kin_studio_score parts[KIN_STUDIO_PARTS];
};

struct kin_studio_params {
    uint64_t seed;
    double seconds; /* length of a song, 1 … 600 */
    double vocals; /* share of the songs led by another instrument in which a voice sings, 0 … 1 */
};

/* Writes song number `index`. Release with kin_song_score_release.
 * Errors: KIN_EINVAL (seconds, vocals out of range), KIN_ENOMEM. */
int kin_studio_compose(const struct kin_studio_params *params, uint64_t index,
                       struct kin_song_score *out, struct kin_error *err);
void kin_song_score_release(struct kin_song_score *song); /* accepts zeroed memory */

/* One part as a standard MIDI file, format 0. */
int kin_studio_midi(const struct kin_song_score *song, enum kin_studio_part part,
                    struct kin_text *out, struct kin_error *err);

/* ---- instrument samples ---- */

/* A sample of the General MIDI set: a program, or a key of the drum set. */
struct kin_patch_slot {
    bool drum;
    unsigned number;
};

/* Every slot the studio may play; constant. */
const struct kin_patch_slot *kin_studio_programs(size_t *n);

struct kin_patch {
    char *path;    /* where the configuration has it */
    char *options; /* «amp=120 pan=center», or "" */
};

/*
 * Reads a configuration (dir, source, bank 0, drumset 0, «number file options») and finds n slots.
 * out  n patches; release with kin_patches_release
 * Errors: KIN_ENOTFOUND names the configuration, or the instrument it lacks; KIN_EACCESS, KIN_EIO;
 * KIN_EDATA names file, line and what cannot be read there; KIN_ENOMEM.
 */
int kin_patches_find(const char *path, const struct kin_patch_slot *slots, size_t n,
                     struct kin_patch *out, struct kin_error *err);
void kin_patches_release(struct kin_patch *patches, size_t n);

/* Samples in memory: what a performance needs. bytes[i] belongs to slot i of kin_studio_programs.
 */
struct kin_sample {
    const void *bytes; /* a GUS patch file; borrowed */
    size_t length;
    const char *options;
};

/* Whether this build can play: false without libWildMidi. */
bool kin_studio_available(void);

/*
 * Plays a song.
 * samples  one for every slot of kin_studio_programs
 * mix      seconds * rate_hz samples, peak as song->peak; the caller releases it
 * parts    KIN_STUDIO_PARTS signals that add up to the mix, empty ones all zero; may be NULL
 * The samples are played at 44,100 Hz and resampled with kin_audio_resample. libWildMidi has global
 * state and is not thread-safe: one performance at a time, under a lock in this module.
 * Errors: KIN_EUNAVAILABLE (no libWildMidi in this build), KIN_EDATA (samples it cannot play),
 * KIN_EINVAL (rate), KIN_ENOMEM.
 */
int kin_studio_perform(const struct kin_song_score *song, const struct kin_sample *samples,
                       unsigned rate_hz, struct kin_audio *mix, struct kin_audio *parts,
                       struct kin_error *err);

#endif
