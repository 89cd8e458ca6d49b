#include "workflow/words.h"

#include <string.h>

#include "kindred/memory.h"
#include "kindred/text.h"

void kin_words_release(struct kin_words *words)
{
    kin_free(words->list);
    kin_free(words->slots);
    words->list = NULL;
    words->slots = NULL;
}

static uint32_t hash_text(const char *text)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash ^ hash >> 15;
}

/* The slot where the word is, or the free one where it belongs. */
static uint32_t *slot_of(const struct kin_words *words, const char *text, uint32_t hash)
{
    size_t i = hash & (words->n_slots - 1);
    for (;; i = (i + 1) & (words->n_slots - 1)) {
        uint32_t id = words->slots[i];
        if (id == KIN_WORD_NONE)
            return &words->slots[i];
        if (words->list[id].hash == hash && strcmp(words->list[id].text, text) == 0)
            return &words->slots[i];
    }
}

static int grow_slots(struct kin_words *words, struct kin_error *err)
{
    uint32_t *old = words->slots;
    size_t n_slots = words->n_slots ? words->n_slots * 2 : 256;
    KIN_TRY(kin_alloc_into(&words->slots, n_slots, sizeof *words->slots, err));
    words->n_slots = n_slots;
    kin_free(old);
    for (size_t i = 1; i < words->n; i++)
        *slot_of(words, words->list[i].text, words->list[i].hash) = (uint32_t)i;
    return 0;
}

/* Whether a text is a number in the one spelling that kin_number_text gives it. */
static bool is_canonical_number(const char *text, double *number)
{
    char spelled[KIN_NUMBER_TEXT];
    if (!kin_number_parse(text, false, number))
        return false;
    kin_number_text(*number, spelled);
    return strcmp(spelled, text) == 0;
}

int kin_words_add(struct kin_words *words, const char *text, uint32_t *out, struct kin_error *err)
{
    if (words->n + 1 >= words->n_slots / 2) {
        uint32_t *before = words->slots;
        int status = grow_slots(words, err);
        if (status != 0) {
            words->slots = before;
            return status;
        }
    }
    if (words->n == 0) {
        KIN_TRY(kin_grow(&words->list, &words->capacity, 1, sizeof *words->list, err));
        words->list[0].text = "";
        words->n = 1;
    }
    uint32_t hash = hash_text(text);
    uint32_t *slot = slot_of(words, text, hash);
    if (*slot == KIN_WORD_NONE) {
        KIN_TRY(kin_grow(&words->list, &words->capacity, words->n + 1, sizeof *words->list, err));
        struct kin_word *word = &words->list[words->n];
        KIN_TRY(kin_arena_text(words->arena, text, strlen(text), &word->text, err));
        word->hash = hash;
        word->is_number = is_canonical_number(text, &word->number);
        *slot = (uint32_t)words->n++;
    }
    *out = *slot;
    return 0;
}

int kin_words_label(struct kin_words *words, const char *text, bool quoted, uint32_t *out,
                    struct kin_error *err)
{
    char spelled[KIN_NUMBER_TEXT];
    double number;
    if (!quoted && kin_number_parse(text, false, &number)) {
        kin_number_text(number, spelled);
        text = spelled;
    }
    return kin_words_add(words, text, out, err);
}

uint32_t kin_words_find(const struct kin_words *words, const char *text)
{
    return words->n_slots ? *slot_of(words, text, hash_text(text)) : KIN_WORD_NONE;
}

const char *kin_words_text(const struct kin_words *words, uint32_t word)
{
    return word == KIN_WORD_NONE ? "" : words->list[word].text;
}

int kin_words_compare(const struct kin_words *words, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    if (a == KIN_WORD_NONE || b == KIN_WORD_NONE)
        return a == KIN_WORD_NONE ? -1 : 1;
    const struct kin_word *x = &words->list[a];
    const struct kin_word *y = &words->list[b];
    if (x->is_number != y->is_number)
        return x->is_number ? -1 : 1;
    if (x->is_number)
        return x->number < y->number ? -1 : 1;
    return strcmp(x->text, y->text);
}
