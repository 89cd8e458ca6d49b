#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kindred/memory.h"
#include "kindred/text.h"

#define KIN_COMMAND(x) extern const struct kin_command kin_command_##x;
#include "cli/commands.def"
#undef KIN_COMMAND

#define KIN_COMMAND(x) &kin_command_##x,
static const struct kin_command *const commands[] = {
#include "cli/commands.def"
};
#undef KIN_COMMAND

size_t kin_command_count(void)
{
    return KIN_COUNT(commands);
}

const struct kin_command *kin_command_at(size_t i)
{
    return commands[i];
}

const struct kin_command *kin_command_find(const char *name)
{
    for (size_t i = 0; i < KIN_COUNT(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

int kin_cli_exit_code(int status)
{
    switch (status) {
    case KIN_OK:
        return KIN_EXIT_DONE;
    case KIN_EINVAL:
    case KIN_ENOTFOUND:
    case KIN_EACCESS:
        return KIN_EXIT_REQUEST;
    case KIN_EUNUSABLE:
        return KIN_EXIT_CACHE;
    case KIN_ECANCELLED:
        return KIN_EXIT_STOPPED;
    default:
        return KIN_EXIT_FAILED;
    }
}

int kin_cli_error(const struct kin_error *err)
{
    fprintf(stderr, "kindred: %s\n", err->text);
    return kin_cli_exit_code(err->status);
}

int kin_cli_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("kindred: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "; see 'kindred help%s%s'\n", command ? " " : "", command ? command : "");
    return KIN_EXIT_REQUEST;
}

int kin_cli_find_kind(const char *name, const struct kin_kind **out, struct kin_error *err)
{
    *out = kin_kind_find(name);
    if (*out)
        return 0;
    KIN_AUTO(kin_auto_free) const char **names = NULL;
    KIN_TRY(kin_alloc_into(&names, kin_kind_count(), sizeof *names, err));
    for (size_t i = 0; i < kin_kind_count(); i++)
        names[i] = kin_kind_at(i)->name;
    const char *near = kin_nearest_name(name, names, kin_kind_count());
    return kin_fail(err, KIN_EINVAL, "no kind is called '%s'%s%s%s; 'kindred kinds' lists them",
                    name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

bool kin_cli_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && (!no_colour || !*no_colour) &&
           !(term && strcmp(term, "dumb") == 0);
}

enum kin_log_level kin_cli_log_level(void)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    const char *wanted = getenv("KINDRED_LOG");
    for (size_t i = 0; wanted && i < KIN_COUNT(names); i++)
        if (strcmp(names[i], wanted) == 0)
            return (enum kin_log_level)i;
    return KIN_LOG_WARN;
}

/* ---- text ---- */

static size_t width_of(const char *text, size_t length)
{
    size_t width = 0;
    for (size_t i = 0; i < length; i++)
        width += ((unsigned char)text[i] & 0xC0) != 0x80; /* no second byte of UTF-8 */
    return width;
}

size_t kin_cli_width(const char *text)
{
    return width_of(text, strlen(text));
}

void kin_cli_wrap(FILE *stream, const char *text, size_t column, size_t indent)
{
    bool first = true;
    while (*text) {
        size_t length = strcspn(text, " ");
        size_t width = width_of(text, length);
        if (!first && column + 1 + width > KIN_CLI_COLUMNS) {
            fprintf(stream, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        fprintf(stream, "%s%.*s", first ? "" : " ", (int)length, text);
        column += width + !first;
        first = false;
        text += length;
        text += *text == ' ';
    }
    fputc('\n', stream);
}

bool kin_cli_parse_bytes(const char *text, uint64_t *out)
{
    static const char units[] = "KMGT";
    char number[32] = "";
    size_t n = strcspn(text, "kKMGTB");
    double value, factor = 1;
    if (n == 0 || n >= sizeof number)
        return false;
    memcpy(number, text, n);
    const char *at = text + n;
    const char *unit = *at ? strchr(units, *at == 'k' ? 'K' : *at) : NULL;
    bool binary = unit && at[1] == 'i';
    for (const char *u = units; unit && u <= unit; u++)
        factor *= binary ? 1024 : 1000;
    at += (unit != NULL) + binary;
    at += *at == 'B';
    if (*at || !kin_number_parse(number, false, &value) || value <= 0 || value * factor >= 1e18)
        return false;
    *out = (uint64_t)(value * factor);
    return true;
}
