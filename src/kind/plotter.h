/* gnuplot, as a program of its own: optional, the only one that draws. */
#ifndef KIN_KIND_PLOTTER_H
#define KIN_KIND_PLOTTER_H

#include <stdbool.h>

#include "kindred/status.h"
#include "kindred/text.h"

#define PLOTTER_PACKAGE "gnuplot-nox"

/* Whether gnuplot is on the PATH. */
bool plotter_found(void);
/* Runs a script on a data file called `name`.dat in a scratch folder and appends what it draws, by
 * no settings of the person. KIN_EUNAVAILABLE: no gnuplot; KIN_EDATA: it failed, with what it said.
 */
int plotter_draw(const char *name, const struct kin_text *data, const struct kin_text *script,
                 bool narrow, struct kin_text *out, struct kin_error *err);

#endif
