#include <stdio.h>
#include <stdlib.h>

#include "kindred/memory.h"
#include "kindred/text.h"
#include "workflow/compile.h"

void kin_list_labels(const struct kin_words *words, const uint32_t *labels, size_t n,
                     struct kin_text *out)
{
    if (n == 0)
        kin_text_add(out, "nothing");
    for (size_t i = 0; i < n && i < KIN_LISTED; i++) {
        const char *between = i == 0 ? "" : i + 1 == n ? " and " : ", ";
        const char *text =
            labels[i] == KIN_WORD_NONE ? "no value" : kin_words_text(words, labels[i]);
        kin_text_addf(out, "%s%s", between, text);
    }
    if (n > KIN_LISTED)
        kin_text_addf(out, " and %zu more", n - KIN_LISTED);
}

void kin_list_point(const struct kin_words *words, const uint32_t *axes, const uint32_t *cells,
                    size_t n_axes, struct kin_text *out)
{
    if (n_axes == 0)
        kin_text_add(out, "the only point");
    for (size_t i = 0; i < n_axes; i++) {
        const char *label = cells[i] == KIN_WORD_NONE ? "(none)" : kin_words_text(words, cells[i]);
        kin_text_addf(out, "%s%s=%s", i ? "," : "", kin_words_text(words, axes[i]), label);
    }
}

static const char *hint_word(struct kin_compile *c, const char *wrong, const uint32_t *words,
                             size_t n, char out[KIN_HINT])
{
    out[0] = '\0';
    KIN_AUTO(kin_auto_free) const char **names = kin_alloc(n, sizeof(char *));
    if (!names)
        return out; /* a hint less */
    for (size_t i = 0; i < n; i++)
        names[i] = kin_words_text(&c->words, words[i]);
    return kin_hint(&c->reporter, wrong, names, n, out);
}

const char *kin_hint_axis(struct kin_compile *c, const char *wrong,
                          const struct kin_relation *relation, char out[KIN_HINT])
{
    return hint_word(c, wrong, relation->axes, relation->n_axes, out);
}

/* A number is not near another one: then, and when none is near, the values are listed. */
const char *kin_hint_label(struct kin_compile *c, const char *wrong, const uint32_t *labels,
                           size_t n, char out[KIN_HINT])
{
    double number;
    out[0] = '\0';
    if (!kin_number_parse(wrong, false, &number))
        hint_word(c, wrong, labels, n, out);
    if (out[0] != '\0' || n == 0)
        return out;
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    kin_list_labels(&c->words, labels, n, &text);
    snprintf(out, KIN_HINT, "; it has %.*s", KIN_HINT - 12, kin_text_string(&text));
    return out;
}

static int compare_labels(const void *a, const void *b, void *words)
{
    const uint32_t *x = a, *y = b;
    return kin_words_compare(words, *x, *y);
}

int kin_column_labels(struct kin_compile *c, const struct kin_relation *relation, size_t column,
                      uint32_t **out, size_t *n, struct kin_error *err)
{
    KIN_TRY(kin_arena_take(&c->scratch, out, relation->n_rows, sizeof **out, err));
    KIN_AUTO(kin_auto_free) bool *seen = NULL;
    KIN_TRY(kin_alloc_into(&seen, c->words.n + 1, sizeof *seen, err));
    *n = 0;
    for (size_t row = 0; row < relation->n_rows; row++) {
        uint32_t label = relation->cells[row * relation->n_axes + column];
        if (!seen[label])
            (*out)[(*n)++] = label;
        seen[label] = true;
    }
    qsort_r(*out, *n, sizeof **out, compare_labels, &c->words);
    return 0;
}
