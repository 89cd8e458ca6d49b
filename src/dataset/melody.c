/* The melody: motifs of one bar, put together to phrases that come back with small changes. */
#include <math.h>
#include <stdlib.h>

#include "dataset/plan.h"
#include "kindred/memory.h"

#define MOTIF_NOTES 16

struct motif_note {
    unsigned start, length; /* sixteenths */
    int move;               /* scale steps from the note before */
};

struct motif {
    unsigned n;
    struct motif_note notes[MOTIF_NOTES];
};

/* Mostly steps, seldom leaps. */
static int draw_move(struct kin_random *random)
{
    static const int moves[] = {-1, 1, -1, 1, -1, 1, -2, 2, -2, 2, 0, 3, -3, 4};
    return moves[kin_random_below(random, KIN_COUNT(moves))];
}

/* A length in sixteenths that goes with the style's density. */
static unsigned draw_length(const struct plan *plan, struct kin_random *random)
{
    static const unsigned dense[] = {2, 2, 2, 2, 4, 4, 4, 1, 6, 3};
    static const unsigned calm[] = {2, 2, 4, 4, 4, 6, 8, 8};
    if (plan->style->density > 1.4)
        return dense[kin_random_below(random, KIN_COUNT(dense))];
    return calm[kin_random_below(random, KIN_COUNT(calm))];
}

static void motif_add(struct motif *motif, unsigned start, unsigned length, int move)
{
    if (motif->n < MOTIF_NOTES)
        motif->notes[motif->n++] = (struct motif_note){start, length, move};
}

static struct motif draw_motif(const struct plan *plan, struct kin_random *random)
{
    struct motif motif = {0};
    for (unsigned at = 0; at < plan->steps;) {
        unsigned length = draw_length(plan, random);
        unsigned left = plan->steps - at;
        if (plan->style->swing > 0 && length % 2 == 1)
            length++; /* swung music has no even sixteenths */
        if (at % 2 == 1)
            length = 1; /* short notes come in pairs */
        if (length > left)
            length = left;
        motif_add(&motif, at, length, draw_move(random));
        at += length;
    }
    return motif;
}

/* The end of a phrase: one or two notes, then a long one and a breath. */
static struct motif draw_cadence(const struct plan *plan, struct kin_random *random)
{
    struct motif motif = {0};
    unsigned start = kin_random_unit(random) < 0.5 ? 4 : 0;
    if (start > 0) {
        motif_add(&motif, 0, 2, draw_move(random));
        motif_add(&motif, 2, 2, draw_move(random));
    }
    motif_add(&motif, start, plan->steps - start - 2, -1);
    return motif;
}

/* What a musician does to a phrase the second time: turns a step around, splits a long note. */
static void vary(struct motif *motif, struct kin_random *random)
{
    struct motif varied = {0};
    for (unsigned i = 0; i < motif->n; i++) {
        struct motif_note note = motif->notes[i];
        double luck = kin_random_unit(random);
        if (luck < 0.12)
            note.move = -note.move;
        if (luck > 0.75 && note.length >= 4 && note.length % 4 == 0) {
            unsigned half = note.length / 2;
            motif_add(&varied, note.start, half, note.move);
            motif_add(&varied, note.start + half, half, kin_random_below(random, 2) ? 1 : -1);
        } else {
            motif_add(&varied, note.start, note.length, note.move);
        }
    }
    *motif = varied;
}

/* The motifs of a phrase's four bars: a, b, a, cadence. */
static void make_phrase(const struct plan *plan, unsigned phrase, struct motif bars[PHRASE_BARS])
{
    struct kin_random random =
        kin_plan_random(plan, "phrase", kin_plan_letter(phrase * PHRASE_BARS));
    bars[0] = draw_motif(plan, &random);
    bars[1] = draw_motif(plan, &random);
    bars[2] = bars[0];
    bars[3] = draw_cadence(plan, &random);
    if (phrase == 0)
        return;
    struct kin_random changes = kin_plan_random(plan, "variation", phrase);
    for (unsigned bar = 0; bar < PHRASE_BARS; bar++)
        vary(&bars[bar], &changes);
}

/* Where the melody is: scale steps counted from a tonic inside the lead's range. */
struct voice {
    const struct plan *plan;
    int base; /* MIDI key of step 0 */
    int step;
};

static int key_of(const struct voice *voice, int step, unsigned chord)
{
    return voice->base + kin_plan_semitones(voice->plan, step, chord);
}

static bool in_range(const struct voice *voice, int step, unsigned chord)
{
    int key = key_of(voice, step, chord);
    return key >= voice->plan->lead->low && key <= voice->plan->lead->high;
}

static void move(struct voice *voice, int by, unsigned chord, bool strong)
{
    int step = voice->step + by;
    if (!in_range(voice, step, chord))
        step = voice->step - by;
    while (strong && !kin_plan_in_chord(voice->plan, step, chord))
        step += by > 0 ? -1 : 1; /* back towards where it came from */
    while (!in_range(voice, step, chord))
        step += key_of(voice, step, chord) < voice->plan->lead->low ? 1 : -1;
    voice->step = step;
}

static int velocity_of(unsigned start, unsigned phrase, struct kin_random *random)
{
    int accent = start == 0 ? 12 : start % 8 == 0 ? 7 : start % 4 == 0 ? 3 : 0;
    int swell = phrase % 4 == 0 ? -6 : kin_plan_letter(phrase * PHRASE_BARS) ? 6 : 0;
    return 88 + accent + swell + (int)kin_random_below(random, 11) - 5;
}

static int write_bar(struct voice *voice, const struct motif *motif, unsigned bar,
                     struct kin_random *random, struct kin_studio_score *out, struct kin_error *err)
{
    const struct plan *plan = voice->plan;
    unsigned chord = kin_plan_chord(plan, bar);
    for (unsigned i = 0; i < motif->n; i++) {
        const struct motif_note *note = &motif->notes[i];
        bool strong = note->start % 8 == 0 || note->length >= 6;
        move(voice, note->move, chord, strong);
        uint32_t start = kin_plan_tick(plan, bar, note->start);
        uint32_t end = kin_plan_tick(plan, bar, note->start + note->length);
        uint32_t length = (uint32_t)lround((end - start) * plan->lead->legato);
        KIN_TRY(kin_score_add(out, start + (uint32_t)kin_random_below(random, 9), length - 8,
                              key_of(voice, voice->step, chord),
                              velocity_of(note->start, bar / PHRASE_BARS, random), err));
    }
    return 0;
}

int kin_compose_melody(const struct plan *plan, struct kin_studio_score *out, struct kin_error *err)
{
    int low = plan->lead->low;
    struct voice voice = {.plan = plan};
    voice.base = low + ((int)plan->tonic - low % 12 + 12) % 12;
    voice.step = 2;
    struct kin_random touch = kin_plan_random(plan, "touch", 0);
    struct motif bars[PHRASE_BARS];
    for (unsigned bar = 0; bar < plan->bars; bar++) {
        if (bar % PHRASE_BARS == 0)
            make_phrase(plan, bar / PHRASE_BARS, bars);
        KIN_TRY(write_bar(&voice, &bars[bar % PHRASE_BARS], bar, &touch, out, err));
    }
    return 0;
}
