/* Artifacts as files: the results of a run, and whatever else a person asks for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session.h"

static int make_folder(const char *path, struct kin_error *err)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    return kin_fail_errno(err, errno == EACCES ? KIN_EACCESS : KIN_EIO, errno,
                          "making the folder '%s'", path);
}

int export_parents(char *path, struct kin_error *err)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int status = make_folder(path, err);
        *slash = '/';
        KIN_TRY(status);
    }
    return 0;
}

static bool same_bytes(const char *a, const char *b)
{
    KIN_AUTO(kin_auto_free) char *x = NULL;
    KIN_AUTO(kin_auto_free) char *y = NULL;
    size_t n, m;
    return kin_read_file(a, &x, &n, NULL) == 0 && kin_read_file(b, &y, &m, NULL) == 0 && n == m &&
           memcmp(x, y, n) == 0;
}

/* Writes next to the file first, so that an unchanged one keeps its time. */
static int write_if_changed(const struct kin_type *type, const struct kin_value *value,
                            const char *path, bool *changed, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text fresh = {0};
    const char *dot = strrchr(path, '.');
    kin_text_addf(&fresh, "%s.new%s", path, dot ? dot : "");
    KIN_TRY(kin_text_check(&fresh, err));
    KIN_TRY(type->write(value, fresh.data, err));
    *changed = !same_bytes(fresh.data, path);
    if (*changed ? rename(fresh.data, path) != 0 : unlink(fresh.data) != 0)
        return kin_fail_errno(err, KIN_EIO, errno, "writing '%s'", path);
    return 0;
}

static const struct kin_type *output_type(const struct kin_step *step, size_t output)
{
    const char *name = step->kind->outputs[output].type;
    return kin_type_find(name, strlen(name));
}

static int export_step(struct kin_session *session, struct instance *instance, const char *folder,
                       void (*wrote)(void *context, const struct kin_step *step, const char *path,
                                     bool changed),
                       void *context, struct kin_error *err)
{
    const struct kin_step *step = step_of(session, instance);
    const struct kin_type *type = output_type(step, 0);
    KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    if (!type->write)
        return kin_fail(err, KIN_EINVAL, "a %s cannot be written to a file", type->name);
    kin_text_addf(&path, "%s/%s", folder, step->file);
    KIN_TRY(kin_text_check(&path, err));
    KIN_TRY(export_parents(path.data, err));
    KIN_TRY(load_output(session, instance, 0, &value, err));
    bool changed = false;
    KIN_TRY(write_if_changed(type, value, path.data, &changed, err));
    if (type->beside)
        KIN_TRY(type->beside(value, path.data, err));
    wrote(context, step, path.data, changed);
    return 0;
}

int kin_session_export(struct kin_session *session, const char *folder,
                       void (*wrote)(void *context, const struct kin_step *step, const char *path,
                                     bool changed),
                       void *context, struct kin_error *err)
{
    for (size_t i = 0; i < session->n; i++) {
        struct instance *instance = &session->instances[i];
        bool there = instance->state == INSTANCE_DONE || instance->hit;
        if (!step_of(session, instance)->file || !there)
            continue;
        if (export_step(session, instance, folder, wrote, context, err) != 0)
            return session_blame(session, instance, err);
    }
    return 0;
}

/* ---- get ---- */

struct getting {
    struct kin_session *session;
    const char *folder;
    void (*wrote)(void *context, const char *path);
    void *context;
};

static int get_value(const struct getting *getting, const struct kin_type *type,
                     const struct kin_value *value, const char *name, const char *id,
                     struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    if (!type->write)
        return kin_fail(err, KIN_EINVAL, "a %s has no form as a file", type->name);
    kin_text_addf(&path, "%s/%s%s%s%s", getting->folder, name, id ? "/" : "", id ? id : "",
                  type->extension);
    KIN_TRY(kin_text_check(&path, err));
    KIN_TRY(export_parents(path.data, err));
    KIN_TRY(type->write(value, path.data, err));
    if (type->beside)
        KIN_TRY(type->beside(value, path.data, err));
    getting->wrote(getting->context, path.data);
    return 0;
}

/* Ids come from data: one that would lead out of the folder is not followed. */
static int check_id(const char *id, struct kin_error *err)
{
    for (const char *part = id; part; part = strchr(part, '/')) {
        part += *part == '/' && part != id;
        size_t length = strcspn(part, "/");
        bool up = length == 2 && part[0] == '.' && part[1] == '.';
        if (length == 0 || up || (length == 1 && part[0] == '.'))
            return kin_fail(err, KIN_EDATA, "the id '%s' is no name for a file", id);
    }
    return 0;
}

static int get_items(const struct getting *getting, struct instance *instance, size_t output,
                     const struct kin_value *manifest, const char *name, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    size_t n = 0;
    const struct kin_type *type = output_type(step_of(getting->session, instance), output);
    KIN_TRY(kin_collection_open(manifest, &entries, &n, err));
    for (size_t i = 0; i < n; i++) {
        KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
        if (entries[i].failed)
            continue;
        KIN_TRY(check_id(entries[i].id, err));
        KIN_TRY(load_item(getting->session, instance, output, entries[i].id, &entries[i].digest,
                          &value, err));
        KIN_TRY(get_value(getting, type, value, name, entries[i].id, err));
    }
    return 0;
}

static int get_instance(const struct getting *getting, struct instance *instance,
                        struct kin_error *err)
{
    const struct kin_step *step = step_of(getting->session, instance);
    for (size_t o = 0; o < kin_kind_outputs(step->kind); o++) {
        KIN_AUTO(kin_value_auto) struct kin_value *value = NULL;
        KIN_AUTO(kin_text_release) struct kin_text name = {0};
        kin_instance_name(step, instance->point, &name);
        if (o > 0)
            kin_text_addf(&name, ".%s", step->kind->outputs[o].name);
        KIN_TRY(kin_text_check(&name, err));
        KIN_TRY(load_output(getting->session, instance, o, &value, err));
        if (strcmp(kin_value_type(value), "collection") == 0)
            KIN_TRY(get_items(getting, instance, o, value, name.data, err));
        else
            KIN_TRY(get_value(getting, output_type(step, o), value, name.data, NULL, err));
    }
    return 0;
}

int kin_session_get(struct kin_session *session, const char *selector, const char *folder,
                    void (*wrote)(void *context, const char *path), void *context,
                    struct kin_error *err)
{
    const struct getting getting = {
        .session = session, .folder = folder, .wrote = wrote, .context = context};
    size_t step;
    KIN_AUTO(kin_auto_free) bool *points = NULL;
    KIN_TRY(kin_workflow_select(session->workflow, selector, &step, &points, err));
    KIN_TRY(resolve_all(session, err));
    for (size_t p = 0; p < session->workflow->steps[step].n_points; p++) {
        struct instance *instance = &session->instances[session->first[step] + p];
        if (!points[p])
            continue;
        if (!instance->hit) {
            const struct listing *listing = source_listing(session, instance);
            kin_fail(err, KIN_ENOTFOUND, "not computed yet; run it first");
            if (listing && listing->absent.status != 0)
                *err = listing->absent;
            return session_blame(session, instance, err);
        }
        if (get_instance(&getting, instance, err) != 0)
            return session_blame(session, instance, err);
    }
    return 0;
}
