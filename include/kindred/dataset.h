/*
 * Datasets: which songs a folder or a table names, what their audio is like, how they are divided
 * into parts, and where an excerpt is cut.
 *
 * kin_folder_list, kin_manifest_parse and their like find songs; kin_song_measure looks at the
 * bytes of one, kin_stem_measure at those of its parts; kin_tags_top and kin_split choose among
 * songs; kin_crop_start cuts. Generated songs: studio.h.
 */
#ifndef KINDRED_DATASET_H
#define KINDRED_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/audio.h"
#include "kindred/csv.h"
#include "kindred/digest.h"
#include "kindred/random.h"
#include "kindred/status.h"

/* ---- what a source found ---- */

/* One song before anything of it is read. Texts are owned; NULL where nothing is said. */
struct kin_song {
    char *id;    /* UTF-8, unique in its list */
    char *path;  /* of the audio; NULL when the mix is the sum of the stems */
    char *group; /* songs of one group come from one recording: no split cuts it in two */
    char *label; /* the class: one of several that exclude each other */
    char *split; /* train, validation or test */
    char **tags; /* ascending, no two alike */
    size_t n_tags;
    char **stem_names, **stem_paths; /* isolated parts of the mix: «voice» */
    size_t n_stems;
    bool is_file; /* false: a folder, a pipe, a link that leads nowhere */
};

struct kin_songs {
    struct kin_song *list;
    size_t n, capacity;
};

void kin_songs_release(struct kin_songs *songs); /* accepts NULL and zeroed memory */

struct kin_folder_params {
    bool recursive;
    bool tags_from_folders; /* the names of the folders on the way to a file become its tags */
    const char *group;      /* what comes before this text in a file's name is its group; "": none,
                               every song is its own */
};

/*
 * The audio files of a folder (wav, flac, ogg, oga, mp3 in any case; names with a dot in front are
 * passed over), in ascending id. The id is the path below the folder without the extension, which
 * stays where two files differ in nothing else; bytes that are no UTF-8, control characters and
 * '%' are written %XX.
 * Errors: KIN_ENOTFOUND (no such folder, or no audio file in it), KIN_EACCESS, KIN_EIO, KIN_ENOMEM;
 * the folder's path is in the text.
 */
int kin_folder_list(const char *folder, const struct kin_folder_params *params,
                    struct kin_songs *out, struct kin_error *err);

/*
 * The songs of a table with the columns
 *   path    of the audio, required          song   the recording it comes from: the group
 *   id      default: the path without its extension, as in kin_folder_list
 *   split   train, validation, test         tags   separated by ';'
 *   label   the class                       stems.NAME  path of an isolated part
 * Other columns are passed over. Paths are as written; is_file is true.
 * Errors: KIN_EDATA names line, column and value; KIN_ENOMEM.
 */
int kin_manifest_parse(const char *text, size_t length, struct kin_songs *out,
                       struct kin_error *err);

/*
 * The songs of a table as MTG-Jamendo publishes it (Bogdanov et al. 2019; autotagging_top50tags.tsv
 * and its like): cells with tabs between them, TRACK_ID (the id), ARTIST_ID (the group, so that no
 * split has songs of one artist on both sides), ALBUM_ID, PATH, DURATION, and any number of tags.
 * Errors: KIN_EDATA names line, column and value; KIN_ENOMEM.
 */
int kin_jamendo_parse(const char *text, size_t length, struct kin_songs *out,
                      struct kin_error *err);

/* Replaces what follows the name in every path: «14/214.mp3» and «.low.mp3» give
 * «14/214.low.mp3». */
int kin_songs_set_extension(struct kin_songs *songs, const char *extension, struct kin_error *err);

/* KIN_EDATA: a song's label is none of n labels. Songs without a label pass. */
int kin_labels_check(const struct kin_songs *songs, const char *const *labels, size_t n,
                     struct kin_error *err);

/* cel, cla, … voi; NULL ends. */
extern const char *const kin_irmas_classes[];

/*
 * IRMAS-TrainingData (Bosch et al. 2012): CLASS/NAME__N.wav, a folder for each of
 * kin_irmas_classes. The folder is the label; NAME, of which N is an excerpt, the group; the other
 * words in brackets of the name (drums or none, genre) are tags. A name that says another class is
 * a warning.
 * Errors: as kin_folder_list; KIN_EDATA: a file in no class folder or too deep, a folder that is no
 * class, a name without number.
 */
int kin_irmas_list(const char *folder, struct kin_songs *out, struct kin_error *err);

/* ---- songs in several files ---- */

struct kin_stem_file {
    const char *stem; /* its name among the stems; "": none, but it belongs to the mix */
    const char *file; /* the file's name in each folder */
    bool optional;    /* a folder may lack it */
};

struct kin_stem_params {
    const char *mix; /* the file of the mix; NULL: the sum of all the others */
    const struct kin_stem_file *files;
    size_t n;
};

/*
 * A song for the folder and every one below it that has at least one of the files, in ascending
 * id: the path below it. Files that are not there are listed all the same, so that the scan names
 * them, but for optional ones.
 * Errors: as kin_folder_list, KIN_ENOTFOUND also when no folder has any of the files.
 */
int kin_stem_folders_list(const char *folder, const struct kin_stem_params *params,
                          struct kin_songs *out, struct kin_error *err);

/*
 * MUSDB18-HQ (Rafii et al. 2019): train/TRACK/mixture.wav and test/TRACK/mixture.wav, beside each
 * vocals.wav (stem «voice») and, all_stems, drums.wav, bass.wav and other.wav. The folder is the
 * split, TRACK the group.
 * Errors: as kin_stem_folders_list; KIN_EDATA: a track in neither folder, or in both.
 */
int kin_musdb18_list(const char *folder, bool all_stems, struct kin_songs *out,
                     struct kin_error *err);

/* «train», «validation» or «test» for the words people use (training, valid, val, dev, testing, in
 * any case), or NULL. */
const char *kin_split_name(const char *word);

/* ---- audio of a song ---- */

/* Songs with more frames are refused: 36 minutes at 44,100 Hz. Bounds the memory of a decoder. */
#define KIN_SONG_MAX_FRAMES 96000000

struct kin_song_limits {
    double min_seconds;
    bool allow_truncated; /* use what is there of a file that ends early */
};

struct kin_song_measure {
    unsigned rate_hz, channels;
    uint64_t frames;
    double seconds;
    double peak; /* largest absolute value of the mean of the channels */
    bool truncated;
};

/*
 * Decodes a song's bytes and measures it.
 * Errors: KIN_EDATA says why it cannot be used: empty, no audio, damaged, ends early, too short,
 * silent (nothing above -70 dBFS), too long; KIN_ENOMEM.
 */
int kin_song_measure(const void *bytes, size_t length, const struct kin_song_limits *limits,
                     struct kin_song_measure *out, struct kin_error *err);

/* The part of it that looks at decoded audio: too short, silent. *peak as above. */
int kin_song_check(const struct kin_audio *audio, double min_seconds, double *peak,
                   struct kin_error *err);

/* Whether a stem has the rate and the number of frames of its mix.
 * Errors: KIN_EDATA names both of each, or says that the bytes are no audio; KIN_ENOMEM. */
int kin_stem_measure(const void *bytes, size_t length, const struct kin_song_measure *mix,
                     struct kin_error *err);

/*
 * The sum of n parts of one rate and length. Where it or a part goes beyond full scale, all are
 * brought to it by one factor, so that they still add up and survive storage in 8 bits.
 * parts   changed in place when the factor is not 1
 * out     the caller releases it
 * factor  what everything was multiplied by; may be NULL
 * Errors: KIN_EINVAL (no part, unequal parts), KIN_ENOMEM.
 */
int kin_stems_mix(struct kin_audio *parts, size_t n, struct kin_audio *out, double *factor,
                  struct kin_error *err);

/* ---- tags ---- */

/*
 * The `top` tags that the most songs have, ties by name; all if there are fewer.
 * tags    n texts: the tags of every song, one after the other, in any order
 * out     ascending texts that point into tags; the caller frees the array with kin_free
 * Source: Kim et al. 2019, section 4.3: the 50 most frequent tags of the training songs.
 * Errors: KIN_ENOMEM.
 */
int kin_tags_top(const char *const *tags, size_t n, size_t top, const char ***out, size_t *n_out,
                 struct kin_error *err);

/* ---- parts of a dataset ---- */

enum kin_split_part { KIN_SPLIT_TRAIN, KIN_SPLIT_VALIDATION, KIN_SPLIT_TEST, KIN_SPLIT_ALL };

struct kin_split_item {
    const char *id;
    const char *group; /* NULL: its own */
    const char *label; /* NULL: none */
    const char *split; /* as in struct kin_song, or NULL */
    const struct kin_digest *audio; /* or NULL */
};

struct kin_split_params {
    enum kin_split_part part;
    bool use_column;  /* the items' own split decides; without any validation among them, part of
                         train becomes validation, by the shares below */
    bool by_label;    /* every label has the same share in every part, as far as groups allow */
    double shares[3]; /* of train, validation, test; relative to their sum */
    double ratio;     /* of the part, drawn at random: floor(ratio * n) songs */
    uint64_t take;    /* at most so many, drawn at random; 0: all */
    uint64_t seed, trial; /* the trial enters the drawing of the ratio alone */
};

/*
 * Chooses items: chosen[i] for item i. Groups are ranked by a hash of seed and group, so that
 * neither order nor number of items matters, and one more song displaces at most one at each
 * border (by_label: at most one of each label). Parts never cut a group; ratio and take draw songs.
 * Source: Kim et al. 2019, section 4.3: 71,512 of 102,161 songs drawn without replacement, IRMAS
 * split at the level of songs.
 * Errors: KIN_EINVAL (shares), KIN_EDATA (use_column and an item without split, or what
 * kin_split_check finds), KIN_ENOMEM.
 */
int kin_split(const struct kin_split_item *items, size_t n, const struct kin_split_params *params,
              bool *chosen, struct kin_error *err);

/* KIN_EDATA: the items' own splits have a group, or one audio, in common. */
int kin_split_check(const struct kin_split_item *items, size_t n, struct kin_error *err);

/* ---- excerpts ---- */

enum kin_crop { KIN_CROP_RANDOM, KIN_CROP_START, KIN_CROP_CENTRE };

/* The first of `length` samples cut from n (n >= length). Random: uniform over all places, as the
 * original experiment crops. */
size_t kin_crop_start(enum kin_crop crop, size_t n, size_t length, struct kin_random *random);

#endif
