/* Where the instrument samples are: configurations in timidity's language. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kindred/memory.h"
#include "kindred/studio.h"
#include "kindred/text.h"

#define MAX_DEPTH 8 /* of files that name files */

struct reader {
    const struct kin_patch_slot *slots;
    size_t n;
    struct kin_patch *patches;
    char *folder;  /* of the last «dir», or NULL */
    bool drum;     /* which list the numbers belong to */
    unsigned bank; /* only 0 is played */
};

/* A name relative to a folder, or to the folder of another file. */
static char *join(const char *folder, const char *beside, const char *name)
{
    struct kin_text path = {0};
    if (name[0] != '/' && folder) {
        kin_text_addf(&path, "%s/", folder);
    } else if (name[0] != '/' && strrchr(beside, '/')) {
        kin_text_add_bytes(&path, beside, (size_t)(strrchr(beside, '/') - beside) + 1);
    }
    kin_text_add(&path, name);
    char *copy = path.failed ? NULL : kin_strdup(path.data);
    kin_text_release(&path);
    return copy;
}

static int set_text(char **slot, char *takes, struct kin_error *err)
{
    if (!takes)
        return kin_fail(err, KIN_ENOMEM, "no memory for an instrument");
    kin_free(*slot);
    *slot = takes;
    return 0;
}

/* «7 Tone_000/007_Clavinet.pat amp=100» */
static int read_patch(struct reader *reader, const char *path, unsigned number, char *rest,
                      struct kin_error *err)
{
    char *name = strtok_r(rest, " \t", &rest);
    for (size_t i = 0; i < reader->n; i++) {
        const struct kin_patch_slot *slot = &reader->slots[i];
        if (slot->drum != reader->drum || slot->number != number || reader->bank != 0)
            continue;
        KIN_AUTO(kin_text_release) struct kin_text file = {0};
        size_t length = strlen(name);
        bool bare = length < 4 || strcasecmp(name + length - 4, ".pat") != 0;
        kin_text_addf(&file, "%s%s", name, bare ? ".pat" : "");
        KIN_TRY(kin_text_check(&file, err));
        struct kin_patch *patch = &reader->patches[i];
        KIN_TRY(set_text(&patch->path, join(reader->folder, path, file.data), err));
        KIN_AUTO(kin_text_release) struct kin_text options = {0};
        for (char *word; (word = strtok_r(NULL, " \t", &rest));)
            kin_text_addf(&options, "%s%s", options.length ? " " : "", word);
        KIN_TRY(set_text(&patch->options, kin_strdup(kin_text_string(&options)), err));
    }
    return 0;
}

static int read_config(struct reader *reader, const char *path, int depth, struct kin_error *err);

/* One line without its comment; words[1] and what follows it are in `rest`. */
static int read_line(struct reader *reader, const char *path, size_t number, char *line, int depth,
                     struct kin_error *err)
{
    char *rest = line;
    char *word = strtok_r(rest, " \t\r", &rest);
    if (!word)
        return 0;
    while (rest && (*rest == ' ' || *rest == '\t'))
        rest++;
    for (size_t end = rest ? strlen(rest) : 0; end > 0 && isspace((unsigned char)rest[end - 1]);)
        rest[--end] = '\0';
    char *tail;
    unsigned long value = strtoul(word, &tail, 10);
    bool is_number = *tail == '\0' && isdigit((unsigned char)word[0]);
    if ((!rest || !*rest) &&
        (is_number || strcmp(word, "dir") == 0 || strcmp(word, "source") == 0 ||
         strcmp(word, "bank") == 0 || strcmp(word, "drumset") == 0))
        return kin_fail(err, KIN_EDATA, "%s:%zu: nothing follows '%s'", path, number, word);
    if (is_number)
        return read_patch(reader, path, (unsigned)value, rest, err);
    if (strcmp(word, "dir") == 0)
        return set_text(&reader->folder, join(NULL, path, rest), err);
    if (strcmp(word, "source") == 0) {
        KIN_AUTO(kin_auto_free) char *other = join(NULL, path, rest);
        if (!other)
            return kin_fail(err, KIN_ENOMEM, "no memory for a path");
        return read_config(reader, other, depth + 1, err);
    }
    if (strcmp(word, "bank") == 0 || strcmp(word, "drumset") == 0) {
        reader->drum = word[0] == 'd';
        reader->bank = (unsigned)strtoul(rest, NULL, 10);
    }
    return 0; /* other words set a synthesizer's manner of playing, not where samples are */
}

static int read_config(struct reader *reader, const char *path, int depth, struct kin_error *err)
{
    if (depth > MAX_DEPTH)
        return kin_fail(err, KIN_EDATA, "'%s': configurations name each other in a circle", path);
    KIN_AUTO(kin_auto_free) char *text = NULL;
    size_t length;
    KIN_TRY(kin_read_file(path, &text, &length, err));
    size_t number = 0;
    for (char *at = text, *line; (line = strsep(&at, "\n"));) {
        number++;
        line[strcspn(line, "#")] = '\0';
        KIN_TRY(read_line(reader, path, number, line, depth, err));
    }
    return 0;
}

static int check_all(const struct reader *reader, const char *path, struct kin_error *err)
{
    for (size_t i = 0; i < reader->n; i++)
        if (!reader->patches[i].path)
            return kin_fail(err, KIN_ENOTFOUND,
                            "'%s' has no sample for %s %u, wanted the instruments of the Debian "
                            "package freepats",
                            path, reader->slots[i].drum ? "drum key" : "program",
                            reader->slots[i].number);
    return 0;
}

int kin_patches_find(const char *path, const struct kin_patch_slot *slots, size_t n,
                     struct kin_patch *out, struct kin_error *err)
{
    memset(out, 0, n * sizeof *out);
    struct reader reader = {.slots = slots, .n = n, .patches = out};
    int status = read_config(&reader, path, 0, err);
    if (status == 0)
        status = check_all(&reader, path, err);
    kin_free(reader.folder);
    if (status != 0)
        kin_patches_release(out, n);
    return status;
}

void kin_patches_release(struct kin_patch *patches, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        kin_free(patches[i].path);
        kin_free(patches[i].options);
        patches[i] = (struct kin_patch){0};
    }
}
