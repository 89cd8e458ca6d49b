#include "jsonld.h"

#include <string.h>

#include "kindred/json.h"

static void add_types(struct kin_text *out, const char *types)
{
    bool several = strchr(types, ' ') != NULL;
    kin_text_add(out, several ? "[" : "");
    while (*types) {
        size_t length = strcspn(types, " ");
        kin_text_addf(out, "\"%.*s\"", (int)length, types);
        types += length + (types[length] == ' ');
        kin_text_add(out, *types ? "," : "");
    }
    kin_text_add(out, several ? "]" : "");
}

void jsonld_begin(struct jsonld *graph, const char *id, const char *types)
{
    kin_text_add(graph->out, graph->any ? ",\n{\"@id\":" : "\n{\"@id\":");
    graph->any = true;
    kin_json_string(graph->out, id);
    kin_text_add(graph->out, ",\"@type\":");
    add_types(graph->out, types);
}

void jsonld_end(struct jsonld *graph)
{
    kin_text_add(graph->out, "}");
}

void jsonld_text(struct jsonld *graph, const char *property, const char *text)
{
    kin_text_addf(graph->out, ",\"%s\":", property);
    kin_json_string(graph->out, text);
}

void jsonld_number(struct jsonld *graph, const char *property, double number)
{
    kin_text_addf(graph->out, ",\"%s\":", property);
    kin_json_number(graph->out, number);
}

static void add_id(struct jsonld *graph, const char *id)
{
    kin_text_add(graph->out, "{\"@id\":");
    kin_json_string(graph->out, id);
    kin_text_add(graph->out, "}");
}

void jsonld_ref(struct jsonld *graph, const char *property, const char *id)
{
    kin_text_addf(graph->out, ",\"%s\":", property);
    add_id(graph, id);
}

void jsonld_open(struct jsonld *graph, const char *property)
{
    kin_text_addf(graph->out, ",\"%s\":[", property);
    graph->list = false;
}

void jsonld_add(struct jsonld *graph, const char *id)
{
    kin_text_add(graph->out, graph->list ? "," : "");
    graph->list = true;
    add_id(graph, id);
}

void jsonld_close(struct jsonld *graph)
{
    kin_text_add(graph->out, "]");
}

void jsonld_path(struct kin_text *out, const char *path)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    for (; *path; path++)
        if (strchr(plain, *path))
            kin_text_add_bytes(out, path, 1);
        else
            kin_text_addf(out, "%%%02X", (unsigned)(unsigned char)*path);
}
