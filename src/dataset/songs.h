/* What the sources share: growing a list of songs, ids from paths. Private to dataset. */
#ifndef KIN_DATASET_SONGS_H
#define KIN_DATASET_SONGS_H

#include "kindred/dataset.h"
#include "kindred/text.h"

/* A new zeroed song at the end of the list. */
int kin_songs_add(struct kin_songs *songs, struct kin_song **out, struct kin_error *err);

/* Sets *slot to a copy of length bytes. */
int kin_song_set(char **slot, const char *text, size_t length, struct kin_error *err);

/* Adds a tag, ascending, once. */
int kin_song_tag(struct kin_song *song, const char *tag, size_t length, struct kin_error *err);

/* Where the extension of a path begins (its dot), or its end. */
size_t kin_path_stem(const char *path);

/* Gives every song without an id one from names[i]: without its extension where that is unique. */
int kin_songs_name(struct kin_songs *songs, const char *const *names, struct kin_error *err);

/* KIN_EDATA: the song's label is none of n labels; names the nearest. */
int kin_label_unknown(const struct kin_song *song, const char *const *labels, size_t n,
                      struct kin_error *err);

/* Bytes as UTF-8 text: what is none, control characters and '%' become %XX. */
void kin_text_add_printable(struct kin_text *out, const char *bytes);

#endif
