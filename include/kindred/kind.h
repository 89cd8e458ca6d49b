/*
 * Kinds: the only place where the sciences and the engine meet.
 *
 * A kind is a pure function with a declaration: parameters, input ports, outputs, version. Checks
 * of a workflow, «did you mean», cache keys, `kindred kinds`, `kindred apply`, the report's methods
 * table and the conformance test all read that declaration. Adding a kind is one file in src/kind/
 * and one line in kinds.def.
 *
 * Two sorts, told apart by their ports:
 *   map    has at least one KIN_EACH port: run() gets a block of items, joined by id, and gives one
 *          item of each output for each of them. An item's result depends on that item, the
 *          parameters and the KIN_WHOLE inputs alone, never on the other items of the block.
 *   whole  has none: run() is called once and gives single artifacts or whole collections.
 * A source also has scan(): it looks outside (files, a generator), every run, and lists what there
 * is; the listing feeds its first port, named «listing». That is a KIN_EACH port of datasets, which
 * map over what was found; a whole kind (exec) has it as a KIN_WHOLE one.
 *
 * Most kinds say which ports they have. One that cannot (exec: any program) declares a port
 * «inputs» with KIN_PORT_NAMED and an output «outputs» with KIN_OUTPUT_NAMED: a step names its own,
 * `inputs: {NAME: step, …}` and `outputs: {NAME: TYPE, …}`. The workflow gives such a step a copy
 * of the kind with those ports in their places, so that everyone who reads a step's kind, run()
 * too, finds ports like any others. What the copy declares of its outputs is part of the key.
 */
#ifndef KINDRED_KIND_H
#define KINDRED_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kindred/digest.h"
#include "kindred/random.h"
#include "kindred/status.h"
#include "kindred/text.h"
#include "kindred/value.h"

/* ---- declarations: constant data ---- */

enum kin_param_type {
    KIN_PARAM_NUMBER,
    KIN_PARAM_INTEGER,
    KIN_PARAM_TEXT,
    KIN_PARAM_CHOICE,  /* one of .choices */
    KIN_PARAM_FLAG,    /* true or false */
    KIN_PARAM_PATH,    /* relative to the workflow file; implies KIN_PARAM_OUTSIDE */
    KIN_PARAM_LIST,    /* of texts or numbers */
    KIN_PARAM_PATHS    /* a list of KIN_PARAM_PATH */
};

enum kin_param_flags {
    KIN_PARAM_OUTSIDE = 1,   /* in no key: read by scan() alone, so that what it does is all in the
                                listing; or by run(), where it changes no result */
    KIN_PARAM_HORIZON = 2,   /* a longer run continues from a shorter one */
    KIN_PARAM_APPLY_ONLY = 4, /* makes an item depend on its neighbours: `kindred apply` only; a
                                 workflow may not set it */
    KIN_PARAM_VERBATIM = 8    /* a list of texts that are used as they are spelled: 1.0 is not 1 */
};

struct kin_param {
    const char *name;
    enum kin_param_type type;
    const char *unit;           /* «Hz», «samples», or NULL */
    const char *fallback;       /* the default as one would write it; NULL: required.
                                   "" is the empty text or list */
    double min, max;            /* inclusive range of a number; both 0: any */
    const char *const *choices; /* KIN_PARAM_CHOICE: NULL-terminated */
    unsigned flags;
    const char *doc;            /* one line */
};

enum kin_port_mode {
    KIN_EACH,  /* one item of a collection at a time */
    KIN_WHOLE, /* one artifact, or a collection with all its items */
    KIN_GATHER /* every instance that `over:` gathers, with their labels */
};

enum kin_port_flags {
    KIN_PORT_OPTIONAL = 1,
    KIN_PORT_EXTENDS = 2, /* (KIN_WHOLE, on a map kind) an earlier output for the same item with
                             another input here is offered by kin_call_prior, to be extended */
    KIN_PORT_METHODS = 4, /* (KIN_WHOLE, optional, a table) no workflow gives it: the engine tells
                             how everything upstream was made. Columns step, kind, what, name,
                             value, unit, doc; what: title, program, kind, source, input, axis,
                             parameter, points, items, failed */
    KIN_PORT_LACKING = 8, /* (KIN_GATHER) instances that failed, or that something above them
                             failed, are gathered as well when a run goes on: labels, no value */
    KIN_PORT_NAMED = 16   /* (KIN_WHOLE) stands for any number of ports that a step names; with
                             `over:` they are KIN_GATHER */
};

struct kin_port {
    const char *name; /* «of» is the one that `kindred apply FILE` means */
    const char *type; /* type names, alternatives separated by '|' */
    enum kin_port_mode mode;
    unsigned flags;
    const char *doc;
};

enum kin_output_flags {
    KIN_OUTPUT_STATE = 1, /* what a run with a longer horizon continues from */
    KIN_OUTPUT_NAMED = 2  /* stands for the outputs that a step names, of any of these types,
                             alternatives separated by '|' */
};

#define KIN_MOST_OUTPUTS 8 /* of a kind, those a step names included */

struct kin_output {
    const char *name; /* the first is the one meant by the step's bare name */
    const char *type;
    unsigned flags;
    const char *doc;
    size_t n_columns; /* a table's that a step names: its columns, all of them; 0: any */
    const char *const *columns;
};

struct kin_args;
struct kin_call;
struct kin_scan;
struct kin_set;

struct kin_kind {
    const char *name; /* «transform», «dataset.folder» */
    unsigned version; /* raised whenever the bytes of a result change */
    const char *doc;  /* one line */
    const char *source;                /* paper section, standard; or NULL */
    const struct kin_param *params;    /* up to one without a name; NULL: none */
    const struct kin_port *inputs;     /* likewise */
    const struct kin_output *outputs;  /* likewise, 1 to KIN_MOST_OUTPUTS */
    size_t block; /* map kinds: items a call takes at most; 0: 8. Part of no result */
    bool wide;    /* a call uses all threads by itself (services->threads): it runs alone */
    /* What no single parameter can say (a magnitude outside its transformation's range). On failure
     * *blame is the parameter to point at. NULL: nothing more to check. */
    int (*check)(const struct kin_args *args, const char **blame, struct kin_error *err);
    /* The types a port takes under these arguments, when they are fewer than declared (of
     * «sequences|vectors» a Euclidean distance takes vectors). NULL, or giving NULL: as declared.
     */
    const char *(*narrow)(const struct kin_args *args, const struct kin_port *port);
    /* Appends what a person should know of these arguments before a run, one sentence a line;
     * nothing most of the time. NULL: never anything. */
    void (*note)(const struct kin_args *args, struct kin_text *out);
    /* For plans, of a whole kind that makes a collection of another: how many items it gives for n.
     * *drawn: they are some of those n, not made of them. NULL: as many as come in. */
    double (*foresee)(const struct kin_args *args, double n, bool *drawn);
    /* For provenance, of a kind that gives a table and gathers: which of its sets (labels alone, no
     * values) a row came from. Several when the table does not tell them apart. KIN_EINVAL: no such
     * row. NULL: every row came from all of them. */
    int (*trace)(const struct kin_args *args, const struct kin_value *table, size_t row,
                 const struct kin_set *sets, size_t n, bool *from, struct kin_error *err);
    /* Appends what else the result depends on, a line each, for the key: whether a program that may
     * be missing is there. NULL: nothing. */
    void (*outside)(const struct kin_args *args, struct kin_text *out);
    int (*scan)(struct kin_scan *scan, struct kin_error *err); /* sources only */
    int (*run)(struct kin_call *call, struct kin_error *err);
};

/* A type of artifact. A collection's type names its element («clips» of «clip»). */
struct kin_type {
    const char *name;
    const char *element;   /* NULL: not a collection */
    const char *role; /* results, models, features, audio, data: what a snapshot may leave out */
    const char *extension; /* of a file that holds one element (or the artifact): «.npy» */
    const char *doc;
    /* One element (or the artifact) from and to a file, for `apply`, `get` and results. A reader
     * may give several elements from one file (an .npy of more dimensions): it calls add for each.
     * NULL: there is no such way. */
    int (*write)(const struct kin_value *value, const char *path, struct kin_error *err);
    /* Files that belong beside the one at `path`, with their folders; NULL: none do. */
    int (*beside)(const struct kin_value *value, const char *path, struct kin_error *err);
    int (*read)(const char *path,
                int (*add)(void *context, struct kin_value *takes, struct kin_error *err),
                void *context, struct kin_error *err);
};

/* A value that says why there is none (a program is missing): of the type that it stands for, with
 * the reason in the field «unavailable». A table has the output's columns and no rows; where the
 * output has none, one cell that says it too. */
int kin_unavailable_new(const struct kin_output *output, const char *why, struct kin_value **out,
                        struct kin_error *err);
/* The reason of such a value, or NULL: it is one like any other. */
const char *kin_unavailable(const struct kin_value *value);

/* A value of type «table» as comma-separated values with a header line. KIN_ECORRUPT: no table. */
int kin_table_text(const struct kin_value *table, struct kin_text *out, struct kin_error *err);

/* ---- the lists ---- */

size_t kin_kind_count(void);
const struct kin_kind *kin_kind_at(size_t i); /* in ascending name */
const struct kin_kind *kin_kind_find(const char *name); /* or NULL */
const struct kin_type *kin_type_find(const char *name, size_t length); /* or NULL */
/* The collection whose elements are of that type, or NULL. */
const struct kin_type *kin_type_of_element(const char *element);
/* The type whose artifacts, or whose elements, are values of this type («clip»); or NULL. */
const struct kin_type *kin_type_of_value(const char *value_type);

size_t kin_kind_params(const struct kin_kind *kind); /* how many */
size_t kin_kind_inputs(const struct kin_kind *kind);
size_t kin_kind_outputs(const struct kin_kind *kind);
const struct kin_param *kin_kind_param(const struct kin_kind *kind, const char *name); /* or NULL */
long kin_kind_input(const struct kin_kind *kind, const char *name);  /* index or -1 */
long kin_kind_output(const struct kin_kind *kind, const char *name); /* index or -1; NULL: 0 */
long kin_kind_listing(const struct kin_kind *kind); /* the input that its scan feeds, or -1 */
bool kin_kind_is_map(const struct kin_kind *kind);
/* Whether an artifact of that type may enter the port. */
bool kin_port_accepts(const struct kin_port *port, const char *type);
/* The same for a list of types, alternatives separated by '|'. */
bool kin_types_accept(const char *types, const char *type);

/* ---- arguments: the parameters of one instance ---- */

/* A value as written in a workflow or on the command line. */
struct kin_literal {
    const char *text;                /* a scalar; NULL for a list */
    size_t n_items;
    const struct kin_literal *items; /* a list's scalars */
};

/* All defaults. NULL when there is no memory. */
struct kin_args *kin_args_new(const struct kin_kind *kind);
void kin_args_free(struct kin_args *args);
/* Sets one parameter; the literal is copied. KIN_EINVAL: no such parameter (with the nearest name),
 * not a number, out of range, not a choice (with the nearest one). */
int kin_args_set(struct kin_args *args, const char *name, const struct kin_literal *literal,
                 struct kin_error *err);
/* The first required parameter that is not set, or NULL. */
const char *kin_args_missing(const struct kin_args *args);
/* Runs the kind's own check. *blame as there. */
int kin_args_check(const struct kin_args *args, const char **blame, struct kin_error *err);
const struct kin_kind *kin_args_kind(const struct kin_args *args);
/* The types a port of the kind takes under these arguments: kin_kind.narrow, or as declared. */
const char *kin_args_port_type(const struct kin_args *args, const struct kin_port *port);
/* Appends «param NAME VALUE\n» for every parameter that belongs in a key, in ascending name, in
 * canonical spelling: numbers by value, texts quoted with \" \\ \n escapes. */
void kin_args_canonical(const struct kin_args *args, struct kin_text *out);
/* The same without parameters that have one of these flags (KIN_PARAM_HORIZON). */
void kin_args_canonical_without(const struct kin_args *args, unsigned flags, struct kin_text *out);

/* Reading. Asking for a parameter the kind does not declare is a mistake of the kind: it aborts. */
double kin_arg_number(const struct kin_args *args, const char *name);
int64_t kin_arg_integer(const struct kin_args *args, const char *name);
const char *kin_arg_text(const struct kin_args *args, const char *name); /* text, choice, path */
bool kin_arg_flag(const struct kin_args *args, const char *name);
bool kin_arg_is(const struct kin_args *args, const char *name, const char *choice);
size_t kin_arg_list(const struct kin_args *args, const char *name, const char *const **texts);

/* ---- a call: what run() works on ---- */

struct kin_item {
    const char *id;
    struct kin_digest digest;
    const struct kin_value *value; /* NULL when the item failed upstream */
};

/* What one instance sends to a port. */
struct kin_set {
    const struct kin_label *labels; /* KIN_GATHER: the instance's point, in ascending axis */
    size_t n_labels;
    struct kin_digest digest;      /* of the artifact, or of the collection's manifest */
    const struct kin_value *value; /* a single artifact; NULL for a collection, or lacking */
    const struct kin_item *items;  /* a collection's, in ascending id; for KIN_EACH ports the items
                                      of  this block: items[k] belongs to item k of the call */
    size_t n_items;
};

struct kin_label {
    const char *axis;
    const char *text; /* canonical spelling */
    bool is_number;
    double number;
};

/* Which programs the person trusts: those that lie in a folder of ours, or any. NULL: none. */
struct kin_trust {
    bool any;
    const char *folder; /* absolute, without links; or NULL */
};

/* What a run may ask for. Every function may be called from the thread that runs the call; fetch
 * and source also from one other thread at the same time. */
/* Something in memory that one call leaves for another. */
struct kin_thing {
    void *at;
    void (*release)(void *at);
};

struct kin_services {
    void *context;
    /* A stored value by its digest (a digest field of another value); the caller frees it. */
    int (*fetch)(void *context, const struct kin_digest *digest, struct kin_value **out,
                 struct kin_error *err);
    /* Stores a value that an output refers to by digest; takes it. */
    int (*store)(void *context, struct kin_value *takes, struct kin_digest *out,
                 struct kin_error *err);
    /* The bytes of a source file by the digest that scan() gave; kin_free them. Verified: a file
     * that changed since is an error. */
    int (*source)(void *context, const struct kin_digest *digest, void **bytes, size_t *length,
                  struct kin_error *err);
    /* Keeps a state from which this very call can be resumed after a kill; takes it. Durable when
     * it returns; the newest two are kept until the call is done. */
    int (*checkpoint)(void *context, struct kin_value *takes, struct kin_error *err);
    /* The newest checkpoint of this very call, or NULL. A damaged one is passed over. */
    int (*resume)(void *context, struct kin_value **out, struct kin_error *err);
    /* See kin_call_take and kin_call_keep. Both may be NULL. */
    void *(*take)(void *context, const struct kin_digest *key);
    void (*keep)(void *context, const struct kin_digest *key, struct kin_thing thing);
    /* How far the call is, for the person: «epoch 3 of 20, loss 0.41». */
    void (*progress)(void *context, const char *text);
    /* Whether to stop: keep a checkpoint, then return KIN_ECANCELLED. */
    bool (*cancelled)(void *context);
    unsigned threads; /* how many threads the call may use; no result may depend on it */
    size_t memory;    /* bytes that all that runs should stay within; nor on this */
    const struct kin_trust *trust;
};

struct kin_given; /* what the call has given so far; call.c */

struct kin_call {
    const struct kin_kind *kind;
    const struct kin_args *args;
    const struct kin_set *const *sets; /* per port: its sets */
    const size_t *n_sets;              /* per port: 0 (not given), 1, or KIN_GATHER: any number */
    size_t n_items;                    /* map kinds: items in this call */
    /* Map kinds: per item; whole kinds with a horizon: one, the KIN_OUTPUT_STATE of the longest
     * shorter run. NULL, or NULL in it: none. */
    const struct kin_value *const *priors;
    const struct kin_services *services;
    struct kin_given *given;
};

/* The one set of a port, or NULL when it was not given. */
const struct kin_set *kin_call_input(const struct kin_call *call, const char *port);
/* Item k of a KIN_EACH port: its value (items that failed upstream never reach a call). */
const struct kin_value *kin_call_item(const struct kin_call *call, const char *port, size_t k);
/* All sets of a KIN_GATHER port. */
size_t kin_call_gathered(const struct kin_call *call, const char *port,
                         const struct kin_set **out);
/* An earlier output of item k to extend (KIN_PORT_EXTENDS), or NULL. Never needed for the result.
 */
const struct kin_value *kin_call_prior(const struct kin_call *call, size_t k);
/* Appends the name of what is random about item k (map) or the call (whole: k = 0), for
 * kin_random_stream: the kind, its canonical parameters and the digests of the item, so that
 * neither order nor neighbours matter. */
void kin_call_name(const struct kin_call *call, size_t k, struct kin_text *out);

/* Things that are dear to make and that several calls can use, one at a time: ranks, a network with
 * its buffers. The key names what it is and all that it is made from; whether there is one changes
 * no result.
 * take: one that an earlier call of this run kept; the caller's from then on. NULL: none.
 * keep: hands one over, to be taken or released. */
struct kin_digest kin_thing_key(const char *what, const struct kin_digest *made_from);
void *kin_call_take(const struct kin_call *call, const struct kin_digest *key);
void kin_call_keep(const struct kin_call *call, const struct kin_digest *key,
                   struct kin_thing thing);

/* Giving results. `takes` is taken in every case. output NULL: the first. */
int kin_call_give(struct kin_call *call, size_t k, const char *output, struct kin_value *takes,
                  struct kin_error *err); /* map: item k; whole: k = 0, a single artifact */
int kin_call_give_item(struct kin_call *call, const char *output, const char *id,
                       struct kin_value *takes, struct kin_error *err); /* whole: one item more */
int kin_call_pass_item(struct kin_call *call, const char *output, const struct kin_item *item,
                       struct kin_error *err); /* whole: an input's item as it is */
/* Map: item k cannot be processed (KIN_EDATA); the others go on. The text must hold nothing but
 * what follows from the data: no path, no id. Returns 0. */
int kin_call_reject(struct kin_call *call, size_t k, const struct kin_error *why);
/* Adds to a counter shown by --stats («pairs»). */
void kin_call_count(struct kin_call *call, const char *unit, uint64_t n);

/* ---- a scan: what scan() fills ---- */

struct kin_scan {
    const struct kin_args *args;
    void *context;
    /* Digest of a file's content (from the stat cache when the file is as it was); remembers where
     * the digest lies. KIN_ENOTFOUND, KIN_EACCESS, KIN_EIO. */
    int (*file)(void *context, const char *path, struct kin_digest *out, struct kin_error *err);
    /* Adds an item to the listing; takes the value. KIN_EINVAL: the id is there already. */
    int (*add)(void *context, const char *id, struct kin_value *takes, struct kin_error *err);
    /* Adds an item that cannot be listed (unreadable file): it becomes a failed item. */
    int (*reject)(void *context, const char *id, const struct kin_error *why,
                  struct kin_error *err);
    /* What another scan of this run remembered under a name, or NULL; and to remember it: for what
     * is slow to find out (the version of a program) and the same for many steps. */
    const char *(*recall)(void *context, const char *name);
    int (*remember)(void *context, const char *name, const char *text, struct kin_error *err);
    /* Something a person should know at every run. */
    void (*warn)(void *context, const char *text);
    bool (*cancelled)(void *context);
    const struct kin_trust *trust;
};

#endif
