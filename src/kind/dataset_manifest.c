/* Songs named by a table. */
#include <string.h>

#include "kindred/memory.h"
#include "song.h"

static const char *const formats[] = {"csv", "jamendo", NULL};

static const struct kin_param params[] = {
    {.name = "file",
     .type = KIN_PARAM_PATH,
     .doc = "a CSV with the column path, and perhaps id, song, split, tags, label, stems.NAME"},
    {.name = "root",
     .type = KIN_PARAM_PATH,
     .fallback = "",
     .doc = "the folder that its paths start from; default: where the file is"},
    {.name = "format",
     .type = KIN_PARAM_CHOICE,
     .choices = formats,
     .fallback = "csv",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "csv as above, or jamendo: a table of MTG-Jamendo as it is published"},
    {.name = "extension",
     .type = KIN_PARAM_TEXT,
     .fallback = "",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "takes the place of every path's own («.low.mp3»)"},
    {.name = "labels",
     .type = KIN_PARAM_LIST,
     .fallback = "",
     .flags = KIN_PARAM_OUTSIDE,
     .doc = "the labels that there are, another is an error; default: any"},
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

/* The folder of the table, when no other is given. */
static int find_root(const struct kin_args *args, const char *file, struct kin_text *out,
                     struct kin_error *err)
{
    const char *root = kin_arg_text(args, "root");
    const char *slash = strrchr(file, '/');
    if (root[0])
        kin_text_add(out, root);
    else if (slash)
        kin_text_add_bytes(out, file, (size_t)(slash - file) + (slash == file));
    else
        kin_text_add(out, ".");
    return kin_text_check(out, err);
}

static int read_songs(const struct kin_args *args, const char *text, size_t length,
                      struct kin_songs *songs, struct kin_error *err)
{
    const char *extension = kin_arg_text(args, "extension");
    const char *const *labels;
    size_t n_labels = kin_arg_list(args, "labels", &labels);
    KIN_TRY(kin_arg_is(args, "format", "jamendo") ? kin_jamendo_parse(text, length, songs, err)
                                                  : kin_manifest_parse(text, length, songs, err));
    if (extension[0])
        KIN_TRY(kin_songs_set_extension(songs, extension, err));
    return n_labels ? kin_labels_check(songs, labels, n_labels, err) : 0;
}

static int scan(struct kin_scan *scan, struct kin_error *err)
{
    const char *file = kin_arg_text(scan->args, "file");
    KIN_AUTO(kin_text_release) struct kin_text root = {0};
    KIN_AUTO(kin_auto_free) char *text = NULL;
    KIN_AUTO(kin_songs_release) struct kin_songs songs = {0};
    size_t length;
    KIN_TRY(find_root(scan->args, file, &root, err));
    if (kin_read_file(file, &text, &length, err) != 0)
        return kin_song_absent(scan->args, err);
    if (read_songs(scan->args, text, length, &songs, err) != 0)
        return kin_error_within(err, "'%s'", file);
    return kin_song_scan(scan, &songs, root.data, err);
}

const struct kin_kind kin_kind_dataset_manifest = {
    .name = "dataset.manifest",
    .version = 2,
    .doc = "the songs that a table names, with splits, labels, tags and stems",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .scan = scan,
    .run = kin_song_run,
};
