/* Songs in a table. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dataset/songs.h"
#include "kindred/log.h"
#include "kindred/memory.h"

enum column { PATH, ID, SONG, SPLIT, TAGS, LABEL, COLUMNS };

static const char *const column_names[COLUMNS] = {"path", "id", "song", "split", "tags", "label"};

struct table {
    struct kin_csv csv;
    long columns[COLUMNS];
};

const char *kin_split_name(const char *word)
{
    static const char *const words[][2] = {
        {"train", "train"},      {"training", "train"}, {"validation", "validation"},
        {"valid", "validation"}, {"val", "validation"}, {"dev", "validation"},
        {"test", "test"},        {"testing", "test"},
    };
    for (size_t i = 0; i < KIN_COUNT(words); i++)
        if (strcasecmp(word, words[i][0]) == 0)
            return words[i][1];
    return NULL;
}

/* A cell without the blanks around it; "" when the table lacks the column. */
static struct kin_text cell(const struct table *table, size_t row, long column)
{
    struct kin_text text = {0};
    if (column < 0)
        return text;
    const char *at = kin_csv_cell(&table->csv, row, (size_t)column);
    at += strspn(at, " \t");
    size_t length = strlen(at);
    while (length > 0 && strchr(" \t", at[length - 1]))
        length--;
    kin_text_add_bytes(&text, at, length);
    return text;
}

static size_t line_of(const struct table *table, size_t row)
{
    return table->csv.lines[row + 1];
}

static int bad_cell(const struct table *table, size_t row, const char *column, const char *value,
                    const char *wanted, struct kin_error *err)
{
    return kin_fail(err, KIN_EDATA, "line %zu, column '%s': '%s', wanted %s", line_of(table, row),
                    column, value, wanted);
}

/* ---- the header ---- */

static bool is_stem(const char *name)
{
    return strncmp(name, "stems.", 6) == 0 && name[6];
}

/* A column that is nearly one of ours is a slip; others are somebody else's. */
static int check_column(const char *name, struct kin_error *err)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (strcmp(name, column_names[i]) == 0)
            return 0;
    if (is_stem(name))
        return 0;
    const char *near = kin_nearest_name(name, column_names, COLUMNS);
    if (near)
        return kin_fail(err, KIN_EDATA, "line 1: unknown column '%s'; did you mean '%s'?", name,
                        near);
    kin_log(KIN_LOG_DEBUG, "column '%s' is passed over", name);
    return 0;
}

static int read_header(struct table *table, struct kin_error *err)
{
    for (size_t c = 0; c < table->csv.columns; c++) {
        const char *name = table->csv.cells[c];
        KIN_TRY(check_column(name, err));
        if (name[0] && kin_csv_column(&table->csv, name) != (long)c)
            return kin_fail(err, KIN_EDATA, "line 1: two columns '%s'", name);
    }
    for (size_t i = 0; i < COLUMNS; i++)
        table->columns[i] = kin_csv_column(&table->csv, column_names[i]);
    if (table->columns[PATH] < 0)
        return kin_fail(err, KIN_EDATA, "line 1: no column 'path'");
    return 0;
}

/* ---- a row ---- */

static int read_text(const struct table *table, size_t row, enum column column, char **slot,
                     struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text text = cell(table, row, table->columns[column]);
    if (text.length == 0)
        return kin_text_check(&text, err);
    KIN_AUTO(kin_text_release) struct kin_text clean = {0};
    kin_text_add_printable(&clean, text.data);
    KIN_TRY(kin_text_check(&clean, err));
    return kin_song_set(slot, clean.data, clean.length, err);
}

static int read_path(const struct table *table, size_t row, struct kin_song *song,
                     struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text text = cell(table, row, table->columns[PATH]);
    KIN_TRY(kin_text_check(&text, err));
    if (text.length == 0)
        return bad_cell(table, row, "path", "", "the path of an audio file", err);
    return kin_song_set(&song->path, text.data, text.length, err);
}

static int read_split(const struct table *table, size_t row, struct kin_song *song,
                      struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text text = cell(table, row, table->columns[SPLIT]);
    KIN_TRY(kin_text_check(&text, err));
    if (text.length == 0)
        return 0;
    const char *name = kin_split_name(text.data);
    if (!name)
        return bad_cell(table, row, "split", text.data, "train, validation or test", err);
    return kin_song_set(&song->split, name, strlen(name), err);
}

static int read_tags(const struct table *table, size_t row, struct kin_song *song,
                     struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *tags = NULL;
    KIN_TRY(read_text(table, row, TAGS, &tags, err));
    for (char *at = tags, *tag; (tag = strsep(&at, ";"));) {
        tag += strspn(tag, " \t");
        size_t length = strlen(tag);
        while (length > 0 && strchr(" \t", tag[length - 1]))
            length--;
        if (length > 0)
            KIN_TRY(kin_song_tag(song, tag, length, err));
    }
    return 0;
}

static int add_stem(struct kin_song *song, const char *name, const struct kin_text *path,
                    struct kin_error *err)
{
    size_t n = song->n_stems;
    KIN_TRY(kin_song_set(&song->stem_names[n], name, strlen(name), err));
    song->n_stems++;
    return kin_song_set(&song->stem_paths[n], path->data, path->length, err);
}

static int read_stems(const struct table *table, size_t row, struct kin_song *song,
                      struct kin_error *err)
{
    size_t columns = table->csv.columns;
    KIN_TRY(kin_alloc_into(&song->stem_names, columns, sizeof *song->stem_names, err));
    KIN_TRY(kin_alloc_into(&song->stem_paths, columns, sizeof *song->stem_paths, err));
    for (size_t c = 0; c < columns; c++) {
        const char *name = table->csv.cells[c];
        if (!is_stem(name))
            continue;
        KIN_AUTO(kin_text_release) struct kin_text path = cell(table, row, (long)c);
        KIN_TRY(kin_text_check(&path, err));
        if (path.length > 0)
            KIN_TRY(add_stem(song, name + 6, &path, err));
    }
    return 0;
}

static int read_row(const struct table *table, size_t row, struct kin_songs *songs,
                    struct kin_error *err)
{
    struct kin_song *song;
    KIN_TRY(kin_songs_add(songs, &song, err));
    song->is_file = true;
    KIN_TRY(read_path(table, row, song, err));
    KIN_TRY(read_text(table, row, ID, &song->id, err));
    KIN_TRY(read_text(table, row, SONG, &song->group, err));
    KIN_TRY(read_text(table, row, LABEL, &song->label, err));
    KIN_TRY(read_split(table, row, song, err));
    KIN_TRY(read_tags(table, row, song, err));
    return read_stems(table, row, song, err);
}

/* ---- all rows ---- */

static int by_id_and_row(const void *a, const void *b, void *context)
{
    const struct kin_songs *songs = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = strcmp(songs->list[x].id, songs->list[y].id);
    return order ? order : (x > y) - (x < y);
}

static int check_ids(const struct table *table, struct kin_songs *songs, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) size_t *rows = NULL;
    KIN_TRY(kin_alloc_into(&rows, songs->n, sizeof *rows, err));
    for (size_t i = 0; i < songs->n; i++)
        rows[i] = i;
    qsort_r(rows, songs->n, sizeof *rows, by_id_and_row, songs);
    for (size_t i = 1; i < songs->n; i++) {
        const char *id = songs->list[rows[i]].id;
        if (strcmp(songs->list[rows[i - 1]].id, id) == 0)
            return kin_fail(err, KIN_EDATA, "line %zu: the id '%s' stands in line %zu already",
                            line_of(table, rows[i]), id, line_of(table, rows[i - 1]));
    }
    return 0;
}

static int read_table(struct table *table, struct kin_songs *songs, struct kin_error *err)
{
    KIN_TRY(read_header(table, err));
    if (table->csv.rows == 0)
        return kin_fail(err, KIN_EDATA, "no line below the header, wanted one for each song");
    for (size_t row = 0; row < table->csv.rows; row++)
        KIN_TRY(read_row(table, row, songs, err));
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    KIN_TRY(kin_alloc_into(&names, songs->n, sizeof *names, err));
    for (size_t i = 0; i < songs->n; i++)
        names[i] = songs->list[i].path + strspn(songs->list[i].path, "/");
    KIN_TRY(kin_songs_name(songs, names, err));
    return check_ids(table, songs, err);
}

int kin_manifest_parse(const char *text, size_t length, struct kin_songs *out,
                       struct kin_error *err)
{
    struct table table = {0};
    struct kin_songs songs = {0};
    KIN_TRY(kin_csv_parse(text, length, &table.csv, err));
    int status = read_table(&table, &songs, err);
    kin_csv_release(&table.csv);
    if (status != 0)
        kin_songs_release(&songs);
    else
        *out = songs;
    return status;
}
