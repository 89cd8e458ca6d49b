/*
 * Values of type «source» (what a scan found) and «song» (what a catalog holds). Fields:
 *   audio       digest[1]  of the file's bytes, or of a stored clip
 *   form        text       «file» or «clip»: which of the two
 *   stem_names  text[n]    isolated parts («voice»), with
 *   stems       digest[n]  in the same form; both absent when there are none
 *   tags        text[n]    ascending; absent when there are none
 *   label, group, split    texts; absent when nothing is said
 *   piece       i64        which of several pieces of a song (the kind `pieces`); absent: the first
 * of a song alone: rate_hz, frames, channels, seconds, peak (f64), truncated (i64, 0 or 1);
 * of a source of songs in parts that are to be summed: form «parts», no audio, and the name "" for
 * what is no stem of its own (dataset_stems.c);
 * of a source of generated songs instead of all that: form «score», index (i64), and the samples
 * it is to be played with (dataset_studio.c).
 */
#ifndef KIN_KIND_SONG_H
#define KIN_KIND_SONG_H

#include "kindred/audio.h"
#include "kindred/dataset.h"
#include "kindred/kind.h"
#include "kindred/task.h"

/* The parameters that every source of files has; min_seconds as text. */
#define KIN_SONG_PARAMS(default_min_seconds)                                                     \
    KIN_SONG_MIN_SECONDS(default_min_seconds),                                                   \
        {.name = "truncated",                                                                    \
         .type = KIN_PARAM_CHOICE,                                                               \
         .fallback = "reject",                                                                   \
         .choices = kin_song_truncated,                                                          \
         .doc = "what to do with a file that ends early"},                                       \
        KIN_SONG_HOW
#define KIN_SONG_MIN_SECONDS(default_min_seconds)                                                \
    {                                                                                            \
        .name = "min_seconds", .type = KIN_PARAM_NUMBER, .unit = "s",                            \
        .fallback = default_min_seconds, .min = 0, .max = 3600, .doc = "shorter songs fail"      \
    }
#define KIN_SONG_HOW                                                                             \
    {                                                                                            \
        .name = "how", .type = KIN_PARAM_TEXT, .fallback = "", .flags = KIN_PARAM_OUTSIDE,       \
        .doc = "how to get the data, shown when it is not there"                                 \
    }
extern const char *const kin_song_truncated[];

/* Hashes the files of songs and adds each to the listing; paths are below `root` unless they begin
 * with '/' or root is NULL. An unreadable file becomes a failed item. Without a path: form «parts».
 */
int kin_song_scan(struct kin_scan *scan, const struct kin_songs *songs, const char *root,
                  struct kin_error *err);

/* Sets the fields rate_hz to truncated. */
int kin_song_set_measure(struct kin_value *song, const struct kin_song_measure *measure,
                         struct kin_error *err);

/* run() of a source of files: measures every listed song. */
int kin_song_run(struct kin_call *call, struct kin_error *err);

/* Adds the parameter «how» to an error about data that is not there. Returns its status. */
int kin_song_absent(const struct kin_args *args, struct kin_error *err);

/* What a song says to a task. The texts are borrowed from the value, the array of tags is released
 * by kin_song_says_release. */
int kin_song_says(const struct kin_value *song, const char *id, struct kin_task_song *out,
                  struct kin_error *err);
void kin_song_says_release(struct kin_task_song *says); /* accepts zeroed memory */

/* The audio of a song, or of its stem of that name (NULL or "": the mix), at rate_hz (0: its own).
 * The caller releases it. KIN_EDATA: no such stem. */
int kin_song_audio(const struct kin_value *song, const char *stem, unsigned rate_hz,
                   const struct kin_services *services, struct kin_audio *out,
                   struct kin_error *err);

#endif
