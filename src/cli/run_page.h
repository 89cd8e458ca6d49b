/* run.html: what differs between two people who computed the same page. */
#ifndef KIN_CLI_RUN_PAGE_H
#define KIN_CLI_RUN_PAGE_H

#include "kindred/engine.h"

struct run_page {
    const char *page; /* path of the page; run.html goes beside it */
    const struct kin_session *session;
    double seconds;
    unsigned threads; /* as asked for; 0: as many as there are processors */
};

int run_page_write(const struct run_page *run, struct kin_error *err);

#endif
