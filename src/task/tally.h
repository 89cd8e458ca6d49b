/* Words with the number of times they were added. */
#ifndef KIN_TASK_TALLY_H
#define KIN_TASK_TALLY_H

#include "kindred/task.h"

struct tally {
    struct word {
        const char *text; /* borrowed */
        size_t times;
    } * list;
    size_t n, capacity;
};

void tally_release(struct tally *tally);
int tally_add(struct tally *tally, const char *text, struct kin_error *err);
void tally_count(struct tally *tally); /* after the last one: every word once, ascending */
void tally_rank(struct tally *tally);  /* by times, most first; equal ones ascend */
/* The first n of them. */
int tally_classes(const struct tally *tally, size_t n, struct kin_classes *out,
                  struct kin_error *err);

#endif
