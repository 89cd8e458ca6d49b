/* kindred cache verify: is all as it was stored? */
#include <stdio.h>

#include "cache_command.h"

static void print_finding(void *context, const char *line)
{
    (void)context;
    puts(line);
}

int cache_verify(const struct cache_arguments *arguments)
{
    struct kin_error err = {0};
    uint64_t bad = 0;
    if (kin_cache_verify(arguments->folder, print_finding, NULL, &bad, &err) != 0) {
        fprintf(stderr, "kindred: %s\n", err.text);
        return KIN_EXIT_CACHE;
    }
    if (bad == 0) {
        printf("%s: everything is as it was stored\n", arguments->folder);
        return KIN_EXIT_DONE;
    }
    printf("%llu findings; the next run computes what is damaged anew\n", (unsigned long long)bad);
    return KIN_EXIT_CACHE;
}
