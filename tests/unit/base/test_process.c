#include "kindred/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kindred/memory.h"
#include "support.h"

static struct kin_error err;

/* Runs a line of shell in `folder`; the shell is the program here, and nothing of ours. */
static int run_shell(const char *line, const char *folder, double limit_s,
                     struct kin_process_end *end)
{
    const char *argv[] = {"sh", "-c", line, NULL};
    struct kin_process process = {.argv = argv, .folder = folder, .limit_s = limit_s};
    return kin_process_run(&process, end, &err);
}

static void check_said(const char *line, int code, const char *said)
{
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    ck_ok(run_shell(line, "/", 0, &end));
    ck_assert_int_eq(end.code, code);
    ck_assert_str_eq(kin_text_string(&end.said), said);
}

START_TEST(what_it_says_and_how_it_ends)
{
    check_said("echo out; echo err >&2; exit 3", 3, "out\nerr\n");
    check_said("cat", 0, "");                         /* an empty standard input */
    check_said("pwd", 0, "/\n");                      /* in its folder */
    check_said("printf 'a\\0b'", 0, "a b");           /* a NUL is no end of a text */
    check_said("ls /proc/self/fd | wc -l", 0, "4\n"); /* its three, and the folder that ls reads */
    check_said("kill -9 $$", 128 + SIGKILL, "");
}
END_TEST

START_TEST(a_fixed_environment)
{
    setenv("SECRET", "1", 1);
    check_said("echo $SECRET; echo $LC_ALL $TZ $HOME $TMPDIR $OMP_NUM_THREADS", 0,
               "\nC UTC / / 1\n");
    unsetenv("SECRET");
}
END_TEST

START_TEST(of_a_long_text_the_end)
{
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    ck_ok(run_shell("i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i + 1)); done", "/", 0,
                    &end));
    ck_assert_uint_lt(end.said.length, 200000);
    ck_assert_str_eq(end.said.data + end.said.length - 11, "line 29999\n");
}
END_TEST

START_TEST(a_program_that_is_not_there)
{
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    const char *argv[] = {"no-such-program-here", NULL};
    struct kin_process process = {.argv = argv, .folder = "/"};
    ck_assert_int_eq(kin_process_run(&process, &end, &err), KIN_ENOTFOUND);
    ck_assert_str_eq(err.text, "the program 'no-such-program-here' is not in PATH");
    argv[0] = "./nor-this";
    ck_assert_int_eq(kin_process_run(&process, &end, &err), KIN_ENOTFOUND);
    ck_assert_str_eq(err.text, "starting './nor-this': No such file or directory");
}
END_TEST

START_TEST(a_limit_of_time)
{
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    ck_ok(run_shell("echo begun; sleep 60", "/", 1, &end));
    ck_assert(end.expired);
    kin_process_end_text(&end, 1, &text);
    ck_assert_str_eq(text.data, "stopped after 1 s; it said: begun");
}
END_TEST

static bool yes(void *context)
{
    ++*(int *)context;
    return true;
}

START_TEST(stopped_on_request)
{
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    int asked = 0;
    const char *argv[] = {"sleep", "60", NULL};
    struct kin_process process = {.argv = argv, .folder = "/", .cancelled = yes, .context = &asked};
    ck_assert_int_eq(kin_process_run(&process, &end, &err), KIN_ECANCELLED);
    ck_assert_int_eq(asked, 1);
}
END_TEST

/* Whether a process is there, and no zombie that nobody has fetched yet. */
static bool is_running(pid_t pid)
{
    char path[64], line[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    return read && !strstr(line, ") Z ");
}

/* One that will not go on SIGTERM, and a child that it leaves behind. */
START_TEST(its_whole_group_ends)
{
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    ck_ok(run_shell("trap '' TERM; sleep 60 & echo $!; wait; wait; sleep 60", "/", 1, &end));
    ck_assert_int_eq(end.signal, SIGKILL);
    pid_t child = atoi(kin_text_string(&end.said));
    ck_assert_int_gt(child, 1);
    KIN_AUTO(kin_process_end_release) struct kin_process_end left = {0};
    ck_ok(run_shell("sleep 60 & echo $!", "/", 0, &left)); /* does not wait for it */
    child = atoi(kin_text_string(&left.said));
    for (int i = 0; i < 500 && is_running(child); i++)
        usleep(10000);
    ck_assert(!is_running(child));
}
END_TEST

START_TEST(the_last_lines_are_shown)
{
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    KIN_AUTO(kin_text_release) struct kin_text text = {0};
    ck_ok(run_shell("for i in 1 2 3 4 5 6 7 8; do echo line $i; echo; done; exit 7", "/", 0, &end));
    kin_process_end_text(&end, 0, &text);
    ck_assert_str_eq(text.data, "exit code 7; it said: line 5 | line 6 | line 7 | line 8");
    kin_text_clear(&text);
    end.signal = SIGKILL;
    kin_text_clear(&end.said);
    kin_process_end_text(&end, 0, &text);
    ck_assert_str_eq(text.data, "killed by signal 9 (Killed)");
}
END_TEST

START_TEST(a_scratch_folder_goes)
{
    struct kin_scratch scratch = {0};
    char path[PATH_MAX];
    ck_ok(kin_scratch_make(&scratch, &err));
    ck_ok(kin_scratch_folder(&scratch, "a/b/c", &err));
    ck_ok(kin_scratch_folder(&scratch, "a/b", &err));
    strcpy(path, scratch.path);
    KIN_AUTO(kin_process_end_release) struct kin_process_end end = {0};
    ck_ok(run_shell("echo x >a/b/c/x; ln -s /etc a/link; mkdir -m 0 closed", path, 0, &end));
    ck_assert_int_eq(end.code, 0);
    kin_scratch_remove(&scratch);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(access("/etc/passwd", F_OK), 0);
    kin_scratch_remove(&scratch); /* nothing is left to do */
}
END_TEST

TEST_MAIN("process", what_it_says_and_how_it_ends, a_fixed_environment, of_a_long_text_the_end,
          a_program_that_is_not_there, a_limit_of_time, stopped_on_request, its_whole_group_ends,
          the_last_lines_are_shown, a_scratch_folder_goes)
