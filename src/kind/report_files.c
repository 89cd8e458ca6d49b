/* Figures and pages as files. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"
#include "kindred/memory.h"
#include "kindred/text.h"

/* Leaves a file alone that has these bytes, so that it keeps its time. */
static int write_text(const char *path, const char *text, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) char *there = NULL;
    size_t length;
    if (kin_read_file(path, &there, &length, NULL) == 0 && strcmp(there, text) == 0 &&
        length == strlen(text))
        return 0;
    return kin_write_file(path, text, strlen(text), err);
}

static int write_field(const struct kin_value *value, const char *field, const char *path,
                       struct kin_error *err)
{
    const char *text = kin_value_text(value, field, NULL);
    if (!text)
        return kin_fail(err, KIN_ECORRUPT, "a %s without the field '%s'", kin_value_type(value),
                        field);
    return write_text(path, text, err);
}

int kin_file_write_figure(const struct kin_value *figure, const char *path, struct kin_error *err)
{
    return write_field(figure, "svg", path, err);
}

/* «DIR/curves.svg» and «.dat»: «DIR/NAME.dat», as the script expects. */
static int write_beside(const struct kin_value *figure, const char *field, const char *extension,
                        const char *path, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text file = {0};
    const char *slash = strrchr(path, '/');
    kin_text_add_bytes(&file, path, slash ? (size_t)(slash + 1 - path) : 0);
    kin_text_addf(&file, "%s%s", kin_value_text(figure, "name", "figure"), extension);
    KIN_TRY(kin_text_check(&file, err));
    return write_field(figure, field, file.data, err);
}

int kin_file_beside_figure(const struct kin_value *figure, const char *path, struct kin_error *err)
{
    KIN_TRY(write_beside(figure, "data", ".dat", path, err));
    return write_beside(figure, "script", ".gp", path, err);
}

int kin_file_write_page(const struct kin_value *page, const char *path, struct kin_error *err)
{
    return write_field(page, "html", path, err);
}

/* Names come from the page kind: FOLDER/FILE. */
static int write_part(const char *path, const char *name, const char *text, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text file = {0};
    const char *slash = strrchr(path, '/');
    kin_text_add_bytes(&file, path, slash ? (size_t)(slash + 1 - path) : 0);
    size_t folder = file.length + strcspn(name, "/");
    kin_text_add(&file, name);
    KIN_TRY(kin_text_check(&file, err));
    if (file.data[folder] == '/') {
        file.data[folder] = '\0';
        if (mkdir(file.data, 0777) != 0 && errno != EEXIST)
            return kin_fail_errno(err, KIN_EIO, errno, "creating '%s'", file.data);
        file.data[folder] = '/';
    }
    return write_text(file.data, text, err);
}

int kin_file_beside_page(const struct kin_value *page, const char *path, struct kin_error *err)
{
    const struct kin_tensor *names, *texts;
    KIN_TRY(kin_value_want(page, "part_names", KIN_TEXT, 1, &names, err));
    KIN_TRY(kin_value_want(page, "parts", KIN_TEXT, 1, &texts, err));
    if (names->shape[0] != texts->shape[0])
        return kin_fail(err, KIN_ECORRUPT, "a page with %zu names for %zu parts", names->shape[0],
                        texts->shape[0]);
    for (size_t i = 0; i < names->shape[0]; i++)
        KIN_TRY(write_part(path, kin_tensor_text(names, i), kin_tensor_text(texts, i), err));
    return 0;
}
