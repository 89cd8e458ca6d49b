/* The commands: each takes the arguments after its name and returns the program's exit code. */
#ifndef KIN_CLI_COMMANDS_H
#define KIN_CLI_COMMANDS_H

int command_run(int argc, char **argv);
int command_plan(int argc, char **argv);
int command_why(int argc, char **argv);
int command_check(int argc, char **argv);
int command_graph(int argc, char **argv);
int command_get(int argc, char **argv);
int command_provenance(int argc, char **argv);
int command_report(int argc, char **argv);
int command_cache(int argc, char **argv);
int command_cache_trust(int argc, char **argv); /* what follows «cache trust» */

#endif
