/*
 * JSON: what is written for other programs. Texts come from people and from file systems, so they
 * may hold anything; what is written is valid JSON in valid UTF-8 all the same.
 */
#ifndef KINDRED_JSON_H
#define KINDRED_JSON_H

#include "kindred/text.h"

/* Appends a string in quotes. Bytes that are no UTF-8 become U+FFFD, one each. NULL becomes null.
 */
void kin_json_string(struct kin_text *out, const char *text);
/* Appends a number as it reads back; null for nan and infinities, which JSON lacks. */
void kin_json_number(struct kin_text *out, double number);

#endif
