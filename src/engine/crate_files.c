/* The files of a crate. */
#include "crate.h"

#include <stdio.h>
#include <string.h>

const struct part *crate_file_of(const struct crate *crate, const struct kin_digest *digest)
{
    const struct kin_session *session = crate->session;
    for (size_t i = 1; i < crate->n_parts; i++) {
        size_t step = (size_t)(crate->parts[i].step - session->workflow->steps);
        const struct instance *instance = &session->instances[session->first[step]];
        if (kin_digest_equal(&instance->outputs[0], digest))
            return &crate->parts[i];
    }
    return NULL;
}

/* Where a path that starts at the root, or at somebody's home, ends in a workflow's text. */
static size_t path_length(const char *text, const char *at)
{
    bool begins = at == text || strchr(" \t\n\"'[,:(=", at[-1]);
    bool root = at[0] == '/' && at[1] != '/' && !strchr(" \t\n\"',]})", at[1]) && at[1] != '\0';
    bool home = at[0] == '~' && at[1] == '/';
    return begins && (root || home) ? strcspn(at, "\n\"',]}) \t") : 0;
}

/* The text without the folders of absolute paths: they are nobody's business. */
static void add_without_paths(struct kin_text *out, const char *text)
{
    for (const char *at = text; *at;) {
        size_t length = path_length(text, at);
        const char *end = at + length;
        const char *name = length > 0 ? memrchr(at, '/', length) : NULL;
        if (name) {
            kin_text_add_bytes(out, name + 1, (size_t)(end - name) - 1);
            at = end;
        } else {
            kin_text_add_bytes(out, at++, 1);
        }
    }
}

static int measure(struct part *part, const char *bytes, size_t length)
{
    struct kin_sha256 sha = kin_sha256_of(bytes, length);
    kin_sha256_text(&sha, part->sha);
    part->bytes = length;
    jsonld_path(&part->id, part->path);
    return 0;
}

static int write_workflow(struct crate *crate, struct kin_error *err)
{
    const char *path = crate->session->workflow->path;
    const char *slash = strrchr(path, '/');
    struct part *part = &crate->parts[crate->n_parts++];
    KIN_AUTO(kin_auto_free) char *text = NULL;
    KIN_AUTO(kin_text_release) struct kin_text copy = {0};
    KIN_AUTO(kin_text_release) struct kin_text to = {0};
    size_t length;
    part->path = slash ? slash + 1 : path;
    KIN_TRY(kin_read_file(path, &text, &length, err));
    add_without_paths(&copy, text);
    KIN_TRY(kin_text_check(&copy, err));
    kin_text_addf(&to, "%s/%s", crate->folder, part->path);
    KIN_TRY(kin_text_check(&to, err));
    KIN_TRY(export_parents(to.data, err));
    KIN_TRY(kin_write_file(to.data, copy.data, copy.length, err));
    crate->wrote(crate->context, to.data);
    return measure(part, copy.data, copy.length);
}

struct exporting {
    struct crate *crate;
    int status;
    struct kin_error *err;
};

static void take_result(void *context, const struct kin_step *step, const char *path, bool changed)
{
    struct exporting *exporting = context;
    struct crate *crate = exporting->crate;
    struct part *part = &crate->parts[crate->n_parts];
    KIN_AUTO(kin_auto_free) char *bytes = NULL;
    size_t length;
    (void)changed;
    if (exporting->status == 0)
        exporting->status = kin_read_file(path, &bytes, &length, exporting->err);
    if (exporting->status != 0)
        return;
    crate->n_parts++;
    part->step = step;
    part->path = step->file;
    measure(part, bytes, length);
    crate->wrote(crate->context, path);
}

int crate_write_files(struct crate *crate, struct kin_error *err)
{
    struct exporting exporting = {.crate = crate, .err = err};
    KIN_TRY(kin_alloc_into(&crate->parts, crate->session->workflow->n_steps + 1,
                           sizeof *crate->parts, err));
    KIN_TRY(write_workflow(crate, err));
    KIN_TRY(kin_session_export(crate->session, crate->folder, take_result, &exporting, err));
    return exporting.status;
}

static const char *media_type(const char *path)
{
    static const char *const types[][2] = {
        {".csv", "text/csv"},          {".svg", "image/svg+xml"},    {".html", "text/html"},
        {".yaml", "application/yaml"}, {".yml", "application/yaml"}, {".wav", "audio/wav"},
        {".json", "application/json"}, {".npy", "application/x-npy"}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < KIN_COUNT(types); i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

void crate_describe_file(struct crate *crate, const struct part *part)
{
    char size[32];
    snprintf(size, sizeof size, "%zu", part->bytes);
    jsonld_text(&crate->graph, "encodingFormat", media_type(part->path));
    jsonld_text(&crate->graph, "contentSize", size);
    jsonld_text(&crate->graph, "sha256", part->sha);
}
