/* A run as an RO-Crate: what provenance.c, crate_files.c and crate_action.c share. */
#ifndef KIN_ENGINE_CRATE_H
#define KIN_ENGINE_CRATE_H

#include "forecast.h"
#include "jsonld.h"
#include "kindred/sha256.h"

/* A file of the crate. */
struct part {
    const struct kin_step *step; /* NULL: the workflow */
    const char *path;            /* inside the folder */
    struct kin_text id;
    char sha[KIN_SHA256_TEXT];
    size_t bytes;
};

struct crate {
    struct kin_session *session;
    const char *folder, *license;
    void (*wrote)(void *context, const char *path);
    void *context;
    struct part *parts; /* the workflow, then the results */
    size_t n_parts;
    struct amounts seen; /* actions, artifacts and values that stand in the graph */
    int64_t last;        /* when the last action was made */
    struct kin_text text;
    struct jsonld graph;
};

/* Long enough for any id that is made of names of steps and kinds. */
#define CRATE_ID 512

/* ---- crate_files.c ---- */

/* Writes the workflow, without the folders of absolute paths, and the results. */
int crate_write_files(struct crate *crate, struct kin_error *err);
/* The properties of a file that follow from its bytes and name. */
void crate_describe_file(struct crate *crate, const struct part *part);
/* A result that is a file of the crate, by the digest of its artifact; or NULL. */
const struct part *crate_file_of(const struct crate *crate, const struct kin_digest *digest);

/* ---- crate_action.c ---- */

/* «#action-5f3c…» */
void crate_digest_id(const char *prefix, const struct kin_digest *digest, char out[CRATE_ID]);
/* The id of an artifact: of its file, if it is one. */
void crate_artifact_id(const struct crate *crate, const struct kin_digest *digest,
                       char out[CRATE_ID]);
void crate_parameter_id(const struct kin_kind *kind, const char *name, char out[CRATE_ID]);
void crate_time(int64_t at, char out[64]);
/* One visit for every action, however many instances are it. */
int crate_each_action(struct crate *crate,
                      int (*visit)(struct crate *crate, const struct instance *instance,
                                   const char *id, struct kin_error *err),
                      struct kin_error *err);
/* Adds an action and what it names: values of parameters, artifacts. For crate_each_action. */
int crate_add_action(struct crate *crate, const struct instance *instance, const char *id,
                     struct kin_error *err);

#endif
