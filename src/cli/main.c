/* kindred: the front end. Only what is process-wide happens here. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "guard.h"
#include "kindred/cpu.h"
#include "kindred/log.h"
#include "kindred/text.h"

struct log_options {
    enum kin_log_level level;
    bool colour;
};

static void print_message(void *context, enum kin_log_level level, const char *message)
{
    static const char *const names[] = {"error: ", "warning: ", "", "debug: "};
    static const char *const colours[] = {"\033[31m", "\033[33m", "", "\033[2m"};
    const struct log_options *options = context;
    if (level > options->level)
        return;
    const char *on = options->colour ? colours[level] : "";
    fprintf(stderr, "kindred: %s%s%s%s\n", on, names[level], *on ? "\033[0m" : "", message);
}

static const struct kin_command *find_command(const char *name)
{
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    return kin_command_find(name);
}

static int unknown_command(const char *name)
{
    const char *names[64];
    size_t n = kin_command_count();
    for (size_t i = 0; i < n && i < 64; i++)
        names[i] = kin_command_at(i)->name;
    const char *near = kin_nearest_name(name, names, n < 64 ? n : 64);
    if (near)
        return kin_cli_usage(NULL, "no command is called '%s'; did you mean '%s'?", name, near);
    return kin_cli_usage(NULL, "no command is called '%s'", name);
}

/* Whether everything that was printed has arrived. */
static int close_output(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fputs("kindred: standard output could not be written\n", stderr);
    return code == KIN_EXIT_DONE ? KIN_EXIT_FAILED : code;
}

int main(int argc, char **argv)
{
    struct log_options options = {.level = kin_cli_log_level(), .colour = kin_cli_colour(stderr)};
    kin_log_set_sink(print_message, &options);
    guard_mapped_files();
    struct kin_error err = {0};
    if (kin_cpu_check(&err) != 0)
        return kin_cli_error(&err);
    if (argc < 2)
        return kin_cli_usage(NULL, "which command?");
    const struct kin_command *command = find_command(argv[1]);
    if (!command)
        return unknown_command(argv[1]);
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            char *words[] = {(char *)command->name, NULL};
            return close_output(kin_command_find("help")->run(1, words));
        }
    int code;
    if (command->guarded && !guard_begin(&code))
        return code;
    return close_output(command->run(argc - 2, argv + 2));
}
