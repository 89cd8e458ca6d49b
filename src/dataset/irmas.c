/* IRMAS, the training data: a folder for every instrument. */
#include <string.h>

#include "dataset/songs.h"
#include "kindred/log.h"
#include "kindred/memory.h"

const char *const kin_irmas_classes[] = {"cel", "cla", "flu", "gac", "gel", "org",
                                         "pia", "sax", "tru", "vio", "voi", NULL};

static bool is_class(const char *name)
{
    size_t i = 0;
    while (kin_irmas_classes[i] && strcmp(kin_irmas_classes[i], name) != 0)
        i++;
    return kin_irmas_classes[i] != NULL;
}

/* The folder that the file lies in says the class; ids are the paths below the dataset's folder. */
static int set_class(struct kin_song *song, struct kin_error *err)
{
    const char *slash = strchr(song->id, '/');
    if (!slash)
        return kin_fail(err, KIN_EDATA,
                        "the file '%s' lies in no class folder, wanted cel/, cla/, … voi/",
                        song->id);
    KIN_TRY(kin_song_set(&song->label, song->id, (size_t)(slash - song->id), err));
    if (!is_class(song->label))
        return kin_label_unknown(song, kin_irmas_classes, KIN_COUNT(kin_irmas_classes) - 1, err);
    if (strchr(slash + 1, '/'))
        return kin_fail(err, KIN_EDATA,
                        "the file '%s' lies in a folder of the class '%s', wanted "
                        "right in it",
                        song->id, song->label);
    return 0;
}

/* «[gac][cla]0201__2» is excerpt 2 of the song before the last two underscores. */
static int set_song(struct kin_song *song, const char *name, struct kin_error *err)
{
    const char *end = NULL;
    for (const char *at = name; (at = strstr(at, "__")); at++)
        end = at;
    size_t digits = end ? strspn(end + 2, "0123456789") : 0;
    if (!end || end == name || digits == 0 || end[2 + digits] != '\0')
        return kin_fail(err, KIN_EDATA,
                        "the name '%s' does not say which song it is of, wanted SONG__NUMBER",
                        song->id);
    return kin_song_set(&song->group, name, (size_t)(end - name), err);
}

/* «[cel][nod][cla]»: the words in brackets after the class. */
static int set_tags(struct kin_song *song, const char *name, struct kin_error *err)
{
    bool first = true;
    for (const char *open = name, *close; (open = strchr(open, '[')); open = close, first = false) {
        KIN_AUTO(kin_auto_free) char *word = NULL;
        close = strchr(open, ']');
        if (!close)
            return 0;
        KIN_TRY(kin_song_set(&word, open + 1, (size_t)(close - open - 1), err));
        bool other_class = first && is_class(word) && strcmp(word, song->label) != 0;
        if (other_class)
            kin_log(KIN_LOG_WARN, "'%s' lies among '%s', but its name says '%s'", song->id,
                    song->label, word);
        if (word[0] && !(first && is_class(word)))
            KIN_TRY(kin_song_tag(song, word, strlen(word), err));
    }
    return 0;
}

int kin_irmas_list(const char *folder, struct kin_songs *out, struct kin_error *err)
{
    struct kin_folder_params all = {.recursive = true, .group = ""};
    KIN_AUTO(kin_songs_release) struct kin_songs songs = {0};
    KIN_TRY(kin_folder_list(folder, &all, &songs, err));
    for (size_t i = 0; i < songs.n; i++) {
        struct kin_song *song = &songs.list[i];
        KIN_TRY(set_class(song, err));
        const char *name = strchr(song->id, '/') + 1;
        KIN_TRY(set_song(song, name, err));
        KIN_TRY(set_tags(song, name, err));
    }
    *out = songs;
    songs = (struct kin_songs){0};
    return 0;
}
