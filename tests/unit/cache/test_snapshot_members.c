#include "snapshot_support.h"

#define OBJECTS 40

/* Objects with ascending digests and these lengths. */
static struct kin_snapshot sample(struct kin_snapshot_object objects[OBJECTS],
                                  uint64_t (*length)(size_t i))
{
    for (size_t i = 0; i < OBJECTS; i++) {
        objects[i] = (struct kin_snapshot_object){.length = length(i)};
        objects[i].digest.bytes[0] = (unsigned char)i;
    }
    return (struct kin_snapshot){.n_objects = OBJECTS, .objects = objects};
}

static uint64_t mixed(size_t i)
{
    return i % 4 == 0 ? KIN_PACK_SMALL + 1 + i : KIN_PACK_SMALL - i;
}

START_TEST(small_ones_share_big_ones_stand_alone)
{
    struct kin_error err = {0};
    struct kin_snapshot_object objects[OBJECTS];
    struct kin_snapshot snapshot = sample(objects, mixed);
    struct kin_members members;
    ck_ok(kin_snapshot_members_plan(&snapshot, &members, &err));
    size_t ordered = 0, packs = 0;
    for (size_t m = 0; m < members.n; m++) {
        const struct kin_member *member = &members.list[m];
        uint64_t size = 0;
        ck_assert_uint_eq(member->first, ordered);
        for (size_t i = 0; i < member->n; i++)
            size += objects[members.order[ordered++]].length;
        ck_assert_uint_eq(size, member->size);
        bool pack = strncmp(member->name, "packs/", 6) == 0;
        ck_assert(pack ? size <= KIN_PACK_BYTES : member->n == 1 && size > KIN_PACK_SMALL);
        ck_assert(!pack || packs == m); /* packs come first */
        packs += pack;
    }
    ck_assert_uint_eq(ordered, OBJECTS);
    ck_assert_uint_eq(packs, 2);
    ck_assert_str_eq(members.list[0].name, "packs/000000");
    ck_assert_str_eq(members.list[2].name, "objects/00000000000000000000000000000000");
    kin_snapshot_members_release(&members);
}
END_TEST

static uint64_t none(size_t i)
{
    (void)i;
    return 0;
}

START_TEST(what_is_not_here_has_no_place)
{
    struct kin_error err = {0};
    struct kin_snapshot_object objects[OBJECTS];
    struct kin_snapshot snapshot = sample(objects, none);
    struct kin_members members;
    for (size_t i = 0; i < OBJECTS; i++)
        objects[i].state = i % 2 ? KIN_OBJECT_LEFT : KIN_OBJECT_SINCE;
    ck_ok(kin_snapshot_members_plan(&snapshot, &members, &err));
    ck_assert_uint_eq(members.n, 0);
    kin_snapshot_members_release(&members);
    objects[3].state = KIN_OBJECT_HERE; /* of no bytes at all */
    ck_ok(kin_snapshot_members_plan(&snapshot, &members, &err));
    ck_assert_uint_eq(members.n, 1);
    ck_assert_uint_eq(members.list[0].size, 0);
    kin_snapshot_members_release(&members);
}
END_TEST

TEST_MAIN("snapshot members", small_ones_share_big_ones_stand_alone, what_is_not_here_has_no_place)
