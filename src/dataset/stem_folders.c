/* Folders that hold a song each, in files of given names; MUSDB18-HQ is one such dataset. */
#include <stdlib.h>
#include <string.h>

#include "dataset/songs.h"
#include "kindred/memory.h"

/* A file with one of the names, and the folder it lies in. */
struct found {
    const char *path;
    size_t folder; /* bytes of the path up to the slash before the file's name */
};

static int by_folder(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    size_t n = x->folder < y->folder ? x->folder : y->folder;
    int order = memcmp(x->path, y->path, n);
    if (order == 0 && x->folder != y->folder)
        order = x->folder < y->folder ? -1 : 1;
    return order ? order : strcmp(x->path, y->path);
}

static bool is_wanted(const struct kin_stem_params *params, const char *file)
{
    if (params->mix && strcmp(file, params->mix) == 0)
        return true;
    for (size_t i = 0; i < params->n; i++)
        if (strcmp(file, params->files[i].file) == 0)
            return true;
    return false;
}

static size_t collect(const struct kin_songs *files, const struct kin_stem_params *params,
                      struct found *out)
{
    size_t n = 0;
    for (size_t i = 0; i < files->n; i++) {
        const char *path = files->list[i].path;
        const char *slash = strrchr(path, '/');
        if (slash && is_wanted(params, slash + 1))
            out[n++] = (struct found){path, (size_t)(slash - path)};
    }
    if (n > 0)
        qsort(out, n, sizeof *out, by_folder);
    return n;
}

/* ---- a song of one folder's files ---- */

static int set_id(struct kin_song *song, const char *top, const struct found *found,
                  struct kin_error *err)
{
    size_t skip = strlen(top);
    while (skip < found->folder && found->path[skip] == '/')
        skip++;
    KIN_AUTO(kin_auto_free) char *name = NULL;
    KIN_AUTO(kin_text_release) struct kin_text id = {0};
    skip = skip < found->folder ? skip : found->folder;
    KIN_TRY(kin_song_set(&name, found->path + skip, found->folder - skip, err));
    kin_text_add_printable(&id, name[0] ? name : ".");
    KIN_TRY(kin_text_check(&id, err));
    return kin_song_set(&song->id, id.data, id.length, err);
}

static int set_path(const struct found *found, const char *file, char **slot, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_add_bytes(&path, found->path, found->folder + 1);
    kin_text_add(&path, file);
    KIN_TRY(kin_text_check(&path, err));
    return kin_song_set(slot, path.data, path.length, err);
}

static bool is_there(const struct found *found, size_t n, const char *file)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(found[i].path + found[i].folder + 1, file) == 0)
            return true;
    return false;
}

static int set_files(struct kin_song *song, const struct kin_stem_params *params,
                     const struct found *found, size_t n, struct kin_error *err)
{
    song->is_file = true;
    if (params->mix)
        KIN_TRY(set_path(found, params->mix, &song->path, err));
    KIN_TRY(kin_alloc_into(&song->stem_names, params->n, sizeof *song->stem_names, err));
    KIN_TRY(kin_alloc_into(&song->stem_paths, params->n, sizeof *song->stem_paths, err));
    for (size_t i = 0; i < params->n; i++) {
        const struct kin_stem_file *file = &params->files[i];
        if (file->optional && !is_there(found, n, file->file))
            continue;
        size_t at = song->n_stems++;
        KIN_TRY(kin_song_set(&song->stem_names[at], file->stem, strlen(file->stem), err));
        KIN_TRY(set_path(found, file->file, &song->stem_paths[at], err));
    }
    return 0;
}

static int add_folders(const char *top, const struct kin_stem_params *params,
                       const struct found *found, size_t n, struct kin_songs *songs,
                       struct kin_error *err)
{
    for (size_t first = 0, end; first < n; first = end) {
        struct kin_song *song;
        for (end = first + 1; end < n && found[end].folder == found[first].folder &&
                              memcmp(found[end].path, found[first].path, found[end].folder) == 0;)
            end++;
        KIN_TRY(kin_songs_add(songs, &song, err));
        KIN_TRY(set_id(song, top, &found[first], err));
        KIN_TRY(set_files(song, params, &found[first], end - first, err));
    }
    return 0;
}

static int nothing_found(const char *top, const struct kin_stem_params *params,
                         struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text all = {0};
    if (params->mix)
        kin_text_add(&all, params->mix);
    for (size_t i = 0; i < params->n; i++)
        kin_text_addf(&all, "%s%s", all.length ? ", " : "", params->files[i].file);
    KIN_TRY(kin_text_check(&all, err));
    return kin_fail(err, KIN_ENOTFOUND, "no song in the folder '%s', wanted folders with %s", top,
                    kin_text_string(&all));
}

int kin_stem_folders_list(const char *folder, const struct kin_stem_params *params,
                          struct kin_songs *out, struct kin_error *err)
{
    struct kin_folder_params all = {.recursive = true, .group = ""};
    KIN_AUTO(kin_songs_release) struct kin_songs files = {0}, songs = {0};
    KIN_AUTO(kin_auto_free) struct found *found = NULL;
    KIN_TRY(kin_folder_list(folder, &all, &files, err));
    KIN_TRY(kin_alloc_into(&found, files.n, sizeof *found, err));
    size_t n = collect(&files, params, found);
    if (n == 0)
        return nothing_found(folder, params, err);
    KIN_TRY(add_folders(folder, params, found, n, &songs, err));
    *out = songs;
    songs = (struct kin_songs){0};
    return 0;
}

/* ---- MUSDB18-HQ ---- */

/* «train/Artist - Title». */
static int set_split(struct kin_song *song, struct kin_error *err)
{
    const char *slash = strchr(song->id, '/');
    size_t length = slash ? (size_t)(slash - song->id) : 0;
    bool train = length == 5 && memcmp(song->id, "train", 5) == 0;
    bool test = length == 4 && memcmp(song->id, "test", 4) == 0;
    if ((!train && !test) || strchr(slash + 1, '/'))
        return kin_fail(err, KIN_EDATA,
                        "the track '%s' lies neither in train nor in test, wanted the folders of "
                        "MUSDB18-HQ: train/TRACK/mixture.wav, test/TRACK/mixture.wav",
                        song->id);
    KIN_TRY(kin_song_set(&song->split, song->id, length, err));
    return kin_song_set(&song->group, slash + 1, strlen(slash + 1), err);
}

static int by_track(const void *a, const void *b)
{
    const struct kin_song *x = *(const struct kin_song *const *)a;
    const struct kin_song *y = *(const struct kin_song *const *)b;
    int order = strcmp(x->group, y->group);
    return order ? order : strcmp(x->id, y->id);
}

static int check_tracks(const struct kin_songs *songs, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const struct kin_song **sorted = NULL;
    KIN_TRY(kin_alloc_into(&sorted, songs->n, sizeof *sorted, err));
    for (size_t i = 0; i < songs->n; i++)
        sorted[i] = &songs->list[i];
    qsort(sorted, songs->n, sizeof *sorted, by_track);
    for (size_t i = 1; i < songs->n; i++)
        if (strcmp(sorted[i - 1]->group, sorted[i]->group) == 0)
            return kin_fail(err, KIN_EDATA, "the track '%s' is in train and in test",
                            sorted[i]->group);
    return 0;
}

int kin_musdb18_list(const char *folder, bool all_stems, struct kin_songs *out,
                     struct kin_error *err)
{
    static const struct kin_stem_file files[] = {{"voice", "vocals.wav", false},
                                                 {"drums", "drums.wav", false},
                                                 {"bass", "bass.wav", false},
                                                 {"other", "other.wav", false}};
    struct kin_stem_params params = {"mixture.wav", files, all_stems ? KIN_COUNT(files) : 1};
    KIN_AUTO(kin_songs_release) struct kin_songs songs = {0};
    KIN_TRY(kin_stem_folders_list(folder, &params, &songs, err));
    for (size_t i = 0; i < songs.n; i++)
        KIN_TRY(set_split(&songs.list[i], err));
    KIN_TRY(check_tracks(&songs, err));
    *out = songs;
    songs = (struct kin_songs){0};
    return 0;
}
