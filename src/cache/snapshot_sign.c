/*
 * Signatures, made and checked by ssh-keygen: people have SSH keys already, and whoever does not
 * have this program checks a snapshot with the one they do have. It runs in a session of its own,
 * so that it never asks at a terminal; a key that is locked has to be in the agent.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/snapshot_parts.h"
#include "kindred/memory.h"

/* ---- running ssh-keygen ---- */

struct call {
    int in, out, err; /* files in memory: input, what it printed, what it complained of */
    int status;       /* its exit status */
};

static void call_release(struct call *call)
{
    int fds[] = {call->in, call->out, call->err};
    for (size_t i = 0; i < KIN_COUNT(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int make_file(int *out, struct kin_error *err)
{
    *out = memfd_create("kindred", MFD_CLOEXEC);
    return *out >= 0 ? 0 : kin_fail_errno(err, KIN_EIO, errno, "making a file in memory");
}

static int write_all(int fd, const char *bytes, size_t length, struct kin_error *err)
{
    for (size_t at = 0; at < length;) {
        ssize_t n = write(fd, bytes + at, length - at);
        if (n < 0 && errno != EINTR)
            return kin_fail_errno(err, KIN_EIO, errno, "writing a file in memory");
        at += n < 0 ? 0 : (size_t)n;
    }
    return 0;
}

static int make_files(struct call *call, const char *bytes, size_t length, struct kin_error *err)
{
    *call = (struct call){.in = -1, .out = -1, .err = -1};
    KIN_TRY(make_file(&call->in, err));
    KIN_TRY(make_file(&call->out, err));
    KIN_TRY(make_file(&call->err, err));
    KIN_TRY(write_all(call->in, bytes, length, err));
    return lseek(call->in, 0, SEEK_SET) == 0
               ? 0
               : kin_fail_errno(err, KIN_EIO, errno, "reading a file in memory");
}

static int spawn(struct call *call, char *const *arguments, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, call->in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, call->out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, call->err, STDERR_FILENO);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    char *environment[256] = {"SSH_ASKPASS_REQUIRE=never", "LC_ALL=C"};
    size_t n = 2;
    for (char **at = environ; at && *at && n < KIN_COUNT(environment) - 1; at++)
        if (strncmp(*at, "SSH_ASKPASS", 11) != 0 && strncmp(*at, "LC_ALL=", 7) != 0)
            environment[n++] = *at;
    int rc = posix_spawnp(pid, "ssh-keygen", &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

/* Runs it with the bytes as input. A status that is not 0 is no error here. */
static int keygen(char *const *arguments, const char *bytes, size_t length, struct call *call,
                  struct kin_error *err)
{
    KIN_TRY(make_files(call, bytes, length, err));
    pid_t pid;
    int rc = spawn(call, arguments, &pid);
    if (rc != 0)
        return kin_fail_errno(err, KIN_EUNAVAILABLE, rc,
                              "cannot run ssh-keygen (Debian package openssh-client)");
    while (waitpid(pid, &call->status, 0) < 0)
        if (errno != EINTR)
            return kin_fail_errno(err, KIN_EIO, errno, "waiting for ssh-keygen");
    return 0;
}

/* What it wrote, as far as it goes into a text. */
static int read_back(int fd, struct kin_text *out, struct kin_error *err)
{
    char piece[4096];
    ssize_t n;
    for (off_t at = 0; (n = pread(fd, piece, sizeof piece, at)) > 0; at += n)
        kin_text_add_bytes(out, piece, (size_t)n);
    kin_text_add(out, "");
    return kin_text_check(out, err);
}

/* The last line of its complaint, without the line end. */
static const char *complaint(const struct call *call, struct kin_text *text)
{
    if (read_back(call->err, text, NULL) != 0 || text->length == 0)
        return "it does not say why";
    while (text->length > 0 && strchr("\r\n", text->data[text->length - 1]))
        text->data[--text->length] = '\0';
    char *line = strrchr(text->data, '\n');
    return line ? line + 1 : text->data;
}

/* ---- signing ---- */

static int sign_failed(const struct call *call, const char *key_path, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    const char *why = complaint(call, &text);
    if (strstr(why, "passphrase"))
        return kin_fail(err, KIN_EACCESS,
                        "the key '%s' is locked with a passphrase: unlock it with 'ssh-add %s', "
                        "then save again",
                        key_path, key_path);
    return kin_fail(err, KIN_EACCESS, "ssh-keygen cannot sign with the key '%s': %s", key_path,
                    why);
}

int kin_snapshot_sign(const struct kin_snapshot *snapshot, const char *key_path,
                      struct kin_text *out, struct kin_error *err)
{
    char *arguments[] = {"ssh-keygen",           "-Y", "sign",           "-n",
                         KIN_SNAPSHOT_NAMESPACE, "-f", (char *)key_path, NULL};
    KIN_AUTO(call_release) struct call call;
    if (access(key_path, R_OK) != 0)
        return kin_fail_errno(err, KIN_ENOTFOUND, errno, "cannot read the key '%s'", key_path);
    KIN_TRY(keygen(arguments, snapshot->manifest, snapshot->manifest_length, &call, err));
    if (call.status != 0)
        return sign_failed(&call, key_path, err);
    return read_back(call.out, out, err);
}

/* ---- checking ---- */

/* The word that starts with SHA256: in what ssh-keygen says of a good signature. */
static void take_fingerprint(const char *text, struct kin_signer *signer)
{
    const char *start = strstr(text, "SHA256:");
    size_t n = start ? strcspn(start, " \r\n") : 0;
    if (n >= sizeof signer->fingerprint)
        n = 0;
    memcpy(signer->fingerprint, start ? start : "", n);
    signer->fingerprint[n] = '\0';
}

/* Whether the signature is of this manifest and of this namespace, whoever made it. */
static int check_valid(const struct kin_snapshot *snapshot, const char *sig_path,
                       struct kin_signer *signer, struct kin_error *err)
{
    char *arguments[] = {"ssh-keygen",           "-Y", "check-novalidate", "-n",
                         KIN_SNAPSHOT_NAMESPACE, "-s", (char *)sig_path,   NULL};
    KIN_AUTO(call_release) struct call call;
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    KIN_TRY(keygen(arguments, snapshot->manifest, snapshot->manifest_length, &call, err));
    if (call.status != 0)
        return kin_fail(err, KIN_EDATA,
                        "the signature '%s' does not belong to this snapshot: %s; ask for both "
                        "files again",
                        sig_path, complaint(&call, &text));
    KIN_TRY(read_back(call.out, &text, err));
    take_fingerprint(text.data, signer);
    return 0;
}

/* The first principal that the list has for the key, or none. */
static int find_principal(const char *sig_path, const char *allowed, struct kin_signer *signer,
                          struct kin_error *err)
{
    char *arguments[] = {"ssh-keygen",    "-Y", "find-principals", "-f",
                         (char *)allowed, "-s", (char *)sig_path,  NULL};
    KIN_AUTO(call_release) struct call call;
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    KIN_TRY(keygen(arguments, "", 0, &call, err));
    KIN_TRY(read_back(call.out, &text, err));
    size_t n = call.status == 0 ? strcspn(text.data, "\r\n") : 0;
    if (n >= sizeof signer->name)
        return kin_fail(err, KIN_EINVAL, "'%s' has a principal of %zu bytes, at most %zu are taken",
                        allowed, n, sizeof signer->name - 1);
    memcpy(signer->name, text.data, n);
    signer->name[n] = '\0';
    return 0;
}

/* Whether the list lets that principal sign this, now. */
static int verify(const struct kin_snapshot *snapshot, const char *sig_path, const char *allowed,
                  const struct kin_signer *signer, struct kin_error *err)
{
    char *arguments[] = {"ssh-keygen",           "-Y", "verify",         "-n",
                         KIN_SNAPSHOT_NAMESPACE, "-f", (char *)allowed,  "-I",
                         (char *)signer->name,   "-s", (char *)sig_path, NULL};
    KIN_AUTO(call_release) struct call call;
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    KIN_TRY(keygen(arguments, snapshot->manifest, snapshot->manifest_length, &call, err));
    if (call.status == 0)
        return 0;
    return kin_fail(err, KIN_EDATA, "'%s' does not let '%s' sign this snapshot: %s", allowed,
                    signer->name, complaint(&call, &text));
}

static int judge_signature(const struct kin_snapshot *snapshot, const char *sig_path,
                           const char *allowed, enum kin_snapshot_trust *trust,
                           struct kin_signer *signer, struct kin_error *err)
{
    KIN_TRY(check_valid(snapshot, sig_path, signer, err));
    *trust = KIN_TRUST_STRANGER;
    if (!allowed)
        return 0;
    KIN_TRY(find_principal(sig_path, allowed, signer, err));
    if (signer->name[0] == '\0')
        return 0;
    KIN_TRY(verify(snapshot, sig_path, allowed, signer, err));
    *trust = KIN_TRUST_SIGNER;
    return 0;
}

int kin_snapshot_judge(const struct kin_snapshot *snapshot, const char *path,
                       const char *allowed_signers, enum kin_snapshot_trust *trust,
                       struct kin_signer *signer, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text sig_path = {0};
    *signer = (struct kin_signer){0};
    *trust = KIN_TRUST_NOBODY;
    if (allowed_signers && access(allowed_signers, R_OK) != 0)
        return kin_fail_errno(err, KIN_ENOTFOUND, errno, "cannot read the list of signers '%s'",
                              allowed_signers);
    kin_text_addf(&sig_path, "%s.sig", path);
    KIN_TRY(kin_text_check(&sig_path, err));
    if (access(sig_path.data, R_OK) == 0)
        KIN_TRY(judge_signature(snapshot, sig_path.data, allowed_signers, trust, signer, err));
    else if (errno != ENOENT)
        return kin_fail_errno(err, KIN_EACCESS, errno, "cannot read the signature '%s'",
                              sig_path.data);
    if (signer->name[0] == '\0')
        memcpy(signer->name, "nobody", sizeof "nobody");
    return 0;
}
