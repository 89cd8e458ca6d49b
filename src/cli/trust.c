/* Which programs a workflow may run: our own scripts, or any with --allow-exec. */
#include "trust.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Cuts the last part of a path off; gives it, or NULL. */
static const char *cut(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    return slash + 1;
}

/* Beside the program: ../workflows of a tree that was built in build/, else ../share/kindred, where
 * `ninja install` puts them. Nothing that a workflow or a person's folder says has a part in it. */
static bool find_folder(char out[PATH_MAX])
{
    char program[PATH_MAX], folder[PATH_MAX + 64];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    if (!cut(program))
        return false;
    const char *in = cut(program);
    bool tree = in && strcmp(in, "build") == 0;
    snprintf(folder, sizeof folder, "%s/%sworkflows/analysis", program,
             tree ? "" : "share/kindred/");
    return realpath(folder, out) != NULL;
}

void trust_init(struct trust *trust, bool any)
{
    *trust = (struct trust){.kinds.any = any};
    if (find_folder(trust->folder))
        trust->kinds.folder = trust->folder;
}
