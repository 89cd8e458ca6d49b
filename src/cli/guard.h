/* A command in a process of its own. */
#ifndef KIN_CLI_GUARD_H
#define KIN_CLI_GUARD_H

#include <stdbool.h>

/* From here on SIGBUS, which is what reading beyond the end of a mapped file gives, ends the
 * program with a word about the cache and exit code 3. SIGSEGV ends it as before, after a word on
 * what may be behind it: LMDB follows what a damaged page says. */
void guard_mapped_files(void);

/* Goes on in a child: true there. False in the parent, once the child has ended, with its exit
 * code; a child that crashed is told to be the work of a damaged cache, and its code is 3. LMDB
 * trusts the pages that it maps, so one that is damaged can bring its reader down. Without a second
 * process (fork fails) the command runs in this one. */
bool guard_begin(int *code);

#endif
