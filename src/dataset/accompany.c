/* Everything beside the melody: chords, pad, bass, drums, a second voice. */
#include <stdlib.h>
#include <string.h>

#include "dataset/plan.h"

/* Chords lie in the octave from CHORD_LOW on, which leads their voices smoothly. */
#define VOICES 4
#define CHORD_LOW 53
#define BASS_LOW 29
#define VOICE_LOW 60
#define VOICE_HIGH 74

/* The lowest key from `low` on that is the tonic plus semitones, in any octave. */
static int key_from(const struct plan *plan, int low, int semitones)
{
    int pitch_class = ((int)plan->tonic + semitones) % 12;
    return low + ((pitch_class - low) % 12 + 12) % 12;
}

static int by_key(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The chord's tones within an octave, ascending; the lowest again on top where it has only three.
 */
static void make_voicing(const struct plan *plan, unsigned chord, int keys[VOICES])
{
    int n = plan->style->sevenths ? 4 : 3;
    for (int i = 0; i < n; i++)
        keys[i] = key_from(plan, CHORD_LOW, kin_plan_semitones(plan, (int)chord + 2 * i, chord));
    qsort(keys, (size_t)n, sizeof keys[0], by_key);
    if (n == 3)
        keys[3] = keys[0] + 12;
}

/* Ticks from a sixteenth to where the pattern's note ends, a little early. */
static uint32_t held(const struct plan *plan, const char *pattern, unsigned bar, unsigned step)
{
    unsigned end = step + 1;
    while (end < plan->steps && pattern[end] == '-')
        end++;
    uint32_t length = kin_plan_tick(plan, bar, end) - kin_plan_tick(plan, bar, step);
    return length - length / 16;
}

static int touch(struct kin_random *random, int velocity)
{
    return velocity + (int)kin_random_below(random, 13) - 6;
}

static int write_chords(const struct plan *plan, struct kin_studio_score *out,
                        struct kin_error *err)
{
    struct kin_random random = kin_plan_random(plan, "chords", 0);
    for (unsigned bar = 0; bar < plan->bars; bar++) {
        const char *pattern = plan->chord_pattern[kin_plan_letter(bar)];
        int keys[VOICES];
        make_voicing(plan, kin_plan_chord(plan, bar), keys);
        for (unsigned step = 0; step < plan->steps; step++) {
            char what = pattern[step];
            if (what == '.' || what == '-')
                continue;
            unsigned first = what == 'c' ? 0 : (unsigned)(what - '0');
            unsigned last = what == 'c' ? VOICES - 1 : first;
            int velocity = touch(&random, step % 8 == 0 ? 82 : 72);
            for (unsigned i = first; i <= last; i++)
                KIN_TRY(kin_score_add(out, kin_plan_tick(plan, bar, step),
                                      held(plan, pattern, bar, step), keys[i], velocity, err));
        }
    }
    return 0;
}

static int write_pad(const struct plan *plan, struct kin_studio_score *out, struct kin_error *err)
{
    uint32_t length = plan->steps * STEP_TICKS;
    for (unsigned bar = 0; bar < plan->bars; bar++) {
        int keys[VOICES];
        make_voicing(plan, kin_plan_chord(plan, bar), keys);
        for (unsigned i = 0; i < 3; i++)
            KIN_TRY(kin_score_add(out, bar * length, length - 10, keys[i] + 12,
                                  70 + 4 * (int)(bar % PHRASE_BARS), err));
    }
    return 0;
}

static int bass_key(const struct plan *plan, unsigned bar, char what)
{
    unsigned chord = kin_plan_chord(plan, bar);
    int root = key_from(plan, BASS_LOW, kin_plan_semitones(plan, (int)chord, chord));
    int next = key_from(plan, BASS_LOW, 0);
    if (bar + 1 < plan->bars) {
        unsigned follows = kin_plan_chord(plan, bar + 1);
        next = key_from(plan, BASS_LOW, kin_plan_semitones(plan, (int)follows, follows));
    }
    switch (what) {
    case 'f':
        return key_from(plan, root, kin_plan_semitones(plan, (int)chord + 4, chord));
    case 't':
        return key_from(plan, root, kin_plan_semitones(plan, (int)chord + 2, chord));
    case 'o':
        return root + 12;
    case 'a':
        return next > root ? next - 1 : next + 1;
    default:
        return root;
    }
}

static int write_bass(const struct plan *plan, struct kin_studio_score *out, struct kin_error *err)
{
    /* A cello as bass sounds from C2 on. */
    int up = plan->bass.program == 42 ? 12 : 0;
    struct kin_random random = kin_plan_random(plan, "bass", 0);
    for (unsigned bar = 0; bar < plan->bars; bar++) {
        const char *pattern = plan->bass_pattern[kin_plan_letter(bar)];
        for (unsigned step = 0; step < plan->steps; step++)
            if (pattern[step] != '.' && pattern[step] != '-')
                KIN_TRY(kin_score_add(out, kin_plan_tick(plan, bar, step),
                                      held(plan, pattern, bar, step),
                                      up + bass_key(plan, bar, pattern[step]),
                                      touch(&random, step == 0 ? 96 : 86), err));
    }
    return 0;
}

/* Long tones of the harmony, each the one nearest to the last. */
static int write_voice(const struct plan *plan, struct kin_studio_score *out, struct kin_error *err)
{
    struct kin_random random = kin_plan_random(plan, "voice", 0);
    unsigned half = plan->steps == 16 ? 8 : 12; /* sixteenths a tone lasts */
    int key = VOICE_LOW + 7;
    for (unsigned bar = 0; bar < plan->bars; bar++) {
        unsigned chord = kin_plan_chord(plan, bar);
        for (unsigned step = 0; step < plan->steps; step += half) {
            int best = 0;
            for (int i = 0; i < 3; i++)
                for (int candidate = key_from(plan, VOICE_LOW,
                                              kin_plan_semitones(plan, (int)chord + 2 * i, chord));
                     candidate <= VOICE_HIGH; candidate += 12)
                    if (candidate != key && (!best || abs(candidate - key) < abs(best - key)))
                        best = candidate;
            key = best;
            KIN_TRY(kin_score_add(out, kin_plan_tick(plan, bar, step), half * STEP_TICKS - 12, key,
                                  touch(&random, 84), err));
        }
    }
    return 0;
}

/* ---- drums ---- */

static int stroke_velocity(char what)
{
    return what == 'X' ? 112 : what == 'x' ? 90 : 60;
}

static int write_groove(const struct plan *plan, unsigned bar, unsigned steps,
                        struct kin_random *random, struct kin_studio_score *out,
                        struct kin_error *err)
{
    for (unsigned i = 0; i < STYLE_DRUMS && plan->groove->lines[i].pattern; i++) {
        const struct drum_line *line = &plan->groove->lines[i];
        for (unsigned step = 0; step < steps; step++)
            if (line->pattern[step] != '.')
                KIN_TRY(kin_score_add(out, kin_plan_tick(plan, bar, step), STEP_TICKS, line->key,
                                      touch(random, stroke_velocity(line->pattern[step])), err));
    }
    return 0;
}

/* A fill over the last beat of a phrase. */
static int write_fill(const struct plan *plan, unsigned bar, struct kin_random *random,
                      struct kin_studio_score *out, struct kin_error *err)
{
    static const uint8_t toms[] = {38, 48, 45, 41};
    for (unsigned i = 0; i < 4; i++)
        KIN_TRY(kin_score_add(out, kin_plan_tick(plan, bar, plan->steps - 4 + i), STEP_TICKS,
                              toms[i], touch(random, 96 + 4 * (int)i), err));
    return 0;
}

static int write_drums(const struct plan *plan, struct kin_studio_score *out, struct kin_error *err)
{
    struct kin_random random = kin_plan_random(plan, "drums", 0);
    for (unsigned bar = plan->drums_wait ? PHRASE_BARS : 0; bar < plan->bars; bar++) {
        bool fill = bar % (2 * PHRASE_BARS) == 2 * PHRASE_BARS - 1;
        if (bar > 0 && bar % (2 * PHRASE_BARS) == 0)
            KIN_TRY(kin_score_add(out, kin_plan_tick(plan, bar, 0), 4 * STEP_TICKS, 49, 100, err));
        KIN_TRY(write_groove(plan, bar, plan->steps - (fill ? 4 : 0), &random, out, err));
        if (fill)
            KIN_TRY(write_fill(plan, bar, &random, out, err));
    }
    return 0;
}

int kin_compose_accompaniment(const struct plan *plan, struct kin_song_score *song,
                              struct kin_error *err)
{
    struct kin_studio_score *parts = song->parts;
    parts[KIN_STUDIO_CHORDS].program = plan->chords.program;
    parts[KIN_STUDIO_BASS].program = plan->bass.program;
    KIN_TRY(write_chords(plan, &parts[KIN_STUDIO_CHORDS], err));
    KIN_TRY(write_bass(plan, &parts[KIN_STUDIO_BASS], err));
    if (plan->has_pad) {
        parts[KIN_STUDIO_PAD].program = plan->pad.program;
        KIN_TRY(write_pad(plan, &parts[KIN_STUDIO_PAD], err));
    }
    if (plan->has_voice) {
        parts[KIN_STUDIO_VOICE].program = 53;
        KIN_TRY(write_voice(plan, &parts[KIN_STUDIO_VOICE], err));
    }
    return plan->groove ? write_drums(plan, &parts[KIN_STUDIO_DRUMS], err) : 0;
}
