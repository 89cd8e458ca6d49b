/*
 * The two tables of a snapshot, as text that a person can read and that has one spelling only.
 *
 *   claims.txt   claim KEY ITEMS FAILED BYTES OUTPUT…   and on the next lines BYTES of the record
 *   objects.txt  DIGEST SHA256 LENGTH ROLE STATE        SHA256 «-»: left out, and nobody knows
 *
 * Both ascend strictly, so that nothing stands twice.
 */
#include <stdlib.h>
#include <string.h>

#include "cache/snapshot_parts.h"
#include "kindred/memory.h"

static const char *const states[] = {"here", "since", "left"};

bool kin_snapshot_is_role(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    return length > 0 && length < KIN_SNAPSHOT_ROLE && text[length] == '\0';
}

/* ---- printing ---- */

static void add_digest(struct kin_text *out, const struct kin_digest *digest)
{
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(digest, hex);
    kin_text_add_bytes(out, hex, KIN_DIGEST_TEXT - 1);
}

void kin_snapshot_claims_print(const struct kin_snapshot *snapshot, struct kin_text *out)
{
    for (size_t i = 0; i < snapshot->n_claims; i++) {
        const struct kin_snapshot_claim *claim = &snapshot->claims[i];
        kin_text_add(out, "claim ");
        add_digest(out, &claim->key);
        kin_text_addf(out, " %llu %llu %zu", (unsigned long long)claim->items,
                      (unsigned long long)claim->failed, strlen(claim->record));
        for (size_t o = 0; o < claim->n_outputs; o++) {
            kin_text_add(out, " ");
            add_digest(out, &claim->outputs[o]);
        }
        kin_text_add(out, "\n");
        kin_text_add(out, claim->record);
        kin_text_add(out, "\n");
    }
}

void kin_snapshot_objects_print(const struct kin_snapshot *snapshot, struct kin_text *out)
{
    for (size_t i = 0; i < snapshot->n_objects; i++) {
        const struct kin_snapshot_object *object = &snapshot->objects[i];
        char sha[KIN_SHA256_TEXT] = "-";
        if (object->has_sha)
            kin_sha256_text(&object->sha, sha);
        add_digest(out, &object->digest);
        kin_text_addf(out, " %s %llu %s %s\n", sha, (unsigned long long)object->length,
                      object->role, states[object->state]);
    }
}

/* ---- reading words ---- */

struct reader {
    const char *table;
    char *at, *end;
    size_t line;
    struct kin_error *err;
};

#define WORD 80

static int wrong(const struct reader *reader, const char *found, const char *wanted)
{
    return kin_fail(reader->err, KIN_ECORRUPT, "%s, line %zu: '%.*s', wanted %s", reader->table,
                    reader->line, WORD, found, wanted);
}

/* The next word, and the one character behind it, which is a blank or ends the line. */
static int take_word(struct reader *reader, char out[WORD], char *behind)
{
    size_t n = 0;
    while (reader->at < reader->end && *reader->at != ' ' && *reader->at != '\n' && n < WORD - 1)
        out[n++] = *reader->at++;
    out[n] = '\0';
    if (reader->at == reader->end || (*reader->at != ' ' && *reader->at != '\n'))
        return wrong(reader, out, "a shorter word, or the line to go on");
    *behind = *reader->at++;
    return 0;
}

static int take(struct reader *reader, char out[WORD], char wanted_behind)
{
    char behind;
    KIN_TRY(take_word(reader, out, &behind));
    if (behind != wanted_behind)
        return wrong(reader, out, behind == '\n' ? "more on this line" : "the end of the line");
    return 0;
}

/* Decimal digits, no sign, no zero before others. */
static int read_number(const struct reader *reader, const char *word, uint64_t *out)
{
    size_t digits = strspn(word, "0123456789");
    if (digits == 0 || digits > 18 || word[digits] != '\0' || (digits > 1 && word[0] == '0'))
        return wrong(reader, word, "a number of at most 18 digits");
    *out = strtoull(word, NULL, 10);
    return 0;
}

static int take_number(struct reader *reader, uint64_t *out)
{
    char word[WORD];
    KIN_TRY(take(reader, word, ' '));
    return read_number(reader, word, out);
}

static int read_digest(const struct reader *reader, const char *word, struct kin_digest *out)
{
    return kin_digest_parse(word, out) ? 0 : wrong(reader, word, "a digest of 32 digits");
}

/* ---- claims ---- */

static int take_outputs(struct reader *reader, char behind, struct kin_snapshot_claim *claim)
{
    while (behind == ' ') {
        char word[WORD];
        KIN_TRY(take_word(reader, word, &behind));
        if (claim->n_outputs == KIN_ACTION_OUTPUTS)
            return wrong(reader, word, "at most 8 outputs");
        KIN_TRY(read_digest(reader, word, &claim->outputs[claim->n_outputs++]));
    }
    return 0;
}

/* The record becomes a string: the line end behind it, its NUL. */
static int take_record(struct reader *reader, uint64_t length, struct kin_snapshot_claim *claim)
{
    if (length >= (uint64_t)(reader->end - reader->at) || reader->at[length] != '\n' ||
        memchr(reader->at, '\0', (size_t)length))
        return kin_fail(reader->err, KIN_ECORRUPT,
                        "%s, line %zu: the record of the claim is not the text of %llu bytes "
                        "that it says",
                        reader->table, reader->line, (unsigned long long)length);
    struct kin_digest real = kin_digest_of(reader->at, (size_t)length);
    if (!kin_digest_equal(&real, &claim->key))
        return kin_fail(reader->err, KIN_ECORRUPT,
                        "%s, line %zu: the key of the claim is not the digest of its record",
                        reader->table, reader->line);
    claim->record = reader->at;
    reader->at[length] = '\0';
    for (const char *at = claim->record; *at; at++)
        reader->line += *at == '\n';
    reader->line += 2;
    reader->at += length + 1;
    return 0;
}

static int take_claim(struct reader *reader, struct kin_snapshot_claim *claim)
{
    char word[WORD], behind;
    uint64_t length;
    KIN_TRY(take(reader, word, ' '));
    if (strcmp(word, "claim") != 0)
        return wrong(reader, word, "'claim'");
    KIN_TRY(take(reader, word, ' '));
    KIN_TRY(read_digest(reader, word, &claim->key));
    KIN_TRY(take_number(reader, &claim->items));
    KIN_TRY(take_number(reader, &claim->failed));
    KIN_TRY(take_word(reader, word, &behind));
    KIN_TRY(read_number(reader, word, &length));
    KIN_TRY(take_outputs(reader, behind, claim));
    return take_record(reader, length, claim);
}

int kin_snapshot_claims_parse(struct kin_snapshot *snapshot, struct kin_error *err)
{
    struct reader reader = {.table = KIN_CLAIMS,
                            .at = snapshot->claims_text,
                            .end = snapshot->claims_text + snapshot->claims_length,
                            .line = 1,
                            .err = err};
    size_t capacity = 0;
    while (reader.at < reader.end) {
        KIN_TRY(kin_grow(&snapshot->claims, &capacity, snapshot->n_claims + 1,
                         sizeof *snapshot->claims, err));
        struct kin_snapshot_claim *claim = &snapshot->claims[snapshot->n_claims];
        KIN_TRY(take_claim(&reader, claim));
        if (snapshot->n_claims > 0 && kin_digest_compare(&claim[-1].key, &claim->key) >= 0)
            return kin_fail(err, KIN_ECORRUPT,
                            "%s, before line %zu: claims that do not ascend, or stand twice",
                            reader.table, reader.line);
        snapshot->n_claims++;
    }
    return 0;
}

/* ---- objects ---- */

static int read_state(const struct reader *reader, const char *word,
                      struct kin_snapshot_object *object)
{
    for (size_t i = 0; i < KIN_COUNT(states); i++)
        if (strcmp(word, states[i]) == 0) {
            object->state = (enum kin_object_state)i;
            return 0;
        }
    return wrong(reader, word, "here, since or left");
}

static int take_object(struct reader *reader, struct kin_snapshot_object *object)
{
    char word[WORD];
    KIN_TRY(take(reader, word, ' '));
    KIN_TRY(read_digest(reader, word, &object->digest));
    KIN_TRY(take(reader, word, ' '));
    object->has_sha = strcmp(word, "-") != 0;
    if (object->has_sha && !kin_sha256_parse(word, &object->sha))
        return wrong(reader, word, "a SHA-256 of 64 digits");
    KIN_TRY(take_number(reader, &object->length));
    if (object->length > KIN_SNAPSHOT_OBJECT_MOST)
        return kin_fail(reader->err, KIN_EDATA,
                        "%s, line %zu: an object of %llu bytes, at most %llu are taken",
                        reader->table, reader->line, (unsigned long long)object->length,
                        (unsigned long long)KIN_SNAPSHOT_OBJECT_MOST);
    KIN_TRY(take(reader, word, ' '));
    if (!kin_snapshot_is_role(word))
        return wrong(reader, word, "a role");
    memcpy(object->role, word, strlen(word) + 1);
    KIN_TRY(take(reader, word, '\n'));
    KIN_TRY(read_state(reader, word, object));
    if (!object->has_sha && object->state != KIN_OBJECT_LEFT)
        return wrong(reader, "-", "a SHA-256, since this object is not left out");
    reader->line++;
    return 0;
}

int kin_snapshot_objects_parse(struct kin_snapshot *snapshot, struct kin_error *err)
{
    struct reader reader = {.table = KIN_OBJECTS,
                            .at = snapshot->objects_text,
                            .end = snapshot->objects_text + snapshot->objects_length,
                            .line = 1,
                            .err = err};
    size_t capacity = 0;
    while (reader.at < reader.end) {
        KIN_TRY(kin_grow(&snapshot->objects, &capacity, snapshot->n_objects + 1,
                         sizeof *snapshot->objects, err));
        struct kin_snapshot_object *object = &snapshot->objects[snapshot->n_objects];
        KIN_TRY(take_object(&reader, object));
        if (snapshot->n_objects > 0 && kin_digest_compare(&object[-1].digest, &object->digest) >= 0)
            return kin_fail(err, KIN_ECORRUPT,
                            "%s, line %zu: objects that do not ascend, or stand twice",
                            reader.table, reader.line - 1);
        snapshot->n_objects++;
    }
    return 0;
}
