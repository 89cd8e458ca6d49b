/* Songs in a folder. */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "dataset/songs.h"
#include "kindred/memory.h"

struct walk {
    const char *folder;
    const struct kin_folder_params *params;
    struct kin_songs *songs;
};

static bool is_audio_name(const char *name)
{
    static const char *const extensions[] = {"wav", "flac", "ogg", "oga", "mp3"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < KIN_COUNT(extensions); i++)
        if (strcasecmp(dot + 1, extensions[i]) == 0)
            return true;
    return false;
}

static int folder_failed(const char *path, int sys_errno, struct kin_error *err)
{
    int status = sys_errno == ENOENT || sys_errno == ENOTDIR ? KIN_ENOTFOUND
                 : sys_errno == EACCES || sys_errno == EPERM ? KIN_EACCESS
                                                             : KIN_EIO;
    return kin_fail_errno(err, status, sys_errno, "cannot read the folder '%s'", path);
}

static int add_folder_tags(struct kin_song *song, const char *name, struct kin_error *err)
{
    for (const char *slash; (slash = strchr(name, '/')); name = slash + 1) {
        KIN_AUTO(kin_auto_free) char *folder = NULL;
        KIN_AUTO(kin_text_release) struct kin_text tag = {0};
        KIN_TRY(kin_song_set(&folder, name, (size_t)(slash - name), err));
        kin_text_add_printable(&tag, folder);
        KIN_TRY(kin_text_check(&tag, err));
        KIN_TRY(kin_song_tag(song, tag.data, tag.length, err));
    }
    return 0;
}

/* One entry of the walk; folders have nothing to add. */
static int visit(const struct walk *walk, FTS *tree, FTSENT *entry, struct kin_error *err)
{
    bool top = entry->fts_level == FTS_ROOTLEVEL;
    bool hidden = !top && entry->fts_name[0] == '.';
    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
        (top && entry->fts_info == FTS_NS))
        return folder_failed(entry->fts_path, entry->fts_errno, err);
    if (top && entry->fts_info != FTS_D && entry->fts_info != FTS_DP)
        return folder_failed(entry->fts_path, ENOTDIR, err);
    if (entry->fts_info == FTS_D && (hidden || (!top && !walk->params->recursive)))
        fts_set(tree, entry, FTS_SKIP);
    if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP || entry->fts_info == FTS_DC ||
        hidden || !is_audio_name(entry->fts_name))
        return 0;
    struct kin_song *song;
    KIN_TRY(kin_songs_add(walk->songs, &song, err));
    song->is_file = entry->fts_info == FTS_F && S_ISREG(entry->fts_statp->st_mode);
    return kin_song_set(&song->path, entry->fts_path, entry->fts_pathlen, err);
}

static int walk_folder(const struct walk *walk, struct kin_error *err)
{
    char *const roots[] = {(char *)(uintptr_t)walk->folder, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return folder_failed(walk->folder, errno, err);
    int status = 0;
    errno = 0;
    for (FTSENT *entry; status == 0 && (entry = fts_read(tree)); errno = 0)
        status = visit(walk, tree, entry, err);
    if (status == 0 && errno != 0)
        status = folder_failed(walk->folder, errno, err);
    fts_close(tree);
    return status;
}

/* The part of the id's last name before the separator, with the folders before it. */
static int set_group(struct kin_song *song, const char *separator, struct kin_error *err)
{
    if (!separator[0])
        return 0;
    const char *slash = strrchr(song->id, '/');
    const char *name = slash ? slash + 1 : song->id;
    const char *found = strstr(name, separator);
    if (!found || found == name)
        return 0;
    return kin_song_set(&song->group, song->id, (size_t)(found - song->id), err);
}

static int describe(const struct walk *walk, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    KIN_TRY(kin_alloc_into(&names, walk->songs->n, sizeof *names, err));
    for (size_t i = 0; i < walk->songs->n; i++) {
        names[i] = walk->songs->list[i].path + strlen(walk->folder);
        names[i] += strspn(names[i], "/");
    }
    KIN_TRY(kin_songs_name(walk->songs, names, err));
    for (size_t i = 0; i < walk->songs->n; i++) {
        struct kin_song *song = &walk->songs->list[i];
        KIN_TRY(set_group(song, walk->params->group, err));
        if (walk->params->tags_from_folders)
            KIN_TRY(add_folder_tags(song, names[i], err));
    }
    return 0;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct kin_song *)a)->id, ((const struct kin_song *)b)->id);
}

int kin_folder_list(const char *folder, const struct kin_folder_params *params,
                    struct kin_songs *out, struct kin_error *err)
{
    KIN_AUTO(kin_songs_release) struct kin_songs songs = {0};
    struct walk walk = {.folder = folder, .params = params, .songs = &songs};
    KIN_TRY(walk_folder(&walk, err));
    if (songs.n == 0)
        return kin_fail(err, KIN_ENOTFOUND,
                        "no audio in the folder '%s', wanted files named .wav, .flac, .ogg or .mp3",
                        folder);
    KIN_TRY(describe(&walk, err));
    qsort(songs.list, songs.n, sizeof *songs.list, by_id);
    *out = songs;
    songs = (struct kin_songs){0};
    return 0;
}
