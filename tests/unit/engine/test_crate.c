/* Crates: a checker for the MUSTs of RO-Crate 1.1, Workflow RO-Crate 1.0, and Process, Workflow and
 * Provenance Run Crate 0.5, on crates of our own, and on ones that were spoilt. */
#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "kindred/provenance.h"
#include "kindred/sha256.h"
#include "lab.h"

#define STEPS                                                                                  \
    "  x: { kind: template, of: v, for: { factor: [2, 3] }, about: \"see /data/me/notes\" }\n" \
    "  twin: { kind: template, of: v, factor: 3 }\n"                                           \
    "  d: { kind: distance, from: x, to: v, metric: euclidean }\n"                             \
    "  m: { kind: within, of: d }\n"                                                           \
    "  t: { kind: table, of: m, over: all, file: tables/a table.csv, about: what it says }\n"

/* ---- the checker ---- */

struct checking {
    json_t *root, *graph;
    char folder[128];
    struct kin_text wrong; /* what is wrong, a line each */
};

static void complain(struct checking *checking, const char *format, ...)
{
    char line[300];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    kin_text_addf(&checking->wrong, "%s\n", line);
}

static const char *id_of(const json_t *entity)
{
    const char *id = json_string_value(json_object_get(entity, "@id"));
    return id ? id : "(no @id)";
}

static json_t *find(const struct checking *checking, const char *id)
{
    size_t i;
    json_t *entity;
    json_array_foreach(checking->graph, i,
                       entity) if (strcmp(id_of(entity), id) == 0) return entity;
    return NULL;
}

static bool has_type(const json_t *entity, const char *type)
{
    const json_t *types = json_object_get(entity, "@type");
    if (json_is_string(types))
        return strcmp(json_string_value(types), type) == 0;
    size_t i;
    json_t *one;
    json_array_foreach(types, i, one) if (strcmp(json_string_value(one), type) == 0) return true;
    return false;
}

/* The k-th entity that a property refers to; NULL beyond the last. */
static json_t *referred(struct checking *checking, const json_t *entity, const char *property,
                        size_t k)
{
    json_t *value = json_object_get(entity, property);
    json_t *ref = json_is_array(value) ? json_array_get(value, k) : k == 0 ? value : NULL;
    return ref ? find(checking, id_of(ref)) : NULL;
}

static bool refers_to(const json_t *entity, const char *property, const char *id)
{
    const json_t *value = json_object_get(entity, property);
    if (json_is_object(value))
        return strcmp(id_of(value), id) == 0;
    size_t i;
    json_t *ref;
    json_array_foreach(value, i, ref) if (strcmp(id_of(ref), id) == 0) return true;
    return false;
}

/* A property that has to be there and refer to entities of one of two types. */
static void must_refer(struct checking *checking, const json_t *entity, const char *property,
                       const char *type, const char *or_type)
{
    size_t k = 0;
    for (json_t *other; (other = referred(checking, entity, property, k)); k++)
        if (!has_type(other, type) && !(or_type && has_type(other, or_type)))
            complain(checking, "%s: %s refers to %s, no %s", id_of(entity), property, id_of(other),
                     type);
    if (k == 0)
        complain(checking, "%s: no %s", id_of(entity), property);
}

/* Every reference inside a value leads somewhere; the specification itself is no entity. */
static void check_references(struct checking *checking, const char *from, const json_t *value)
{
    const json_t *id = json_object_get(value, "@id");
    const char *key;
    size_t i;
    json_t *part;
    if (json_is_object(value) && id && json_object_size(value) == 1 &&
        strcmp(json_string_value(id), "https://w3id.org/ro/crate/1.1") != 0 &&
        !find(checking, json_string_value(id)))
        complain(checking, "%s refers to %s, which is not in the graph", from,
                 json_string_value(id));
    json_object_foreach((json_t *)value, key, part) check_references(checking, from, part);
    json_array_foreach(value, i, part) check_references(checking, from, part);
}

static void check_ids(struct checking *checking)
{
    size_t i;
    json_t *entity;
    json_array_foreach(checking->graph, i, entity)
    {
        if (find(checking, id_of(entity)) != entity)
            complain(checking, "%s stands twice", id_of(entity));
        if (!json_object_get(entity, "@type"))
            complain(checking, "%s has no @type", id_of(entity));
        check_references(checking, id_of(entity), entity);
    }
}

static void must_be_text(struct checking *checking, const json_t *entity, const char *property)
{
    if (!json_is_string(json_object_get(entity, property)))
        complain(checking, "%s: no %s", id_of(entity), property);
}

static void check_root(struct checking *checking)
{
    static const char *const profiles[] = {"https://w3id.org/ro/wfrun/process/0.5",
                                           "https://w3id.org/ro/wfrun/workflow/0.5",
                                           "https://w3id.org/ro/wfrun/provenance/0.5",
                                           "https://w3id.org/workflowhub/workflow-ro-crate/1.0"};
    const json_t *descriptor = find(checking, "ro-crate-metadata.json");
    const json_t *root = find(checking, "./");
    if (!descriptor || !root) {
        complain(checking, "no descriptor, or no root");
        return;
    }
    if (!has_type(descriptor, "CreativeWork") || !refers_to(descriptor, "about", "./") ||
        !refers_to(descriptor, "conformsTo", "https://w3id.org/ro/crate/1.1"))
        complain(checking, "the descriptor is not one of RO-Crate 1.1");
    if (!has_type(root, "Dataset"))
        complain(checking, "the root is no Dataset");
    must_be_text(checking, root, "datePublished");
    must_be_text(checking, root, "name");
    must_be_text(checking, root, "description");
    must_refer(checking, root, "license", "CreativeWork", NULL);
    must_refer(checking, root, "mainEntity", "ComputationalWorkflow", NULL);
    for (size_t i = 0; i < KIN_COUNT(profiles); i++)
        if (!refers_to(root, "conformsTo", profiles[i]) || !find(checking, profiles[i]))
            complain(checking, "the root does not conform to %s", profiles[i]);
}

static void check_workflow(struct checking *checking)
{
    static const char *const types[] = {"File", "SoftwareSourceCode", "ComputationalWorkflow",
                                        "HowTo"};
    const json_t *workflow = referred(checking, find(checking, "./"), "mainEntity", 0);
    for (size_t i = 0; i < KIN_COUNT(types); i++)
        if (!has_type(workflow, types[i]))
            complain(checking, "the workflow is no %s", types[i]);
    must_refer(checking, workflow, "programmingLanguage", "ComputerLanguage", NULL);
    must_refer(checking, workflow, "hasPart", "SoftwareApplication", NULL);
    must_refer(checking, workflow, "step", "HowToStep", NULL);
    if (!refers_to(find(checking, "./"), "hasPart", id_of(workflow)))
        complain(checking, "the workflow is no part of the root");
}

static void check_action(struct checking *checking, const json_t *action, const json_t *workflow)
{
    must_refer(checking, action, "instrument", "SoftwareApplication", "ComputationalWorkflow");
    must_be_text(checking, action, "name");
    must_be_text(checking, action, "endTime");
    if (!refers_to(find(checking, "./"), "mentions", id_of(action)))
        complain(checking, "%s is not mentioned", id_of(action));
    const json_t *tool = referred(checking, action, "instrument", 0);
    if (tool && tool != workflow && !refers_to(workflow, "hasPart", id_of(tool)))
        complain(checking, "%s is no part of the workflow", id_of(tool));
    if (!referred(checking, action, "result", 0))
        complain(checking, "%s has no result", id_of(action));
}

static void check_file(struct checking *checking, const json_t *file)
{
    char path[256], sha[KIN_SHA256_TEXT];
    KIN_AUTO(kin_auto_free) char *bytes = NULL;
    size_t length;
    if (!refers_to(find(checking, "./"), "hasPart", id_of(file)))
        complain(checking, "%s is no part of the root", id_of(file));
    snprintf(path, sizeof path, "%s/%s", checking->folder, id_of(file));
    for (char *at = path; (at = strstr(at, "%20"));) { /* the one escape in these tests */
        *at = ' ';
        memmove(at + 1, at + 3, strlen(at + 3) + 1);
    }
    if (kin_read_file(path, &bytes, &length, NULL) != 0) {
        complain(checking, "%s is not there", path);
        return;
    }
    struct kin_sha256 digest = kin_sha256_of(bytes, length);
    kin_sha256_text(&digest, sha);
    const char *claimed = json_string_value(json_object_get(file, "sha256"));
    if (!claimed || strcmp(claimed, sha) != 0)
        complain(checking, "%s has another sha256", id_of(file));
}

static void check_entities(struct checking *checking)
{
    const json_t *workflow = referred(checking, find(checking, "./"), "mainEntity", 0);
    size_t i, runs = 0, tools = 0, organised = 0;
    json_t *entity;
    json_array_foreach(checking->graph, i, entity)
    {
        if (has_type(entity, "CreateAction")) {
            check_action(checking, entity, workflow);
            runs += referred(checking, entity, "instrument", 0) == workflow;
            tools += referred(checking, entity, "instrument", 0) != workflow;
        }
        if (has_type(entity, "ControlAction")) {
            must_refer(checking, entity, "instrument", "HowToStep", NULL);
            must_refer(checking, entity, "object", "CreateAction", NULL);
        }
        if (has_type(entity, "HowToStep")) {
            must_refer(checking, entity, "workExample", "SoftwareApplication", NULL);
            if (!refers_to(workflow, "step", id_of(entity)))
                complain(checking, "%s is no step of the workflow", id_of(entity));
        }
        if (has_type(entity, "OrganizeAction")) {
            organised++;
            must_refer(checking, entity, "instrument", "SoftwareApplication", NULL);
            must_refer(checking, entity, "result", "CreateAction", NULL);
            must_refer(checking, entity, "object", "ControlAction", NULL);
        }
        if (has_type(entity, "FormalParameter"))
            must_be_text(checking, entity, "additionalType");
        if (has_type(entity, "File"))
            check_file(checking, entity);
    }
    if (runs != 1 || tools == 0 || organised != 1)
        complain(checking, "%zu runs of the workflow, %zu of tools, %zu of the engine", runs, tools,
                 organised);
}

/* What is wrong with the metadata of a crate; "" nothing. */
static void check(struct checking *checking, const char *folder, const char *text)
{
    json_error_t error;
    snprintf(checking->folder, sizeof checking->folder, "%s", folder);
    checking->root = json_loads(text, 0, &error);
    ck_assert_msg(checking->root != NULL, "line %d: %s", error.line, error.text);
    ck_assert_ptr_nonnull(json_object_get(checking->root, "@context"));
    checking->graph = json_object_get(checking->root, "@graph");
    check_ids(checking);
    check_root(checking);
    check_workflow(checking);
    check_entities(checking);
}

static void check_release(struct checking *checking)
{
    json_decref(checking->root);
    kin_text_release(&checking->wrong);
}

/* ---- crates ---- */

static void ignore(void *context, const char *path)
{
    (void)context;
    (void)path;
}

static char *write_crate(struct lab *lab, const char *name)
{
    struct kin_error err = {0};
    char path[256], *text;
    size_t length;
    KIN_AUTO(kin_text_release) struct kin_text workflow = {0};
    kin_text_addf(&workflow, "kindred: 1\nsteps:\n  v: { kind: vectors.npy, file: v.npy }\n%s",
                  STEPS);
    snprintf(path, sizeof path, "%s/w.yaml", lab->folder);
    ck_ok(kin_write_file(path, workflow.data, workflow.length, &err));
    snprintf(path, sizeof path, "%s/%s", lab->folder, name);
    ck_ok(kin_session_crate(lab->session, path, NULL, ignore, NULL, &err));
    snprintf(path, sizeof path, "%s/%s/ro-crate-metadata.json", lab->folder, name);
    ck_ok(kin_read_file(path, &text, &length, &err));
    return text;
}

START_TEST(a_crate_keeps_the_profile)
{
    struct lab lab;
    char folder[128];
    KIN_AUTO(check_release) struct checking checking = {0};
    lab_open(&lab, 3, 1);
    lab_do(&lab, STEPS, 1);
    lab_load(&lab, STEPS, NULL);
    KIN_AUTO(kin_auto_free) char *text = write_crate(&lab, "crate");
    snprintf(folder, sizeof folder, "%s/crate", lab.folder);
    check(&checking, folder, text);
    ck_assert_str_eq(kin_text_string(&checking.wrong), "");
    ck_assert_ptr_null(strstr(text, lab.folder));
    lab_close(&lab);
}
END_TEST

/* The checker is no good if it lets spoilt crates pass. */
START_TEST(spoilt_crates_are_found_out)
{
    static const struct {
        const char *from, *to, *wrong;
    } spoilt[] = {
        {"\"instrument\":{\"@id\":\"#kind-template\"}", "\"tool\":{\"@id\":\"#kind-template\"}",
         "no instrument"},
        {"\"@id\":\"#step-x\",\"@type\":\"HowToStep\"", "\"@id\":\"#step-x\",\"@type\":\"Thing\"",
         "no HowToStep"},
        {"\"datePublished\"", "\"date\"", "./: no datePublished"},
        {"\"workExample\"", "\"example\"", "no workExample"},
        {"provenance/0.5\"}", "provenance/0.4\"}", "not in the graph"},
        {"\"sha256\":\"", "\"sha256\":\"0", "another sha256"},
        {"\"HowTo\"]", "\"Thing\"]", "the workflow is no HowTo"},
    };
    struct lab lab;
    char folder[128];
    lab_open(&lab, 3, 1);
    lab_do(&lab, STEPS, 1);
    lab_load(&lab, STEPS, NULL);
    KIN_AUTO(kin_auto_free) char *text = write_crate(&lab, "crate");
    snprintf(folder, sizeof folder, "%s/crate", lab.folder);
    for (size_t i = 0; i < KIN_COUNT(spoilt); i++) {
        KIN_AUTO(check_release) struct checking checking = {0};
        KIN_AUTO(kin_text_release) struct kin_text other = {0};
        const char *at = strstr(text, spoilt[i].from);
        ck_assert_msg(at != NULL, "no %s", spoilt[i].from);
        kin_text_add_bytes(&other, text, (size_t)(at - text));
        kin_text_add(&other, spoilt[i].to);
        kin_text_add(&other, at + strlen(spoilt[i].from));
        check(&checking, folder, other.data);
        ck_assert_msg(strstr(kin_text_string(&checking.wrong), spoilt[i].wrong) != NULL,
                      "wanted «%s» in: %s", spoilt[i].wrong, kin_text_string(&checking.wrong));
    }
    lab_close(&lab);
}
END_TEST

START_TEST(two_crates_are_the_same_bytes)
{
    struct lab lab;
    lab_open(&lab, 3, 1);
    lab_do(&lab, STEPS, 1);
    lab_load(&lab, STEPS, NULL);
    KIN_AUTO(kin_auto_free) char *a = write_crate(&lab, "a");
    lab_load(&lab, STEPS, NULL);
    KIN_AUTO(kin_auto_free) char *b = write_crate(&lab, "b");
    ck_assert_str_eq(a, b);
    lab_close(&lab);
}
END_TEST

START_TEST(one_action_for_equal_instances)
{
    struct lab lab;
    size_t n = 0;
    lab_open(&lab, 3, 1);
    lab_do(&lab, STEPS, 1);
    lab_load(&lab, STEPS, NULL);
    KIN_AUTO(kin_auto_free) char *text = write_crate(&lab, "crate");
    for (const char *at = text; (at = strstr(at, "\"@type\":\"CreateAction\"")); at++)
        n++;
    ck_assert_uint_eq(n, 1 + 1 + 2 + 2 + 2 + 1); /* run, v, x (twin is one of it), d, m, t */
    lab_close(&lab);
}
END_TEST

START_TEST(absolute_paths_are_cut_to_their_last_part)
{
    struct lab lab;
    struct kin_error err = {0};
    char path[256], *text;
    size_t length;
    lab_open(&lab, 3, 1);
    lab_do(&lab, STEPS, 1);
    lab_load(&lab, STEPS, NULL);
    kin_free(write_crate(&lab, "crate"));
    snprintf(path, sizeof path, "%s/crate/w.yaml", lab.folder);
    ck_ok(kin_read_file(path, &text, &length, &err));
    ck_assert_ptr_nonnull(strstr(text, "about: \"see notes\""));
    ck_assert_ptr_null(strstr(text, "/data"));
    kin_free(text);
    lab_close(&lab);
}
END_TEST

START_TEST(what_is_not_computed_has_no_provenance)
{
    struct lab lab;
    struct kin_error err = {0};
    char folder[128];
    lab_open(&lab, 3, 1);
    lab_load(&lab, STEPS, NULL);
    snprintf(folder, sizeof folder, "%s/crate", lab.folder);
    ck_assert_int_eq(kin_session_crate(lab.session, folder, NULL, ignore, NULL, &err),
                     KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "step 'v': not computed yet; run it first"));
    lab_close(&lab);
}
END_TEST

TEST_MAIN("crate", a_crate_keeps_the_profile, spoilt_crates_are_found_out,
          two_crates_are_the_same_bytes, one_action_for_equal_instances,
          absolute_paths_are_cut_to_their_last_part, what_is_not_computed_has_no_provenance)
