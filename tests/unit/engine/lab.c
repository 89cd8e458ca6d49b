#include "lab.h"

#include <string.h>
#include <unistd.h>

#include "cache/writer.h"
#include "kindred/npy.h"
#include "kindred/upkeep.h"

#define DIMS 3

void lab_vectors(struct lab *lab, size_t n, double first)
{
    struct kin_error err = {0};
    struct kin_tensor tensor;
    size_t shape[2] = {n, DIMS};
    ck_ok(kin_tensor_alloc(&tensor, KIN_F32, 2, shape, &err));
    for (size_t i = 0; i < n * DIMS; i++)
        ((float *)tensor.data)[i] = (float)(first + (double)i);
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/v.npy", lab->folder);
    ck_ok(kin_npy_write(path.data, &tensor, &err));
    kin_tensor_release(&tensor);
}

void lab_open(struct lab *lab, size_t n, double first)
{
    struct kin_error err = {0};
    *lab = (struct lab){0};
    strcpy(lab->folder, "/tmp/kindred-lab-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(lab->folder));
    lab_vectors(lab, n, first);
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_addf(&path, "%s/cache", lab->folder);
    const struct kin_cache_options options = {.folder = path.data};
    ck_ok(kin_cache_open(&options, &lab->cache, &err));
}

static void forget(struct lab *lab)
{
    kin_session_free(lab->session);
    kin_workflow_free(lab->workflow);
    lab->session = NULL;
    lab->workflow = NULL;
}

void lab_load(struct lab *lab, const char *steps, const char *target)
{
    struct kin_error err = {0};
    struct kin_diagnostics diagnostics = {0};
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    forget(lab);
    kin_text_addf(&text, "kindred: 1\nsteps:\n  v: { kind: vectors.npy, file: v.npy }\n%s", steps);
    kin_text_addf(&path, "%s/w.yaml", lab->folder);
    int status = kin_workflow_parse(text.data, text.length, path.data, NULL, 0, &lab->workflow,
                                    &diagnostics, &err);
    ck_assert_msg(status == 0, "%s", diagnostics.n ? diagnostics.list[0].shown : err.text);
    kin_diagnostics_release(&diagnostics);
    ck_ok(kin_session_new(lab->workflow, lab->cache, &target, target != NULL, &lab->session, &err));
}

static void take_message(void *context, enum kin_log_level level, const char *text)
{
    (void)level;
    kin_text_add(context, text);
    kin_text_add(context, "\n");
}

int lab_run(struct lab *lab, unsigned threads, struct kin_error *err)
{
    const struct kin_run_options options = {
        .threads = threads, .observer = {.context = &lab->messages, .message = take_message}};
    kin_text_clear(&lab->messages);
    return kin_session_run(lab->session, &options, err);
}

void lab_do(struct lab *lab, const char *steps, unsigned threads)
{
    struct kin_error err = {0};
    lab_load(lab, steps, NULL);
    ck_ok(lab_run(lab, threads, &err));
}

const struct kin_step_stats *lab_stats(const struct lab *lab, const char *step)
{
    const struct kin_step_stats *stats;
    size_t n = kin_session_steps(lab->session, &stats);
    for (size_t i = 0; i < n; i++)
        if (strcmp(stats[i].step, step) == 0)
            return &stats[i];
    ck_abort_msg("no step %s", step);
    return NULL;
}

void lab_save(struct lab *lab, const char *role)
{
    struct kin_error err = {0};
    struct kin_snapshot_builder *builder = NULL;
    struct kin_snapshot_saved saved;
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    const char *roles[] = {"data", role};
    const struct kin_snapshot_options options = {.roles = roles, .n_roles = role ? 2 : 0};
    kin_text_addf(&path, "%s/saved", lab->folder);
    ck_ok(kin_snapshot_begin(lab->cache, &options, &builder, &err));
    ck_ok(kin_session_snapshot(lab->session, builder, &err));
    ck_ok(kin_snapshot_write(builder, path.data, true, NULL, &saved, &err));
    kin_snapshot_end(builder);
}

void lab_move(struct lab *lab, const char *name)
{
    struct kin_error err = {0};
    struct kin_snapshot_loaded loaded;
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    forget(lab);
    kin_cache_close(lab->cache);
    kin_text_addf(&path, "%s/cache-%s", lab->folder, name);
    ck_ok(kin_cache_open(&(struct kin_cache_options){.folder = path.data}, &lab->cache, &err));
    kin_text_clear(&path);
    kin_text_addf(&path, "%s/saved", lab->folder);
    const struct kin_snapshot_load_options options = {
        .trust_unsigned = true, .believed = kin_follow_claim, .context = lab->cache};
    ck_ok(kin_snapshot_load(lab->cache, path.data, &options, &loaded, &err));
}

struct last_run {
    struct kin_digest digest;
};

static int take_last(void *context, const struct kin_run *run, struct kin_error *err)
{
    (void)err;
    ((struct last_run *)context)->digest = run->digest;
    return 0;
}

struct kin_digest lab_key(struct lab *lab, const char *name)
{
    struct kin_error err = {0};
    struct last_run last;
    struct kin_run_keys keys;
    ck_ok(kin_runs_each(lab->cache, take_last, &last, &err));
    ck_ok(kin_run_open(lab->cache, &last.digest, &keys, &err));
    size_t i = 0;
    while (i < keys.n && strcmp(kin_tensor_text(keys.names, i), name) != 0)
        i++;
    ck_assert_msg(i < keys.n, "the last run had no %s", name);
    struct kin_digest key = keys.keys[i];
    kin_run_release(&keys);
    return key;
}

struct kin_digest lab_output(struct lab *lab, const char *name)
{
    struct kin_outcome outcome;
    struct kin_digest key = lab_key(lab, name);
    ck_assert(kin_cache_find(lab->cache, &key, &outcome));
    return outcome.outputs[0];
}

void lab_damage(struct lab *lab, const struct kin_digest *digest)
{
    struct kin_error err = {0};
    struct kin_cache *cache = lab->cache;
    struct kin_place place;
    MDB_txn *txn;
    MDB_val value;
    ck_assert_int_eq(mdb_txn_begin(cache->env, NULL, 0, &txn), 0);
    ck_ok(kin_blob_find(cache, txn, digest, &place, &err));
    ck_assert_int_eq(
        kin_store_get(cache, txn, KIN_TABLE_EXTENT, &place.extent, sizeof place.extent, &value), 0);
    unsigned char *bytes = kin_alloc(value.mv_size, 1);
    memcpy(bytes, value.mv_data, value.mv_size);
    bytes[place.offset + place.length / 2] ^= 4;
    ck_assert_int_eq(kin_store_put(cache, txn, KIN_TABLE_EXTENT, &place.extent, sizeof place.extent,
                                   bytes, value.mv_size),
                     0);
    kin_free(bytes);
    ck_assert_int_eq(mdb_txn_commit(txn), 0);
}

void lab_forget(struct lab *lab, const char *name)
{
    struct kin_error err = {0};
    struct kin_digest key = lab_key(lab, name);
    struct kin_writing w = {.cache = lab->cache};
    ck_assert_int_eq(mdb_txn_begin(lab->cache->env, NULL, 0, &w.txn), 0);
    ck_ok(kin_action_forget(&w, &key, &err));
    ck_assert_int_eq(mdb_txn_commit(w.txn), 0);
}

void lab_close(struct lab *lab)
{
    forget(lab);
    kin_cache_close(lab->cache);
    kin_text_release(&lab->messages);
    KIN_AUTO(kin_text_release) struct kin_text command = {0};
    kin_text_addf(&command, "rm -rf '%s'", lab->folder);
    ck_assert_int_eq(system(command.data), 0);
}
