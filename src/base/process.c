#include "kindred/process.h"
#include "kindred/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kindred/memory.h"

#define MOST_SAID 65536      /* bytes kept of what a program says */
#define SHOWN_LINES 6        /* of them in an error */
#define SHOWN_BYTES 600      /* likewise */
#define GRACE_SECONDS 2.0    /* between SIGTERM and SIGKILL */
#define LOOK_MILLISECONDS 50 /* how often somebody asks whether to stop */
#define EXIT_MILLISECONDS 5  /* how often, once it closed its outputs */

/* ---- the program ---- */

static bool in_folder(const char *folder, size_t length, const char *name, struct kin_text *out)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    kin_text_add_bytes(&path, folder, length);
    kin_text_addf(&path, "/%s", name);
    if (path.failed || access(path.data, X_OK) != 0)
        return false;
    kin_text_add(out, path.data);
    return true;
}

/* A folder that is relative is passed over: the program runs elsewhere. */
bool kin_program_find(const char *name, struct kin_text *out)
{
    const char *at = getenv("PATH");
    while (at && *at && *name) {
        size_t length = strcspn(at, ":");
        if (*at == '/' && in_folder(at, length, name, out))
            return true;
        at += length;
        at += *at == ':';
    }
    return false;
}

static int find_program(const char *name, struct kin_text *out, struct kin_error *err)
{
    if (strchr(name, '/'))
        kin_text_add(out, name);
    else if (!kin_program_find(name, out))
        return kin_fail(err, KIN_ENOTFOUND, "the program '%s' is not in PATH", name);
    return kin_text_check(out, err);
}

/* ---- its environment ---- */

#define VARIABLES 16

struct environment {
    char *list[VARIABLES + 1]; /* NULL-terminated */
    size_t n;
    bool failed;
};

static void environment_release(struct environment *environment)
{
    for (size_t i = 0; i < environment->n; i++)
        kin_free(environment->list[i]);
}

static void set(struct environment *environment, const char *name, const char *value)
{
    struct kin_text text = {0};
    kin_text_addf(&text, "%s=%s", name, value);
    environment->failed |= text.failed;
    if (text.failed)
        kin_text_release(&text);
    else
        environment->list[environment->n++] = text.data;
}

static int make_environment(const char *folder, struct environment *out, struct kin_error *err)
{
    static const char *const fixed[][2] = {
        {"LC_ALL", "C"},          {"TZ", "UTC"},
        {"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"},
        {"PYTHONHASHSEED", "0"},  {"PYTHONDONTWRITEBYTECODE", "1"}};
    static const char *const passed[] = {"PATH", "LD_LIBRARY_PATH", "R_LIBS", "R_LIBS_USER"};
    _Static_assert(KIN_COUNT(fixed) + KIN_COUNT(passed) + 2 <= VARIABLES, "room for all");
    for (size_t i = 0; i < KIN_COUNT(fixed); i++)
        set(out, fixed[i][0], fixed[i][1]);
    set(out, "HOME", folder);
    set(out, "TMPDIR", folder);
    for (size_t i = 0; i < KIN_COUNT(passed); i++)
        if (getenv(passed[i]))
            set(out, passed[i], getenv(passed[i]));
    return out->failed ? kin_fail(err, KIN_ENOMEM, "no memory for an environment") : 0;
}

/* ---- starting ---- */

struct spawning {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

/* The outputs go to the pipe; nothing else of ours stays open. */
static int set_actions(struct spawning *spawning, const char *folder, int pipe_out)
{
    posix_spawn_file_actions_t *actions = &spawning->actions;
    int failed = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(actions, pipe_out, 1);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(actions, pipe_out, 2);
    failed = failed ? failed : posix_spawn_file_actions_addclosefrom_np(actions, 3);
    return failed ? failed : posix_spawn_file_actions_addchdir_np(actions, folder);
}

/* A process group of its own, and signals as a new program expects them. */
static int set_attributes(struct spawning *spawning)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_t *attributes = &spawning->attributes;
    int failed = posix_spawnattr_setsigmask(attributes, &none);
    failed = failed ? failed : posix_spawnattr_setsigdefault(attributes, &all);
    failed = failed ? failed : posix_spawnattr_setpgroup(attributes, 0);
    return failed ? failed
                  : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP |
                                                             POSIX_SPAWN_SETSIGDEF |
                                                             POSIX_SPAWN_SETSIGMASK);
}

static int spawn(const struct kin_process *process, const char *program, char *const *environment,
                 int pipe_out, pid_t *out)
{
    struct spawning spawning;
    int failed = posix_spawn_file_actions_init(&spawning.actions);
    if (failed)
        return failed;
    failed = posix_spawnattr_init(&spawning.attributes);
    if (!failed) {
        failed = set_actions(&spawning, process->folder, pipe_out);
        failed = failed ? failed : set_attributes(&spawning);
        failed = failed ? failed
                        : posix_spawn(out, program, &spawning.actions, &spawning.attributes,
                                      (char *const *)process->argv, environment);
        posix_spawnattr_destroy(&spawning.attributes);
    }
    posix_spawn_file_actions_destroy(&spawning.actions);
    return failed;
}

static int start(const struct kin_process *process, int pipe_out, pid_t *out, struct kin_error *err)
{
    KIN_AUTO(kin_text_release) struct kin_text program = {0};
    KIN_AUTO(environment_release) struct environment environment = {0};
    KIN_TRY(find_program(process->argv[0], &program, err));
    KIN_TRY(make_environment(process->folder, &environment, err));
    int failed = spawn(process, program.data, environment.list, pipe_out, out);
    if (failed == 0)
        return 0;
    int status = failed == ENOENT ? KIN_ENOTFOUND : failed == EACCES ? KIN_EACCESS : KIN_EIO;
    return kin_fail_errno(err, status, failed, "starting '%s'", process->argv[0]);
}

/* ---- while it runs ---- */

static void keep_end(struct kin_text *said)
{
    if (said->length <= 2 * MOST_SAID)
        return;
    memmove(said->data, said->data + said->length - MOST_SAID, MOST_SAID + 1);
    said->length = MOST_SAID;
}

/* Takes what has been said by now; false when nothing more will come. */
static bool take_said(int pipe_in, struct kin_text *said)
{
    char bytes[4096];
    for (;;) {
        ssize_t n = read(pipe_in, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 && errno == EAGAIN;
        for (ssize_t i = 0; i < n; i++)
            bytes[i] = bytes[i] ? bytes[i] : ' '; /* it is text from here on */
        kin_text_add_bytes(said, bytes, (size_t)n);
        keep_end(said);
    }
}

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
}

struct watch {
    const struct kin_process *process;
    pid_t pid;
    double started, term_at; /* term_at: when SIGTERM was sent, or 0 */
    bool cancelled, expired, killed;
};

/* Sends the signals of one that has to stop. */
static void stop_if_asked(struct watch *watch)
{
    const struct kin_process *process = watch->process;
    double time = kin_machine_seconds();
    if (watch->term_at > 0) {
        if (!watch->killed && time > watch->term_at + GRACE_SECONDS)
            watch->killed = kill(-watch->pid, SIGKILL) == 0;
        return;
    }
    watch->cancelled = process->cancelled && process->cancelled(process->context);
    watch->expired = process->limit_s > 0 && time > watch->started + process->limit_s;
    if (!watch->cancelled && !watch->expired)
        return;
    kill(-watch->pid, SIGTERM);
    watch->term_at = time;
}

/* Until the program has ended; what it left running in its group goes with it. */
static void await_end(struct watch *watch, int pipe_in, struct kin_process_end *end)
{
    struct pollfd looked = {.fd = pipe_in, .events = POLLIN};
    while (!has_ended(watch->pid)) {
        poll(&looked, 1, looked.fd < 0 ? EXIT_MILLISECONDS : LOOK_MILLISECONDS);
        if (looked.fd >= 0 && !take_said(pipe_in, &end->said))
            looked.fd = -1;
        stop_if_asked(watch);
    }
    kill(-watch->pid, SIGKILL); /* before the group's number can be anybody else's */
    int status = 0;
    while (waitpid(watch->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    take_said(pipe_in, &end->said);
    end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    end->code = end->signal ? 128 + end->signal : WEXITSTATUS(status);
    end->expired = watch->expired;
}

int kin_process_run(const struct kin_process *process, struct kin_process_end *out,
                    struct kin_error *err)
{
    int ends[2];
    struct watch watch = {.process = process, .started = kin_machine_seconds()};
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return kin_fail_errno(err, KIN_EIO, errno, "making a pipe");
    fcntl(ends[1], F_SETFL, 0); /* a program expects to be able to write */
    int status = start(process, ends[1], &watch.pid, err);
    close(ends[1]);
    if (status == 0)
        await_end(&watch, ends[0], out);
    close(ends[0]);
    if (status == 0 && watch.cancelled)
        status = kin_fail(err, KIN_ECANCELLED, "'%s' was stopped", process->argv[0]);
    return status == 0 ? kin_text_check(&out->said, err) : status;
}

/* ---- how it ended ---- */

void kin_process_end_release(struct kin_process_end *end)
{
    kin_text_release(&end->said);
}

/* Where the last lines begin that an error shows. */
static const char *last_lines(const char *text, size_t length)
{
    const char *at = text + length;
    size_t lines = 0;
    while (at > text && (size_t)(text + length - at) < SHOWN_BYTES) {
        if (at[-1] == '\n' && ++lines > SHOWN_LINES)
            break;
        at--;
    }
    while (((unsigned char)*at & 0xC0) == 0x80) /* not in the middle of a character */
        at++;
    return at;
}

static void add_lines(const struct kin_text *said, struct kin_text *out)
{
    size_t length = said->length;
    const char *text = kin_text_string(said);
    while (length > 0 && strchr(" \n\r\t", text[length - 1]))
        length--;
    const char *between = "; it said: ";
    for (const char *at = last_lines(text, length); at < text + length;) {
        size_t n = strcspn(at, "\n\r");
        n = at + n > text + length ? (size_t)(text + length - at) : n;
        if (n > 0) {
            kin_text_add(out, between);
            kin_text_add_bytes(out, at, n);
            between = " | ";
        }
        at += n + 1;
    }
}

void kin_process_end_text(const struct kin_process_end *end, double limit_s, struct kin_text *out)
{
    if (end->expired)
        kin_text_addf(out, "stopped after %g s", limit_s);
    else if (end->signal)
        kin_text_addf(out, "killed by signal %d (%s)", end->signal, strsignal(end->signal));
    else
        kin_text_addf(out, "exit code %d", end->code);
    add_lines(&end->said, out);
}
