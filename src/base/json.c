#include "kindred/json.h"

#include <math.h>

#include "kindred/memory.h"

/* The length of the UTF-8 character that starts here, or 0 when none does: no overlong form, no
 * surrogate, nothing above U+10FFFF (RFC 3629, section 4). */
static size_t character(const unsigned char *at)
{
    static const struct {
        unsigned char first, last, low, high; /* of the first byte; of the second */
        size_t length;
    } forms[] = {
        {0x00, 0x7F, 0x00, 0xFF, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    size_t f = 0;
    while (f < KIN_COUNT(forms) && (at[0] < forms[f].first || at[0] > forms[f].last))
        f++;
    if (f == KIN_COUNT(forms))
        return 0;
    if (forms[f].length > 1 && (at[1] < forms[f].low || at[1] > forms[f].high))
        return 0;
    for (size_t i = 2; i < forms[f].length; i++) /* the string's NUL ends this */
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return forms[f].length;
}

void kin_json_string(struct kin_text *out, const char *text)
{
    if (!text) {
        kin_text_add(out, "null");
        return;
    }
    kin_text_add(out, "\"");
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        size_t length = character(at);
        if (length == 0)
            kin_text_add(out, "\\ufffd");
        else if (*at == '"' || *at == '\\')
            kin_text_addf(out, "\\%c", *at);
        else if (*at < 0x20 || *at == 0x7F)
            kin_text_addf(out, "\\u%04x", (unsigned)*at);
        else
            kin_text_add_bytes(out, at, length);
        at += length ? length : 1;
    }
    kin_text_add(out, "\"");
}

void kin_json_number(struct kin_text *out, double number)
{
    if (isfinite(number))
        kin_text_add_number(out, number);
    else
        kin_text_add(out, "null");
}
