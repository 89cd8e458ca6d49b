/* Writing HTML. */
#ifndef KIN_REPORT_HTML_H
#define KIN_REPORT_HTML_H

#include "kindred/report.h"

/* Text with & < > " as entities: fit for the content and for attributes. */
void html_text(struct kin_text *out, const char *text);
/* printf, then as html_text. */
void html_textf(struct kin_text *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* As html_text, with C^W and C^B_acc, C^B_rho as they are printed: raised and lowered. */
void html_rich(struct kin_text *out, const char *text);
/* A number for reading: three decimals, or four digits when it is large; «–» for NaN. */
void html_number(struct kin_text *out, double x);
/* Opens a table in a box that scrolls by itself, under its caption (HTML); html_table_end ends it.
 */
void html_table(struct kin_text *out, const char *caption);
void html_table_end(struct kin_text *out);
/* A table of the first rows of a frame, in a box that scrolls by itself. */
void html_excerpt(struct kin_text *out, const struct kin_frame *frame, const char *caption,
                  size_t rows);
/* The head of the document with its style. */
void html_head(struct kin_text *out, const char *title);

/* ---- parts of the page ---- */

/* findings.c: what came out, in words computed from the numbers. */
int page_findings(const struct kin_page *page, struct kin_text *out, struct kin_error *err);
/* published.c: the paper's estimates beside those of this run. */
int page_published(const struct kin_page *page, struct kin_text *out, struct kin_error *err);
/* described.c: the first lines, and the methods. */
int page_facts(const struct kin_page *page, struct kin_text *out, struct kin_error *err);
void page_methods(const struct kin_page *page, struct kin_text *out);

#endif
