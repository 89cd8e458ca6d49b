/*
 * One call of a kind on values in memory, without workflow, engine or cache: what `kindred apply`
 * does, and what tests of kinds do. Everything goes in one block.
 *
 * Order of calls: kin_solo_new; set solo->args; any number of the kin_solo_add… functions;
 * kin_solo_run; read solo->given (kindred/given.h); kin_solo_free.
 */
#ifndef KINDRED_SOLO_H
#define KINDRED_SOLO_H

#include "kindred/given.h"
#include "kindred/kind.h"

struct kin_solo {
    const struct kin_kind *kind;
    struct kin_args *args;  /* set parameters here */
    struct kin_given given; /* after kin_solo_run */
    size_t n_items;         /* map kinds: of the call */
    struct kin_solo_backing *backing;
};

int kin_solo_new(const struct kin_kind *kind, struct kin_solo **out, struct kin_error *err);
void kin_solo_free(struct kin_solo *solo); /* accepts NULL */
void kin_solo_auto(struct kin_solo **solo);

/* Adds an item to a port's collection; value NULL: an item that failed. Items are joined by id;
 * those of KIN_EACH ports have to be the same. Takes the value in every case.
 * KIN_EINVAL: no such port. */
int kin_solo_add(struct kin_solo *solo, const char *port, const char *id, struct kin_value *takes,
                 struct kin_error *err);
/* How many items a port has so far. */
size_t kin_solo_count(const struct kin_solo *solo, const char *port);
/* Gives a port that is no collection its artifact. */
int kin_solo_put(struct kin_solo *solo, const char *port, struct kin_value *takes,
                 struct kin_error *err);
/* Adds an instance to a KIN_GATHER port; labels in ascending axis, borrowed until the run. */
int kin_solo_gather(struct kin_solo *solo, const char *port, const struct kin_label *labels,
                    size_t n_labels, struct kin_value *takes, struct kin_error *err);
/* Offers an earlier output for the item with this id (KIN_PORT_EXTENDS). */
int kin_solo_prior(struct kin_solo *solo, const char *id, struct kin_value *takes,
                   struct kin_error *err);
/* Stores a value that another one refers to by digest. */
int kin_solo_store(struct kin_solo *solo, struct kin_value *takes, struct kin_digest *out,
                   struct kin_error *err);
/* The value stored under a digest, borrowed, or NULL. */
const struct kin_value *kin_solo_stored(const struct kin_solo *solo,
                                        const struct kin_digest *digest);
/* The digest of a port's collection, once the run has made its manifest. */
const struct kin_digest *kin_solo_digest(const struct kin_solo *solo, const char *port);

/* Checks the arguments and the inputs, calls the kind, checks what it gave.
 * KIN_EINVAL: a parameter or an input is missing, or items do not match; otherwise what the kind
 * says. */
int kin_solo_run(struct kin_solo *solo, struct kin_error *err);

#endif
