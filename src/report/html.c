#include "html.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kindred/memory.h"

void html_text(struct kin_text *out, const char *text)
{
    for (const char *c = text; *c; c++)
        switch (*c) {
        case '&':
            kin_text_add(out, "&amp;");
            break;
        case '<':
            kin_text_add(out, "&lt;");
            break;
        case '>':
            kin_text_add(out, "&gt;");
            break;
        case '"':
            kin_text_add(out, "&quot;");
            break;
        default:
            kin_text_add_bytes(out, c, 1);
        }
}

void html_textf(struct kin_text *out, const char *format, ...)
{
    char text[2000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    html_text(out, text);
}

void html_rich(struct kin_text *out, const char *text)
{
    static const struct {
        const char *plain, *rich;
    } symbols[] = {{"C^W", "C<sup>W</sup>"},
                   {"C^B_acc", "C<sup>B</sup><sub>acc</sub>"},
                   {"C^B_rho", "C<sup>B</sup><sub>ρ</sub>"}};
    for (const char *at = text; *at;) {
        size_t s = 0;
        while (s < KIN_COUNT(symbols) && strncmp(at, symbols[s].plain, strlen(symbols[s].plain)))
            s++;
        char one[2] = {*at, '\0'};
        if (s < KIN_COUNT(symbols))
            kin_text_add(out, symbols[s].rich);
        else
            html_text(out, one);
        at += s < KIN_COUNT(symbols) ? strlen(symbols[s].plain) : 1;
    }
}

void html_number(struct kin_text *out, double x)
{
    if (isnan(x))
        kin_text_add(out, "–");
    else if (fabs(x) >= 100)
        kin_text_addf(out, "%.0f", x);
    else
        kin_text_addf(out, "%.3f", x == 0 ? 0 : x); /* no -0 */
}

void html_table(struct kin_text *out, const char *caption)
{
    kin_text_add(out, *caption ? "<p class=\"caption\">" : "");
    kin_text_add(out, caption);
    kin_text_add(out, *caption ? "</p>\n" : "");
    kin_text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                      "aria-label=\"table\"><table>\n");
}

void html_table_end(struct kin_text *out)
{
    kin_text_add(out, "</table></div>\n");
}

/* A cell that is a number with many digits, in fewer. */
static void add_cell(struct kin_text *out, const char *cell)
{
    double x;
    char shown[40];
    bool number = kin_number_parse(cell, false, &x);
    snprintf(shown, sizeof shown, "%.5g", x = number ? x : 0);
    kin_text_add(out, number ? "<td class=\"n\">" : "<td>");
    html_text(out, number ? shown : cell);
    kin_text_add(out, "</td>");
}

void html_excerpt(struct kin_text *out, const struct kin_frame *frame, const char *caption,
                  size_t rows)
{
    html_table(out, caption);
    kin_text_add(out, "<thead><tr>");
    for (size_t c = 0; c < frame->n_columns; c++) {
        kin_text_add(out, "<th scope=\"col\">");
        html_text(out, frame->columns[c]);
        kin_text_add(out, "</th>");
    }
    kin_text_add(out, "</tr></thead><tbody>\n");
    for (size_t r = 0; r < frame->n_rows && r < rows; r++) {
        kin_text_add(out, "<tr>");
        for (size_t c = 0; c < frame->n_columns; c++)
            add_cell(out, frame->cells[r * frame->n_columns + c]);
        kin_text_add(out, "</tr>\n");
    }
    kin_text_add(out, "</tbody>");
    html_table_end(out);
}

static const char style[] =
    ":root{color-scheme:light}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:1120px;padding:16px 20px 48px;background:#fff;color:#1c1c1c;"
    "font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}"
    "h1{font-size:1.7em;line-height:1.2;margin:.6em 0 .3em}"
    "h2{font-size:1.3em;margin:2.2em 0 .5em;padding-top:.6em;border-top:2px solid #1c1c1c}"
    "h3{font-size:1.05em;margin:1.6em 0 .3em}"
    "p,li{max-width:48em}"
    "a{color:#00548a}a:focus-visible,.scroll:focus-visible{outline:3px solid #c77c00}"
    "nav ul{list-style:none;padding:0;margin:.8em 0;display:flex;flex-wrap:wrap;gap:.2em 1.1em}"
    ".facts{font-size:1.05em}"
    ".caution{border-left:5px solid #d55e00;background:#fdf1e8;padding:.6em .9em;margin:1em 0}"
    "figure{margin:2em 0 2.6em}"
    "figure svg{width:100%;height:auto;display:block}"
    "figure .narrow{display:none}"
    "figcaption{margin-top:.5em;max-width:52em;color:#333}"
    "figcaption b{color:#1c1c1c}"
    ".scroll{overflow-x:auto;margin:.6em 0 1.2em}"
    "table{border-collapse:collapse;font-size:.88em;font-variant-numeric:tabular-nums}"
    ".caption{font-size:.9em;margin:.9em 0 -.3em;color:#333}"
    "th,td{text-align:left;padding:.22em .7em .22em 0;border-bottom:1px solid #ddd;"
    "vertical-align:top}"
    "th{border-bottom:2px solid "
    "#777;white-space:nowrap}td.n,th.n{text-align:right;white-space:nowrap}"
    "tbody th{border-bottom:1px solid #ddd}sup,sub{line-height:0}"
    "dl{margin:.3em 0}dt{font-weight:600}dd{margin:0 0 .3em 1.2em}"
    "footer{margin-top:3em;border-top:1px solid #bbb;padding-top:.8em;font-size:.9em;color:#333}"
    "@media (max-width:760px){body{padding:10px 14px 40px}h1{font-size:1.4em}"
    "figure .wide{display:none}figure .narrow{display:block;max-width:480px}"
    "table{font-size:.8em}th,td{padding-right:.5em}th,td.n,th.n{white-space:normal}}"
    "@media print{body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}"
    "figure{break-inside:avoid}figure svg{max-height:24cm}figure .wide{display:block}"
    "figure .narrow{display:none}h2,h3{break-after:avoid}.scroll{overflow:visible}"
    "table{font-size:.75em}tr{break-inside:avoid}a{color:inherit;text-decoration:none}}";

void html_head(struct kin_text *out, const char *title)
{
    kin_text_add(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<title>");
    html_text(out, title);
    kin_text_add(out, "</title>\n<style>");
    kin_text_add(out, style);
    kin_text_add(out, "</style></head><body>\n");
}
