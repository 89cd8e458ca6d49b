#include "snapshot_support.h"

/* A snapshot that was taken apart, in its folder. */
struct hostile {
    const char *folder;
    char path[600];
    struct parts parts;
};

static struct hostile make(void)
{
    struct hostile h = {.folder = fresh_folder()};
    snprintf(h.path, sizeof h.path, "%s", in_folder(h.folder, "s.tar.zst"));
    struct kin_cache *cache = open_cache(h.folder);
    fill_samples(cache, false);
    save_samples(cache, SAMPLES, &(struct kin_snapshot_options){0}, h.path, false);
    unpack(h.path, &h.parts);
    kin_cache_close(cache);
    remove_folder(h.folder);
    mkdir(h.folder, 0777);
    return h;
}

/* Packs what was changed; loading it fails, and an empty cache stays empty. */
static void ck_refused(struct hostile *h, int status, const char *message)
{
    struct kin_error err = {0};
    pack(h->path, &h->parts);
    struct kin_cache *cache = open_cache(in_folder(h->folder, "cache"));
    struct kin_digest before = content_of(cache);
    int found = load_samples(cache, h->path, true, NULL, &err);
    ck_assert_msg(found == status, "%d: %s", found, err.text);
    ck_assert_msg(strstr(err.text, message) != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, h->path) != NULL, "%s", err.text);
    struct kin_digest after = content_of(cache);
    ck_assert(kin_digest_equal(&before, &after));
    kin_cache_close(cache);
    parts_free(&h->parts);
    remove_folder(h->folder);
}

START_TEST(an_exchanged_object)
{
    struct hostile h = make();
    part_named(&h.parts, "packs/000000")->bytes[50] ^= 1;
    ck_refused(&h, KIN_EDATA, "do not have the SHA-256 that the manifest says");
    h = make();
    h.parts.list[4].bytes[50] ^= 1; /* a big one, alone */
    ck_refused(&h, KIN_EDATA, "do not have the SHA-256 that the manifest says");
}
END_TEST

/* Writes another SHA-256 into the line of the i-th object. */
static void change_sha(struct parts *parts, size_t line, const struct kin_sha256 *sha)
{
    char *at = part_named(parts, KIN_OBJECTS)->bytes;
    char hex[KIN_SHA256_TEXT];
    while (line-- > 0)
        at = strchr(at, '\n') + 1;
    kin_sha256_text(sha, hex);
    memcpy(at + 33, hex, KIN_SHA256_TEXT - 1);
}

START_TEST(a_manifest_that_says_what_is_not_so)
{
    struct hostile h = make(); /* another's bytes under a digest, with their true SHA-256 */
    struct part *big = &h.parts.list[4];
    struct kin_digest digest;
    ck_assert(kin_digest_parse(big->name + strlen("objects/"), &digest));
    big->bytes[0] ^= 1;
    struct kin_sha256 sha = kin_sha256_of(big->bytes, big->length);
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(&digest, hex);
    const char *objects = part_named(&h.parts, KIN_OBJECTS)->bytes;
    size_t line = 0;
    for (const char *at = objects; at < strstr(objects, hex); at++)
        line += *at == '\n';
    change_sha(&h.parts, line, &sha);
    forge_manifest(&h.parts);
    ck_refused(&h, KIN_EDATA, "whoever wrote the manifest says what is not so");
}
END_TEST

START_TEST(a_swapped_manifest)
{
    struct hostile h = make();
    struct hostile other = make();
    struct part *claims = part_named(&other.parts, KIN_CLAIMS);
    claims->bytes[38] = '9'; /* the number of items */
    forge_manifest(&other.parts);
    struct part *mine = part_named(&h.parts, KIN_MANIFEST);
    struct part *its = part_named(&other.parts, KIN_MANIFEST), swap = *mine;
    *mine = *its;
    *its = swap;
    ck_refused(&h, KIN_EDATA, "one of the two is of another snapshot");
    parts_free(&other.parts);
}
END_TEST

START_TEST(a_member_twice)
{
    struct hostile h = make();
    const struct part *first = part_named(&h.parts, "packs/000000");
    cut_parts(&h.parts, 4); /* and so in the place of another one */
    add_part(&h.parts, first->name, first->bytes, first->length);
    ck_refused(&h, KIN_EDATA, "the member 'packs/000000' stands twice");
    h = make();
    struct part *last = &h.parts.list[h.parts.n - 1];
    ck_assert_str_eq(last->name, KIN_OBSERVATIONS);
    add_part(&h.parts, KIN_OBSERVATIONS, last->bytes, last->length);
    ck_refused(&h, KIN_EDATA, "the member 'observations.json' stands twice");
    h = make();
    add_part(&h.parts, KIN_MANIFEST, "x", 1);
    ck_refused(&h, KIN_EDATA, "the member 'manifest.json' stands twice");
}
END_TEST

START_TEST(members_that_are_too_few_or_too_many)
{
    struct hostile h = make();
    cut_parts(&h.parts, h.parts.n - 2);
    ck_refused(&h, KIN_ECORRUPT, "': it is cut short");
    h = make();
    add_part(&h.parts, "more", "x", 1);
    ck_refused(&h, KIN_EDATA, "the member 'more' does not follow from its manifest");
    h = make();
    snprintf(h.parts.list[3].name, sizeof h.parts.list[3].name, "packs/000001");
    ck_refused(&h, KIN_EDATA, "'packs/000001' does not follow from its manifest; wanted 'packs/");
}
END_TEST

START_TEST(a_member_of_another_length)
{
    struct hostile h = make();
    h.parts.list[4].length--;
    ck_refused(&h, KIN_EDATA, " bytes, its manifest says ");
    h = make();
    kin_free(h.parts.list[4].bytes);
    h.parts.list[4].length++;
    h.parts.list[4].bytes = kin_alloc(h.parts.list[4].length, 1);
    ck_refused(&h, KIN_EDATA, " bytes, its manifest says ");
}
END_TEST

START_TEST(an_oversized_length)
{
    struct hostile h = make();
    struct part *objects = part_named(&h.parts, KIN_OBJECTS);
    char text[4000];
    const char *length = strchr(strchr(objects->bytes, ' ') + 1, ' ') + 1;
    int n = snprintf(text, sizeof text, "%.*s99999999999999999%s", (int)(length - objects->bytes),
                     objects->bytes, strchr(length, ' '));
    kin_free(objects->bytes);
    objects->bytes = kin_alloc((size_t)n + 1, 1);
    memcpy(objects->bytes, text, (size_t)n);
    objects->length = (size_t)n;
    forge_manifest(&h.parts);
    ck_refused(&h, KIN_EDATA, "an object of 99999999999999999 bytes, at most");
}
END_TEST

START_TEST(a_path_with_dots)
{
    struct hostile h = make();
    add_part(&h.parts, "../../etc/x", "x", 1);
    ck_refused(&h, KIN_EDATA, "has a path that leads outside");
}
END_TEST

START_TEST(observations_that_are_none)
{
    struct hostile h = make();
    h.parts.list[h.parts.n - 1].bytes[0] = '[';
    ck_refused(&h, KIN_ECORRUPT, "observations.json, line");
}
END_TEST

START_TEST(without_a_seal)
{
    struct hostile h = make();
    struct kin_error err = {0};
    pack(h.path, &h.parts);
    char *bytes;
    size_t length;
    ck_ok(kin_read_file(h.path, &bytes, &length, &err));
    ck_ok(kin_write_file(h.path, bytes, length - KIN_SEAL_BYTES, &err));
    struct kin_cache *cache = open_cache(in_folder(h.folder, "cache"));
    ck_assert_int_eq(load_samples(cache, h.path, true, NULL, &err), KIN_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "does not end with its seal"));
    kin_free(bytes);
    kin_cache_close(cache);
    parts_free(&h.parts);
    remove_folder(h.folder);
}
END_TEST

TEST_MAIN("snapshot check", an_exchanged_object, a_manifest_that_says_what_is_not_so,
          a_swapped_manifest, a_member_twice, members_that_are_too_few_or_too_many,
          a_member_of_another_length, an_oversized_length, a_path_with_dots,
          observations_that_are_none, without_a_seal)
