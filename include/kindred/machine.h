/* What the machine says: how much memory there is and how much of it this process has; the time. */
#ifndef KINDRED_MACHINE_H
#define KINDRED_MACHINE_H

#include <stddef.h>

/* Bytes of memory that this process may count on: the machine's, or the limit of its control group
 * (a container, a job of a batch system) where that is lower. */
size_t kin_machine_memory(void);

/* Bytes of memory that this process has now, files mapped left out: the system takes those back
 * when it needs to. 0: not known. */
size_t kin_machine_resident(void);

/* Seconds since some moment, by a clock that nobody sets: for durations. */
double kin_machine_seconds(void);

#endif
