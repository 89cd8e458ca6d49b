/* Two clips that collide: the second is refused by name, and the cache is as it was. */
#include "cache_support.h"
#include "kindred/engine.h"
#include "kindred/text.h"

#define RATE 22050
#define LENGTH 100000

/* Bytes whose first half is always the same. */
static unsigned char *colliding_bytes(uint64_t seed)
{
    unsigned char *bytes = make_bytes(LENGTH, 0);
    unsigned char *other = make_bytes(LENGTH, seed);
    memcpy(bytes + LENGTH / 2, other + LENGTH / 2, LENGTH / 2);
    kin_free(other);
    return bytes;
}

static char collision_text[200];

static const char *text_of(const struct kin_digest *digest, size_t length)
{
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(digest, hex);
    snprintf(collision_text, sizeof collision_text,
             "two different artifacts, of %zu and %zu bytes, have the digest %s: the second one is "
             "not stored",
             length, length, hex);
    return collision_text;
}

static int read_file(const char *folder, char **bytes, size_t *length)
{
    struct kin_error err = {0};
    char path[400];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    return kin_read_file(path, bytes, length, &err);
}

START_TEST(a_collision_is_refused)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    unsigned char *first = colliding_bytes(1), *second = colliding_bytes(2);
    struct kin_digest digest = kin_digest_of(first, LENGTH), same = kin_digest_of(second, LENGTH);
    ck_assert(kin_digest_equal(&digest, &same));
    struct kin_cache_batch *batch = kin_batch_new(cache);
    must(kin_batch_blob(batch, &digest, first, LENGTH, false, &err));
    must(kin_cache_write(cache, batch, &err));
    kin_cache_close(cache);
    char *before, *after;
    size_t n_before, n_after;
    ck_ok(read_file(folder, &before, &n_before));

    cache = open_cache(folder);
    batch = kin_batch_new(cache);
    struct kin_digest innocent = add_made(batch, 300, 5, false);
    must(kin_batch_blob(batch, &digest, second, LENGTH, false, &err));
    ck_assert_int_eq(kin_cache_write(cache, batch, &err), KIN_ECOLLISION);
    ck_assert_str_eq(err.text, text_of(&digest, LENGTH));
    ck_assert_int_eq(kin_cache_presence(cache, &innocent), KIN_ABSENT);
    kin_cache_close(cache);

    ck_ok(read_file(folder, &after, &n_after));
    ck_assert_uint_eq(n_before, n_after);
    ck_assert_int_eq(memcmp(before, after, n_before), 0);
    kin_free(before);
    kin_free(after);
    cache = open_cache(folder);
    void *stored;
    size_t n;
    unsigned char *wanted = colliding_bytes(1);
    must(kin_cache_get(cache, &digest, &stored, &n, &err));
    ck_assert_uint_eq(n, LENGTH);
    ck_assert_int_eq(memcmp(stored, wanted, n), 0);
    kin_free(stored);
    kin_free(wanted);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* ---- a run over two such clips ---- */

static void put(FILE *file, uint32_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(number >> (8 * i) & 255), file);
}

/* A second of 16-bit noise, of which the second half differs; a chunk of the name before it, so
 * that the files themselves do not collide. */
static void write_wav(const char *folder, const char *name, uint64_t seed)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s.wav", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    unsigned char *bytes = colliding_bytes(seed);
    fputs("RIFF", file);
    put(file, 4 + 24 + 8 + 4 + 8 + 2 * RATE, 4);
    fputs("WAVEfmt ", file);
    put(file, 16, 4);
    put(file, 1, 2);
    put(file, 1, 2);
    put(file, RATE, 4);
    put(file, 2 * RATE, 4);
    put(file, 2, 2);
    put(file, 16, 2);
    fputs("junk", file);
    put(file, 4, 4);
    fprintf(file, "%4.4s", name);
    fputs("data", file);
    put(file, 2 * RATE, 4);
    fwrite(bytes + LENGTH / 2 - RATE, 1, 2 * RATE, file);
    fclose(file);
    kin_free(bytes);
}

START_TEST(a_run_names_the_collision)
{
    char folder[256], music[300], cache_folder[300], text[800];
    struct kin_error err = {0};
    snprintf(folder, sizeof folder, "%s", fresh_folder());
    snprintf(music, sizeof music, "%s/music", folder);
    snprintf(cache_folder, sizeof cache_folder, "%s/cache", folder);
    ck_assert_int_eq(mkdir(music, 0777), 0);
    write_wav(music, "one1", 1);
    write_wav(music, "two2", 2);
    snprintf(text, sizeof text,
             "kindred: 1\nsteps:\n  songs: { kind: dataset.folder, path: music, min_seconds: 1 }\n"
             "  clips: { kind: excerpt, of: songs, seconds: 1, sample_rate: %d }\n",
             RATE);
    struct kin_workflow *workflow = NULL;
    struct kin_session *session = NULL;
    struct kin_diagnostics diagnostics = {0};
    snprintf(music, sizeof music, "%s/w.yaml", folder);
    int status =
        kin_workflow_parse(text, strlen(text), music, NULL, 0, &workflow, &diagnostics, &err);
    ck_assert_msg(status == 0, "%s", diagnostics.n ? diagnostics.list[0].shown : err.text);
    struct kin_cache *cache = open_cache(cache_folder);
    ck_ok(kin_session_new(workflow, cache, NULL, 0, &session, &err));
    const struct kin_run_options options = {.threads = 1};
    status = kin_session_run(session, &options, &err);
    ck_assert_msg(status == KIN_ECOLLISION, "%s", err.text);
    ck_assert_msg(strstr(err.text, "two different artifacts") != NULL, "%s", err.text);
    kin_session_free(session);
    kin_workflow_free(workflow);
    kin_diagnostics_release(&diagnostics);
    kin_cache_close(cache);
    uint64_t bad;
    ck_ok(kin_cache_verify(cache_folder, NULL, NULL, &bad, &err));
    ck_assert_uint_eq(bad, 0);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("collision", a_collision_is_refused, a_run_names_the_collision)
