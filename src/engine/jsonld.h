/* Entities of a JSON-LD graph, one after the other. */
#ifndef KIN_ENGINE_JSONLD_H
#define KIN_ENGINE_JSONLD_H

#include "kindred/text.h"

struct jsonld {
    struct kin_text *out;
    bool any;  /* an entity was written */
    bool list; /* in a list: after its first element */
};

/* One entity: begin, properties, end. Types: one, or several separated by blanks. */
void jsonld_begin(struct jsonld *graph, const char *id, const char *types);
void jsonld_end(struct jsonld *graph);
void jsonld_text(struct jsonld *graph, const char *property, const char *text);
void jsonld_number(struct jsonld *graph, const char *property, double number);
void jsonld_ref(struct jsonld *graph, const char *property, const char *id);
/* A property with several entities: open, add each, close. */
void jsonld_open(struct jsonld *graph, const char *property);
void jsonld_add(struct jsonld *graph, const char *id);
void jsonld_close(struct jsonld *graph);

/* A path as a relative URI: what is no letter, digit or one of - . _ ~ / is escaped. */
void jsonld_path(struct kin_text *out, const char *path);

#endif
