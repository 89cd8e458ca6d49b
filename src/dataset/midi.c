/* Standard MIDI files, format 0 (MIDI Manufacturers Association, RP-001). */
#include <stdlib.h>

#include "kindred/memory.h"
#include "kindred/studio.h"

#define DRUM_CHANNEL 9

struct event {
    uint32_t tick;
    unsigned char bytes[3];
};

/* Note ends go before note starts, so that a repeated key sounds again. */
static int by_tick(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->tick != y->tick)
        return x->tick < y->tick ? -1 : 1;
    for (int i = 0; i < 3; i++)
        if (x->bytes[i] != y->bytes[i])
            return x->bytes[i] < y->bytes[i] ? -1 : 1;
    return 0;
}

static void add_be(struct kin_text *out, uint32_t value, unsigned bytes)
{
    for (unsigned i = bytes; i-- > 0;)
        kin_text_add_bytes(out, (unsigned char[]){(unsigned char)(value >> (8 * i))}, 1);
}

/* A number in groups of seven bits, the last without the high bit. */
static void add_variable(struct kin_text *out, uint32_t value)
{
    for (int shift = 28; shift > 0; shift -= 7)
        if (value >> shift)
            add_be(out, (value >> shift & 0x7f) | 0x80, 1);
    add_be(out, value & 0x7f, 1);
}

static int make_events(const struct kin_studio_score *score, unsigned channel, struct event **out,
                       struct kin_error *err)
{
    KIN_TRY(kin_alloc_into(out, 2 * score->n, sizeof **out, err));
    for (size_t i = 0; i < score->n; i++) {
        const struct kin_note *note = &score->notes[i];
        (*out)[2 * i] = (struct event){
            note->start, {(unsigned char)(0x90 | channel), note->key, note->velocity}};
        (*out)[2 * i + 1] = (struct event){note->start + note->length,
                                           {(unsigned char)(0x80 | channel), note->key, 0}};
    }
    if (score->n > 0)
        qsort(*out, 2 * score->n, sizeof **out, by_tick);
    return 0;
}

/* Tempo, program and volume, then the notes, then one bar of rest for what still sounds. */
static void add_track(struct kin_text *out, const struct kin_song_score *song,
                      const struct kin_studio_score *score, unsigned channel,
                      const struct event *events)
{
    kin_text_add_bytes(out, "\0\xff\x51\x03", 4);
    add_be(out, 60000000u / song->bpm, 3);
    if (channel != DRUM_CHANNEL) {
        kin_text_add_bytes(out, "\0", 1);
        add_be(out, (0xc0u | channel) << 8 | score->program, 2);
    }
    kin_text_add_bytes(out, "\0", 1);
    add_be(out, (0xb0u | channel) << 16 | 7u << 8 | 115, 3);
    uint32_t at = 0;
    for (size_t i = 0; i < 2 * score->n; i++) {
        add_variable(out, events[i].tick - at);
        kin_text_add_bytes(out, events[i].bytes, 3);
        at = events[i].tick;
    }
    add_variable(out, 4 * KIN_STUDIO_TICKS);
    kin_text_add_bytes(out, "\xff\x2f\0", 3);
}

int kin_studio_midi(const struct kin_song_score *song, enum kin_studio_part part,
                    struct kin_text *out, struct kin_error *err)
{
    const struct kin_studio_score *score = &song->parts[part];
    unsigned channel = part == KIN_STUDIO_DRUMS ? DRUM_CHANNEL : 0;
    KIN_AUTO(kin_auto_free) struct event *events = NULL;
    KIN_TRY(make_events(score, channel, &events, err));
    KIN_AUTO(kin_text_release) struct kin_text track = {0};
    add_track(&track, song, score, channel, events);
    KIN_TRY(kin_text_check(&track, err));
    kin_text_add(out, "MThd");
    add_be(out, 6, 4);
    add_be(out, 0, 2);
    add_be(out, 1, 2);
    add_be(out, KIN_STUDIO_TICKS, 2);
    kin_text_add(out, "MTrk");
    add_be(out, (uint32_t)track.length, 4);
    kin_text_add_bytes(out, track.data, track.length);
    return kin_text_check(out, err);
}
