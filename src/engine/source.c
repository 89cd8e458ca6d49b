/* Sources: what lies outside is listed at every run; where a digest lies on this disk stays here.
 */
#include <stdlib.h>
#include <string.h>

#include "session.h"

struct listing *source_listing(struct kin_session *session, const struct instance *instance)
{
    size_t i = session->listing_of[instance->number];
    return i == SIZE_MAX ? NULL : &session->listings[i];
}

/* ---- what a scan calls ---- */

struct scan_context {
    struct kin_session *session;
    const struct instance *instance;
    struct listing *listing;
};

static int remember(struct kin_session *session, const struct kin_digest *digest, const char *path,
                    struct kin_error *err)
{
    KIN_TRY(kin_grow(&session->located, &session->located_capacity, session->n_located + 1,
                     sizeof *session->located, err));
    char *copy = kin_strdup(path);
    if (!copy)
        return kin_fail(err, KIN_ENOMEM, "no memory for a path");
    session->located[session->n_located++] = (struct located){.digest = *digest, .path = copy};
    return 0;
}

static int scan_file(void *context, const char *path, struct kin_digest *out, struct kin_error *err)
{
    struct kin_session *session = ((struct scan_context *)context)->session;
    KIN_TRY(kin_cache_file_digest(session->cache, path, out, err));
    return remember(session, out, path, err);
}

static int add_listed(struct listing *listing, const char *id, struct kin_value *value, bool failed,
                      struct kin_error *err)
{
    KIN_TRY(
        kin_grow(&listing->list, &listing->capacity, listing->n + 1, sizeof *listing->list, err));
    struct listed listed = {.id = kin_strdup(id), .failed = failed};
    if (!listed.id)
        return kin_fail(err, KIN_ENOMEM, "no memory for an id");
    int status = kin_value_encode(value, &listed.bytes, &listed.length, err);
    if (status != 0) {
        kin_free(listed.id);
        return status;
    }
    listed.digest = kin_digest_of(listed.bytes, listed.length);
    listing->list[listing->n++] = listed;
    return 0;
}

static int scan_add(void *context, const char *id, struct kin_value *takes, struct kin_error *err)
{
    int status = add_listed(((struct scan_context *)context)->listing, id, takes, false, err);
    kin_value_free(takes);
    return status;
}

static int scan_reject(void *context, const char *id, const struct kin_error *why,
                       struct kin_error *err)
{
    KIN_AUTO(kin_value_auto) struct kin_value *failure = NULL;
    KIN_TRY(kin_failure_new(why->text, &failure, err));
    return add_listed(((struct scan_context *)context)->listing, id, failure, true, err);
}

static const char *scan_recall(void *context, const char *name)
{
    const struct kin_session *session = ((struct scan_context *)context)->session;
    for (size_t i = 0; i < session->n_remembered; i++)
        if (strcmp(session->remembered[i].name, name) == 0)
            return session->remembered[i].text;
    return NULL;
}

static int scan_remember(void *context, const char *name, const char *text, struct kin_error *err)
{
    struct kin_session *session = ((struct scan_context *)context)->session;
    KIN_TRY(kin_grow(&session->remembered, &session->remembered_capacity, session->n_remembered + 1,
                     sizeof *session->remembered, err));
    struct remembered *one = &session->remembered[session->n_remembered++];
    one->name = kin_strdup(name);
    one->text = kin_strdup(text);
    if (one->name && one->text)
        return 0;
    session->n_remembered--;
    kin_free(one->name);
    kin_free(one->text);
    return kin_fail(err, KIN_ENOMEM, "no memory for a scan");
}

static void scan_warn(void *context, const char *text)
{
    const struct scan_context *scanning = context;
    session_tell(scanning->session, KIN_LOG_WARN, scanning->instance, "%s", text);
}

static bool scan_cancelled(void *context)
{
    return session_cancelled(((struct scan_context *)context)->session);
}

/* ---- scanning ---- */

static int by_digest(const void *a, const void *b)
{
    return kin_digest_compare(&((const struct located *)a)->digest,
                              &((const struct located *)b)->digest);
}

static int make_manifest(struct listing *listing, struct kin_error *err)
{
    KIN_AUTO(kin_auto_free) struct kin_entry *entries = NULL;
    KIN_TRY(kin_alloc_into(&entries, listing->n, sizeof *entries, err));
    for (size_t i = 0; i < listing->n; i++)
        entries[i] = (struct kin_entry){.id = listing->list[i].id,
                                        .digest = listing->list[i].digest,
                                        .failed = listing->list[i].failed};
    KIN_TRY(kin_collection_new("source", entries, listing->n, &listing->manifest, err));
    return kin_value_digest(listing->manifest, &listing->digest, err);
}

/* The files are not here; perhaps a snapshot says what they were. */
static int recall_listing(struct kin_session *session, struct instance *instance,
                          struct listing *listing, struct kin_error *err)
{
    KIN_TRY(source_recall(session, instance, listing, &listing->recalled, err));
    if (listing->recalled)
        listing->absent.status = 0;
    return 0;
}

int source_scan(struct kin_session *session, struct instance *instance, struct kin_error *err)
{
    struct listing *listing = source_listing(session, instance);
    if (listing->scanned)
        return 0;
    struct scan_context context = {.session = session, .instance = instance, .listing = listing};
    struct kin_scan scan = {.args = args_of(session, instance),
                            .context = &context,
                            .file = scan_file,
                            .add = scan_add,
                            .reject = scan_reject,
                            .recall = scan_recall,
                            .remember = scan_remember,
                            .warn = scan_warn,
                            .cancelled = scan_cancelled,
                            .trust = session->trust};
    int status = step_of(session, instance)->kind->scan(&scan, err);
    if (status == KIN_ENOTFOUND || status == KIN_EACCESS) {
        listing->scanned = true;
        listing->absent = *err;
        return status == KIN_ENOTFOUND ? recall_listing(session, instance, listing, err) : 0;
    }
    if (status != 0)
        return session_blame(session, instance, err);
    if (make_manifest(listing, err) != 0)
        return session_blame(session, instance, err);
    if (session->n_located > 0)
        qsort(session->located, session->n_located, sizeof *session->located, by_digest);
    listing->scanned = true;
    return 0;
}

/* The bytes of what was listed are given to the cache once, by whichever thread comes first. */
static void *take_bytes(struct kin_session *session, struct listed *listed)
{
    pthread_mutex_lock(&session->lock);
    void *bytes = listed->bytes;
    listed->bytes = NULL;
    pthread_mutex_unlock(&session->lock);
    return bytes;
}

int source_store(struct kin_session *session, struct instance *instance, struct kin_error *err)
{
    struct listing *listing = source_listing(session, instance);
    if (!listing || !listing->manifest)
        return 0;
    struct kin_cache_batch *batch = kin_batch_new(session->cache);
    if (!batch)
        return kin_fail(err, KIN_ENOMEM, "no memory for a batch");
    int status = 0;
    for (size_t i = 0; i < listing->n && status == 0; i++) {
        struct listed *listed = &listing->list[i];
        void *bytes = take_bytes(session, listed);
        if (bytes)
            status = kin_batch_blob(batch, &listed->digest, bytes, listed->length, false, err);
    }
    void *bytes;
    size_t length;
    if (status == 0) /* no action names them before the work is done */
        status = kin_batch_lease(batch, &listing->digest, 1, err);
    if (status == 0)
        status = kin_value_encode(listing->manifest, &bytes, &length, err);
    if (status == 0)
        status = kin_batch_blob(batch, &listing->digest, bytes, length, false, err);
    if (status != 0) {
        kin_batch_free(batch);
        return status;
    }
    return kin_cache_write(session->cache, batch, err);
}

/* A recalled source has no files: says why. */
static int audio_absent(const struct kin_session *session, const char *hex, struct kin_error *err)
{
    for (size_t i = 0; i < session->n_listings; i++)
        if (session->listings[i].recalled)
            return kin_fail(err, KIN_ENOTFOUND,
                            "the audio with the content %s is not here, and it is needed: %s", hex,
                            session->listings[i].absent.text);
    return kin_fail(err, KIN_ENOTFOUND, "no file here has the content %s", hex);
}

int source_bytes(struct kin_session *session, const struct kin_digest *digest, void **bytes,
                 size_t *length, struct kin_error *err)
{
    struct located wanted = {.digest = *digest};
    const struct located *found = session->n_located == 0
                                      ? NULL
                                      : bsearch(&wanted, session->located, session->n_located,
                                                sizeof *session->located, by_digest);
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(digest, hex);
    if (!found)
        return audio_absent(session, hex, err);
    char *data;
    KIN_TRY(kin_read_file(found->path, &data, length, err));
    struct kin_digest now = kin_digest_of(data, *length);
    if (!kin_digest_equal(&now, digest)) {
        kin_free(data);
        return kin_fail(err, KIN_EIO, "'%s' changed while it was in use; run again", found->path);
    }
    *bytes = data;
    return 0;
}

void sources_free(struct kin_session *session)
{
    for (size_t i = 0; session->listings && i < session->n_listings; i++) {
        struct listing *listing = &session->listings[i];
        for (size_t k = 0; k < listing->n; k++) {
            kin_free(listing->list[k].id);
            kin_free(listing->list[k].bytes);
        }
        kin_free(listing->list);
        kin_value_free(listing->manifest);
    }
    kin_free(session->listings);
    for (size_t i = 0; i < session->n_remembered; i++) {
        kin_free(session->remembered[i].name);
        kin_free(session->remembered[i].text);
    }
    kin_free(session->remembered);
    for (size_t i = 0; i < session->n_located; i++)
        kin_free(session->located[i].path);
    kin_free(session->located);
}
