/*
 * Sources whose files are not here. When a snapshot that was loaded says what such a source held,
 * its catalog is taken from there: everything that was computed from it counts, and only what needs
 * the audio itself fails.
 */
#include <string.h>

#include "session.h"

/* The runs that came with snapshots, oldest first. */
struct loaded_runs {
    struct kin_digest *list;
    size_t n, capacity;
    struct kin_error *err;
};

static void loaded_runs_release(struct loaded_runs *runs)
{
    kin_free(runs->list);
}

/* An entry of the table «runs»: the digest of the record, then what was run. */
static int take_run(void *context, const void *key, size_t key_length, const void *value,
                    size_t value_length)
{
    (void)key, (void)key_length;
    static const char mark[] = " snapshot ";
    struct loaded_runs *runs = context;
    const size_t digits = KIN_DIGEST_TEXT - 1;
    char hex[KIN_DIGEST_TEXT] = "";
    struct kin_digest digest;
    if (value_length < digits + sizeof mark - 1 ||
        memcmp((const char *)value + digits, mark, sizeof mark - 1) != 0)
        return 0;
    memcpy(hex, value, digits);
    if (!kin_digest_parse(hex, &digest))
        return 0;
    KIN_TRY(kin_grow(&runs->list, &runs->capacity, runs->n + 1, sizeof *runs->list, runs->err));
    runs->list[runs->n++] = digest;
    return 0;
}

/* Whether the instance, had it this listing, would have this very record. */
static int try_record(struct kin_session *session, const struct instance *instance,
                      struct listing *listing, const char *record, bool *found,
                      struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text own = {0};
    if (!record_listing(record, &listing->digest))
        return 0;
    KIN_TRY(record_text(session, instance, RECORD_ACTION, 0, &own, err));
    *found = strcmp(kin_text_string(&own), record) == 0;
    return 0;
}

static int try_run(struct kin_session *session, const struct instance *instance,
                   struct listing *listing, const struct kin_digest *run, bool *found,
                   struct kin_error *err)
{
    KIN_AUTO(history_release) struct history history;
    KIN_AUTO(kin_text_release) struct kin_text name = {0};
    KIN_AUTO(kin_auto_free) void *backing = NULL;
    struct kin_action action;
    KIN_TRY(history_open(session, run, &history, err));
    kin_instance_name(step_of(session, instance), instance->point, &name);
    KIN_TRY(kin_text_check(&name, err));
    const struct kin_digest *key =
        history.value ? history_find(&history, kin_text_string(&name)) : NULL;
    if (!key || kin_cache_action(session->cache, key, &action, &backing, NULL) != 0)
        return 0;
    return try_record(session, instance, listing, action.record, found, err);
}

int source_recall(struct kin_session *session, struct instance *instance, struct listing *listing,
                  bool *found, struct kin_error *err)
{
    KIN_AUTO(loaded_runs_release) struct loaded_runs runs = {.err = err};
    *found = false;
    if (!kin_kind_is_map(step_of(session, instance)->kind))
        return 0; /* it has no catalog: it runs a program, whose scripts may be other ones by now */
    KIN_TRY(kin_cache_walk(session->cache, "runs", take_run, &runs, err));
    for (size_t i = runs.n; i-- > 0 && !*found;)
        KIN_TRY(try_run(session, instance, listing, &runs.list[i], found, err));
    if (*found)
        session_tell(session, KIN_LOG_WARN, instance,
                     "%s: going on with the catalog that came in a snapshot; what needs the audio "
                     "itself will fail",
                     listing->absent.text);
    return 0;
}
