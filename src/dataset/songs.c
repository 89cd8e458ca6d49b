#include "dataset/songs.h"

#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"

static void song_release(struct kin_song *song)
{
    kin_free(song->id);
    kin_free(song->path);
    kin_free(song->group);
    kin_free(song->label);
    kin_free(song->split);
    for (size_t i = 0; i < song->n_tags; i++)
        kin_free(song->tags[i]);
    kin_free(song->tags);
    for (size_t i = 0; i < song->n_stems; i++) {
        kin_free(song->stem_names[i]);
        kin_free(song->stem_paths[i]);
    }
    kin_free(song->stem_names);
    kin_free(song->stem_paths);
}

void kin_songs_release(struct kin_songs *songs)
{
    if (!songs)
        return;
    for (size_t i = 0; i < songs->n; i++)
        song_release(&songs->list[i]);
    kin_free(songs->list);
    *songs = (struct kin_songs){0};
}

int kin_songs_add(struct kin_songs *songs, struct kin_song **out, struct kin_error *err)
{
    KIN_TRY(kin_grow(&songs->list, &songs->capacity, songs->n + 1, sizeof *songs->list, err));
    *out = &songs->list[songs->n++];
    return 0;
}

int kin_song_set(char **slot, const char *text, size_t length, struct kin_error *err)
{
    char *copy;
    KIN_TRY(kin_alloc_into(&copy, length + 1, 1, err));
    memcpy(copy, text, length);
    kin_free(*slot);
    *slot = copy;
    return 0;
}

int kin_song_tag(struct kin_song *song, const char *tag, size_t length, struct kin_error *err)
{
    char *copy = NULL;
    KIN_TRY(kin_song_set(&copy, tag, length, err));
    size_t at = 0;
    while (at < song->n_tags && strcmp(song->tags[at], copy) < 0)
        at++;
    char **tags = NULL;
    bool known = at < song->n_tags && strcmp(song->tags[at], copy) == 0;
    int status = known ? 0 : kin_alloc_into(&tags, song->n_tags + 1, sizeof *tags, err);
    if (known || status != 0) {
        kin_free(copy);
        return status;
    }
    for (size_t i = 0; i < song->n_tags; i++)
        tags[i + (i >= at)] = song->tags[i];
    tags[at] = copy;
    kin_free(song->tags);
    song->tags = tags;
    song->n_tags++;
    return 0;
}

/* ---- ids ---- */

size_t kin_path_stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? (size_t)(dot - path) : strlen(path);
}

/* Bytes of the UTF-8 character at `at`, or 0: overlong forms and surrogates are none. */
static size_t character(const unsigned char *at)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high, length;
    } forms[] = {
        {0x20, 0x7e, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < KIN_COUNT(forms); i++) {
        if (at[0] < forms[i].first_low || at[0] > forms[i].first_high)
            continue;
        size_t n = forms[i].length;
        if (n > 1 && (at[1] < forms[i].second_low || at[1] > forms[i].second_high))
            return 0;
        for (size_t k = 2; k < n; k++)
            if ((at[k] & 0xc0) != 0x80)
                return 0;
        return n;
    }
    return 0;
}

void kin_text_add_printable(struct kin_text *out, const char *bytes)
{
    const unsigned char *at = (const unsigned char *)bytes;
    while (*at) {
        size_t n = *at == '%' ? 0 : character(at);
        if (n == 0)
            kin_text_addf(out, "%%%02X", *at);
        else
            kin_text_add_bytes(out, at, n);
        at += n ? n : 1;
    }
}

struct named {
    const char *name;
    size_t stem;
    size_t song;
};

static int by_stem(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    size_t n = x->stem < y->stem ? x->stem : y->stem;
    int order = memcmp(x->name, y->name, n);
    return order ? order : (x->stem > y->stem) - (x->stem < y->stem);
}

static int name_song(struct kin_song *song, const char *name, size_t length, struct kin_error *err)
{
    if (song->id)
        return 0;
    KIN_AUTO(kin_auto_free) char *part = NULL;
    KIN_TRY(kin_song_set(&part, name, length, err));
    KIN_AUTO(kin_text_release) struct kin_text id = {0};
    kin_text_add_printable(&id, part);
    KIN_TRY(kin_text_check(&id, err));
    return kin_song_set(&song->id, kin_text_string(&id), id.length, err);
}

int kin_songs_name(struct kin_songs *songs, const char *const *names, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct named *sorted = NULL;
    KIN_TRY(kin_alloc_into(&sorted, songs->n, sizeof *sorted, err));
    for (size_t i = 0; i < songs->n; i++)
        sorted[i] = (struct named){names[i], kin_path_stem(names[i]), i};
    if (songs->n > 0)
        qsort(sorted, songs->n, sizeof *sorted, by_stem);
    for (size_t i = 0; i < songs->n; i++) {
        bool twin = (i > 0 && by_stem(&sorted[i - 1], &sorted[i]) == 0) ||
                    (i + 1 < songs->n && by_stem(&sorted[i + 1], &sorted[i]) == 0);
        const char *name = sorted[i].name;
        KIN_TRY(name_song(&songs->list[sorted[i].song], name, twin ? strlen(name) : sorted[i].stem,
                          err));
    }
    return 0;
}
