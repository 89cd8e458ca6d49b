/*
 * Runs, pins, and what they keep. Records:
 *   runs     stamp (big-endian)   «DIGEST PATH»
 *   history  workflow             digest of its last run
 *   pins     digest               «run» or «action»
 *   saved    «all»                struct kin_saved
 */
#include "kindred/upkeep.h"

#include <stdlib.h>
#include <string.h>

#include "session.h"

#define SHORTEST_NAME 4 /* digits */

/* ---- runs ---- */

static bool is_pinned(struct kin_cache *cache, const struct kin_digest *digest)
{
    KIN_AUTO(kin_auto_free) void *value = NULL;
    size_t n;
    return kin_cache_record(cache, "pins", digest->bytes, sizeof digest->bytes, &value, &n, NULL) ==
           0;
}

struct run_list {
    struct kin_run *list;
    size_t n, capacity;
    struct kin_error *err;
};

static void runs_release(struct run_list *runs)
{
    for (size_t i = 0; i < runs->n; i++)
        kin_free((char *)runs->list[i].workflow);
    kin_free(runs->list);
}

/* A record that is none is passed over: verify says so. */
static int take_run(void *context, const void *key, size_t key_length, const void *value,
                    size_t value_length)
{
    struct run_list *runs = context;
    struct kin_run run = {0};
    char hex[KIN_DIGEST_TEXT] = "";
    if (key_length != sizeof run.stamp || value_length < KIN_DIGEST_TEXT)
        return 0;
    memcpy(&run.stamp, key, sizeof run.stamp);
    run.stamp = __builtin_bswap64(run.stamp);
    memcpy(hex, value, KIN_DIGEST_TEXT - 1);
    if (!kin_digest_parse(hex, &run.digest))
        return 0;
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_add_bytes(&path, (const char *)value + KIN_DIGEST_TEXT,
                       value_length - KIN_DIGEST_TEXT);
    KIN_TRY(kin_grow(&runs->list, &runs->capacity, runs->n + 1, sizeof *runs->list, runs->err));
    run.workflow = kin_strdup(kin_text_string(&path));
    if (!run.workflow)
        return kin_fail(runs->err, KIN_ENOMEM, "no memory for a list of runs");
    runs->list[runs->n++] = run;
    return 0;
}

/* How many later runs of the same workflow there are. */
static uint64_t runs_after(const struct run_list *runs, size_t i)
{
    uint64_t n = 0;
    for (size_t k = i + 1; k < runs->n; k++)
        n += strcmp(runs->list[k].workflow, runs->list[i].workflow) == 0;
    return n;
}

static int list_runs(struct kin_cache *cache, struct run_list *out, struct kin_error *err)
{
    *out = (struct run_list){.err = err};
    KIN_TRY(kin_cache_walk(cache, "runs", take_run, out, err));
    for (size_t i = 0; i < out->n; i++) {
        out->list[i].pinned = is_pinned(cache, &out->list[i].digest);
        out->list[i].last = runs_after(out, i) == 0;
    }
    return 0;
}

int kin_runs_each(struct kin_cache *cache,
                  int (*visit)(void *context, const struct kin_run *run, struct kin_error *err),
                  void *context, struct kin_error *err)
{
    KIN_AUTO(runs_release) struct run_list runs = {0};
    KIN_TRY(list_runs(cache, &runs, err));
    for (size_t i = 0; i < runs.n; i++)
        KIN_TRY(visit(context, &runs.list[i], err));
    return 0;
}

static int open_keys(struct kin_run_keys *keys, struct kin_error *err)
{
    const struct kin_tensor *digests;
    KIN_TRY(kin_value_want(keys->value, "names", KIN_TEXT, 1, &keys->names, err));
    KIN_TRY(kin_value_want(keys->value, "keys", KIN_DIGEST, 1, &digests, err));
    if (kin_value_want(keys->value, "files", KIN_TEXT, 1, &keys->files, NULL) != 0 ||
        keys->files->shape[0] != keys->names->shape[0])
        keys->files = NULL;
    keys->n = keys->names->shape[0];
    keys->keys = digests->data;
    return digests->shape[0] == keys->n ? 0 : kin_fail(err, KIN_ECORRUPT, "a run without its keys");
}

int kin_run_open(struct kin_cache *cache, const struct kin_digest *digest, struct kin_run_keys *out,
                 struct kin_error *err)
{
    void *bytes;
    size_t length;
    *out = (struct kin_run_keys){0};
    KIN_TRY(kin_cache_get(cache, digest, &bytes, &length, err));
    int status = kin_value_decode(bytes, length, &out->value, err);
    if (status != 0) {
        kin_free(bytes);
        return status;
    }
    status = open_keys(out, err);
    if (status != 0)
        kin_run_release(out);
    return status;
}

void kin_run_release(struct kin_run_keys *keys)
{
    kin_value_free(keys->value);
    *keys = (struct kin_run_keys){0};
}

/* ---- what was saved ---- */

int kin_saved_read(struct kin_cache *cache, struct kin_saved *out, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) void *stored = NULL;
    size_t length = 0;
    *out = (struct kin_saved){0};
    int status = kin_cache_record(cache, "saved", "all", 3, &stored, &length, err);
    if (status == 0 && length == sizeof *out)
        memcpy(out, stored, sizeof *out);
    return status == KIN_ENOTFOUND ? 0 : status;
}

int kin_saved_add(struct kin_cache *cache, struct kin_cache_batch *batch,
                  const struct kin_saved *saved, struct kin_error *err)
{
    struct kin_saved all;
    KIN_TRY(kin_saved_read(cache, &all, err));
    all.hits += saved->hits;
    all.seconds += saved->seconds;
    return kin_batch_record(batch, "saved", "all", 3, &all, sizeof all, err);
}

/* ---- pins ---- */

struct search {
    const char *what;
    struct kin_digest found;
    size_t n;
    bool is_run;
};

static void compare(struct search *search, const struct kin_digest *digest, bool is_run)
{
    char name[KIN_DIGEST_TEXT];
    kin_digest_text(digest, name);
    if (strncmp(name, search->what, strlen(search->what)) != 0)
        return;
    if (search->n > 0 && kin_digest_equal(digest, &search->found))
        return;
    search->n++;
    search->found = *digest;
    search->is_run = is_run;
}

static int compare_action(void *context, const struct kin_action *action)
{
    compare(context, &action->key, false);
    return 0;
}

int kin_pin_find(struct kin_cache *cache, const char *what, struct kin_digest *out, bool *is_run,
                 struct kin_error *err)
{
    KIN_AUTO(runs_release) struct run_list runs = {0};
    struct search search = {.what = what};
    KIN_TRY(list_runs(cache, &runs, err));
    for (size_t i = runs.n; i-- > 0;) {
        if (strcmp(runs.list[i].workflow, what) != 0)
            continue;
        *out = runs.list[i].digest;
        *is_run = true;
        return 0;
    }
    if (strlen(what) < SHORTEST_NAME)
        return kin_fail(err, KIN_EINVAL,
                        "'%s': wanted a workflow that was run, or %d digits and "
                        "more of what 'kindred cache ls' prints",
                        what, SHORTEST_NAME);
    for (size_t i = 0; i < runs.n; i++)
        compare(&search, &runs.list[i].digest, true);
    KIN_TRY(kin_cache_each_action(cache, compare_action, &search, err));
    if (search.n != 1)
        return kin_fail(err, KIN_EINVAL,
                        search.n == 0 ? "'%s' is no workflow that was run and the beginning of no "
                                        "run or action: 'kindred cache ls' lists them"
                                      : "'%s' is the beginning of several runs or actions: write "
                                        "more of it",
                        what);
    *out = search.found;
    *is_run = search.is_run;
    return 0;
}

int kin_pin_set(struct kin_cache *cache, const struct kin_digest *digest, bool is_run, bool pinned,
                struct kin_error *err)
{
    const char *text = is_run ? "run" : "action";
    struct kin_cache_batch *batch = kin_batch_new(cache);
    if (!batch)
        return kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    int status = kin_batch_record(batch, "pins", digest->bytes, sizeof digest->bytes,
                                  pinned ? text : NULL, pinned ? strlen(text) : 0, err);
    if (status != 0) {
        kin_batch_free(batch);
        return status;
    }
    return kin_cache_write(cache, batch, err);
}

struct pin_walk {
    int (*visit)(void *context, const struct kin_digest *digest, bool is_run);
    void *context;
};

static int take_pin(void *context, const void *key, size_t key_length, const void *value,
                    size_t value_length)
{
    const struct pin_walk *walk = context;
    struct kin_digest digest;
    if (key_length != sizeof digest.bytes)
        return 0;
    memcpy(digest.bytes, key, sizeof digest.bytes);
    return walk->visit(walk->context, &digest, value_length == 3 && memcmp(value, "run", 3) == 0);
}

int kin_pins_each(struct kin_cache *cache,
                  int (*visit)(void *context, const struct kin_digest *digest, bool is_run),
                  void *context, struct kin_error *err)
{
    struct pin_walk walk = {.visit = visit, .context = context};
    return kin_cache_walk(cache, "pins", take_pin, &walk, err);
}

/* ---- roots ---- */

/* All a run knew; one whose record is gone keeps nothing. */
static int root_run(struct kin_cache *cache, struct kin_roots *roots,
                    const struct kin_digest *digest, bool pinned, struct kin_error *err)
{
    KIN_AUTO(kin_run_release) struct kin_run_keys keys;
    if (kin_run_open(cache, digest, &keys, NULL) != 0)
        return 0;
    KIN_TRY(kin_root_value(roots, digest, err));
    for (size_t i = 0; i < keys.n; i++) {
        char step[256];
        const char *name = kin_tensor_text(keys.names, i);
        size_t n = strcspn(name, "[");
        n = n < sizeof step ? n : sizeof step - 1;
        memcpy(step, name, n);
        step[n] = '\0';
        KIN_TRY(kin_root_action(roots, &keys.keys[i], step, pinned, err));
    }
    return 0;
}

static int root_runs(const struct kin_upkeep *upkeep, struct kin_roots *roots,
                     struct kin_error *err)
{
    KIN_AUTO(runs_release) struct run_list runs = {0};
    KIN_TRY(list_runs(upkeep->cache, &runs, err));
    for (size_t i = runs.n; i-- > 0;) {
        const struct kin_run *run = &runs.list[i];
        uint64_t stamp = __builtin_bswap64(run->stamp);
        bool kept =
            run->pinned || upkeep->keep_runs == 0 || runs_after(&runs, i) < upkeep->keep_runs;
        if (kept)
            KIN_TRY(root_run(upkeep->cache, roots, &run->digest, run->pinned, err));
        else
            KIN_TRY(kin_root_forget(roots, "runs", &stamp, sizeof stamp, err));
    }
    return 0;
}

struct rooting {
    struct kin_cache *cache;
    struct kin_roots *roots;
    struct kin_error *err;
};

static int root_pin(void *context, const struct kin_digest *digest, bool is_run)
{
    const struct rooting *rooting = context;
    return is_run ? root_run(rooting->cache, rooting->roots, digest, true, rooting->err)
                  : kin_root_action(rooting->roots, digest, NULL, true, rooting->err);
}

/* The last run of each workflow, also when the clock was set back since. */
static int root_last(void *context, const void *key, size_t key_length, const void *value,
                     size_t value_length)
{
    (void)key, (void)key_length;
    const struct rooting *rooting = context;
    struct kin_digest digest;
    if (value_length != sizeof digest.bytes)
        return 0;
    memcpy(digest.bytes, value, sizeof digest.bytes);
    return root_run(rooting->cache, rooting->roots, &digest, false, rooting->err);
}

int kin_upkeep_roots(void *context, struct kin_roots *roots, struct kin_error *err)
{
    const struct kin_upkeep *upkeep = context;
    struct rooting rooting = {.cache = upkeep->cache, .roots = roots, .err = err};
    KIN_TRY(kin_cache_walk(upkeep->cache, "history", root_last, &rooting, err));
    KIN_TRY(root_runs(upkeep, roots, err));
    return kin_pins_each(upkeep->cache, root_pin, &rooting, err);
}
