#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "cache/writer.h"
#include "cache_support.h"

struct report {
    struct kin_text lines;
    uint64_t bad;
};

static void collect(void *context, const char *line)
{
    struct report *report = context;
    kin_text_add(&report->lines, line);
    kin_text_add(&report->lines, "\n");
}

static struct report verify(const char *folder)
{
    struct kin_error err = {0};
    struct report report = {0};
    ck_ok(kin_cache_verify(folder, collect, &report, &report.bad, &err));
    return report;
}

static void ck_clean(const char *folder)
{
    struct report report = verify(folder);
    ck_assert_msg(report.bad == 0, "%s", kin_text_string(&report.lines));
    kin_text_release(&report.lines);
}

/* A cache with something in every table. */
static void fill(struct kin_cache *cache)
{
    struct kin_error err = {0};
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_digest family = name_digest("family");
    for (uint64_t i = 0; i < 20; i++) {
        char record[30];
        snprintf(record, sizeof record, "record %d", (int)i);
        struct kin_digest output = add_made(batch, 1 + (size_t)i * 1000, i, i % 3 == 0);
        struct kin_digest item = name_digest(record);
        struct kin_action action = make_action(record, output);
        ck_ok(kin_batch_action(batch, &action, &err));
        ck_ok(kin_batch_item(batch, &family, &item, &output, &err));
        ck_ok(kin_batch_record(batch, "runs", record, strlen(record), "x", 1, &err));
        if (i % 6 == 0)
            ck_ok(kin_batch_drop(batch, &output, &err));
    }
    add_made(batch, 3000000, 100, false);
    ck_ok(kin_cache_write(cache, batch, &err));
}

START_TEST(finds_nothing_wrong_in_a_healthy_cache)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    uint64_t bad;
    ck_assert_int_eq(kin_cache_verify(folder, NULL, NULL, &bad, &err), KIN_ENOTFOUND);
    struct kin_cache *cache = open_cache(folder);
    ck_clean(folder);
    fill(cache);
    ck_clean(folder); /* also while it is open here */
    struct kin_cache_stat stat;
    ck_ok(kin_cache_stat(cache, &stat, &err));
    ck_assert_uint_eq(stat.blobs, 17);
    ck_assert_uint_eq(stat.dropped, 4);
    ck_assert_uint_eq(stat.actions, 20);
    ck_assert_uint_eq(stat.items, 20);
    ck_assert_uint_eq(stat.runs, 20);
    ck_assert_uint_eq(stat.files, 0);
    ck_assert_uint_eq(stat.extents, 2 + 3);
    ck_assert_uint_gt(stat.file_bytes, stat.blob_bytes);
    ck_assert_uint_lt(stat.free_bytes, stat.file_bytes);
    kin_cache_close(cache);
    ck_clean(folder);
    remove_folder(folder);
}
END_TEST

/* Changes the stored copy of the bytes inside data.mdb; how many copies there were. */
static size_t damage(const char *folder, const unsigned char *bytes, size_t length, size_t at)
{
    char path[400];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    int fd = open(path, O_RDWR);
    struct stat st;
    ck_assert_int_eq(fstat(fd, &st), 0);
    size_t size = (size_t)st.st_size, found = 0;
    unsigned char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert(map != MAP_FAILED);
    for (unsigned char *p = map; (p = memmem(p, size - (size_t)(p - map), bytes, length)); p += 1) {
        p[at] ^= 0x10;
        found++;
    }
    munmap(map, size);
    close(fd);
    return found;
}

static void damage_made(const char *folder, size_t length, uint64_t seed, size_t at)
{
    unsigned char *bytes = make_bytes(length, seed);
    size_t piece = length < 4000 ? length : 4000; /* big ones do not lie together */
    size_t start = at < length - piece ? at : length - piece;
    /* pages that were freed hold copies as well */
    ck_assert_uint_ge(damage(folder, bytes + start, piece, at - start), 1);
    kin_free(bytes);
}

/* A flipped bit in any blob, first, middle or last byte: verify and get both find it, nothing else
 * suffers, and it can be stored anew. */
START_TEST(finds_every_damaged_blob)
{
    static const size_t lengths[] = {17, 300, 65536, 65537, 1048560, 3000000};
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    for (size_t i = 0; i < KIN_COUNT(lengths); i++)
        put_made(cache, lengths[i], i, false);
    for (size_t i = 0; i < KIN_COUNT(lengths) * 3; i++) {
        size_t n = i / 3, length = lengths[n];
        damage_made(folder, length, n, (length - 1) * (i % 3) / 2);
        struct kin_digest digest = digest_of_made(length, n);
        char name[KIN_DIGEST_TEXT], text[200];
        kin_digest_text(&digest, name);
        struct report report = verify(folder);
        snprintf(text, sizeof text, "blob %s: its %zu bytes give another digest\n", name, length);
        ck_assert_str_eq(kin_text_string(&report.lines), text);
        ck_assert_uint_eq(report.bad, 1);
        kin_text_release(&report.lines);
        void *bytes = NULL;
        size_t got;
        ck_assert_int_eq(kin_cache_get(cache, &digest, &bytes, &got, &err), KIN_ECORRUPT);
        snprintf(text, sizeof text,
                 "artifact %s is damaged in the cache: its bytes give another digest", name);
        ck_assert_str_eq(err.text, text);
        ck_assert_ptr_null(bytes);
        ck_assert_int_eq(kin_cache_presence(cache, &digest), KIN_ABSENT);
        ck_assert_int_eq(kin_cache_get(cache, &digest, &bytes, &got, &err), KIN_ENOTFOUND);
        report = verify(folder);
        snprintf(text, sizeof text, "blob %s: found damaged earlier, waits to be computed again\n",
                 name);
        ck_assert_str_eq(kin_text_string(&report.lines), text);
        kin_text_release(&report.lines);
        put_made(cache, length, n, false);
        for (size_t k = 0; k < KIN_COUNT(lengths); k++)
            ck_assert(has_made(cache, lengths[k], k));
        ck_clean(folder);
    }
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* A put meets stored bytes that are damaged, before any get has noticed: it replaces them. */
START_TEST(a_put_mends_damage)
{
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    put_made(cache, 500, 1, false);
    put_made(cache, 500, 2, false);
    damage_made(folder, 500, 1, 250);
    put_made(cache, 500, 1, true);
    ck_assert(has_made(cache, 500, 1));
    ck_assert(has_made(cache, 500, 2));
    ck_clean(folder);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(finds_damaged_records)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_digest output = put_made(cache, 10, 1, false);
    static const char record[] = "a canonical record that is long enough to be unique";
    struct kin_action action = make_action(record, output), read;
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_batch_action(batch, &action, &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    void *backing;
    char name[KIN_DIGEST_TEXT], text[200];
    kin_digest_text(&action.key, name);

    ck_assert_uint_ge(damage(folder, (const unsigned char *)record, sizeof record, 5), 1);
    ck_assert_int_eq(kin_cache_action(cache, &action.key, &read, &backing, &err), KIN_ECORRUPT);
    snprintf(text, sizeof text, "the record of action %s is damaged\n", name);
    struct report report = verify(folder);
    ck_assert_str_eq(kin_text_string(&report.lines), text);
    kin_text_release(&report.lines);

    batch = kin_batch_new(cache);
    ck_ok(kin_batch_action(batch, &action, &err));
    ck_ok(kin_cache_write(cache, batch, &err)); /* written anew */
    ck_clean(folder);
    /* the bits of the duration stand before the time */
    unsigned char stamp[16] = {0};
    memcpy(stamp, &action.seconds, 8);
    memcpy(stamp + 8, &action.made_at, 8);
    ck_assert_uint_ge(damage(folder, stamp, sizeof stamp, 3), 1);
    struct kin_outcome outcome;
    ck_assert(!kin_cache_find(cache, &action.key, &outcome));
    snprintf(text, sizeof text, "the outcome of action %s is damaged\n", name);
    report = verify(folder);
    ck_assert_str_eq(kin_text_string(&report.lines), text);
    kin_text_release(&report.lines);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

START_TEST(finds_lost_outputs)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_action action = make_action("record", name_digest("never stored"));
    struct kin_digest family = name_digest("family"), item = name_digest("item");
    struct kin_cache_batch *batch = kin_batch_new(cache);
    ck_ok(kin_batch_action(batch, &action, &err));
    ck_ok(kin_batch_item(batch, &family, &item, &action.outputs[0], &err));
    ck_ok(kin_cache_write(cache, batch, &err));
    char key[KIN_DIGEST_TEXT], output[KIN_DIGEST_TEXT], name[KIN_DIGEST_TEXT], text[300];
    kin_digest_text(&action.key, key);
    kin_digest_text(&action.outputs[0], output);
    kin_digest_text(&item, name);
    snprintf(text, sizeof text,
             "action %s: its output %s is lost\nitem %s: its output %s is lost\n", key, output,
             name, output);
    struct report report = verify(folder);
    ck_assert_uint_eq(report.bad, 2);
    ck_assert_str_eq(kin_text_string(&report.lines), text);
    kin_text_release(&report.lines);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* Writes nonsense into tables, as a fault in this program would. */
static void tamper(struct kin_cache *cache, enum kin_store_table table, uint64_t id,
                   const void *value, size_t length)
{
    MDB_txn *txn;
    ck_assert_int_eq(mdb_txn_begin(cache->env, NULL, 0, &txn), 0);
    ck_assert_int_eq(kin_store_put(cache, txn, table, &id, sizeof id, value, length), 0);
    ck_assert_int_eq(mdb_txn_commit(txn), 0);
}

START_TEST(finds_counts_that_are_wrong)
{
    const char *folder = fresh_folder();
    struct kin_cache *cache = open_cache(folder);
    put_made(cache, 1000, 1, false);
    unsigned char count[8];
    kin_store_pack(count, 999, 8);
    tamper(cache, KIN_TABLE_LIVE, 1, count, 8);
    tamper(cache, KIN_TABLE_EXTENT, 7, "orphan", 6);
    tamper(cache, KIN_TABLE_LIVE, 9, count, 8);
    tamper(cache, KIN_TABLE_BLOB, 5, "x", 1);
    tamper(cache, KIN_TABLE_ORIGIN, 5, "x", 1);
    struct report report = verify(folder);
    ck_assert_str_eq(kin_text_string(&report.lines),
                     "an index entry of 8 and 1 bytes makes no sense\n"
                     "extent 1: 1000 bytes, counted as 999 in use, of which blobs use 1000\n"
                     "extent 7: 6 bytes, counted as 0 in use, of which blobs use 0\n"
                     "a count for an extent that is not there\n"
                     "the record of an action without its outcome\n");
    ck_assert_uint_eq(report.bad, 5);
    kin_text_release(&report.lines);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* Damage to LMDB's own pages, page after page: an answer each time, no crash, no hang. */
START_TEST(outlives_damaged_pages)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    fill(cache);
    kin_cache_close(cache);
    char path[400], *good;
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    size_t length, noticed = 0;
    ck_ok(kin_read_file(path, &good, &length, &err));
    for (size_t page = 0; page < length / 4096 && page < 60; page++) {
        char *bad_bytes = malloc(length);
        memcpy(bad_bytes, good, length);
        memset(bad_bytes + page * 4096, page % 2 ? 0xFF : 0, 4096);
        ck_ok(kin_write_file(path, bad_bytes, length, &err));
        free(bad_bytes);
        uint64_t bad = 0;
        int status = kin_cache_verify(folder, NULL, NULL, &bad, &err);
        ck_assert_msg(status == 0 || status == KIN_EUNUSABLE, "page %zu: %s", page, err.text);
        noticed += status != 0 || bad > 0;
    }
    ck_assert_uint_gt(noticed, 5);
    kin_free(good);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("verify", finds_nothing_wrong_in_a_healthy_cache, finds_every_damaged_blob,
          a_put_mends_damage, finds_damaged_records, finds_lost_outputs,
          finds_counts_that_are_wrong, outlives_damaged_pages)
