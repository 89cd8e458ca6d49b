/* IRMAS: excerpts of 3 s, a folder for every predominant instrument. */
#include "kindred/memory.h"
#include "song.h"

static const struct kin_param params[] = {
    {.name = "path", .type = KIN_PARAM_PATH, .doc = "the folder IRMAS-TrainingData"},
    KIN_SONG_PARAMS("2"),
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "listing", .type = "listing", .mode = KIN_EACH, .doc = "the files found"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "songs", .type = "catalog", .doc = "the excerpts: label, tags, song as group"},
    {0},
};

static int scan(struct kin_scan *scan, struct kin_error *err)
{
    KIN_AUTO(kin_songs_release) struct kin_songs songs = {0};
    if (kin_irmas_list(kin_arg_text(scan->args, "path"), &songs, err) != 0)
        return kin_song_absent(scan->args, err);
    return kin_song_scan(scan, &songs, NULL, err);
}

const struct kin_kind kin_kind_dataset_irmas = {
    .name = "dataset.irmas",
    .version = 1,
    .doc = "IRMAS as it is published: the folder is the instrument, the name says the song",
    .source = "Kim et al. 2019, section 4.3; Bosch et al. 2012",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .scan = scan,
    .run = kin_song_run,
};
