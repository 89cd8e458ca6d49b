/*
 * A run as a Workflow Run RO-Crate: Provenance Run Crate 0.5 on RO-Crate 1.1. The MUSTs of the
 * profile, and where they are met:
 *   the workflow is mainEntity, a File, SoftwareSourceCode, ComputationalWorkflow and HowTo, with
 *   its tools in hasPart and its steps in step                                  add_workflow
 *   a tool for every kind; a CreateAction with instrument for every action      add_tool,
 * crate_add_action a ControlAction for every step, to its HowToStep and its CreateActions add_step
 *   an OrganizeAction of the engine, to those and to the run                    add_run
 */
#include <stdio.h>
#include <string.h>

#include "crate.h"
#include "kindred/provenance.h"

#define PROFILE "https://w3id.org/ro/wfrun/"
#define WORKFLOW_CRATE "https://w3id.org/workflowhub/workflow-ro-crate/1.0"

/* ---- the crate itself ---- */

static void add_profile(struct crate *crate, const char *id, const char *name, const char *version)
{
    jsonld_begin(&crate->graph, id, "CreativeWork");
    jsonld_text(&crate->graph, "name", name);
    jsonld_text(&crate->graph, "version", version);
    jsonld_end(&crate->graph);
}

static void add_descriptor(struct crate *crate)
{
    struct jsonld *graph = &crate->graph;
    jsonld_begin(graph, "ro-crate-metadata.json", "CreativeWork");
    jsonld_ref(graph, "about", "./");
    jsonld_open(graph, "conformsTo");
    jsonld_add(graph, "https://w3id.org/ro/crate/1.1");
    jsonld_add(graph, WORKFLOW_CRATE);
    jsonld_close(graph);
    jsonld_end(graph);
    add_profile(crate, PROFILE "process/0.5", "Process Run Crate", "0.5");
    add_profile(crate, PROFILE "workflow/0.5", "Workflow Run Crate", "0.5");
    add_profile(crate, PROFILE "provenance/0.5", "Provenance Run Crate", "0.5");
    add_profile(crate, WORKFLOW_CRATE, "Workflow RO-Crate", "1.0");
}

/* An SPDX name becomes its address. */
static void license_id(const struct crate *crate, char out[CRATE_ID])
{
    if (!crate->license)
        snprintf(out, CRATE_ID, "#license-not-stated");
    else if (strstr(crate->license, "://"))
        snprintf(out, CRATE_ID, "%s", crate->license);
    else
        snprintf(out, CRATE_ID, "https://spdx.org/licenses/%s", crate->license);
}

static void add_license(struct crate *crate)
{
    char id[CRATE_ID];
    license_id(crate, id);
    jsonld_begin(&crate->graph, id, "CreativeWork");
    jsonld_text(&crate->graph, "name", crate->license ? crate->license : "not stated");
    jsonld_text(&crate->graph, "description",
                crate->license ? "The licence of this crate, as given by whoever wrote it."
                               : "Nobody stated a licence: ask who gave you this crate.");
    jsonld_end(&crate->graph);
}

static int mention(struct crate *crate, const struct instance *instance, const char *id,
                   struct kin_error *err)
{
    (void)instance;
    (void)err;
    jsonld_add(&crate->graph, id);
    return 0;
}

static int add_root(struct crate *crate, struct kin_error *err)
{
    static const char *const profiles[] = {PROFILE "process/0.5", PROFILE "workflow/0.5",
                                           PROFILE "provenance/0.5", WORKFLOW_CRATE};
    struct jsonld *graph = &crate->graph;
    const struct kin_workflow *workflow = crate->session->workflow;
    char when[64], id[CRATE_ID];
    crate_time(crate->last, when);
    license_id(crate, id);
    jsonld_begin(graph, "./", "Dataset");
    jsonld_text(graph, "name", workflow->title ? workflow->title : crate->parts[0].path);
    jsonld_text(graph, "description",
                "A run of a Kindred workflow: its results and their provenance");
    jsonld_text(graph, "datePublished", when);
    jsonld_ref(graph, "license", id);
    jsonld_open(graph, "conformsTo");
    for (size_t i = 0; i < KIN_COUNT(profiles); i++)
        jsonld_add(graph, profiles[i]);
    jsonld_close(graph);
    jsonld_open(graph, "hasPart");
    for (size_t i = 0; i < crate->n_parts; i++)
        jsonld_add(graph, kin_text_string(&crate->parts[i].id));
    jsonld_close(graph);
    jsonld_ref(graph, "mainEntity", kin_text_string(&crate->parts[0].id));
    jsonld_open(graph, "mentions");
    jsonld_add(graph, "#run");
    jsonld_add(graph, "#engine-run");
    KIN_TRY(crate_each_action(crate, mention, err));
    jsonld_close(graph);
    jsonld_end(graph);
    return 0;
}

/* ---- the workflow and its tools ---- */

static bool is_wanted(const struct crate *crate, size_t step)
{
    const struct kin_session *session = crate->session;
    for (size_t i = session->first[step]; i < session->first[step + 1]; i++)
        if (session->instances[i].state != INSTANCE_UNWANTED)
            return true;
    return false;
}

/* The first wanted step of each kind stands for it. */
static bool is_first_of_kind(const struct crate *crate, size_t step)
{
    const struct kin_workflow *workflow = crate->session->workflow;
    for (size_t s = 0; s < step; s++)
        if (workflow->steps[s].kind == workflow->steps[step].kind && is_wanted(crate, s))
            return false;
    return is_wanted(crate, step);
}

static void list_steps(struct crate *crate, const char *property, const char *format, bool kinds)
{
    const struct kin_workflow *workflow = crate->session->workflow;
    char id[CRATE_ID];
    jsonld_open(&crate->graph, property);
    for (size_t s = 0; s < workflow->n_steps; s++) {
        if (kinds ? !is_first_of_kind(crate, s) : !is_wanted(crate, s))
            continue;
        snprintf(id, sizeof id, format,
                 kinds ? workflow->steps[s].kind->name : workflow->steps[s].name);
        jsonld_add(&crate->graph, id);
    }
    jsonld_close(&crate->graph);
}

static void output_id(const struct part *part, char out[CRATE_ID])
{
    snprintf(out, CRATE_ID, "#result-%s", part->step->name);
}

static void add_workflow(struct crate *crate)
{
    struct jsonld *graph = &crate->graph;
    const struct part *part = &crate->parts[0];
    const char *title = crate->session->workflow->title;
    char id[CRATE_ID];
    jsonld_begin(graph, kin_text_string(&part->id),
                 "File SoftwareSourceCode ComputationalWorkflow HowTo");
    jsonld_text(graph, "name", title ? title : part->path);
    jsonld_text(graph, "description", "The workflow; of absolute paths the last part alone");
    jsonld_ref(graph, "programmingLanguage", "#language");
    crate_describe_file(crate, part);
    list_steps(crate, "hasPart", "#kind-%s", true);
    list_steps(crate, "step", "#step-%s", false);
    jsonld_open(graph, "output");
    for (size_t i = 1; i < crate->n_parts; i++) {
        output_id(&crate->parts[i], id);
        jsonld_add(graph, id);
    }
    jsonld_close(graph);
    jsonld_end(graph);
    jsonld_begin(graph, "#language", "ComputerLanguage");
    jsonld_text(graph, "name", "Kindred workflow");
    jsonld_text(graph, "alternateName", "Kindred");
    jsonld_text(graph, "version", "1");
    jsonld_end(graph);
    jsonld_begin(graph, "#kindred", "SoftwareApplication");
    jsonld_text(graph, "name", "Kindred");
    jsonld_text(graph, "softwareVersion", KIN_VERSION);
    jsonld_end(graph);
}

static void add_results(struct crate *crate)
{
    struct jsonld *graph = &crate->graph;
    char id[CRATE_ID];
    for (size_t i = 1; i < crate->n_parts; i++) {
        const struct part *part = &crate->parts[i];
        output_id(part, id);
        jsonld_begin(graph, kin_text_string(&part->id), "File");
        jsonld_text(graph, "name", part->path);
        if (part->step->about)
            jsonld_text(graph, "description", part->step->about);
        crate_describe_file(crate, part);
        jsonld_ref(graph, "exampleOfWork", id);
        jsonld_end(graph);
        jsonld_begin(graph, id, "FormalParameter");
        jsonld_text(graph, "name", part->step->name);
        jsonld_text(graph, "additionalType", "File");
        jsonld_end(graph);
    }
}

static const char *data_type(enum kin_param_type type)
{
    switch (type) {
    case KIN_PARAM_NUMBER:
        return "Float";
    case KIN_PARAM_INTEGER:
        return "Integer";
    case KIN_PARAM_FLAG:
        return "Boolean";
    default:
        return "Text";
    }
}

static void add_tool(struct crate *crate, const struct kin_kind *kind)
{
    struct jsonld *graph = &crate->graph;
    char id[CRATE_ID], version[64];
    snprintf(id, sizeof id, "#kind-%s", kind->name);
    snprintf(version, sizeof version, "%u", kind->version);
    jsonld_begin(graph, id, "SoftwareApplication");
    jsonld_text(graph, "name", kind->name);
    jsonld_text(graph, "description", kind->doc);
    jsonld_text(graph, "softwareVersion", version);
    jsonld_ref(graph, "isPartOf", "#kindred");
    jsonld_open(graph, "input");
    for (size_t i = 0; i < kin_kind_params(kind); i++) {
        crate_parameter_id(kind, kind->params[i].name, id);
        jsonld_add(graph, id);
    }
    jsonld_close(graph);
    jsonld_end(graph);
    for (size_t i = 0; i < kin_kind_params(kind); i++) {
        const struct kin_param *param = &kind->params[i];
        crate_parameter_id(kind, param->name, id);
        jsonld_begin(graph, id, "FormalParameter");
        jsonld_text(graph, "name", param->name);
        jsonld_text(graph, "description", param->doc);
        jsonld_text(graph, "additionalType", data_type(param->type));
        if (param->unit)
            jsonld_text(graph, "unitText", param->unit);
        jsonld_end(graph);
    }
}

/* A step, and how it was carried out. */
static void add_step(struct crate *crate, size_t s)
{
    const struct kin_session *session = crate->session;
    const struct kin_step *step = &session->workflow->steps[s];
    struct jsonld *graph = &crate->graph;
    char id[CRATE_ID], tool[CRATE_ID];
    snprintf(id, sizeof id, "#step-%s", step->name);
    snprintf(tool, sizeof tool, "#kind-%s", step->kind->name);
    jsonld_begin(graph, id, "HowToStep");
    jsonld_text(graph, "name", step->name);
    jsonld_number(graph, "position", (double)s);
    jsonld_ref(graph, "workExample", tool);
    jsonld_end(graph);
    char control[CRATE_ID];
    snprintf(control, sizeof control, "#control-%s", step->name);
    jsonld_begin(graph, control, "ControlAction");
    jsonld_text(graph, "name", step->name);
    jsonld_ref(graph, "instrument", id);
    jsonld_open(graph, "object");
    for (size_t i = session->first[s]; i < session->first[s + 1]; i++)
        if (session->instances[i].state != INSTANCE_UNWANTED) {
            crate_digest_id("action", &session->instances[i].key, id);
            jsonld_add(graph, id);
        }
    jsonld_close(graph);
    jsonld_end(graph);
}

static void add_run(struct crate *crate)
{
    struct jsonld *graph = &crate->graph;
    const struct kin_session *session = crate->session;
    char when[64], id[CRATE_ID];
    crate_time(crate->last, when);
    jsonld_begin(graph, "#run", "CreateAction");
    jsonld_text(graph, "name", "the run of the workflow");
    jsonld_text(graph, "endTime", when);
    jsonld_ref(graph, "instrument", kin_text_string(&crate->parts[0].id));
    jsonld_open(graph, "object");
    for (size_t i = 0; i < session->n; i++) {
        const struct listing *listing = source_listing(crate->session, &session->instances[i]);
        if (!listing || !listing->manifest)
            continue;
        crate_artifact_id(crate, &listing->digest, id);
        jsonld_add(graph, id);
    }
    jsonld_close(graph);
    jsonld_open(graph, "result");
    for (size_t i = 1; i < crate->n_parts; i++)
        jsonld_add(graph, kin_text_string(&crate->parts[i].id));
    jsonld_close(graph);
    jsonld_end(graph);
    jsonld_begin(graph, "#engine-run", "OrganizeAction");
    jsonld_text(graph, "name", "the run of Kindred");
    jsonld_ref(graph, "instrument", "#kindred");
    jsonld_ref(graph, "result", "#run");
    list_steps(crate, "object", "#control-%s", false);
    jsonld_end(graph);
}

/* ---- all ---- */

static int note_time(struct crate *crate, const struct instance *instance, const char *id,
                     struct kin_error *err)
{
    struct kin_action action;
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    (void)id;
    KIN_TRY(kin_cache_action(crate->session->cache, &instance->key, &action, &backing, err));
    crate->last = action.made_at > crate->last ? action.made_at : crate->last;
    return 0;
}

static int add_graph(struct crate *crate, struct kin_error *err)
{
    const struct kin_workflow *workflow = crate->session->workflow;
    add_descriptor(crate);
    KIN_TRY(add_root(crate, err));
    add_license(crate);
    add_workflow(crate);
    add_results(crate);
    for (size_t s = 0; s < workflow->n_steps; s++)
        if (is_first_of_kind(crate, s))
            add_tool(crate, workflow->steps[s].kind);
    add_run(crate);
    for (size_t s = 0; s < workflow->n_steps; s++)
        if (is_wanted(crate, s))
            add_step(crate, s);
    return crate_each_action(crate, crate_add_action, err);
}

static int write_metadata(struct crate *crate, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    crate->graph.out = &crate->text;
    kin_text_add(&crate->text,
                 "{\"@context\":[\"https://w3id.org/ro/crate/1.1/context\","
                 "\"https://w3id.org/ro/terms/workflow-run/context\","
                 "{\"xxh3_128\":\"https://xxhash.com/#XXH3_128bits\"}],\n\"@graph\":[");
    KIN_TRY(add_graph(crate, err));
    kin_text_add(&crate->text, "\n]}\n");
    KIN_TRY(kin_text_check(&crate->text, err));
    kin_text_addf(&path, "%s/ro-crate-metadata.json", crate->folder);
    KIN_TRY(kin_text_check(&path, err));
    KIN_TRY(kin_write_file(path.data, crate->text.data, crate->text.length, err));
    crate->wrote(crate->context, path.data);
    return 0;
}

static int check_computed(struct kin_session *session, struct kin_error *err)
{
    for (size_t i = 0; i < session->n; i++) {
        const struct instance *instance = &session->instances[i];
        if (instance->state == INSTANCE_UNWANTED || instance->hit)
            continue;
        kin_fail(err, KIN_ENOTFOUND, "not computed yet; run it first");
        return session_blame(session, instance, err);
    }
    return 0;
}

static int write_crate(struct crate *crate, struct kin_error *err)
{
    KIN_TRY(resolve_all(crate->session, err));
    KIN_TRY(check_computed(crate->session, err));
    KIN_TRY(crate_write_files(crate, err));
    KIN_TRY(crate_each_action(crate, note_time, err));
    return write_metadata(crate, err);
}

int kin_session_crate(struct kin_session *session, const char *folder, const char *license,
                      void (*wrote)(void *context, const char *path), void *context,
                      struct kin_error *err)
{
    struct crate crate = {.session = session,
                          .folder = folder,
                          .license = license,
                          .wrote = wrote,
                          .context = context};
    int status = write_crate(&crate, err);
    for (size_t i = 0; i < crate.n_parts; i++)
        kin_text_release(&crate.parts[i].id);
    kin_free(crate.parts);
    amounts_release(&crate.seen);
    kin_text_release(&crate.text);
    return status;
}
