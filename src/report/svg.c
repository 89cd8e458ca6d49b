/* What gnuplot drew, made fit for a page. */
#include <string.h>

#include "html.h"

/* Whether an id of gnuplot's begins here: in id="gp…, id="gnuplot…, url(#gp…, href='#gp…. */
static bool begins_id(const char *start, const char *at)
{
    bool after = at > start && (at[-1] == '#' || at[-1] == '"' || at[-1] == '\'');
    return after && (strncmp(at, "gp", 2) == 0 || strncmp(at, "gnuplot", 7) == 0) &&
           (at[-1] == '#' || (at - start >= 4 && strncmp(at - 4, "id=", 3) == 0));
}

/* The attribute viewBox="…" of a tag, quotes included. */
static const char *view_box(const char *tag, const char *end, size_t *length)
{
    const char *at = strstr(tag, "viewBox=\"");
    const char *close = at && at < end ? strchr(at + 9, '"') : NULL;
    if (!close || close > end)
        return NULL;
    *length = (size_t)(close + 1 - at);
    return at;
}

static void add_body(struct kin_text *out, const char *body, const char *end, const char *prefix)
{
    for (const char *at = body; at < end; at++) {
        if (begins_id(body, at)) {
            kin_text_add(out, prefix);
            kin_text_add(out, "-");
        }
        kin_text_add_bytes(out, at, 1);
    }
}

int kin_svg_tidy(const char *svg, const char *prefix, const char *label, struct kin_text *out,
                 struct kin_error *err)
{
    size_t length;
    const char *tag = strstr(svg, "<svg");
    const char *end = tag ? strchr(tag, '>') : NULL;
    const char *box = end ? view_box(tag, end, &length) : NULL;
    const char *close = end ? strstr(end, "</svg>") : NULL;
    if (!box || !close)
        return kin_fail(err, KIN_EDATA, "gnuplot drew no figure, but «%.60s»", svg);
    kin_text_add(out, "<svg ");
    kin_text_add_bytes(out, box, length);
    kin_text_add(out, " xmlns=\"http://www.w3.org/2000/svg\""
                      " xmlns:xlink=\"http://www.w3.org/1999/xlink\" role=\"img\" aria-label=\"");
    html_text(out, label);
    kin_text_add(out, "\">");
    const char *description = strstr(end, "</desc>"); /* gnuplot's version */
    add_body(out, description && description < close ? description + 7 : end + 1, close, prefix);
    kin_text_add(out, "</svg>\n");
    return kin_text_check(out, err);
}

void kin_svg_notice(const char *text, struct kin_text *out)
{
    kin_text_add(out, "<svg viewBox=\"0 0 720 60\" xmlns=\"http://www.w3.org/2000/svg\" "
                      "role=\"img\" aria-label=\"");
    html_text(out, text);
    kin_text_add(out, "\"><rect width=\"720\" height=\"60\" fill=\"#f3f3f3\"/>"
                      "<text x=\"16\" y=\"36\" font-family=\"sans-serif\" font-size=\"14\" "
                      "fill=\"#333333\">");
    html_text(out, text);
    kin_text_add(out, "</text></svg>\n");
}
