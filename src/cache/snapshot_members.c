/*
 * Which members hold the objects of a snapshot. The rule needs no table of its own: small objects
 * lie one after the other, in ascending digest, in packs of at most KIN_PACK_BYTES; then come the
 * big ones, in ascending digest, alone.
 */
#include <stdio.h>

#include "cache/snapshot_parts.h"
#include "kindred/memory.h"

static bool is_here(const struct kin_snapshot_object *object, bool small)
{
    return object->state == KIN_OBJECT_HERE && (object->length <= KIN_PACK_SMALL) == small;
}

static int add_member(struct kin_members *members, size_t first, struct kin_error *err)
{
    KIN_TRY(
        kin_grow(&members->list, &members->capacity, members->n + 1, sizeof *members->list, err));
    members->list[members->n++] = (struct kin_member){.first = first};
    return 0;
}

static int plan_packs(const struct kin_snapshot *snapshot, struct kin_members *out, size_t *ordered,
                      struct kin_error *err)
{
    struct kin_member *pack = NULL;
    for (size_t i = 0; i < snapshot->n_objects; i++) {
        const struct kin_snapshot_object *object = &snapshot->objects[i];
        if (!is_here(object, true))
            continue;
        if (!pack || pack->size + object->length > KIN_PACK_BYTES) {
            KIN_TRY(add_member(out, *ordered, err));
            pack = &out->list[out->n - 1];
            snprintf(pack->name, sizeof pack->name, "packs/%06zu", out->n - 1);
        }
        out->order[(*ordered)++] = i;
        pack->size += object->length;
        pack->n++;
    }
    return 0;
}

static int plan_big(const struct kin_snapshot *snapshot, struct kin_members *out, size_t *ordered,
                    struct kin_error *err)
{
    for (size_t i = 0; i < snapshot->n_objects; i++) {
        if (!is_here(&snapshot->objects[i], false))
            continue;
        KIN_TRY(add_member(out, *ordered, err));
        struct kin_member *member = &out->list[out->n - 1];
        char hex[KIN_DIGEST_TEXT];
        kin_digest_text(&snapshot->objects[i].digest, hex);
        snprintf(member->name, sizeof member->name, "objects/%s", hex);
        member->size = snapshot->objects[i].length;
        member->n = 1;
        out->order[(*ordered)++] = i;
    }
    return 0;
}

int kin_snapshot_members_plan(const struct kin_snapshot *snapshot, struct kin_members *out,
                              struct kin_error *err)
{
    size_t ordered = 0;
    *out = (struct kin_members){0};
    KIN_TRY(kin_alloc_into(&out->order, snapshot->n_objects, sizeof *out->order, err));
    int status = plan_packs(snapshot, out, &ordered, err);
    if (status == 0)
        status = plan_big(snapshot, out, &ordered, err);
    if (status != 0)
        kin_snapshot_members_release(out);
    return status;
}

void kin_snapshot_members_release(struct kin_members *members)
{
    kin_free(members->list);
    kin_free(members->order);
    *members = (struct kin_members){0};
}
