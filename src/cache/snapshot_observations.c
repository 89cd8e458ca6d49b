/*
 * observations.json: for every claim who computed it, when, and in how many seconds. It is outside
 * of the signature, and of what two people who computed the same have in common; nothing but what a
 * person reads, and forecasts, comes from it.
 *
 *   {"KEY": {"made_at": 1700000000, "made_by": "…", "seconds": 1.5}, …}
 */
#include <jansson.h>
#include <string.h>

#include "cache/snapshot_parts.h"
#include "kindred/memory.h"

#define MADE_BY 200 /* bytes that are taken */

void kin_snapshot_observations_release(struct kin_observations *observations)
{
    for (size_t i = 0; i < observations->n; i++)
        kin_free(observations->list[i].made_by);
    kin_free(observations->list);
    *observations = (struct kin_observations){0};
}

/* ---- printing ---- */

static int add_one(json_t *root, const struct kin_observation *from)
{
    char key[KIN_DIGEST_TEXT];
    kin_digest_text(&from->key, key);
    json_t *object = json_object();
    json_object_set_new(object, "made_at", json_integer(from->made_at));
    json_object_set_new(object, "made_by", json_string(from->made_by));
    json_object_set_new(object, "seconds", json_real(from->seconds));
    return json_object_set_new(root, key, object);
}

int kin_snapshot_observations_print(const struct kin_observations *observations,
                                    struct kin_text *out, struct kin_error *err)
{
    json_t *root = json_object();
    int failed = root ? 0 : -1;
    for (size_t i = 0; i < observations->n && failed == 0; i++)
        failed = add_one(root, &observations->list[i]);
    char *text = failed == 0 ? json_dumps(root, JSON_SORT_KEYS | JSON_INDENT(1)) : NULL;
    json_decref(root);
    if (!text)
        return kin_fail(err, KIN_ENOMEM, "no memory for the observations");
    kin_text_add(out, text);
    kin_text_add(out, "\n");
    free(text);
    return kin_text_check(out, err);
}

/* ---- reading ---- */

/* What a stranger wrote becomes one line that no terminal obeys. */
static char *tame(const char *text)
{
    char line[MADE_BY + 1];
    size_t n = 0;
    for (; text && text[n] && n < MADE_BY; n++)
        line[n] = (unsigned char)text[n] < 0x20 || (unsigned char)text[n] > 0x7e ? '?' : text[n];
    line[n] = '\0';
    return kin_strdup(line);
}

static int take_one(const char *key, const json_t *from, struct kin_observations *out,
                    struct kin_error *err)
{
    struct kin_observation observation = {
        .seconds = json_number_value(json_object_get(from, "seconds")),
        .made_at = json_integer_value(json_object_get(from, "made_at"))};
    if (!kin_digest_parse(key, &observation.key) || !json_is_object(from))
        return kin_fail(err, KIN_ECORRUPT, KIN_OBSERVATIONS ": '%.40s' is no observation", key);
    if (!(observation.seconds >= 0) || observation.made_at < 0)
        return kin_fail(err, KIN_ECORRUPT, KIN_OBSERVATIONS ": a time below zero");
    KIN_TRY(kin_grow(&out->list, &out->capacity, out->n + 1, sizeof *out->list, err));
    observation.made_by = tame(json_string_value(json_object_get(from, "made_by")));
    if (!observation.made_by)
        return kin_fail(err, KIN_ENOMEM, "no memory for the observations");
    out->list[out->n++] = observation;
    return 0;
}

static int by_key(const void *a, const void *b)
{
    return kin_digest_compare(&((const struct kin_observation *)a)->key,
                              &((const struct kin_observation *)b)->key);
}

int kin_snapshot_observations_parse(const char *text, size_t length, struct kin_observations *out,
                                    struct kin_error *err)
{
    json_error_t where;
    const char *key;
    json_t *value;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return kin_fail(err, KIN_ECORRUPT, KIN_OBSERVATIONS ", line %d: %s", where.line,
                        where.text);
    int status = json_is_object(root)
                     ? 0
                     : kin_fail(err, KIN_ECORRUPT, KIN_OBSERVATIONS " is no JSON object");
    if (status == 0)
        json_object_foreach(root, key, value) if (status == 0) status =
            take_one(key, value, out, err);
    json_decref(root);
    if (status != 0)
        kin_snapshot_observations_release(out);
    else if (out->n > 1)
        qsort(out->list, out->n, sizeof *out->list, by_key);
    return status;
}

const struct kin_observation *kin_snapshot_observation(const struct kin_observations *observations,
                                                       const struct kin_digest *key)
{
    struct kin_observation wanted = {.key = *key};
    return observations->n == 0 ? NULL
                                : bsearch(&wanted, observations->list, observations->n,
                                          sizeof *observations->list, by_key);
}
