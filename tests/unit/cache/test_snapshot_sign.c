#include "snapshot_support.h"

static const struct kin_snapshot_options all = {0};

static bool have_keygen(void)
{
    return system("command -v ssh-keygen >/dev/null") == 0;
}

static void make_key(const char *path, const char *passphrase)
{
    char command[1000];
    snprintf(command, sizeof command, "ssh-keygen -q -t ed25519 -C '' -N '%s' -f '%s'", passphrase,
             path);
    ck_assert_int_eq(system(command), 0);
}

/* A line of an allowed_signers file. */
static void allow(const char *list, const char *name, const char *key)
{
    char command[1500];
    snprintf(command, sizeof command, "echo \"%s $(cat '%s.pub')\" >>'%s'", name, key, list);
    ck_assert_int_eq(system(command), 0);
}

static int save_signed(struct kin_cache *cache, const char *path, const char *key,
                       struct kin_error *err)
{
    struct kin_snapshot_builder *builder = NULL;
    struct kin_snapshot_saved saved;
    if (kin_snapshot_begin(cache, &all, &builder, err) != 0)
        abort();
    for (size_t i = 0; i < SAMPLES; i++)
        add_sample(builder, cache, i);
    int status = kin_snapshot_write(builder, path, false, key, &saved, err);
    kin_snapshot_end(builder);
    return status;
}

/* A folder with a cache, two keys, a list that has the first, and a snapshot signed with it. */
struct lab {
    const char *folder;
    char key[300], stranger[300], list[300], path[300];
    struct kin_cache *cache;
};

static struct lab make_lab(void)
{
    struct kin_error err = {0};
    struct lab lab = {.folder = fresh_folder()};
    snprintf(lab.key, sizeof lab.key, "%s/key", lab.folder);
    snprintf(lab.stranger, sizeof lab.stranger, "%s/stranger", lab.folder);
    snprintf(lab.list, sizeof lab.list, "%s/allowed", lab.folder);
    snprintf(lab.path, sizeof lab.path, "%s/s.tar.zst", lab.folder);
    make_key(lab.key, "");
    make_key(lab.stranger, "");
    allow(lab.list, "alice@example.org", lab.key);
    lab.cache = open_cache(lab.folder);
    fill_samples(lab.cache, false);
    must(save_signed(lab.cache, lab.path, lab.key, &err));
    return lab;
}

static void free_lab(struct lab *lab)
{
    kin_cache_close(lab->cache);
    remove_folder(lab->folder);
}

static int judge(const struct lab *lab, const char *list, enum kin_snapshot_trust *trust,
                 struct kin_signer *signer, struct kin_error *err)
{
    struct kin_snapshot *snapshot = NULL;
    if (kin_snapshot_read(lab->path, &snapshot, err) != 0)
        abort();
    int status = kin_snapshot_judge(snapshot, lab->path, list, trust, signer, err);
    kin_snapshot_free(snapshot);
    return status;
}

START_TEST(the_listed_signer_is_believed)
{
    struct lab lab = make_lab();
    struct kin_error err = {0};
    enum kin_snapshot_trust trust;
    struct kin_signer signer;
    ck_ok(judge(&lab, lab.list, &trust, &signer, &err));
    ck_assert_int_eq(trust, KIN_TRUST_SIGNER);
    ck_assert_str_eq(signer.name, "alice@example.org");
    ck_assert(strncmp(signer.fingerprint, "SHA256:", 7) == 0);
    char command[2000]; /* and by those who do not have this program */
    snprintf(command, sizeof command,
             "tar --zstd -xOf '%s' manifest.json | ssh-keygen -q -Y verify -f '%s' -I "
             "alice@example.org -n kindred-snapshot-v1 -s '%s.sig'",
             lab.path, lab.list, lab.path);
    if (system("command -v zstd >/dev/null") == 0)
        ck_assert_int_eq(system(command), 0);
    free_lab(&lab);
}
END_TEST

START_TEST(a_stranger_is_told)
{
    struct lab lab = make_lab();
    struct kin_error err = {0};
    enum kin_snapshot_trust trust;
    struct kin_signer signer;
    ck_ok(judge(&lab, NULL, &trust, &signer, &err));
    ck_assert_int_eq(trust, KIN_TRUST_STRANGER);
    ck_ok(save_signed(lab.cache, lab.path, lab.stranger, &err));
    ck_ok(judge(&lab, lab.list, &trust, &signer, &err));
    ck_assert_int_eq(trust, KIN_TRUST_STRANGER);
    ck_assert_str_eq(signer.name, "nobody");
    ck_assert(strncmp(signer.fingerprint, "SHA256:", 7) == 0);
    free_lab(&lab);
}
END_TEST

START_TEST(a_signature_of_something_else_is_refused)
{
    struct lab lab = make_lab();
    struct kin_error err = {0};
    enum kin_snapshot_trust trust;
    struct kin_signer signer;
    char command[1500], sig[320];
    snprintf(sig, sizeof sig, "%s.sig", lab.path);
    for (size_t i = 0; i < 2; i++) {
        if (i == 0)
            snprintf(command, sizeof command,
                     "echo other | ssh-keygen -q -Y sign -n kindred-snapshot-v1 -f '%s' >'%s' "
                     "2>/dev/null",
                     lab.key, sig);
        else
            snprintf(command, sizeof command,
                     "tar --zstd -xOf '%s' manifest.json | ssh-keygen -q -Y sign -n file -f '%s' "
                     ">'%s' 2>/dev/null",
                     lab.path, lab.key, sig);
        ck_assert_int_eq(system(command), 0);
        ck_assert_int_eq(judge(&lab, lab.list, &trust, &signer, &err), KIN_EDATA);
        ck_assert_ptr_nonnull(strstr(err.text, "does not belong to this snapshot"));
    }
    ck_ok(kin_write_file(sig, "garbage", 7, &err));
    ck_assert_int_eq(judge(&lab, lab.list, &trust, &signer, &err), KIN_EDATA);
    free_lab(&lab);
}
END_TEST

START_TEST(a_list_may_forbid)
{
    struct lab lab = make_lab();
    struct kin_error err = {0};
    enum kin_snapshot_trust trust;
    struct kin_signer signer;
    ck_assert_int_eq(judge(&lab, in_folder(lab.folder, "none"), &trust, &signer, &err),
                     KIN_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "cannot read the list of signers '"));
    unlink(lab.list);
    allow(lab.list, "alice@example.org namespaces=\\\"file\\\"", lab.key);
    ck_assert_int_eq(judge(&lab, lab.list, &trust, &signer, &err), KIN_EDATA);
    ck_assert_ptr_nonnull(strstr(err.text, "does not let 'alice@example.org' sign this snapshot"));
    free_lab(&lab);
}
END_TEST

START_TEST(keys_that_cannot_sign)
{
    struct lab lab = make_lab();
    struct kin_error err = {0};
    char locked[300], none[300], message[1000];
    snprintf(locked, sizeof locked, "%s/locked", lab.folder);
    snprintf(none, sizeof none, "%s/none", lab.folder);
    make_key(locked, "secret");
    unsetenv("SSH_AUTH_SOCK");
    struct kin_sha256 before, after;
    char *bytes;
    size_t length;
    ck_ok(kin_read_file(lab.path, &bytes, &length, &err));
    before = kin_sha256_of(bytes, length);
    kin_free(bytes);
    ck_assert_int_eq(save_signed(lab.cache, lab.path, locked, &err), KIN_EACCESS);
    snprintf(message, sizeof message,
             "the key '%s' is locked with a passphrase: unlock it with 'ssh-add %s', then save "
             "again",
             locked, locked);
    ck_assert_str_eq(err.text, message);
    ck_assert_int_eq(save_signed(lab.cache, lab.path, none, &err), KIN_ENOTFOUND);
    ck_assert_int_eq(save_signed(lab.cache, lab.path, lab.list, &err), KIN_EACCESS);
    ck_assert_ptr_nonnull(strstr(err.text, "ssh-keygen cannot sign with the key '"));
    ck_ok(kin_read_file(lab.path, &bytes, &length, &err)); /* what was there stays */
    after = kin_sha256_of(bytes, length);
    kin_free(bytes);
    ck_assert(kin_sha256_equal(&before, &after));
    free_lab(&lab);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {the_listed_signer_is_believed, a_stranger_is_told,
                                 a_signature_of_something_else_is_refused, a_list_may_forbid,
                                 keys_that_cannot_sign};
    if (!have_keygen()) {
        puts("ssh-keygen is missing (Debian package openssh-client)");
        return 77;
    }
    return run_tests("snapshot sign", list, KIN_COUNT(list));
}
