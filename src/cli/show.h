/* A table on standard output, for people. */
#ifndef KIN_CLI_SHOW_H
#define KIN_CLI_SHOW_H

/* The rows of a CSV file in columns, numbers with four digits; nothing when it is no table. */
void show_table(const char *path);

#endif
