/*
 * Verify: everything that is stored is read and checked against everything else.
 *
 * It happens in a forked child, which opens the environment for itself and writes one line for each
 * finding into a pipe. LMDB trusts its own pages, so damage there can crash it, or send it in
 * circles: a child that dies, or shows no progress for a minute, is a finding like any other.
 *
 * Lines of the child: «-text» is a finding, «#text» one about LMDB's own pages, «+digest» an
 * artifact that is damaged or lost, «=» the end, «!text» an error; with neither of the last two it
 * did not get there.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/check.h"
#include "kindred/memory.h"

#define STUCK_SECONDS 60

/* ---- the child ---- */

struct sender {
    int fd;
};

static void send_line(struct sender *sender, char mark, const char *text)
{
    char line[KIN_ERROR_TEXT + 8];
    int n = snprintf(line, sizeof line, "%c%s\n", mark, text);
    if (n >= (int)sizeof line)
        n = (int)sizeof line - 1;
    for (int at = 0; at < n;) {
        ssize_t sent = write(sender->fd, line + at, (size_t)(n - at));
        if (sent < 0 && errno != EINTR)
            _exit(1); /* nobody listens any more */
        at += sent > 0 ? (int)sent : 0;
    }
}

static void send_finding(void *context, const char *text)
{
    send_line(context, '-', text);
}

static void send_structural(void *context, const char *text)
{
    send_line(context, '#', text);
}

static void send_damaged(void *context, const struct kin_digest *digest)
{
    char hex[KIN_DIGEST_TEXT];
    kin_digest_text(digest, hex);
    send_line(context, '+', hex);
}

static void show_progress(void *context)
{
    (void)context;
    alarm(STUCK_SECONDS);
}

/* Says nothing on standard error, leaves no core, ends when it gets stuck. */
static void prepare_child(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGALRM, SIGFPE, SIGILL};
    for (size_t i = 0; i < KIN_COUNT(signals); i++)
        signal(signals[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0)
        dup2(null, STDERR_FILENO);
    alarm(STUCK_SECONDS);
}

static _Noreturn void run_child(const char *folder, int fd)
{
    prepare_child();
    struct sender sender = {.fd = fd};
    struct kin_error err = {0};
    struct kin_cache *cache = kin_alloc(1, sizeof *cache);
    struct kin_check_report report = {.finding = send_finding,
                                      .structural = send_structural,
                                      .damaged = send_damaged,
                                      .progress = show_progress,
                                      .context = &sender};
    if (!cache || !(cache->folder = kin_strdup(folder)))
        _exit(2);
    cache->read_only = true;
    int status = kin_store_open(cache, &err);
    if (status == 0)
        status = kin_check_all(cache, &report, &err);
    else if (status == KIN_ENOTFOUND)
        status = 0; /* made, and nothing written yet */
    if (status == 0)
        send_line(&sender, '=', "");
    else
        send_line(&sender, '!', err.text);
    kin_store_close(cache);
    _exit(0); /* the parent's buffers and exit handlers are not ours */
}

/* ---- the parent ---- */

struct receiver {
    void (*report)(void *context, const char *line);
    void *context;
    struct kin_damage damage;
    size_t capacity;
    bool ended;
    char failure[KIN_ERROR_TEXT];
};

static void tell(struct receiver *receiver, const char *line)
{
    receiver->damage.findings++;
    if (receiver->report)
        receiver->report(receiver->context, line);
}

/* One that there is no memory for is missing in the list, not in the count. */
static void take_digest(struct receiver *receiver, const char *hex)
{
    struct kin_damage *damage = &receiver->damage;
    struct kin_digest digest;
    if (!kin_digest_parse(hex, &digest) || kin_grow(&damage->list, &receiver->capacity,
                                                    damage->n + 1, sizeof *damage->list, NULL) != 0)
        return;
    damage->list[damage->n++] = digest;
}

static void receive(struct receiver *receiver, int fd)
{
    FILE *lines = fdopen(fd, "r");
    if (!lines) {
        close(fd);
        return;
    }
    char line[KIN_ERROR_TEXT + 8];
    while (fgets(line, sizeof line, lines)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '-' || line[0] == '#')
            tell(receiver, line + 1);
        receiver->damage.structural |= line[0] == '#';
        if (line[0] == '+')
            take_digest(receiver, line + 1);
        else if (line[0] == '!')
            memcpy(receiver->failure, line + 1, sizeof receiver->failure - 1);
        else if (line[0] == '=')
            receiver->ended = true;
    }
    fclose(lines);
}

/* The child did not reach its end: what that says about the cache. */
static int judge(struct receiver *receiver, int wait_status, struct kin_error *err)
{
    char line[200];
    if (receiver->ended)
        return 0;
    receiver->damage.structural = true;
    if (receiver->failure[0] != '\0') {
        tell(receiver, receiver->failure);
        return 0;
    }
    if (!WIFSIGNALED(wait_status))
        return kin_fail(err, KIN_ENOMEM, "verifying stopped early: exit %d",
                        WEXITSTATUS(wait_status));
    int signal_number = WTERMSIG(wait_status);
    bool by_damage = signal_number == SIGSEGV || signal_number == SIGBUS ||
                     signal_number == SIGABRT || signal_number == SIGALRM ||
                     signal_number == SIGFPE || signal_number == SIGILL;
    if (!by_damage)
        return kin_fail(err, KIN_ECANCELLED, "verifying was stopped by signal %d", signal_number);
    snprintf(line, sizeof line, "LMDB's own pages are damaged: %s while reading them",
             signal_number == SIGALRM ? "no end" : strsignal(signal_number));
    tell(receiver, line);
    return 0;
}

static int run_in_child(const char *folder, struct receiver *receiver, struct kin_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return kin_fail_errno(err, KIN_EIO, errno, "starting to verify");
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_child(folder, ends[1]);
    }
    close(ends[1]);
    if (child < 0) {
        int failed = errno;
        close(ends[0]);
        return kin_fail_errno(err, KIN_ENOMEM, failed, "starting to verify");
    }
    receive(receiver, ends[0]);
    int wait_status = 0;
    while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR)
        continue;
    return judge(receiver, wait_status, err);
}

int kin_cache_examine(const char *folder, void (*report)(void *context, const char *line),
                      void *context, struct kin_damage *out, struct kin_error *err)
{
    struct receiver receiver = {.report = report, .context = context};
    bool exists, cut;
    *out = (struct kin_damage){0};
    KIN_TRY(kin_folder_prepare(folder, true, err));
    KIN_TRY(kin_folder_check_data(folder, &exists, &cut, err));
    if (!exists)
        return kin_fail(err, KIN_ENOTFOUND, "there is no cache in '%s'", folder);
    int status = run_in_child(folder, &receiver, err);
    if (status != 0) {
        kin_damage_release(&receiver.damage);
        return status;
    }
    *out = receiver.damage;
    return 0;
}

void kin_damage_release(struct kin_damage *damage)
{
    kin_free(damage->list);
    *damage = (struct kin_damage){0};
}

int kin_cache_verify(const char *folder, void (*report)(void *context, const char *line),
                     void *context, uint64_t *bad, struct kin_error *err)
{
    struct kin_damage damage;
    KIN_TRY(kin_cache_examine(folder, report, context, &damage, err));
    *bad = damage.findings;
    kin_damage_release(&damage);
    return 0;
}
