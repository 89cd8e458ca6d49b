#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "kindred/memory.h"

void kin_apply_inputs_release(struct kin_apply_inputs *inputs)
{
    for (size_t i = 0; i < inputs->n; i++)
        kin_free(inputs->names[i]);
    kin_free(inputs->names);
}

/* One file on its way into a port. */
struct reading {
    struct kin_solo *solo;
    const char *port, *path;
    bool named;     /* its elements name the results */
    size_t in_port; /* elements the port had before, and those of this file */
    size_t in_file;
    struct kin_apply_inputs *inputs;
};

/* «clip.wav», or «clips.npy[3]» from the second element of a file on. */
static int add_name(struct reading *reading, struct kin_error *err)
{
    struct kin_apply_inputs *inputs = reading->inputs;
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    kin_text_add(&name, reading->path);
    if (reading->in_file > 0)
        kin_text_addf(&name, "[%zu]", reading->in_file);
    KIN_TRY(kin_text_check(&name, err));
    KIN_TRY(kin_grow(&inputs->names, &inputs->capacity, inputs->n + 1, sizeof *inputs->names, err));
    inputs->names[inputs->n++] = name.data;
    name.data = NULL;
    return 0;
}

/* Ids are places, with zeros in front so that they ascend: items of two ports join by place. */
static int add(void *context, struct kin_value *takes, struct kin_error *err)
{
    struct reading *reading = context;
    KIN_AUTO(kin_value_auto) struct kin_value *value = takes;
    char id[32];
    snprintf(id, sizeof id, "%08zu", reading->in_port + reading->in_file);
    if (reading->named)
        KIN_TRY(add_name(reading, err));
    reading->in_file++;
    takes = value;
    value = NULL;
    return kin_solo_add(reading->solo, reading->port, id, takes, err);
}

/* ---- which port ---- */

static int unknown_input(const struct kin_kind *kind, const char *name, const char *argument,
                         struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text all = {0};
    for (size_t i = 0; i < kin_kind_inputs(kind); i++)
        kin_text_addf(&all, "%s%s", i ? ", " : "", kind->inputs[i].name);
    return kin_fail(err, KIN_EINVAL, "'%s': kind '%s' has no input '%s', its inputs are %s",
                    argument, kind->name, name, kin_text_string(&all));
}

/* A file whose own name holds «=» is taken for a file when it is there. */
static int split(const struct kin_kind *kind, const char *argument, const struct kin_port **port,
                 const char **path, struct kin_error *err)
{
    if (kin_kind_inputs(kind) == 0)
        return kin_fail(err, KIN_EINVAL, "kind '%s' takes no files", kind->name);
    long bare = kin_kind_input(kind, "of");
    *port = &kind->inputs[bare < 0 ? 0 : bare];
    *path = argument;
    const char *sign = strchr(argument, '=');
    if (!sign)
        return 0;
    KIN_AUTO(kin_auto_free) char *name = kin_strdup(argument);
    if (!name)
        return kin_fail(err, KIN_ENOMEM, "no memory for a name");
    name[sign - argument] = '\0';
    long found = kin_kind_input(kind, name);
    if (found < 0)
        return access(argument, F_OK) == 0 ? 0 : unknown_input(kind, name, argument, err);
    *port = &kind->inputs[found];
    *path = sign + 1;
    return 0;
}

static int find_reader(const struct kin_solo *solo, const struct kin_port *port,
                       const struct kin_type **out, struct kin_error *err)
{
    const char *types = kin_args_port_type(solo->args, port);
    for (const char *at = types; *at; at += strspn(at, "|")) {
        size_t length = strcspn(at, "|");
        *out = kin_type_find(at, length);
        if (*out && (*out)->read)
            return 0;
        at += length;
    }
    return kin_fail(err, KIN_EINVAL,
                    "input '%s' of kind '%s' takes %s, which no file holds: use it in a workflow",
                    port->name, solo->kind->name, types);
}

/* The first port that maps: its elements are what results belong to. */
static bool names_results(const struct kin_kind *kind, const struct kin_port *port)
{
    for (size_t i = 0; i < kin_kind_inputs(kind); i++)
        if (kind->inputs[i].mode == KIN_EACH)
            return &kind->inputs[i] == port;
    return false;
}

int kin_apply_read(struct kin_solo *solo, const char *argument, struct kin_apply_inputs *inputs,
                   struct kin_error *err)
{
    const struct kin_port *port = NULL;
    const struct kin_type *type = NULL;
    const char *path = NULL;
    KIN_TRY(split(solo->kind, argument, &port, &path, err));
    KIN_TRY(find_reader(solo, port, &type, err));
    struct reading reading = {
        .solo = solo,
        .port = port->name,
        .path = path,
        .named = names_results(solo->kind, port),
        .in_port = kin_solo_count(solo, port->name),
        .inputs = inputs,
    };
    return type->read(path, add, &reading, err);
}
