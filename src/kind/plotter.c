#include "plotter.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kindred/memory.h"

/* ---- finding it ---- */

static bool in_folder(const char *folder, size_t length, struct kin_text *path)
{
    kin_text_clear(path);
    kin_text_add_bytes(path, folder, length);
    kin_text_add(path, length ? "/gnuplot" : "gnuplot");
    return !path->failed && access(path->data, X_OK) == 0;
}

static bool find(struct kin_text *path)
{
    const char *at = getenv("PATH");
    while (at && *at) {
        size_t length = strcspn(at, ":");
        if (in_folder(at, length, path))
            return true;
        at += length;
        at += *at == ':';
    }
    return false;
}

bool plotter_found(void)
{
    KIN_AUTO(kin_text_release) struct kin_text path = {0};
    return find(&path);
}

/* ---- a scratch folder ---- */

struct scratch {
    struct kin_text folder, data, script, drawn, said; /* paths */
};

static void scratch_release(struct scratch *scratch)
{
    struct kin_text *const files[] = {&scratch->data, &scratch->script, &scratch->drawn,
                                      &scratch->said};
    for (size_t i = 0; i < KIN_COUNT(files); i++) {
        if (files[i]->data)
            unlink(files[i]->data);
        kin_text_release(files[i]);
    }
    if (scratch->folder.data)
        rmdir(scratch->folder.data);
    kin_text_release(&scratch->folder);
}

static int scratch_init(struct scratch *scratch, const char *name, struct kin_error *err)
{
    const char *parent = getenv("TMPDIR");
    struct kin_text folder = {0};
    kin_text_addf(&folder, "%s/kindred-figure-XXXXXX", parent && *parent ? parent : "/tmp");
    if (folder.failed || !mkdtemp(folder.data)) {
        int code = errno;
        kin_text_release(&folder);
        return kin_fail_errno(err, KIN_EIO, code, "making a scratch folder for a figure");
    }
    scratch->folder = folder;
    kin_text_addf(&scratch->data, "%s/%s.dat", folder.data, name);
    kin_text_addf(&scratch->script, "%s/%s.gp", folder.data, name);
    kin_text_addf(&scratch->drawn, "%s/%s.svg", folder.data, name);
    kin_text_addf(&scratch->said, "%s/said", folder.data);
    KIN_TRY(kin_text_check(&scratch->data, err));
    KIN_TRY(kin_text_check(&scratch->script, err));
    KIN_TRY(kin_text_check(&scratch->drawn, err));
    return kin_text_check(&scratch->said, err);
}

/* ---- running it ---- */

static int start(const char *program, const char *const argv[], const struct scratch *scratch,
                 pid_t *child)
{
    char *const environment[] = {"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", NULL};
    posix_spawn_file_actions_t actions;
    int made = O_WRONLY | O_CREAT | O_TRUNC;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0)
        return code;
    posix_spawn_file_actions_addchdir_np(&actions, scratch->folder.data);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, scratch->drawn.data, made, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, scratch->said.data, made, 0600);
    code = posix_spawn(child, program, &actions, NULL, (char *const *)argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/* The first line that says something, for people. */
static void first_line(const struct scratch *scratch, char out[200])
{
    KIN_AUTO(kin_auto_free) char *said = NULL;
    size_t length;
    snprintf(out, 200, "nothing");
    if (kin_read_file(scratch->said.data, &said, &length, NULL) != 0)
        return;
    const char *line = said + strspn(said, " \n\t^");
    size_t n = strcspn(line, "\n");
    if (n > 0)
        snprintf(out, 200, "%.*s", (int)n, line);
}

static int run(const char *program, const struct scratch *scratch, bool narrow,
               struct kin_error *err)
{
    const char *script = strrchr(scratch->script.data, '/') + 1;
    const char *const argv[] = {
        "gnuplot", "--default-settings", "-e", narrow ? "narrow=1" : "narrow=0", script, NULL};
    pid_t child;
    int code = start(program, argv, scratch, &child), status = 0;
    if (code != 0)
        return kin_fail_errno(err, KIN_EIO, code, "starting gnuplot");
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return kin_fail_errno(err, KIN_EIO, errno, "waiting for gnuplot");
    char said[200];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    first_line(scratch, said);
    return kin_fail(err, KIN_EDATA, "gnuplot failed on '%s' and said: %s", script, said);
}

int plotter_draw(const char *name, const struct kin_text *data, const struct kin_text *script,
                 bool narrow, struct kin_text *out, struct kin_error *err)
{
    KIN_AUTO(scratch_release) struct scratch scratch = {0};
    KIN_AUTO(kin_text_release) struct kin_text program = {0};
    KIN_AUTO(kin_auto_free) char *drawn = NULL;
    size_t length;
    if (!find(&program))
        return kin_fail(err, KIN_EUNAVAILABLE,
                        "gnuplot is missing; the Debian package is " PLOTTER_PACKAGE);
    KIN_TRY(scratch_init(&scratch, name, err));
    KIN_TRY(kin_write_file(scratch.data.data, data->data, data->length, err));
    KIN_TRY(kin_write_file(scratch.script.data, script->data, script->length, err));
    KIN_TRY(run(program.data, &scratch, narrow, err));
    KIN_TRY(kin_read_file(scratch.drawn.data, &drawn, &length, err));
    kin_text_add_bytes(out, drawn, length);
    return kin_text_check(out, err);
}
