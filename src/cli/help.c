/* kindred help [COMMAND] */
#include "cli.h"

static void print_all(void)
{
    puts("usage: kindred COMMAND …\n\nAre nearby neighbours relatives? Runs workflows that ask a "
         "music encoder.\n");
    for (size_t i = 0; i < kin_command_count(); i++) {
        const struct kin_command *command = kin_command_at(i);
        printf("  %-11s", command->name);
        kin_cli_wrap(stdout, command->doc, 13, 13);
    }
    puts("\n'kindred help COMMAND' says more. Exit codes: 0 done, 1 a step failed,\n"
         "2 the request is wrong (workflow, parameter, file), 3 the cache is unusable,\n"
         "130 stopped.");
}

static int run(int argc, char **argv)
{
    if (argc > 1)
        return kin_cli_usage("help", "help on one command at a time");
    if (argc < 1) {
        print_all();
        return KIN_EXIT_DONE;
    }
    const struct kin_command *command = kin_command_find(argv[0]);
    if (!command)
        return kin_cli_usage(NULL, "no command is called '%s'", argv[0]);
    printf("usage: kindred %s\n\n", command->usage);
    kin_cli_wrap(stdout, command->doc, 0, 0);
    return KIN_EXIT_DONE;
}

const struct kin_command kin_command_help = {
    .name = "help",
    .doc = "says what the commands do",
    .usage = "help [COMMAND]",
    .run = run,
};
