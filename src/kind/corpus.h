/*
 * Songs to learn from: what they say, their audio, and random clips of it.
 *
 * The decoded audio (mono, at one rate, as float32 or in 8 bits) stays in memory until a budget is
 * used up; songs beyond it are decoded anew for each clip. Which of the two changes no sample.
 * Pieces of one song share its audio. Everything random is named by seed, epoch, the digest of the
 * song's audio and the number of the piece, so that neither order nor neighbours matter.
 *
 * Order of calls: corpus_open, corpus_load, then corpus_order and corpus_cut. corpus_cut may be
 * called from another thread, one at a time.
 */
#ifndef KIN_KIND_CORPUS_H
#define KIN_KIND_CORPUS_H

#include "kindred/audio.h"
#include "kindred/kind.h"
#include "kindred/task.h"

struct corpus_params {
    unsigned rate_hz;
    size_t samples;   /* of a clip */
    const char *stem; /* isolated part to cut as well, or NULL */
    bool mulaw;       /* keep samples in 8 bits, as the original experiment */
    size_t budget;    /* bytes of audio in memory */
};

/* One signal in memory; both pointers NULL: not kept. */
struct corpus_sound {
    float *samples;
    uint8_t *codes;
    size_t n;
    bool shared; /* another piece of the same song has it */
};

struct corpus_song {
    const struct kin_value *value;
    struct kin_digest audio;
    int64_t piece; /* which of several pieces of a song; 0: the first */
    struct kin_task_song says; /* tags: owned array of borrowed texts */
    struct corpus_sound mix, stem;
};

struct corpus {
    struct corpus_params params;
    const struct kin_services *services;
    struct corpus_song *songs; /* in ascending id */
    size_t n;
    size_t used; /* bytes */
};

/* Items that failed are left out. The set, the parameters' texts and the services are borrowed
 * until corpus_release. KIN_ECORRUPT: no songs. */
int corpus_open(struct corpus *corpus, const struct kin_set *set,
                const struct corpus_params *params, const struct kin_services *services,
                struct kin_error *err);
void corpus_release(struct corpus *corpus);

/* What every song says: [n], the caller frees the array. */
int corpus_says(const struct corpus *corpus, struct kin_task_song **out, struct kin_error *err);

/* Reads songs while the budget lasts, and with a stem all of them. KIN_EDATA names a song that is
 * shorter than a clip, lacks the stem, or has one of another length; KIN_ECANCELLED. */
int corpus_load(struct corpus *corpus, struct kin_error *err);

/* Reads one song, if the budget allows it; forgets one, of which no other piece is held. */
int corpus_hold(struct corpus *corpus, size_t song, struct kin_error *err);
void corpus_drop(struct corpus *corpus, size_t song);

/* The songs in the random order of an epoch: order [n]. */
int corpus_order(const struct corpus *corpus, uint64_t seed, uint64_t epoch, size_t *order,
                 struct kin_error *err);

/* The clip of a song in an epoch, and the same place of its stem: `samples` numbers each; stem NULL
 * when there is none. */
int corpus_cut(struct corpus *corpus, size_t song, uint64_t seed, uint64_t epoch, float *mix,
               float *stem, struct kin_error *err);

#endif
