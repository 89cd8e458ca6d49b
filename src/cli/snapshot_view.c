#include "snapshot_view.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kindred/memory.h"
#include "kindred/text.h"

typedef unsigned long long ull;

static double megabytes(uint64_t bytes)
{
    return (double)bytes / 1e6;
}

/* ---- sums by a name ---- */

struct sum {
    char name[64];
    uint64_t n, bytes, elsewhere, left;
};

struct sums {
    struct sum *list;
    size_t n, capacity;
};

static void sums_release(struct sums *sums)
{
    kin_free(sums->list);
}

static struct sum *sum_of(struct sums *sums, const char *name, size_t length)
{
    if (length >= sizeof sums->list->name)
        length = sizeof sums->list->name - 1;
    size_t i = 0;
    while (i < sums->n &&
           (strncmp(sums->list[i].name, name, length) != 0 || sums->list[i].name[length] != '\0'))
        i++;
    if (i == sums->n) {
        if (kin_grow(&sums->list, &sums->capacity, sums->n + 1, sizeof *sums->list, NULL) != 0)
            return NULL;
        memcpy(sums->list[sums->n].name, name, length);
        sums->list[sums->n++].name[length] = '\0';
    }
    return &sums->list[i];
}

/* Adds a claim to the sum of its kind: the second line of the record is «kind NAME VERSION». Of
 * what a stranger wrote nothing is printed but what a name may have. */
static void add_claim(struct sums *sums, const struct kin_snapshot_claim *claim)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    const char *line = strstr(claim->record, "\nkind ");
    size_t length = line ? strspn(line + 6, letters) : 0;
    struct sum *sum = length > 0 ? sum_of(sums, line + 6, length) : sum_of(sums, "(unknown)", 9);
    if (sum)
        sum->n++;
}

static void add_object(struct sums *sums, const struct kin_snapshot_object *object)
{
    struct sum *sum = sum_of(sums, object->role, strlen(object->role));
    if (!sum)
        return;
    sum->n += object->state == KIN_OBJECT_HERE;
    sum->bytes += object->state == KIN_OBJECT_HERE ? object->length : 0;
    sum->elsewhere += object->state == KIN_OBJECT_SINCE;
    sum->left += object->state == KIN_OBJECT_LEFT;
}

/* ---- show ---- */

static void print_head(const char *path, const struct kin_snapshot *snapshot)
{
    char sha[KIN_SHA256_TEXT];
    KIN_AUTO(kin_text_release) struct kin_text sig = {0};
    kin_text_addf(&sig, "%s.sig", path);
    kin_sha256_text(&snapshot->id, sha);
    printf("manifest   %s\n", sha);
    printf("signature  %s\n", access(kin_text_string(&sig), F_OK) == 0
                                  ? kin_text_string(&sig)
                                  : "none: its claims count only with --trust-unsigned");
    kin_sha256_text(&snapshot->since, sha);
    printf("delta      %s%s\n", snapshot->is_delta ? "to " : "no", snapshot->is_delta ? sha : "");
    printf("roles      %s", snapshot->n_roles == 0 ? "all" : "");
    for (size_t i = 0; i < snapshot->n_roles; i++)
        printf("%s%s", i ? ", " : "", snapshot->roles[i]);
    putchar('\n');
    for (size_t i = 0; i < snapshot->n_runs; i++) {
        char hex[KIN_DIGEST_TEXT];
        kin_digest_text(&snapshot->runs[i], hex);
        printf("run        %s\n", hex);
    }
}

void view_snapshot(const char *path, const struct kin_snapshot *snapshot)
{
    KIN_AUTO(sums_release) struct sums kinds = {0}, roles = {0};
    print_head(path, snapshot);
    for (size_t i = 0; i < snapshot->n_claims; i++)
        add_claim(&kinds, &snapshot->claims[i]);
    for (size_t i = 0; i < snapshot->n_objects; i++)
        add_object(&roles, &snapshot->objects[i]);
    printf("claims     %zu\n", snapshot->n_claims);
    for (size_t i = 0; i < kinds.n; i++)
        printf("  %-18s %8llu\n", kinds.list[i].name, (ull)kinds.list[i].n);
    printf("objects    %zu      %8s %12s %12s %12s\n", snapshot->n_objects, "here", "MB",
           "in the other", "left out");
    for (size_t i = 0; i < roles.n; i++)
        printf("  %-18s %8llu %12.3f %12llu %12llu\n", roles.list[i].name, (ull)roles.list[i].n,
               megabytes(roles.list[i].bytes), (ull)roles.list[i].elsewhere,
               (ull)roles.list[i].left);
}

/* ---- diff ---- */

static bool same_claim(const struct kin_snapshot_claim *a, const struct kin_snapshot_claim *b)
{
    return a->n_outputs == b->n_outputs &&
           memcmp(a->outputs, b->outputs, a->n_outputs * sizeof *a->outputs) == 0;
}

/* What the first has and the second lacks. */
static uint64_t print_lacking(const char *path, const struct kin_snapshot *one,
                              const struct kin_snapshot *other)
{
    KIN_AUTO(sums_release) struct sums kinds = {0}, roles = {0};
    for (size_t i = 0; i < one->n_claims; i++)
        if (!kin_snapshot_claim(other, &one->claims[i].key))
            add_claim(&kinds, &one->claims[i]);
    for (size_t i = 0; i < one->n_objects; i++) {
        const struct kin_snapshot_object *twin =
            kin_snapshot_object(other, &one->objects[i].digest);
        if (one->objects[i].state == KIN_OBJECT_HERE && (!twin || twin->state == KIN_OBJECT_LEFT))
            add_object(&roles, &one->objects[i]);
    }
    for (size_t i = 0; i < kinds.n; i++)
        printf("only in %s: %llu claims of kind %s\n", path, (ull)kinds.list[i].n,
               kinds.list[i].name);
    for (size_t i = 0; i < roles.n; i++)
        printf("only in %s: %llu objects of role %s, %.3f MB\n", path, (ull)roles.list[i].n,
               roles.list[i].name, megabytes(roles.list[i].bytes));
    return kinds.n + roles.n;
}

/* The same key with other outputs: somebody's program, or computer, is not like the other's. */
static uint64_t print_contradictions(const struct kin_snapshot *one,
                                     const struct kin_snapshot *other)
{
    uint64_t n = 0;
    for (size_t i = 0; i < one->n_claims; i++) {
        const struct kin_snapshot_claim *twin = kin_snapshot_claim(other, &one->claims[i].key);
        if (!twin || same_claim(&one->claims[i], twin))
            continue;
        char hex[KIN_DIGEST_TEXT];
        kin_digest_text(&twin->key, hex);
        printf("action %s has another outcome in each\n", hex);
        n++;
    }
    return n;
}

bool view_difference(const char *const *paths, struct kin_snapshot *const *both)
{
    if (kin_sha256_equal(&both[0]->id, &both[1]->id)) {
        puts("the same manifest: they hold the same");
        return false;
    }
    uint64_t found = print_contradictions(both[0], both[1]);
    found += print_lacking(paths[0], both[0], both[1]);
    found += print_lacking(paths[1], both[1], both[0]);
    if (found == 0)
        puts("the same claims and objects, put together differently (delta, roles, runs)");
    return true;
}

/* ---- load ---- */

static void explain_trust(const char *path, const struct kin_snapshot_loaded *loaded)
{
    ull n = (ull)loaded->claims_refused;
    if (loaded->trust == KIN_TRUST_NOBODY)
        fprintf(stderr,
                "kindred: warning: '%s' is not signed: its objects are loaded, its %llu claims are "
                "not; --trust-unsigned takes them on your word\n",
                path, n);
    if (loaded->trust == KIN_TRUST_STRANGER)
        fprintf(stderr,
                "kindred: warning: '%s' is signed by a stranger (%s): its objects are loaded, its "
                "%llu claims are not; list the key with --allowed-signers, or take them with "
                "--trust-unsigned\n",
                path, loaded->signer.fingerprint, n);
    if (loaded->claims_other > 0)
        fprintf(stderr,
                "kindred: warning: for %llu actions this cache has another outcome than the "
                "snapshot claims; it keeps its own\n",
                (ull)loaded->claims_other);
    if (loaded->objects_refused > 0)
        fprintf(stderr,
                "kindred: warning: %llu objects are not taken from somebody who is not believed, "
                "since this cache waits for bytes of that digest\n",
                (ull)loaded->objects_refused);
}

void view_loaded(const char *path, const struct kin_snapshot_loaded *loaded)
{
    char sha[KIN_SHA256_TEXT];
    kin_sha256_text(&loaded->id, sha);
    printf("%s: manifest %s\n", path, sha);
    if (loaded->trust == KIN_TRUST_SIGNER)
        printf("signed by %s (%s)\n", loaded->signer.name, loaded->signer.fingerprint);
    printf("objects: %llu new (%.1f MB), %llu known, %llu left out\n", (ull)loaded->objects_new,
           megabytes(loaded->bytes_new), (ull)loaded->objects_known, (ull)loaded->objects_left);
    printf("claims: %llu new, %llu known\n", (ull)loaded->claims_new, (ull)loaded->claims_known);
    explain_trust(path, loaded);
}
