/*
 * Any bytes are a part of a snapshot's head, and then they print as themselves, or an error with a
 * text: a manifest, a table of claims, a table of objects, observations.
 */
#include <stdlib.h>
#include <string.h>

#include "cache/snapshot_parts.h"
#include "kindred/memory.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static char *copy_of(const unsigned char *data, size_t size)
{
    char *copy = kin_alloc(size + 1, 1);
    memcpy(copy, data, size);
    return copy;
}

static void ck_same(const struct kin_text *text, const unsigned char *data, size_t size)
{
    if (text->length != size || memcmp(kin_text_string(text), data, size) != 0)
        abort();
}

static void try_manifest(const unsigned char *data, size_t size)
{
    struct kin_error err = {0};
    struct kin_manifest_heads heads;
    struct kin_snapshot *snapshot = kin_alloc(1, sizeof *snapshot);
    snapshot->manifest = copy_of(data, size);
    snapshot->manifest_length = size;
    if (kin_snapshot_manifest_parse(snapshot, &heads, &err) != 0 && err.text[0] == '\0')
        abort();
    kin_snapshot_free(snapshot);
}

static void try_claims(const unsigned char *data, size_t size)
{
    struct kin_error err = {0};
    struct kin_text again = {0};
    struct kin_snapshot *snapshot = kin_alloc(1, sizeof *snapshot);
    snapshot->claims_text = copy_of(data, size);
    snapshot->claims_length = size;
    if (kin_snapshot_claims_parse(snapshot, &err) == 0) {
        kin_snapshot_claims_print(snapshot, &again);
        ck_same(&again, data, size);
    } else if (err.text[0] == '\0')
        abort();
    kin_text_release(&again);
    kin_snapshot_free(snapshot);
}

static void try_objects(const unsigned char *data, size_t size)
{
    struct kin_error err = {0};
    struct kin_text again = {0};
    struct kin_snapshot *snapshot = kin_alloc(1, sizeof *snapshot);
    snapshot->objects_text = copy_of(data, size);
    snapshot->objects_length = size;
    if (kin_snapshot_objects_parse(snapshot, &err) == 0) {
        kin_snapshot_objects_print(snapshot, &again);
        ck_same(&again, data, size);
    } else if (err.text[0] == '\0')
        abort();
    kin_text_release(&again);
    kin_snapshot_free(snapshot);
}

static void try_observations(const unsigned char *data, size_t size)
{
    struct kin_error err = {0};
    struct kin_observations observations = {0};
    if (kin_snapshot_observations_parse((const char *)data, size, &observations, &err) != 0 &&
        err.text[0] == '\0')
        abort();
    kin_snapshot_observations_release(&observations);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    try_manifest(data, size);
    try_claims(data, size);
    try_objects(data, size);
    try_observations(data, size);
    return 0;
}
