/* The tables of MTG-Jamendo: tab-separated, every tag in a cell of its own. */
#include <stdlib.h>
#include <string.h>

#include "dataset/songs.h"
#include "kindred/memory.h"

enum column { TRACK, ARTIST, ALBUM, PATH, DURATION, TAGS };

static const char header[] = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS";

static int set_printable(char **slot, const char *bytes, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text clean = {0};
    kin_text_add_printable(&clean, bytes);
    KIN_TRY(kin_text_check(&clean, err));
    return kin_song_set(slot, kin_text_string(&clean), clean.length, err);
}

static int add_tag(struct kin_song *song, const char *tag, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *clean = NULL;
    if (!tag[0])
        return 0;
    KIN_TRY(set_printable(&clean, tag, err));
    return kin_song_tag(song, clean, strlen(clean), err);
}

/* The row is cut at its tabs. */
static int read_row(char *row, size_t line, struct kin_songs *songs, struct kin_error *err)
{
    struct kin_song *song;
    char *cells[TAGS] = {0}, *tag;
    for (int i = 0; i < TAGS; i++) {
        cells[i] = strsep(&row, "\t");
        if (!row)
            return kin_fail(err, KIN_EDATA, "line %zu: %d tabs, wanted 5 or more", line, i);
    }
    if (!cells[TRACK][0] || !cells[PATH][0])
        return kin_fail(err, KIN_EDATA, "line %zu, column '%s': '', wanted %s", line,
                        cells[TRACK][0] ? "PATH" : "TRACK_ID",
                        cells[TRACK][0] ? "the path of an audio file" : "a name");
    KIN_TRY(kin_songs_add(songs, &song, err));
    song->is_file = true;
    KIN_TRY(set_printable(&song->id, cells[TRACK], err));
    KIN_TRY(kin_song_set(&song->path, cells[PATH], strlen(cells[PATH]), err));
    if (cells[ARTIST][0])
        KIN_TRY(set_printable(&song->group, cells[ARTIST], err));
    while ((tag = strsep(&row, "\t")))
        KIN_TRY(add_tag(song, tag, err));
    return 0;
}

/* The next line without its end, or NULL. */
static char *next_line(char **at)
{
    char *line = *at;
    if (!line || !line[0])
        return NULL;
    size_t length = strcspn(line, "\r\n");
    *at = line + length + (line[length] == '\r');
    *at += **at == '\n';
    line[length] = '\0';
    return line;
}

static int check_header(const char *line, struct kin_error *err)
{
    if (line && strcmp(line, header) == 0)
        return 0;
    return kin_fail(err, KIN_EDATA,
                    "line 1: no header of MTG-Jamendo, wanted TRACK_ID, ARTIST_ID, "
                    "ALBUM_ID, PATH, DURATION, TAGS with tabs between them");
}

struct named {
    const char *id;
    size_t line;
};

static int by_id(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Every line below the header is a song. */
static int check_ids(const struct kin_songs *songs, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct named *sorted = NULL;
    KIN_TRY(kin_alloc_into(&sorted, songs->n, sizeof *sorted, err));
    for (size_t i = 0; i < songs->n; i++)
        sorted[i] = (struct named){songs->list[i].id, i + 2};
    qsort(sorted, songs->n, sizeof *sorted, by_id);
    for (size_t i = 1; i < songs->n; i++)
        if (strcmp(sorted[i - 1].id, sorted[i].id) == 0)
            return kin_fail(err, KIN_EDATA, "line %zu: the id '%s' stands in line %zu already",
                            sorted[i].line, sorted[i].id, sorted[i - 1].line);
    return 0;
}

int kin_jamendo_parse(const char *text, size_t length, struct kin_songs *out, struct kin_error *err)
{
    KIN_AUTO(kin_songs_release) struct kin_songs songs = {0};
    KIN_AUTO(kin_auto_free) char *copy = NULL;
    const char *nul = memchr(text, '\0', length);
    if (nul)
        return kin_fail(err, KIN_EDATA, "a NUL byte after %zu bytes, wanted text",
                        (size_t)(nul - text));
    KIN_TRY(kin_song_set(&copy, text, length, err));
    char *at = copy, *line;
    KIN_TRY(check_header(next_line(&at), err));
    for (size_t number = 2; (line = next_line(&at)); number++)
        KIN_TRY(read_row(line, number, &songs, err));
    if (songs.n == 0)
        return kin_fail(err, KIN_EDATA, "no line below the header, wanted one for each song");
    KIN_TRY(check_ids(&songs, err));
    *out = songs;
    songs = (struct kin_songs){0};
    return 0;
}

int kin_songs_set_extension(struct kin_songs *songs, const char *extension, struct kin_error *err)
{
    for (size_t i = 0; i < songs->n; i++) {
        char **path = &songs->list[i].path;
        KIN_AUTO(kin_text_release) struct kin_text changed = {0};
        kin_text_add_bytes(&changed, *path, kin_path_stem(*path));
        kin_text_add(&changed, extension);
        KIN_TRY(kin_text_check(&changed, err));
        KIN_TRY(kin_song_set(path, changed.data, changed.length, err));
    }
    return 0;
}
