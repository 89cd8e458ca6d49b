/*
 * Words: axis names and labels as small numbers, so that points compare and hash as integers.
 * A label is one word whatever its spelling: 1, 1.0 and 1e0 are the word «1».
 */
#ifndef KINDRED_WORKFLOW_WORDS_H
#define KINDRED_WORKFLOW_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/status.h"
#include "workflow/arena.h"

#define KIN_WORD_NONE 0 /* no word: the label of a point that lacks the axis */

struct kin_word {
    const char *text;
    uint32_t hash;
    bool is_number; /* the text is the canonical spelling of a number */
    double number;
};

struct kin_words {
    struct kin_arena *arena; /* the texts live there; borrowed */
    struct kin_word *list;   /* [0] is KIN_WORD_NONE */
    size_t n, capacity;
    uint32_t *slots;
    size_t n_slots; /* a power of two */
};

void kin_words_release(struct kin_words *words);
/* The number of a word, added when it is new. */
int kin_words_add(struct kin_words *words, const char *text, uint32_t *out, struct kin_error *err);
/* The same for a label: a plain number is spelled canonically first. */
int kin_words_label(struct kin_words *words, const char *text, bool quoted, uint32_t *out,
                    struct kin_error *err);
/* KIN_WORD_NONE when there is no such word. */
uint32_t kin_words_find(const struct kin_words *words, const char *text);
const char *kin_words_text(const struct kin_words *words, uint32_t word); /* "" for none */
/* The order of labels: none, numbers by value, texts by their bytes. */
int kin_words_compare(const struct kin_words *words, uint32_t a, uint32_t b);

#endif
