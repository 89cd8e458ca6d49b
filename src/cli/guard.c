#include "guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

/* Only what a signal handler may call. */
static void cannot_read(int number)
{
    static const char text[] =
        "kindred: the cache cannot be read where its file is mapped: it is damaged or cut short, "
        "or its disk fails: put back a copy, or move it away ('kindred cache verify' says more)\n";
    (void)number;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(KIN_EXIT_CACHE);
    _exit(KIN_EXIT_CACHE);
}

/* Returns to what crashed, which then ends the program: SA_RESETHAND. */
static void crashed(int number)
{
    static const char text[] =
        "kindred: crashed. A cache whose file is damaged can do this: 'kindred cache verify' says "
        "whether it is; then put back a copy, or move it away. If it is sound, this is a mistake "
        "of the program\n";
    (void)number;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(KIN_EXIT_CACHE);
}

void guard_mapped_files(void)
{
    struct sigaction before, action = {.sa_handler = cannot_read};
    sigaction(SIGBUS, &action, NULL);
    action = (struct sigaction){.sa_handler = crashed, .sa_flags = (int)SA_RESETHAND};
    if (sigaction(SIGSEGV, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
        sigaction(SIGSEGV, &action, NULL); /* a sanitizer's own handler says more */
}

/* The parent only waits: Ctrl-C is the child's, which has the same terminal. */
static int wait_for(pid_t child)
{
    int status;
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return KIN_EXIT_FAILED;
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    int number = WTERMSIG(status);
    if (number != SIGSEGV && number != SIGBUS)
        return 128 + number;
    fprintf(stderr,
            "kindred: the cache brought its reader down (%s): the file itself is damaged: put back "
            "a copy, or move it away; what was in it is computed again, or comes from a snapshot\n",
            strsignal(number));
    return KIN_EXIT_CACHE;
}

bool guard_begin(int *code)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return true;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* who stops the parent means the command */
        return true;
    }
    *code = wait_for(child);
    return false;
}
