/* What this program is linked with, and which programs it may ask at run time. */
#ifndef KIN_CLI_VERSION_H
#define KIN_CLI_VERSION_H

#include <stdbool.h>

struct version_program {
    const char *name, *package, *use;
    bool found;
};

void version_each_library(void (*each)(void *context, const char *name, const char *version),
                          void *context);
void version_each_program(void (*each)(void *context, const struct version_program *program),
                          void *context);

#endif
