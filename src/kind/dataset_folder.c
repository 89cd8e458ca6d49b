/* Any folder of audio files. */
#include "kindred/memory.h"
#include "song.h"

static const struct kin_param params[] = {
    {.name = "path", .type = KIN_PARAM_PATH, .doc = "the folder"},
    {.name = "recursive",
     .type = KIN_PARAM_FLAG,
     .fallback = "true",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "look into folders inside it, too"},
    {.name = "tags_from_folders",
     .type = KIN_PARAM_FLAG,
     .fallback = "false",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "the names of inner folders become tags of their songs"},
    {.name = "group",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "what comes before this text in a file's name says which recording it is cut from"},
    KIN_SONG_PARAMS("4"),
    {0},
};

static const struct kin_port inputs[] = {
    {.name = "listing", .type = "listing", .mode = KIN_EACH, .doc = "the files found"},
    {0},
};

static const struct kin_output outputs[] = {
    {.name = "songs", .type = "catalog", .doc = "the songs"},
    {0},
};

static int scan(struct kin_scan *scan, struct kin_error *err)
{
    struct kin_folder_params how = {
        .recursive = kin_arg_flag(scan->args, "recursive"),
        .tags_from_folders = kin_arg_flag(scan->args, "tags_from_folders"),
        .group = kin_arg_text(scan->args, "group"),
    };
    KIN_AUTO(kin_songs_release) struct kin_songs songs = {0};
    if (kin_folder_list(kin_arg_text(scan->args, "path"), &how, &songs, err) != 0)
        return kin_song_absent(scan->args, err);
    return kin_song_scan(scan, &songs, NULL, err);
}

const struct kin_kind kin_kind_dataset_folder = {
    .name = "dataset.folder",
    .version = 2, /* 2: silence is below -70 dBFS */
    .doc = "the audio files of a folder: wav, flac, ogg, mp3",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .scan = scan,
    .run = kin_song_run,
};
