/* Songs named by a table. */
#include <string.h>

#include "kindred/memory.h"
#include "song.h"

static const struct kin_param params[] = {
    {.name = "file",
     .type = KIN_PARAM_PATH,
     .doc = "a CSV with the column path, and perhaps id, song, split, tags, label, stems.NAME"},
    {.name = "root",
     .type = KIN_PARAM_PATH,
     .fallback = "",
     .doc = "the folder that its paths start from; default: where the file is"},
    KIN_SONG_PARAMS,
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
    if (kin_manifest_parse(text, length, &songs, err) != 0)
        return kin_error_within(err, "'%s'", file);
    return kin_song_scan(scan, &songs, root.data, err);
}

const struct kin_kind kin_kind_dataset_manifest = {
    .name = "dataset.manifest",
    .version = 1,
    .doc = "the songs that a table names, with splits, labels, tags and stems",
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .scan = scan,
    .run = kin_song_run,
};
