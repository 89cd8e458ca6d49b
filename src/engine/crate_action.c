/* The actions of a run as entities of a crate, and what they name. */
#include "crate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- ids ---- */

void crate_digest_id(const char *prefix, const struct kin_digest *digest, char out[CRATE_ID])
{
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(digest, hex);
    snprintf(out, CRATE_ID, "#%s-%s", prefix, hex);
}

void crate_artifact_id(const struct crate *crate, const struct kin_digest *digest,
                       char out[CRATE_ID])
{
    const struct part *part = crate_file_of(crate, digest);
    if (part)
        snprintf(out, CRATE_ID, "%s", kin_text_string(&part->id));
    else
        crate_digest_id("artifact", digest, out);
}

/* A parameter's line of a record, «param magnitude -12», is one value of the kind's. */
static void value_id(const struct kin_kind *kind, const char *line, size_t length,
                     char out[CRATE_ID])
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    kin_text_addf(&text, "%s ", kind->name);
    kin_text_add_bytes(&text, line, length);
    struct kin_digest digest = kin_digest_of(kin_text_string(&text), text.length);
    crate_digest_id("value", &digest, out);
}

static int is_new(struct crate *crate, const char *id, bool *fresh, struct kin_error *err)
{
    struct kin_digest digest = kin_digest_of(id, strlen(id));
    return amounts_add(&crate->seen, &digest, fresh, err);
}

void crate_time(int64_t at, char out[64])
{
    time_t time = (time_t)at;
    struct tm utc;
    strftime(out, 64, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&time, &utc));
}

void crate_parameter_id(const struct kin_kind *kind, const char *name, char out[CRATE_ID])
{
    snprintf(out, CRATE_ID, "#kind-%s-param-%s", kind->name, name);
}

/* ---- actions ---- */

int crate_each_action(struct crate *crate,
                      int (*visit)(struct crate *crate, const struct instance *instance,
                                   const char *id, struct kin_error *err),
                      struct kin_error *err)
{
    KIN_AUTO(amounts_release) struct amounts visited = {0};
    struct kin_session *session = crate->session;
    for (size_t i = 0; i < session->n; i++) {
        const struct instance *instance = &session->instances[i];
        bool fresh;
        char id[CRATE_ID];
        if (instance->state == INSTANCE_UNWANTED)
            continue;
        KIN_TRY(amounts_add(&visited, &instance->key, &fresh, err));
        crate_digest_id("action", &instance->key, id);
        if (fresh)
            KIN_TRY(visit(crate, instance, id, err));
    }
    return 0;
}

/* The program, the class of CPU and the libraries of «kindred 0.1.0 on host (CPU v3); FFTW 3.3»,
 * without the host. */
static void add_maker(struct kin_text *out, const struct kin_action *action)
{
    const char *on = strstr(action->made_by, " on ");
    const char *cpu = on ? strstr(on, "(CPU ") : NULL;
    kin_text_addf(out, "%.2f s of computing", action->seconds);
    if (cpu)
        kin_text_addf(out, " by %.*s %s", (int)(on - action->made_by), action->made_by, cpu);
    kin_text_add(out, "\nThe record:\n");
}

static void list_objects(struct crate *crate, const struct instance *instance, const char *record)
{
    struct kin_session *session = crate->session;
    const struct kin_kind *kind = step_of(session, instance)->kind;
    const struct listing *listing = source_listing(session, instance);
    char id[CRATE_ID];
    jsonld_open(&crate->graph, "object");
    for (size_t p = 0; p < kin_kind_inputs(kind); p++) {
        size_t n;
        const struct kin_feed *feeds = feeds_of(session, instance, p, &n);
        for (size_t f = 0; f < n; f++) {
            crate_artifact_id(crate, &fed_by(session, &feeds[f])->outputs[feeds[f].output], id);
            jsonld_add(&crate->graph, id);
        }
    }
    if (listing && listing->manifest) {
        crate_artifact_id(crate, &listing->digest, id);
        jsonld_add(&crate->graph, id);
    }
    for (const char *line = record; *line;) {
        size_t length = strcspn(line, "\n");
        if (strncmp(line, "param ", 6) == 0) {
            value_id(kind, line, length, id);
            jsonld_add(&crate->graph, id);
        }
        line += length + (line[length] == '\n');
    }
    jsonld_close(&crate->graph);
}

static void list_results(struct crate *crate, const struct instance *instance)
{
    char id[CRATE_ID];
    jsonld_open(&crate->graph, "result");
    for (size_t o = 0; o < kin_kind_outputs(step_of(crate->session, instance)->kind); o++) {
        crate_artifact_id(crate, &instance->outputs[o], id);
        jsonld_add(&crate->graph, id);
    }
    jsonld_close(&crate->graph);
}

/* The values of the parameters in a record, each once in the graph. */
static int add_values(struct crate *crate, const struct kin_kind *kind, const char *record,
                      struct kin_error *err)
{
    struct record_lines lines = {0};
    int status = record_split(record, &lines, err);
    for (size_t i = 0; i < lines.n && status == 0; i++) {
        const struct record_line *line = &lines.list[i];
        char id[CRATE_ID], name[256], formal[CRATE_ID];
        bool fresh = false;
        if (!record_is_param(line))
            continue;
        value_id(kind, line->name, line->name_length + 1 + line->value_length, id);
        status = is_new(crate, id, &fresh, err);
        if (status != 0 || !fresh)
            continue;
        KIN_AUTO(kin_text_release) struct kin_text value = {0};
        kin_text_add_bytes(&value, line->value, line->value_length);
        snprintf(name, sizeof name, "%.*s", (int)line->name_length - 6, line->name + 6);
        crate_parameter_id(kind, name, formal);
        jsonld_begin(&crate->graph, id, "PropertyValue");
        jsonld_text(&crate->graph, "name", name);
        jsonld_text(&crate->graph, "value", kin_text_string(&value));
        jsonld_ref(&crate->graph, "exampleOfWork", formal);
        jsonld_end(&crate->graph);
    }
    record_release(&lines);
    return status;
}

static int add_artifact(struct crate *crate, const struct kin_digest *digest, const char *name,
                        const char *what, struct kin_error *err)
{
    char id[CRATE_ID], hex[KIN_DIGEST_TEXT];
    bool fresh;
    crate_artifact_id(crate, digest, id);
    KIN_TRY(is_new(crate, id, &fresh, err));
    if (!fresh || crate_file_of(crate, digest))
        return 0;
    kin_digest_text(digest, hex);
    jsonld_begin(&crate->graph, id, "CreativeWork");
    jsonld_text(&crate->graph, "name", name);
    jsonld_text(&crate->graph, "description", what);
    jsonld_text(&crate->graph, "xxh3_128", hex);
    jsonld_end(&crate->graph);
    return 0;
}

static int add_artifacts(struct crate *crate, const struct instance *instance, const char *name,
                         struct kin_error *err)
{
    const struct kin_kind *kind = step_of(crate->session, instance)->kind;
    const struct listing *listing = source_listing(crate->session, instance);
    char what[160];
    for (size_t o = 0; o < kin_kind_outputs(kind); o++) {
        KIN_AUTO(kin_text_release) struct kin_text full = {0};
        kin_text_addf(&full, "%s.%s", name, kind->outputs[o].name);
        KIN_TRY(kin_text_check(&full, err));
        snprintf(what, sizeof what, "%s, %llu items, %llu of them failed", kind->outputs[o].type,
                 (unsigned long long)instance->items, (unsigned long long)instance->failed);
        KIN_TRY(add_artifact(crate, &instance->outputs[o], full.data,
                             o == 0 ? what : kind->outputs[o].type, err));
    }
    if (!listing || !listing->manifest)
        return 0;
    snprintf(what, sizeof what, "what was there to be read: %zu items", listing->n);
    return add_artifact(crate, &listing->digest, name, what, err);
}

int crate_add_action(struct crate *crate, const struct instance *instance, const char *id,
                     struct kin_error *err)
{
    struct kin_session *session = crate->session;
    const struct kin_step *step = step_of(session, instance);
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    KIN_AUTO(kin_text_release) struct kin_text story = {0};
    char tool[CRATE_ID], when[64];
    KIN_TRY(kin_cache_action(session->cache, &instance->key, &action, &backing, err));
    kin_instance_name(step, instance->point, &name);
    add_maker(&story, &action);
    kin_text_add(&story, action.record);
    KIN_TRY(kin_text_check(&name, err));
    KIN_TRY(kin_text_check(&story, err));
    snprintf(tool, sizeof tool, "#kind-%s", step->kind->name);
    crate_time(action.made_at, when);
    jsonld_begin(&crate->graph, id, "CreateAction");
    jsonld_text(&crate->graph, "name", name.data);
    jsonld_text(&crate->graph, "description", story.data);
    jsonld_text(&crate->graph, "endTime", when);
    jsonld_ref(&crate->graph, "instrument", tool);
    list_objects(crate, instance, action.record);
    list_results(crate, instance);
    jsonld_end(&crate->graph);
    KIN_TRY(add_values(crate, step->kind, action.record, err));
    return add_artifacts(crate, instance, name.data, err);
}
