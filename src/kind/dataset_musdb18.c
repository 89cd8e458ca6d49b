/* MUSDB18-HQ: mixtures with their stems. */
#include "kindred/memory.h"
#include "song.h"

static const char *const stem_choices[] = {"voice", "all", NULL};

static const struct kin_param params[] = {
    {.name = "path", .type = KIN_PARAM_PATH, .doc = "the folder that holds train and test"},
    {.name = "stems",
     .type = KIN_PARAM_CHOICE,
     .choices = stem_choices,
     .fallback = "voice",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "isolated parts that are read: the voice, or drums, bass and other as well"},
    KIN_SONG_PARAMS("4"),
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "listing", .type = "listing", .mode = KIN_EACH, .doc = "the tracks found"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "songs", .type = "catalog", .doc = "the tracks: mixture, stems, split"},
    {0},
};

static int scan(struct kin_scan *scan, struct kin_error *err)
{
    const char *path = kin_arg_text(scan->args, "path");
    bool all_stems = kin_arg_is(scan->args, "stems", "all");
    KIN_AUTO(kin_songs_release) struct kin_songs songs = {0};
    if (kin_musdb18_list(path, all_stems, &songs, err) != 0)
        return kin_song_absent(scan->args, err);
    return kin_song_scan(scan, &songs, NULL, err);
}

const struct kin_kind kin_kind_dataset_musdb18 = {
    .name = "dataset.musdb18",
    .version = 1,
    .doc = "MUSDB18-HQ as it is published: a folder for every track, with mixture and stems",
    .source = "Kim et al. 2019, section 4.3; Rafii et al. 2019",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .scan = scan,
    .run = kin_song_run,
};
