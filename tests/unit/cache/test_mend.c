/* Whatever is wrong in any table, after mending verify finds nothing. */
#include "cache/writer.h"
#include "cache_support.h"

#define ROUNDS 40 /* for each table */

static struct kin_damage examine(const char *folder)
{
    struct kin_error err = {0};
    struct kin_damage damage;
    ck_ok(kin_cache_examine(folder, NULL, NULL, &damage, &err));
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
        ck_assert_msg(damage.findings == 0, "round %d: %d findings", (int)i, (int)damage.findings);
        kin_damage_release(&damage);
    }
    /* Harmless are only the temporary mark of a blob and the key of an item. */
    ck_assert_uint_ge(found, KIN_COUNT(tables) * ROUNDS * 8 / 10);
    kin_cache_close(cache);
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

TEST_MAIN("mend", leaves_nothing_to_complain_about, touches_nothing_that_is_sound)
