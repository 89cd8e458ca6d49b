/* Whatever is wrong in any table, after mending verify finds nothing. */
#include "cache/writer.h"
#include "cache_support.h"

#define ROUNDS 40 /* for each table */

static char finding[500]; /* the last one */

static void keep_finding(void *context, const char *line)
{
    (void)context;
    snprintf(finding, sizeof finding, "%s", line);
}

static struct kin_damage examine(const char *folder)
{
    struct kin_error err = {0};
    struct kin_damage damage;
    ck_ok(kin_cache_examine(folder, keep_finding, NULL, &damage, &err));
    return damage;
}

static void fill(struct kin_cache *cache, uint64_t seed)
{
    struct kin_error err = {0};
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_digest family = name_digest("family");
    for (uint64_t i = 0; i < 8; i++) {
        char record[60];
        snprintf(record, sizeof record, "record %llu", (unsigned long long)(seed * 100 + i));
        struct kin_digest output = add_made(batch, 1 + (size_t)i * 9000, seed * 100 + i, i == 3);
        struct kin_digest item = name_digest(record);
        struct kin_action action = make_action(record, output);
        ck_ok(kin_batch_action(batch, &action, &err));
        ck_ok(kin_batch_item(batch, &family, &item, &output, &err));
        if (i == 3)
            ck_ok(kin_batch_drop(batch, &output, &err));
    }
    add_made(batch, 2500000, seed * 100 + 99, false);
    ck_ok(kin_cache_write(cache, batch, &err));
}

/* Flips one bit of the n-th value of a table. */
static void flip(struct kin_cache *cache, enum kin_store_table table, size_t n, size_t bit)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    MDB_stat stat;
    ck_assert_int_eq(mdb_txn_begin(cache->env, NULL, 0, &txn), 0);
    ck_assert_int_eq(mdb_stat(txn, cache->dbi[table], &stat), 0);
    ck_assert_int_eq(mdb_cursor_open(txn, cache->dbi[table], &cursor), 0);
    for (size_t i = 0; i <= n % stat.ms_entries; i++)
        ck_assert_int_eq(mdb_cursor_get(cursor, &key, &value, MDB_NEXT), 0);
    unsigned char *bytes = kin_alloc(value.mv_size, 1), id[64];
    memcpy(bytes, value.mv_data, value.mv_size);
    memcpy(id, key.mv_data, key.mv_size);
    bit %= 8 * value.mv_size;
    bytes[bit / 8] ^= (unsigned char)(1 << (bit % 8));
    MDB_val own = {key.mv_size, id}, damaged = {value.mv_size, bytes};
    if (table == KIN_TABLE_ITEM)
        ck_assert_int_eq(mdb_cursor_del(cursor, 0), 0);
    mdb_cursor_close(cursor);
    ck_assert_int_eq(mdb_put(txn, cache->dbi[table], &own, &damaged, 0), 0);
    ck_assert_int_eq(mdb_txn_commit(txn), 0);
    kin_free(bytes);
}

START_TEST(leaves_nothing_to_complain_about)
{
    static const enum kin_store_table tables[] = {KIN_TABLE_BLOB,   KIN_TABLE_EXTENT,
                                                  KIN_TABLE_LIVE,   KIN_TABLE_OUTCOME,
                                                  KIN_TABLE_ORIGIN, KIN_TABLE_ITEM};
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    uint64_t found = 0, state = 12345;
    for (uint64_t i = 0; i < KIN_COUNT(tables) * ROUNDS; i++) {
        fill(cache, i % 5);
        state = state * 6364136223846793005u + 1442695040888963407u;
        flip(cache, tables[i % KIN_COUNT(tables)], (size_t)(state >> 33), (size_t)(state >> 20));
        struct kin_damage damage = examine(folder);
        struct kin_mended mended;
        found += damage.findings > 0;
        ck_assert(!damage.structural);
        ck_ok(kin_cache_mend(cache, &damage, true, &mended, &err));
        kin_damage_release(&damage);
        damage = examine(folder);
        ck_assert_msg(damage.findings == 0, "round %d: %s", (int)i, finding);
        kin_damage_release(&damage);
    }
    /* Harmless are only the temporary mark of a blob and the key of an item. */
    ck_assert_uint_ge(found, KIN_COUNT(tables) * ROUNDS * 8 / 10);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

/* ---- keys ---- */

#define LEAVES 400 /* actions: enough for trees of several pages */

static void name_record(char record[200], uint64_t i)
{
    snprintf(record, 200, "record %llu, of some length: %0140llu", (unsigned long long)i,
             (unsigned long long)i);
}

static void fill_trees(const char *folder)
{
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_cache_batch *batch = kin_batch_new(cache);
    struct kin_digest family = name_digest("family");
    for (uint64_t i = 0; i < LEAVES; i++) {
        char record[200];
        name_record(record, i);
        struct kin_digest output = add_made(batch, 40, i, false);
        struct kin_action action = make_action(record, output);
        ck_ok(kin_batch_action(batch, &action, &err));
        ck_ok(kin_batch_item(batch, &family, &action.key, &output, &err));
    }
    ck_ok(kin_cache_write(cache, batch, &err));
    kin_cache_close(cache);
}

/* Where a digest stands in a file: as a key of a leaf or a branch, in a value, on an old page. */
static size_t places_of(const char *bytes, size_t n, const struct kin_digest *digest,
                        size_t places[16])
{
    size_t found = 0;
    const char *at = bytes;
    while (found < 16 && (at = memmem(at, n - (size_t)(at - bytes), digest->bytes, 16)) != NULL)
        places[found++] = (size_t)(at++ - bytes);
    return found;
}

static size_t mend_damaged_byte(const char *folder, const char *path, char *bytes, size_t n,
                                size_t at, int bit)
{
    struct kin_error err = {0};
    struct kin_mended mended;
    bytes[at] = (char)(bytes[at] ^ 1 << bit);
    ck_ok(kin_write_file(path, bytes, n, &err));
    bytes[at] = (char)(bytes[at] ^ 1 << bit);
    struct kin_damage damage = examine(folder);
    size_t found = damage.findings;
    ck_assert(!damage.structural);
    struct kin_cache *cache = open_cache(folder);
    ck_ok(kin_cache_mend(cache, &damage, true, &mended, &err));
    kin_cache_close(cache);
    kin_damage_release(&damage);
    damage = examine(folder);
    ck_assert_msg(damage.findings == 0, "bit %d of byte %zu: %s", bit, at, finding);
    kin_damage_release(&damage);
    return found;
}

START_TEST(takes_out_what_a_damaged_key_hides)
{
    const char *folder = fresh_folder();
    fill_trees(folder);
    char path[300];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    struct kin_error err = {0};
    size_t n, found = 0, damaged = 0;
    char *bytes;
    ck_ok(kin_read_file(path, &bytes, &n, &err));
    for (uint64_t i = 0; i < LEAVES; i += 5) {
        char record[200];
        name_record(record, i);
        struct kin_digest digest = i % 2 ? digest_of_made(40, i) : name_digest(record);
        size_t places[16], n_places = places_of(bytes, n, &digest, places);
        ck_assert_uint_gt(n_places, 1);
        for (size_t k = 0; k < n_places; k++, damaged++)
            found += mend_damaged_byte(folder, path, bytes, n, places[k] + i % 5, (int)i % 8) > 0;
    }
    /* Harmless are old pages, and an item's key that stays between its neighbours. */
    ck_assert_uint_ge(found, damaged / 2);
    kin_free(bytes);
    remove_folder(folder);
}
END_TEST

START_TEST(touches_nothing_that_is_sound)
{
    const char *folder = fresh_folder();
    struct kin_error err = {0};
    struct kin_cache *cache = open_cache(folder);
    struct kin_mended mended;
    fill(cache, 1);
    struct kin_digest sound = digest_of_made(9001, 101);
    const struct kin_damage rumour = {.findings = 1, .list = &sound, .n = 1};
    ck_ok(kin_cache_mend(cache, &rumour, true, &mended, &err));
    ck_assert_uint_eq(mended.artifacts + mended.actions + mended.items + mended.others, 0);
    ck_assert(has_made(cache, 9001, 101));
    kin_cache_close(cache);
    ck_ok(kin_cache_open(&(struct kin_cache_options){.folder = folder, .read_only = true}, &cache,
                         &err));
    ck_assert_int_eq(kin_cache_mend(cache, &rumour, true, &mended, &err), KIN_EACCESS);
    kin_cache_close(cache);
    remove_folder(folder);
}
END_TEST

TEST_MAIN("mend", leaves_nothing_to_complain_about, takes_out_what_a_damaged_key_hides,
          touches_nothing_that_is_sound)
